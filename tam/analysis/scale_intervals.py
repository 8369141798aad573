"""Bootstrap intervals of all reliability coefficients: one set of resampled respondents for all scales."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats import moment_resampling as resampling
from tam.stats import partial_least_squares as pls
from tam.stats import reliability_stacks as stacks
from tam.stats import split_half
from tam.stats.descriptives import CONSTANT, at_least
from tam.stats.omega_draws import omega_hierarchical_stack
from tam.stats.omega_hierarchical import omega_hierarchical
from tam.stats.resampling import bootstrap_interval, jackknife_acceleration

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Value = float | Unavailable
Blocks = list[list[int]]

NOT_ASKED = "no bootstrap was asked for"
#: Fewer draws with a value than this share of those asked for give no interval.
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """How many resamples, from which seed, read as which interval."""

    draws: int = 1000
    seed: int = 1
    interval: Literal["percentile", "bca"] = "bca"


class Interval(NamedTuple):
    """Both ends, and in how many draws the coefficient had no value."""

    low: Value
    high: Value
    lost: int = 0


@dataclass(frozen=True, slots=True)
class Resampled:
    """What was drawn: ``units`` single respondents, or as many random groups of them where ``grouped``.

    ``lost``: in how many draws a coefficient had no value, where it happened.
    """

    draws: int
    seed: int
    interval: str
    level: float
    units: int
    grouped: bool
    lost: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ScaleIntervals:
    """The interval of each coefficient of one scale, and of each coefficient of its items in their order."""

    scale: Mapping[str, Interval] = field(default_factory=dict)
    items: Mapping[str, Sequence[Interval]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intervals:
    """By scale; of rho_A by scale; of omega hierarchical and total by set of scales."""

    scales: Mapping[str, ScaleIntervals]
    rho_a: Mapping[str, Interval]
    second_order: Mapping[str, tuple[Interval, Interval]]
    resampled: Resampled | Unavailable


class _Coefficient(NamedTuple):
    """A formula on covariance or correlation matrices, and the sizes of scale that have it."""

    name: str
    formula: Callable[[Array], Array]
    on: Literal["covariance", "correlation"]
    least: int
    most: int = 10_000


def _alpha_without_each(covariance: Array) -> Array:
    return stacks.without_each(covariance, stacks.alpha)


def _omega_without_each(correlation: Array) -> Array:
    return stacks.without_each(correlation, stacks.omega)


_OF_SCALE = (
    _Coefficient("alpha", stacks.alpha, "covariance", 2),
    _Coefficient("alpha_std", stacks.alpha, "correlation", 2),
    _Coefficient("mean_inter_item_r", stacks.mean_correlation, "correlation", 2),
    _Coefficient("omega", stacks.omega, "correlation", 3),
    _Coefficient("split_half", split_half.odd_even, "covariance", 3),
    _Coefficient("guttman_lambda4", split_half.best_split, "covariance", 2, split_half.MOST_ITEMS),
    _Coefficient("spearman_brown", split_half.odd_even, "correlation", 2, 2),
)
_OF_ITEMS = (
    _Coefficient("item_rest_r", stacks.item_rest, "covariance", 2),
    _Coefficient("alpha_if_dropped", _alpha_without_each, "covariance", 3),
    _Coefficient("omega_if_dropped", _omega_without_each, "correlation", 4),
)


@dataclass(frozen=True, slots=True)
class _Drawn:
    """How often each unit stands in each resample (r, u), and in each sample that leaves some out (g, u)."""

    groups: NDArray[np.intp]
    counts: Array
    left_out: Array
    interval: Literal["percentile", "bca"]
    level: float

    def read(self, answers: Array, formula: Callable[[Array], Array]) -> list[Interval]:
        """The interval of each column of ``formula``, a function of covariance matrices (..., k, k)."""
        moments = resampling.unit_moments(answers, self.groups)

        def of(counts: Array) -> Array:
            found = formula(resampling.covariances(moments, counts))
            return found.reshape(len(counts), -1)

        with np.errstate(invalid="ignore", divide="ignore"):
            estimate, draws = of(np.ones((1, self.counts.shape[1])))[0], of(self.counts)
            bend = jackknife_acceleration(of(self.left_out)) if self.interval == "bca" else None
        low, high = bootstrap_interval(draws, estimate, self.level, self.interval, bend)
        lost = (~np.isfinite(draws)).sum(axis=0)
        return [
            _interval(*one, len(draws)) for one in zip(estimate, low, high, (int(number) for number in lost))
        ]


def _interval(estimate: float, low: float, high: float, lost: int, draws: int) -> Interval:
    used = draws - lost
    if not np.isfinite(estimate) or used < LEAST_SHARE * draws:
        gone = Unavailable(f"too few resamples had a value: {used} of {draws}")
        return Interval(gone, gone)
    return Interval(float(low), float(high), lost)


def intervals(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    how: Bootstrap,
    level: float,
    sets: Mapping[str, Sequence[str]] | None = None,
) -> Intervals:
    """Draw respondents with replacement and read every coefficient's interval from the same resamples.

    values: answers, NaN where missing; a respondent is drawn whole, each scale is listwise in each resample.
    sets: the scales that each second-order construct joins. Beyond 5,000 respondents, random groups of them
    are drawn.
    """
    sets = sets or {}
    if how.draws < 1 or len(values) < 3:
        gone = Unavailable(NOT_ASKED if how.draws < 1 else at_least(3, len(values)))
        none = Interval(gone, gone)
        return Intervals({}, dict.fromkeys(constructs, none), dict.fromkeys(sets, (none, none)), gone)
    drawn = _draw(len(values), how, level)
    scales = {name: _scale(drawn, values, items) for name, items in constructs.items()}
    rho_a = _rho_a(drawn, values, constructs)
    general = {
        name: _second_order(drawn, values, [constructs[part] for part in parts])
        for name, parts in sets.items()
    }
    lost = {f"{name}.{key}": one for name, s in scales.items() for key, one in _lost(s).items()}
    lost |= {f"{name}.rho_a": one.lost for name, one in rho_a.items() if one.lost}
    lost |= {f"{name}.omega_hierarchical": one.lost for name, (one, _) in general.items() if one.lost}
    units = drawn.counts.shape[1]
    resampled = Resampled(how.draws, how.seed, how.interval, level, units, units < len(values), lost)
    return Intervals(scales, rho_a, general, resampled)


def _draw(n: int, how: Bootstrap, level: float) -> _Drawn:
    # A child stream: the parallel analysis draws from the seed itself.
    rng = np.random.default_rng(np.random.SeedSequence(how.seed).spawn(1)[0])
    groups = resampling.random_groups(n, rng)
    units = int(groups.max()) + 1
    counts = resampling.drawn_counts(units, how.draws, rng)
    return _Drawn(groups, counts, resampling.left_out_counts(units), how.interval, level)


def _lost(scale: ScaleIntervals) -> dict[str, int]:
    """The draws lost of each coefficient that lost any; of an item's, the most that one item lost."""
    found = {name: one.lost for name, one in scale.scale.items()}
    found |= {name: max(one.lost for one in ends) for name, ends in scale.items.items()}
    return {name: number for name, number in found.items() if number}


def _scale(drawn: _Drawn, values: pd.DataFrame, items: Sequence[str]) -> ScaleIntervals:
    """All coefficients of one scale at once: its resampled moments are made only once."""
    k = len(items)
    single = [one for one in _OF_SCALE if one.least <= k <= one.most]
    several = [one for one in _OF_ITEMS if one.least <= k <= one.most]
    if not single:
        return ScaleIntervals()

    def all_of_them(covariance: Array) -> Array:
        matrices = {"covariance": covariance, "correlation": stacks.correlations(covariance)}
        columns = [one.formula(matrices[one.on]) for one in (*single, *several)]
        return np.concatenate([one.reshape(len(covariance), -1) for one in columns], axis=1)

    found = drawn.read(_numbers(values, items), all_of_them)
    of_items = found[len(single) :]
    return ScaleIntervals(
        {one.name: ends for one, ends in zip(single, found)},
        {one.name: of_items[at * k : (at + 1) * k] for at, one in enumerate(several)},
    )


def _rho_a(
    drawn: _Drawn, values: pd.DataFrame, constructs: Mapping[str, Sequence[str]]
) -> dict[str, Interval]:
    """rho_A is a matter of all scales: respondents who answered every item."""
    answers = _numbers(values, [item for items in constructs.values() for item in items])
    blocks = _blocks(constructs)
    start = _weights(answers, blocks)
    if isinstance(start, Unavailable):
        return dict.fromkeys(constructs, Interval(start, start))
    several = [j for j, block in enumerate(blocks) if len(block) > 1]
    found = drawn.read(answers, lambda c: pls.rho_a_stack(stacks.correlations(c), blocks, start)[:, several])
    one_item = Unavailable(pls.ONE_ITEM)
    known = dict(zip(several, found))
    return {name: known.get(j, Interval(one_item, one_item)) for j, name in enumerate(constructs)}


def _blocks(constructs: Mapping[str, Sequence[str]]) -> Blocks:
    """The rows of each scale in the joint matrix."""
    ends = np.cumsum([len(items) for items in constructs.values()])
    return [list(range(int(end) - len(items), int(end))) for items, end in zip(constructs.values(), ends)]


def _weights(answers: Array, blocks: Blocks) -> Array | Unavailable:
    """The weights of the whole sample, from which those of the resamples are searched."""
    if len(blocks) < 2:
        return Unavailable(pls.ONE_CONSTRUCT)
    correlation = _correlation(answers)
    return correlation if isinstance(correlation, Unavailable) else pls.mode_a_weights(correlation, blocks)


def _second_order(
    drawn: _Drawn, values: pd.DataFrame, parts: Sequence[Sequence[str]]
) -> tuple[Interval, Interval]:
    """Omega hierarchical and total of all items of several scales."""
    answers = _numbers(values, [item for items in parts for item in items])
    whole = _correlation(answers)
    if isinstance(whole, Unavailable):
        return Interval(whole, whole), Interval(whole, whole)
    found = omega_hierarchical(whole, len(parts))
    if isinstance(found, Unavailable):
        return Interval(found, found), Interval(found, found)
    hierarchical, total = drawn.read(
        answers, lambda c: omega_hierarchical_stack(stacks.correlations(c), whole, len(parts))
    )
    return hierarchical, total


def _correlation(answers: Array) -> Array | Unavailable:
    """(p, p) of the complete rows, or why there is none."""
    complete = answers[~np.isnan(answers).any(axis=1)]
    if len(complete) < 3:
        return Unavailable(at_least(3, len(complete)))
    found = stacks.correlations(np.cov(complete.T))
    return found if np.isfinite(found).all() else Unavailable(CONSTANT)


def _numbers(values: pd.DataFrame, items: Sequence[str]) -> Array:
    return np.asarray(values[list(items)].to_numpy(dtype=np.float64))
