"""Skewed factors with given correlations: gamma margins joined by a normal copula."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaincinv, ndtr

from tam.engine.structure import Floats
from tam.errors import TamError, problem

#: Terms of the Hermite series of a margin, and nodes of the quadrature that finds them: the series of a
#: margin of skewness 3 leaves less than 1e-3 of its variance.
TERMS, NODES = 24, 200
LARGEST_SKEW = 3.0


def skewed_margin(normal: Floats, skew: float) -> Floats:
    """Standard normal numbers turned into gamma ones with mean 0, variance 1 and this skewness.

    A gamma variable of shape k = 4 / skew^2, ``(g - k) / sqrt(k)``; its kurtosis is 1.5 skew^2 in excess of
    the normal one. Negative skewness is that of the mirrored variable. Any shape.
    """
    if skew == 0:
        return normal
    shape, turned = 4.0 / skew**2, np.sign(skew)
    chance = np.clip(ndtr(turned * normal), 1e-300, 1.0 - 1e-16)
    return np.asarray(turned * (gammaincinv(shape, chance) - shape) / np.sqrt(shape))


@cache
def _series(skew: float) -> tuple[float, ...]:
    """c_k^2 k! with its sign apart: coefficients of the normalised Hermite series of the margin."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    values = skewed_margin(nodes, skew) * weights / np.sqrt(2.0 * np.pi)
    before, now = np.zeros_like(nodes), np.ones_like(nodes)
    found = []
    for k in range(1, TERMS + 1):
        before, now = now, (nodes * now - np.sqrt(k - 1.0) * before) / np.sqrt(float(k))
        found.append(float(now @ values))
    return tuple(found)


def normal_correlation(wanted: float, first: float, second: float) -> float | None:
    """The correlation of two normal variables whose margins of skewness ``first`` and ``second`` then
    correlate as ``wanted``: the root of ``sum_k a_k b_k r^k = wanted``. None where there is none in (-1, 1).
    """
    products = np.array(_series(first)) * np.array(_series(second))
    powers = np.arange(1, TERMS + 1)

    def gap(r: float) -> float:
        return float(products @ r**powers) - wanted

    low, high = -0.999, 0.999
    if gap(low) > 0 or gap(high) < 0:
        return None
    return float(brentq(gap, low, high, xtol=1e-12))


def copula_factor(correlation: Floats, skews: Sequence[float], names: Sequence[str]) -> Floats:
    """Cholesky factor (k, k) of the normal variables behind factors of this ``correlation`` (k, k).

    Raises TamError where factors as skewed as that cannot correlate so.
    """
    k = len(skews)
    inner = np.eye(k)
    for i in range(k):
        for j in range(i):
            wanted = float(correlation[i, j])
            r = normal_correlation(wanted, skews[i], skews[j]) if wanted else 0.0
            if r is None:
                raise TamError(
                    problem("planning-skew-correlation", names=[names[i], names[j]], wanted=wanted)
                )
            inner[i, j] = inner[j, i] = r
    try:
        return np.asarray(np.linalg.cholesky(inner))
    except np.linalg.LinAlgError:
        raise TamError(problem("planning-skew-correlation", names=list(names), wanted="-")) from None
