"""The observed-score counterpart of a latent interaction: least squares on mean scores, with errors
robust to unequal variances (HC3, MacKinnon and White 1985)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

METHOD = "OLS, HC3"


@dataclass(frozen=True, slots=True)
class ScoreRegression:
    """The interaction in the regression of mean scores.

    ``est`` in the units of the outcome per squared unit of the items; ``p`` and the interval from the t
    distribution; ``r2`` of the whole regression, ``delta_r2`` what the product adds to it; ``n`` complete
    rows.
    """

    est: float
    se: float
    t: float
    p: float
    ci_low: float
    ci_high: float
    r2: float
    delta_r2: float
    n: int
    method: str = METHOD


def score_weights(parts: Mapping[str, Sequence[str]], name: str) -> dict[str, float]:
    """The weight of every item in a construct's mean score; for a second-order construct the mean of its
    parts' means. A name without parts is a column of its own."""
    children = parts.get(name)
    if not children:
        return {name: 1.0}
    weights: dict[str, float] = {}
    for child in children:
        for item, weight in score_weights(parts, child).items():
            weights[item] = weights.get(item, 0.0) + weight / len(children)
    return weights


def mean_score(data: pd.DataFrame, parts: Mapping[str, Sequence[str]], name: str) -> Floats:
    """The mean score (n,) of a construct, or the column of that name; missing where any item is."""
    children = parts.get(name)
    if not children:
        return data[name].to_numpy(np.float64)
    return np.asarray(np.mean([mean_score(data, parts, child) for child in children], axis=0))


def mean_scores(
    data: pd.DataFrame, parts: Mapping[str, Sequence[str]], names: Iterable[str] | None = None
) -> pd.DataFrame:
    """Mean scores (n, k) of the named constructs and columns, of all constructs if None."""
    columns = {name: mean_score(data, parts, name) for name in (parts if names is None else names)}
    return pd.DataFrame(columns, index=data.index)


def score_regression(
    scores: pd.DataFrame,
    outcome: str,
    predictors: Sequence[str],
    focal: str,
    moderator: str,
    level: float = 0.95,
) -> ScoreRegression:
    """Regression of the outcome's score on all its predictors and the product of two of them.

    Focal predictor and moderator are centred at their means before they are multiplied, so their own
    coefficients hold at the other's mean. Rows with a missing score in any of the variables are left out.
    Parameters: ``scores`` with numeric columns for all names; ``level`` of the interval. Raises
    ValueError when too few rows are complete or the scores do not vary independently. Peer: R ``lm`` with
    ``sandwich::vcovHC(type = "HC3")``.
    """
    from statsmodels.regression.linear_model import OLS

    names = list(dict.fromkeys([*predictors, focal, moderator]))
    complete = scores[[outcome, *names]].dropna().astype(np.float64)
    centred = complete[names] - complete[names].mean()
    design = np.column_stack([np.ones(len(complete)), centred.to_numpy()])
    product = centred[focal].to_numpy() * centred[moderator].to_numpy()
    full = np.column_stack([design, product])
    if len(complete) <= full.shape[1] or np.linalg.matrix_rank(full) < full.shape[1]:
        raise ValueError("too few complete rows, or scores that do not vary independently")
    answer = complete[outcome].to_numpy()
    smaller, larger = OLS(answer, design).fit(), OLS(answer, full).fit(cov_type="HC3", use_t=True)
    low, high = larger.conf_int(1 - level)[-1]
    return ScoreRegression(
        est=float(larger.params[-1]),
        se=float(larger.bse[-1]),
        t=float(larger.tvalues[-1]),
        p=float(larger.pvalues[-1]),
        ci_low=float(low),
        ci_high=float(high),
        r2=float(larger.rsquared),
        delta_r2=float(larger.rsquared - smaller.rsquared),
        n=len(complete),
    )
