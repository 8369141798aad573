"""Large-sample intervals of coefficients that cannot exceed 1, from the covariance of what they are made of.

The delta method gives a coefficient x = f(t) the standard error sqrt(g'Vg), g the gradient of f and V the
covariance matrix of t. The interval is the symmetric one of log(1 - x), turned back: it cannot pass 1 and is
the longer on the side away from it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]

AT_ONE = "the coefficient is 1 or more; its interval is not defined"
NO_ERROR = "the standard error of the coefficient is not defined"

Bounds = tuple[float | Unavailable, float | Unavailable]


def interval_below_one(value: float, se: float, level: float = 0.95) -> Bounds:
    """1 - (1 - x) exp(+/- z se / (1 - x)): both ends below 1, for a coefficient x < 1."""
    from scipy.special import ndtri

    if not value < 1:
        return Unavailable(AT_ONE), Unavailable(AT_ONE)
    half = float(ndtri(0.5 + level / 2)) * se / (1 - value)
    # An interval that spans a factor of e^50 comes from a covariance matrix that is all but singular.
    if not 0 < half < 50:
        return Unavailable(NO_ERROR), Unavailable(NO_ERROR)
    return 1 - (1 - value) * math.exp(half), 1 - (1 - value) * math.exp(-half)


def delta_error(gradient: Array, covariance: Array) -> float:
    """sqrt(g'Vg) of gradient (q,) and covariance (q, q); NaN where V gives a negative variance."""
    variance = float(gradient @ covariance @ gradient)
    return math.sqrt(variance) if variance >= 0 else math.nan


def composite_reliability_gradient(loadings: Array) -> Array:
    """(k,) derivatives of S^2 / (S^2 + E) to the standardised loadings: 2 S (E + S l) / (S^2 + E)^2.

    S the sum of the loadings, E = sum(1 - l^2).
    """
    total, error = float(loadings.sum()), float((1 - loadings**2).sum())
    return np.asarray(2 * total * (error + total * loadings) / (total**2 + error) ** 2)


def average_variance_gradient(loadings: Array) -> Array:
    """(k,) derivatives of the mean squared loading: 2 l / k."""
    return np.asarray(2 * loadings / len(loadings))


def standardised_loading_slopes(loading: Array, residual: Array) -> tuple[Array, Array]:
    """Derivatives (k,), (k,) of l = b / sqrt(b^2 + e) to the loading b and the residual variance e.

    For items (k,) that load on one factor of variance 1.
    """
    spread = (loading**2 + residual) ** 1.5
    return np.asarray(residual / spread), np.asarray(-loading / (2 * spread))
