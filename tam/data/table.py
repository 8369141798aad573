"""A table as it was read: every cell text, every row with the number a spreadsheet shows for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    questions: tuple[str, ...] | None = None
    """The wording of each column, where the file itself describes its columns."""
    labels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Column (from 0) -> cell -> value label, where the file holds codes with labels."""
    missing: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Column (from 0) -> cell -> reason, for values that the file declares to be no answer."""
    evidence: tuple[str, ...] = ()
    """What the format of the file itself says."""
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
    names: tuple[str, ...] | None = None
    """The names of the columns, where they are made of several rows; else the cells of ``header``."""
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
    text_form: Table | None = None
    """The same answers as text, where this table holds positions of options."""
    labels: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Column (from 0) -> cell -> value label; SPSS and Stata files only."""
    missing: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    """Column (from 0) -> cell -> reason of values declared to be no answer; SPSS and Stata files only."""
    problems: tuple[Problem, ...] = ()
    """Notes and warnings of the reading; what stops the work is raised instead."""
