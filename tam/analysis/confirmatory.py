"""The joint confirmatory factor analysis of all first-order constructs: loadings, latent correlations, fit.

Constructs and items go into the model under names of our own (``construct_1``, ``item_1``), so that a column
may be called anything; what comes back carries the given names again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.errors import Problem, TamError, Unavailable, problem

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable

Array = NDArray[np.float64]

NOT_CONVERGED = "the confirmatory factor analysis did not converge"


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

    names = _names(constructs)
    impossible = _why_not_identified(constructs)
    if impossible is not None:
        return unfitted(constructs, impossible)
    data = values[[item for items in constructs.values() for item in items]].rename(columns=names)
    try:
        fit = fit_model(cfa_syntax(constructs, names), data, estimator=estimator, std_lv=True, ci=ci)
    except TamError as error:
        return not_fitted(constructs, " ".join(_given_names(p, names).what for p in error.problems))
    problems = tuple(_given_names(p, names) for p in fit.problems)
    if not fit.converged:
        failed = not_fitted(constructs, NOT_CONVERGED)
        return replace(failed, problems=(*failed.problems, *problems))
    return _read(fit, constructs, names, ci, len(data), estimator, problems)


def cfa_syntax(constructs: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> str:
    """The model in lavaan syntax; a construct of one item is that item, without error."""
    lines = []
    for construct, items in constructs.items():
        lines.append(f"{names[_construct_key(construct)]} =~ {' + '.join(names[item] for item in items)}")
        if len(items) == 1:
            lines.append(f"{names[items[0]]} ~~ 0*{names[items[0]]}")
    return "\n".join(lines)


def _construct_key(construct: str) -> str:
    """Constructs and items may share names: a construct's key starts with a null character."""
    return f"\0{construct}"


def _names(constructs: Mapping[str, Sequence[str]]) -> dict[str, str]:
    items = [item for block in constructs.values() for item in block]
    return {item: f"item_{i}" for i, item in enumerate(items, 1)} | {
        _construct_key(construct): f"construct_{i}" for i, construct in enumerate(constructs, 1)
    }


def _why_not_identified(constructs: Mapping[str, Sequence[str]]) -> str | None:
    """Counting rule: no more free parameters than variances and covariances of the items."""
    sizes = [len(items) for items in constructs.values()]
    moments = sum(sizes) * (sum(sizes) + 1) // 2
    free = sum(2 * k if k > 1 else 1 for k in sizes) + len(sizes) * (len(sizes) - 1) // 2
    if sum(sizes) < 2:
        return "a confirmatory factor analysis needs more than one item"
    if free > moments:
        return f"the factor model is not identified: {free} parameters, {moments} variances and covariances"
    return None


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


def _given_names(found: Problem, names: Mapping[str, str]) -> Problem:
    """A problem of the model told with the given names of constructs and items."""
    given = {alias: key.lstrip("\0") for key, alias in names.items()}

    def back(value: Any) -> Any:
        if isinstance(value, (list, tuple)):
            return tuple(back(part) for part in value)
        return given.get(value, value) if isinstance(value, str) else value

    where = replace(found.where, item=back(found.where.item), column=back(found.where.column))
    return replace(found, where=where, values={key: back(value) for key, value in found.values.items()})


def _read(
    fit: Any,
    constructs: Mapping[str, Sequence[str]],
    names: Mapping[str, str],
    ci: float,
    n: int,
    estimator: str,
    problems: tuple[Problem, ...],
) -> Confirmatory:
    """Loadings and latent correlations out of a fit; a construct points where most of its items do."""
    rows = {(str(r.lhs), str(r.op), str(r.rhs)): r for r in fit.estimates.itertuples(index=False)}
    sign: dict[str, float] = {}
    loadings: dict[str, Loading | Unavailable] = {}
    for construct, items in constructs.items():
        alias = names[_construct_key(construct)]
        found = [rows[alias, "=~", names[item]] for item in items]
        sign[construct] = -1.0 if sum(float(row.std) for row in found) < 0 else 1.0
        loadings |= {item: _loading(row, sign[construct], ci) for item, row in zip(items, found)}

    def correlation(a: str, b: str) -> Value:
        if a == b:
            return 1.0
        first, second = names[_construct_key(a)], names[_construct_key(b)]
        row = rows.get((first, "~~", second), rows.get((second, "~~", first)))
        return _number(
            None if row is None else sign[a] * sign[b] * float(row.std), "the correlation was not estimated"
        )

    correlations = {a: {b: correlation(a, b) for b in constructs} for a in constructs}
    measures = {str(name): _number(value, "not computed") for name, value in fit.measures.items()}
    model_fit = ModelFit(measures, n, estimator, bool(fit.converged), bool(fit.admissible))
    covariance = _loading_covariance(fit, constructs, names, sign)
    return Confirmatory(model_fit, loadings, correlations, problems, covariance)


def _loading_covariance(
    fit: Any, constructs: Mapping[str, Sequence[str]], names: Mapping[str, str], sign: Mapping[str, float]
) -> dict[str, Array]:
    """(k, k) for each construct whose loadings and residual variances are all free: delta method."""
    from tam.stats.delta_intervals import standardised_loading_slopes

    vcov = fit.vcov
    at = {name: place for place, name in enumerate(fit.free)}
    found: dict[str, Array] = {}
    for construct, items in constructs.items():
        alias = names[_construct_key(construct)]
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


def _loading(row: Any, sign: float, ci: float) -> Loading | Unavailable:
    """The standardised loading of one row of the estimates, its sign as its construct points."""
    from scipy.special import ndtr, ndtri

    est, se = _number(row.std, "a variance is not positive"), _number(row.std_se, "it has no standard error")
    if isinstance(est, Unavailable):
        return est
    est *= sign
    # A single item loads 1 whatever the data: its standard error is zero up to rounding.
    if isinstance(se, Unavailable) or se < 1e-12:
        gone = Unavailable("the loading is fixed, or its standard error is undefined")
        return Loading(est, gone, gone, gone, gone, gone)
    half = float(ndtri(0.5 + ci / 2)) * se
    return Loading(est, se, est / se, 2 * float(ndtr(-abs(est / se))), est - half, est + half)


def _number(value: object, reason: str) -> Value:
    """A finite number, or the reason why there is none."""
    from math import isfinite

    if isinstance(value, Unavailable):
        return value
    return float(value) if isinstance(value, (int, float)) and isfinite(value) else Unavailable(reason)
