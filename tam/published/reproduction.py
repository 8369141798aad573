"""What came of reproducing a publication, as data; ``to_record`` gives the shape of the design's 5.6."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tam.errors import Unavailable
from tam.published.matrix_check import MatrixCheck
from tam.published.repairs import Repair
from tam.published.verdicts import DIFFERS, Verdict
from tam.published.wanted import Family


@dataclass(frozen=True, slots=True)
class ReproducedValue:
    """One printed value. ``obtained`` in ``dialect`` on the moments as printed, ``low`` to ``high`` reachable
    under their rounding; ``reached_by``: other dialects, and repairs, with which it comes out."""

    what: str
    label: str
    lhs: str
    op: str
    rhs: str
    printed: str
    obtained: float | Unavailable
    low: float | Unavailable | None
    high: float | Unavailable | None
    verdict: Verdict
    dialect: str | None
    reached_by: tuple[str, ...]
    place: str | None
    line: int | None


@dataclass(frozen=True, slots=True)
class TriedDialect:
    """How many of ``of`` values come out in a dialect: ``matched`` = ``exact`` + ``rounding``."""

    name: str
    family: Family
    of: int
    matched: int
    exact: int
    rounding: int


@dataclass(frozen=True, slots=True)
class Reproduction:
    """``dialect`` that reproduces most estimates; ``dialects`` by family (estimate, error, fit);
    ``comes_out``: whether no value differs that can be computed."""

    key: str
    title: str
    n: int | None
    model: str
    matrix: MatrixCheck
    dialect: str | None
    dialects: Mapping[str, str]
    dialects_tried: tuple[TriedDialect, ...]
    values: tuple[ReproducedValue, ...]
    repairs: tuple[Repair, ...]
    summary: Mapping[str, int]

    @property
    def differing(self) -> tuple[ReproducedValue, ...]:
        return tuple(one for one in self.values if one.verdict in DIFFERS)

    @property
    def comes_out(self) -> bool:
        return not self.differing
