"""Score tests of equalities across groups: how much chi-square would fall were one parameter let differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.modification import joint_information, widened
from tam.engine.objective import joint, parts_of
from tam.engine.structure import Floats
from tam.engine.table_rows import Row

if TYPE_CHECKING:
    from tam.engine.fit import Fit

#: Curvature below this share of a parameter's own says that it repeats what the free ones already do.
NOTHING_LEFT = 1e-9


@dataclass(frozen=True, slots=True)
class ReleaseTest:
    """Test of one parameter's equality across groups: ``chisq`` with ``df`` (groups - 1) and ``p``."""

    lhs: str
    op: str
    rhs: str
    chisq: float
    df: int
    p: float

    @property
    def name(self) -> str:
        return f"{self.lhs}{self.op}{self.rhs}"


def release_tests(fit: Fit, op: str) -> tuple[ReleaseTest, ...]:
    """A test for every parameter of the kind ``op`` ("=~" or "~1") with one value in all groups, markers
    fixed to one included, in the order of the table.

    With s the gradient and V the part of the expected curvature of F to the later groups' own values that
    the model's parameters do not take up: n/2 s' V^-1 s, a chi-square by normal theory. Sorbom (1989).
    Peer: ``lavaan::lavTestScore(fit, release = ...)``.
    """
    from scipy.special import chdtrc

    solution, table = fit.solution, fit.table
    asked = _rows(fit, op)
    later = [[rows[at] for rows in asked] for at in range(1, len(table.groups))]
    if not asked:
        return ()
    wide = widened(solution.structures, [[], *later])
    point = solution.minimum.point
    parts = [replace(part, structure=one) for part, one in zip(parts_of(solution.objective), wide)]
    slope = joint(parts, solution.sizes).gradient(point)
    curvature = joint_information(parts, point.groups, solution.sizes)
    left = _left_over(curvature, len(table.free), solution.space.basis)
    slope = slope[len(table.free) :]
    found = []
    for at, rows in enumerate(asked):
        places = np.arange(len(later)) * len(asked) + at
        chisq = solution.n / 2.0 * _quadratic(slope[places], left[np.ix_(places, places)])
        first = rows[0]
        p = float(chdtrc(len(later), chisq))
        found.append(ReleaseTest(first.lhs, first.op, first.rhs, chisq, len(later), p))
    return tuple(found)


def _rows(fit: Fit, op: str) -> list[list[Row]]:
    """For every parameter of the kind with one value in all groups, its row in each of them."""
    table = fit.table
    groups = [
        {(row.lhs, row.rhs): row for row in table.rows_of(at) if row.op == op}
        for at in range(len(table.groups))
    ]
    same = []
    for key in groups[0]:
        rows = [own[key] for own in groups if key in own]
        values = {(row.parameter, row.fixed) for row in rows}
        latent_mean = op == "~1" and rows[0].lhs in table.variables.latent
        if len(rows) == len(groups) and len(values) == 1 and not latent_mean and not rows[0].exogenous:
            same.append(rows)
    return same


def _left_over(curvature: Floats, q: int, basis: Floats) -> Floats:
    """The curvature (m, m) to the added parameters once the q free ones have adapted."""
    inner = basis.T @ curvature[:q, :q] @ basis
    across = curvature[q:, :q] @ basis
    return np.asarray(curvature[q:, q:] - across @ np.linalg.solve(inner, across.T))


def _quadratic(slope: Floats, curvature: Floats) -> float:
    """s' V^-1 s; 0 where nothing is left to differ."""
    values, vectors = np.linalg.eigh((curvature + curvature.T) / 2.0)
    kept = values > NOTHING_LEFT * max(float(np.abs(values).max()), 1.0)
    turned = vectors[:, kept].T @ slope
    return float(np.sum(turned**2 / values[kept]))


def most_misfitting(tests: Sequence[ReleaseTest]) -> ReleaseTest | None:
    """The test with the largest chi-square, the first of equals; None without any."""
    return max(tests, key=lambda one: one.chisq, default=None)
