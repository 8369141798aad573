"""The tables of a document, and what its figures show, as data: CSV for programs, XLSX for spreadsheets.

Numbers stand in full precision, as the results have them (16 digits in the workbook, which shows the digits
of the report); an interval is two columns. What somebody wrote is text and never a formula.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tam.report.document import Cell, Column, Document, Figure, Rich, Table, plain
from tam.report.words import Words, load_words
from tam.writing import csv_text

Value = str | float | None
_BLANKS = frozenset({"", "–", "-", "—"})
_BETWEEN = re.compile(r"[\s\[\](),;:/*†‡±–~（），；]*")
"""What may stand around numbers without making words of them."""
_TOKEN = re.compile(r"(?:[<>]\s)?−?(?:\d[\d,]*(?:\.\d+)?|\.\d+)(?: × 10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?%?")
"""A number as it is printed."""
_LIMITS = re.compile(r"\[[^\],]+, [^\],]+\]")
_TWO_HEADS = re.compile(r"(.*\S)\s?[(（](.*)[)）]")
"""``χ² (df)`` heads two numbers."""
_PRINTED = re.compile(r"−?(?:\d{1,3}(?:,\d{3})+|\d*)(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value with the text that shows it in the report; the text is empty for words."""

    value: Value
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A table without spans: one head a column, one value a cell. ``kinds`` are those of the document."""

    heads: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Tabled:
    """A table, or the data of a figure, with the name that its files bear."""

    kind: str
    number: int
    key: str
    title: Rich
    table: Table
    notes: tuple[Rich, ...]

    @property
    def name(self) -> str:
        """``01-hypotheses``."""
        return f"{self.number:02d}-{self.key}"


def tabled(document: Document) -> Iterator[Tabled]:
    """Every table of a document and the data of every figure, in their order."""
    for section in document.sections:
        for block in section.blocks:
            if isinstance(block, Table):
                yield Tabled("tables", block.number, block.key, block.title, block, block.notes)
            elif isinstance(block, Figure):
                yield Tabled("figures", block.number, block.key, block.title, block.data, block.notes)


def csv_files(document: Document) -> dict[str, str]:
    """Name of the file -> its text: ``tables/01-hypotheses.csv``, ``figures/01-flow.csv``."""
    words = load_words(document.language)
    found: dict[str, str] = {}
    for one in tabled(document):
        made = grid(one.table, words)
        rows = [[entry.value for entry in row] for row in made.rows]
        found[f"{one.kind}/{one.name}.csv"] = csv_text(made.heads, rows)
    return found


def xlsx_bytes(document: Document) -> bytes:
    """A workbook: a list, then a sheet for every table and for the data of every figure."""
    from tam.report.data_workbook import workbook_bytes

    words = load_words(document.language)
    return workbook_bytes(document, [(one, grid(one.table, words)) for one in tabled(document)], words)


# -- one value a cell ---------------------------------------------------------------------------------------


def grid(table: Table, words: Words) -> Grid:
    """A table as data: rows that stand under a common head name it in a column of their own."""
    grouped = any(plain(group.label) for group in table.groups)
    rows = [(group.label, row) for group in table.groups for row in group.rows]
    parts = [_part([row[index] for _, row in rows]) for index in range(len(table.columns))]
    heads = [words.text("data.group")] if grouped else []
    kinds = ["name"] if grouped else []
    for column, part in zip(table.columns, parts, strict=True):
        heads += _heads(column, part, words)
        kinds += [column.kind] * part.width
    made = []
    for label, row in rows:
        entries = [Entry(_words(label))] if grouped else []
        for cell, column, part in zip(row, table.columns, parts, strict=True):
            entries += _entries(cell, column, part)
        made.append(tuple(entries))
    return Grid(tuple(_told_apart(heads)), tuple(kinds), tuple(made))


@dataclass(frozen=True, slots=True)
class _Part:
    """The columns that a column of the report becomes: ``numbers`` and, of an interval, two limits."""

    numbers: int = 1
    limits: bool = False

    @property
    def width(self) -> int:
        return self.numbers + 2 * self.limits


def _part(cells: Sequence[Cell]) -> _Part:
    found = [(len(_numbers(cell)), _has_limits(cell)) for cell in cells]
    limits = any(count > 1 and interval for count, interval in found)
    numbers = max((count - 2 * interval for count, interval in found), default=1)
    return _Part(max(numbers, 0 if limits else 1), limits)


def _has_limits(cell: Cell) -> bool:
    return len(cell.values) > 1 and _LIMITS.search(plain(cell.text)) is not None


def _heads(column: Column, part: _Part, words: Words) -> list[str]:
    head = _words(column.head) or ""
    two = _TWO_HEADS.fullmatch(head)
    if two and part == _Part(2):
        return [two[1], two[2]]
    more = (words.text("data.further", head=head, number=str(n)) for n in range(2, part.numbers + 1))
    limits = [words.text(f"data.{end}", head=head) for end in ("low", "high")]
    return [*([head, *more] if part.numbers else []), *(limits if part.limits else [])]


def _entries(cell: Cell, column: Column, part: _Part) -> list[Entry]:
    numbers, text = _numbers(cell), _words(cell.text)
    if numbers:
        limits = numbers[-2:] if _has_limits(cell) else []
        first = numbers[: len(numbers) - len(limits)]
        blanks = [Entry(None)] * (part.numbers - len(first))
        return [*first, *blanks, *(limits or [Entry(None)] * (2 * part.limits))]
    if text in _BLANKS:
        return [Entry(None)] * part.width
    if column.kind == "number" and text is not None and (printed := _printed(text)) is not None:
        return [printed, *[Entry(None)] * (part.width - 1)]
    return [Entry(text), *[Entry(None)] * (part.width - 1)]


def _numbers(cell: Cell) -> list[Entry]:
    """The numbers of a cell that says nothing else; empty where it holds words."""
    values, text = cell.values, plain(cell.text)
    if not values or not _BETWEEN.fullmatch(_TOKEN.sub("", text)):
        return []
    tokens = _TOKEN.findall(text)
    shown = tokens if len(tokens) == len(values) else [text] * len(values)
    return [Entry(_number(value, one), one) for value, one in zip(values, shown, strict=True)]


def _number(value: float, shown: str) -> float:
    """A number as it is, whole where it is shown whole."""
    if not math.isfinite(value):
        raise ValueError("a number that is none stands in a table")
    whole = isinstance(value, int) or (float(value).is_integer() and "." not in shown and "%" not in shown)
    return int(value) if whole else float(value)


def _printed(text: str) -> Entry | None:
    """A number of which only the printed digits are known."""
    if not _PRINTED.fullmatch(text) or not any(letter.isdigit() for letter in text):
        return None
    bare = text.replace("−", "-").replace(",", "").rstrip("%")
    value = float(bare) / (100 if text.endswith("%") else 1)
    return Entry(_number(value, text), text)


def _words(text: Rich) -> str | None:
    """Text in one line; None for nothing."""
    return " ".join(plain(text).split()) or None


def _told_apart(heads: Sequence[str]) -> Iterator[str]:
    """Heads that are unique: a second "SE" becomes "SE (2)"."""
    seen: dict[str, int] = {}
    for head in heads:
        seen[head] = seen.get(head, 0) + 1
        yield head if seen[head] == 1 else f"{head} ({seen[head]})"
