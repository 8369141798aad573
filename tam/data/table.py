"""A table as it was read: every cell text, every row with the number a spreadsheet shows for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.errors import Problem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Grid:
    """The filled rows of a file before anybody knows what they mean; empty rows are left out but counted."""

    records: tuple[list[str], ...]
    """One list of cells per filled row, in file order."""
    numbers: tuple[int, ...]
    """The spreadsheet row of each record; the first row of the file is 1."""
    encoding: str
    separator: str | None = None
    sheet: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the header and the answers stand in a grid, and what says so."""

    platform: str
    evidence: tuple[str, ...]
    header: int = 0
    """Index of the record that names the columns."""
    first: int = 1
    """Index of the first record that is a respondent."""
    questions: tuple[str, ...] | None = None
    """The wording of each column, where the platform prints it in a row of its own."""
    form: str | None = None
    """``text``, ``sequence`` (option positions) or ``score``, where the platform exports several forms."""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """One export, uncoded. ``rows`` has shape (n respondents, k columns), columns 0 .. k-1, all text."""

    file: str
    """Name of the file without its folder."""
    sha256: str
    platform: str
    evidence: tuple[str, ...]
    encoding: str
    separator: str | None
    sheet: str | None
    header: tuple[str, ...]
    rows: pd.DataFrame
    row_numbers: tuple[int, ...]
    questions: tuple[str, ...] | None = None
    form: str | None = None
    problems: tuple[Problem, ...] = ()
    """Notes and warnings of the reading; what stops the work is raised instead."""
