"""A latent interaction from one reliability-corrected score per construct and one for the product.

Source: Hsiao, Kwok and Lai (2018), Evaluation of two methods for modeling measurement errors when testing
interaction effects with observed composite scores (reliability-adjusted product indicator); Bohrnstedt and
Marwell (1978), The reliability of products of two random variables.

Every construct is measured by the mean of its items, whose error variance is fixed at (1 - reliability) times
its variance. The reliabilities count as known, so standard errors do not hold their uncertainty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.fit import fit_model
from tam.engine.products import centre
from tam.errors import TamError, Unavailable, problem
from tam.stats.interaction import standardised_interaction
from tam.stats.reliability import cronbach_alpha

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit

PRODUCT = "product"
SCORE = "_score"


@dataclass(frozen=True, slots=True)
class SingleIndicatorFit:
    """``fit`` of the outcome's equation with single indicators; ``reliability`` of each construct's score and
    of the product; ``est`` to ``p`` of the product, ``std`` for predictor, moderator and outcome of unit
    variance."""

    fit: Fit
    reliability: Mapping[str, float]
    est: float
    se: float
    std: float


def product_reliability(first: float, second: float, correlation: float) -> float:
    """Reliability of the product of two centred scores: ``(r1 r2 + c^2) / (1 + c^2)``.

    Parameters: ``first`` and ``second`` the reliabilities of the scores, ``correlation`` of the scores;
    both normal. Range: between 0 and 1 for such reliabilities. Bohrnstedt and Marwell (1978).
    """
    return (first * second + correlation**2) / (1 + correlation**2)


def fit_single_indicators(
    data: pd.DataFrame,
    parts: Mapping[str, Sequence[str]],
    outcome: str,
    predictors: Sequence[str],
    focal: str,
    moderator: str,
    **options: Any,
) -> SingleIndicatorFit:
    """The outcome's equation with the product of ``focal`` and ``moderator``, one indicator each.

    ``parts``: the items of every construct; a name without parts is a column measured without error, as is
    a construct of one item. ``predictors``: everything the outcome is regressed on but the product.
    ``options`` go to ``fit_model``. Complete rows only. Raises TamError where a scale has no positive
    reliability, and as ``fit_model`` does.
    """
    names = list(dict.fromkeys([outcome, *predictors, focal, moderator]))
    items = list(dict.fromkeys(item for name in names for item in parts.get(name, (name,))))
    complete = data[items].dropna()
    reliability = {name: _reliability(complete, parts.get(name, (name,))) for name in names}
    _refuse_unreliable(reliability)
    scores = {name: complete[list(parts.get(name, (name,)))].mean(axis=1).to_numpy() for name in names}
    x, z = (centre(scores[name][:, None])[:, 0] for name in (focal, moderator))
    scores[PRODUCT] = centre((x * z)[:, None])[:, 0]
    correlation = float(np.corrcoef(x, z)[0, 1])
    reliability[PRODUCT] = product_reliability(reliability[focal], reliability[moderator], correlation)
    table = type(complete)(
        {f"{name}{SCORE}": column for name, column in scores.items()}, index=complete.index
    )
    fit = fit_model(_syntax(names, outcome, table, reliability), table, **options)
    return _read(fit, outcome, focal, moderator, reliability)


def _reliability(data: pd.DataFrame, items: Sequence[str]) -> float:
    if len(items) < 2:
        return 1.0
    alpha = cronbach_alpha(np.cov(data[list(items)].to_numpy(np.float64), rowvar=False))
    return float("nan") if isinstance(alpha, Unavailable) else float(alpha)


def _refuse_unreliable(reliability: Mapping[str, float]) -> None:
    low = [name for name, value in reliability.items() if not value > 0]
    if low:
        raise TamError(problem("interaction-unreliable", scales=low))


def _syntax(names: Sequence[str], outcome: str, table: pd.DataFrame, reliability: Mapping[str, float]) -> str:
    """One indicator per variable with the error variance that its reliability leaves."""
    lines = []
    for name in (*names, PRODUCT):
        score = f"{name}{SCORE}"
        # divisor n, as the maximum-likelihood moments
        error = (1 - reliability[name]) * float(table[score].var(ddof=0))
        lines += [f"{name} =~ 1*{score}", f"{score} ~~ {error!r}*{score}"]
    predictors = " + ".join([*(name for name in names if name != outcome), PRODUCT])
    return "\n".join([*lines, f"{outcome} ~ {predictors}"]) + "\n"


def _read(
    fit: Fit, outcome: str, focal: str, moderator: str, reliability: Mapping[str, float]
) -> SingleIndicatorFit:
    row = next(
        k for k, one in enumerate(fit.table.rows) if (one.lhs, one.op, one.rhs) == (outcome, "~", PRODUCT)
    )
    place = {name: i for i, name in enumerate(fit.structure.names)}
    variance = np.diagonal(fit.solution.minimum.point.implied.total)
    est = float(fit.columns.est[row])
    with np.errstate(invalid="ignore"):
        deviations = [float(np.sqrt(variance[place[name]])) for name in (focal, moderator, outcome)]
    std = float(standardised_interaction(est, *deviations))
    return SingleIndicatorFit(fit, reliability, est, float(fit.columns.se[row]), std)
