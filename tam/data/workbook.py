"""XLSX and XLS workbooks to a grid of text, through python-calamine."""

from __future__ import annotations

import io
import re
import zipfile

from tam.data.old_workbook import read_apart
from tam.data.sheets import filled_sheets
from tam.data.table import Grid
from tam.errors import TamError, Where, problem

ZIP_MARK = b"PK\x03\x04"
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A survey of 100,000 respondents by 200 columns unpacks to about 1 GB of XML.
_LARGEST_UNPACKED = 2_000_000_000
_LARGEST_CELLS = 60_000_000
# Cells and rows both carry their place; with the column left out the row's own number still counts.
_PLACE = re.compile(rb"""<(?:\w{1,20}:)?(?:c|row)\s[^<>]{0,200}?\br=["']([A-Z]{0,3})([0-9]{1,7})["']""")
# The reader reserves memory for as many texts as the file says it holds.
_TEXTS = re.compile(rb"""<(?:\w{1,20}:)?sst\s[^<>]{0,400}?\buniqueCount=["']([0-9]{8,})["']""")


def is_workbook(content: bytes) -> bool:
    """Does the file begin as a workbook does, whatever its name says?"""
    return content.startswith((ZIP_MARK, OLE_MARK))


def read_workbook(content: bytes, file: str) -> Grid:
    """The first sheet that holds anything, as text, with absolute row numbers."""
    _refuse_bomb(content, file)
    try:
        sheets = read_apart(content) if content.startswith(OLE_MARK) else filled_sheets(content)
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
                cells = max((_extent(archive, name) for name in names), default=0)
    except Exception as fault:  # zipfile, zlib, lzma and struct each have their own; all mean damage
        raise TamError(problem("workbook-damaged", Where(file=file))) from fault
    if unpacked > _LARGEST_UNPACKED or cells > _LARGEST_CELLS:
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
