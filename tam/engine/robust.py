"""Robust inference: the sandwich covariance matrix of theta and the scaling of the chi-square tests.

Two kinds, named as estimators are:

    MLM   expected information, fourth moments of the data        (Satorra and Bentler)
    MLR   observed information, products of casewise scores       (Yuan and Bentler 2000, as in Mplus)

Both are sums over groups. ``sandwich`` and ``model_trace`` take any information and meat, so they serve
missing data as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.robust_casewise import (
    Cases,
    baseline_moment_trace,
    baseline_score_trace,
    moment_products,
    moment_trace,
    saturated_trace,
    score_products,
)
from tam.engine.structure import Affine, Floats, Implied, Structure


@dataclass(frozen=True, slots=True)
class GroupAtSolution:
    """One group at a theta: its model, moments, Sigma^-1 (p, p), complete rows, and ``predicting`` (p,), the
    variables that keep their covariances in the baseline model."""

    structure: Structure
    implied: Implied
    inverse: Floats
    cases: Cases
    means: Floats
    predicting: NDArray[np.bool_]

    @property
    def deviations(self) -> Floats:
        """Rows minus implied means (n, p); minus sample means without mean structure."""
        if not self.structure.meanstructure:
            return self.cases.deviations
        return self.cases.deviations + (self.means - self.implied.mu)


@dataclass(frozen=True, slots=True)
class Robust:
    """``meat`` (q, q) sums over cases; ``trace`` and ``baseline_trace``: sums of the weights of the
    chi-squares that the two test statistics are made of, df times the scaling factor."""

    meat: Floats
    trace: float
    baseline_trace: float


def robust_parts(groups: Sequence[GroupAtSolution], curvature: Floats, space: Affine, kind: str) -> Robust:
    """Meat and traces of all groups; ``kind`` "MLM" or "MLR".

    ``curvature`` (q, q): the information of all cases, expected for MLM and observed for MLR.
    """
    means = groups[0].structure.meanstructure
    if kind == "MLM":
        meat = sum(moment_products(one.structure, one.implied, one.inverse, one.cases) for one in groups)
        whole = sum(moment_trace(one.inverse, one.cases, means) for one in groups)
        baseline = sum(baseline_moment_trace(one.cases, one.predicting, means) for one in groups)
    else:
        meat = sum(score_products(one.structure, one.implied, one.inverse, one.deviations) for one in groups)
        whole = sum(saturated_trace(one.cases, means) for one in groups)
        baseline = whole - sum(baseline_score_trace(one.cases, one.predicting, means) for one in groups)
    products = np.asarray(meat)
    return Robust(products, whole - model_trace(curvature, products, space), float(baseline))


def model_trace(curvature: Floats, meat: Floats, space: Affine) -> float:
    """tr(A^-1 B) over the directions the constraints leave free: A ``curvature``, B ``meat`` (q, q)."""
    basis = space.basis
    if not basis.size:
        return 0.0
    return float(np.trace(np.linalg.solve(basis.T @ curvature @ basis, basis.T @ meat @ basis)))


def sandwich(curvature: Floats, meat: Floats, space: Affine) -> Floats | None:
    """A^-1 B A^-1 (q, q) inside the constraint space; None where A is not positive definite.

    Browne (1984) for MLM. Peer: ``lavaan::vcov(fit)`` under MLM and MLR.
    """
    bread = constrained_inverse(curvature, space)
    return None if bread is None else np.asarray(bread @ meat @ bread)


def constrained_inverse(curvature: Floats, space: Affine) -> Floats | None:
    """basis (basis' A basis)^-1 basis' (q, q); None where A is not positive definite there."""
    basis = space.basis
    inside = basis.T @ curvature @ basis
    scale = 1.0 / np.sqrt(np.where(np.diag(inside) > 0, np.diag(inside), 1.0))
    try:
        factor = np.linalg.cholesky(inside * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    half = np.linalg.solve(factor, (basis * scale).T)
    return np.asarray(half.T @ half)
