"""Statistics of ordered and continuous answers given observed predictors, with their covariance matrix.

Every variable is regressed on the predictors, an ordered one by probit: thresholds (or an intercept), slopes
and residual variances; each pair then gives the correlation of what is left. The two steps and their
covariance matrix are those of ``tam.stats.ordinal_moments``, with thresholds that differ from case to case.
Source: Muthen (1984), case with covariates. Peer: ``lavaan`` with ``conditional.x = TRUE``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tam.stats.bivariate_normal import FAR, bivariate_normal_cdf, bivariate_normal_density
from tam.stats.correlation_search import LIMIT, most_likely, on_atanh
from tam.stats.ordinal_moments import OrdinalMoments, below_diagonal
from tam.stats.polychoric import TINY
from tam.stats.polyserial import PairScores, pearson, polyserial_between
from tam.stats.thresholds import answers, normal_density, thresholds

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]
Mask = NDArray[np.bool_]

#: Newton decrement of a probit regression below which its coefficients stand to the last digit.
STILL = 1e-20
MOST_ITERATIONS = 100
#: Standard error of a slope, in standard deviations of its predictor, beyond which it has run away: the
#: predictors tell some answers apart without error, and no finite slope is most likely.
RUNAWAY = 30.0


class Separated(ValueError):
    """Some ordered variables are told apart by the predictors without error: ``variables`` their columns."""

    def __init__(self, variables: tuple[int, ...]) -> None:
        super().__init__("the predictors tell some answers apart without error")
        self.variables = variables


@dataclass(frozen=True, slots=True)
class Margin:
    """One variable given the predictors.

    Ordered: ``upper``, ``lower`` (n,) ends of each case's answer on its latent response less its mean, and
    their derivatives ``by_upper``, ``by_lower`` (n, k) to its own statistics (thresholds, slopes).
    Continuous: ``z`` (n,) standardised residuals, ``design`` (n, k - 1) of intercept and slopes, residual
    ``deviation``. ``own`` (k,) statistics: thresholds or intercept, slopes, for a continuous one the residual
    variance; ``score`` (n, k) of them. ``cuts``: number of thresholds. ``separated``: the predictors tell
    some answers apart without error.
    """

    cuts: int
    own: Floats
    score: Floats
    upper: Floats
    lower: Floats
    by_upper: Floats
    by_lower: Floats
    z: Floats
    design: Floats
    deviation: float
    separated: bool = False

    @property
    def ordered(self) -> bool:
        return self.cuts > 0

    @property
    def middle(self) -> Floats:
        """A rough place (n,) of each case's response, to begin the search from."""
        return np.asarray(np.clip(self.upper, -3.0, 3.0) + np.clip(self.lower, -3.0, 3.0))

    def chain(self, by_upper: Floats, by_lower: Floats) -> Floats:
        """Scores (n, k) of the own statistics from those of the two ends (n,)."""
        return by_upper[:, None] * self.by_upper + by_lower[:, None] * self.by_lower

    def moved(self, moments: Floats) -> Floats:
        """Scores (n, k) of the own statistics from those of mean and variance (n, 2)."""
        return np.column_stack([moments[:, :1] * self.design, moments[:, 1]])


def conditional_moments(values: Floats, ordered: Mask, given: Floats) -> OrdinalMoments:
    """All statistics given the predictors: ``values`` (n, p) complete, ``ordered`` (p,), ``given`` (n, r).

    ``covariance`` is that of the residuals, ``means`` are intercepts; ``slopes`` (p, r) join the statistics
    after each variable's thresholds or intercept. Raises ``Separated``.
    """
    n, p = values.shape
    margins = [
        _ordered(values[:, at], given) if ordered[at] else _continuous(values[:, at], given)
        for at in range(p)
    ]
    apart = tuple(at for at, one in enumerate(margins) if one.separated)
    if apart:
        raise Separated(apart)
    row, column = below_diagonal(p)
    pairs = [_pair(margins[j], margins[i]) for i, j in zip(row, column)]
    correlation = np.eye(p)
    found = np.array([one.correlation for one in pairs])
    correlation[row, column] = correlation[column, row] = found
    deviations = np.array([one.deviation for one in margins])
    r = given.shape[1]
    away = np.flatnonzero(np.abs(found) >= LIMIT)
    return OrdinalMoments(
        ordered=ordered,
        thresholds=tuple(one.own[: one.cuts] for one in margins),
        means=np.array([0.0 if one.ordered else one.own[0] for one in margins]),
        covariance=correlation * np.outer(deviations, deviations),
        nacov=_asymptotic_covariance(margins, pairs, found),
        n=n,
        ran_away=np.column_stack([column[away], row[away]]),
        empty=np.zeros((p, p), dtype=np.intp),
        slopes=np.array([one.own[max(one.cuts, 1) :][:r] for one in margins]).reshape(p, r),
    )


def _continuous(x: Floats, given: Floats) -> Margin:
    """Least squares; the residual variance with divisor n."""
    design = np.column_stack([np.ones(len(x)), given])
    coefficients = np.linalg.lstsq(design, x, rcond=None)[0]
    residual = x - design @ coefficients
    deviation = float(np.sqrt(np.mean(residual**2)))
    z = residual / deviation
    score = np.column_stack([z[:, None] * design / deviation, (z * z - 1.0) / (2.0 * deviation**2)])
    none = np.empty(0)
    own = np.concatenate([coefficients, [deviation**2]])
    return Margin(0, own, score, none, none, none, none, z, design, deviation)


def _ordered(y: Floats, given: Floats) -> Margin:
    """Ordered probit regression by Newton steps; the likelihood is concave."""
    _, codes, counts = answers(y)
    cuts, r = len(counts) - 1, given.shape[1]
    case = np.arange(len(y))
    by_upper, by_lower = np.zeros((2, len(y), cuts + r))
    above, below = codes < cuts, codes > 0
    by_upper[case[above], codes[above]] = 1.0
    by_lower[case[below], codes[below] - 1] = 1.0
    by_upper[above, cuts:] = -given[above]
    by_lower[below, cuts:] = -given[below]
    own = np.concatenate([thresholds(counts), np.zeros(r)])
    for _ in range(MOST_ITERATIONS):
        upper, lower = _ends(by_upper, by_lower, own, above, below)
        slope, curvature = _probit(upper, lower, by_upper, by_lower)
        step = _newton(curvature, slope.sum(axis=0))
        if step is None:
            break
        own = _uncrossed(own, step, cuts)
        if step @ slope.sum(axis=0) < STILL:
            break
    upper, lower = _ends(by_upper, by_lower, own, above, below)
    scores, curvature = _probit(upper, lower, by_upper, by_lower)
    separated = _ran_away(curvature, np.concatenate([np.ones(cuts), given.std(axis=0)]))
    none = np.empty(0)
    return Margin(cuts, own, scores, upper, lower, by_upper, by_lower, none, none, 1.0, separated)


def _newton(curvature: Floats, slope: Floats) -> Floats | None:
    try:
        return np.asarray(np.linalg.solve(curvature, slope))
    except np.linalg.LinAlgError:
        return None


def _ran_away(curvature: Floats, scale: Floats) -> bool:
    """Whether a standard error, in units of ``scale`` (k,), is beyond all measure."""
    try:
        variances = np.diag(np.linalg.inv(curvature)) * scale**2
    except np.linalg.LinAlgError:
        return True
    return not bool((np.abs(variances) < RUNAWAY**2).all())


def _ends(by_upper: Floats, by_lower: Floats, own: Floats, above: Mask, below: Mask) -> tuple[Floats, Floats]:
    return np.where(above, by_upper @ own, FAR), np.where(below, by_lower @ own, -FAR)


def _uncrossed(own: Floats, step: Floats, cuts: int) -> Floats:
    """The step, halved until the thresholds keep their order."""
    while cuts > 1 and (np.diff((own + step)[:cuts]) <= 0).any():
        step = step / 2.0
    return own + step


def _probit(upper: Floats, lower: Floats, by_upper: Floats, by_lower: Floats) -> tuple[Floats, Floats]:
    """Scores (n, k) of an ordered probit and minus the Hessian (k, k)."""
    probability = np.where(lower > 0, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower))
    probability = np.maximum(probability, 1e-300)
    high = np.where(upper < FAR, normal_density(upper), 0.0) / probability
    low = np.where(lower > -FAR, normal_density(lower), 0.0) / probability
    score = high[:, None] * by_upper - low[:, None] * by_lower
    bent = by_upper.T @ ((high * upper)[:, None] * by_upper)
    bent -= by_lower.T @ ((low * lower)[:, None] * by_lower)
    return score, score.T @ score + bent


def _pair(first: Margin, second: Margin) -> PairScores:
    """Residual correlation of two variables with its scores and those of both variables' own statistics."""
    if first.ordered and second.ordered:
        return _polychoric(first, second)
    if not first.ordered and not second.ordered:
        found = pearson(first.z, second.z, first.deviation, second.deviation)
        sides = first.moved(found.first), second.moved(found.second)
        return PairScores(found.correlation, found.score, *sides)
    one, other = (first, second) if first.ordered else (second, first)
    start = float(np.corrcoef(one.middle, other.z)[0, 1])
    serial = polyserial_between(one.upper, one.lower, other.z, other.deviation, start)
    own = one.chain(serial.by_upper, serial.by_lower)
    moved = other.moved(serial.moments)
    parts = (own, moved) if first.ordered else (moved, own)
    return PairScores(serial.correlation, serial.score, *parts)


@dataclass(frozen=True, slots=True)
class _Corners:
    """Both ends of both answers: ``h``, ``k`` (4, n) and the sign (4, 1) of each corner in the rectangle."""

    h: Floats
    k: Floats
    sign: Floats

    def summed(self, values: Floats) -> Floats:
        """Over the corners (4, n) -> (n,)."""
        return np.asarray(np.sum(self.sign * values, axis=0))


def _polychoric(first: Margin, second: Margin) -> PairScores:
    corners = _Corners(
        h=np.stack([first.upper, first.lower, first.upper, first.lower]),
        k=np.stack([second.upper, second.upper, second.lower, second.lower]),
        sign=np.array([[1.0], [-1.0], [-1.0], [1.0]]),
    )
    start = np.array([np.corrcoef(first.middle, second.middle)[0, 1]])
    r = float(most_likely(lambda _, at: _likelihood(corners, float(at[0])), start)[0])
    exact = corners.summed(bivariate_normal_cdf(corners.h, corners.k, np.array(r)))
    probability = np.maximum(exact, TINY)
    counted = exact > TINY
    density = bivariate_normal_density(corners.h, corners.k, np.array(r))
    score = np.where(counted, corners.summed(density) / probability, 0.0)
    one = first.chain(*_end_slopes(first, second, r, probability))
    other = second.chain(*_end_slopes(second, first, r, probability))
    return PairScores(r, score, one, other)


def _likelihood(corners: _Corners, r: float) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of all cases, its slope and curvature on atanh(r), (1,) each."""
    h, k, at = corners.h, corners.k, np.array(r)
    exact = corners.summed(bivariate_normal_cdf(h, k, at))
    probability = np.maximum(exact, TINY)
    density, rest = bivariate_normal_density(h, k, at), 1.0 - r * r
    growth = (h * k + r) / rest - r * (h * h - 2.0 * r * h * k + k * k) / rest**2
    first = np.where(exact > TINY, corners.summed(density) / probability, 0.0)
    second = np.where(exact > TINY, corners.summed(density * growth) / probability, 0.0)
    squares = np.array([np.sum(first**2)])
    slope, curvature = on_atanh(np.array([r]), np.array([first.sum()]), squares - second.sum(), squares)
    return np.array([np.log(probability).sum()]), slope, curvature


def _end_slopes(own: Margin, other: Margin, r: float, probability: Floats) -> tuple[Floats, Floats]:
    """d log P / d upper and / d lower end (n,) of one variable's answers."""
    rest = np.sqrt((1.0 - r) * (1.0 + r))

    def slope(end: Floats) -> Floats:
        inside = ndtr((other.upper - r * end) / rest) - ndtr((other.lower - r * end) / rest)
        return np.asarray(np.where(np.abs(end) < FAR, normal_density(end), 0.0) * inside / probability)

    return slope(own.upper), -slope(own.lower)


def _asymptotic_covariance(
    margins: Sequence[Margin], pairs: Sequence[PairScores], correlation: Floats
) -> Floats:
    """n sum I I' of all statistics in the order of ``OrdinalMoments.statistics`` (m, m)."""
    sizes = [len(one.own) for one in margins]
    ends = np.cumsum(sizes)
    own = [slice(end - size, end) for end, size in zip(ends, sizes)]
    size = int(ends[-1])
    scores = np.column_stack([*(one.score for one in margins), *(one.score for one in pairs)])
    products = scores.T @ scores
    bread = np.zeros_like(products)
    for place in own:
        bread[place, place] = np.linalg.inv(products[place, place])
    across = np.zeros((len(pairs), size))
    row, column = below_diagonal(len(margins))
    for at, pair in enumerate(pairs):
        across[at, own[column[at]]] = pair.score @ pair.first
        across[at, own[row[at]]] = pair.score @ pair.second
    inverse = 1.0 / np.diag(products)[size:]
    bread[size:, :size] = -inverse[:, None] * (across @ bread[:size, :size])
    bread[np.arange(size, len(bread)), np.arange(size, len(bread))] = inverse
    turn = _to_statistics(margins, own, correlation) @ bread
    nacov = len(scores) * turn @ products @ turn.T
    return np.asarray((nacov + nacov.T) / 2.0)


def _to_statistics(margins: Sequence[Margin], own: Sequence[slice], correlation: Floats) -> Floats:
    """Derivative of the statistics to (own statistics, correlations): residual variances and covariances."""
    row, column = below_diagonal(len(margins))
    size = own[-1].stop
    variance = {at: own[at].stop - 1 for at, one in enumerate(margins) if not one.ordered}
    kept = np.setdiff1d(np.arange(size), list(variance.values()))
    order = np.concatenate([kept, np.array(list(variance.values()), dtype=np.intp)]).astype(np.intp)
    turn = np.zeros((size + len(row), size + len(row)))
    turn[np.arange(size), order] = 1.0
    at = np.arange(len(row))
    deviation = np.array([one.deviation for one in margins])
    turn[size + at, size + at] = deviation[row] * deviation[column]
    for pair, (i, j) in enumerate(zip(row, column)):
        for one, other in ((i, j), (j, i)):
            if one in variance:
                slope = correlation[pair] * deviation[other] / (2.0 * deviation[one])
                turn[size + pair, variance[one]] += slope
    return turn
