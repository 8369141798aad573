"""The respondents a wanted power needs, and the smallest effect that so many respondents detect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri

from tam.engine.workers import Progress, unwatched
from tam.errors import TamError, Unavailable
from tam.planning.plan import Plan
from tam.planning.population import build_population
from tam.planning.population_values import Assignment, with_values
from tam.planning.power import SizePower, power_at, seed_of, smallest_size, summarise
from tam.planning.power_curve import Crossing, Point, locate
from tam.planning.power_effects import Target
from tam.planning.power_scenario import Scenario, make_scenario
from tam.planning.power_workers import do_jobs, jobs_for

#: Where the search begins, and the replications of that first look.
FIRST, FIRST_REPLICATIONS = 200, 200
#: Sample sizes nearer to one that is known than this share are not simulated anew.
NEAR = 0.015
#: The largest effect looked for; in units of a standardised path nothing is larger.
LARGEST_EFFECT = 1.0
#: z values below this say nothing about where to look.
FAINT = 0.3


@dataclass(frozen=True, slots=True)
class NeededSize:
    """Respondents at which an effect has the wanted power, with a 95 % interval from the replications."""

    effect: str
    kind: str
    n: int | Unavailable
    ci_low: int | None
    ci_high: int | None


@dataclass(frozen=True, slots=True)
class SmallestEffect:
    """The smallest size of a path, in the units of the population, that n respondents detect with the wanted
    power, and its 95 % interval; ``now`` its value in the population."""

    effect: str
    n: int
    now: float
    smallest: float | Unavailable
    ci_low: float | None
    ci_high: float | None


@dataclass(frozen=True, slots=True)
class Effort:
    """What the search may spend: ``replications`` at each place; who does it, and who is told."""

    replications: int
    seed: int
    workers: int = 1
    scheduler: str | None = None
    progress: Progress = unwatched


def needed_sizes(
    scenario: Scenario, chosen: Sequence[int], target: float, largest: int, effort: Effort
) -> tuple[tuple[NeededSize, ...], tuple[SizePower, ...]]:
    """The respondents that each chosen effect needs, and every sample size that was looked at."""
    known: dict[int, SizePower] = {}

    def look(sizes: Sequence[int], replications: int) -> None:
        fresh = [n for n in dict.fromkeys(sizes) if n not in known]
        found = power_at(
            scenario,
            fresh,
            replications,
            effort.seed,
            workers=effort.workers,
            scheduler=effort.scheduler,
            progress=effort.progress,
        )
        known.update({one.n: one for one in found})

    least = 2 * smallest_size(scenario)
    first = max(FIRST, least)
    look([first], max(min(FIRST_REPLICATIONS, effort.replications), 2))
    start = known.pop(first)
    needed = []
    for at in chosen:

        def measure(places: Sequence[float], at: int = at) -> list[Point]:
            sizes = [_near(known, round(x * x)) for x in places]
            look(sizes, effort.replications)
            return [_point(known[n], at, float(np.sqrt(n))) for n in dict.fromkeys(sizes)]

        guess = _first_guess(start, at, scenario.alpha, target)
        low, high = float(np.sqrt(least)), float(np.sqrt(largest))
        crossing = locate(measure, min(max(guess, low), high), target, low, high)
        needed.append(_needed(scenario.targets[at], crossing, largest))
    return tuple(needed), tuple(known[n] for n in sorted(known))


def _near(known: dict[int, SizePower], n: int) -> int:
    """A sample size that is known and near enough, else n."""
    return next((one for one in sorted(known) if abs(one / n - 1.0) < NEAR), n)


def _point(size: SizePower, at: int, x: float) -> Point:
    return Point(x, round(size.effects[at].power * size.used), size.used)


def _first_guess(start: SizePower, at: int, alpha: float, target: float) -> float:
    """The square root of n at which a Wald test with the noncentrality seen at the start has the power."""
    one = start.effects[at]
    z = abs(one.mean) / one.mean_se if one.mean_se > 0 else 0.0
    return _wanted_z(alpha, target) / max(z, FAINT) * float(np.sqrt(start.n))


def _wanted_z(alpha: float, target: float) -> float:
    return float(ndtri(1.0 - alpha / 2.0) + ndtri(target))


def _needed(one: Target, crossing: Crossing, largest: int) -> NeededSize:
    if crossing.verdict == "beyond":
        reason = f"even {largest} respondents are not enough"
        return NeededSize(one.name, one.kind, Unavailable(reason), None, None)
    n, low, high = (int(np.ceil(x * x - 1e-9)) for x in (crossing.x, crossing.low, crossing.high))
    return NeededSize(one.name, one.kind, n, low, high)


def smallest_effects(
    scenario: Scenario, chosen: Sequence[int], n: int, target: float, effort: Effort
) -> tuple[SmallestEffect, ...]:
    """The smallest detectable size of every chosen path and interaction; other kinds of effects are made of
    several paths and have none."""
    single = [at for at in chosen if scenario.targets[at].kind in ("direct", "interaction")]
    return tuple(_smallest(scenario, at, n, target, effort) for at in single)


def _smallest(scenario: Scenario, at: int, n: int, target: float, effort: Effort) -> SmallestEffect:
    """Search over the path's value; everything else stays, unexplained variances adjust."""
    one = scenario.targets[at]
    now = _value_now(scenario.plan, one)
    sign = -1.0 if now < 0 else 1.0
    largest = _largest_value(scenario.plan, one, sign)
    place = 0

    def measure(values: Sequence[float]) -> list[Point]:
        nonlocal place
        trials = [_changed(scenario, one, sign * value) for value in values]
        jobs = []
        for k in range(len(trials)):
            place += 1
            jobs += jobs_for(k, n, effort.replications, seed_of(effort.seed, n, 1000 * (at + 1) + place))
        outcomes = do_jobs(
            trials, jobs, workers=effort.workers, scheduler=effort.scheduler, progress=effort.progress
        )
        found = []
        for k, (trial, value) in enumerate(zip(trials, values, strict=True)):
            own = [result for job, result in zip(jobs, outcomes, strict=True) if job.scenario == k]
            found.append(_point(summarise(trial, n, own), at, value))
        return found

    guess = _guess_of_value(scenario, at, n, abs(now), target, effort)
    crossing = locate(measure, min(guess, largest), target, 1e-4, largest, narrow=0.015)
    if crossing.verdict == "beyond":
        reason = "no size of this path that leaves its outcome a variance of 1 is enough"
        return SmallestEffect(one.name, n, now, Unavailable(reason), None, None)
    return SmallestEffect(
        one.name, n, now, sign * crossing.x, sign * crossing.low, sign * min(crossing.high, largest)
    )


def _guess_of_value(scenario: Scenario, at: int, n: int, now: float, target: float, effort: Effort) -> float:
    """From the noncentrality per unit of the path, seen at its present value or at 0.2."""
    trial = scenario if now > 0.02 else _changed(scenario, scenario.targets[at], 0.2)
    value = now if now > 0.02 else 0.2
    replications = max(min(FIRST_REPLICATIONS, effort.replications), 2)
    seen = power_at(trial, [n], replications, effort.seed + 1)[0].effects[at]
    z = abs(seen.mean) / seen.mean_se if seen.mean_se > 0 else FAINT
    return value * _wanted_z(scenario.alpha, target) / max(z, FAINT)


def _value_now(plan: Plan, one: Target) -> float:
    """The path's value in the population, of its group."""
    population = plan.population
    group = population.groups[0 if one.group is None else population.labels.index(one.group)]
    place = {name: i for i, name in enumerate(population.names)}
    if ":" in one.rhs:
        sides = {place[name] for name in one.rhs.split(":")}
        outcome = place[one.lhs]
        own = [p.effect for p in group.products if p.outcome == outcome and {p.left, p.right} == sides]
        return own[0] if own else 0.0
    return float(group.paths[place[one.lhs], place[one.rhs]])


def _with_value(plan: Plan, one: Target, value: float) -> Plan:
    """The plan with another value of the path; raises TamError where that is impossible."""
    labels = plan.population.labels
    values: tuple[float, ...] = (value,)
    if one.group is not None:
        values = tuple(
            value if label == one.group else _value_now(plan, replace(one, group=label)) for label in labels
        )
    syntax = with_values(plan.syntax, [Assignment(one.lhs, "~", one.rhs, values)], closed=False)
    return replace(plan, syntax=syntax, population=build_population(syntax, labels, plan.population.shares))


def _changed(scenario: Scenario, one: Target, value: float) -> Scenario:
    plan = _with_value(scenario.plan, one, value)
    estimator = "MLR" if scenario.robust else "ML"
    return make_scenario(plan, estimator=estimator, alpha=scenario.alpha, pairs=scenario.pairs)


def _largest_value(plan: Plan, one: Target, sign: float) -> float:
    """The largest value that the population allows, to a thousandth."""
    if _is_possible(plan, one, sign * LARGEST_EFFECT):
        return LARGEST_EFFECT
    low, high = 0.0, LARGEST_EFFECT
    while high - low > 0.001:
        middle = (low + high) / 2.0
        low, high = (middle, high) if _is_possible(plan, one, sign * middle) else (low, middle)
    return max(low, 0.001)


def _is_possible(plan: Plan, one: Target, value: float) -> bool:
    try:
        _with_value(plan, one, value)
    except TamError:
        return False
    return True
