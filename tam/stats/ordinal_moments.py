"""Sample statistics of ordered and continuous answers and their full asymptotic covariance matrix.

Source: Muthen (1984), A general structural equation model with dichotomous, ordered categorical and
continuous latent variable indicators. Each variable alone gives thresholds (ordered) or mean and variance
(continuous); each pair then gives one correlation. The casewise scores of both steps, put together as the
two-step estimator demands, give the influence of every case on every statistic:

    own statistics   I1 = A11^-1 s1              A11 = sum s1 s1' within a variable
    correlation      I2 = (s2 - A21 I1) / A22    A21 = sum s2 t', A22 = sum s2^2

with s1 the score of a variable's own likelihood, s2 that of the pair's to the correlation and t that of the
pair's to the own statistics; n sum I I' is the covariance matrix of sqrt(n) times the statistics.
Peer: ``lavaan``: ``lavInspect(fit, "sampstat")``, ``lavTech(fit, "gamma")``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tam.stats.polychoric import Pairs, cross_tables, polychoric_pairs, without_empty_cells
from tam.stats.polyserial import PairScores, moment_scores, pearson, polyserial
from tam.stats.thresholds import answers, threshold_scores, thresholds

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Rows whose scores are held at a time: bounds memory for a million respondents.
CHUNK = 4096


@dataclass(frozen=True, slots=True)
class OrdinalMoments:
    """Statistics of p variables from n complete cases.

    ``ordered`` (p,) mask; ``thresholds`` an array per variable, empty for a continuous one; ``means`` (p,), 0
    for an ordered one; ``covariance`` (p, p), an ordered variable in units of its latent response (variance
    1), a continuous one with divisor n; ``nacov`` (m, m) covariance of sqrt(n) times the statistics in the
    order of ``statistics``; ``ran_away`` (k, 2) pairs whose correlation cannot be told from 1 or -1;
    ``empty`` (p, p) pairs of answers that nobody gave, counted below the diagonal; ``slopes`` (p, r) on
    observed predictors where the rest is conditional on them (``conditional_moments``), else (0, 0).
    """

    ordered: Mask
    thresholds: tuple[Floats, ...]
    means: Floats
    covariance: Floats
    nacov: Floats
    n: int
    ran_away: Integers
    empty: Integers
    slopes: Floats = field(default_factory=lambda: np.zeros((0, 0)))

    @property
    def statistics(self) -> Floats:
        """All statistics (m,): per variable its thresholds or its mean, then its slopes; the variances of the
        continuous; the covariances below the diagonal, column by column (lavaan's order, but for the sign
        of the mean and the place of the slopes)."""
        own = [cut if len(cut) else mean[None] for cut, mean in zip(self.thresholds, self.means)]
        if self.slopes.size:
            own = [np.concatenate(pair) for pair in zip(own, self.slopes)]
        variances = np.diag(self.covariance)[~self.ordered]
        return np.concatenate([*own, variances, self.covariance[below_diagonal(len(self.means))]])


@dataclass(frozen=True, slots=True)
class _Variables:
    """What each variable alone gives.

    ``codes`` (n, p) categories from 0 (ordered) and ``z`` (n, p) standardised values (continuous), each 0 in
    the other's columns; ``counts`` and ``cuts`` per variable, empty for continuous ones.
    """

    ordered: Mask
    codes: Integers
    counts: tuple[Floats, ...]
    cuts: tuple[Floats, ...]
    z: Floats
    means: Floats
    deviations: Floats

    @property
    def own(self) -> list[slice]:
        """Where each variable's own statistics stand: thresholds, or mean and variance."""
        ends = np.cumsum([len(cut) if one else 2 for cut, one in zip(self.cuts, self.ordered)])
        return [slice(begin, end) for begin, end in zip([0, *ends[:-1]], ends)]


@dataclass(frozen=True, slots=True)
class _AllPairs:
    """Every pair in the order of ``below_diagonal``: ``correlation`` (m,), and where its scores come from.

    ``tables`` the fitted polychoric pairs, standing at ``polychoric`` (m1,); ``scored`` the others by place.
    """

    correlation: Floats
    counts: Floats
    tables: Pairs
    polychoric: Integers
    scored: dict[int, PairScores]


def below_diagonal(p: int) -> tuple[Integers, Integers]:
    """Rows and columns of the elements below the diagonal of a (p, p) matrix, column by column."""
    column, row = np.triu_indices(p, k=1)
    return row, column


def ordinal_moments(values: Floats, ordered: Mask) -> OrdinalMoments:
    """All statistics and their covariance: ``values`` (n, p) without missing answers, ``ordered`` (p,) mask.

    Ordered columns may hold any numbers, only their order counts. Every column needs two different values.
    """
    single = _variables(values, ordered)
    pairs = _pairs(single)
    p = values.shape[1]
    row, column = below_diagonal(p)
    correlation = np.eye(p)
    correlation[row, column] = correlation[column, row] = pairs.correlation
    away = pairs.polychoric[pairs.tables.ran_away]
    return OrdinalMoments(
        ordered=ordered,
        thresholds=single.cuts,
        means=single.means,
        covariance=correlation * np.outer(single.deviations, single.deviations),
        nacov=_asymptotic_covariance(single, pairs),
        n=len(values),
        ran_away=np.column_stack([column[away], row[away]]),
        empty=_empty_cells(single, pairs),
    )


def _empty_cells(single: _Variables, pairs: _AllPairs) -> Integers:
    p = len(single.ordered)
    sizes = np.array([len(one) for one in single.counts])
    occurring = (pairs.counts > 0).sum(axis=(1, 2))
    first, second = pairs.tables.first, pairs.tables.second
    empty = np.zeros((p, p), dtype=np.intp)
    empty[second, first] = sizes[first] * sizes[second] - occurring
    return empty


def _variables(values: Floats, ordered: Mask) -> _Variables:
    n, p = values.shape
    codes, z = np.zeros((n, p), dtype=np.intp), np.zeros((n, p))
    means, deviations = np.zeros(p), np.ones(p)
    counts, cuts = [np.empty(0)] * p, [np.empty(0)] * p
    for at in range(p):
        if ordered[at]:
            _, codes[:, at], counts[at] = answers(values[:, at])
            cuts[at] = thresholds(counts[at])
        else:
            means[at], deviations[at] = values[:, at].mean(), values[:, at].std()
            z[:, at] = (values[:, at] - means[at]) / deviations[at]
    return _Variables(ordered, codes, tuple(counts), tuple(cuts), z, means, deviations)


def _pairs(single: _Variables) -> _AllPairs:
    ordered = single.ordered
    row, column = below_diagonal(len(ordered))
    both = np.flatnonzero(ordered[row] & ordered[column])
    first, second = column[both], row[both]
    categories = max((len(one) for one in single.counts), default=2)
    tables = cross_tables(single.codes, categories, first, second)
    sizes = np.array([len(one) for one in single.counts], dtype=np.intp)
    fitted = without_empty_cells(tables, sizes[first], sizes[second])
    polychoric = polychoric_pairs(fitted, single.cuts, first, second, _code_correlations(tables))
    correlation = np.empty(len(row))
    correlation[both] = polychoric.correlation
    scored = {}
    for at in np.flatnonzero(~(ordered[row] & ordered[column])):
        scored[int(at)] = _scored_pair(single, int(column[at]), int(row[at]))
        correlation[at] = scored[int(at)].correlation
    return _AllPairs(correlation, tables, polychoric, both, scored)


def _code_correlations(tables: Floats) -> Floats:
    """Product-moment correlation of the category numbers of each table (m, c, c): where the search starts."""
    code = np.arange(tables.shape[1])
    n = tables.sum(axis=(1, 2))
    sides = tables.sum(axis=2) @ code / n, tables.sum(axis=1) @ code / n
    squares = tables.sum(axis=2) @ code**2 / n, tables.sum(axis=1) @ code**2 / n
    cross = np.einsum("kab,a,b->k", tables, code, code) / n
    variances = [square - mean**2 for square, mean in zip(squares, sides)]
    return np.asarray((cross - sides[0] * sides[1]) / np.sqrt(variances[0] * variances[1]))


def _scored_pair(single: _Variables, i: int, j: int) -> PairScores:
    """Polyserial or product-moment correlation of variables i and j with their scores, i's own first."""
    z, deviation = single.z, single.deviations
    if single.ordered[i]:
        return polyserial(single.codes[:, i], single.cuts[i], z[:, j], deviation[j])
    if single.ordered[j]:
        turned = polyserial(single.codes[:, j], single.cuts[j], z[:, i], deviation[i])
        return PairScores(turned.correlation, turned.score, turned.second, turned.first)
    return pearson(z[:, i], z[:, j], deviation[i], deviation[j])


def _asymptotic_covariance(single: _Variables, pairs: _AllPairs) -> Floats:
    """n sum I I' of all statistics (m, m), from the products of all scores and the two-step bread."""
    own = single.own
    size = own[-1].stop
    products = np.zeros((size + len(pairs.correlation),) * 2)
    for scores in _scores(single, pairs, size):
        products += scores.T @ scores
    bread = np.zeros_like(products)
    for place in own:
        bread[place, place] = np.linalg.inv(products[place, place])
    across = _across(single, pairs, size)
    inverse = 1.0 / np.diag(products)[size:]
    bread[size:, :size] = -inverse[:, None] * (across @ bread[:size, :size])
    at = np.arange(size, len(bread))
    bread[at, at] = inverse
    turn = _to_statistics(single, pairs, size) @ bread
    nacov = len(single.codes) * turn @ products @ turn.T
    return np.asarray((nacov + nacov.T) / 2.0)


def _scores(single: _Variables, pairs: _AllPairs, size: int) -> Iterator[Floats]:
    """Casewise scores (rows, own statistics + pairs), a chunk of rows at a time."""
    n = len(single.codes)
    categories = pairs.tables.score.shape[1]
    cells = pairs.tables.score.reshape(-1)
    offset = np.arange(len(pairs.polychoric)) * categories**2
    by_answer = [threshold_scores(cut) if len(cut) else None for cut in single.cuts]
    for begin in range(0, n, CHUNK):
        rows = slice(begin, begin + CHUNK)
        codes = single.codes[rows]
        scores = np.empty((len(codes), size + len(pairs.correlation)))
        for at, (place, table) in enumerate(zip(single.own, by_answer)):
            if table is not None:
                scores[:, place] = table[codes[:, at]]
            else:
                scores[:, place] = moment_scores(single.z[rows, at], single.deviations[at])
        cell = codes[:, pairs.tables.first] * categories + codes[:, pairs.tables.second] + offset
        scores[:, size + pairs.polychoric] = cells[cell]
        for at, pair in pairs.scored.items():
            scores[:, size + at] = pair.score[rows]
        yield scores


def _across(single: _Variables, pairs: _AllPairs, size: int) -> Floats:
    """A21 (pairs, own statistics): products of each pair's score with its scores of the own statistics."""
    across = np.zeros((len(pairs.correlation), size))
    tables = pairs.tables
    weighted = pairs.counts * tables.score / tables.probability
    # A threshold moves probability from the category above it to the one below.
    by_first = np.sum(tables.by_first * (weighted[:, :-1, :] - weighted[:, 1:, :]), axis=2)
    turned = np.swapaxes(weighted, 1, 2)
    by_second = np.sum(tables.by_second * (turned[:, :-1, :] - turned[:, 1:, :]), axis=2)
    starts = np.array([place.start for place in single.own])
    lengths = np.array([place.stop for place in single.own]) - starts
    m, width = by_first.shape
    pair = np.repeat(pairs.polychoric, width).reshape(m, width)
    for variables, values in ((tables.first, by_first), (tables.second, by_second)):
        column = starts[variables][:, None] + np.arange(width)
        real = np.arange(width) < lengths[variables][:, None]
        across[pair[real], column[real]] = values[real]
    row, column = below_diagonal(len(single.own))
    for at, scored in pairs.scored.items():
        across[at, single.own[column[at]]] = scored.score @ scored.first
        across[at, single.own[row[at]]] = scored.score @ scored.second
    return across


def _to_statistics(single: _Variables, pairs: _AllPairs, size: int) -> Floats:
    """Derivative of ``OrdinalMoments.statistics`` to the own statistics and the correlations."""
    p = len(single.ordered)
    row, column = below_diagonal(p)
    continuous = np.flatnonzero(~single.ordered)
    means = [
        np.arange(place.start, place.stop)[: None if one else 1]
        for place, one in zip(single.own, single.ordered)
    ]
    first = np.concatenate(means)
    variance = {int(at): single.own[at].start + 1 for at in continuous}
    total = len(first) + len(continuous) + len(row)
    turn = np.zeros((total, size + len(row)))
    turn[np.arange(len(first)), first] = 1.0
    turn[np.arange(len(first), len(first) + len(continuous)), list(variance.values())] = 1.0
    begin = len(first) + len(continuous)
    at = np.arange(len(row))
    deviation = single.deviations
    turn[begin + at, size + at] = deviation[row] * deviation[column]
    for one, other in ((row, column), (column, row)):
        for place in np.flatnonzero(~single.ordered[one]):
            i, j = one[place], other[place]
            turn[begin + place, variance[int(i)]] += (
                pairs.correlation[place] * deviation[j] / (2.0 * deviation[i])
            )
    return turn
