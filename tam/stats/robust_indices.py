"""Approximate fit indices under a scaled test: the scaled ones and the robust ones.

*Scaled*: the usual formula with the scaled chi-squares put in (``tam.stats.fit_indices``). *Robust*:
estimates of what the index of normal data would be, from the unscaled chi-squares and their scaling factors
(Brosseau-Liard, Savalei and Li 2012 for RMSEA; Brosseau-Liard and Savalei 2014 for CFI and TLI).

Arguments throughout: ``chisq`` unscaled, ``df``, ``factor`` the scaling factor of the model, ``baseline_*``
the same of the baseline model, ``n`` cases in all, ``groups`` their number.
"""

from __future__ import annotations

import math

from tam.stats.fit_indices import RMSEA_LEVEL, noncentrality


def cfi_robust(
    chisq: float, df: int, factor: float, baseline_chisq: float, baseline_df: int, baseline_factor: float
) -> float:
    """1 - max(X - c df, 0) / max(X - c df, X_b - c_b df_b, 0); in [0, 1].

    Brosseau-Liard and Savalei (2014). Peer: ``lavaan::fitMeasures(fit, "cfi.robust")``.
    """
    misfit = max(chisq - factor * df, 0.0)
    worst = max(misfit, baseline_chisq - baseline_factor * baseline_df, 0.0)
    return 1.0 if worst == 0 or misfit == 0 else 1.0 - misfit / worst


def tli_robust(
    chisq: float, df: int, factor: float, baseline_chisq: float, baseline_df: int, baseline_factor: float
) -> float:
    """1 - [(X - c df) / df] / [(X_b - c_b df_b) / df_b]; may lie outside [0, 1], 1 with df = 0.

    Raises ValueError where the baseline model fits perfectly. Brosseau-Liard and Savalei (2014).
    Peer: ``lavaan::fitMeasures(fit, "tli.robust")``.
    """
    if df <= 0:
        return 1.0
    worst = baseline_chisq - baseline_factor * baseline_df
    if baseline_df <= 0 or worst == 0:
        raise ValueError("the baseline model leaves nothing to compare with")
    return 1.0 - (chisq - factor * df) * baseline_df / (worst * df)


def rmsea_scaled_interval(
    chisq: float, df: int, factor: float, n: int, groups: int = 1, level: float = RMSEA_LEVEL
) -> tuple[float, float]:
    """Confidence limits of the scaled RMSEA: the unscaled chi-square against c df degrees of freedom.

    This is lavaan's reading of the mean-corrected statistic (its expectation is c df); (0, 0) with df = 0.
    Peer: ``lavaan::fitMeasures(fit, c("rmsea.ci.lower.scaled", "rmsea.ci.upper.scaled"))``.
    """
    if df <= 0:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    low, high = (noncentrality(chisq, factor * df, at) for at in (1.0 - tail, tail))
    size = groups / (n * factor * df)
    return math.sqrt(size * low), math.sqrt(size * high)


def rmsea_robust(chisq: float, df: int, factor: float, n: int, groups: int = 1) -> float:
    """sqrt(G) sqrt(max((X - c df) / (n df), 0)); at least 0, 0 with df = 0.

    Brosseau-Liard, Savalei and Li (2012); sqrt(G) with several groups.
    Peer: ``lavaan::fitMeasures(fit, "rmsea.robust")``.
    """
    return 0.0 if df <= 0 else math.sqrt(groups * max((chisq - factor * df) / (n * df), 0.0))


def rmsea_robust_interval(
    chisq: float, df: int, factor: float, n: int, groups: int = 1, level: float = RMSEA_LEVEL
) -> tuple[float, float]:
    """Confidence limits: those of the scaled chi-square X / c, times sqrt(c). (0, 0) with df = 0.

    Brosseau-Liard, Savalei and Li (2012).
    Peer: ``lavaan::fitMeasures(fit, c("rmsea.ci.lower.robust", "rmsea.ci.upper.robust"))``.
    """
    if df <= 0:
        return 0.0, 0.0
    tail = (1.0 - level) / 2.0
    low, high = (noncentrality(chisq / factor, df, at) for at in (1.0 - tail, tail))
    size = groups * factor / (n * df)
    return math.sqrt(size * low), math.sqrt(size * high)
