"""What coding found wrong, as problems: one per column and kind, rows listed, never one per cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Protocol

from tam.data.responses import ColumnMatch
from tam.data.table import Table
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Scale

if TYPE_CHECKING:
    import pandas as pd

_LISTED_VALUES = 20
_LISTED_ROWS = 10
_CODES = {"not_on_scale": "answer-not-on-scale", "contradicts": "answer-contradicts-scale"}


class Coded(Protocol):
    """A coded column, as far as its faults go."""

    @property
    def match(self) -> ColumnMatch: ...
    @property
    def scale(self) -> Scale: ...
    @property
    def faults(self) -> tuple[tuple[int, str, str], ...]: ...


def coding_problems(table: Table, coded: Iterable[Coded]) -> list[Problem]:
    """Answers that cannot be coded: one problem per column and distinct answer, with first row and count."""
    found: list[Problem] = []
    for column in coded:
        rows: dict[tuple[str, str], list[int]] = {}
        for index, fault, cell in column.faults:
            if fault in _CODES:
                rows.setdefault((fault, cell), []).append(table.row_numbers[index])
        listed = list(rows.items())[:_LISTED_VALUES]
        found += [_coding_problem(table, column, fault, cell, where) for (fault, cell), where in listed]
        rest = list(rows.values())[_LISTED_VALUES:]
        if rest:
            place = Where(table.file, rest[0][0], column.match.column, column.match.item)
            n = sum(map(len, rest))
            found.append(problem("more-answers-not-on-scale", place, n=n, item=column.match.item))
    return found


def _coding_problem(table: Table, column: Coded, fault: str, cell: str, rows: list[int]) -> Problem:
    match, scale = column.match, column.scale
    words = [
        label.get("zh" if any("\u4e00" <= c <= "\u9fff" for c in cell) else "en")
        for label in scale.labels.values()
    ]
    listed = words or [f"{_short(scale.min)} - {_short(scale.max)}"]
    return problem(
        _CODES[fault],
        Where(table.file, rows[0], match.column, match.item),
        value=cell,
        item=match.item,
        scale=scale.id,
        n=len(rows),
        rows=rows[:_LISTED_ROWS],
        expected=listed,
    )


def range_problems(table: Table, coded: Iterable[Coded]) -> list[Problem]:
    """Answers outside their scale, one problem per column."""
    found = []
    for column in coded:
        hits = [(i, cell) for i, fault, cell in column.faults if fault == "out_of_range"]
        if hits:
            rows = [table.row_numbers[i] for i, _ in hits]
            values = [f"{cell} × {n}" for cell, n in Counter(cell for _, cell in hits).most_common(5)]
            place = Where(table.file, rows[0], column.match.column, column.match.item)
            low, high = _limits(column.scale)
            found.append(
                problem(
                    "value-out-of-range",
                    place,
                    item=column.match.item,
                    scale=column.scale.id,
                    low=low,
                    high=high,
                    n=len(rows),
                    rows=rows[:_LISTED_ROWS],
                    values=values,
                )
            )
    return found


def soundness_problems(file: str, values: pd.DataFrame, columns: dict[str, str]) -> list[Problem]:
    """Items that cannot carry information: nobody answered, or everybody the same."""
    found = []
    for item in values.columns:
        answered = values[item].dropna()
        place = Where(file=file, column=columns[item], item=item)
        if answered.empty:
            found.append(problem("item-without-answers", place, item=item))
        elif len(answered) > 1 and answered.nunique() == 1:
            found.append(
                problem(
                    "item-without-variance", place, item=item, value=_short(answered.iloc[0]), n=len(answered)
                )
            )
    return found


def _limits(scale: Scale) -> tuple[str, str]:
    if scale.type == "nominal" or (scale.min is None and scale.max is None):
        codes = [str(code) for code in scale.labels]
        return (codes[0], codes[-1]) if codes else ("-", "-")
    return _short(scale.min), _short(scale.max)


def _short(number: float | None) -> str:
    return "∞" if number is None else f"{number:g}"
