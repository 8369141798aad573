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


def words_column(context: Context, key: str) -> Column:
    """Short text such as the name of an item."""
    return Column(context.say(f"columns.{key}"), "text")


def names_column(context: Context, key: str, **values: str) -> Column:
    """Names of constructs, paths and groups."""
    return Column(context.say(f"columns.{key}", **values), "name")


def sentences_column(context: Context, key: str) -> Column:
    """Wordings and statements."""
    return Column(context.say(f"columns.{key}"), "sentence")


def number_column(context: Context, key: str, **values: str) -> Column:
    return Column(context.say(f"columns.{key}", **values), "number")


def interval_column(context: Context) -> Column:
    return number_column(context, "interval", level=context.level)
