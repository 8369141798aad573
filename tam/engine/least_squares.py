"""Least squares on moments: unweighted (ULS) and generalised (GLS).

With E = S - Sigma, d = m - mu, moments S with divisor n - 1 and a fixed weight V,

    GLS    F = 1/2 tr(V E V E) + d' V d        V = S^-1      (Browne 1974)
    ULS    F = sum of e_ij^2, i >= j, + d' d

both times (n - 1) / n, so that chi-square is n F as lavaan prints it. ULS is the first form with V = I and
half the squared errors of the variances on top. Every derivative has the shape of its counterpart under
maximum likelihood, with V in place of Sigma^-1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.maximum_likelihood import folded, second_order, second_order_means
from tam.engine.moments import Moments
from tam.engine.objective import parts_of
from tam.engine.solution import Solution, inverse_in
from tam.engine.structure import Derivatives, Floats, Implied, Structure, derivatives, implied, with_sample
from tam.stats.least_squares import Weight, generalised, unweighted

WEIGHTS = {"ULS": unweighted, "GLS": generalised}


@dataclass(frozen=True, slots=True)
class LeastSquaresTarget:
    """What is fitted: ``covariance`` (p, p) with divisor n - 1, ``means`` (p,), their ``weight``, and the
    cases they come from."""

    covariance: Floats
    means: Floats
    weight: Weight
    n: int

    @property
    def share(self) -> float:
        return (self.n - 1) / self.n


@dataclass(frozen=True, slots=True)
class LeastSquaresPoint:
    """F at one theta: ``error`` E (p, p), ``deviation`` d (p,)."""

    theta: Floats
    value: float
    implied: Implied
    error: Floats
    deviation: Floats

    @property
    def groups(self) -> tuple[LeastSquaresPoint]:
        """The points of all groups: this one."""
        return (self,)


def least_squares_target(
    estimator: str, covariance: Floats, means: Floats | None, n: int
) -> LeastSquaresTarget:
    """The target of a covariance matrix (p, p) with divisor n - 1; ``estimator`` "ULS" or "GLS"."""
    weight = WEIGHTS[estimator](covariance)
    return LeastSquaresTarget(covariance, np.zeros(len(covariance)) if means is None else means, weight, n)


def least_squares_part(estimator: str, structure: Structure, moments: Moments) -> MomentLeastSquares:
    """The objective of one group's moments, its ``fixed.x`` moments filled in."""
    filled = with_sample(structure, moments.covariance, moments.means)
    means = moments.means if structure.meanstructure else None
    return MomentLeastSquares(
        filled, least_squares_target(estimator, moments.covariance, means, moments.nobs)
    )


@dataclass(frozen=True, slots=True)
class MomentLeastSquares:
    """The least squares objective of one group."""

    structure: Structure
    aim: LeastSquaresTarget

    def evaluate(self, theta: Floats) -> LeastSquaresPoint | None:
        """F at theta; None where the model implies nothing there."""
        try:
            model = implied(self.structure, theta)
        except np.linalg.LinAlgError:
            return None
        error = self.aim.covariance - model.sigma
        deviation = self.aim.means - model.mu
        if not self.structure.meanstructure:
            deviation = np.zeros_like(deviation)
        value = self.aim.share * self.aim.weight.size(error, deviation)
        return LeastSquaresPoint(theta, value, model, error, deviation) if np.isfinite(value) else None

    def slopes(self, point: LeastSquaresPoint) -> Derivatives:
        return derivatives(self.structure, point.implied)

    def gradient(self, point: LeastSquaresPoint, slopes: Derivatives | None = None) -> Floats:
        """dF/dtheta (q,)."""
        slopes = slopes or self.slopes(point)
        inner = -self.aim.weight.pulled(point.error)
        by_cell = 2.0 * slopes.weight * np.sum(slopes.left * (inner @ slopes.right), axis=0)
        result = self.structure.summed(by_cell)
        if slopes.mu is not None:
            result = result - 2.0 * slopes.mu.T @ (self.aim.weight.matrix @ point.deviation)
        return np.asarray(self.aim.share * result)

    def information(self, point: LeastSquaresPoint, slopes: Derivatives | None = None) -> Floats:
        """Gauss-Newton Hessian of F (q, q): the exact one where the model fits, positive semi-definite."""
        slopes = slopes or self.slopes(point)
        inverse = self.aim.weight.matrix
        a, b, weight = slopes.left, slopes.right, slopes.weight
        ab = a.T @ inverse @ b
        by_cell = (a.T @ inverse @ a) * (b.T @ inverse @ b) + ab * ab.T
        by_cell *= 2.0 * np.outer(weight, weight)
        if self.aim.weight.variances:
            diagonal = 2.0 * weight * a * b
            by_cell = by_cell + self.aim.weight.variances * (diagonal.T @ diagonal)
        result = folded(self.structure, by_cell)
        if slopes.mu is not None:
            result = result + 2.0 * slopes.mu.T @ inverse @ slopes.mu
        return np.asarray(self.aim.share * result)

    def hessian(self, point: LeastSquaresPoint, slopes: Derivatives | None = None) -> Floats:
        """Exact Hessian of F (q, q)."""
        slopes = slopes or self.slopes(point)
        weight = self.aim.weight
        inner = -weight.pulled(point.error)
        extra = folded(self.structure, second_order(self.structure, point.implied, inner))
        if slopes.mu is not None:
            pulled = weight.matrix @ point.deviation
            extra = extra - 2.0 * second_order_means(self.structure, point.implied, pulled)
        return np.asarray(self.information(point, slopes) + self.aim.share * extra)


def least_squares_vcov(solution: Solution, information: str) -> Floats | None:
    """Covariance matrix of theta (q, q); ``information`` "expected" or "observed", None where singular.

    The inverse of (n - G) times the sum over the G groups of n_g / n D'WD, as lavaan takes it.
    """
    total = np.zeros((len(solution.theta),) * 2)
    points = solution.minimum.point.groups
    for part, point, n in zip(parts_of(solution.objective), points, solution.sizes):
        curvature = part.information(point) if information == "expected" else part.hessian(point)
        total += n / solution.n * curvature / part.aim.share
    return inverse_in((solution.n - len(points)) / 2.0 * total, solution.space)
