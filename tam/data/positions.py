"""Exports whose numbers are positions of options: nothing in them tells the order, so it must be declared."""

from __future__ import annotations

import re
from collections.abc import Collection

from tam.data.platforms import Platform
from tam.data.quantities import parse_number
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import fold
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument, Scale

_NO_ANSWER = frozenset({"", "(跳过)", "(空)"})
_ANSWER_CODE = re.compile(r"ao?0*\d{1,3}")


def may_hold_positions(table: Table, platform: Platform) -> bool:
    """Are bare numbers of this table positions, where an order of the options is declared?"""
    if platform.name == "limesurvey":
        return True  # answer codes A1, A2, ..; numbers stay what they are
    return platform.numbers_are_positions and table.form in (None, "sequence")


def refused_positions(
    table: Table, instrument: Instrument, platform: Platform, matches: Collection[ColumnMatch]
) -> list[Problem]:
    """The problem of an export of positions whose scales have no declared order; empty where all is well.

    A form named in the file's own name is taken at its word. Otherwise the export counts as one of positions
    when every answer on every labelled scale is a bare number: the text form would show at least one label.
    """
    choices = [(match, scale) for match in matches if (scale := choice_scale(instrument, match.item))]
    if platform.name == "limesurvey":
        coded = [(match, scale) for match, scale in choices if _answer_codes(table, match, scale)]
        return _undeclared(table, instrument, coded)
    if not platform.numbers_are_positions or table.form in ("text", "score") or not choices:
        return []
    if table.form is None and not all(_only_numbers(table, match) for match, _ in choices):
        return []
    labelled = [(match, scale) for match, scale in choices if scale.labels]
    asked = choices if table.form == "sequence" else labelled
    if asked:
        return _undeclared(table, instrument, asked)
    wenjuanxing = platform.name == "wenjuanxing"
    return [problem("wenjuanxing-positions-possible", Where(file=table.file))] if wenjuanxing else []


def _undeclared(
    table: Table, instrument: Instrument, asked: Collection[tuple[ColumnMatch, Scale]]
) -> list[Problem]:
    unordered = sorted({scale.id for _, scale in asked if scale.id not in instrument.sequence_order})
    if not unordered:
        return []
    match = next(match for match, scale in asked if scale.id in unordered)
    place = Where(file=table.file, column=match.column, item=match.item)
    if table.platform == "wenjuanxing":
        return [problem("wenjuanxing-sequence", place, scales=unordered, example=unordered[0])]
    cells = [str(cell) for cell in table.rows[match.position - 1] if str(cell).strip()]
    return [
        problem(
            "answers-are-positions",
            place,
            platform=table.platform,
            value=cells[0] if cells else "-",
            scales=unordered,
            example=unordered[0],
        )
    ]


def choice_scale(instrument: Instrument, name: str) -> Scale | None:
    """The scale of an item, check or variable that is answered by choosing; None for numbers and text."""
    if name in instrument.attention_checks:
        scale = instrument.attention_checks[name].scale
    else:
        owner = instrument.items.get(name) or instrument.variables[name]
        scale = instrument.scales[owner.scale]
    free_text = scale.type == "nominal" and not scale.labels
    return None if scale.type == "numeric" or free_text else scale


def _only_numbers(table: Table, match: ColumnMatch) -> bool:
    cells = (str(cell) for cell in table.rows[match.position - 1].unique())
    return all(fold(cell) in _NO_ANSWER or parse_number(cell) is not None for cell in cells)


def _answer_codes(table: Table, match: ColumnMatch, scale: Scale) -> bool:
    """Are the answers A1, A2, .. and these no codes of the scale itself?"""
    own = {fold(str(code)) for code in scale.labels}
    cells = {fold(str(cell)) for cell in table.rows[match.position - 1].unique()}
    return any(_ANSWER_CODE.fullmatch(cell) and cell not in own for cell in cells)
