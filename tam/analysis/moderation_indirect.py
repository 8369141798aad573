"""Conditional indirect effects of a latent interaction and the index of moderated mediation, with bootstrap
intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.stats import norm

from tam.analysis.effects import MOST_ROUTES, Interval, draw_problems, model_edges
from tam.analysis.moderation_slopes import PROBES, Placement
from tam.engine.bootstrap import bootstrap_draws, bootstrap_setting, can_resample, map_draws
from tam.engine.structure import Floats, Implied, implied
from tam.errors import Problem, Unavailable
from tam.stats.conditional_effects import conditional_product, index_of_moderated_mediation
from tam.stats.indirect import delta_standard_errors, directed_paths
from tam.stats.resampling import IntervalMethod, bootstrap_interval

if TYPE_CHECKING:
    from tam.engine.products_fit import InteractionFit
    from tam.spec.model import Model, Moderation

Number = float | Unavailable

NO_DRAWS = "there are no usable draws or standard errors for it"
NO_ERRORS = "the covariance matrix of the estimates could not be had"


@dataclass(frozen=True, slots=True)
class ConditionalEffect:
    """The indirect effect at one value of the moderator: ``moderator`` as deviation from its mean in the
    model's units, ``moderator_scale`` the item mean expected there. ``se`` by the delta method, the interval
    from resamples."""

    at: str
    moderator: float
    moderator_scale: float
    est: float
    se: Number
    ci_low: Number
    ci_high: Number
    std: float


@dataclass(frozen=True, slots=True)
class ModerationIndex:
    """The index of moderated mediation: change of the indirect effect per unit of the moderator; ``std`` per
    standard deviation of the moderator, of standardised predictor and outcome."""

    est: float
    se: Number
    ci_low: Number
    ci_high: Number
    std: float


@dataclass(frozen=True, slots=True)
class ModeratedRoute:
    """An indirect effect that runs over the moderated path; ``via`` its mediators in order, ``stage`` where
    the moderated path stands: ``first``, ``second`` (the last of the route) or ``between``."""

    predictor: str
    outcome: str
    via: tuple[str, ...]
    stage: str
    effects: tuple[ConditionalEffect, ...]
    index: ModerationIndex


@dataclass(frozen=True, slots=True)
class ModeratedMediation:
    """Every indirect effect over one moderated path, and how its intervals were made."""

    interval: Interval
    routes: tuple[ModeratedRoute, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Route:
    """Positions (k + 1,) of a route's variables, and which of its paths is the moderated one."""

    names: tuple[str, ...]
    places: tuple[int, ...]
    moderated: int


def moderated_mediation(
    model: Model,
    found: InteractionFit,
    path: Moderation,
    place: Placement,
    *,
    draws: int,
    seed: int,
    level: float = 0.95,
    method: IntervalMethod = "percentile",
    **how: Any,
) -> ModeratedMediation | None:
    """The indirect effects over ``path`` where the moderator is at its mean and one standard deviation to
    each side; None where the path is on no indirect effect.

    ``place`` is the moderator's; each resample forms its products anew, while the values of the moderator
    stay those of the sample. ``how`` goes to ``bootstrap_draws``. Without draws (0) the interval ends are
    Unavailable; a fit that is not resampled has those of the delta method.
    """
    fit = found.fit
    routes = list(routes_over(model, path, fit.structure.names))
    if not routes:
        return None
    names = fit.structure.names
    outcome, product = names.index(path.outcome), names.index(f"{path.predictor}:{path.moderator}")
    at = [share * place.sd for share in PROBES.values()]

    def values(moments: Implied, _theta: Floats | None = None) -> Any:
        paths = moments.matrices.paths
        change = paths[..., outcome, product]
        return np.stack([one for route in routes for one in route_values(paths, change, route, at)], axis=-1)

    sample = implied(fit.structure, fit.theta)
    estimates, scales = values(sample), [route_scale(sample, route) for route in routes]
    errors = _errors(found, values)
    low = high = np.full(len(estimates), np.nan)
    told, problems = Interval(method, level, 0, 0, 0, 0, None), list[Problem]()
    if not can_resample(fit):
        told, (low, high) = by_delta(level), delta_limits(estimates, errors, level)
    elif draws > 1:
        setting = bootstrap_setting(fit, products=found.expansion.products)
        drawn = bootstrap_draws(setting, draws, seed, **how)
        told = Interval(method, level, drawn.requested, drawn.used, drawn.failed, drawn.inadmissible, seed)
        problems += draw_problems(drawn)
        if drawn.used > 1:
            resampled = map_draws(fit.solution.compiled.structure, drawn, values)
            low, high = bootstrap_interval(resampled, estimates, level, method)
    return ModeratedMediation(
        told, mediation_of(routes, place, at, scales, estimates, errors, low, high), tuple(problems)
    )


def by_delta(level: float) -> Interval:
    """How intervals are made where nothing is resampled."""
    return Interval("delta", level, 0, 0, 0, 0, None)


def delta_limits(estimates: Floats, errors: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the normal intervals (k,) from delta-method errors (k,)."""
    reach = float(norm.ppf((1 + level) / 2)) * errors
    return estimates - reach, estimates + reach


def mediation_of(
    routes: Sequence[Route],
    place: Placement,
    at: Sequence[float],
    scales: Sequence[float],
    *columns: Floats,
) -> tuple[ModeratedRoute, ...]:
    """The routes with their numbers: ``columns`` are estimates, errors and both limits, of each route its
    values ``at`` and then its index."""
    width = len(at) + 1
    return tuple(
        _route(route, place, at, scale, *(part[k * width : (k + 1) * width] for part in columns))
        for k, (route, scale) in enumerate(zip(routes, scales, strict=True))
    )


def routes_over(model: Model, path: Moderation, names_of_places: Sequence[str]) -> Iterator[Route]:
    """Every route with a mediator that runs over the moderated path."""
    places = {name: i for i, name in enumerate(names_of_places)}
    edges = model_edges(model)
    # the moderator's own path to the outcome is no part of a route over the moderated path
    starts = dict.fromkeys(name for name, _ in edges)
    ends = dict.fromkeys(name for _, name in edges)
    for start in starts:
        for end in ends:
            try:
                through: Sequence[tuple[str, ...]] = directed_paths(edges, start, end, MOST_ROUTES)
            except OverflowError:
                continue
            for names in through:
                pairs = list(pairwise(names))
                if (path.predictor, path.outcome) in pairs and path.moderator not in names:
                    yield Route(
                        names,
                        tuple(places[name] for name in names),
                        pairs.index((path.predictor, path.outcome)),
                    )


def route_values(paths: Any, change: Any, route: Route, moderator: Sequence[float]) -> list[Any]:
    """The conditional indirect effects and the index, each a number or one per draw, from the ``paths`` (...,
    K, K) and the product's coefficient ``change`` (...,)."""
    pairs = list(pairwise(route.places))
    effects = [paths[..., end, start] for start, end in pairs]
    changes: list[Any] = [0.0] * len(pairs)
    changes[route.moderated] = change[..., None]
    columns = [effect[..., None] for effect in effects]
    found = [conditional_product(columns, changes, one)[..., 0] for one in moderator]
    return [*found, index_of_moderated_mediation(columns, changes)[..., 0]]


def route_scale(at: Implied, route: Route) -> float:
    """Standard deviation of the route's start over that of its end."""
    variance = np.diagonal(at.total)
    return float(np.sqrt(variance[route.places[0]] / variance[route.places[-1]]))


def _errors(found: InteractionFit, values: Any) -> Floats:
    """Delta-method standard errors of all values; NaN without a covariance matrix of the estimates."""
    fit = found.fit
    moved = implied(fit.structure, fit.theta + 1e-30j * np.eye(len(fit.theta)))
    slopes = values(moved).imag.T / 1e-30
    if fit.vcov is None:
        return np.full(len(slopes), np.nan)
    return np.asarray(delta_standard_errors(slopes, fit.vcov))


def _route(
    route: Route,
    place: Placement,
    at: Sequence[float],
    scale: float,
    est: Floats,
    se: Floats,
    low: Floats,
    high: Floats,
) -> ModeratedRoute:
    effects = tuple(
        ConditionalEffect(
            name,
            float(where),
            place.scale(float(where)),
            **_numbers(est[k], se[k], low[k], high[k]),
            std=float(est[k] * scale),
        )
        for k, (name, where) in enumerate(zip(PROBES, at, strict=True))
    )
    index = ModerationIndex(
        **_numbers(est[-1], se[-1], low[-1], high[-1]), std=float(est[-1] * scale * place.sd)
    )
    last = len(route.places) - 2
    stage = "second" if route.moderated == last else "first" if route.moderated == 0 else "between"
    return ModeratedRoute(route.names[0], route.names[-1], route.names[1:-1], stage, effects, index)


def _numbers(est: float, se: float, low: float, high: float) -> Mapping[str, Any]:
    return {
        "est": float(est),
        "se": float(se) if np.isfinite(se) else Unavailable(NO_ERRORS),
        "ci_low": float(low) if np.isfinite(low) else Unavailable(NO_DRAWS),
        "ci_high": float(high) if np.isfinite(high) else Unavailable(NO_DRAWS),
    }
