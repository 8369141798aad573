"""Construct scores and what their correlations say of a common method: collinearity, marker correlation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.analysis.method_bias_paths import Key, MethodPaths, PathEstimate, Paths, path_keys
from tam.analysis.scale_reliability import constant_reason
from tam.errors import Unavailable
from tam.spec.model import Model
from tam.stats import method_bias as formulas
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Value = float | Unavailable

#: Kock (2015): a full collinearity VIF above it points to common method variance.
VIF_LIMIT = 3.3


@dataclass(frozen=True, slots=True)
class Scores:
    """Correlations (p, p) of ``n`` complete respondents; ``constructs``: the names that hold item means."""

    names: tuple[str, ...]
    constructs: tuple[str, ...]
    n: int
    correlation: Array

    def of(self, names: Sequence[str]) -> Array:
        rows = [self.names.index(name) for name in names]
        return np.asarray(self.correlation[np.ix_(rows, rows)])


@dataclass(frozen=True, slots=True)
class FullCollinearity:
    """Variance inflation factor of every construct score; ``above`` exceed the ``limit``."""

    n: int
    limit: float
    vif: Mapping[str, float]
    above: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdjustedCorrelation:
    """The correlation of two construct scores, as it is and without what the marker shares."""

    first: str
    second: str
    r: float
    p: Value
    r_adjusted: float
    t_adjusted: Value
    df: int
    p_adjusted: Value


@dataclass(frozen=True, slots=True)
class LindellWhitney:
    """``marker_correlation`` is r_M, the marker's correlation with ``against``, taken for method variance."""

    n: int
    marker_correlation: float
    against: str
    correlations: tuple[AdjustedCorrelation, ...]


def path_names(model: Model) -> tuple[str, ...]:
    """Everything the paths and controls name, constructs and observed columns."""
    named = [name for one in model.outcomes for name in (one, *model.predictors(one))]
    return tuple(dict.fromkeys(named))


def path_scores(
    model: Model, rows: pd.DataFrame, more: Mapping[str, Sequence[str]] | None = None
) -> Scores | Unavailable:
    """Scores of what the paths name, from the respondents who answered all of it.

    A construct's score is the mean of its items, a second-order construct's the mean of its parts' scores.
    more: further scores by name with their items.
    """
    import pandas as pd

    def score(name: str) -> pd.Series[float]:
        if name in (more or {}):
            return rows[list((more or {})[name])].mean(axis=1, skipna=False)
        if name in model.second_order:
            return pd.concat([score(part) for part in model.second_order[name]], axis=1).mean(
                axis=1, skipna=False
            )
        items = model.measurement.get(name)
        return rows[list(items)].mean(axis=1, skipna=False) if items else rows[name]

    names = (*path_names(model), *(more or {}))
    table = pd.concat([score(name) for name in names], axis=1).astype(float).dropna().to_numpy()
    if len(table) < 3:
        return Unavailable(at_least(3, len(table)))
    constant = [name for name, is_constant in zip(names, constant_columns(table)) if is_constant]
    if constant:
        return Unavailable(constant_reason(constant))
    scored = tuple(name for name in names if name in model.constructs or name in (more or {}))
    return Scores(names, scored, len(table), correlation_matrix(covariance_matrix(table)))


def full_collinearity(scores: Scores | Unavailable) -> FullCollinearity | Unavailable:
    """The variance inflation factors of the construct scores among themselves, observed columns left out."""
    if isinstance(scores, Unavailable):
        return scores
    found = formulas.full_collinearity(scores.of(scores.constructs))
    if isinstance(found, Unavailable):
        return found
    vif = dict(zip(scores.constructs, found))
    return FullCollinearity(
        scores.n, VIF_LIMIT, vif, tuple(name for name, value in vif.items() if value > VIF_LIMIT)
    )


def lindell_whitney(
    scores: Scores | Unavailable, marker: str, against: str | None = None
) -> LindellWhitney | Unavailable:
    """Correlations of the construct scores without what the marker shares with one of them.

    ``scores`` hold the marker's under the name ``marker``. r_M is the marker's correlation with ``against``,
    or its smallest positive one.
    """
    if isinstance(scores, Unavailable):
        return scores
    names = [name for name in scores.constructs if name != marker]
    own = [float(scores.of([marker, name])[0, 1]) for name in names]
    place = formulas.smallest_positive(own) if against is None else names.index(against)
    if place is None or not 0 < own[place] < 1:
        return Unavailable(
            "the marker's correlation is not positive, so it shows no method variance to take out"
        )
    shared = own[place]
    adjusted = formulas.without_method(scores.of(names), shared, [True] * len(names))
    plain = scores.of(names)
    lines = [
        _adjusted(names[i], names[j], float(plain[i, j]), float(adjusted[i, j]), scores.n)
        for i in range(len(names))
        for j in range(i)
    ]
    return LindellWhitney(scores.n, shared, names[place], tuple(lines))


def _adjusted(first: str, second: str, plain: float, adjusted: float, n: int) -> AdjustedCorrelation:
    before = formulas.correlation_test(plain, n - 2)
    after = formulas.correlation_test(adjusted, n - 3)
    p = before if isinstance(before, Unavailable) else before.p
    t = after if isinstance(after, Unavailable) else after.t
    p_adjusted = after if isinstance(after, Unavailable) else after.p
    return AdjustedCorrelation(first, second, plain, p, adjusted, t, n - 3, p_adjusted)


def adjusted_paths(
    model: Model,
    scores: Scores | Unavailable,
    found: LindellWhitney | Unavailable,
    marker: str,
    alpha: float,
) -> MethodPaths | Unavailable:
    """Standardised regressions among the scores, from the correlations as they are and from the adjusted."""
    if isinstance(scores, Unavailable):
        return scores
    if isinstance(found, Unavailable):
        return found
    names = [name for name in scores.names if name != marker]
    plain = scores.of(names)
    affected = [name in scores.constructs for name in names]
    adjusted = formulas.without_method(plain, found.marker_correlation, affected)
    return MethodPaths(
        _regressions(model, names, adjusted, scores.n - 1, alpha),
        _regressions(model, names, plain, scores.n, alpha),
    )


def _regressions(model: Model, names: list[str], correlation: Array, n: int, alpha: float) -> Paths:
    """One regression per outcome; ``n`` less one where a method was taken out."""
    found: dict[Key, PathEstimate | Unavailable] = {}
    none = Unavailable("a correlation matrix has no unstandardised coefficients")
    for outcome in model.outcomes:
        predictors = model.predictors(outcome)
        places = [names.index(name) for name in predictors]
        fit = formulas.standardised_regression(correlation, names.index(outcome), places, n - len(places) - 1)
        for i, predictor in enumerate(predictors):
            if isinstance(fit, Unavailable):
                found[outcome, predictor] = fit
                continue
            p = float(fit.p[i])
            std, se = float(fit.coefficients[i]), float(fit.se[i])
            found[outcome, predictor] = PathEstimate(none, none, p, std, se, p < alpha)
    return {key: found[key] for key in path_keys(model)}
