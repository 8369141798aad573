"""Delimited text to a grid of cells; comma, semicolon, tab and bar are told apart by the rows themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from itertools import islice

from tam.data.table import Grid
from tam.errors import TamError, Where, problem

SEPARATORS = (",", ";", "\t", "|")
_PROBE_ROWS = 50
# In a table of two or three columns a comma in a long comment would look like a row.
_NARROWEST = 4
_PROBE_CHARACTERS = 200_000


def read_delimited(text: str, file: str, encoding: str) -> Grid:
    """The filled records of a delimited text. A quoted cell may span lines: rows are counted by record."""
    declared, text = _declared_separator(text)
    offset = 1 if declared else 0
    separator = declared or choose_separator(text)
    records: list[list[str]] = []
    numbers: list[int] = []
    held: dict[str, str] = {}
    for number, (record, lines) in enumerate(_records(text, separator, file, offset), start=1 + offset):
        if any(cell.strip() for cell in record):
            width = len(records[0] if records else record)
            if lines > 1 and any(_swallows_rows(cell, separator, width) for cell in record):
                raise TamError(problem("quote-not-closed", Where(file=file, row=number)))
            # the same few answers over and over: each text is kept once
            records.append([held.setdefault(cell, cell) for cell in record])
            numbers.append(number)
    return Grid(tuple(records), tuple(numbers), encoding, separator)


def _declared_separator(text: str) -> tuple[str | None, str]:
    """Excel's own first line ``sep=;`` names the separator and is no header."""
    first, _, rest = text.partition("\n")
    mark = first.strip('\r\n\ufeff "')
    if mark.lower().startswith("sep=") and len(mark) == 5 and mark[4] in SEPARATORS:
        return mark[4], rest
    return (first[4], rest) if first.rstrip("\r").lower() == "sep=\t" else (None, text)


def choose_separator(text: str) -> str:
    """The separator under which most of the first rows have as many cells as the header has."""

    def score(separator: str) -> tuple[float, int]:
        widths = [len(record) for record in _probe(text, separator) if record]
        if not widths or widths[0] < 2:
            return (0.0, 0)
        same = sum(width == widths[0] for width in widths) / len(widths)
        return (round(same, 1), widths[0])

    return max(SEPARATORS, key=score)


def _probe(text: str, separator: str) -> list[list[str]]:
    head = text[:_PROBE_CHARACTERS]
    try:
        records = list(
            islice(csv.reader(io.StringIO(head, newline=""), delimiter=separator), _PROBE_ROWS + 1)
        )
    except csv.Error:
        return []
    cut_off = len(text) > len(head) and len(records) <= _PROBE_ROWS
    return records[:-1] if cut_off and len(records) > 1 else records[:_PROBE_ROWS]


def _records(text: str, separator: str, file: str, offset: int) -> Iterator[tuple[list[str], int]]:
    """Records of the text, each with the number of lines it takes up.

    A quote that is never closed and a cell beyond all measure are problems.
    """
    strict = '"' in text and not _has_stray_quotes(text, separator)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)
    number = offset
    while True:
        number += 1
        before = reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as fault:
            where = Where(file=file, row=number)
            if "field larger" in str(fault):
                raise TamError(problem("cell-too-large", where, limit=csv.field_size_limit())) from fault
            raise TamError(problem("quote-not-closed", where)) from fault
        yield record, reader.line_num - before


def _swallows_rows(cell: str, separator: str, width: int) -> bool:
    """Is a whole row of the table inside this cell? Then a quotation mark was opened and closed later."""
    if "\n" not in cell or width < _NARROWEST:
        return False
    return any(line.count(separator) == width - 1 for line in cell.split("\n")[1:-1])


def _has_stray_quotes(text: str, separator: str) -> bool:
    """Is there text after a closing quote (``"a"b``)? Then the file is read leniently, as spreadsheets do."""
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as fault:
        return "expected after" in str(fault)
    return False
