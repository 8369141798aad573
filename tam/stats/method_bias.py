"""Common method variance in closed form: Harman's single factor, marker correlation, full collinearity.

None of these can show that a method left the answers alone; each shows one trace it may leave.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.dimensionality import SINGULAR, is_singular
from tam.stats.factor import one_factor_minres

Array = NDArray[np.float64]

INDEFINITE = "the matrix is not positive definite"


@dataclass(frozen=True, slots=True)
class SingleFactorShare:
    """What one dimension holds of k items: shares in [0, 1], and how many eigenvalues exceed 1."""

    k: int
    component_share: float
    factor_share: float | Unavailable
    components_above_one: int


@dataclass(frozen=True, slots=True)
class CorrelationTest:
    """Test that a correlation is zero: Student's t on ``df`` degrees of freedom, two-sided p."""

    t: float
    df: int
    p: float


@dataclass(frozen=True, slots=True)
class StandardisedRegression:
    """Standardised coefficients, standard errors and two-sided p values, each (k,); ``r2`` in [0, 1]."""

    coefficients: Array
    se: Array
    p: Array
    df: int
    r2: float


def harman_single_factor(correlation: Array) -> SingleFactorShare | Unavailable:
    """Share of the items' variance in the first unrotated component, and in one minres factor.

    component_share = largest eigenvalue of R / k; factor_share = sum of squared one-factor loadings / k.
    correlation: (k, k), k >= 3. Podsakoff, MacKenzie, Lee & Podsakoff (2003), Journal of Applied Psychology
    88, 879-903, who advise against relying on it. Peers: ``eigen(R)$values[1] / k`` and
    ``psych::fa(R, 1, fm = "minres")$Vaccounted["Proportion Var", 1]``.
    """
    k = len(correlation)
    if k < 3:
        return Unavailable(f"a single factor needs at least three items, there are {k}")
    eigenvalues = np.linalg.eigvalsh(correlation)
    factor = one_factor_minres(correlation)
    share: float | Unavailable = float(factor.communalities.sum()) / k
    if not factor.converged:
        share = Unavailable("the one-factor solution did not converge")
    return SingleFactorShare(k, float(eigenvalues[-1]) / k, share, int((eigenvalues > 1.0).sum()))


def smallest_positive(correlations: Sequence[float]) -> int | None:
    """Place of the smallest positive correlation; None where none is positive.

    Lindell and Whitney's estimate of the shared method variance: what two unrelated measures have in common.
    """
    positive = [(value, place) for place, value in enumerate(correlations) if value > 0]
    return min(positive)[1] if positive else None


def without_method(correlation: Array, shared: float, affected: Sequence[bool]) -> Array:
    """Correlations (p, p) after a method that accounts for the share ``shared`` of every affected variable.

    r_adjusted = (r - r_M) / (1 - r_M) between two affected variables, r_M = ``shared`` in [0, 1);
    r / sqrt(1 - r_M) between one that is affected and one that is not. It is the partial correlation given a
    method that correlates sqrt(r_M) with each affected variable.
    Lindell & Whitney (2001), Journal of Applied Psychology 86, 114-121.
    """
    with_method = np.where(np.asarray(affected), np.sqrt(shared), 0.0)
    left = np.sqrt(1.0 - with_method**2)
    adjusted = (correlation - np.outer(with_method, with_method)) / np.outer(left, left)
    np.fill_diagonal(adjusted, 1.0)
    return np.asarray(adjusted)


def correlation_test(correlation: float, df: int) -> CorrelationTest | Unavailable:
    """t = r sqrt(df / (1 - r^2)); df = n - 2 for a correlation, n - 3 for one adjusted by a marker.

    Lindell & Whitney (2001), Journal of Applied Psychology 86, 114-121, for the latter.
    Peer: ``stats::cor.test`` with n - 2.
    """
    from scipy.special import stdtr

    if df < 1:
        return Unavailable(f"the test needs at least one degree of freedom, there are {df}")
    if not abs(correlation) < 1:
        return Unavailable("the adjusted correlation does not lie between -1 and 1")
    t = correlation * float(np.sqrt(df / (1 - correlation**2)))
    return CorrelationTest(t, df, 2 * float(stdtr(df, -abs(t))))


def standardised_regression(
    correlation: Array, outcome: int, predictors: Sequence[int], df: int
) -> StandardisedRegression | Unavailable:
    """Regression of one standardised variable on others, from correlations (p, p).

    b = Rxx^-1 rxy; se_j^2 = (1 - R^2) (Rxx^-1)_jj / df. df: n - k - 1, one less where a method was partialled
    out. Peer: ``summary(lm(scale(y) ~ 0 + scale(x)))`` with that df.
    """
    from scipy.special import stdtr

    if df < 1:
        return Unavailable(f"the test needs at least one degree of freedom, there are {df}")
    rows = [*predictors, outcome]
    if np.linalg.eigvalsh(correlation[np.ix_(rows, rows)])[0] < 1e-10:
        return Unavailable(INDEFINITE)
    inverse = np.linalg.inv(correlation[np.ix_(predictors, predictors)])
    target = correlation[list(predictors), outcome]
    coefficients = inverse @ target
    r2 = float(coefficients @ target)
    se = np.sqrt((1.0 - r2) * np.diag(inverse) / df)
    p = 2 * stdtr(df, -np.abs(coefficients / se))
    return StandardisedRegression(coefficients, se, np.asarray(p), df, r2)


def full_collinearity(correlation: Array) -> tuple[float, ...] | Unavailable:
    """Variance inflation factor of each variable given all others: the diagonal of R^-1, each at least 1.

    correlation: (p, p), p >= 2, of construct scores. Kock (2015), International Journal of e-Collaboration
    11(4), 1-10. Peer: ``1 / (1 - summary(lm(x_j ~ all others))$r.squared)``.
    """
    if len(correlation) < 2:
        return Unavailable("collinearity needs at least two construct scores")
    if is_singular(correlation):
        return Unavailable(SINGULAR)
    return tuple(float(value) for value in np.diag(np.linalg.inv(correlation)))
