"""What a verification found, as data: digests, tables, places that differ, what could not be recomputed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tam.errors import Problem
from tam.published.comparing import Difference, Kind, TableComparison

What = Literal["data", "instrument", "study", "results"]
Basis = Literal["data", "capsule", "nothing"]
LONGEST = 200
"""Characters of a value that are shown."""
VerdictOfAll = Literal["verified", "verified_in_part", "differs", "not_recomputed"]


@dataclass(frozen=True, slots=True)
class Digest:
    """A SHA-256 that the results state beside that of what is here; ``agrees`` None where either is
    absent."""

    what: What
    stored: str | None
    found: str | None
    agrees: bool | None


@dataclass(frozen=True, slots=True)
class Software:
    """A program or package that is not the one the results were made with."""

    name: str
    stored: str | None
    here: str | None


@dataclass(frozen=True, slots=True)
class ReportPlace:
    """A place of a report that does not say what its results say. ``place`` names section, table, row and
    column as far as there are any."""

    line: int
    section: str | None
    place: str
    printed: str
    expected: str


@dataclass(frozen=True, slots=True)
class NotRecomputed:
    """A part of the results that was not recomputed, and why."""

    part: str
    reason: str


@dataclass(frozen=True, slots=True)
class ToldDifference:
    """One value that differs; ``difference`` is |stored - found| / max(1, |stored|, |found|) of two numbers,
    null where one of them is none. What is no single value is shown as text."""

    path: str
    table: str
    kind: Kind
    stored: str | float | bool | None
    found: str | float | bool | None
    difference: float | None


@dataclass(frozen=True, slots=True)
class ToldTable:
    """One table: values compared, those the same to the last bit, the largest difference of two numbers and
    the place of the largest of all; ``other`` counts differences that are not between two numbers."""

    table: str
    compared: int
    identical: int
    largest: float
    where: str | None
    other: int


def told_difference(one: Difference) -> ToldDifference:
    size = one.size if math.isfinite(one.size) else None
    return ToldDifference(one.path, one.table, one.kind, _shown(one.stored), _shown(one.found), size)


def told_table(one: TableComparison, differences: Sequence[Difference]) -> ToldTable:
    own = [each for each in differences if each.table == one.table]
    numbers = [each.size for each in own if math.isfinite(each.size)]
    where = own[0].path if own else None
    largest = max(numbers, default=0.0)
    return ToldTable(one.table, one.compared, one.identical, largest, where, len(own) - len(numbers))


def _shown(value: Any) -> str | float | bool | None:
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**63 else str(value)[:LONGEST]
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


@dataclass(frozen=True, slots=True)
class Verification:
    """``differences``: beyond the tolerance first, then smaller ones, the largest first; ``n_differences``
    counts those beyond it, ``n_within`` the smaller ones. ``overridden``: settings in which the results
    depart from the study file, as options of the command line make them. ``items_moved``: items whose answers
    are not those of the results."""

    file: str
    kind: Literal["results", "report"]
    basis: Basis
    verdict: VerdictOfAll
    tolerance: float
    digests: tuple[Digest, ...]
    software: tuple[Software, ...]
    overridden: tuple[str, ...]
    compared: int
    identical: int
    largest: float | None
    tables: tuple[ToldTable, ...]
    n_differences: int
    n_within: int
    differences: tuple[ToldDifference, ...]
    items_moved: tuple[str, ...]
    report: tuple[ReportPlace, ...]
    not_recomputed: tuple[NotRecomputed, ...]
    problems: tuple[Problem, ...]
    peer: Mapping[str, Any] | None = None
