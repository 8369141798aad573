"""The joint confirmatory factor analysis of all first-order constructs: loadings, latent correlations, fit.

The models and their names stand in ``tam.analysis.confirmatory_models``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory_models import (
    NOT_CONVERGED,
    cfa_lines,
    construct_key,
    finite,
    given_names,
    model_names,
    why_not_identified,
)
from tam.errors import Problem, TamError, Unavailable, problem

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Loading:
    """A standardised loading with its delta-method standard error and Wald interval."""

    est: Value
    se: Value
    z: Value
    p: Value
    ci_low: Value
    ci_high: Value


@dataclass(frozen=True, slots=True)
class ModelFit:
    """How the model as a whole fits; ``measures`` has the names of ``tam fit``."""

    measures: Mapping[str, Value]
    n: int
    estimator: str
    converged: bool
    admissible: bool


@dataclass(frozen=True, slots=True)
class Confirmatory:
    """``loadings`` by item; ``latent_correlations`` by construct and construct, 1 on the diagonal.

    ``loading_covariance``: the sampling covariance (k, k) of the standardised loadings of each construct of
    several items, where the fit has standard errors.
    """

    fit: ModelFit | Unavailable
    loadings: Mapping[str, Loading | Unavailable]
    latent_correlations: Mapping[str, Mapping[str, Value]]
    problems: tuple[Problem, ...] = ()
    loading_covariance: Mapping[str, Array] = field(default_factory=dict)

    def loading(self, item: str) -> Value:
        """The standardised loading of an item alone."""
        found = self.loadings[item]
        return found if isinstance(found, Unavailable) else found.est


def confirmatory(
    values: pd.DataFrame, constructs: Mapping[str, Sequence[str]], ci: float = 0.95, estimator: str = "ML"
) -> Confirmatory:
    """Fit all constructs at once, each item on its own construct, the constructs free to correlate.

    values: complete answers, one column per item. A model that cannot be fitted is ``Unavailable``
    everywhere, with the reason. Peer: ``lavaan::cfa(model, data, std.lv = TRUE)`` and its
    ``standardizedSolution``.
    """
    from tam.engine import fit_model

    names = model_names(constructs)
    impossible = why_not_identified(constructs)
    if impossible is not None:
        return unfitted(constructs, impossible)
    data = values[[item for items in constructs.values() for item in items]].rename(columns=names)
    try:
        fit = fit_model(
            "\n".join(cfa_lines(constructs, names)), data, estimator=estimator, std_lv=True, ci=ci
        )
    except TamError as error:
        return not_fitted(constructs, " ".join(given_names(p, names).what for p in error.problems))
    problems = tuple(given_names(p, names) for p in fit.problems)
    if not fit.converged:
        failed = not_fitted(constructs, NOT_CONVERGED)
        return replace(failed, problems=(*failed.problems, *problems))
    return _read(fit, constructs, names, ci, problems)


def unfitted(constructs: Mapping[str, Sequence[str]], reason: str) -> Confirmatory:
    """The result where the data or the model do not allow a fit at all, for the given reason."""
    gone = Unavailable(reason)
    loadings: dict[str, Loading | Unavailable] = {
        item: gone for items in constructs.values() for item in items
    }
    correlations: dict[str, dict[str, Value]] = {
        a: {b: 1.0 if a == b else gone for b in constructs} for a in constructs
    }
    return Confirmatory(gone, loadings, correlations)


def not_fitted(constructs: Mapping[str, Sequence[str]], reason: str) -> Confirmatory:
    """The result where a fit was to be expected and failed; the person is told."""
    return replace(unfitted(constructs, reason), problems=(problem("cfa-not-fitted", reason=reason),))


def _read(
    fit: Any,
    constructs: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    ci: float,
    problems: tuple[Problem, ...],
) -> Confirmatory:
    """Loadings and latent correlations out of a fit; a construct points where most of its items do."""
    rows = {(str(r.lhs), str(r.op), str(r.rhs)): r for r in fit.estimates.itertuples(index=False)}
    sign: dict[str, float] = {}
    loadings: dict[str, Loading | Unavailable] = {}
    for construct, items in constructs.items():
        alias = names[construct_key(construct)]
        found = [rows[alias, "=~", names[item]] for item in items]
        sign[construct] = -1.0 if sum(float(row.std) for row in found) < 0 else 1.0
        loadings |= {item: standardised(row, sign[construct], ci) for item, row in zip(items, found)}

    def correlation(a: str, b: str) -> Value:
        if a == b:
            return 1.0
        first, second = names[construct_key(a)], names[construct_key(b)]
        row = rows.get((first, "~~", second), rows.get((second, "~~", first)))
        return finite(
            None if row is None else sign[a] * sign[b] * float(row.std), "the correlation was not estimated"
        )

    correlations = {a: {b: correlation(a, b) for b in constructs} for a in constructs}
    covariance = _loading_covariance(fit, constructs, names, sign)
    return Confirmatory(model_fit(fit), loadings, correlations, problems, covariance)


def _loading_covariance(
    fit: Any, constructs: Mapping[str, Sequence[str]], names: Mapping[str, str], sign: Mapping[str, float]
) -> dict[str, Array]:
    """(k, k) for each construct whose loadings and residual variances are all free: delta method."""
    from tam.stats.delta_intervals import standardised_loading_slopes

    vcov = fit.vcov
    at = {name: place for place, name in enumerate(fit.free)}
    found: dict[str, Array] = {}
    for construct, items in constructs.items():
        alias = names[construct_key(construct)]
        loading = [at.get(f"{alias}=~{names[item]}") for item in items]
        residual = [at.get(f"{names[item]}~~{names[item]}") for item in items]
        places = [place for place in (*loading, *residual) if place is not None]
        if vcov is None or len(places) < 2 * len(items):
            continue
        k = len(items)
        theta = np.asarray(fit.theta)[places]
        # A residual variance below zero can leave no variance for the item; then there is no slope.
        with np.errstate(invalid="ignore", divide="ignore"):
            by_loading, by_residual = standardised_loading_slopes(theta[:k], theta[k:])
        slopes = sign[construct] * np.concatenate([np.diag(by_loading), np.diag(by_residual)], axis=1)
        covariance = slopes @ np.asarray(vcov)[np.ix_(places, places)] @ slopes.T
        if np.isfinite(covariance).all():
            found[construct] = covariance
    return found


def standardised(row: Any, sign: float, ci: float) -> Loading | Unavailable:
    """The standardised value of one row of the estimates, a loading or a correlation, times ``sign``."""
    from scipy.special import ndtr, ndtri

    est, se = finite(row.std, "a variance is not positive"), finite(row.std_se, "it has no standard error")
    if isinstance(est, Unavailable):
        return est
    est *= sign
    # A single item loads 1 whatever the data: its standard error is zero up to rounding.
    if isinstance(se, Unavailable) or se < 1e-12:
        gone = Unavailable("the loading is fixed, or its standard error is undefined")
        return Loading(est, gone, gone, gone, gone, gone)
    half = float(ndtri(0.5 + ci / 2)) * se
    return Loading(est, se, est / se, 2 * float(ndtr(-abs(est / se))), est - half, est + half)


def model_fit(fit: Any) -> ModelFit:
    """Measures of a fit with the reason for each that does not exist."""
    measures = {str(name): finite(value, "not computed") for name, value in fit.measures.items()}
    return ModelFit(measures, fit.n, fit.options.estimator, bool(fit.converged), bool(fit.admissible))
