"""``read_table``: a data file to a table of text, its platform recognised and the evidence stated."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pandas as pd

from tam.data.files import read_content, read_grid
from tam.data.platforms import recognise
from tam.data.table import Grid, Layout, Table
from tam.data.wording import normalise
from tam.errors import Problem, TamError, Where, problem

_MOST_COLUMNS = 16_384
_LISTED_ROWS = 20


def read_table(path: str | Path, *, platform: str | None = None, encoding: str | None = None) -> Table:
    """Read an export as text. ``platform`` and ``encoding`` override what the file itself shows.

    Rows keep the number that a spreadsheet shows for them. Raises ``TamError`` with every problem that stops
    the reading: wrong encoding, no answers, rows wider than the header, an unreadable workbook.
    """
    path = Path(path)
    content = read_content(path)
    grid = read_grid(content, path.name, encoding)
    if not grid.records:
        raise TamError(problem("data-file-empty", Where(file=path.name)))
    layout = recognise(grid, path.name, platform)
    return _table(grid, layout, path.name, hashlib.sha256(content).hexdigest())


def _table(grid: Grid, layout: Layout, file: str, digest: str) -> Table:
    header = _trimmed(grid.records[layout.header])
    records, numbers = grid.records[layout.first :], grid.numbers[layout.first :]
    width = len(header)
    wide = [(n, len(_trimmed(r))) for n, r in zip(numbers, records) if any(map(str.strip, r[width:]))]
    problems = [*_width_problems(file, width, wide)]
    if width > _MOST_COLUMNS:
        problems.append(problem("too-many-columns", Where(file=file), n=width, limit=_MOST_COLUMNS))
    if not records:
        problems.append(problem("no-answers", Where(file=file, row=grid.numbers[layout.header])))
    if problems:
        raise TamError(problems)
    short = [n for n, r in zip(numbers, records) if len(r) < width]
    rows = pd.DataFrame([_padded(record, width) for record in records], dtype=object)
    questions = layout.questions and tuple(_padded(list(layout.questions), width))
    notes = (*grid.problems, *layout.problems, *_short_row_note(file, width, short), *_repeats(file, header))
    return Table(
        file=file,
        sha256=digest,
        platform=layout.platform,
        evidence=layout.evidence,
        encoding=grid.encoding,
        separator=grid.separator,
        sheet=grid.sheet,
        header=tuple(header),
        rows=rows,
        row_numbers=tuple(numbers),
        questions=questions,
        form=layout.form,
        problems=notes,
    )


def _trimmed(record: list[str]) -> list[str]:
    """A record without the empty cells at its end."""
    end = len(record)
    while end and not record[end - 1].strip():
        end -= 1
    return record[:end]


def _padded(record: list[str], width: int) -> list[str]:
    return record[:width] if len(record) >= width else record + [""] * (width - len(record))


def _width_problems(file: str, width: int, wide: list[tuple[int, int]]) -> list[Problem]:
    found = [
        problem("row-too-wide", Where(file=file, row=row), cells=cells, width=width)
        for row, cells in wide[:_LISTED_ROWS]
    ]
    if len(wide) > _LISTED_ROWS:
        place = Where(file=file, row=wide[_LISTED_ROWS][0])
        found.append(problem("more-rows-too-wide", place, n=len(wide) - _LISTED_ROWS, width=width))
    return found


def _short_row_note(file: str, width: int, short: list[int]) -> tuple[Problem, ...]:
    if not short:
        return ()
    place = Where(file=file, row=short[0])
    return (problem("row-too-short", place, n=len(short), rows=short[:_LISTED_ROWS], width=width),)


def _repeats(file: str, header: list[str]) -> tuple[Problem, ...]:
    """Headers that name several columns: harmless until an item points to one of them."""
    counts = Counter(name for name in map(normalise, header) if name)
    return tuple(
        problem("header-repeated", Where(file=file, row=1, column=name), n=n)
        for name, n in counts.items()
        if n > 1
    )
