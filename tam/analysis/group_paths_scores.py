"""The observed-score counterpart of path differences: dummies of the groups times each predictor.

Least squares on mean scores with errors robust to unequal variances (HC3): one regression per outcome, in
which every group but the reference has an intercept and slopes of its own, added to the reference's.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.group_paths import PathAcrossGroups
from tam.analysis.invariance_models import GroupedRows
from tam.analysis.moderation_scores import METHOD, mean_scores
from tam.errors import Unavailable
from tam.spec.model import Model
from tam.stats.group_tests import equality_test

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DummyInteraction:
    """How much a slope in ``group`` exceeds the reference's: t test with HC3 errors."""

    group: str
    est: float
    se: float
    t: float
    p: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class ScorePath:
    """``slope`` of the reference group; ``chisq``, ``df`` and ``p`` that no group differs from it (Wald);
    ``agreement`` with the latent test: "same_conclusion" or "different_conclusion"."""

    predictor: str
    outcome: str
    slope: float
    interactions: tuple[DummyInteraction, ...]
    chisq: float
    df: int
    p: float
    agreement: str | Unavailable


@dataclass(frozen=True, slots=True)
class ScorePaths:
    """All paths on mean scores of ``n`` complete rows; ``reference`` the group coded zero throughout."""

    reference: str
    method: str
    n: int
    paths: tuple[ScorePath, ...]


def score_paths(
    rows: GroupedRows, model: Model, latent: Sequence[PathAcrossGroups], ci: float
) -> ScorePaths | Unavailable:
    """The paths compared by dummy interactions. ``latent``: the same paths of the latent model."""
    parts = {**model.measurement, **model.second_order}
    names = list(dict.fromkeys(n for one in model.outcomes for n in (one, *model.predictors(one))))
    scores = mean_scores(rows.data, parts, names).dropna()
    labels = rows.data.loc[scores.index, rows.column].to_numpy()
    known = {(one.predictor, one.outcome): one for one in latent}
    found: list[ScorePath] = []
    for outcome in model.outcomes:
        predictors = [name for name in model.predictors(outcome) if (name, outcome) in known]
        controls = [name for name in model.predictors(outcome) if name not in predictors]
        fit = group_regression(scores, labels, rows.labels, outcome, predictors, controls)
        if fit is None:
            return Unavailable("too few complete rows, or scores that do not vary independently")
        found += [
            slope_across_groups(fit, rows.labels, predictors, at, outcome, known[predictor, outcome], ci)
            for at, predictor in enumerate(predictors)
        ]
    return ScorePaths(rows.labels[0], METHOD, len(scores), tuple(found))


def group_regression(
    scores: pd.DataFrame,
    labels: NDArray[Any],
    groups: Sequence[str],
    outcome: str,
    predictors: Sequence[str],
    controls: Sequence[str],
) -> Any:
    """The regression of an outcome; columns: 1, predictors, controls, then per later group 1 and predictors
    times its dummy. None where it has no solution."""
    from statsmodels.regression.linear_model import OLS

    base = np.column_stack([np.ones(len(scores)), scores[list(predictors)].to_numpy(np.float64)])
    columns = [base, scores[list(controls)].to_numpy(np.float64)]
    columns += [base * np.asarray(labels == group, dtype=np.float64)[:, None] for group in groups[1:]]
    design = np.column_stack(columns)
    if len(design) <= design.shape[1] or np.linalg.matrix_rank(design) < design.shape[1]:
        return None
    return OLS(scores[outcome].to_numpy(np.float64), design).fit(cov_type="HC3", use_t=True)


def slope_across_groups(
    fit: Any,
    groups: Sequence[str],
    predictors: Sequence[str],
    at: int,
    outcome: str,
    latent: PathAcrossGroups | None,
    ci: float,
) -> ScorePath:
    """One slope of a ``group_regression``, the predictor at place ``at``; ``latent`` the same path to be
    compared with."""
    k = len(predictors)
    first = len(fit.params) - (len(groups) - 1) * (k + 1)
    places = [first + later * (k + 1) + 1 + at for later in range(len(groups) - 1)]
    low, high = np.asarray(fit.conf_int(1.0 - ci)).T
    interactions = tuple(
        DummyInteraction(
            group,
            *(float(part[place]) for part in (fit.params, fit.bse, fit.tvalues, fit.pvalues, low, high)),
        )
        for group, place in zip(groups[1:], places)
    )
    covariance = np.zeros((len(groups), len(groups)))
    covariance[1:, 1:] = np.asarray(fit.cov_params())[np.ix_(places, places)]
    test = equality_test(np.concatenate([[0.0], fit.params[places]]), covariance)
    agreement: str | Unavailable = Unavailable("the latent difference has no test")
    if latent is not None and not isinstance(latent.overall, Unavailable):
        same = (latent.overall.p < 1.0 - ci) == (test.p < 1.0 - ci)
        agreement = "same_conclusion" if same else "different_conclusion"
    return ScorePath(
        predictors[at],
        outcome,
        float(fit.params[1 + at]),
        interactions,
        test.chisq,
        test.df,
        test.p,
        agreement,
    )
