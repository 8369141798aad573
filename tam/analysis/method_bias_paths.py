"""Each path before and after a method is allowed for: does the conclusion stay?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

from tam.errors import Unavailable
from tam.spec.model import Model

if TYPE_CHECKING:
    from tam.engine import Fit

Value = float | Unavailable
Key = tuple[str, str]
"""Outcome and predictor."""


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """One path of one solution; ``significant`` at 1 - ci, two-sided."""

    est: Value
    se: Value
    p: Value
    std: Value
    std_se: Value
    significant: bool


Paths = Mapping[Key, PathEstimate | Unavailable]


@dataclass(frozen=True, slots=True)
class PathAfter:
    """The path in a model that allows for a method.

    ``changed``: it is significant in one of the two and not in the other, or in both with opposite signs.
    ``compared_with``: the estimate it is held against, None where that is the structural model's own.
    """

    est: Value
    se: Value
    p: Value
    std: Value
    std_se: Value
    significant: bool
    changed: bool
    compared_with: PathEstimate | None


@dataclass(frozen=True, slots=True)
class MethodPaths:
    """All paths by one method: ``compared_with`` None where they are held against the structural model."""

    after: Paths
    compared_with: Paths | None = None


@dataclass(frozen=True, slots=True)
class PathChange:
    """``lhs`` ~ ``rhs``; ``decision_changed``: by any method that gave a solution."""

    lhs: str
    rhs: str
    before: PathEstimate | Unavailable
    after_by_method: Mapping[str, PathAfter | Unavailable]
    decision_changed: bool | Unavailable


def path_keys(model: Model) -> tuple[Key, ...]:
    """Outcome and predictor of every path, the main effects of moderations included, controls not."""
    return tuple(
        (outcome, predictor)
        for outcome in model.outcomes
        for predictor in model.predictors(outcome)
        if predictor not in model.controls.get(outcome, ())
    )


def fitted_paths(fit: Fit | Unavailable, model: Model) -> Paths | Unavailable:
    """The paths of a fitted model; the reason where it has no usable solution."""
    if isinstance(fit, Unavailable):
        return fit
    rows = {(str(r.lhs), str(r.rhs)): r for r in fit.estimates.itertuples(index=False) if r.op == "~"}
    alpha = 1.0 - fit.options.ci
    return {key: _estimate(rows[key], alpha) for key in path_keys(model)}


def _estimate(row: object, alpha: float) -> PathEstimate | Unavailable:
    est, se, p, std, std_se = (_number(getattr(row, name)) for name in ("est", "se", "p", "std", "std_se"))
    if isinstance(p, Unavailable):
        return p
    return PathEstimate(est, se, p, std, std_se, p < alpha)


def _number(value: object) -> Value:
    if isinstance(value, (int, float)) and isfinite(value):
        return float(value)
    return Unavailable("it has no standard error")


def path_changes(
    model: Model, before: Paths | Unavailable, methods: Mapping[str, MethodPaths | Unavailable]
) -> tuple[PathChange, ...]:
    """Every path of the model with what each method makes of it."""
    return tuple(_change(key, before, methods) for key in path_keys(model))


def _change(
    key: Key, before: Paths | Unavailable, methods: Mapping[str, MethodPaths | Unavailable]
) -> PathChange:
    own = before if isinstance(before, Unavailable) else before[key]
    after = {name: _after(key, own, method) for name, method in methods.items()}
    judged = [one.changed for one in after.values() if not isinstance(one, Unavailable)]
    changed: bool | Unavailable = any(judged)
    if not judged:
        changed = Unavailable("no method gave a solution to compare the path with")
    return PathChange(key[0], key[1], own, after, changed)


def _after(
    key: Key, own: PathEstimate | Unavailable, method: MethodPaths | Unavailable
) -> PathAfter | Unavailable:
    if isinstance(method, Unavailable):
        return method
    other = None if method.compared_with is None else method.compared_with[key]
    then, now = own if other is None else other, method.after[key]
    if isinstance(now, Unavailable):
        return now
    if isinstance(then, Unavailable):
        return then
    compared = None if isinstance(other, Unavailable) else other
    return PathAfter(
        now.est, now.se, now.p, now.std, now.std_se, now.significant, _changed(then, now), compared
    )


def _changed(then: PathEstimate, now: PathEstimate) -> bool:
    if then.significant != now.significant:
        return True
    return then.significant and _sign(then) != _sign(now)


def _sign(path: PathEstimate) -> bool:
    value = path.std if isinstance(path.est, Unavailable) else path.est
    return not isinstance(value, Unavailable) and value > 0
