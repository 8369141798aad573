"""From step to step: how far the groups are comparable, fully or in part."""

from __future__ import annotations

from dataclasses import dataclass

from tam.analysis.invariance_models import GroupModels
from tam.analysis.invariance_partial import (
    LEAST_EQUAL,
    STATISTIC,
    PartialSearch,
    partial_search,
    with_intercepts,
)
from tam.analysis.invariance_steps import STEPS, Fitted, Step, fitted_step, plain_steps
from tam.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Level:
    """How far the groups are comparable: ``id`` "none", "configural", "partial_metric", "metric",
    "partial_scalar", "scalar" or "strict" (ordered answers: see ``invariance_ordinal``); ``free`` the
    parameters that differ all the same; ``paths`` and ``means`` say what may be compared."""

    id: str
    free: tuple[str, ...]
    paths: bool
    means: bool


@dataclass(frozen=True)
class Ladder:
    """The steps, the searches, the level they lead to, and the last accepted model with equal intercepts."""

    steps: tuple[Step, ...]
    partial: tuple[PartialSearch, ...]
    level: Level
    scalar: Fitted | None


def climb(models: GroupModels) -> Ladder:
    """All four steps, and a search where metric or scalar invariance is not supported."""
    done = plain_steps(models)
    steps = tuple(one.step for one in done.values())
    searches: list[PartialSearch] = []
    if isinstance(done["configural"].fit, Unavailable):
        return Ladder(steps, (), Level("none", (), paths=False, means=False), None)
    metric, free = done["metric"], tuple[str, ...]()
    if not metric.step.supported:
        search, metric = partial_search(
            models, "metric", STEPS["metric"], done["metric"], done["configural"], ()
        )
        searches.append(search)
        if not search.reached:
            return Ladder(steps, tuple(searches), Level("configural", (), paths=False, means=False), None)
        free = tuple(one.parameter for one in search.released)
    carried = with_intercepts(free)
    scalar = (
        fitted_step(models, "partial_scalar", STEPS["scalar"], carried, metric) if free else done["scalar"]
    )
    if not scalar.step.supported:
        search, scalar = partial_search(models, "scalar", STEPS["scalar"], scalar, metric, carried)
        searches.append(search)
        if not search.reached:
            name = "partial_metric" if free else "metric"
            return Ladder(steps, tuple(searches), Level(name, free, paths=True, means=False), None)
        carried = (*carried, *(one.parameter for one in search.released))
    elif free:
        searches.append(_carried_only(models, scalar, carried))
    name = "partial_scalar" if carried else "strict" if done["strict"].step.supported else "scalar"
    return Ladder(steps, tuple(searches), Level(name, carried, paths=True, means=True), scalar)


def _carried_only(models: GroupModels, scalar: Fitted, carried: tuple[str, ...]) -> PartialSearch:
    """Partly equal intercepts that need no search: those of items whose loading differs are free anyhow."""
    return PartialSearch(
        "scalar", STATISTIC, 1.0 - models.ci, LEAST_EQUAL, carried, (), "criteria_met", scalar.step
    )
