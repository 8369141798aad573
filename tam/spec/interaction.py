"""Which way of estimating a latent interaction goes with which model and options: asked before anything is
read from the data."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tam.errors import Problem, Where, problem

if TYPE_CHECKING:
    from tam.spec.model import Model, Moderation

#: How ``interaction`` may be estimated: five ways of measuring it by products of items, two without.
INTERACTIONS = ("dblcent", "residual", "meancentred", "unconstrained", "constrained", "lms", "qml")

#: Method -> estimators it goes with, where not with all.
ESTIMATORS = {"constrained": ("ML", "MLM", "MLR"), "lms": ("ML", "MLR"), "qml": ("ML", "MLR")}


def interaction_problems(
    method: str, estimator: str, missing: str, model: Model, where: Where
) -> list[Problem]:
    """What the method cannot be combined with, and the moderations it cannot estimate, each with another way
    out. Nothing where the model has no moderation."""
    if not model.moderations:
        return []
    found = []
    if estimator not in (known := ESTIMATORS.get(method, (estimator,))) and estimator != "WLSMV":
        found.append(_excluded(where, method, f'estimator = "{estimator}"', f'estimator = "{known[-1]}"'))
    if method == "qml" and missing == "fiml":
        found.append(_excluded(where, method, 'missing = "fiml"', 'interaction = "lms"'))
    refuse = _REFUSALS.get(method)
    if refuse is not None:
        found += [told for one in model.moderations if (told := refuse(model, one, where)) is not None]
    return found


def _excluded(where: Where, method: str, other: str, instead: str) -> Problem:
    return problem("interaction-excludes", where, interaction=method, other=other, instead=instead)


def _free_factors(model: Model, one: Moderation, where: Where) -> Problem | None:
    """The mean of the product must be a parameter: a covariance of two constructs that nothing predicts."""
    sides = [
        side
        for side in (one.predictor, one.moderator)
        if side in model.outcomes or side not in model.constructs
    ]
    name = f"{one.predictor}:{one.moderator}"
    return problem("interaction-unconstrained-sides", where, name=name, sides=sides) if sides else None


def _last_outcome(model: Model, one: Moderation, where: Where) -> Problem | None:
    """QML needs an outcome with items that predicts nothing, and two constructs."""
    leads_on = any(one.outcome in model.predictors(outcome) for outcome in model.outcomes)
    constructs = {one.predictor, one.moderator} <= set(model.constructs)
    if one.outcome in model.measurement and constructs and not leads_on:
        return None
    return problem("interaction-qml-one-outcome", where, outcomes=[one.outcome])


def _some_construct(model: Model, one: Moderation, where: Where) -> Problem | None:
    """LMS is for products in which a construct takes part."""
    if {one.predictor, one.moderator} & set(model.constructs):
        return None
    return problem("interaction-lms-columns", where, name=f"{one.predictor}:{one.moderator}")


_REFUSALS: dict[str, Callable[[Model, Moderation, Where], Problem | None]] = {
    "unconstrained": _free_factors,
    "constrained": _free_factors,
    "qml": _last_outcome,
    "lms": _some_construct,
}
