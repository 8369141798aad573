"""The formulas of reliability for many matrices at once: one value per matrix of a stack.

Every function takes covariance or correlation matrices (..., k, k) of the items of one scale and answers
(...) or (..., k), NaN where the coefficient does not exist. The same formulas serve the printed value and
thousands of resamples.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tam.stats.factor import one_factor_loadings

Array = NDArray[np.float64]

#: Below this share of the summed variances the variance of a sum is rounding error.
ROUNDING = 1e-12


def variances(covariance: Array) -> Array:
    """(..., k) the diagonal."""
    return np.diagonal(covariance, axis1=-2, axis2=-1)


def correlations(covariance: Array) -> Array:
    """(..., k, k) correlations, the diagonal exactly 1; NaN throughout where an item does not vary."""
    spread = variances(covariance)
    varies = np.asarray((spread > 0).all(axis=-1))[..., None]
    sd = np.sqrt(np.where(varies, spread, np.nan))
    found = covariance / (sd[..., :, None] * sd[..., None, :])
    k = covariance.shape[-1]
    found[..., np.arange(k), np.arange(k)] = np.where(varies, 1.0, np.nan)
    return np.asarray(found)


def alpha(covariance: Array) -> Array:
    """Cronbach's alpha = k / (k - 1) (1 - trace(C) / 1'C1): (...), at most 1."""
    k = covariance.shape[-1]
    trace, total = variances(covariance).sum(axis=-1), covariance.sum(axis=(-2, -1))
    return np.asarray(k / (k - 1) * (1 - trace / _above_rounding(total, trace)))


def mean_correlation(correlation: Array) -> Array:
    """Mean of the k (k - 1) / 2 correlations: (...)."""
    rows, columns = np.tril_indices(correlation.shape[-1], -1)
    return np.asarray(correlation[..., rows, columns].mean(axis=-1))


def item_rest(covariance: Array) -> Array:
    """Correlation of each item with the sum of the others: (..., k)."""
    spread = variances(covariance)
    rows = covariance.sum(axis=-1)
    total = rows.sum(axis=-1, keepdims=True)
    rest = _above_rounding(total - 2 * rows + spread, spread.sum(axis=-1, keepdims=True))
    return np.asarray((rows - spread) / np.sqrt(np.where(spread > 0, spread, np.nan) * rest))


def omega(correlation: Array) -> Array:
    """Omega total = 1 - sum(uniquenesses) / 1'R1 of a one-factor minres solution: (...)."""
    k = correlation.shape[-1]
    total = correlation.sum(axis=(-2, -1))
    loadings = one_factor_loadings(correlation)
    return np.asarray(1 - (k - (loadings**2).sum(axis=-1)) / _above_rounding(total, k))


def without_each(matrix: Array, coefficient: Callable[[Array], Array]) -> Array:
    """The coefficient of the scale without each of its items in turn: (..., k)."""
    k = matrix.shape[-1]
    keep = [np.delete(np.arange(k), dropped) for dropped in range(k)]
    return np.stack([coefficient(matrix[..., rest[:, None], rest]) for rest in keep], axis=-1)


def _above_rounding(total: Array, trace: Array | int) -> Array:
    """The variances of sums, NaN where they are only rounding error."""
    return np.where(total > ROUNDING * trace, total, np.nan)
