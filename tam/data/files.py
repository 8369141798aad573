"""A file to its bytes and to a grid of cells, whatever its format; the format is told by the content."""

from __future__ import annotations

from pathlib import Path

from tam.data.decoding import decode
from tam.data.delimited import read_delimited
from tam.data.table import Grid
from tam.data.workbook import is_workbook, read_workbook
from tam.errors import TamError, Where, problem

TEXT_FORMATS = (".csv", ".tsv", ".txt", ".tab", ".dat")
WORKBOOK_FORMATS = (".xlsx", ".xlsm", ".xls")
_WEB_PAGE_STARTS = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def read_content(path: Path) -> bytes:
    """The bytes of a data file; a missing file, a folder, another format or an empty file is a problem."""
    where = Where(file=path.name)
    if path.is_dir():
        raise TamError(problem("data-file-is-folder", where))
    if path.suffix.lower() not in TEXT_FORMATS + WORKBOOK_FORMATS:
        formats = ", ".join(TEXT_FORMATS[:3] + WORKBOOK_FORMATS)
        raise TamError(problem("data-format-unsupported", where, suffix=path.suffix or "-", formats=formats))
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise TamError(problem("data-file-missing", where)) from fault
    except (OSError, ValueError) as fault:
        raise TamError(problem("data-file-unreadable", where)) from fault
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise TamError(problem("data-file-empty", where))
    return content


def read_grid(content: bytes, file: str, encoding: str | None = None) -> Grid:
    """The cells of a workbook or of a delimited text."""
    if is_workbook(content):
        return read_workbook(content, file)
    if file.lower().endswith(WORKBOOK_FORMATS) and content.lstrip()[:20].lower().startswith(_WEB_PAGE_STARTS):
        raise TamError(problem("workbook-is-web-page", Where(file=file)))
    text, used = decode(content, file, encoding)
    return read_delimited(text, file, used)
