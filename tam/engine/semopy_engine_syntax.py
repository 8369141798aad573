"""States a parameter table for semopy: every row spelt out, under names that none of its patterns can
trip over.

semopy frees and fixes some parameters by rules of its own, reads ``NA*`` as a label and has one pattern
that takes exponential time on hostile names. So nothing is left to its defaults: variables become ``v0,
v1, ...``, parameters ``p0, p1, ...``, every fixed cell is written as a number, and every covariance it
would free is fixed to zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Statement:
    """One row of a parameter table: ``op`` is ``=~``, ``~`` or ``~~``; ``parameter`` the position of the
    free parameter, None for a fixed one, whose ``value`` then stands."""

    lhs: str
    op: str
    rhs: str
    parameter: int | None
    value: float = 0.0


@dataclass(frozen=True, slots=True)
class Description:
    """What semopy is given: its text, our name of each of its variables, and the number of parameters."""

    text: str
    safe_names: Mapping[str, str]
    n_parameters: int


def describe(statements: Sequence[Statement], observed: Sequence[str]) -> Description:
    """The model as semopy text. Fixed covariances of observed exogenous variables are left out: it takes
    those from the sample, as fixed x does."""
    names = dict.fromkeys(name for row in statements for name in (row.lhs, row.rhs))
    safe = {name: f"v{i}" for i, name in enumerate(names)}
    exogenous = _observed_exogenous(statements, observed)
    lines = []
    for row in statements:
        if row.op == "~~" and row.parameter is None and {row.lhs, row.rhs} <= exogenous:
            continue
        multiplier = _number(row.value) if row.parameter is None else f"p{row.parameter}"
        lines.append(f"{safe[row.lhs]} {row.op} {multiplier}*{safe[row.rhs]}")
    lines += [f"{safe[a]} ~~ 0.0*{safe[b]}" for a, b in _unstated_pairs(statements, exogenous)]
    parameters = {row.parameter for row in statements if row.parameter is not None}
    return Description("\n".join(lines), safe, len(parameters))


def starting_values(statements: Sequence[Statement], observed: Sequence[str], covariance: Array) -> Array:
    """Start of every free parameter, so that semopy never runs its own search for one, which may not end.

    Loadings: the slope of the indicator on the marker; variances: half of the sample variance (of the
    marker's, for a latent variable); paths and covariances: zero, but the sample's between observed
    variables that are free. Parameters: ``covariance`` (p, p) in the order of ``observed``. Returns (q,).
    """
    place = {name: i for i, name in enumerate(observed)}
    markers = _markers(statements, place)
    parameters = [row.parameter for row in statements if row.parameter is not None]
    start = np.zeros(max(parameters, default=-1) + 1)
    for row in reversed(statements):  # of rows that share a parameter the first has the last word
        if row.parameter is not None:
            start[row.parameter] = _start(row, place, markers, covariance)
    return start


def _start(row: Statement, place: Mapping[str, int], markers: Mapping[str, str], covariance: Array) -> float:
    left = place.get(markers.get(row.lhs, row.lhs))
    right = place.get(markers.get(row.rhs, row.rhs))
    if left is None or right is None:
        return 1.0 if row.op == "=~" else 0.5 if row.lhs == row.rhs else 0.0
    if row.op == "=~" and left == right:  # the marker itself is free: the factor's variance is fixed
        return float(np.sqrt(covariance[left, left] / 2))
    if row.op == "=~":
        return float(covariance[left, right] / covariance[left, left])
    if row.op == "~~" and row.lhs == row.rhs:
        return float(covariance[left, left] / 2)
    return 0.0


def _markers(statements: Iterable[Statement], place: Mapping[str, int]) -> dict[str, str]:
    """The observed variable that gives each latent one its unit; for a second-order one that of its first
    part."""
    first: dict[str, str] = {}
    for row in statements:
        if row.op == "=~" and (row.lhs not in first or (row.parameter is None and row.value == 1.0)):
            first.setdefault(row.lhs, row.rhs)
    resolved = {}
    for latent in first:
        name, steps = latent, 0
        while name in first and name not in place and steps <= len(first):
            name, steps = first[name], steps + 1
        resolved[latent] = name
    return resolved


def _observed_exogenous(statements: Iterable[Statement], observed: Sequence[str]) -> set[str]:
    rows = list(statements)
    explained = {row.lhs for row in rows if row.op == "~"} | {row.rhs for row in rows if row.op == "=~"}
    predictors = {row.rhs for row in rows if row.op == "~"}
    return (predictors - explained) & set(observed)


def _unstated_pairs(statements: Sequence[Statement], exogenous: set[str]) -> list[tuple[str, str]]:
    """Pairs of structural variables whose covariance the table does not hold, so that it is zero."""
    latent = [row.lhs for row in statements if row.op == "=~"]
    structural = [name for row in statements if row.op == "~" for name in (row.lhs, row.rhs)]
    stated = {frozenset((row.lhs, row.rhs)) for row in statements if row.op == "~~"}
    return [
        (a, b)
        for a, b in combinations(dict.fromkeys([*latent, *structural]), 2)
        if frozenset((a, b)) not in stated and not {a, b} <= exogenous
    ]


def _number(value: float) -> str:
    """A number in the only spelling that semopy's grammar takes: digits, point, minus, no plus sign."""
    return repr(float(value)).replace("e+", "e")
