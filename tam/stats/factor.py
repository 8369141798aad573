"""One-factor minimum-residual (minres, unweighted least squares) analysis of correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# No uniqueness below .005, as in psych::fa: a communality of 1 (Heywood case) is not admissible.
_LARGEST_LOADING = float(np.sqrt(0.995))


@dataclass(frozen=True, slots=True)
class OneFactor:
    """``loadings``: (..., k), their sum not negative; ``converged``: for every matrix of the stack."""

    loadings: Array
    converged: bool

    @property
    def communalities(self) -> Array:
        return self.loadings**2


def one_factor_minres(correlation: Array, tolerance: float = 1e-13, most_sweeps: int = 20_000) -> OneFactor:
    """Loadings l that minimise the sum of (r_ij - l_i l_j)^2 over i < j, each |l_i| at most sqrt(.995).

    correlation: (..., k, k), one or a stack of matrices with k >= 3, solved together. Given the other
    loadings, the best l_i is sum_j(r_ij l_j) / sum_j(l_j^2); the loadings are renewed one after another,
    which never raises the sum, until none moves by more than ``tolerance``.
    Harman & Jones (1966), Psychometrika 31. Peer: ``psych::fa(R, 1, fm = "minres")``; where the
    bound is reached (Heywood case) psych prints the loadings of the bounded uniquenesses, which can exceed 1.
    """
    residual = correlation - np.eye(correlation.shape[-1])
    loadings = _principal_axis(correlation)
    converged = False
    for _ in range(most_sweeps):
        before = loadings.copy()
        for i in range(loadings.shape[-1]):
            square = (loadings**2).sum(axis=-1) - loadings[..., i] ** 2
            best = (residual[..., i, :] * loadings).sum(axis=-1) / np.maximum(square, 1e-300)
            loadings[..., i] = np.clip(best, -_LARGEST_LOADING, _LARGEST_LOADING)
        if float(np.abs(loadings - before).max()) < tolerance:
            converged = True
            break
    direction = np.where(loadings.sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    return OneFactor(loadings * direction, converged)


def _principal_axis(correlation: Array) -> Array:
    """Start values (..., k): the first principal axis of the correlations, of unit variance."""
    values, vectors = np.linalg.eigh(correlation)
    start = vectors[..., -1] * np.sqrt(values[..., -1:])
    return np.asarray(np.clip(start, -_LARGEST_LOADING, _LARGEST_LOADING))
