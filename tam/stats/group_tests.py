"""Tests that a quantity estimated in several groups is the same in all of them, from plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Equality:
    """``chisq`` with ``df`` (groups - 1) and its ``p`` in [0, 1]."""

    chisq: float
    df: int
    p: float


def equality_test(values: Floats, covariance: Floats) -> Equality:
    """Wald test that the values (g,) are one and the same: (C b)' (C V C')^-1 (C b).

    ``covariance`` V (g, g) of the values; C takes each value but the first less the first (any full set of
    contrasts gives the same number). Raises ValueError where V does not let the values differ.
    Peer: ``lavaan::lavTestWald(fit, "b1 == b2; b1 == b3")``.
    """
    from scipy.special import chdtrc

    groups = len(values)
    contrasts = np.column_stack([-np.ones(groups - 1), np.eye(groups - 1)])
    difference = contrasts @ values
    spread = contrasts @ covariance @ contrasts.T
    try:
        factor = np.linalg.cholesky(spread)
    except np.linalg.LinAlgError:
        raise ValueError("the estimates of the groups have no covariance matrix of their own") from None
    chisq = float(np.sum(np.linalg.solve(factor, difference) ** 2))
    return Equality(chisq, groups - 1, float(chdtrc(groups - 1, chisq)))


def between_groups(values: Floats, sizes: Floats) -> Floats:
    """How far the values (..., g) lie apart: sum of n_g (b_g - mean)^2, the mean weighted by ``sizes`` (g,).

    The statistic of the permutation test of several groups; with two, as good as the absolute difference.
    """
    mean = (values * sizes).sum(axis=-1, keepdims=True) / sizes.sum()
    return np.asarray((sizes * (values - mean) ** 2).sum(axis=-1))


def permutation_p(observed: float, shuffled: Floats) -> float:
    """Share of the statistics (r,), the observed one counted among them, that are at least as large.

    (1 + number of shuffles not below) / (1 + r): never 0. Rounding is allowed for: a shuffle that leaves
    every row where it was counts as equal.
    """
    level = observed - 1e-9 * abs(observed)
    return (1.0 + float(np.sum(shuffled >= level))) / (1.0 + len(shuffled))


def standardised_difference(
    difference: float, variances: tuple[float, float], sizes: tuple[int, int]
) -> tuple[float, Floats]:
    """Difference of two means in pooled standard deviations, and its slopes (3,) to the difference and to the
    two variances.

    d = difference / sqrt((n1 v1 + n2 v2) / (n1 + n2)). Raises ValueError where the pooled variance is not
    positive.
    """
    shares = np.array(sizes, dtype=np.float64) / sum(sizes)
    pooled = float(shares @ np.array(variances))
    if not pooled > 0:
        raise ValueError("the pooled variance is not positive")
    root = float(np.sqrt(pooled))
    slopes = np.concatenate([[1.0 / root], -difference * shares / (2.0 * pooled * root)])
    return difference / root, slopes
