"""Factor scores for the two-stage estimate of a latent interaction.

Sources: Skrondal and Laake (2001), Regression among factor scores; Klein and Moosbrugger (2000) for the
conditional mean of a product of normal variables.

Regression scores of the predictors are their conditional means given their own items, and of normal
predictors the conditional mean of a product is the product of the conditional means plus a constant. Bartlett
scores of the outcome are unbiased given the outcome. Least squares on the two therefore estimates the latent
coefficients, the product's included, while scores of any other kind are biased.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def regression_weights(covariance: Array, across: Array) -> Array:
    """Weights (k, p) of the conditional means of k variables given p items: ``cov(eta, x) Cov(x)^-1``.

    Parameters: ``covariance`` (p, p) of the items, ``across`` (k, p) of variables and items, both
    model-implied. Peer: ``lavaan::lavPredict(method = "regression")``.
    """
    return np.asarray(np.linalg.solve(covariance, across.T).T)


def bartlett_weights(loadings: Array, covariance: Array, variance: float) -> Array:
    """Weights (p,) of the Bartlett score of one variable: ``(l' R^-1 l)^-1 l' R^-1``.

    Parameters: ``loadings`` l (p,), ``covariance`` (p, p) of the items, ``variance`` of the variable, all
    model-implied; R = Cov(x) - l l' variance is what the variable leaves unexplained. Peer:
    ``lavaan::lavPredict(method = "Bartlett")``.
    """
    unexplained = covariance - np.outer(loadings, loadings) * variance
    weighted = np.linalg.solve(unexplained, loadings)
    return np.asarray(weighted / (loadings @ weighted))
