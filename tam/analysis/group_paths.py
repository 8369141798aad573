"""Structural paths across groups: estimates of each, tests that they are the same, all pairs of groups.

The measurement is held equal (what an invariance analysis let differ stays free), so a path means the same
in every group: change of the outcome, in units of its first equal item, per unit of the predictor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory import ModelFit
from tam.analysis.confirmatory_models import Value, finite
from tam.analysis.invariance_models import GroupModels, measurement_lines
from tam.analysis.invariance_steps import (
    Difference,
    Fitted,
    Step,
    difference_of,
    judged,
    smallest_group,
    step_fit,
)
from tam.errors import Unavailable
from tam.spec.model import Model
from tam.stats.group_tests import Equality, equality_test
from tam.stats.validity import holm

if TYPE_CHECKING:
    from tam.analysis.group_paths_permutation import PathPermutation
    from tam.engine.fit import Fit

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class GroupPath:
    """A path in one group, with its standardised value."""

    est: float
    se: Value
    z: Value
    p: Value
    ci_low: Value
    ci_high: Value
    std: Value


@dataclass(frozen=True, slots=True)
class OverallTest:
    """Wald test that a path is the same in all groups; ``p_holm`` adjusted over the paths."""

    chisq: float
    df: int
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class PairDifference:
    """A path in group ``a`` less the same in group ``b``; ``p_holm`` adjusted over the pairs of the path."""

    a: str
    b: str
    diff: float
    se: Value
    z: Value
    p: Value
    p_holm: Value
    ci_low: Value
    ci_high: Value


@dataclass(frozen=True, slots=True)
class PathAcrossGroups:
    """One path. ``permutation``: what shuffled respondents say of it, or why they were not."""

    predictor: str
    outcome: str
    groups: Mapping[str, GroupPath]
    overall: OverallTest | Unavailable
    pairs: tuple[PairDifference, ...]
    permutation: PathPermutation | Unavailable


@dataclass(frozen=True, slots=True)
class GroupPaths:
    """All paths. ``free`` are the loadings let differ; ``fit`` the model with free paths, ``all_equal`` the
    test that all regressions are the same; ``second_order`` the step that holds the loadings of
    second-order constructs equal (None without such constructs); ``r2`` by group and outcome."""

    free: tuple[str, ...]
    fit: ModelFit
    all_equal: Difference | Unavailable
    second_order: Step | None
    paths: tuple[PathAcrossGroups, ...]
    r2: Mapping[str, Mapping[str, Value]]
    p_adjust: str = "holm"


def path_model_text(models: GroupModels, model: Model, free: Sequence[str]) -> str:
    """The study's model without interactions, the unit of each construct given by an item that is equal."""
    second = [f"{name} =~ {' + '.join(model.second_order[name])}" for name in _second_order_constructs(model)]
    paths = [f"{outcome} ~ {' + '.join(model.predictors(outcome))}" for outcome in model.outcomes]
    lines = [*measurement_lines(models.measurement, free), *second, *paths]
    lines += [f"{a} ~~ {b}" for a, b in model.residual_covariances]
    latent = [*models.measurement, *_second_order_constructs(model)]
    return "\n".join([*lines, *models.response_lines(_equal(models), latent)])


def _second_order_constructs(model: Model) -> list[str]:
    return [name for name in model.used_constructs() if name in model.second_order]


def compared_paths(model: Model) -> tuple[tuple[str, str], ...]:
    """(predictor, outcome) of every path that is no control."""
    return tuple(
        (predictor, outcome)
        for outcome in model.outcomes
        for predictor in model.predictors(outcome)
        if predictor not in model.controls.get(outcome, ())
    )


def path_fit(models: GroupModels, model: Model, free: Sequence[str]) -> Fit | Unavailable:
    """The structural model in all groups with equal loadings, those in ``free`` excepted, and free paths."""
    return models.fit_text(path_model_text(models, model, free), _equal(models), free)


def _equal(models: GroupModels, *more: str) -> tuple[str, ...]:
    return (*(("thresholds",) if models.ordinal else ()), "loadings", *more)


def compare_paths(models: GroupModels, model: Model, free: Sequence[str], fit: Fit) -> GroupPaths:
    """Compare every path of a ``path_fit`` across its groups; the permutation is left to be filled in."""
    text = path_model_text(models, model, free)
    restricted = models.fit_text(text, _equal(models, "regressions"), free)
    all_equal = restricted if isinstance(restricted, Unavailable) else difference_of(fit, restricted)
    rows = fit.estimates
    rows = rows[rows["op"] == "~"]
    found = [_path(fit, rows, predictor, outcome) for predictor, outcome in compared_paths(model)]
    tested = [one.overall.p for one in found if isinstance(one.overall, OverallTest)]
    adjusted = iter(holm(tested))
    paths = tuple(
        replace(one, overall=replace(one.overall, p_holm=next(adjusted)))
        if isinstance(one.overall, OverallTest)
        else one
        for one in found
    )
    return GroupPaths(
        free=tuple(free),
        fit=step_fit(fit),
        all_equal=all_equal,
        second_order=_second_order(models, model, free, fit),
        paths=paths,
        r2={
            str(group): {
                outcome: finite(own.get(outcome), "its residual variance is negative")
                for outcome in model.outcomes
            }
            for group, own in fit.r2.items()
        },
    )


def _second_order(models: GroupModels, model: Model, free: Sequence[str], fit: Fit) -> Step | None:
    """Whether the loadings of second-order constructs, held equal by the path model, are."""
    used = _second_order_constructs(model)
    if not used:
        return None
    let = [f"{name}=~{part}" for name in used for part in model.second_order[name][1:]]
    text, smallest = path_model_text(models, model, free), smallest_group(models)
    loose = models.fit_text(text, _equal(models), [*free, *let])
    before = judged("second_order_free", _equal(models), [*free, *let], loose, None, smallest)
    return judged("second_order", _equal(models), free, fit, Fitted(before.step, loose), smallest).step


def _path(fit: Fit, rows: Any, predictor: str, outcome: str) -> PathAcrossGroups:
    own = rows[(rows["lhs"] == outcome) & (rows["rhs"] == predictor)]
    by_group = {
        str(row.group): GroupPath(
            float(row.est),
            *(finite(getattr(row, name), "it has no standard error") for name in _NUMBERS),
        )
        for row in own.itertuples(index=False)
    }
    values, covariance = path_values(fit, predictor, outcome)
    gone = Unavailable("it has no permutation test")
    overall: OverallTest | Unavailable
    if covariance is None:
        overall = Unavailable("the estimates have no standard errors")
    else:
        try:
            test = equality_test(values, covariance)
            overall = _overall(test)
        except ValueError as error:
            overall = Unavailable(str(error))
    pairs = pair_differences(tuple(by_group), values, covariance, fit.options.ci)
    return PathAcrossGroups(predictor, outcome, by_group, overall, pairs, gone)


_NUMBERS = ("se", "z", "p", "ci_low", "ci_high", "std")


def _overall(test: Equality) -> OverallTest:
    return OverallTest(test.chisq, test.df, test.p, test.p)


def path_places(fit: Fit, predictor: str, outcome: str) -> list[int]:
    """Places in theta of a path in each group, in the order of the groups."""
    at = {
        row.group: row.parameter
        for row in fit.table.rows
        if (row.lhs, row.op, row.rhs) == (outcome, "~", predictor)
    }
    return [at[group] for group in fit.groups]


def path_values(fit: Fit, predictor: str, outcome: str) -> tuple[Floats, Floats | None]:
    """A path in each group (g,) and the covariance matrix (g, g) of these estimates."""
    places = path_places(fit, predictor, outcome)
    vcov = fit.vcov
    return np.asarray(fit.theta)[places], None if vcov is None else np.asarray(vcov)[np.ix_(places, places)]


def pair_differences(
    labels: Sequence[str], values: Floats, covariance: Floats | None, ci: float
) -> tuple[PairDifference, ...]:
    """All pairs of groups: values (g,) with their covariance (g, g), normal theory."""
    from scipy.special import ndtr, ndtri

    reach = float(ndtri(0.5 + ci / 2))
    gone = Unavailable("the estimates have no standard errors")
    found = []
    for i, j in combinations(range(len(labels)), 2):
        diff = float(values[i] - values[j])
        spread = 0.0
        if covariance is not None:
            spread = float(covariance[i, i] + covariance[j, j] - 2 * covariance[i, j])
        if not spread > 0:
            found.append(PairDifference(labels[i], labels[j], diff, gone, gone, gone, gone, gone, gone))
            continue
        se = float(np.sqrt(spread))
        p = 2.0 * float(ndtr(-abs(diff / se)))
        low, high = diff - reach * se, diff + reach * se
        found.append(PairDifference(labels[i], labels[j], diff, se, diff / se, p, p, low, high))
    return with_holm(found)


def with_holm(pairs: Sequence[PairDifference]) -> tuple[PairDifference, ...]:
    """The pairs with their p values adjusted for how many there are."""
    adjusted = iter(holm([one.p for one in pairs if not isinstance(one.p, Unavailable)]))
    return tuple(
        one if isinstance(one.p, Unavailable) else replace(one, p_holm=next(adjusted)) for one in pairs
    )
