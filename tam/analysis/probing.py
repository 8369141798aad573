"""Probing a latent interaction: for whom the predictor matters, in the moderator's own units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from tam.analysis.moderation_slopes import Moderated, Placement, Slope, slope_at
from tam.errors import Unavailable
from tam.stats.interaction import explained_by_product, f_squared, interaction_line, simple_slope
from tam.stats.johnson_neyman import Region, johnson_neyman, region_within, share_within

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Floats = NDArray[np.float64]

#: Percentiles of the respondents at which slopes are read: the PROCESS macro's, about one standard
#: deviation to each side of the median of a normal variable.
PERCENTILES = (16.0, 50.0, 84.0)
#: Points of the surface along each axis.
GRID = 9
#: Points of the curve of the effect: enough that a band drawn through them looks smooth.
CURVE = 25
#: Bars of the histogram at most.
BARS = 16
#: Points of a grid at most: with more, values are not taken for item means.
MOST_POINTS = 200
#: How the share of respondents is counted: each respondent's place is the mean of the moderator's items.
SHARE_BASIS = "item_means"
#: Kenny's benchmarks of f2 for an interaction, smaller than Cohen's for a main effect.
BENCHMARKS: Mapping[str, float] = {"small": 0.005, "medium": 0.01, "large": 0.025}
BENCHMARK_SOURCE = "Kenny"

NO_ERRORS = "the covariance matrix of the estimates could not be had"


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of the region: ``moderator`` as deviation from the mean in the model's units,
    ``moderator_scale`` the item mean expected there, ``observed`` whether any respondents' item means reach
    it."""

    moderator: float
    moderator_scale: float
    observed: bool


@dataclass(frozen=True, slots=True)
class EffectAt:
    """The predictor's effect with its interval at one value of the moderator, which is told as a ``Bound``
    tells it."""

    moderator: float
    moderator_scale: float
    est: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """``counts`` (k,) of the respondents' item means between neighbours of ``edges`` (k + 1,), ascending."""

    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RegionOfSignificance:
    """For which values of the moderator the predictor's effect differs from zero.

    ``regime`` of the whole line, ``regime_observed`` of the item means that respondents have; both
    ``inside``, ``outside``, ``above``, ``below``, ``everywhere`` or ``nowhere``. ``share_in_region``, 0 to 1,
    of the ``n`` respondents whose item mean lies in the region; ``share_positive`` and ``share_negative``
    split it by the sign of the effect there. ``curve``: the effect over the item means that respondents have,
    ends and observed bounds included, ascending; ``histogram``: where the respondents are.
    """

    regime: str
    regime_observed: str
    bounds: tuple[Bound, ...]
    critical: float
    level: float
    share_in_region: float
    share_positive: float
    share_negative: float
    share_basis: str
    n: int
    curve: tuple[EffectAt, ...]
    histogram: Histogram


@dataclass(frozen=True, slots=True)
class InteractionSize:
    """What the product adds: ``r2`` of the outcome with it, ``delta_r2`` its own part, ``f2`` Cohen's;
    ``benchmark`` the largest of ``benchmarks`` that f2 reaches, ``negligible`` below the smallest."""

    r2: float
    delta_r2: float
    f2: float
    benchmark: str
    benchmarks: Mapping[str, float]
    benchmark_source: str


@dataclass(frozen=True, slots=True)
class Surface:
    """Expected outcome over predictor and moderator: ``y[i][j]`` at ``x[j]`` and ``moderator[i]``, all in
    item means, other predictors at their means."""

    x: tuple[float, ...]
    moderator: tuple[float, ...]
    y: tuple[tuple[float, ...], ...]


def region_of_significance(
    path: Moderated, scores: Floats, level: float = 0.95
) -> RegionOfSignificance | Unavailable:
    """The Johnson-Neyman region of a moderated path.

    ``scores`` (n,): the respondents' item means of the moderator, NaN where missing. The critical value is
    the normal distribution's at ``level``, as for the slopes.
    """
    if path.covariance is None:
        return Unavailable(NO_ERRORS)
    critical = float(norm.ppf((1 + level) / 2))
    region = johnson_neyman(path.focal, path.product, path.covariance, critical)
    place = path.moderator_place
    at = (scores[~np.isnan(scores)] - place.mean) / place.loading
    observed = region_within(region, float(at.min()), float(at.max()))
    inside, effect = region.covers(at), path.focal + path.product * at
    return RegionOfSignificance(
        regime=region.regime,
        regime_observed=observed.regime,
        bounds=tuple(_bound(one, place, observed) for one in region.bounds),
        critical=critical,
        level=level,
        share_in_region=share_within(region, at),
        share_positive=float((inside & (effect > 0)).mean()),
        share_negative=float((inside & (effect < 0)).mean()),
        share_basis=SHARE_BASIS,
        n=len(at),
        curve=_curve(path, path.covariance, (float(at.min()), *observed.bounds, float(at.max())), critical),
        histogram=histogram(scores),
    )


def _bound(value: float, place: Placement, observed: Region) -> Bound:
    return Bound(value, place.scale(value), value in observed.bounds)


def _curve(
    path: Moderated, covariance: Floats, stops: tuple[float, ...], critical: float
) -> tuple[EffectAt, ...]:
    """The effect from the first to the last of ``stops``, at all of them and evenly between."""
    places = np.union1d(stops, np.linspace(stops[0], stops[-1], CURVE))
    found = [(float(one), *simple_slope(path.focal, path.product, covariance, float(one))) for one in places]
    return tuple(
        EffectAt(one, path.moderator_place.scale(one), est, est - critical * se, est + critical * se)
        for one, est, se in found
    )


def histogram(scores: Floats) -> Histogram:
    """Item means (n,), NaN where missing, counted in at most ``BARS`` bars.

    Item means lie on a grid, the k-th parts of whole numbers: every bar holds the same number of its points,
    and begins and ends half way between two. Other values are counted between round numbers.
    """
    known = scores[~np.isnan(scores)]
    low, span = float(known.min()), float(known.max() - known.min())
    points = _grid_points(known)
    if points:
        step = span / (points - 1) if points > 1 else 1.0
        width, start = step * int(np.ceil(points / BARS)), low - step / 2
    else:
        width = _round_width(span / BARS)
        start = float(np.floor(low / width)) * width
    bars = int(np.floor((low + span - start) / width + 1e-9)) + 1
    edges = start + width * np.arange(bars + 1)
    counts = np.histogram(known, edges)[0]
    return Histogram(tuple(map(float, edges)), tuple(map(int, counts)))


def _grid_points(values: Floats) -> int | None:
    """How many points the grid has that all values lie on, from the smallest to the largest; None where they
    lie on none, or on one finer than item means have."""
    found = np.unique(np.round(values, 9))  # item means that differ by rounding are one
    if len(found) == 1:
        return 1
    steps = (found - found[0]) / np.diff(found).min()
    if steps[-1] > MOST_POINTS or np.abs(steps - np.round(steps)).max() > 1e-3:  # a thousandth of a step
        return None
    return int(np.round(steps[-1])) + 1


def _round_width(least: float) -> float:
    """The smallest of 1, 2, 2.5, 5 and 10 times a power of ten that is not below ``least``."""
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(power * one for one in (1.0, 2.0, 2.5, 5.0, 10.0) if power * one >= least))


def percentile_slopes(path: Moderated, scores: Floats, level: float = 0.95) -> tuple[Slope, ...]:
    """The predictor's effect at the percentiles of the respondents' item means of the moderator."""
    values = np.nanpercentile(scores, PERCENTILES)
    return tuple(
        slope_at(
            path,
            f"p{share:g}",
            (float(value) - path.moderator_place.mean) / path.moderator_place.loading,
            level,
        )
        for share, value in zip(PERCENTILES, values, strict=True)
    )


def chosen_slopes(path: Moderated, values: tuple[float, ...], level: float = 0.95) -> tuple[Slope, ...]:
    """The predictor's effect at chosen item means of the moderator, such as 1, 4 and 7."""
    place = path.moderator_place
    return tuple(slope_at(path, f"{one:g}", (one - place.mean) / place.loading, level) for one in values)


def interaction_size(fit: Fit, outcome: str, product: str) -> InteractionSize | Unavailable:
    """R2 change and f2 of the product in the outcome's equation, from the model-implied moments."""
    place = {name: i for i, name in enumerate(fit.structure.names)}
    at = fit.solution.minimum.point.implied
    y = place[outcome]
    names = [row.rhs for row in fit.table.rows if (row.lhs, row.op) == (outcome, "~")]
    where = [place[name] for name in names]
    coefficients, covariance = at.matrices.paths[y, where], at.total[np.ix_(where, where)]
    variance = float(at.total[y, y])
    explained = float(coefficients @ covariance @ coefficients)
    if not 0 <= explained < variance:
        return Unavailable("a variance is not positive")
    own = explained_by_product(coefficients, covariance, names.index(product))
    return size_of(explained / variance, own / variance)


def size_of(r2: float, delta: float) -> InteractionSize:
    """f2 and its benchmark from the outcome's ``r2`` and the product's own part ``delta``."""
    f2 = f_squared(delta, r2)
    reached = [name for name, least in BENCHMARKS.items() if f2 >= least]
    return InteractionSize(
        r2, delta, f2, reached[-1] if reached else "negligible", BENCHMARKS, BENCHMARK_SOURCE
    )


def surface(path: Moderated) -> Surface:
    """The expected outcome over the observed ranges of predictor and moderator."""
    x_place, z_place, y_place = path.predictor_place, path.moderator_place, path.outcome_place
    x = np.linspace(x_place.low, x_place.high, GRID)
    z = np.linspace(z_place.low, z_place.high, GRID)
    deviations = (x - x_place.mean) / x_place.loading
    rows = [
        y_place.mean
        + y_place.loading
        * interaction_line(
            deviations,
            (float(one) - z_place.mean) / z_place.loading,
            path.focal,
            path.moderator,
            path.product,
            path.covariance_xz,
        )
        for one in z
    ]
    return Surface(tuple(map(float, x)), tuple(map(float, z)), tuple(tuple(map(float, row)) for row in rows))
