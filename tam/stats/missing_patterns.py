"""Which answers are missing together, and whether those who leave one out answer other items differently."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Integers = NDArray[np.intp]

#: A mean of fewer answers has no variance to speak of; Welch's test needs two on each side.
FEWEST_ANSWERS = 2


@dataclass(frozen=True, slots=True)
class MissingPatterns:
    """The K distinct patterns of a table (n, p), most frequent first.

    ``missing`` (K, p) True where the pattern has no answer; ``counts`` (K,) respondents; ``of_row`` (n,) the
    pattern of each row. Equally frequent ones: fewest missing answers first, then the earlier columns.
    """

    missing: Booleans
    counts: Integers
    of_row: Integers


def missing_patterns(missing: Booleans) -> MissingPatterns:
    """The patterns of a mask (n, p), True where there is no answer. Peer: ``mice::md.pattern``.

    The order does not depend on the order of the rows.
    """
    n, p = missing.shape
    if n == 0 or p == 0:
        one = np.zeros((min(n, 1), p), dtype=bool)
        return MissingPatterns(one, np.full(min(n, 1), n, dtype=np.intp), np.zeros(n, dtype=np.intp))
    packed = np.ascontiguousarray(np.packbits(~missing, axis=1))
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, of_row, counts = np.unique(keys, return_index=True, return_inverse=True, return_counts=True)
    distinct = missing[first]
    order = np.lexsort((np.arange(len(counts)), distinct.sum(axis=1), -counts))
    place = np.empty(len(order), dtype=np.intp)
    place[order] = np.arange(len(order))
    return MissingPatterns(distinct[order], counts[order].astype(np.intp), place[of_row.ravel()])


@dataclass(frozen=True, slots=True)
class MissingnessTests:
    """Welch's tests of answers between those without and those with an answer to another item.

    All (t,): ``item`` column whose missingness divides the respondents, ``other`` column compared;
    ``n_missing`` and ``n_given`` answers to the other item on either side; ``difference`` mean of those
    without an answer less mean of those with one; ``t``, ``df``, ``p`` two-sided.
    """

    item: Integers
    other: Integers
    n_missing: Integers
    n_given: Integers
    difference: Floats
    t: Floats
    df: Floats
    p: Floats


def missingness_tests(values: Floats) -> MissingnessTests:
    """Does who leaves an item out answer another one differently? Every pair of columns of (n, p) with NaN.

    t = (m1 - m0) / sqrt(v1 / n1 + v0 / n0) with Welch's degrees of freedom, index 1 for those without an
    answer to the item. Pairs with fewer than two answers on a side, or whose answers on a side do not vary
    (its variance is then unknown rather than zero), have no test and are left out. Welch (1951) for two
    groups.
    Peer: ``stats::t.test(other ~ is.na(item))``.
    """
    given = ~np.isnan(values)
    origin = np.where(given.any(axis=0), np.nanmean(np.where(given.any(axis=0), values, 0.0), axis=0), 0.0)
    filled = np.where(given, values - origin, 0.0)
    absent = (~given).astype(np.float64)
    sides = [
        (side.T @ given, side.T @ filled, side.T @ filled**2) for side in (absent, given.astype(np.float64))
    ]
    (n1, m1, v1), (n0, m0, v0) = (_moments(*side) for side in sides)
    with np.errstate(divide="ignore", invalid="ignore"):
        share1, share0 = v1 / n1, v0 / n0
        error = share1 + share0
        df = error**2 / (share1**2 / (n1 - 1) + share0**2 / (n0 - 1))
        t = (m1 - m0) / np.sqrt(error)
    item, other = np.nonzero((np.minimum(n1, n0) >= FEWEST_ANSWERS) & (share1 > 0) & (share0 > 0))
    at = (item, other)
    p = 2.0 * scipy.special.stdtr(df[at], -np.abs(t[at]))
    sizes = n1[at].astype(np.intp), n0[at].astype(np.intp)
    return MissingnessTests(item, other, *sizes, (m1 - m0)[at], t[at], df[at], np.asarray(p))


def _moments(count: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats, Floats]:
    """Counts, means and variances (divisor count - 1) from sums; rounding below the answers' own is 0."""
    mean = total / np.maximum(count, 1.0)
    variance = (squares - count * mean**2) / np.maximum(count - 1.0, 1.0)
    noise = 1e-13 * np.maximum(squares / np.maximum(count, 1.0), 1e-300)  # of a sum of squares in doubles
    return count, mean, np.where(variance > noise, variance, 0.0)
