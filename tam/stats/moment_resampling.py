"""Resamples of several scales at once: the same respondents are drawn for all of them.

A resample is known by how often it drew each respondent; its moments are linear in these counts, so all
resamples of a scale are one matrix product. A respondent who left an item of a scale open is drawn like
everybody else and counts in the scales that he or she answered (listwise within the scale, in the sample and
in every resample). With many respondents random groups of them are drawn instead of single ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Groups = NDArray[np.intp]

#: Up to here single respondents are drawn. The standard error from 5,000 random groups differs from that of
#: single respondents by 1 %, less than a thousand draws leave to chance.
MOST_UNITS = 5_000
#: Groups left out in turn for the acceleration of the BCa interval.
MOST_LEFT_OUT = 200
#: Numbers held at once while products of answers are summed: 8 MB.
LARGEST_BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class UnitMoments:
    """Sums over the respondents of each drawn unit who answered all k items of a scale.

    ``size`` (u,), ``sums`` (u, k) and ``products`` (u, k (k + 1) / 2) of the centred answers, upper triangle.
    """

    size: Array
    sums: Array
    products: Array


def random_groups(n: int, rng: np.random.Generator) -> Groups:
    """(n,) the unit of each respondent: its own, or one of 5,000 random groups of equal size (one more or
    less)."""
    if n <= MOST_UNITS:
        return np.arange(n)
    return np.asarray(rng.permutation(n) % MOST_UNITS, dtype=np.intp)


def unit_moments(answers: Array, groups: Groups) -> UnitMoments:
    """The sums of each unit: ``answers`` (n, k) with NaN where missing, ``groups`` (n,) from 0."""
    complete = ~np.isnan(answers).any(axis=1)
    middle = answers[complete].mean(axis=0) if complete.any() else 0.0
    # Who is not complete adds nothing, like the last row, which fills up units that are smaller than others.
    centred = np.zeros((len(answers) + 1, answers.shape[1]))
    centred[:-1][complete] = answers[complete] - middle
    members = _members(groups)
    rows, columns = np.triu_indices(answers.shape[1])
    products = np.empty((len(members), len(rows)))
    step = max(1, LARGEST_BLOCK // max(answers.shape[1] ** 2, members.shape[1] * answers.shape[1]))
    for begin in range(0, len(members), step):
        part = centred[members[begin : begin + step]]
        products[begin : begin + step] = (part.transpose(0, 2, 1) @ part)[:, rows, columns]
    size = np.bincount(groups[complete], minlength=len(members)).astype(np.float64)
    return UnitMoments(size, centred[members].sum(axis=1), products)


def _members(groups: Groups) -> Groups:
    """(u, m) the respondents of each unit, filled up with -1."""
    size = np.bincount(groups)
    order = np.argsort(groups, kind="stable")
    place = np.arange(len(groups)) - np.repeat(np.cumsum(size) - size, size)
    members = np.full((len(size), int(size.max(initial=0))), -1, dtype=np.intp)
    members[groups[order], place] = order
    return members


def drawn_counts(units: int, draws: int, rng: np.random.Generator) -> Array:
    """How often each unit stands in each resample: (draws, units), every row sums to ``units``."""
    picked = rng.integers(0, units, size=(draws, units))
    place = (picked + units * np.arange(draws)[:, None]).ravel()
    return np.bincount(place, minlength=draws * units).reshape(draws, units).astype(np.float64)


def covariances(moments: UnitMoments, counts: Array) -> Array:
    """(r, k, k) covariance matrices, divisor n - 1, of the resamples with these ``counts`` (r, u).

    NaN where a resample holds fewer than three respondents who answered the scale.
    """
    size = counts @ moments.size
    n = np.where(size >= 3, size, np.nan)[:, None]
    means = counts @ moments.sums / n
    k = moments.sums.shape[1]
    rows, columns = np.triu_indices(k)
    upper = (counts @ moments.products - n * means[:, rows] * means[:, columns]) / (n - 1)
    # What rounding leaves of the variance of an item that never varies in a resample is none.
    whole = (counts @ moments.products)[:, rows == columns] / n
    flat = upper[:, rows == columns] <= 1e-12 * whole
    upper[:, rows == columns] = np.where(flat, 0.0, upper[:, rows == columns])
    full = np.empty((len(counts), k, k))
    full[:, rows, columns] = upper
    full[:, columns, rows] = upper
    return full


def left_out_counts(units: int) -> Array:
    """(g, units) counts of the samples that leave out one unit, or one of 200 groups of units, in turn."""
    left = min(units, MOST_LEFT_OUT)
    return np.asarray(np.arange(units) % left != np.arange(left)[:, None], dtype=np.float64)
