"""Consistency of a respondent with himself: even-odd, psychometric synonyms and antonyms, person-total r.

``even_odd`` and ``pair_consistency`` follow the R package careless 1.2.2 (Yentes and Wilhelm), without its
random resampling of undefined values. Everything is computed for all respondents at once, in slices of rows
that bound the memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Pairs = NDArray[np.int64]

_SLICE = 8192
"""Respondents per slice: with 780 pairs of 40 items a slice of doubles takes 51 MB."""
_LEAST_PAIRS = 3
"""careless computes a correlation over more than two pairs."""
_FLAT = 1e-12
"""A sum of squares below this share of the squares summed is rounding, not variance."""


def rowwise_correlation(first: Array, second: Array, least: int = 2) -> Array:
    """Pearson correlation of each row of ``first`` (n, m) with the same row of ``second``; shape (n,).

    Over the places where both have a value; NaN where fewer than ``least`` do or one of them does not vary.
    """
    both = ~(np.isnan(first) | np.isnan(second))
    count = both.sum(axis=1)
    safe = np.maximum(count, 1)[:, None]
    a, b = np.where(both, first, 0.0), np.where(both, second, 0.0)
    scale_a, scale_b = (a**2).sum(axis=1), (b**2).sum(axis=1)
    a = np.where(both, a - a.sum(axis=1, keepdims=True) / safe, 0.0)
    b = np.where(both, b - b.sum(axis=1, keepdims=True) / safe, 0.0)
    square_a, square_b = (a**2).sum(axis=1), (b**2).sum(axis=1)
    varies = (count >= least) & (square_a > _FLAT * scale_a) & (square_b > _FLAT * scale_b)
    size = np.sqrt(np.where(varies, square_a * square_b, 1.0))
    return np.where(varies, np.clip((a * b).sum(axis=1) / size, -1.0, 1.0), np.nan)


def even_odd(values: Array, scales: Sequence[Sequence[int]]) -> Array:
    """Even-odd inconsistency; shape (n,), range -1 (consistent) .. 1, NaN where one half does not vary.

    The means of the even and of the odd items of each scale are correlated over the scales within the
    respondent, corrected by Spearman and Brown's formula 2 r / (1 + r), held at -1 from below, and the sign
    is turned, so that more is more careless (as careless does since 1.2.0). ``values`` (n, k): reverse-keyed
    items already reversed, NaN for no answer; ``scales``: the columns of each scale in order, two at least a
    scale. Source: Johnson (2005); Meade and Craig (2012). Peer: ``careless::evenodd``.
    """
    odd = np.column_stack([_row_mean(values[:, list(columns)[0::2]]) for columns in scales])
    even = np.column_stack([_row_mean(values[:, list(columns)[1::2]]) for columns in scales])
    r = rowwise_correlation(even, odd)
    # r = -1 makes the denominator zero; the limit from above is minus infinity, which is held at -1
    corrected = np.where(
        r > -1.0, 2 * r / np.where(r > -1.0, 1 + r, 1.0), np.where(np.isnan(r), np.nan, -1.0)
    )
    return -np.maximum(corrected, -1.0)


def _row_mean(values: Array) -> Array:
    answered = ~np.isnan(values)
    count = answered.sum(axis=1)
    total = np.where(answered, values, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def item_correlations(values: Array) -> Array:
    """Pearson correlations of the items over the respondents who answered both; shape (k, k), NaN undefined.

    ``values`` (n, k), NaN for no answer. Peer: ``cor(x, use = "pairwise.complete.obs")``.
    """
    answered = ~np.isnan(values)
    shift = np.where(answered, values, 0.0).sum(axis=0) / np.maximum(answered.sum(axis=0), 1)
    x = np.where(answered, values - shift, 0.0)  # near their means, so that the differences below keep digits
    m = answered.astype(np.float64)
    n = m.T @ m
    safe = np.maximum(n, 1.0)
    sums, squares = x.T @ m, (x**2).T @ m
    covariance = x.T @ x - sums * sums.T / safe
    variance = squares - sums**2 / safe
    defined = (n > 1) & (variance > _FLAT * np.maximum(squares, 1.0)) & (variance.T > _FLAT)
    size = np.sqrt(np.where(defined, variance * variance.T, 1.0))
    return np.where(defined, np.clip(covariance / size, -1.0, 1.0), np.nan)


def synonym_pairs(values: Array, critical: float = 0.60) -> Pairs:
    """Pairs of items that correlate above ``critical`` (negative: below it); shape (pairs, 2), later item
    first.

    ``values`` (n, k), NaN for no answer. Peer: the pairs of ``careless::psychsyn`` (``psychant``).
    """
    r = np.tril(item_correlations(values), -1)
    later, earlier = np.nonzero(r > critical if critical >= 0 else r < critical)
    return np.column_stack([later, earlier])


def pair_consistency(values: Array, pairs: Pairs) -> Array:
    """Correlation over item pairs within each respondent; shape (n,), range -1 .. 1, NaN where undefined.

    With the pairs of ``synonym_pairs`` it is the psychometric synonym score (antonym score for a negative
    critical value). At least three pairs must be answered; a respondent whose answers do not vary has none.
    Source: Meade and Craig (2012). Peer: ``careless::psychsyn(resample_na = FALSE)``.
    """
    found = np.full(len(values), np.nan)
    if len(pairs) >= _LEAST_PAIRS:
        for rows in _slices(len(values)):
            part = values[rows]
            found[rows] = rowwise_correlation(part[:, pairs[:, 0]], part[:, pairs[:, 1]], _LEAST_PAIRS)
    return found


def person_total(values: Array) -> Array:
    """Correlation of a respondent's answers with the item means of all others; shape (n,), range -1 .. 1.

    ``values`` (n, k): reverse-keyed items already reversed, NaN for no answer. Near zero or negative: the
    answers do not follow which statements people find easier to agree with. Where the items have nearly one
    mean it says little. Source: Curran (2016).
    """
    answered = ~np.isnan(values)
    filled = np.where(answered, values, 0.0)
    total, count = filled.sum(axis=0), answered.sum(axis=0)
    found = np.full(len(values), np.nan)
    for rows in _slices(len(values)):
        others = count - answered[rows]
        mean = np.where(others > 0, (total - filled[rows]) / np.maximum(others, 1), np.nan)
        found[rows] = rowwise_correlation(values[rows], mean, _LEAST_PAIRS)
    return found


def _slices(n: int) -> Iterator[slice]:
    return (slice(start, start + _SLICE) for start in range(0, n, _SLICE))
