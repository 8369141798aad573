"""Interactions across groups on observed scores: is the product's coefficient the same in every group?

Mean scores, the product of the centred scores of predictor and moderator, all of it times dummies of the
groups (a moderation moderated by the groups), HC3 errors. The latent interaction itself is not compared: its
product indicators would multiply the variables of every group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tam.analysis.group_paths_scores import DummyInteraction, group_regression, slope_across_groups
from tam.analysis.grouping import Split
from tam.analysis.invariance_models import (
    GroupedRows,
    grouped_rows,
    labelled_groups,
    measured_constructs,
    without_predictor,
)
from tam.analysis.moderation_scores import METHOD, mean_scores
from tam.errors import Unavailable
from tam.spec.model import Model, Moderation
from tam.spec.study import Options
from tam.stats.validity import holm

if TYPE_CHECKING:
    import pandas as pd

TOO_FEW = Unavailable("fewer than two groups are large enough")
NO_SOLUTION = Unavailable("too few complete rows, or scores that do not vary independently")


@dataclass(frozen=True, slots=True)
class ScoreInteraction:
    """One interaction. ``est`` in the reference group, ``groups`` how much others exceed it; ``chisq``,
    ``df`` and ``p`` that none does (Wald), ``p_holm`` adjusted over the interactions of the grouping."""

    predictor: str
    moderator: str
    outcome: str
    n: int
    est: float
    groups: tuple[DummyInteraction, ...]
    chisq: float
    df: int
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class ScoreInteractions:
    """All interactions of the model over one grouping; ``reference`` the group coded zero throughout."""

    reference: str
    method: str
    interactions: tuple[ScoreInteraction, ...]


def grouped_interactions(
    model: Model, rows: pd.DataFrame, splits: Sequence[Split], options: Options
) -> tuple[ScoreInteractions | Unavailable | None, ...]:
    """The interactions over each of the ``splits``; None where the model has none. Groups are those of the
    models of several groups. rows: as ``grouped_structure``."""
    return tuple(_over(without_predictor(model, one.by), rows, one, options) for one in splits)


def _over(
    model: Model, rows: pd.DataFrame, split: Split, options: Options
) -> ScoreInteractions | Unavailable | None:
    if not model.moderations:
        return None
    items = [name for names in measured_constructs(model, rows.columns).values() for name in names]
    columns = list(dict.fromkeys([*items, *(name for name in model.observed if name in rows.columns)]))
    groups = labelled_groups(split)
    found = grouped_rows(rows, groups, columns, options.min_group, options.missing, model.constructs)
    if len(found.groups) < 2:
        return TOO_FEW
    tested = [_interaction(found, model, one, options.ci) for one in model.moderations]
    usable = [one for one in tested if one is not None]
    if len(usable) < len(tested):
        return NO_SOLUTION
    adjusted = holm([one.p for one in usable])
    done = tuple(replace(one, p_holm=p) for one, p in zip(usable, adjusted))
    return ScoreInteractions(found.labels[0], METHOD, done)


def _interaction(rows: GroupedRows, model: Model, asked: Moderation, ci: float) -> ScoreInteraction | None:
    """One product among all predictors of its outcome; None where there is no solution."""
    outcome, product = asked.outcome, f"{asked.predictor}:{asked.moderator}"
    predictors = list(dict.fromkeys([*model.predictors(outcome), asked.predictor, asked.moderator]))
    controls = [name for name in predictors if name in model.controls.get(outcome, ())]
    names = [name for name in predictors if name not in controls]
    parts = {**model.measurement, **model.second_order}
    scores = mean_scores(rows.data, parts, [outcome, *names, *controls]).dropna()
    if scores.empty:
        return None
    labels = rows.data.loc[scores.index, rows.column].to_numpy()
    x, m = (scores[name] - scores[name].mean() for name in (asked.predictor, asked.moderator))
    scores = scores.assign(**{product: x * m})
    names = [*names, product]
    fit = group_regression(scores, labels, rows.labels, outcome, names, controls)
    if fit is None:
        return None
    found = slope_across_groups(fit, rows.labels, names, len(names) - 1, outcome, None, ci)
    return ScoreInteraction(
        *(asked.predictor, asked.moderator, outcome, len(scores), found.slope, found.interactions),
        *(found.chisq, found.df, found.p, found.p),
    )
