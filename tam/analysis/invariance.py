"""Do the scales measure the same in every group, and do the paths hold in each? One grouping at a time.

groups large enough? -> configural, metric, scalar, strict -> partial where a step fails
-> paths compared where loadings are (partly) equal -> latent means where intercepts are, too
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tam.analysis.confirmatory import ModelFit
from tam.analysis.group_paths import GroupPaths, compare_paths, path_fit
from tam.analysis.group_paths_diagram import GroupDiagram, group_diagram
from tam.analysis.group_paths_permutation import permuted_paths
from tam.analysis.group_paths_scores import ScorePaths, score_paths
from tam.analysis.invariance_ladder import Ladder, Level, climb
from tam.analysis.invariance_models import (
    GroupedRows,
    GroupModels,
    GroupSize,
    grouped_rows,
    measured_constructs,
    without_predictor,
)
from tam.analysis.invariance_ordinal import UNTESTED, climb_ordinal
from tam.analysis.invariance_partial import PartialSearch
from tam.analysis.invariance_steps import Step
from tam.analysis.latent_means import LatentMeans, latent_means
from tam.errors import Problem, Unavailable, Where, problem
from tam.spec.model import Model

if TYPE_CHECKING:
    import pandas as pd

#: Estimators with difference tests and the indices that the verdict needs.
ESTIMATORS = ("ML", "MLR", "MLM", "WLSMV")
NOT_FITTED = "the model could not be fitted to all groups"
NO_EQUAL_LOADINGS = "loadings are not equal across groups, nor partly so"
NO_EQUAL_INTERCEPTS = "intercepts are not equal across groups, nor partly so"


@dataclass(frozen=True, slots=True)
class GroupInvariance:
    """One grouping. ``constructs`` and their items as measured; ``steps`` without anything let differ;
    ``partial`` the searches; ``paths``, ``scores`` (the observed-score cross-check), ``diagram`` and
    ``means``, each Unavailable with the reason where the level does not carry it."""

    by: str
    groups: tuple[GroupSize, ...]
    too_small: tuple[GroupSize, ...]
    needed: int
    n_ungrouped: int
    estimator: str
    missing: str
    ci: float
    constructs: Mapping[str, tuple[str, ...]]
    steps: tuple[Step, ...] | Unavailable
    partial: tuple[PartialSearch, ...]
    level: Level
    paths: GroupPaths | Unavailable
    scores: ScorePaths | Unavailable
    diagram: GroupDiagram | Unavailable
    means: LatentMeans | Unavailable
    problems: tuple[Problem, ...] = field(default=())

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data; the reasons of what is missing in ``unavailable``."""
        from tam.record import to_record

        return to_record(self)


def group_invariance(
    model: Model,
    rows: pd.DataFrame,
    groups: pd.Series[Any],
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    ci: float = 0.95,
    minimum: int = 20,
    seed: int = 1,
    permutations: int = 500,
) -> GroupInvariance:
    """Measurement invariance of a model over one grouping, then its paths and latent means by group.

    rows: items and observed columns of the model (``model_rows``). groups: a label or nothing per row, joined
    by index; ``groups.name`` is told to people. The first group (of the categories, else of the rows) is the
    reference. minimum: smaller groups are named and left out before anything is fitted, as are those with
    hardly more respondents than there are items. permutations: shuffles per test, 0 for none.
    """
    from tam.stats.threads import one_thread

    with one_thread():
        model = without_predictor(model, str(groups.name))
        measurement = measured_constructs(model, rows.columns)
        columns = _columns(model, measurement, rows)
        found = grouped_rows(rows, groups, columns, minimum, missing, model.constructs)
        reason = _impossible(found, estimator)
        if reason is not None:
            return _nothing(found, estimator, missing, ci, measurement, reason)
        models = GroupModels(found, measurement, model.residual_covariances, estimator, missing, ci)
        return _analysed(models, model, seed, permutations)


def _columns(model: Model, measurement: Mapping[str, tuple[str, ...]], rows: pd.DataFrame) -> list[str]:
    items = [item for names in measurement.values() for item in names]
    return list(dict.fromkeys([*items, *(name for name in model.observed if name in rows.columns)]))


def _impossible(found: GroupedRows, estimator: str) -> str | None:
    if estimator not in ESTIMATORS:
        return f"measurement invariance is tested with {', '.join(ESTIMATORS)}, not with {estimator}"
    return "fewer than two groups are large enough" if len(found.groups) < 2 else None


def _nothing(
    found: GroupedRows,
    estimator: str,
    missing: str,
    ci: float,
    constructs: Mapping[str, tuple[str, ...]],
    reason: str,
) -> GroupInvariance:
    gone = Unavailable(reason)
    problems = found.problems
    if estimator not in ESTIMATORS:
        place = Where(column=found.by)
        told = problem("invariance-estimator", place, estimator=estimator, offered=ESTIMATORS)
        problems = (*problems, told)
    none = Level("none", (), paths=False, means=False)
    return GroupInvariance(
        *_who(found),
        estimator,
        missing,
        ci,
        dict(constructs),
        gone,
        (),
        none,
        *(gone, gone, gone, gone),
        problems,
    )


def _who(
    found: GroupedRows,
) -> tuple[str, tuple[GroupSize, ...], tuple[GroupSize, ...], int, int]:
    return found.by, found.groups, found.too_small, found.needed, found.n_ungrouped


def _ladder_of(models: GroupModels) -> Ladder:
    if models.ordinal:
        return climb_ordinal(models)
    return climb(models)


def _analysed(models: GroupModels, model: Model, seed: int, permutations: int) -> GroupInvariance:
    found = models.rows
    ladder = _ladder_of(models)
    level = ladder.level
    paths, scores, diagram = _paths(models, model, level, seed, permutations)
    means: LatentMeans | Unavailable
    means = Unavailable(NOT_FITTED if level.id == "none" else NO_EQUAL_INTERCEPTS)
    if level.means and ladder.scalar is not None and not isinstance(ladder.scalar.fit, Unavailable):
        means = latent_means(ladder.scalar.fit, level.free)
    result = GroupInvariance(
        *_who(found),
        models.estimator,
        models.missing,
        models.ci,
        dict(models.measurement),
        ladder.steps,
        ladder.partial,
        level,
        paths,
        scores,
        diagram,
        means,
    )
    return replace(result, problems=(*found.problems, *_problems(result)))


def _paths(
    models: GroupModels, model: Model, level: Level, seed: int, permutations: int
) -> tuple[GroupPaths | Unavailable, ScorePaths | Unavailable, GroupDiagram | Unavailable]:
    if not model.outcomes:
        gone = Unavailable("the model has no paths")
        return gone, gone, gone
    if not level.paths:
        gone = Unavailable(NOT_FITTED if level.id == "none" else NO_EQUAL_LOADINGS)
        return gone, gone, gone
    free = tuple(name for name in level.free if "=~" in name)
    fit = path_fit(models, model, free)
    if isinstance(fit, Unavailable):
        return fit, fit, fit
    paths = compare_paths(models, model, free, fit)
    paths = replace(paths, paths=permuted_paths(fit, paths.paths, permutations, seed))
    scores = score_paths(models.rows, model, paths.paths, models.ci)
    return paths, scores, group_diagram(paths, models.rows.labels, 1.0 - models.ci)


def _problems(found: GroupInvariance) -> list[Problem]:
    place, told = Where(column=found.by), []
    steps = found.steps if not isinstance(found.steps, Unavailable) else ()
    failed: dict[str, list[str]] = {}
    for step in (*steps, *(search.step for search in found.partial)):
        if isinstance(step.fit, Unavailable) and step.id != UNTESTED:
            ids = failed.setdefault(step.fit.reason, [])
            ids += [step.id] if step.id not in ids else []
    told += [
        problem("invariance-step-failed", place, name=found.by, steps=ids, reason=reason)
        for reason, ids in failed.items()
    ]
    odd = [one.id for one in steps if isinstance(one.fit, ModelFit) and not one.fit.admissible]
    if isinstance(found.paths, GroupPaths) and not found.paths.fit.admissible:
        odd.append("paths")
    if odd:
        told.append(problem("invariance-inadmissible", place, name=found.by, steps=odd))
    for search in found.partial:
        released = [one.parameter for one in search.released]
        if search.reached and released:
            told.append(
                problem("invariance-partial", place, name=found.by, step=search.id, released=released)
            )
        if not search.reached:
            told.append(
                problem(
                    "invariance-not-reached", place, name=found.by, step=search.id, stopped=search.stopped
                )
            )
    if isinstance(found.paths, GroupPaths) and found.paths.second_order is not None:
        step = found.paths.second_order
        if step.verdict == "not_supported":
            told.append(problem("group-second-order-differs", place, name=found.by))
    return told
