"""A workbook of tables: a list of them, then a sheet each, with the digits and the notes of the report."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tam.report.document import Document, plain
from tam.report.words import Words

if TYPE_CHECKING:
    from tam.report.data_files import Entry, Grid, Tabled

_DATE = "2000-01-01T00:00:00Z"
"""The same tables give the same bytes: no file of ours holds the day on which it was made."""
_LONGEST = 32_000
"""Characters of a cell; spreadsheets refuse a few more."""
_TYPEFACE = "Calibri"
_WIDEST, _NARROWEST = 60, 7
_FIRST = 4
"""The row of the heads: above stand number and title of the table."""


def workbook_bytes(document: Document, tables: Sequence[tuple[Tabled, Grid]], words: Words) -> bytes:
    """The workbook of a document's tables."""
    from openpyxl import Workbook

    book = Workbook()
    names = [_sheet_name(one) for one, _ in tables]
    _contents(book.active, document, tables, names, words)
    for name, (one, grid) in zip(names, tables, strict=True):
        _sheet(book.create_sheet(name), one, grid, words)
    properties = book.properties
    properties.creator, properties.title = "tam", _clean(document.title)[:255]
    properties.language = "zh-CN" if document.language == "zh" else "en"
    return _saved(book)


def _sheet_name(one: Tabled) -> str:
    letter = "T" if one.kind == "tables" else "F"
    return re.sub(r"[\[\]:*?/\\']", "-", f"{letter}{one.number:02d} {one.key}")[:31]


def _label(one: Tabled, words: Words) -> str:
    kind = words.text("document.table" if one.kind == "tables" else "document.figure")
    return f"{kind} {one.number}"


def _contents(
    sheet: Any, document: Document, tables: Sequence[tuple[Tabled, Grid]], names: Sequence[str], words: Words
) -> None:
    """The list of sheets, each with a link."""
    from openpyxl.worksheet.hyperlink import Hyperlink

    sheet.title = _clean(words.text("data.contents"))[:31]
    _text(sheet.cell(1, 1), document.title, bold=True, size=14)
    _text(sheet.cell(2, 1), plain(document.kicker))
    for column, head in enumerate(("data.number", "data.title", "data.rows"), 1):
        _head(sheet.cell(_FIRST, column), words.text(head))
    for row, (name, (one, grid)) in enumerate(zip(names, tables, strict=True), _FIRST + 1):
        _text(sheet.cell(row, 1), _label(one, words))
        cell = sheet.cell(row, 2)
        _text(cell, plain(one.title), color="1F5F8B", underline="single")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{name}'!A1")
        sheet.cell(row, 3, len(grid.rows))
    for letter, width in zip("ABC", (14, 80, 10), strict=True):
        sheet.column_dimensions[letter].width = width
    _page(sheet)
    sheet.freeze_panes = sheet.cell(_FIRST + 1, 1)


def _sheet(sheet: Any, one: Tabled, grid: Grid, words: Words) -> None:
    _text(sheet.cell(1, 1), _label(one, words), bold=True)
    _text(sheet.cell(2, 1), plain(one.title), italic=True)
    for column, head in enumerate(grid.heads, 1):
        _head(sheet.cell(_FIRST, column), head, right=grid.kinds[column - 1] == "number")
    last = _FIRST + len(grid.rows)
    for row, entries in enumerate(grid.rows, _FIRST + 1):
        for column, entry in enumerate(entries, 1):
            _value(sheet.cell(row, column), entry, end=row == last)
    for index, note in enumerate(one.notes):
        mark = words.text("document.note") + " " if index == 0 else ""
        _text(sheet.cell(last + 2 + index, 1), mark + plain(note), color="566072", size=9)
    _widths(sheet, grid)
    _page(sheet)
    sheet.freeze_panes = sheet.cell(_FIRST + 1, 2)


def _page(sheet: Any) -> None:
    """Paper: as wide as the page, the heads on every page."""
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"1:{_FIRST}"


def _head(cell: Any, text: str, *, right: bool = False) -> None:
    from openpyxl.styles import Alignment, Border, Side

    _text(cell, text, bold=True)
    cell.alignment = Alignment(horizontal="right" if right else "left", vertical="bottom", wrap_text=True)
    cell.border = Border(top=Side(style="medium"), bottom=Side(style="thin"))


def _value(cell: Any, entry: Entry, *, end: bool) -> None:
    from openpyxl.styles import Alignment, Border, Font, Side

    if isinstance(entry.value, str):
        _text(cell, entry.value)
        cell.alignment = Alignment(vertical="top", wrap_text=len(entry.value) > 24)
    elif entry.value is not None:
        cell.value = entry.value
        cell.number_format = number_format(entry.shown)
        cell.font = Font(name=_TYPEFACE, size=11)
        cell.alignment = Alignment(horizontal="right", vertical="top")
    if end:
        cell.border = Border(bottom=Side(style="medium"))


def number_format(shown: str) -> str:
    """The format by which a spreadsheet shows a number as the report does: digits, leading zero, percent."""
    bare = shown.lstrip("<> −=")
    digits = len(bare.rstrip("%").partition(".")[2].split(" ")[0])
    zero = "0" if not bare.startswith(".") else ""
    places = "." + "0" * digits if digits else ""
    if "×" in shown:
        return f"0{places}E+00"
    if bare.endswith("%"):
        return f"0{places}%"
    if shown[:1] in ("<", ">") and digits:
        low, high = f"{zero}.{'0' * (digits - 1)}1", f"{zero}.{'9' * digits}"
        return f'[<0.{"0" * (digits - 1)}1]"< {low}";[>0.{"9" * digits}]"> {high}";{zero}{places}'
    return f"{zero}{places}" if places else "#,##0"


def _text(cell: Any, text: str, *, size: int = 11, color: str | None = None, **type_: Any) -> None:
    """Text that stays text, whatever it begins with."""
    from openpyxl.styles import Font

    cell.value = _clean(text)
    cell.data_type = "s"
    cell.quotePrefix = text.lstrip()[:1] in ("=", "+", "-", "@")
    cell.font = Font(name=_TYPEFACE, size=size, color=color, **type_)


def _widths(sheet: Any, grid: Grid) -> None:
    from openpyxl.utils import get_column_letter

    for index, head in enumerate(grid.heads):
        texts = (
            entry.shown or str(entry.value or "") for row in grid.rows for entry in row[index : index + 1]
        )
        longest = max((_extent(text) for text in texts), default=0)
        words = max((_extent(word) for word in head.split()), default=0)
        width = max(longest, words, min(_extent(head), 18)) + 2
        letter = get_column_letter(index + 1)
        sheet.column_dimensions[letter].width = min(max(width, _NARROWEST), _WIDEST)


def _extent(text: str) -> int:
    """Width in letters; East Asian characters take two."""
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text[: 2 * _WIDEST])


def _clean(text: str) -> str:
    """Without the characters that the file format cannot hold."""
    kept = (
        one
        for one in text[:_LONGEST]
        if one in "\t\n" or (one >= " " and not "\ud800" <= one <= "\udfff" and one not in "\ufffe\uffff\x7f")
    )
    return "".join(kept)


def _saved(book: Any) -> bytes:
    """The bytes of the workbook, with one fixed time for every part of it."""
    first, second = io.BytesIO(), io.BytesIO()
    book.save(first)
    with zipfile.ZipFile(first) as source, zipfile.ZipFile(second, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", _DATE.encode(), content)
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            target.writestr(info, content, zipfile.ZIP_DEFLATED)
    return second.getvalue()
