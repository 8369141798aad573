"""Mardia's multivariate skewness and kurtosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
import scipy.special
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_BLOCK = 2_000_000  # numbers in the largest temporary table of products


@dataclass(frozen=True, slots=True)
class Mardia:
    """Mardia's coefficients of ``n`` complete rows of ``k`` items.

    ``skewness`` b1p >= 0 with ``skewness_chisq`` = n b1p / 6 on ``skewness_df``, ``skewness_p``;
    ``skewness_chisq_small`` corrected for small samples; ``kurtosis`` b2p >= 0 with ``kurtosis_expected`` =
    k (k + 2) of a normal distribution, ``kurtosis_z`` and its two-sided ``kurtosis_p``. ``divisor`` of the
    covariance matrix: "n" or "n - 1".
    """

    n: int
    k: int
    divisor: str
    skewness: float
    skewness_chisq: float
    skewness_df: int
    skewness_p: float
    skewness_chisq_small: float
    skewness_small_p: float
    kurtosis: float
    kurtosis_expected: float
    kurtosis_z: float
    kurtosis_p: float


def mardia(rows: Floats) -> Mardia:
    """Mardia's test of complete rows (n, k), covariance matrix with divisor n and not singular.

    b1p = mean over i, j of g_ij^3, b2p = mean over i of g_ii^2, g_ij = (x_i - m)' S^-1 (x_j - m).
    Mardia (1970), Biometrika 57, 519-530. Peer: ``psych::mardia`` after ``with_divisor_n_minus_1``.
    """
    n, k = rows.shape
    centred = rows - rows.mean(axis=0)
    factor = np.linalg.cholesky(centred.T @ centred / n)
    white = scipy.linalg.solve_triangular(factor, centred.T, lower=True, check_finite=False).T
    third = _third_moments(np.asarray(white))
    fourth = float(((white**2).sum(axis=1) ** 2).mean())
    return _tested(n, k, "n", float((third**2).sum()), fourth)


def with_divisor_n_minus_1(found: Mardia) -> Mardia:
    """The same with a covariance matrix of divisor n - 1: b1p ((n - 1)/n)^3 and b2p ((n - 1)/n)^2.

    Peer: ``psych::mardia``, ``semTools::mardiaSkew``, ``semTools::mardiaKurtosis``.
    """
    shrink = (found.n - 1) / found.n
    return _tested(found.n, found.k, "n - 1", found.skewness * shrink**3, found.kurtosis * shrink**2)


def _third_moments(white: Floats) -> Floats:
    """Mean of z_r z_s z_t (k, k k); the sum of its squares is b1p, in n k^3 steps rather than n^2 k."""
    n, k = white.shape
    total = np.zeros((k, k * k))
    step = max(1, _BLOCK // (k * k))
    for begin in range(0, n, step):
        part = white[begin : begin + step]
        total += part.T @ (part[:, :, None] * part[:, None, :]).reshape(len(part), k * k)
    return np.asarray(total / n)


def _tested(n: int, k: int, divisor: str, skewness: float, kurtosis: float) -> Mardia:
    df = k * (k + 1) * (k + 2) // 6
    chisq = n * skewness / 6.0
    correction = (k + 1) * (n + 1) * (n + 3) / (n * ((n + 1) * (k + 1) - 6.0))
    expected = float(k * (k + 2))
    z = (kurtosis - expected) / np.sqrt(8.0 * expected / n)
    return Mardia(
        n=n,
        k=k,
        divisor=divisor,
        skewness=skewness,
        skewness_chisq=chisq,
        skewness_df=df,
        skewness_p=float(scipy.special.chdtrc(df, chisq)),
        skewness_chisq_small=chisq * correction,
        skewness_small_p=float(scipy.special.chdtrc(df, chisq * correction)),
        kurtosis=kurtosis,
        kurtosis_expected=expected,
        kurtosis_z=float(z),
        kurtosis_p=float(2.0 * scipy.special.ndtr(-abs(z))),
    )
