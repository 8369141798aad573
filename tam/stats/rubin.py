"""Rubin's rules: one answer from the analyses of several imputed tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pooled:
    """Estimates of q quantities pooled over m imputed tables; every array is (q,).

    ``est`` mean of the estimates; ``se`` root of the total variance; ``within``, ``between`` the two
    variances; ``df`` of Barnard and Rubin; ``p`` two-sided of t = est / se; ``ci_low``, ``ci_high``;
    ``relative_increase`` of variance due to the missing answers, at least 0; ``fmi`` fraction of missing
    information, in [0, 1].
    """

    est: Floats
    se: Floats
    within: Floats
    between: Floats
    t: Floats
    df: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    relative_increase: Floats
    fmi: Floats


def pool(estimates: Floats, variances: Floats, complete_df: float, ci: float = 0.95) -> Pooled:
    """Pool estimates (m, q) with their sampling variances (m, q), m >= 2, variances positive.

    With W the mean of the variances, B the variance (divisor m - 1) of the estimates and r = (1 + 1/m) B / W:
    T = W + (1 + 1/m) B, l = (1 + 1/m) B / T, fmi = (r + 2 / (df + 3)) / (r + 1).
    complete_df: degrees of freedom that the analysis would have if no answer were missing, may be infinite.
    Rubin (1987); degrees of freedom of Barnard and Rubin (1999), Biometrika 86, 948-955.
    Peer: ``mice::pool.scalar(Q, U, n, k)`` with ``complete_df = n - k``.
    """
    m = len(estimates)
    est, within = estimates.mean(axis=0), variances.mean(axis=0)
    between = estimates.var(axis=0, ddof=1)
    added = (1.0 + 1.0 / m) * between
    total = within + added
    df = barnard_rubin_df(added / total, m, complete_df)
    se = np.sqrt(total)
    t = est / se
    half = scipy.special.stdtrit(df, 0.5 + ci / 2.0) * se
    increase = added / within
    fmi = (increase + 2.0 / (df + 3.0)) / (increase + 1.0)
    p = 2.0 * scipy.special.stdtr(df, -np.abs(t))
    return Pooled(est, se, within, between, t, df, p, est - half, est + half, increase, fmi)


def barnard_rubin_df(share: Floats, m: int, complete_df: float) -> Floats:
    """Degrees of freedom (q,) from the share (q,) of the total variance that lies between m tables.

    1 / df = l^2 / (m - 1) + 1 / ((v + 1) / (v + 3) v (1 - l)), v = complete_df; with v infinite this is
    Rubin's (m - 1) / l^2. Between 0 and complete_df; infinite where v is and the tables do not differ.
    Barnard and Rubin (1999), Biometrika 86, 948-955. Peer: ``mice::pool.scalar(...)$df``.
    """
    inverse = share**2 / (m - 1)
    with np.errstate(divide="ignore"):
        if np.isfinite(complete_df):
            observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1.0 - share)
            inverse = inverse + 1.0 / observed
        return np.asarray(1.0 / inverse)
