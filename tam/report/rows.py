"""Short makers of cells and columns, so that a table reads in the code as it reads on the page."""

from __future__ import annotations

from collections.abc import Iterable

from tam.report.context import Context
from tam.report.document import Cell, Column, Group, Level, Rich, rich


def cell(text: str | Rich, level: Level = "plain") -> Cell:
    return Cell(rich(text) if isinstance(text, str) else text, level)


def row(*texts: str | Rich | Cell) -> tuple[Cell, ...]:
    return tuple(text if isinstance(text, Cell) else cell(text) for text in texts)


def one_group(rows: Iterable[tuple[Cell, ...]]) -> tuple[Group, ...]:
    return (Group(tuple(rows)),)


def words_column(context: Context, key: str, span: Rich = ()) -> Column:
    return Column(context.say(f"columns.{key}"), "text", span)


def number_column(context: Context, key: str, span: Rich = (), **values: str) -> Column:
    return Column(context.say(f"columns.{key}", **values), "number", span)


def interval_column(context: Context, span: Rich = ()) -> Column:
    return number_column(context, "interval", span, level=context.level)
