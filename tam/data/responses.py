"""Responses: coded answers, the source row of each, and how they were obtained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.errors import Problem

if TYPE_CHECKING:
    import pandas as pd

STRUCTURAL_REASONS = frozenset({"skipped_by_logic"})
"""Reasons for which an answer was never asked for: no fault of the respondent, no part of a missing share."""


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """An answer that its scale does not have; it counts as missing."""

    row: int
    column: str
    item: str
    value: str


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """Which column holds an item, and how it was found. ``position`` counts from 1, as a spreadsheet does."""

    item: str
    column: str
    position: int
    how: str


@dataclass(frozen=True, slots=True)
class FileRecord:
    """One of several stacked files and how it was read; the fields are those of ``Responses``."""

    file: str
    wave: str
    sha256: str
    platform: str
    evidence: tuple[str, ...]
    encoding: str
    n_rows: int
    column_map: tuple[ColumnMatch, ...]
    dropped_columns: tuple[str, ...]
    unused_columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Responses:
    """All tables have the spreadsheet row numbers of the respondents as index, in file order.

    Of several stacked files the index is a running number from 1; ``source`` (n; file, row) says where each
    respondent stands, and ``files`` how each file was read (``column_map`` then is the first file's).

    - ``values`` (n, items): codes, reverse-keyed items already reversed (low + high - code); NaN is missing
    - ``raw`` (n, items): codes as answered, columns in presentation order
    - ``variables`` (n, variables): nominal as the label's English (else Chinese) words, else numbers; one
      with several answers is a column per option, ``name:code``: 1 chosen, 0 not chosen, or its rank
    - ``checks`` (n, attention checks): codes
    - ``meta`` (n, some of id, started, submitted, seconds, source, status, finished, ip_group): ``seconds``
      float, else text; ``finished`` is "yes" or "no"; ``ip_group`` numbers equal addresses in order of
      appearance, the address itself is not kept
    - ``missing`` (n, items): reason per cell, "" where answered
    - ``timing`` (n, pages) or None: seconds on each page, where the platform timed them
    """

    values: pd.DataFrame
    raw: pd.DataFrame
    variables: pd.DataFrame
    checks: pd.DataFrame
    meta: pd.DataFrame
    missing: pd.DataFrame
    out_of_range: tuple[OutOfRange, ...]
    column_map: tuple[ColumnMatch, ...]
    dropped_columns: tuple[str, ...]
    unused_columns: tuple[str, ...]
    problems: tuple[Problem, ...]
    file: str
    sha256: str
    platform: str
    evidence: tuple[str, ...]
    encoding: str
    n_rows: int
    preview_statuses: frozenset[str] = frozenset()
    timing: pd.DataFrame | None = None
    source: pd.DataFrame | None = None
    files: tuple[FileRecord, ...] = ()
