"""The table of fit measures of a maximum likelihood solution: names and conventions of ``tam fit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tam.engine.solution import Solution
from tam.engine.structure import Floats
from tam.errors import Unavailable
from tam.stats import fit_indices as formulas

#: Order in which measures are written.
NAMES = (
    "npar", "chisq", "df", "pvalue", "chisq_scaled", "df_scaled", "pvalue_scaled", "scaling_factor",
    "baseline_chisq", "baseline_df", "baseline_chisq_scaled", "cfi", "tli", "cfi_scaled", "tli_scaled",
    "cfi_robust", "tli_robust", "rmsea", "rmsea_ci_low", "rmsea_ci_high", "rmsea_pvalue",
    "rmsea_scaled", "rmsea_scaled_ci_low", "rmsea_scaled_ci_high",
    "rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high",
    "srmr", "loglik", "loglik_h1", "aic", "bic", "bic_adjusted", "gfi",
)  # fmt: skip

NOT_SCALED = "estimator ML has no scaled test"


def fit_measures(solution: Solution, n: int) -> dict[str, Any]:
    """Every measure of ``NAMES``: a number, or ``Unavailable`` with the reason."""
    compiled, point = solution.compiled, solution.minimum.point
    df, npar = compiled.df, compiled.npar
    chisq = n * max(point.value, 0.0)
    covariance = solution.aim.covariance
    exogenous = _exogenous(solution)
    predicting = _predicting(solution)
    baseline_chisq = n * formulas.baseline_discrepancy(covariance, predicting)
    baseline_df = _baseline_df(predicting)
    low, high = formulas.rmsea_interval(chisq, df, n)
    moments = _moment_pairs(solution)
    loglik, loglik_h1 = _loglikelihoods(solution, n, exogenous)
    found: dict[str, Any] = {
        "npar": npar,
        "chisq": chisq,
        "df": df,
        "pvalue": _or_reason(formulas.pvalue, chisq, df),
        "baseline_chisq": baseline_chisq,
        "baseline_df": baseline_df,
        "cfi": formulas.cfi(chisq, df, baseline_chisq, baseline_df),
        "tli": _or_reason(formulas.tli, chisq, df, baseline_chisq, baseline_df),
        "rmsea": formulas.rmsea(chisq, df, n),
        "rmsea_ci_low": low,
        "rmsea_ci_high": high,
        "rmsea_pvalue": _or_reason(formulas.rmsea_pvalue, chisq, df, n),
        "srmr": formulas.srmr(*moments),
        "loglik": loglik,
        "loglik_h1": loglik_h1,
        "aic": formulas.aic(loglik, npar),
        "bic": formulas.bic(loglik, npar, n),
        "bic_adjusted": formulas.bic_adjusted(loglik, npar, n),
        "gfi": formulas.gfi(*moments, exogenous),
    }
    return {name: found.get(name, Unavailable(NOT_SCALED)) for name in NAMES}


def without_solution(reason: str) -> dict[str, Any]:
    """Every measure with the same reason for its absence."""
    return dict.fromkeys(NAMES, Unavailable(reason))


def _or_reason(formula: Callable[..., float], *arguments: float) -> float | Unavailable:
    try:
        return formula(*arguments)
    except ValueError as error:
        return Unavailable(str(error))


def _exogenous(solution: Solution) -> Any:
    """Mask (p,) of ``fixed.x`` variables."""
    structure = solution.structure
    mask = np.zeros(len(structure.observed_names), dtype=bool)
    mask[structure.exogenous - structure.latents] = True
    return mask


def _predicting(solution: Solution) -> Any:
    """Mask (p,) of variables that only predict: their covariances stay in the baseline model."""
    names = solution.compiled.table.variables.exogenous
    return np.array([name in names for name in solution.structure.observed_names])


def _baseline_df(exogenous: Any) -> int:
    """All covariances except those among exogenous variables: p(p+1)/2 - nx(nx+1)/2 - ny."""
    p, nx = len(exogenous), int(exogenous.sum())
    return p * (p + 1) // 2 - nx * (nx + 1) // 2 - (p - nx)


def _moment_pairs(solution: Solution) -> tuple[Floats, Floats, Floats | None, Floats | None]:
    """Sample and implied covariances, sample and implied means (None without mean structure)."""
    point, aim = solution.minimum.point, solution.aim
    if solution.structure.meanstructure:
        return aim.covariance, point.implied.sigma, aim.means, point.implied.mu
    return aim.covariance, point.implied.sigma, None, None


def _loglikelihoods(solution: Solution, n: int, exogenous: Any) -> tuple[float, float]:
    """Of the model and of the saturated model, both given the ``fixed.x`` variables, as in lavaan."""
    point, covariance = solution.minimum.point, solution.aim.covariance
    away = float(point.deviation @ point.inverse @ point.deviation)
    given = 0.0
    if exogenous.any():
        part = covariance[np.ix_(exogenous, exogenous)]
        given = formulas.loglikelihood(part, part, n)
    model = formulas.loglikelihood(covariance, point.implied.sigma, n, away)
    saturated = formulas.loglikelihood(covariance, covariance, n)
    return model - given, saturated - given


def plain(measures: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Measures with None for what is unavailable, and the reasons by name."""
    reasons = {name: value.reason for name, value in measures.items() if isinstance(value, Unavailable)}
    return {name: None if name in reasons else value for name, value in measures.items()}, reasons
