"""Importance-performance map: which drivers of the last outcome matter most, and how highly they are rated.

Importance is a driver's total effect on the outcome, performance its mean score from 0 to 100; both for
constructs and, by the items' shares in what they measure, for items (Ringle & Sarstedt, 2016). The intervals
of importance come from the same draws as those of the effects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from tam.analysis.comparison import construct_scores, group_mean
from tam.analysis.effects import Effects, Target, evaluate_targets, model_edges, normal_limits
from tam.analysis.priority_map import NO_ENDS, Driver, Importance, PriorityMap, map_of
from tam.engine.bootstrap import Draws, map_draws
from tam.engine.structure import Implied, implied
from tam.errors import Unavailable
from tam.record import to_record
from tam.spec.model import Model
from tam.stats.importance import item_shares, mean_shares, points_per_point, rescaled, score_slope
from tam.stats.indirect import delta_standard_errors
from tam.stats.resampling import IntervalMethod, bootstrap_interval, jackknife_acceleration

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit
    from tam.spec.instrument import Scale

Array = NDArray[Any]

NO_OUTCOME = Unavailable("no construct of the model is an outcome and predicts nothing")
NO_DRAWS = Unavailable("there are no bootstrap draws")
ORDERED = Unavailable("the answers are ordered categories, whose latent scale has no points")


@dataclass(frozen=True, slots=True)
class Composed:
    """A construct with the places of its items in the model, their shares in its score, and the lengths of
    their scales (k,)."""

    name: str
    place: int
    items: tuple[str, ...]
    places: tuple[int, ...]
    shares: Array
    ranges: Array


def last_outcome(model: Model) -> str | None:
    """The construct everything leads to: an outcome that predicts nothing, the last of several."""
    edges = model_edges(model)
    predictors = {predictor for predictor, _ in edges}
    ends = [outcome for _, outcome in edges if outcome not in predictors]
    return ends[-1] if ends else None


def priorities(
    model: Model,
    fit: Fit,
    values: pd.DataFrame,
    scales: Mapping[str, Scale],
    found: Effects,
    draws: Draws | None,
    ci: float = 0.95,
) -> PriorityMap | Unavailable:
    """The map of the last outcome's drivers.

    values: answers (n, items) of the respondents kept, reverse-keyed items reversed. scales: of each item.
    found, draws: the effects of the same fit and the draws behind their intervals (None: delta method).
    """
    outcome = last_outcome(model)
    if outcome is None:
        return NO_OUTCOME
    totals = {one.predictor: one for one in found.total if one.outcome == outcome}
    ends = {name: (scale.min, scale.max) for name, scale in scales.items()}
    importance = _importance(model, fit, list(totals), outcome, ends, draws, found.interval.method, ci)
    leads = _leading(fit, list(totals), outcome, draws)
    performance = _performance(model, values, ends, ci)
    drivers = {
        name: Driver(
            std=effect.std,
            std_ci_low=effect.std_ci_low,
            std_ci_high=effect.std_ci_high,
            leads=leads[name],
            importance=importance[name],
            items=_items_of(model, name),
        )
        for name, effect in totals.items()
    }
    return map_of(outcome, drivers, performance)


def _importance(
    model: Model,
    fit: Fit,
    names: Sequence[str],
    outcome: str,
    ends: Mapping[str, tuple[float | None, float | None]],
    draws: Draws | None,
    method: Any,
    ci: float,
) -> dict[str, Importance | Unavailable]:
    """Points of the outcome per point of each driver, with the shares of its items."""
    if fit.options.estimator == "WLSMV":
        return dict.fromkeys(names, ORDERED)
    composed = {name: _composed(model, fit.structure.names, name, ends) for name in (*names, outcome)}
    end = composed[outcome]
    usable = [one for name in names if isinstance(one := composed[name], Composed)]
    gone: dict[str, Importance | Unavailable] = {
        name: one for name in names if isinstance(one := composed[name], Unavailable)
    }
    if isinstance(end, Unavailable):
        return dict.fromkeys(names, end)
    if not usable:
        return gone

    def values_at(at: Implied, _theta: Array | None = None) -> Array:
        return np.stack([_points(at, one, end) for one in usable], axis=-1)

    values = values_at(implied(fit.structure, fit.theta))
    low, high = _limits(fit, values_at, values, draws, method, ci)
    known = {
        one.name: Importance(float(values[k]), _number(low[k]), _number(high[k]), _shares(fit, one))
        if np.isfinite(values[k])
        else Unavailable("its loadings add up to zero")
        for k, one in enumerate(usable)
    }
    return {name: known[name] if name in known else gone[name] for name in names}


def _number(value: float) -> Any:
    return (
        float(value)
        if np.isfinite(value)
        else Unavailable("there are no usable draws or standard errors for it")
    )


def _limits(
    fit: Fit,
    values_at: Callable[..., Array],
    values: Array,
    draws: Draws | None,
    method: IntervalMethod | str,
    ci: float,
) -> tuple[Array, Array]:
    """Ends (m,) of the intervals: of the draws, as those of the effects, else by the delta method."""
    structure = fit.structure
    if draws is None:
        if fit.vcov is None:
            return np.full(len(values), np.nan), np.full(len(values), np.nan)
        step = 1e-30  # into the imaginary numbers: exact derivatives, as of the effects
        moved = implied(structure, fit.theta + 1j * step * np.eye(len(fit.theta)))
        return normal_limits(values, delta_standard_errors(values_at(moved).imag.T / step, fit.vcov), ci)
    if draws.used < 2:
        return np.full(len(values), np.nan), np.full(len(values), np.nan)
    acceleration = None
    if method == "bca" and draws.jackknife is not None and draws.jackknife.used > 1:
        acceleration = jackknife_acceleration(map_draws(structure, draws.jackknife, values_at))
    kind = cast(IntervalMethod, "bc" if method == "bca" and acceleration is None else method)
    return bootstrap_interval(map_draws(structure, draws, values_at), values, ci, kind, acceleration)


def _leading(
    fit: Fit, names: Sequence[str], outcome: str, draws: Draws | None
) -> dict[str, float | Unavailable]:
    """The share of draws in which each driver has the largest standardised total effect in size."""
    if draws is None or not draws.used:
        return dict.fromkeys(names, NO_DRAWS)
    at = fit.structure.names.index
    targets = [Target("total", (at(name), at(outcome))) for name in names]

    def sizes(drawn: Implied, _theta: Array) -> Array:
        return np.asarray(np.abs(evaluate_targets(drawn, targets)[1]))

    first = np.argmax(map_draws(fit.structure, draws, sizes), axis=1)
    return {name: float(np.mean(first == k)) for k, name in enumerate(names)}


def _points(at: Implied, driver: Composed, outcome: Composed) -> Array:
    """The total effect in points per point, (...)."""
    slopes = [
        score_slope(at.effects[..., list(one.places), one.place], one.shares, one.ranges)
        for one in (outcome, driver)
    ]
    return points_per_point(at.effects[..., outcome.place, driver.place], *slopes)


def _shares(fit: Fit, one: Composed) -> tuple[float, ...] | Unavailable:
    at = implied(fit.structure, fit.theta)
    places = list(one.places)
    covariance = at.total[np.ix_(places, places)]
    shares = item_shares(covariance, at.effects[places, one.place], one.ranges)
    if not np.all(np.isfinite(shares)) or np.any(shares < 0):
        return Unavailable("an item has a negative weight in its construct")
    return tuple(shares.tolist())


def _items_of(model: Model, name: str) -> tuple[str, ...]:
    parts = model.second_order.get(name)
    if parts is not None:
        return tuple(item for part in parts for item in model.measurement[part])
    return tuple(model.measurement.get(name, ()))


def _composed(
    model: Model,
    names: Sequence[str],
    name: str,
    ends: Mapping[str, tuple[float | None, float | None]],
) -> Composed | Unavailable:
    """The construct as the model holds it; why not where its items have no common measure."""
    items = _items_of(model, name)
    if not items:
        return Unavailable("it has no items")
    lengths = [_length(ends.get(item, (None, None))) for item in items]
    if None in lengths:
        return NO_ENDS
    parts = model.second_order.get(name, (name,))
    return Composed(
        name=name,
        place=list(names).index(name),
        items=items,
        places=tuple(list(names).index(item) for item in items),
        shares=mean_shares([len(model.measurement[part]) for part in parts]),
        ranges=np.array(lengths, dtype=np.float64),
    )


def _length(ends: tuple[float | None, float | None]) -> float | None:
    low, high = ends
    return None if low is None or high is None or high <= low else high - low


def _performance(
    model: Model,
    values: pd.DataFrame,
    ends: Mapping[str, tuple[float | None, float | None]],
    ci: float,
) -> dict[str, Any]:
    """Mean scores from 0 to 100 with t intervals: of every construct and every item whose scale has ends.

    Scores as in the comparison of groups: the mean of the answered items where half of them are.
    """
    points = values.copy()
    known = [item for item in values.columns if _length(ends.get(str(item), (None, None))) is not None]
    for item in known:
        low, high = ends[str(item)]
        points[item] = rescaled(values[item].to_numpy(dtype=np.float64), float(low or 0), float(high or 0))
    whole = {name: items for name, items in model.measurement.items() if set(items) <= set(known)}
    above = {name: parts for name, parts in model.second_order.items() if set(parts) <= set(whole)}
    scores, _ = construct_scores(points, whole, above)
    columns = {**{str(name): scores[name] for name in scores}, **{str(item): points[item] for item in known}}
    answered = {name: column.dropna().to_numpy(dtype=np.float64) for name, column in columns.items()}
    return {name: group_mean(given, ci) for name, given in answered.items() if len(given)}


def effects_record(found: Effects, priority_map: PriorityMap | Unavailable) -> dict[str, Any]:
    """The section ``effects`` of the results: the effects and what they say is to be done first."""
    parts = {one.name: getattr(found, one.name) for one in fields(found)}
    return to_record({**parts, "importance_performance": priority_map})
