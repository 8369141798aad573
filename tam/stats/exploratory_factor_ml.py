"""Maximum-likelihood extraction of common factors (Lawley & Maxwell 1971)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.stats.factor import HIGHEST_UNIQUENESS, LOWEST_UNIQUENESS, minres

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LikelyFactors:
    """``loadings``: (p, m) unrotated; ``objective``: the discrepancy, not negative.

    ``improper``: a uniqueness stands at its lower bound of .005 (Heywood case).
    """

    loadings: Array
    objective: float
    converged: bool
    improper: bool


def maximum_likelihood_factors(
    correlation: Array, m: int, tolerance: float = 1e-9, most_steps: int = 200
) -> LikelyFactors:
    """Unrotated loadings that maximise the normal likelihood of the correlations.

    With x = ln(uniquenesses), e and w the eigenvalues and vectors of the correlations divided by the roots of
    the uniquenesses on both sides, the discrepancy is the sum of e - ln(e) - 1 over all but the first m;
    Newton steps within the bounds [.005, 1] until the projected gradient is below ``tolerance``, from two
    starts (the lower end is taken): the usual one and the solution with the least residuals.
    correlation: (p, p), positive definite. Lawley & Maxwell (1971), Factor analysis as a statistical method.
    Peers: ``psych::fa(R, m, fm = "ml", rotate = "none")``, ``stats::factanal``.
    """
    low, high = np.log(LOWEST_UNIQUENESS), np.log(HIGHEST_UNIQUENESS)
    # Start: part of what the other variables do not explain.
    start = (1 - 0.5 * m / len(correlation)) / np.diag(np.linalg.inv(correlation))
    starts = (start, minres(correlation, m).uniquenesses)
    ends = [
        _descend(correlation, np.clip(np.log(one), low, high), m, tolerance, most_steps) for one in starts
    ]
    return min(ends, key=lambda one: (not one.converged, one.objective))


def _descend(correlation: Array, x: Array, m: int, tolerance: float, most_steps: int) -> LikelyFactors:
    """The minimum that Newton's steps reach from x."""
    low, high = np.log(LOWEST_UNIQUENESS), np.log(HIGHEST_UNIQUENESS)
    value, gradient, hessian = _discrepancy(correlation, x, m)
    free = _free(x, gradient, low, high)
    for _ in range(most_steps):
        if not free.any() or float(np.abs(gradient[free]).max()) < tolerance:
            break
        step = _newton(gradient, hessian, free)
        size = 1.0
        while size > 1e-12:
            trial = np.clip(x + size * step, low, high)
            # Near the minimum a step changes the value by less than its rounding, and is taken all the same.
            slack = 1e-13 * (1 + value)
            if _value(correlation, trial, m) <= value + 1e-4 * float(gradient @ (trial - x)) + slack:
                break
            size /= 2
        else:
            break
        x = trial
        value, gradient, hessian = _discrepancy(correlation, x, m)
        free = _free(x, gradient, low, high)
    # Where no step lowers the value any more, its rounding hides what is left of the gradient.
    rest = float(np.abs(gradient[free]).max()) if free.any() else 0.0
    return LikelyFactors(_loadings(correlation, x, m), value, rest < 1e-7, bool((x <= low).any()))


def _spectrum(correlation: Array, x: Array) -> tuple[Array, Array]:
    """Eigenvalues (p,) descending, with their vectors (p, p), of the scaled correlations."""
    root = np.exp(x / 2)
    values, vectors = np.linalg.eigh(correlation / np.outer(root, root))
    return values[::-1], vectors[:, ::-1]


def _value(correlation: Array, x: Array, m: int) -> float:
    rest = _spectrum(correlation, x)[0][m:]
    return float((rest - np.log(rest) - 1).sum())


def _discrepancy(correlation: Array, x: Array, m: int) -> tuple[float, Array, Array]:
    """Value, gradient (p,) and Hessian (p, p) in the logarithms of the uniquenesses.

    With k over the p - m values left over and l over the first m: df/dx_i = sum_k (1 - e_k) w_ik^2;
    d2f = (sum_k e_k w_ik w_jk)(sum_k w_ik w_jk)
    - sum_k sum_l (1 - e_k)(e_k + e_l)/(e_k - e_l) w_ik w_jk w_il w_jl.
    """
    values, vectors = _spectrum(correlation, x)
    kept, rest = values[:m], values[m:]
    common, left = vectors[:, :m], vectors[:, m:]
    value = float((rest - np.log(rest) - 1).sum())
    gradient = left**2 @ (1 - rest)
    gap = rest[:, None] - kept[None, :]
    share = (1 - rest)[:, None] * (rest[:, None] + kept[None, :]) / np.where(np.abs(gap) < 1e-12, -1e-12, gap)
    mixed = np.einsum("ik,jk,kl,il,jl->ij", left, left, share, common, common, optimize=True)
    hessian = (left * rest @ left.T) * (left @ left.T) - mixed
    return value, gradient, np.asarray(hessian)


def _free(x: Array, gradient: Array, low: float, high: float) -> NDArray[np.bool_]:
    """(p,) where the gradient does not push against a bound."""
    return ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0)))


def _newton(gradient: Array, hessian: Array, free: NDArray[np.bool_]) -> Array:
    """(p,) Newton step among the free coordinates, downhill whatever the curvature."""
    values, vectors = np.linalg.eigh(hessian[np.ix_(free, free)])
    bend = np.maximum(np.abs(values), 1e-8 * max(1.0, float(np.abs(values).max())))
    step = np.zeros_like(gradient)
    step[free] = -vectors @ ((vectors.T @ gradient[free]) / bend)
    return step


def _loadings(correlation: Array, x: Array, m: int) -> Array:
    """(p, m) loadings, the sum of each column not negative."""
    values, vectors = _spectrum(correlation, x)
    scaled = vectors[:, :m] * np.sqrt(np.maximum(values[:m] - 1, 0.0))
    loadings = np.exp(x / 2)[:, None] * scaled
    return np.asarray(loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0))
