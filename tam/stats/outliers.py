"""Respondents far from the centre of all answers: squared Mahalanobis distances."""

from __future__ import annotations

import numpy as np
import scipy.linalg
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def squared_distances(rows: Floats, centre: Floats, covariance: Floats) -> Floats:
    """D2 = (x - m)' S^-1 (x - m) of complete rows (n, k): (n,), not negative.

    centre: (k,) m; covariance: (k, k) S, positive definite (divisor n - 1 by the field's custom; then the
    distances sum to (n - 1) k). Mahalanobis (1936). Peer: ``stats::mahalanobis(x, colMeans(x), cov(x))``.
    """
    factor = np.linalg.cholesky(covariance)
    white = scipy.linalg.solve_triangular(factor, (rows - centre).T, lower=True, check_finite=False)
    return np.asarray((white**2).sum(axis=0))


def distance_p_values(distances: Floats, k: int) -> Floats:
    """P(chi-square with k degrees of freedom > D2) for distances (n,): (n,) in [0, 1].

    Exact for normal answers with known moments, an approximation here.
    Peer: ``pchisq(d2, k, lower.tail = FALSE)``.
    """
    return np.asarray(scipy.special.chdtrc(k, distances))


def bonferroni(p: Floats, tests: int) -> Floats:
    """p values (t,) times the number of tests, at most 1. Peer: ``p.adjust(p, "bonferroni", n)``."""
    return np.minimum(p * tests, 1.0)
