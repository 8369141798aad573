"""``read_numeric``: a table of numbers as it stands, fast, with the place of every cell that is no number."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

from tam.data.delimited import choose_separator
from tam.data.files import read_content, read_grid
from tam.data.quantities import parse_number
from tam.data.statistics_file import statistics_form
from tam.data.table import Grid
from tam.data.wording import normalise
from tam.data.workbook import is_workbook
from tam.errors import Problem, TamError, Where, problem

NOT_ANSWERED = ("", "NA", "N/A", "NaN", "nan", ".", "#N/A", "null", "NULL")
_LISTED = 20
# From 3.1 on pandas reads every float exactly and deprecates the choice.
_EXACT: Literal["round_trip"] | None = (
    "round_trip" if tuple(map(int, pd.__version__.split(".")[:2])) < (3, 1) else None
)


def read_numeric(
    path: str | Path,
    columns: Sequence[str] | None = None,
    *,
    text_columns: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | int | None = None,
) -> pd.DataFrame:
    """A table of floats, NaN for empty cells and ``NA``; rows in file order, index 0 .. n-1.

    ``columns`` names the columns that must be there and be numbers (default: all). ``text_columns`` are kept
    as text, for groups. Of SPSS and Stata files the codes are taken; values declared to be missing are NaN,
    and ``text_columns`` hold the value labels where there are any. ``sheet`` names or counts the sheet of a
    workbook. Raises ``TamError`` listing every missing column and the cells that are no numbers.
    """
    return read_numeric_told(path, columns, text_columns=text_columns, encoding=encoding, sheet=sheet)[0]


def read_numeric_told(
    path: str | Path,
    columns: Sequence[str] | None = None,
    *,
    text_columns: Sequence[str] = (),
    encoding: str | None = None,
    sheet: str | int | None = None,
) -> tuple[pd.DataFrame, tuple[Problem, ...]]:
    """``read_numeric`` with what the reading has to tell: the sheet that was chosen, an encoding guessed."""
    path = Path(path)
    content = read_content(path)
    text = not is_workbook(content) and statistics_form(content, path.name) is None
    if text and encoding is None and sheet is None:
        fast = _read_fast(content, columns, text_columns)
        if fast is not None:
            return fast, ()
    grid = read_grid(content, path, encoding, sheet)
    return _read_checked(grid, path.name, columns, text_columns), grid.problems


def _read_fast(
    content: bytes, columns: Sequence[str] | None, text_columns: Sequence[str]
) -> pd.DataFrame | None:
    """The C parser on a well-formed UTF-8 table with unique headers; None: let the checked reader look."""
    if b"\0" in content or b"sep=" in content[:8].lower():
        return None
    head = content[:200_000].decode("utf-8-sig", errors="replace")
    separator = choose_separator(head)
    first = head.split("\n", 1)[0].rstrip("\r")
    if first.count('"') % 2 or "\r" in first:
        return None
    header = _header(first, separator)
    wanted = header if columns is None else [*columns, *text_columns]
    if len(set(header)) < len(header) or not all(header) or any(name not in header for name in wanted):
        return None
    wanted = list(dict.fromkeys([*wanted, *text_columns]))
    numbers = [name for name in wanted if name not in text_columns]
    kinds = {name: (np.float64 if name in numbers else str) for name in header}
    try:
        frame = pd.read_csv(
            io.BytesIO(content),
            sep=separator,
            header=None,
            skiprows=1,
            names=header,
            dtype=kinds,
            na_values=list(NOT_ANSWERED),
            keep_default_na=False,
            encoding="utf-8-sig",
            float_precision=_EXACT,
            skip_blank_lines=True,
            on_bad_lines="error",
        )
    except (ValueError, UnicodeError, OverflowError, pd.errors.ParserError, MemoryError):
        return None
    # a row wider than the header makes pandas take its first column for row names
    if frame.empty or not isinstance(frame.index, pd.RangeIndex) or np.isinf(frame[numbers].to_numpy()).any():
        return None
    return _with_text(frame[wanted], text_columns)


def _header(line: str, separator: str) -> list[str]:
    return [normalise(cell) for cell in next(csv.reader([line], delimiter=separator), [])]


def _with_text(frame: pd.DataFrame, text_columns: Sequence[str]) -> pd.DataFrame:
    frame = frame.copy()
    for name in text_columns:
        frame[name] = pd.Series([_text(cell) for cell in frame[name]], index=frame.index, dtype=object)
    return frame


def _text(cell: object) -> str | None:
    plain = "" if not isinstance(cell, str) else cell.strip()
    return None if plain in NOT_ANSWERED else plain


def _read_checked(
    grid: Grid, file: str, columns: Sequence[str] | None, text_columns: Sequence[str]
) -> pd.DataFrame:
    """The same table cell by cell, so that every fault has its place."""
    if not grid.records:
        raise TamError(problem("data-file-empty", Where(file=file)))
    header = [normalise(cell) for cell in grid.records[0]]
    wanted = list(dict.fromkeys([*([h for h in header if h] if columns is None else columns), *text_columns]))
    problems = [*_header_problems(file, header, wanted), *_width_problems(file, grid, len(header))]
    if len(grid.records) < 2:
        problems.append(problem("no-answers", Where(file=file, row=grid.numbers[0])))
    if problems:
        raise TamError(problems)
    data: dict[str, object] = {}
    for name in wanted:
        position = header.index(name)
        cells = [record[position] if position < len(record) else "" for record in grid.records[1:]]
        unanswered, labels = grid.missing.get(position, {}), grid.labels.get(position, {})
        if unanswered:
            cells = ["" if cell in unanswered else cell for cell in cells]
        if labels and name in text_columns:
            cells = [labels.get(cell, cell) for cell in cells]
        if name in text_columns:
            data[name] = pd.Series([_text(cell) for cell in cells], dtype=object)
        else:
            data[name] = _numbers(cells, name, grid, file, problems)
    if problems:
        raise TamError(problems)
    return pd.DataFrame(data)


def _header_problems(file: str, header: list[str], wanted: Sequence[str]) -> list[Problem]:
    found: list[Problem] = []
    for name in dict.fromkeys(wanted):
        place = Where(file=file, row=1, column=name)
        if header.count(name) > 1:
            first = header.index(name) + 1
            names = [f"{name} ({i + 1})" for i, one in enumerate(header) if one == name]
            found.append(
                problem("duplicate-header", place, item=name, column=name, candidates=names, position=first)
            )
        elif name not in header:
            near = get_close_matches(name, header, n=3, cutoff=0.5)
            found.append(
                problem("numeric-column-missing", place, column=name, candidates=near or header[:12])
            )
    return found


def _width_problems(file: str, grid: Grid, width: int) -> list[Problem]:
    wide = [
        (number, len(record))
        for number, record in zip(grid.numbers, grid.records)
        if any(map(str.strip, record[width:]))
    ]
    return [
        problem("row-too-wide", Where(file=file, row=number), cells=cells, width=width)
        for number, cells in wide[:_LISTED]
    ]


def _numbers(cells: list[str], name: str, grid: Grid, file: str, problems: list[Problem]) -> np.ndarray:
    """Floats of one column; cells that are no finite number are added to ``problems``, at most 20 of them."""
    known: dict[str, float | None] = {cell: _number(cell, grid.separator) for cell in set(cells)}
    wrong = [(i, cell) for i, cell in enumerate(cells) if known[cell] is None]
    for i, cell in wrong[:_LISTED]:
        place = Where(file=file, row=grid.numbers[i + 1], column=name)
        problems.append(problem("not-a-number", place, value=cell, column=name))
    if len(wrong) > _LISTED:
        place = Where(file=file, row=grid.numbers[wrong[_LISTED][0] + 1], column=name)
        problems.append(problem("more-not-numbers", place, n=len(wrong) - _LISTED, column=name))
    return np.array([np.nan if known[cell] is None else known[cell] for cell in cells], dtype=float)


def _number(cell: str, separator: str | None) -> float | None:
    """NaN for no answer, None for no finite number; a decimal comma only where ``;`` separates the cells."""
    plain = normalise(cell)
    if plain in NOT_ANSWERED:
        return np.nan
    if separator == ";" and plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    number = parse_number(plain)
    return number if number is not None and np.isfinite(number) else None
