"""The table of fit measures of a WLSMV solution: names and conventions of ``tam fit``, values as lavaan's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.measures import NAMES
from tam.engine.ordinal_solution import OrdinalSolution, Sandwich
from tam.engine.structure import Floats
from tam.errors import Unavailable
from tam.stats import fit_indices as formulas
from tam.stats import robust_indices
from tam.stats.categorical_indices import CorrelationFit, normal_discrepancy
from tam.stats.ordinal_moments import OrdinalMoments, below_diagonal
from tam.stats.scaled_shifted import ScaledShifted, scaled_shifted, traces

NO_LIKELIHOOD = "weighted least squares has no likelihood"
NO_DEGREES = "a model with 0 degrees of freedom cannot be tested"
GIVEN = "robust indices are known only without observed predictors"
MIXED = "robust indices are known only where all variables are ordered"
LINKED = "robust indices are known only where thresholds and scalings are free of constraints"
SINGULAR = "the information is singular"


def ordinal_measures(found: OrdinalSolution, bread: Sandwich | None) -> dict[str, Any]:
    """Every measure of ``NAMES``: a number, or ``Unavailable`` with the reason.

    RMSEA divides by n - G cases, with G groups, as lavaan does for weighted least squares.
    """
    compiled, sample = found.solution.compiled, found.sample
    df, groups = compiled.df, len(found.models)
    chisq = sample.n * max(float(found.solution.minimum.point.value), 0.0)
    baseline = _baseline(found)
    measures: dict[str, Any] = {
        "npar": compiled.npar,
        "chisq": chisq,
        "df": df,
        "pvalue": _or_reason(formulas.pvalue, chisq, df),
        "baseline_chisq": baseline.chisq,
        "baseline_df": baseline.df,
        "cfi": formulas.cfi(chisq, df, baseline.chisq, baseline.df),
        "tli": _or_reason(formulas.tli, chisq, df, baseline.chisq, baseline.df),
        "srmr": _srmr(found),
        "gfi": _gfi(found),
    }
    measures |= _rmsea("rmsea", chisq, df, sample.n, groups)
    measures |= dict.fromkeys(
        ("loglik", "loglik_h1", "aic", "bic", "bic_adjusted"), Unavailable(NO_LIKELIHOOD)
    )
    if bread is None:
        absent = Unavailable(SINGULAR)
    else:
        measures |= _scaled(found, bread, chisq, baseline)
        measures |= _robust(found, bread)
        absent = Unavailable(NO_DEGREES)
    return {name: measures.get(name, absent) for name in NAMES}


def _rmsea(name: str, chisq: float, df: int, n: int, groups: int) -> dict[str, Any]:
    """RMSEA with its interval and, unscaled, its p value; sqrt(G) and n - G with several groups."""
    size, stretch = n - groups, groups**0.5
    low, high = formulas.rmsea_interval(chisq, df, size)
    found: dict[str, Any] = {
        name: stretch * formulas.rmsea(chisq, df, size),
        f"{name}_ci_low": stretch * low,
        f"{name}_ci_high": stretch * high,
    }
    if name == "rmsea":
        close = formulas.CLOSE_FIT / stretch
        found["rmsea_pvalue"] = _or_reason(formulas.rmsea_pvalue, chisq, df, size, close)
    return found


def _or_reason(formula: Callable[..., float], *arguments: float) -> float | Unavailable:
    try:
        return formula(*arguments)
    except ValueError as error:
        return Unavailable(str(error))


@dataclass(frozen=True, slots=True)
class _Baseline:
    """The model in which nothing is correlated: its chi-square and the traces of its correction."""

    chisq: float
    df: int
    trace: float
    squares: float


def _baseline(found: OrdinalSolution) -> _Baseline:
    """Thresholds, means and variances fit exactly, so U is W on the covariances and 0 elsewhere."""
    chisq = trace = squares = 0.0
    df = 0
    for one in found.sample.groups:
        covariances = _covariances(one)
        weight = 1.0 / np.diag(one.nacov)[covariances]
        values = one.statistics[covariances]
        chisq += (one.n - 1) * float(values @ (weight * values))
        product = weight[:, None] * one.nacov[covariances, covariances]
        trace += float(np.trace(product))
        squares += float(np.sum(product * product.T))
        df += len(values)
    return _Baseline(chisq, df, trace, squares)


def _covariances(moments: OrdinalMoments) -> slice:
    """Where the covariances stand among the statistics: at the end."""
    p = len(moments.means)
    return slice(len(moments.nacov) - p * (p - 1) // 2, None)


def _scaled(found: OrdinalSolution, bread: Sandwich, chisq: float, baseline: _Baseline) -> dict[str, Any]:
    """Scaled-shifted tests of model and baseline, and the usual indices with them put in."""
    df, groups, n = found.solution.compiled.df, len(found.models), found.sample.n
    under = _tested(baseline.chisq, baseline.df, baseline.trace, baseline.squares)
    scaled: dict[str, Any] = {
        "df_scaled": df,
        "baseline_chisq_scaled": under.chisq if isinstance(under, ScaledShifted) else under,
    }
    model = _tested(chisq, df, *traces(found.groups, bread.inverse))
    if isinstance(model, Unavailable):
        return scaled | _saturated(chisq, df)
    scaled |= {
        "chisq_scaled": model.chisq,
        "pvalue_scaled": formulas.pvalue(max(model.chisq, 0.0), df),
        "scaling_factor": model.factor,
    }
    scaled |= _rmsea("rmsea_scaled", model.chisq, df, n, groups)
    for name, formula in (("cfi_scaled", formulas.cfi), ("tli_scaled", formulas.tli)):
        if isinstance(under, ScaledShifted):
            scaled[name] = _or_reason(formula, model.chisq, df, under.chisq, under.df)
        else:
            scaled[name] = under
    return scaled


def _tested(chisq: float, df: int, trace: float, squares: float) -> ScaledShifted | Unavailable:
    try:
        return scaled_shifted(chisq, df, trace, squares)
    except ValueError as error:
        return Unavailable(str(error))


def _saturated(chisq: float, df: int) -> dict[str, Any]:
    """Without degrees of freedom nothing is scaled and the indices are those of perfect fit."""
    if df > 0:
        return {}
    perfect = dict.fromkeys(("cfi_scaled", "tli_scaled"), 1.0)
    none = dict.fromkeys(("rmsea_scaled", "rmsea_scaled_ci_low", "rmsea_scaled_ci_high"), 0.0)
    return {"chisq_scaled": chisq} | perfect | none


def _robust(found: OrdinalSolution, bread: Sandwich) -> dict[str, Any]:
    """Savalei's indices, or the reason why there are none."""
    names = (
        "cfi_robust", "tli_robust", "rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high",
    )  # fmt: skip
    df, groups, n = found.solution.compiled.df, len(found.models), found.sample.n
    reason = _no_robust(found)
    if reason:
        return dict.fromkeys(names, Unavailable(reason))
    try:
        normal = normal_discrepancy(_correlation_fits(found), bread.inverse)
    except (ValueError, np.linalg.LinAlgError) as error:
        return dict.fromkeys(names, Unavailable(str(error)))
    p = len(found.sample.ordered)
    baseline_df = groups * p * (p - 1) // 2
    factor, under = normal.trace / df, normal.baseline_trace / baseline_df
    pair = (normal.chisq, df, factor, normal.baseline_chisq, baseline_df, under)
    size = n - groups
    low, high = robust_indices.rmsea_robust_interval(normal.chisq, df, factor, size, groups)
    values = (
        _or_reason(robust_indices.cfi_robust, *pair),
        _or_reason(robust_indices.tli_robust, *pair),
        robust_indices.rmsea_robust(normal.chisq, df, factor, size, groups),
        low,
        high,
    )
    return dict(zip(names, values))


def _no_robust(found: OrdinalSolution) -> str:
    if found.solution.compiled.df <= 0:
        return NO_DEGREES
    if found.sample.given:
        return GIVEN
    if not found.sample.ordered.all():
        return MIXED
    cuts = np.concatenate([model.thresholds.parameter for model in found.models])
    scaled = any((model.scalings.parameter >= 0).any() for model in found.models)
    linked = (cuts < 0).any() or len(np.unique(cuts)) < len(cuts)
    return LINKED if scaled or linked else ""


def _correlation_fits(found: OrdinalSolution) -> list[CorrelationFit]:
    points = found.solution.minimum.point.groups
    fits = []
    for one, moments, point in zip(found.groups, found.sample.groups, points):
        part = _covariances(moments)
        fits.append(
            CorrelationFit(
                sample=moments.covariance,
                implied=point.at.sigma,
                slopes=one.slopes[part],
                weight=one.weight[part],
                nacov=one.nacov[part, part],
                n=moments.n,
            )
        )
    return fits


def _srmr(found: OrdinalSolution) -> float:
    """Mean over the groups, weighted by their cases, of the standardised residuals of the (co)variances."""
    total = 0.0
    for moments, point in zip(found.sample.groups, found.solution.minimum.point.groups):
        implied = np.outer(point.at.scalings, point.at.scalings) * point.at.sigma
        if found.sample.given:
            one = _srmr_given(moments.covariance, implied, len(found.sample.given))
        else:
            one = formulas.srmr(moments.covariance, implied)
        total += moments.n / found.sample.n * one
    return total


def _srmr_given(covariance: Floats, implied: Floats, predictors: int) -> float:
    """lavaan's convention given predictors: residuals of covariances only, over p(p + 1)/2 + predictors."""
    deviations = np.sqrt(np.diag(covariance))
    residual = ((covariance - implied) / np.outer(deviations, deviations))[below_diagonal(len(covariance))]
    p = len(covariance)
    return float(np.sqrt(np.sum(residual**2) / (p * (p + 1) / 2 + predictors)))


def _gfi(found: OrdinalSolution) -> float:
    """1 - e'We / s'Ws over all statistics, the groups' weighted by their cases.

    Peer: ``lavaan::fitMeasures(fit, "gfi")``.
    """
    total = 0.0
    for moments, point in zip(found.sample.groups, found.solution.minimum.point.groups):
        weight = 1.0 / np.diag(moments.nacov)
        misfit = float(point.error @ (weight * point.error))
        size = float(moments.statistics @ (weight * moments.statistics))
        total += moments.n / found.sample.n * (1.0 - misfit / size)
    return total
