"""Workbooks (.xlsx, .xlsm, .xlsb, .xls, .ods) to a grid of text, read by another process."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

from tam.data.apart import Cells, Unreadable, memory_is_limited, read_apart
from tam.data.table import Grid
from tam.errors import TamError, Where, problem

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CONTENTS = ("xl/workbook.xml", "xl/workbook.bin", "content.xml")
# A survey of 100,000 respondents by 200 columns unpacks to about 1 GB of XML.
_LARGEST_UNPACKED = 2_000_000_000
_LARGEST_CELLS = 60_000_000
# Sheets of answers shrink to a tenth; an archive made to exhaust its reader shrinks to a thousandth.
_SMALL = 100_000_000
_MOST_SHRUNK = 200
_LONGEST_CELL = 131_072
_CODES = {
    "damaged": "workbook-damaged",
    "protected": "workbook-protected",
    "too_large": "workbook-too-large",
}
# Cells and rows both carry their place; with the column left out the row's own number still counts.
_PLACE = re.compile(rb"""<(?:\w{1,20}:)?(?:c|row)\s[^<>]{0,200}?\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
# The reader reserves memory for as many texts as the file says it holds.
_TEXTS = re.compile(rb"""<(?:\w{1,20}:)?sst\s[^<>]{0,400}?\buniqueCount=["']([0-9]{8,})["']""")


def is_workbook(content: bytes) -> bool:
    """Does the file begin as a workbook does, whatever its name says?"""
    return content.startswith((ZIP_MARK, OLE_MARK))


def read_workbook(content: bytes, path: Path, sheet: str | int | None = None) -> Grid:
    """A sheet as text, with absolute row numbers: the one named, else the first that holds anything."""
    place = Where(file=path.name)
    _refuse_bomb(content, path.name)
    try:
        cells = read_apart("workbook", path, sheet=sheet)
    except Unreadable as fault:
        raise TamError(problem(_CODES[fault.kind], place)) from fault
    about = cells.about
    if about["sheet"] is None:
        names = list(about["sheets"])
        if sheet is not None and names:
            raise TamError(problem("sheet-not-found", place, sheet=sheet, sheets=names))
        raise TamError(problem("data-file-empty", place))
    others = list(about["others"])
    notes = (problem("sheet-chosen", place, sheet=about["sheet"], others=others),) if others else ()
    _refuse_long_cells(cells, path.name)
    records, numbers = filled_records(cells)
    return Grid(records, numbers, encoding="workbook", sheet=about["sheet"], problems=notes)


def filled_records(cells: Cells) -> tuple[tuple[list[str], ...], tuple[int, ...]]:
    """The rows that hold anything, as lists of text, and their numbers counted from 1."""
    import numpy as np

    telling = np.array([bool(text.strip()) for text in cells.texts], dtype=bool)
    filled = np.flatnonzero(telling[cells.codes].any(axis=1)) if telling.size else np.array([], dtype=int)
    texts = cells.texts
    records = tuple([texts[code] for code in row] for row in cells.codes[filled].tolist())
    return records, tuple((filled + 1).tolist())


def _refuse_long_cells(cells: Cells, file: str) -> None:
    """A cell longer than any answer is a fault of the file, in a workbook as in delimited text."""
    import numpy as np

    long = [i for i, text in enumerate(cells.texts) if len(text) > _LONGEST_CELL]
    if long:
        row = int(np.flatnonzero(np.isin(cells.codes, long).any(axis=1))[0]) + 1
        raise TamError(problem("cell-too-large", Where(file=file, row=row), limit=_LONGEST_CELL))


def _refuse_bomb(content: bytes, file: str) -> None:
    """Refuse an archive that unpacks to gigabytes.

    Where the memory of the other process cannot be limited, also one with a sheet whose far corner asks for
    too many cells.
    """
    if not content.startswith(ZIP_MARK):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            if not any(name in archive.namelist() for name in _CONTENTS):
                raise zipfile.BadZipFile
            unpacked = sum(part.file_size for part in parts)
            bomb = unpacked > _LARGEST_UNPACKED or (
                unpacked > _SMALL and unpacked > _MOST_SHRUNK * len(content)
            )
            cells = 0
            if not bomb and not memory_is_limited():
                names = [part.filename for part in parts if part.filename.endswith(".xml")]
                cells = max((_extent(archive, name) for name in names), default=0)
    except Exception as fault:  # zipfile, zlib, lzma and struct each have their own; all mean damage
        raise TamError(problem("workbook-damaged", Where(file=file))) from fault
    if bomb or cells > _LARGEST_CELLS:
        raise TamError(problem("workbook-too-large", Where(file=file)))


def _extent(archive: zipfile.ZipFile, name: str) -> int:
    """Rows times columns up to the farthest cell a part names, or the number of texts it claims to hold."""
    columns = rows = texts = 0
    rest = b""
    with archive.open(name) as part:
        while chunk := part.read(1 << 22):
            for letters, number in _PLACE.findall(rest + chunk):
                rows = max(rows, int(number))
                columns = max(columns, _column_number(letters))
            texts = max([texts, *map(int, _TEXTS.findall(rest + chunk))])
            rest = chunk[-500:]
    return max(rows * columns, texts)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
