"""Newton search for the correlations that make pairs of variables most likely, many pairs at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

#: A correlation nearer to 1 than this has run away: the data allow no finite answer.
LIMIT = 0.99999
#: Step on atanh(r) below which a correlation stands to the last digit (steps converge quadratically).
STILL = 1e-9
MOST_ITERATIONS = 100

#: (pairs (k,), correlations (k,)) -> log-likelihood, its slope and its positive curvature on atanh(r).
Likelihood = Callable[[Integers, Floats], tuple[Floats, Floats, Floats]]


def most_likely(likelihood: Likelihood, start: Floats) -> Floats:
    """The correlation (m,) of each pair, from ``start`` (m,); stops at +-LIMIT."""
    furthest = np.arctanh(LIMIT)
    z = np.arctanh(np.clip(start, -0.95, 0.95))
    active = np.arange(len(z))
    value, step = np.full(len(z), -np.inf), np.zeros(len(z))
    for _ in range(MOST_ITERATIONS):
        if not len(active):
            break
        found, slope, curvature = likelihood(active, np.tanh(z[active]))
        # A step that lost likelihood (beyond rounding) is taken back by half; the next round tries again.
        lost = found < value[active] - 1e-9 * np.abs(value[active])
        better = active[~lost]
        value[better] = found[~lost]
        new = np.clip(slope[~lost] / curvature[~lost], -0.7, 0.7)
        step[better] = np.clip(z[better] + new, -furthest, furthest) - z[better]
        step[active[lost]] /= 2.0
        z[active[lost]] -= step[active[lost]]
        z[better] += step[better]
        active = active[np.abs(step[active]) > STILL]
    return np.asarray(np.tanh(z))


def on_atanh(r: Floats, slope: Floats, bend: Floats, squares: Floats) -> tuple[Floats, Floats]:
    """Slope and positive curvature on atanh(r) from those on r.

    ``bend`` is minus the second derivative on r, ``squares`` its expectation, which takes over where the
    likelihood is not curved enough. For r = tanh z, d2/dz2 = u^2 d2/dr2 - 2 r u d/dr with u = 1 - r^2.
    """
    unit = 1.0 - r * r
    observed = unit * unit * bend + 2.0 * r * unit * slope
    fallback = np.maximum(unit * unit * squares, 1e-12)
    return unit * slope, np.where(observed > 0.1 * fallback, observed, fallback)
