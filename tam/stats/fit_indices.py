"""Measures of model fit, each a function of plain numbers or matrices.

Conventions throughout are those of maximum likelihood with divisor n: chi-square = n * F, covariance
matrices with divisor n. A measure that does not exist for its arguments raises ``ValueError`` with the
reason.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: The interval of RMSEA is always the 90 % one, whatever the level of the other intervals.
RMSEA_LEVEL = 0.90
#: RMSEA of "close fit", the hypothesis that ``rmsea_pvalue`` tests.
CLOSE_FIT = 0.05


def pvalue(chisq: float, df: int) -> float:
    """Probability of a chi-square at least this large under the model; in [0, 1].

    Raises ValueError with df = 0: a saturated model cannot be tested.
    Peer: ``lavaan::fitMeasures(fit, "pvalue")``.
    """
    from scipy import special

    if df <= 0:
        raise ValueError("a model with 0 degrees of freedom cannot be tested")
    return float(special.chdtrc(df, chisq))


def baseline_discrepancy(covariance: Floats, exogenous: NDArray[np.bool_] | None = None) -> float:
    """F of the model in which all variables that are not exogenous are uncorrelated.

    F = sum log s_jj (endogenous) + log|S_xx| - log|S|; ``covariance`` (p, p), ``exogenous`` a boolean mask
    (p,) of the variables whose own moments are taken as given (``fixed.x``). At least 0.
    Peer: ``lavaan::fitMeasures(fit, "baseline.chisq") / n``.
    """
    mask = np.zeros(len(covariance), dtype=bool) if exogenous is None else exogenous
    value = float(np.log(np.diag(covariance)[~mask]).sum())
    if mask.any():
        value += float(np.linalg.slogdet(covariance[np.ix_(mask, mask)])[1])
    return max(value - float(np.linalg.slogdet(covariance)[1]), 0.0)


def cfi(chisq: float, df: int, baseline_chisq: float, baseline_df: int) -> float:
    """Comparative fit index: 1 - max(X - df, 0) / max(X - df, X_b - df_b, 0); in [0, 1].

    Bentler (1990). Peer: ``lavaan::fitMeasures(fit, "cfi")``.
    """
    misfit = max(chisq - df, 0.0)
    worst = max(misfit, baseline_chisq - baseline_df, 0.0)
    return 1.0 if worst == 0 or misfit == 0 else 1.0 - misfit / worst


def tli(chisq: float, df: int, baseline_chisq: float, baseline_df: int) -> float:
    """Tucker-Lewis index: (X_b/df_b - X/df) / (X_b/df_b - 1); may lie outside [0, 1], 1 with df = 0.

    Raises ValueError where the baseline model fits perfectly. Tucker and Lewis.
    Peer: ``lavaan::fitMeasures(fit, "tli")``.
    """
    if df <= 0:
        return 1.0
    if baseline_df <= 0 or baseline_chisq == baseline_df:
        raise ValueError("the baseline model leaves nothing to compare with")
    ratio = baseline_chisq / baseline_df
    return (ratio - chisq / df) / (ratio - 1.0)


def rmsea(chisq: float, df: int, n: int, groups: int = 1) -> float:
    """Root mean square error of approximation: sqrt(G max((X - df) / (n df), 0)); at least 0, 0 with df = 0.

    ``n`` cases in all G ``groups``. Steiger.
    Peer: ``lavaan::fitMeasures(fit, "rmsea")`` (divisor n, not n - 1).
    """
    return 0.0 if df <= 0 else math.sqrt(groups * max((chisq - df) / (n * df), 0.0))


def rmsea_interval(
    chisq: float, df: int, n: int, level: float = RMSEA_LEVEL, groups: int = 1
) -> tuple[float, float]:
    """Confidence limits of RMSEA: the noncentralities at which X is the upper, the lower percentile.

    Browne and Cudeck. (0, 0) with df = 0.
    Peer: ``lavaan::fitMeasures(fit, c("rmsea.ci.lower", "rmsea.ci.upper"))``.
    """
    if df <= 0:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    low = noncentrality(chisq, df, 1.0 - tail)
    high = noncentrality(chisq, df, tail)
    return math.sqrt(groups * low / (n * df)), math.sqrt(groups * high / (n * df))


def noncentrality(chisq: float, df: float, probability: float) -> float:
    """The noncentrality of a chi-square with ``probability`` below ``chisq``; 0 if none has."""
    from scipy import optimize, special

    if special.chdtr(df, chisq) <= probability:
        return 0.0

    def excess(value: float) -> float:
        return float(special.chndtr(chisq, df, value)) - probability if value > 0 else 1.0 - probability

    high = max(chisq - df, 1.0)
    while excess(high) > 0:
        high *= 2.0
    # Relative 1e-12: the limits are printed to three digits and compared at 1e-6.
    return float(optimize.brentq(excess, 0.0, high, xtol=1e-10, rtol=1e-12))


def rmsea_pvalue(chisq: float, df: int, n: int, close: float = CLOSE_FIT, groups: int = 1) -> float:
    """Probability of a chi-square at least this large if RMSEA were ``close``; in [0, 1].

    Raises ValueError with df = 0. Browne and Cudeck. Peer: ``lavaan::fitMeasures(fit, "rmsea.pvalue")``.
    """
    from scipy import stats

    if df <= 0:
        raise ValueError("a model with 0 degrees of freedom cannot be tested")
    return float(stats.ncx2.sf(chisq, df, close**2 * df * n / groups))


def srmr(
    covariance: Floats, implied: Floats, means: Floats | None = None, implied_means: Floats | None = None
) -> float:
    """Standardised root mean square residual: root mean square of (s_ij - sigma_ij) / sqrt(s_ii s_jj), i >=
    j.

    Matrices (p, p). With a mean structure the residuals (m_i - mu_i) / sqrt(s_ii) count as well. At least 0.
    Bentler. Peer: ``lavaan::fitMeasures(fit, "srmr")``.
    """
    deviations = np.sqrt(np.diag(covariance))
    residual = (covariance - implied) / np.outer(deviations, deviations)
    parts = residual[np.tril_indices(len(residual))]
    if means is not None and implied_means is not None:
        parts = np.concatenate([parts, (means - implied_means) / deviations])
    return float(np.sqrt(np.mean(parts**2)))


def gfi(
    covariance: Floats,
    implied: Floats,
    means: Floats | None = None,
    implied_means: Floats | None = None,
    exogenous: NDArray[np.bool_] | None = None,
) -> float:
    """Goodness of fit index: 1 - tr[(Sigma^-1 (S - Sigma))^2] / tr[(Sigma^-1 S)^2]; at most 1.

    With a mean structure 2 d' Sigma^-1 d joins the numerator and 2 m' Sigma^-1 m the denominator. Moments
    among the variables marked ``exogenous`` (p,) are given, not fitted: 0 in S and m of the denominator.
    Joreskog. Peer: ``lavaan::fitMeasures(fit, "gfi")``.
    """
    numerator, denominator = gfi_parts(covariance, implied, means, implied_means, exogenous)
    return 1.0 - numerator / denominator


def gfi_parts(
    covariance: Floats,
    implied: Floats,
    means: Floats | None = None,
    implied_means: Floats | None = None,
    exogenous: NDArray[np.bool_] | None = None,
) -> tuple[float, float]:
    """Numerator and denominator of ``gfi``; those of several groups add up, weighted by their sizes."""
    given = np.zeros(len(covariance), dtype=bool) if exogenous is None else exogenous
    error = np.linalg.solve(implied, covariance - implied)
    ratio = np.linalg.solve(implied, np.where(np.outer(given, given), 0.0, covariance))
    numerator, denominator = float(np.sum(error * error.T)), float(np.sum(ratio * ratio.T))
    if means is not None and implied_means is not None:
        away, level = means - implied_means, np.where(given, 0.0, means)
        numerator += 2.0 * float(away @ np.linalg.solve(implied, away))
        denominator += 2.0 * float(level @ np.linalg.solve(implied, level))
    return numerator, denominator


def loglikelihood(covariance: Floats, implied: Floats, n: int, misfit_of_means: float = 0.0) -> float:
    """Normal log-likelihood of n cases: -n/2 [p log 2 pi + log|Sigma| + tr(S Sigma^-1) + d' Sigma^-1 d].

    ``misfit_of_means`` is d' Sigma^-1 d. Peer: ``lavaan::fitMeasures(fit, "logl")``.
    """
    p = len(covariance)
    trace = float(np.trace(np.linalg.solve(implied, covariance)))
    logdet = float(np.linalg.slogdet(implied)[1])
    return -n / 2.0 * (p * math.log(2.0 * math.pi) + logdet + trace + misfit_of_means)


def aic(loglik: float, npar: int) -> float:
    """Akaike's information criterion: 2 npar - 2 loglik. Peer: ``lavaan::fitMeasures(fit, "aic")``."""
    return 2.0 * npar - 2.0 * loglik


def bic(loglik: float, npar: int, n: int) -> float:
    """Bayesian information criterion: log(n) npar - 2 loglik. Peer: ``lavaan::fitMeasures(fit, "bic")``."""
    return math.log(n) * npar - 2.0 * loglik


def bic_adjusted(loglik: float, npar: int, n: int) -> float:
    """Sample-size adjusted BIC: log((n + 2) / 24) npar - 2 loglik. Peer: ``fitMeasures(fit, "bic2")``."""
    return math.log((n + 2.0) / 24.0) * npar - 2.0 * loglik
