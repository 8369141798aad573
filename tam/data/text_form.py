"""Positions of options read through the text form of the same export: a sequence form becomes a text form."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace

import pandas as pd

from tam.data.answers import Coder, coder
from tam.data.platforms import platform_named
from tam.data.quantities import parse_number
from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.data.wording import fold, normalise
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument, Scale


def through_text_form(
    table: Table, instrument: Instrument, scales: Mapping[ColumnMatch, Scale]
) -> tuple[Table, tuple[Problem, ...]]:
    """The table with the labels of its text form in place of positions, in the columns of choice scales.

    Respondents are paired by their number in the export; a column by its header. A position that is never
    seen beside a label, or beside two, is a problem, and so is an order declared otherwise.
    """
    text = table.text_form
    if text is None:
        return table, ()
    rows, other_rows = _paired(table, text)
    if not rows:
        return table, (problem("text-form-unpaired", Where(table.file), text_form=text.file),)
    cells = table.rows.copy()
    problems: list[Problem] = []
    for match, scale in scales.items():
        there = _same_column(table, text, match.position - 1)
        here = cells[match.position - 1].astype(str)
        one = coder(scale, instrument.missing_codes, platform_named(table.platform).markers)
        if there is None:
            labels = _by_order(instrument, one, here)
        else:
            labels = _labels(here.iloc[rows], text.rows[there].astype(str).iloc[other_rows])
        asked = {cell for cell in here.unique() if _is_position(one, cell)}
        problems += _unclear(table, match, labels, asked)
        problems += _contradicted(table, instrument, match, one, labels, asked)
        cells[match.position - 1] = [_label(labels, cell) if cell in asked else cell for cell in here]
    return replace(table, rows=cells, form="text"), tuple(problems)


def _paired(table: Table, text: Table) -> tuple[list[int], list[int]]:
    """Places of the respondents that stand in both tables, by the platform's number of the response."""
    ids, others = _ids(table), _ids(text)
    place = {one: i for i, one in enumerate(others) if one}
    pairs = [(i, place[one]) for i, one in enumerate(ids) if one in place]
    return [i for i, _ in pairs], [j for _, j in pairs]


def _ids(table: Table) -> list[str]:
    platform = platform_named(table.platform)
    for position, name in enumerate(table.header):
        if platform.role(fold(name)) == "id":
            return [fold(str(cell)) for cell in table.rows[position]]
    return [str(row) for row in table.row_numbers]


def _same_column(table: Table, text: Table, position: int) -> int | None:
    """The column of the text form under the same header, the nth of equal ones for the nth."""
    wanted = normalise(table.header[position])
    before = sum(normalise(name) == wanted for name in table.header[:position])
    found = [i for i, name in enumerate(text.header) if normalise(name) == wanted]
    return found[before] if before < len(found) else None


def _labels(positions: pd.Series, labels: pd.Series) -> dict[str, set[str]]:
    """Position -> every label that stands beside it."""
    found: dict[str, set[str]] = defaultdict(set)
    for cell, label in set(zip(positions, labels)):
        found[cell].add(label.partition("〖")[0].strip())
    return dict(found)


def _by_order(instrument: Instrument, one: Coder, cells: pd.Series) -> dict[str, set[str]]:
    """Position -> label by the declared order, for a column that the text form does not have."""
    ordered = replace(one, positions=instrument.sequence_order.get(one.scale.id))
    found: dict[str, set[str]] = {}
    for cell in cells.unique() if ordered.positions else ():
        code = ordered.code(cell).code
        if code is not None:
            whole = int(code) if isinstance(code, float) else code
            label = one.scale.labels.get(whole)
            found[cell] = {(label.get("en") if label else "") or str(whole)}
    return found


def _is_position(one: Coder, cell: str) -> bool:
    plain = fold(cell)
    return plain not in one.missing and plain not in one.markers and parse_number(cell) is not None


def _label(labels: Mapping[str, Collection[str]], cell: str) -> str:
    return next(iter(labels.get(cell, ())), cell)


def _unclear(
    table: Table, match: ColumnMatch, labels: Mapping[str, set[str]], asked: Collection[str]
) -> list[Problem]:
    assert table.text_form is not None
    place = Where(table.file, column=match.column, item=match.item)
    return [
        problem(
            "text-form-differs",
            place,
            item=match.item,
            position=cell,
            text_form=table.text_form.file,
            labels=sorted(labels.get(cell, ())) or "-",
        )
        for cell in sorted(asked)
        if len(labels.get(cell, ())) != 1
    ]


def _contradicted(
    table: Table,
    instrument: Instrument,
    match: ColumnMatch,
    one: Coder,
    labels: Mapping[str, set[str]],
    asked: Collection[str],
) -> list[Problem]:
    """The declared order must say the same as the labels; the first difference is told."""
    assert table.text_form is not None
    declared = instrument.sequence_order.get(one.scale.id)
    if declared is None:
        return []
    ordered = replace(one, positions=declared)
    for cell in sorted(asked):
        label = _label(labels, cell)
        if ordered.code(cell).code != one.code(label).code:
            place = Where(table.file, column=match.column, item=match.item)
            values = {"scale": one.scale.id, "declared": declared, "text_form": table.text_form.file}
            return [
                problem(
                    "sequence-order-contradicted",
                    place,
                    item=match.item,
                    position=cell,
                    label=label,
                    scale=values["scale"],
                    declared=values["declared"],
                    text_form=values["text_form"],
                )
            ]
    return []
