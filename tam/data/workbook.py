"""XLSX and XLS workbooks to a grid of text, through python-calamine."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date, datetime, time, timedelta
from typing import Any

from tam.data.table import Grid
from tam.errors import TamError, Where, problem

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A survey of 100,000 respondents by 200 columns unpacks to about 1 GB of XML.
_LARGEST_UNPACKED = 2_000_000_000
_LARGEST_CELLS = 60_000_000
# Cells and rows both carry their place; with the column left out the row's own number still counts.
_PLACE = re.compile(rb"""<(?:\w{1,20}:)?(?:c|row)\s[^<>]{0,200}?\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
_NO_SHEET = ("xl/sharedStrings.xml", "xl/styles.xml")


def is_workbook(content: bytes) -> bool:
    """Does the file begin as a workbook does, whatever its name says?"""
    return content.startswith((ZIP_MARK, OLE_MARK))


def read_workbook(content: bytes, file: str) -> Grid:
    """The first sheet that holds anything, as text, with absolute row numbers."""
    _refuse_bomb(content, file)
    try:
        sheets = _filled_sheets(content)
    except Exception as fault:
        raise TamError(problem(_code(fault), Where(file=file))) from fault
    except BaseException as fault:
        # The Rust reader's panic is no Exception; everything else of that rank (Ctrl-C) is not ours to catch.
        if type(fault).__name__ != "PanicException":
            raise
        raise TamError(problem("workbook-damaged", Where(file=file))) from fault
    if not sheets:
        raise TamError(problem("data-file-empty", Where(file=file)))
    name, rows = sheets[0]
    others = [other for other, _ in sheets[1:]]
    notes = (problem("sheet-chosen", Where(file=file), sheet=name, others=others),) if others else ()
    filled = [(number, row) for number, row in enumerate(rows, start=1) if any(cell.strip() for cell in row)]
    return Grid(
        records=tuple(row for _, row in filled),
        numbers=tuple(number for number, _ in filled),
        encoding="workbook",
        sheet=name,
        problems=notes,
    )


def _filled_sheets(content: bytes) -> list[tuple[str, list[list[str]]]]:
    """Name and text of every sheet with at least one filled cell; only the first is needed in full."""
    from python_calamine import CalamineWorkbook

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    filled: list[tuple[str, list[list[str]]]] = []
    for name in workbook.sheet_names:
        try:
            rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        except Exception:
            # A chart sheet is no table; a damaged first table must not be passed over in silence.
            if not filled and len(workbook.sheet_names) == 1:
                raise
            continue
        if any(cell not in ("", None) for row in rows for cell in row):
            filled.append((name, [] if filled else [[cell_text(cell) for cell in row] for row in rows]))
    return filled


def cell_text(value: Any) -> str:
    """A typed cell as the text that a CSV of the same sheet would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _code(fault: Exception) -> str:
    return "workbook-protected" if "assword" in f"{type(fault).__name__}{fault}" else "workbook-damaged"


def _refuse_bomb(content: bytes, file: str) -> None:
    """Refuse an archive that unpacks to gigabytes, and a sheet whose far corner asks for too many cells."""
    if not content.startswith(ZIP_MARK):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise zipfile.BadZipFile
            unpacked = sum(part.file_size for part in parts)
            cells = 0
            if unpacked <= _LARGEST_UNPACKED:
                names = [part.filename for part in parts if part.filename.endswith(".xml")]
                cells = max((_extent(archive, name) for name in names if name not in _NO_SHEET), default=0)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as fault:
        raise TamError(problem("workbook-damaged", Where(file=file))) from fault
    if unpacked > _LARGEST_UNPACKED or cells > _LARGEST_CELLS:
        raise TamError(problem("workbook-too-large", Where(file=file)))


def _extent(archive: zipfile.ZipFile, name: str) -> int:
    """Rows times columns up to the farthest cell that the sheet names."""
    columns = rows = 0
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(1 << 22):
            for letters, number in _PLACE.findall(rest + chunk):
                rows = max(rows, int(number))
                columns = max(columns, _column_number(letters))
            rest = chunk[-300:]
    return rows * columns


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
