"""Wenjuanxing's sequence form: its numbers are positions of options, and nothing in them tells the order."""

from __future__ import annotations

from collections.abc import Collection

from tam.data.quantities import parse_number
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import fold
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument, Scale

_NO_ANSWER = frozenset({"", "(跳过)", "(空)"})


def refused_positions(
    table: Table, instrument: Instrument, matches: Collection[ColumnMatch]
) -> list[Problem]:
    """The problem of a sequence export whose scales have no declared order; empty where all is well.

    A form named in the file's own name is taken at its word. Otherwise the export counts as a sequence export
    when every answer on every labelled scale is a bare number: the text form would show at least one label.
    """
    if table.platform != "wenjuanxing" or table.form in ("text", "score"):
        return []
    choices = [(match, scale) for match in matches if (scale := _choice_scale(instrument, match.item))]
    labelled = [(match, scale) for match, scale in choices if scale.labels]
    asked = choices if table.form == "sequence" else labelled
    if not choices or (table.form is None and not all(_only_numbers(table, match) for match, _ in choices)):
        return []
    if not asked:
        return [problem("wenjuanxing-positions-possible", Where(file=table.file))]
    unordered = sorted({scale.id for _, scale in asked if scale.id not in instrument.sequence_order})
    if not unordered:
        return []
    match = next(match for match, scale in asked if scale.id in unordered)
    place = Where(file=table.file, column=match.column, item=match.item)
    return [problem("wenjuanxing-sequence", place, scales=unordered, example=unordered[0])]


def _choice_scale(instrument: Instrument, name: str) -> Scale | None:
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
