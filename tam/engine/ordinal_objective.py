"""Diagonally weighted least squares of one group: what the search minimises for ordered answers.

F = (n - 1) / n * e'We with e the sample statistics minus the implied ones and W the inverse of the diagonal
of their asymptotic covariance; the factor gives chi-square = n F as lavaan prints it. Source: Muthen, du Toit
and Spisic (1997), Robust inference using weighted least squares and quadratic estimating equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.ordinal_curvature import pulled_curvature
from tam.engine.ordinal_sample import Whole
from tam.engine.ordinal_structure import (
    OrdinalPoint,
    OrdinalStructure,
    Slopes,
    implied_statistics,
    statistic_slopes,
    with_predictors,
)
from tam.engine.structure import Floats, Implied
from tam.stats.ordinal_moments import OrdinalMoments


@dataclass(frozen=True, slots=True)
class LeastSquaresPoint:
    """F at a theta: ``at`` what the ``model`` implies, ``error`` sample minus implied statistics (m,)."""

    theta: Floats
    value: float
    model: OrdinalStructure
    at: OrdinalPoint
    error: Floats

    @property
    def implied(self) -> Implied:
        """Moments over the predictors as they are distributed in the sample."""
        return with_predictors(self.model, self.at)

    @property
    def groups(self) -> tuple[LeastSquaresPoint]:
        """The points of all groups: this one."""
        return (self,)


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """The objective of one group: what the ``model`` implies against ``statistics`` (m,) of ``n`` cases.

    ``weight`` (m,) is the diagonal of W; ``aim`` the moments of all observed variables, for display.
    """

    model: OrdinalStructure
    statistics: Floats
    weight: Floats
    n: int
    aim: Whole

    @classmethod
    def of(cls, model: OrdinalStructure, moments: OrdinalMoments, aim: Whole) -> LeastSquares:
        """The objective with the inverse sampling variances as weights."""
        return cls(model, moments.statistics, 1.0 / np.diag(moments.nacov), moments.n, aim)

    def evaluate(self, theta: Floats) -> LeastSquaresPoint | None:
        """F at theta (q,); None where the model implies nothing there."""
        try:
            point = implied_statistics(self.model, theta)
        except np.linalg.LinAlgError:
            return None
        error = self.statistics - point.statistics
        value = self._share * float(error @ (self.weight * error))
        return LeastSquaresPoint(theta, value, self.model, point, error) if np.isfinite(value) else None

    @property
    def _share(self) -> float:
        return (self.n - 1) / self.n

    def slopes(self, point: LeastSquaresPoint) -> Slopes:
        return statistic_slopes(self.model, point.at)

    def gradient(self, point: LeastSquaresPoint, slopes: Slopes | None = None) -> Floats:
        """dF/dtheta (q,)."""
        slopes = slopes or self.slopes(point)
        return np.asarray(-2.0 * self._share * (slopes.statistics.T @ (self.weight * point.error)))

    def information(self, point: LeastSquaresPoint, slopes: Slopes | None = None) -> Floats:
        """Gauss-Newton Hessian of F (q, q): the exact one where the model fits, positive semi-definite."""
        slopes = slopes or self.slopes(point)
        pulled = self.weight[:, None] * slopes.statistics
        return np.asarray(2.0 * self._share * (slopes.statistics.T @ pulled))

    def hessian(self, point: LeastSquaresPoint, slopes: Slopes | None = None) -> Floats:
        """Exact Hessian of F (q, q)."""
        slopes = slopes or self.slopes(point)
        curved = pulled_curvature(self.model, point.at, slopes, self.weight * point.error)
        return np.asarray(self.information(point, slopes) - 2.0 * self._share * curved)
