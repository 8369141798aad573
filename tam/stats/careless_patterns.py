"""Patterns that repeat in the order of presentation, such as 1 2 3 4 3 2 1 2, which runs do not show."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

_SLICE = 8192
"""Respondents per slice, so that the working arrays stay in the processor's cache."""
_FLAT = 1e-10
"""A variance below this share of the squares is what rounding leaves of none."""
_LEAST_PLACES = 6
"""Correlations over fewer places are high by chance too often."""
_LEAST_REPEATED = 8
"""Fewer places repeat by chance too often: with a third of neighbours alike, eight do once in 7,000."""


def repetition(codes: Array) -> tuple[Array, Counts]:
    """Share of answers equal to the one a fixed number of items earlier, for the best lag; shapes (n,), (n,).

    ``max over L of mean(x[j] == x[j - L])``, L from 2 on, over the places where both are answered (eight at
    least); the second array is that lag, the length of the pattern. A walk up and down the
    scale, 1 2 1 2 or 1 3 5 1 3 5 give 1. ``codes`` (n, k) raw, in presentation order, NaN for no answer.
    Equal neighbours repeat as well (lag 1): a straight line has 1 and is told apart by
    ``neighbour_repetition``. Undefined (no lag with eight places) is NaN and lag 0. Own definition, in the
    spirit of the mechanistic approach of the R package responsePatterns.
    """
    n, k = codes.shape
    best, lag = np.full(n, np.nan), np.zeros(n, dtype=np.int64)
    for distance in range(2, k - _LEAST_REPEATED + 1):
        share = _equal_share(codes, distance)
        better = share > np.where(np.isnan(best), -1.0, best)
        best, lag = np.where(better, share, best), np.where(better, distance, lag)
    return best, lag


def neighbour_repetition(codes: Array) -> Array:
    """Share of answers equal to the one before; shape (n,), range 0 .. 1, NaN below eight places."""
    return _equal_share(codes, 1)


def _equal_share(codes: Array, distance: int) -> Array:
    later, earlier = codes[:, distance:], codes[:, :-distance]
    equal = (later == earlier).sum(axis=1)
    answered = ~np.isnan(codes)
    both = (answered[:, distance:] & answered[:, :-distance]).sum(axis=1)
    return np.where(both >= _LEAST_REPEATED, equal / np.maximum(both, 1), np.nan)


def autocorrelation(codes: Array) -> Array:
    """Largest absolute correlation of the answers with themselves moved by a lag; shape (n,), range 0 .. 1.

    Lags 1 to half the items (over longer ones too few places are left), Pearson over the places where both
    are answered, six at least; NaN where no lag has one. One answer throughout is 1: a pattern as well.
    ``codes`` (n, k) raw, in presentation order, NaN for no answer. Peer: ``responsePatterns::rp.acors`` with
    ``max.lag`` half the items and ``percentile.method = "max"``.
    """
    found = np.full(len(codes), np.nan)
    for start in range(0, len(codes), _SLICE):
        rows = slice(start, start + _SLICE)
        found[rows] = _strongest_lag(codes[rows])
    answered = ~np.isnan(codes)
    low = np.where(answered, codes, np.inf).min(axis=1, initial=np.inf)
    high = np.where(answered, codes, -np.inf).max(axis=1, initial=-np.inf)
    return np.where((answered.sum(axis=1) > _LEAST_PLACES) & (low == high), 1.0, found)


def _strongest_lag(codes: Array) -> Array:
    """The largest absolute correlation over lags, from sums of products; shape (n,)."""
    answered = ~np.isnan(codes)
    m = answered.astype(np.float64)
    middle = np.where(answered, codes, 0.0).sum(axis=1) / np.maximum(answered.sum(axis=1), 1)
    x = np.where(answered, codes - middle[:, None], 0.0)  # near zero, so that differences of sums keep digits
    square = x * x
    best = np.full(len(codes), np.nan)
    for lag in range(1, codes.shape[1] // 2 + 1):
        a, b, in_a, in_b = x[:, lag:], x[:, :-lag], m[:, lag:], m[:, :-lag]
        n = _row_products(in_a, in_b)
        sum_a, sum_b = _row_products(a, in_b), _row_products(b, in_a)
        square_a, square_b = _row_products(square[:, lag:], in_b), _row_products(square[:, :-lag], in_a)
        vary_a, vary_b = n * square_a - sum_a**2, n * square_b - sum_b**2
        varies = (n >= _LEAST_PLACES) & (vary_a > _FLAT * n * square_a) & (vary_b > _FLAT * n * square_b)
        size = np.sqrt(np.where(varies, vary_a * vary_b, 1.0))
        r = np.minimum(np.abs(n * _row_products(a, b) - sum_a * sum_b) / size, 1.0)
        best = np.fmax(best, np.where(varies, r, np.nan))
    return best


def _row_products(first: Array, second: Array) -> Array:
    return np.asarray(np.einsum("ij,ij->i", first, second), dtype=np.float64)
