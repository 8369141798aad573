"""Split-half reliability: the two halves of a scale against each other.

The functions on stacks take covariance matrices (..., k, k) and answer (...), NaN where a half does not vary.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.reliability_stacks import ROUNDING, variances

Array = NDArray[np.float64]

#: 16 items have 6,435 equal splits; beyond, they are too many to look at each in every resample.
MOST_ITEMS = 16
ONE_ITEM = "the scale has one item; reliability needs at least two"
TWO_ITEMS = "the scale has two items; the Spearman-Brown coefficient is its split-half reliability"
TOO_MANY = f"the scale has more than {MOST_ITEMS} items; not every split into halves was looked at"
NOT_TWO = "the Spearman-Brown coefficient of two items is for scales of two items"
NO_VARIANCE = "half of the scale does not vary"


def split_half(covariance: Array) -> float | Unavailable:
    """Odd-even split-half reliability of the sum score: items 1, 3, 5, ... against 2, 4, 6, ...

    The correlation of the two half scores, stepped up to the length of the scale: by Spearman-Brown for
    halves of the same size, by Horst's formula for unequal ones (odd number of items). covariance: (k, k),
    k >= 3. At most 1. Horst (1951), Educational and Psychological Measurement 11, 368-371.
    """
    k = len(covariance)
    if k < 3:
        return Unavailable(ONE_ITEM if k < 2 else TWO_ITEMS)
    return _number(odd_even(covariance))


def spearman_brown(correlation: Array) -> float | Unavailable:
    """Reliability of the sum of two standardised items from their correlation r, 2 r / (1 + r).

    correlation: (2, 2). At most 1. Eisinga, te Grotenhuis & Pelzer (2013), International Journal of Public
    Health 58, 637-642.
    """
    k = len(correlation)
    if k != 2:
        return Unavailable(ONE_ITEM if k < 2 else NOT_TWO)
    return _number(stepped_up(correlation[0, 1], 0.5))


def guttman_lambda4(covariance: Array) -> float | Unavailable:
    """Guttman's lambda-4 of the best split: the largest 4 cov(A, B) / var(A + B) over all splits of the items
    into two halves A and B of the same size (with an odd number one half has one item more).

    covariance: (k, k), 2 <= k <= 16. At most 1; never below the alpha of an even number of items.
    Guttman (1945), Psychometrika 10, 255-282. Peer: ``psych::splitHalf(x, covar = TRUE)$maxrb``.
    """
    k = len(covariance)
    if k < 2 or k > MOST_ITEMS:
        return Unavailable(ONE_ITEM if k < 2 else TOO_MANY)
    return _number(best_split(covariance))


def odd_even(covariance: Array) -> Array:
    """Stepped-up correlation of the odd with the even items of each matrix of a stack: (...)."""
    k = covariance.shape[-1]
    odd = np.arange(k) % 2 == 0
    return stepped_up(half_correlation(covariance, odd), float(odd.mean()))


def half_correlation(covariance: Array, first: NDArray[np.bool_]) -> Array:
    """Correlation (...) of the sum of the items of the ``first`` half (k,) with the sum of the others."""
    a, b = first.astype(np.float64), (~first).astype(np.float64)
    trace = variances(covariance).sum(axis=-1)
    spread = [np.where(v > ROUNDING * trace, v, np.nan) for v in (a @ covariance @ a, b @ covariance @ b)]
    return np.asarray((covariance @ b @ a) / np.sqrt(spread[0] * spread[1]))


def stepped_up(r: Array | float, share: float) -> Array:
    """Reliability of the whole from the correlation r (...) of two parts that hold ``share`` and the rest.

    r (sqrt(r^2 + 4 p q (1 - r^2)) - r) / (2 p q (1 - r^2)); with equal parts this is 2 r / (1 + r).
    Horst (1951), Educational and Psychological Measurement 11, 368-371.
    """
    r = np.asarray(r, dtype=np.float64)
    pq = share * (1 - share)
    rest = np.maximum((1 - r) * (1 + r), 0.0)
    # Multiplied out so that r = 1 gives 1 instead of 0 / 0; r = -1 has no value.
    below = np.sqrt(r * r + 4 * pq * rest) + r
    return np.asarray(np.where(below > ROUNDING, 2 * r / np.where(below > ROUNDING, below, 1.0), np.nan))


def best_split(covariance: Array) -> Array:
    """The largest lambda-4 (...) over all equal splits of each matrix of a stack, 2 <= k <= 16."""
    k = covariance.shape[-1]
    rows, columns = np.triu_indices(k, 1)
    total = covariance.sum(axis=(-2, -1))
    trace = variances(covariance).sum(axis=-1)
    signs = equal_splits(k)
    # var(A - B) = trace + 2 sum of signed covariances; 4 cov(A, B) = var(A + B) - var(A - B)
    signed = covariance[..., rows, columns] @ (signs[:, rows] * signs[:, columns]).T
    least = trace + 2 * signed.min(axis=-1)
    return np.asarray(1 - least / np.where(total > ROUNDING * trace, total, np.nan))


def equal_splits(k: int) -> Array:
    """(s, k) signs of all splits of k items into halves, each once; with an odd k one half has one more."""
    size = k // 2
    chosen = [c for c in combinations(range(k), size) if k % 2 or 0 in c]
    signs = -np.ones((len(chosen), k))
    signs[np.arange(len(chosen))[:, None], np.array(chosen)] = 1.0
    return signs


def _number(value: Array) -> float | Unavailable:
    found = float(value)
    return found if np.isfinite(found) else Unavailable(NO_VARIANCE)
