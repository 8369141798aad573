"""The table of fit measures with missing answers: names and conventions of ``tam fit``, as lavaan."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tam.engine.fiml_baseline import baseline_moments, baseline_point, fitted_moments
from tam.engine.fiml_indices import Corrected, corrected_fit, incomplete_gfi
from tam.engine.fiml_moments import at_moments, log_likelihood
from tam.engine.fiml_patterns import marginal
from tam.engine.fiml_robust import IncompleteGroup
from tam.engine.robust import Robust
from tam.engine.robust_measures import Tested, scaled_measures
from tam.engine.solution import Solution
from tam.errors import Unavailable
from tam.stats import fit_indices, robust_indices

NOT_DETERMINED = "the answers that are there do not settle every covariance"
NO_BASELINE = "the baseline model cannot be estimated"
_ROBUST = (
    "cfi_robust", "tli_robust", "rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high",
)  # fmt: skip


def incomplete_measures(
    solution: Solution, groups: Sequence[IncompleteGroup], robust: Robust | None
) -> dict[str, Any]:
    """Every measure there is: numbers, or ``Unavailable`` with the reason.

    ``robust`` with estimator MLR: then the scaled tests are there too. ``cfi_robust`` and its kin are those
    for incomplete data (Zhang and Savalei 2023) with either estimator.
    Peer: ``lavaan::fitMeasures`` of a fit with ``missing = "ml"``.
    """
    df, n = solution.compiled.df, solution.n
    chisq = n * max(float(solution.minimum.point.value), 0.0)
    baseline_chisq, baseline_df = _baseline(groups)
    found = _likelihoods(solution, groups) | _tests(chisq, df, baseline_chisq, baseline_df, n, len(groups))
    determined = all(one.saturated.determined for one in groups)
    if robust is not None and determined:
        model = Tested(chisq, df, robust.trace)
        baseline = Tested(baseline_chisq, baseline_df, robust.baseline_trace)
        found |= scaled_measures(model, baseline, n, len(groups))
    if not determined:
        return found | dict.fromkeys((*_ROBUST, "srmr", "gfi"), Unavailable(NOT_DETERMINED))
    found |= _of_moments(groups)
    corrected = corrected_fit(groups, solution.space, robust=robust is not None)
    return found | _corrected(corrected, df, baseline_df, n, len(groups))


def _baseline(groups: Sequence[IncompleteGroup]) -> tuple[float, int]:
    """Chi-square and degrees of freedom of the baseline model; nan where it cannot be estimated."""
    chisq, df = 0.0, 0
    for one in groups:
        at = baseline_point(one.patterns, one.predicting)
        chisq += math.nan if at is None else one.patterns.total * (at.value - one.saturated.point.value)
        df += len(fitted_moments(one.given)) - len(baseline_moments(one.predicting, one.given))
    return max(chisq, 0.0), df


def _tests(
    chisq: float, df: int, baseline_chisq: float, baseline_df: int, n: int, groups: int
) -> dict[str, Any]:
    size = math.sqrt(groups)
    low, high = fit_indices.rmsea_interval(chisq, df, n)
    found: dict[str, Any] = {
        "chisq": chisq,
        "df": df,
        "pvalue": _or_reason(fit_indices.pvalue, chisq, df),
        "baseline_chisq": baseline_chisq,
        "baseline_df": baseline_df,
        "cfi": fit_indices.cfi(chisq, df, baseline_chisq, baseline_df),
        "tli": _or_reason(fit_indices.tli, chisq, df, baseline_chisq, baseline_df),
        "rmsea": size * fit_indices.rmsea(chisq, df, n),
        "rmsea_ci_low": size * low,
        "rmsea_ci_high": size * high,
        "rmsea_pvalue": _or_reason(fit_indices.rmsea_pvalue, chisq, df, n, fit_indices.CLOSE_FIT / size),
    }
    if math.isnan(baseline_chisq):
        found |= dict.fromkeys(("baseline_chisq", "cfi", "tli"), Unavailable(NO_BASELINE))
    return found


def _likelihoods(solution: Solution, groups: Sequence[IncompleteGroup]) -> dict[str, Any]:
    """Log-likelihoods given the ``fixed.x`` variables, and the information criteria."""
    npar, n = solution.compiled.npar, solution.n
    given = sum(_given_likelihood(one) for one in groups)
    loglik = sum(log_likelihood(one.patterns, one.point.at.value) for one in groups) - given
    return {
        "npar": npar,
        "loglik": loglik,
        "loglik_h1": sum(one.saturated.log_likelihood for one in groups) - given,
        "aic": fit_indices.aic(loglik, npar),
        "bic": fit_indices.bic(loglik, npar, n),
        "bic_adjusted": fit_indices.bic_adjusted(loglik, npar, n),
    }


def _given_likelihood(group: IncompleteGroup) -> float:
    """Log-likelihood of the given variables alone, which every case has, at their own moments."""
    block = np.flatnonzero(group.given)
    if not len(block):
        return 0.0
    part = marginal(group.patterns, block)
    saturated = group.saturated
    at = at_moments(part, saturated.covariance[np.ix_(block, block)], saturated.means[block])
    return math.nan if at is None else log_likelihood(part, at.value)


def _of_moments(groups: Sequence[IncompleteGroup]) -> dict[str, Any]:
    """SRMR with the saturated moments in place of the sample's, averaged over groups by size; GFI."""
    n = sum(one.patterns.total for one in groups)
    srmr = sum(
        one.patterns.total
        / n
        * fit_indices.srmr(
            one.saturated.covariance, one.point.implied.sigma, one.saturated.means, one.point.implied.mu
        )
        for one in groups
    )
    return {"srmr": srmr, "gfi": incomplete_gfi(groups)}


def _corrected(corrected: Corrected | None, df: int, baseline_df: int, n: int, groups: int) -> dict[str, Any]:
    if df <= 0:
        return dict(zip(_ROBUST, (1.0, 1.0, 0.0, 0.0, 0.0)))
    if corrected is None or baseline_df <= 0:
        return dict.fromkeys(_ROBUST, Unavailable(NO_BASELINE))
    factor = corrected.trace / df
    if not factor > 0:
        return dict.fromkeys(_ROBUST, Unavailable("the scaling factor is not positive"))
    model = (corrected.chisq, df, factor)
    baseline = (corrected.baseline_chisq, baseline_df, corrected.baseline_trace / baseline_df)
    low, high = robust_indices.rmsea_robust_interval(*model, n, groups)
    return {
        "cfi_robust": robust_indices.cfi_robust(*model, *baseline),
        "tli_robust": _or_reason(robust_indices.tli_robust, *model, *baseline),
        "rmsea_robust": robust_indices.rmsea_robust(*model, n, groups),
        "rmsea_robust_ci_low": low,
        "rmsea_robust_ci_high": high,
    }


def _or_reason(formula: Callable[..., float], *arguments: float) -> float | Unavailable:
    try:
        return formula(*arguments)
    except ValueError as error:
        return Unavailable(str(error))
