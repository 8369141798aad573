"""``read_table``: a data file to a table of text, its platform recognised and the evidence stated."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from tam.data.files import read_content, read_grid
from tam.data.platforms import recognise
from tam.data.platforms.wenjuanxing import text_form_beside
from tam.data.table import Grid, Layout, Table
from tam.data.wording import normalise
from tam.errors import Problem, TamError, Where, problem

_MOST_COLUMNS = 16_384
_LISTED_ROWS = 20


def read_table(
    path: str | Path,
    *,
    platform: str | None = None,
    encoding: str | None = None,
    sheet: str | int | None = None,
    text_form: str | Path | None = None,
) -> Table:
    """Read an export as text. ``platform`` and ``encoding`` override what the file itself shows.

    ``sheet`` names (or counts, from 1) the sheet of a workbook; else the first that holds anything is read.
    ``text_form`` is the same export as text, for one that holds positions of options; it is also found beside
    a file that Wenjuanxing named. What was used stands in the evidence.
    Rows keep the number that a spreadsheet shows for them. Raises ``TamError`` with every problem that stops
    the reading: wrong encoding, no answers, rows wider than the header, an unreadable workbook.
    """
    path = Path(path)
    content = read_content(path)
    grid = read_grid(content, path, encoding, sheet)
    if not grid.records:
        raise TamError(problem("data-file-empty", Where(file=path.name)))
    layout = recognise(grid, path.name, platform)
    table = _table(grid, layout, path.name, hashlib.sha256(content).hexdigest())
    other = text_form if text_form is not None else text_form_beside(path, table)
    return table if other is None else _with_text_form(table, Path(other), encoding)


def _with_text_form(table: Table, path: Path, encoding: str | None) -> Table:
    text = read_table(path, platform=table.platform, encoding=encoding if path.suffix == ".csv" else None)
    evidence = f"the order of the options is read from the text form {path.name}"
    return replace(table, text_form=text, evidence=(*table.evidence, evidence))


def _table(grid: Grid, layout: Layout, file: str, digest: str) -> Table:
    header = _trimmed(list(layout.names) if layout.names else grid.records[layout.header])
    records, numbers = grid.records[layout.first :], grid.numbers[layout.first :]
    width = len(header)
    longer = ((n, r) for n, r in zip(numbers, records) if len(r) > width)
    wide = [(n, len(_trimmed(r))) for n, r in longer if any(map(str.strip, r[width:]))]
    problems = [*_width_problems(file, width, wide)]
    if width > _MOST_COLUMNS:
        problems.append(problem("too-many-columns", Where(file=file), n=width, limit=_MOST_COLUMNS))
    if not records:
        problems.append(problem("no-answers", Where(file=file, row=grid.numbers[layout.header])))
    if problems:
        raise TamError(problems)
    short = [n for n, r in zip(numbers, records) if len(r) < width]
    questions = layout.questions or grid.questions
    questions = questions and tuple(_padded(list(questions), width))
    notes = (*grid.problems, *layout.problems, *_short_row_note(file, width, short), *_repeats(file, header))
    return Table(
        file=file,
        sha256=digest,
        platform=layout.platform,
        evidence=(*grid.evidence, *layout.evidence),
        encoding=grid.encoding,
        separator=grid.separator,
        sheet=grid.sheet,
        header=tuple(header),
        rows=_frame(records, width),
        row_numbers=tuple(numbers),
        questions=questions,
        form=layout.form,
        labels=grid.labels,
        missing=grid.missing,
        problems=notes,
    )


def _frame(records: Sequence[list[str]], width: int) -> pd.DataFrame:
    """The cells as a table of text, shape (n, width)."""
    cells = np.empty((len(records), width), dtype=object)
    for i, record in enumerate(records):
        cells[i] = record if len(record) == width else _padded(record, width)
    return pd.DataFrame(cells)


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
