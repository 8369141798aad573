"""Direct, specific indirect, total indirect and total effects, with delta-method and bootstrap
inference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy.stats import norm

from tam.engine.bootstrap import (
    Draws,
    Progress,
    bootstrap_draws,
    bootstrap_setting,
    can_resample,
    map_draws,
    unwatched,
)
from tam.engine.structure import Floats, Implied, Structure, implied
from tam.errors import Problem, TamError, Unavailable, problem
from tam.spec.model import Model
from tam.stats.indirect import delta_standard_errors, directed_paths, find_cycle, path_product
from tam.stats.resampling import IntervalMethod, bootstrap_interval, jackknife_acceleration

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit

#: Routes listed between two constructs; a questionnaire with six mediators in a row has 64.
MOST_ROUTES = 200
#: Share of failed draws above which an interval is not to be trusted.
TOLERATED_FAILURES = 0.05

Kind = Literal["direct", "indirect", "total_indirect", "total"]
Number = float | Unavailable


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of a predictor on an outcome, in the units of the model and standardised.

    ``se``, ``z`` and ``p`` by the delta method; the intervals by the bootstrap where there are draws,
    else by the delta method. ``via`` are the mediators of a specific indirect effect in their order, None
    for the other kinds.
    """

    predictor: str
    outcome: str
    est: Number
    se: Number
    z: Number
    p: Number
    ci_low: Number
    ci_high: Number
    std: Number
    std_ci_low: Number
    std_ci_high: Number
    via: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """How the intervals were made; ``method`` is ``delta`` when there were no draws."""

    method: str
    level: float
    requested: int
    used: int
    failed: int
    inadmissible: int
    seed: int | None


@dataclass(frozen=True, slots=True)
class Effects:
    """All effects among the constructs of a model, in the order of its paths."""

    interval: Interval
    direct: tuple[Effect, ...]
    indirect: tuple[Effect, ...]
    total_indirect: tuple[Effect, ...]
    total: tuple[Effect, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """One effect to be computed: ``route`` holds the positions of its variables in the model, ends
    included."""

    kind: Kind
    route: tuple[int, ...]


def effects(
    model: Model | None,
    fit: Fit,
    data: pd.DataFrame | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
    ci: float = 0.95,
    interval: IntervalMethod = "percentile",
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> Effects:
    """The effects of a fitted model.

    ``model`` says which paths are of interest (its controls are not); None takes every regression.
    ``data`` are the rows to resample, those of the fit unless given (with missing answers under FIML always
    those of the fit); without any, with ``draws`` 0, or for an estimator without a bootstrap the intervals
    are the delta method's. ``workers``, ``scheduler`` and ``progress`` as for ``bootstrap_draws``. Raises
    TamError for paths that run in a circle.
    """
    return effects_with_draws(
        model,
        fit,
        data,
        draws=draws,
        seed=seed,
        ci=ci,
        interval=interval,
        workers=workers,
        scheduler=scheduler,
        progress=progress,
    )[0]


def effects_with_draws(
    model: Model | None,
    fit: Fit,
    data: pd.DataFrame | None = None,
    *,
    draws: int = 1000,
    seed: int = 1,
    ci: float = 0.95,
    interval: IntervalMethod = "percentile",
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress = unwatched,
) -> tuple[Effects, Draws | None]:
    """``effects`` with the draws behind its intervals, None where they are the delta method's."""
    structure, theta = fit.structure, fit.theta
    edges = path_edges(model, fit)
    cycle = find_cycle(edges)
    if cycle is not None:
        raise TamError(problem("effects-cyclic", cycle=" -> ".join(cycle)))
    targets, problems = list_targets(edges, structure.names)
    if not targets:
        nothing = Interval("delta", ci, 0, 0, 0, 0, None)
        return Effects(nothing, (), (), (), (), ()), None
    values = effect_values(structure, theta, targets)
    errors = effect_errors(fit, targets)
    wanted = draws if data is not None or fit.complete_rows or fit.sample.incomplete else 0
    options: dict[str, Any] = {"workers": workers, "scheduler": scheduler, "progress": progress}
    found, noticed = _resampled(fit, data, wanted, seed, jackknife=interval == "bca", **options)
    if found is None:
        raw, standard = (normal_limits(*pair, ci) for pair in zip(values, errors, strict=True))
        limits, told = (raw, standard), Interval("delta", ci, 0, 0, 0, 0, None)
    else:
        limits = bootstrap_limits(fit.solution.compiled.structure, found, targets, values, ci, interval)
        told = Interval(interval, ci, found.requested, found.used, found.failed, found.inadmissible, seed)
    told_problems = [*problems, *noticed]
    return _gathered(structure.names, targets, values, errors[0], limits, told, told_problems), found


def _resampled(
    fit: Fit, data: pd.DataFrame | None, draws: int, seed: int, **options: Any
) -> tuple[Draws | None, list[Problem]]:
    """The draws, where any are asked for and the estimator allows them, and what they say of themselves."""
    if draws < 2:
        return None, []
    if not can_resample(fit):
        return None, [problem("bootstrap-delta-instead", estimator=fit.options.estimator)]
    found = bootstrap_draws(bootstrap_setting(fit, data), draws, seed, **options)
    return found, draw_problems(found)


def _gathered(
    names: Sequence[str],
    targets: Sequence[Target],
    values: tuple[Floats, Floats],
    se: Floats,
    limits: tuple[Limits, Limits],
    told: Interval,
    problems: Sequence[Problem],
) -> Effects:
    made: dict[Kind, list[Effect]] = {"direct": [], "indirect": [], "total_indirect": [], "total": []}
    for k, one in enumerate(targets):
        made[one.kind].append(_effect(names, one, k, values, se, limits))
    groups = {kind: tuple(found) for kind, found in made.items()}
    return Effects(interval=told, problems=tuple(problems), **groups)


def path_edges(model: Model | None, fit: Fit) -> list[tuple[str, str]]:
    """The paths whose effects are asked for, as (predictor, outcome) in the model's order."""
    if model is not None:
        return model_edges(model)
    return [(row.rhs, row.lhs) for row in fit.table.rows if row.op == "~"]


def model_edges(model: Model) -> list[tuple[str, str]]:
    """The paths of a model without its controls, as (predictor, outcome) in its order."""
    return [
        (predictor, outcome)
        for outcome in model.outcomes
        for predictor in model.predictors(outcome)
        if predictor not in model.controls.get(outcome, ())
    ]


def list_targets(
    edges: Sequence[tuple[str, str]], names: Sequence[str]
) -> tuple[list[Target], list[Problem]]:
    """Direct effects, every route through mediators, and for each pair of ends the sum of its routes and
    the total.

    Where there are more than ``MOST_ROUTES`` routes between two ends they are not listed, and a problem
    says so.
    """
    place = {name: i for i, name in enumerate(names)}
    ends = [(a, b) for a in dict.fromkeys(a for a, _ in edges) for b in dict.fromkeys(b for _, b in edges)]
    direct = [Target("direct", (place[a], place[b])) for a, b in edges]
    routes: list[Target] = []
    sums: list[Target] = []
    totals: list[Target] = []
    problems = []
    for a, b in ends:
        through: Sequence[tuple[str, ...]] = ()
        many = False
        try:
            through = directed_paths(edges, a, b, MOST_ROUTES)
        except OverflowError:
            many = True
            problems.append(problem("effects-too-many", predictor=a, outcome=b, limit=MOST_ROUTES))
        routes += [Target("indirect", tuple(place[name] for name in route)) for route in through]
        if through or many:
            sums.append(Target("total_indirect", (place[a], place[b])))
        if through or many or (a, b) in edges:
            totals.append(Target("total", (place[a], place[b])))
    return [*direct, *routes, *sums, *totals], problems


def evaluate_targets(at: Implied, targets: Sequence[Target]) -> tuple[Any, Any]:
    """Effects in the units of the model and standardised, (..., m) each.

    Total effects are ``(I - A)^-1``; a standardised effect is multiplied by sd(predictor) / sd(outcome).
    """
    paths, reach = at.matrices.paths, at.effects
    variance = np.diagonal(at.total, axis1=-2, axis2=-1)
    raw = []
    for one in targets:
        start, end = one.route[0], one.route[-1]
        if one.kind in ("direct", "indirect"):
            raw.append(path_product(paths, one.route))
        elif one.kind == "total":
            raw.append(reach[..., end, start])
        else:
            raw.append(reach[..., end, start] - paths[..., end, start])
    values = np.stack(raw, axis=-1)
    starts, ends = ([one.route[k] for one in targets] for k in (0, -1))
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.sqrt(variance[..., starts] / variance[..., ends])
    return values, values * scale


def effect_values(structure: Structure, theta: Floats, targets: Sequence[Target]) -> tuple[Floats, Floats]:
    """The effects (m,) at one theta (q,), in the units of the model and standardised."""
    return evaluate_targets(implied(structure, theta), targets)


def effect_slopes(structure: Structure, theta: Floats, targets: Sequence[Target]) -> tuple[Floats, Floats]:
    """Derivatives (m, q) of the effects, exact to rounding: a step of 1e-30 into the imaginary numbers.

    Every operation on the way is analytic, so the imaginary part of f(theta + ih) over h is the
    derivative and no difference is taken that could lose digits.
    """
    step = 1e-30
    moved = theta + 1j * step * np.eye(len(theta))
    raw, standard = evaluate_targets(implied(structure, moved), targets)
    return np.asarray(raw.imag.T / step), np.asarray(standard.imag.T / step)


def effect_errors(fit: Fit, targets: Sequence[Target]) -> tuple[Floats, Floats]:
    """Delta-method standard errors (m,) of the effects and of the standardised effects; NaN without a
    covariance matrix of the estimates."""
    if fit.vcov is None:
        nothing = np.full(len(targets), np.nan)
        return nothing, nothing
    raw, standard = effect_slopes(fit.structure, fit.theta, targets)
    return delta_standard_errors(raw, fit.vcov), delta_standard_errors(standard, fit.vcov)


Limits = tuple[Floats, Floats]


def normal_limits(value: Floats, se: Floats, level: float) -> Limits:
    z = norm.ppf((1 + level) / 2)
    return value - z * se, value + z * se


def bootstrap_limits(
    structure: Structure,
    draws: Draws,
    targets: Sequence[Target],
    estimates: tuple[Floats, Floats],
    level: float,
    method: IntervalMethod,
) -> tuple[Limits, Limits]:
    """Ends of the bootstrap intervals of the effects and of the standardised effects; NaN without two
    draws."""

    def both(at: Implied, _theta: Floats) -> Floats:
        return np.concatenate(evaluate_targets(at, targets), axis=1)

    if draws.used < 2:
        nothing = np.full(len(targets), np.nan)
        return (nothing, nothing), (nothing, nothing)
    values = map_draws(structure, draws, both)
    acceleration = None
    if method == "bca" and draws.jackknife is not None and draws.jackknife.used > 1:
        acceleration = jackknife_acceleration(map_draws(structure, draws.jackknife, both))
    elif method == "bca":
        method = "bc"
    low, high = bootstrap_interval(values, np.concatenate(estimates), level, method, acceleration)
    m = len(targets)
    return (low[:m], high[:m]), (low[m:], high[m:])


def draw_problems(draws: Draws) -> list[Problem]:
    """What the draws have to say about themselves."""
    found: list[Problem] = []
    counts = {"requested": draws.requested, "used": draws.used}
    if draws.failed > TOLERATED_FAILURES * draws.requested:
        found.append(problem("bootstrap-many-failed", failed=draws.failed, **counts))
    if draws.inadmissible:
        found.append(problem("bootstrap-inadmissible", inadmissible=draws.inadmissible, used=draws.used))
    return found


def _effect(
    names: Sequence[str],
    one: Target,
    k: int,
    values: tuple[Floats, Floats],
    se: Floats,
    limits: tuple[Limits, Limits],
) -> Effect:
    z = values[0][k] / se[k] if se[k] > 0 else np.nan
    numbers = {
        "est": values[0][k],
        "se": se[k],
        "z": z,
        "p": 2 * norm.sf(abs(z)),
        "ci_low": limits[0][0][k],
        "ci_high": limits[0][1][k],
        "std": values[1][k],
        "std_ci_low": limits[1][0][k],
        "std_ci_high": limits[1][1][k],
    }
    via = tuple(names[i] for i in one.route[1:-1]) if one.kind == "indirect" else None
    return Effect(names[one.route[0]], names[one.route[-1]], via=via, **_available(numbers))


def _available(numbers: Mapping[str, float]) -> dict[str, Number]:
    """Numbers as they are; what is not one is Unavailable with the reason."""
    reasons = {
        "se": "the covariance matrix of the estimates could not be had",
        "z": "there is no standard error",
        "p": "there is no standard error",
        "std": "a variance is not positive",
    }
    return {
        name: float(value)
        if np.isfinite(value)
        else Unavailable(reasons.get(name, "there are no usable draws or standard errors for it"))
        for name, value in numbers.items()
    }
