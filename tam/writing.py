"""Writes files whole or not at all: the only way in which the project puts anything on a disk."""

from __future__ import annotations

import csv
import io
import math
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from tam.errors import TamError, Where, problem


def write_files(contents: Mapping[Path, str | bytes]) -> tuple[Path, ...]:
    """Write all files, or none: each is written beside its place first, and only then are all moved there.

    Text is UTF-8 with line feeds on every system, so that two machines write the same bytes. An error of the
    operating system is the problem ``cannot-write``; an interruption leaves what stood there before.
    """
    waiting: dict[Path, Path] = {}
    place = next(iter(contents), Path())
    try:
        for place, content in contents.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            waiting[place] = _beside(place)
            waiting[place].write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        for place, temporary in list(waiting.items()):
            temporary.replace(place)
            del waiting[place]
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise TamError(problem("cannot-write", Where(file=place.name), reason=reason)) from error
    finally:
        for temporary in waiting.values():
            with suppress(OSError):
                temporary.unlink()
    return tuple(contents)


def _beside(place: Path) -> Path:
    """An empty file in the same folder, readable as any new file would be."""
    handle, name = tempfile.mkstemp(prefix=".tam-", suffix=".part", dir=place.parent)
    os.close(handle)
    path = Path(name)
    if os.name == "posix":
        mask = os.umask(0)
        os.umask(mask)
        path.chmod(0o666 & ~mask)
    return path


_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What spreadsheets take for the beginning of a formula, in both widths."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as CSV that a spreadsheet opens as it is: a byte order mark, no text that runs as a formula.

    Text that a spreadsheet would take for a formula gets an apostrophe in front; numbers stay numbers, also
    those that are written as text; None and NaN are empty.
    """
    text = io.StringIO()
    text.write("\ufeff")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_harmless(name) for name in header])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: object) -> object:
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_STARTS_FORMULA) and not _is_number(cell) else cell
    return "" if cell is None or cell != cell else cell


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text)) and "_" not in text
    except ValueError:
        return False
