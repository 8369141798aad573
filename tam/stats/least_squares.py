"""Weights of least squares estimation on moments, and what fit indices need of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Weight:
    """F = 1/2 tr(V E V E) + v/2 sum e_ii^2 + d' V d: ``matrix`` V (p, p), ``variances`` v."""

    matrix: Floats
    variances: float

    def size(self, error: Floats, deviation: Floats) -> float:
        """F of errors E (p, p) and d (p,); at least 0."""
        turned = self.matrix @ error
        value = 0.5 * np.sum(turned * turned.T) + 0.5 * self.variances * np.sum(np.diag(error) ** 2)
        return float(value + deviation @ self.matrix @ deviation)

    def pulled(self, error: Floats) -> Floats:
        """The matrix Q (p, p) with dF = -tr(Q dSigma)."""
        return np.asarray(self.matrix @ error @ self.matrix + self.variances * np.diag(np.diag(error)))


def unweighted(covariance: Floats) -> Weight:
    """Every distinct moment counts once."""
    return Weight(np.eye(len(covariance)), 1.0)


def generalised(covariance: Floats) -> Weight:
    """Moments count by the inverse of their sampling covariance under normality."""
    inverse = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    return Weight((inverse + inverse.T) / 2.0, 0.0)


def baseline_discrepancy(covariance: Floats, weight: Weight, exogenous: NDArray[np.bool_]) -> float:
    """F of the model in which all variables that are not ``exogenous`` (p,) are uncorrelated; at least 0.

    Least squares estimates of the variances: V_ij^2 (+ v on the diagonal) d = diagonal of the pulled rest.
    Peer: ``lavaan::fitMeasures(fit, "baseline.chisq") / (n - 1)``.
    """
    free = ~exogenous
    given = np.where(np.outer(exogenous, exogenous), covariance, 0.0)
    rest = np.diag(weight.pulled(covariance - given))[free]
    normal = weight.matrix[np.ix_(free, free)] ** 2 + weight.variances * np.eye(int(free.sum()))
    variances = np.zeros(len(covariance))
    variances[free] = np.linalg.solve(normal, rest)
    error = covariance - given - np.diag(variances)
    return weight.size(error, np.zeros(len(covariance)))


def gfi(
    covariance: Floats,
    means: Floats | None,
    error: Floats,
    deviation: Floats,
    weight: Weight,
    exogenous: NDArray[np.bool_],
) -> float:
    """Goodness of fit index: 1 - F of the errors / F of the moments themselves; at most 1.

    Moments among ``exogenous`` variables (p,) are given and count as 0 with a weight made of the sample;
    unweighted they count, as in lavaan. Peer: ``lavaan::fitMeasures(fit, "gfi")``.
    """
    given = exogenous & (weight.variances == 0.0)
    level = np.zeros(len(covariance)) if means is None else np.where(given, 0.0, means)
    own = np.where(np.outer(given, given), 0.0, covariance)
    return 1.0 - weight.size(error, deviation) / weight.size(own, level)
