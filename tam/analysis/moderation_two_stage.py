"""The two-stage estimate of a latent interaction: factor scores of the model without it, then least squares
with errors robust to unequal variances."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.moderation_scores import ScoreRegression, score_regression, score_weights
from tam.analysis.moderation_slopes import indicators_of
from tam.stats.interaction import standardised_interaction
from tam.stats.two_stage import bartlett_weights, regression_weights

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Floats = NDArray[np.float64]


def two_stage(
    fit: Fit,
    data: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    focal: str,
    moderator: str,
    level: float = 0.95,
) -> tuple[ScoreRegression, float]:
    """The regression on factor scores, and its interaction standardised by the latent standard deviations.

    ``fit``: the model without the interaction; ``data`` its rows. Predictors get regression scores from
    all their own items jointly, the outcome Bartlett scores from its own, so that the coefficients estimate
    those of the latent variables (see ``tam.stats.two_stage``). Errors take the scores as given.
    """
    scores = stage_one_scores(fit, data, outcome, list(dict.fromkeys([*predictors, focal, moderator])))
    found = score_regression(scores, outcome, predictors, focal, moderator, level)
    at, place = fit.solution.minimum.point.implied, _places(fit)
    with np.errstate(invalid="ignore"):
        deviations = [np.sqrt(at.total[place[name], place[name]]) for name in (focal, moderator, outcome)]
    return found, float(standardised_interaction(found.est, *deviations))


def stage_one_scores(fit: Fit, data: pd.DataFrame, outcome: str, predictors: Sequence[str]) -> pd.DataFrame:
    """Factor scores (n, 1 + k) of the complete rows; an observed variable is its own score."""
    parts, place = indicators_of(fit), _places(fit)
    at = fit.solution.minimum.point.implied
    own = list(score_weights(parts, outcome))
    theirs = list(dict.fromkeys(item for name in predictors for item in score_weights(parts, name)))
    complete = data[list(dict.fromkeys([*own, *theirs]))].dropna()
    answers = complete[theirs].to_numpy(np.float64)
    items = [place[item] for item in theirs]
    across = at.total[np.ix_([place[name] for name in predictors], items)]
    weights = regression_weights(at.total[np.ix_(items, items)], across)
    scores = (answers - answers.mean(axis=0)) @ weights.T
    table = pd.DataFrame(scores, index=complete.index, columns=list(predictors))
    table[outcome] = _bartlett(fit, complete[own].to_numpy(np.float64), own, outcome)
    return table


def _bartlett(fit: Fit, answers: Floats, own: Sequence[str], outcome: str) -> Floats:
    if list(own) == [outcome]:
        return answers[:, 0]
    place, at = _places(fit), fit.solution.minimum.point.implied
    items = [place[item] for item in own]
    loadings = at.effects[items, place[outcome]]
    covariance = at.total[np.ix_(items, items)]
    weights = bartlett_weights(loadings, covariance, float(at.total[place[outcome], place[outcome]]))
    return np.asarray((answers - answers.mean(axis=0)) @ weights)


def _places(fit: Fit) -> dict[str, int]:
    return {name: i for i, name in enumerate(fit.structure.names)}
