"""Polychoric correlations of many pairs of ordered answers at once, with the scores of every cell.

Two steps (Olsson, 1979): thresholds from the margins, then for each pair the correlation that makes its table
of counts most likely. All pairs are searched together by Newton steps on atanh(r). Empty cells are treated as
lavaan does: in a table of two by two an empty cell gets half a case, taken so that the margins stay
(``zero.add = c(0.5, 0)``, ``zero.keep.margins = TRUE``); larger tables stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tam.stats.bivariate_normal import FAR, bivariate_normal_cdf, bivariate_normal_density
from tam.stats.correlation_search import LIMIT, most_likely, on_atanh
from tam.stats.thresholds import normal_density, padded

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

#: No cell counts as less probable than this, lavaan's bound (the root of the machine precision): a pair of
#: answers that the normal all but excludes, such as a careless one, then pulls at the correlation no further.
TINY = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Fitted pairs k of ordered variables (i, j): ``first``, ``second`` (m,), ``correlation`` (m,).

    ``score`` (m, c, c) d log P / d r of every cell, ``by_first`` and ``by_second`` (m, c - 1, c): change of
    a cell's probability with each threshold of the first (second) variable: [k, threshold, other's
    category]; ``probability`` (m, c, c). c is the largest number of categories; absent cells have score 0.
    """

    first: Integers
    second: Integers
    correlation: Floats
    probability: Floats
    score: Floats
    by_first: Floats
    by_second: Floats

    @property
    def ran_away(self) -> Integers:
        """Pairs whose correlation cannot be told from 1 or -1."""
        return np.flatnonzero(np.abs(self.correlation) >= LIMIT)


def cross_tables(codes: Integers, categories: int, first: Integers, second: Integers) -> Floats:
    """Counts of every pair of answers: ``codes`` (n, p) from 0 -> (m, c, c) for the m pairs."""
    n, p = codes.shape
    whole = np.zeros((p * categories, p * categories))
    place = np.arange(p) * categories
    for begin in range(0, n, 8192):
        part = codes[begin : begin + 8192] + place
        marks = np.zeros((len(part), p * categories))
        marks[np.arange(len(part))[:, None], part] = 1.0
        whole += marks.T @ marks
    blocks = whole.reshape(p, categories, p, categories)
    return np.asarray(blocks[first, :, second, :])


def without_empty_cells(tables: Floats, sizes_first: Integers, sizes_second: Integers) -> Floats:
    """The tables (m, c, c) that the correlations are fitted to: half a case in the empty cell of a 2 x 2.

    With one empty cell the other diagonal gives what the empty cell and its opposite gain, so the margins
    stay. Peer: ``lavaan::lavCor(zero.add = c(0.5, 0), zero.keep.margins = TRUE)``.
    """
    corner = tables[:, :2, :2]
    lonely = (sizes_first == 2) & (sizes_second == 2) & ((corner == 0).sum(axis=(1, 2)) == 1)
    if not lonely.any():
        return tables
    done = tables.copy()
    main = np.array([[0.5, -0.5], [-0.5, 0.5]])
    for at in np.flatnonzero(lonely):
        i, j = np.argwhere(corner[at] == 0)[0]
        done[at, :2, :2] += main if i == j else -main
    return done


def polychoric_pairs(
    tables: Floats, cuts: Sequence[Floats], first: Integers, second: Integers, start: Floats
) -> Pairs:
    """Maximum likelihood correlation of every pair given the thresholds, with what their scores need.

    Parameters: ``tables`` (m, c, c) counts; ``cuts`` thresholds per variable; ``first``, ``second`` (m,)
    variables of each pair; ``start`` (m,) correlations to begin with. Peer: ``lavaan::lavCor``.
    """
    width = tables.shape[1] - 1
    grid = np.array([padded(one, width) for one in cuts]).reshape(len(cuts), width)
    correlation = np.empty(len(first))
    # Blocks of pairs keep the quadrature's arrays small whatever the number of categories.
    step = max(1, 400_000 // max(1, 20 * width * width))
    for begin in range(0, len(first), step):
        part = slice(begin, begin + step)
        h, k = grid[first[part], :, None], grid[second[part], None, :]
        correlation[part] = _highest(tables[part], h, k, _search(tables[part], h, k, start[part]))
    h, k = grid[first][:, :, None], grid[second][:, None, :]
    probability = np.concatenate(
        [
            cell_probabilities(h[at : at + step], k[at : at + step], correlation[at : at + step])
            for at in range(0, len(first), step)
        ]
        or [np.zeros((0, width + 1, width + 1))]
    )
    slope = _differenced(bivariate_normal_density(h, k, correlation[:, None, None]))
    safe = np.maximum(probability, TINY)
    return Pairs(
        first=first,
        second=second,
        correlation=correlation,
        probability=safe,
        score=np.where(probability > TINY, slope / safe, 0.0),
        by_first=threshold_slopes(grid[first], grid[second], correlation),
        by_second=threshold_slopes(grid[second], grid[first], correlation),
    )


def cell_probabilities(h: Floats, k: Floats, r: Floats) -> Floats:
    """P of every cell (m, a + 1, b + 1) from thresholds ``h`` (m, a, 1), ``k`` (m, 1, b) and ``r`` (m,)."""
    m, a, b = len(r), h.shape[1], k.shape[2]
    cumulative = np.zeros((m, a + 2, b + 2))
    cumulative[:, 1:-1, 1:-1] = bivariate_normal_cdf(h, k, r[:, None, None])
    cumulative[:, 1:-1, -1] = ndtr(h[:, :, 0])
    cumulative[:, -1, 1:-1] = ndtr(k[:, 0, :])
    cumulative[:, -1, -1] = 1.0
    return np.diff(np.diff(cumulative, axis=1), axis=2)


def _differenced(corners: Floats) -> Floats:
    """Second difference of values at the inner corners (m, a, b), zero at the rim: (m, a + 1, b + 1)."""
    rim = np.pad(corners, ((0, 0), (1, 1), (1, 1)))
    return np.diff(np.diff(rim, axis=1), axis=2)


def threshold_slopes(own: Floats, other: Floats, r: Floats) -> Floats:
    """d P(own <= threshold a, other in category c) / d threshold a: (m, a, c).

    phi(own) * [Phi((upper - r own) / s) - Phi((lower - r own) / s)], s = sqrt(1 - r^2), for thresholds
    ``own`` (m, a) and ``other`` (m, b).
    """
    rest = np.sqrt((1.0 - r) * (1.0 + r))[:, None, None]
    below = ndtr((other[:, None, :] - r[:, None, None] * own[:, :, None]) / rest)
    inside = np.diff(np.pad(below, ((0, 0), (0, 0), (1, 1)), constant_values=(0.0, 1.0)), axis=2)
    density = np.where(own < FAR, normal_density(own), 0.0)
    return np.asarray(density[:, :, None] * inside)


def _highest(tables: Floats, h: Floats, k: Floats, found: Floats) -> Floats:
    """The correlations found, or higher peaks of the likelihood (m,) where the bound on cells makes several.

    That can happen only where a cell that was answered is nearly excluded; there the whole range is searched.
    """
    rare = np.where(tables > 0, cell_probabilities(h, k, found), 1.0).min(axis=(1, 2)) < 1e3 * TINY
    at = np.flatnonzero(rare)
    if not len(at):
        return found
    tables, h, k = tables[at], h[at], k[at]
    range_of = np.tanh(np.linspace(-3.0, 3.0, 61))
    values = [_likelihood(tables, h, k, np.full(len(at), one))[0] for one in range_of]
    other = _search(tables, h, k, range_of[np.argmax(values, axis=0)])
    higher = _likelihood(tables, h, k, other)[0] > _likelihood(tables, h, k, found[at])[0]
    best = found.copy()
    best[at[higher]] = other[higher]
    return best


def _search(tables: Floats, h: Floats, k: Floats, start: Floats) -> Floats:
    """The correlation (m,) that makes each table (m, c, c) most likely near ``start``."""
    return most_likely(lambda at, r: _likelihood(tables[at], h[at], k[at], r), start)


def _likelihood(tables: Floats, h: Floats, k: Floats, r: Floats) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood (m,), its slope on atanh(r) and a positive curvature: observed, or else expected."""
    wide = r[:, None, None]
    rest = 1.0 - wide * wide
    exact = cell_probabilities(h, k, r)
    probability = np.maximum(exact, TINY)
    density = bivariate_normal_density(h, k, wide)
    growth = (h * k + wide) / rest - wide * (h * h - 2.0 * wide * h * k + k * k) / rest**2
    first, second = _differenced(density), _differenced(density * growth)
    share = np.where(exact > TINY, tables / probability, 0.0)
    value = np.sum(tables * np.log(probability), axis=(1, 2))
    slope = np.sum(share * first, axis=(1, 2))
    squares = tables.sum(axis=(1, 2)) * np.sum(first * first / probability, axis=(1, 2))
    bend = np.sum(share * (first * first / probability - second), axis=(1, 2))
    return value, *on_atanh(r, slope, bend, squares)
