"""Tables for LaTeX: three rules, heads repeated on every page, columns as shares of the width of the text."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tam.report.characters import width
from tam.report.column_widths import MM_PER_POINT, Plan, after_numbers, planned
from tam.report.document import Cell, Column, Rich, Run, Table, plain
from tam.report.latex_text import Tex, TexSetting

SIZES = (10.0, 9.0, 8.0)
"""Sizes of type in points that a table may take, the first that fits."""

ROOM, TURNED_ROOM = 160.0, 247.0
"""The width of the text on an A4 page, upright and turned, in millimetres."""

_LONGEST = 800
"""The most characters of a cell that are kept in one piece."""

_TOGETHER = 24
"""Tables up to this number of lines stay on one page; of longer ones at least this many stand at its end."""

_BEGINNING = 8
_CAPTION = 4
_ENDING = 3


@dataclass(frozen=True, slots=True)
class TexRow:
    """``glued``: the next row stands on the same page. ``lines``: about how many it takes."""

    text: Tex
    glued: bool
    lines: int


@dataclass(frozen=True, slots=True)
class TexTable:
    """A table as its template prints it, sizes in points, ``padding`` at each side of a column in
    millimetres; where a page has not so many ``lines`` left, it begins a new one."""

    number: int
    label: Tex
    title: Tex
    size: float
    padding: float
    columns: Tex
    count: int
    head: Tex
    rows: tuple[TexRow, ...]
    notes: tuple[Tex, ...]
    lines: int
    turned: bool

    @property
    def leading(self) -> float:
        """The distance of the lines in points."""
        return round(1.2 * self.size, 1)


def tex_table(table: Table, setting: TexSetting) -> TexTable:
    plan = planned(table, ROOM, TURNED_ROOM, SIZES)
    rows = _ended(tuple(_rows(table, plan, setting)))
    lines = _CAPTION + sum(row.lines for row in rows)
    return TexTable(
        table.number,
        setting.labels[f"table-{table.key}"],
        setting.set(table.title),
        plan.size,
        plan.padding / 2,
        _columns(table.columns, plan),
        len(table.columns),
        Tex(" & ".join(rf"\textbf{{{setting.set(column.head)}}}" for column in table.columns)),
        rows,
        tuple(setting.set(note) for note in table.notes),
        lines + len(table.notes) if lines <= _TOGETHER else _BEGINNING,
        plan.turned,
    )


def _columns(columns: Sequence[Column], plan: Plan) -> Tex:
    """``R`` for numbers, ``L`` for words, ``G`` for words after numbers, each with its share of the width."""
    room = TURNED_ROOM if plan.turned else ROOM
    kinds = (
        "R" if column.kind == "number" else "G" if apart else "L"
        for column, apart in zip(columns, after_numbers(columns), strict=True)
    )
    shares = (int(10_000 * one / room) / 10_000 for one in plan.widths)
    return Tex("".join(f"{kind}{{{share:.4f}}}" for kind, share in zip(kinds, shares, strict=True)))


def _rows(table: Table, plan: Plan, setting: TexSetting) -> Iterator[TexRow]:
    for index, group in enumerate(table.groups):
        if group.label:
            yield TexRow(_group(group.label, len(table.columns), setting, first=index == 0), True, 1)
        for row in group.rows:
            for part in _over_pages(row):
                yield TexRow(_row(part, table.columns, setting), False, _lines(part, plan))


def _ended(rows: Sequence[TexRow]) -> tuple[TexRow, ...]:
    """The rows, the last three of a long table on one page."""
    start, last = max(len(rows) - _ENDING, _BEGINNING), len(rows) - 1
    return tuple(replace(row, glued=row.glued or start <= index < last) for index, row in enumerate(rows))


def _lines(row: Sequence[Cell], plan: Plan) -> int:
    """About how many lines the longest cell of a row takes."""
    em = plan.size * MM_PER_POINT
    shares = (width(plain(cell.text)) * em / room for cell, room in zip(row, plan.widths, strict=True))
    return max((math.ceil(share + 0.2) for share in shares), default=1)


def _over_pages(row: Sequence[Cell]) -> Iterator[tuple[Cell, ...]]:
    """A row of cells that no page would hold as several rows, each with the next stretch of every text."""
    longest = max((len(plain(cell.text)) for cell in row), default=0)
    if longest <= _LONGEST:
        yield tuple(row)
        return
    for start in range(0, longest, _LONGEST):
        yield tuple(replace(cell, text=_stretch(cell.text, start, start + _LONGEST)) for cell in row)


def _stretch(text: Rich, start: int, end: int) -> Rich:
    """The characters of a text from ``start`` to before ``end``, with their marks."""
    kept: list[Run] = []
    for run in text:
        part = run.text[max(start, 0) : max(end, 0)]
        kept += [replace(run, text=part)] if part else []
        start, end = start - len(run.text), end - len(run.text)
    return tuple(kept)


def _group(label: Rich, columns: int, setting: TexSetting, *, first: bool) -> Tex:
    room = "" if first else r"\addlinespace "
    return Tex(rf"{room}\multicolumn{{{columns}}}{{@{{}}L{{1}}@{{}}}}{{\textbf{{{setting.set(label)}}}}}")


def _row(row: Sequence[Cell], columns: Sequence[Column], setting: TexSetting) -> Tex:
    return Tex(" & ".join(_cell(cell, column, setting) for cell, column in zip(row, columns, strict=True)))


def _cell(cell: Cell, column: Column, setting: TexSetting) -> str:
    """What counts is bold; numbers stay on one line."""
    text = setting.set(cell.text)
    if column.kind == "number":
        text = Tex(text.replace(" ", "~"))
    return text if cell.level == "plain" or not text else rf"\textbf{{{text}}}"
