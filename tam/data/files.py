"""A file to its bytes and to a grid of cells, whatever its format; the format is told by the content."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tam.data.decoding import decode
from tam.data.delimited import read_delimited
from tam.data.statistics_file import STATISTICS_FORMATS, read_statistics_file, statistics_form
from tam.data.table import Grid
from tam.data.workbook import is_workbook, read_workbook
from tam.errors import TamError, Where, problem

TEXT_FORMATS = (".csv", ".tsv", ".txt", ".tab", ".dat")
WORKBOOK_FORMATS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
FORMATS = TEXT_FORMATS + WORKBOOK_FORMATS + STATISTICS_FORMATS
LARGEST_FILE = 2_000_000_000
"""Bytes; a survey of a million respondents by a hundred answers is a tenth of it."""
_WEB_PAGE_STARTS = (b"<html", b"<!doctype", b"<table", b"<?xml", b"<meta")


def read_content(path: Path) -> bytes:
    """The bytes of a data file; a missing file, a folder, another format or an empty file is a problem."""
    where = Where(file=path.name)
    if _is_folder(path):
        raise TamError(problem("data-file-is-folder", where))
    if path.suffix.lower() not in FORMATS:
        formats = ", ".join(TEXT_FORMATS[:3] + WORKBOOK_FORMATS + STATISTICS_FORMATS)
        raise TamError(problem("data-format-unsupported", where, suffix=path.suffix or "-", formats=formats))
    try:
        if path.exists() and not path.is_file():
            raise TamError(problem("data-file-unreadable", where))
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise TamError(problem("data-file-too-large", where, size=size, limit=LARGEST_FILE))
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as fault:
        raise TamError(problem("data-file-missing", where)) from fault
    except (OSError, ValueError) as fault:
        raise TamError(problem("data-file-unreadable", where)) from fault
    if not content.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise TamError(problem("data-file-empty", where))
    return content


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name longer than the system allows
        return False


def read_grid(
    content: bytes, path: Path, encoding: str | None = None, sheet: str | int | None = None
) -> Grid:
    """The cells of a workbook, a statistics file or a delimited text; ``content`` is what ``path`` holds."""
    file = path.name
    if is_workbook(content):
        return read_workbook(content, path, sheet)
    form = statistics_form(content, file)
    grid = (
        read_statistics_file(content, path, form, encoding) if form else _read_text(content, file, encoding)
    )
    if sheet is None:
        return grid
    return replace(grid, problems=(*grid.problems, problem("sheet-ignored", Where(file=file), sheet=sheet)))


def _read_text(content: bytes, file: str, encoding: str | None) -> Grid:
    if file.lower().endswith(WORKBOOK_FORMATS) and content.lstrip()[:20].lower().startswith(_WEB_PAGE_STARTS):
        raise TamError(problem("workbook-is-web-page", Where(file=file)))
    text, used, notes = decode(content, file, encoding)
    grid = read_delimited(text, file, used)
    return replace(grid, problems=(*notes, *grid.problems)) if notes else grid
