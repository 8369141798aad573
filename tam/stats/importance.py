"""The two dimensions of an importance-performance map: how much of the outcome goes with a driver, and how
highly the driver is rated.

Scores run from 0 (lowest answer) to 100 (highest), so that constructs with different scales can be compared
(Ringle & Sarstedt, 2016). There the score of a construct is the weighted mean of its items; here it is their
plain mean, as everywhere in the results, and effects are brought to the same units.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Quadrant = Literal["improve", "maintain", "secondary", "saturated"]

WHOLE = 100.0
"""The length of the common scale."""


def rescaled(values: Array, low: float, high: float) -> Array:
    """Answers (...) on a scale from low to high as points from 0 to 100: 100 (x - low) / (high - low)."""
    return WHOLE * (values - low) / (high - low)


def points_per_point(effect: Array, per_outcome: Array, per_driver: Array) -> Array:
    """A total effect (...) between latent variables in points of the outcome's score per point of the
    driver's.

    ``per_outcome`` and ``per_driver``: points by which the mean score rises with one unit of the latent
    variable, sum_i m_i (100 / range_i) lambda_i with the items' shares m_i in the mean. Whichever item gives
    a latent variable its unit, the result is the same.
    """
    return effect * per_outcome / per_driver


def score_slope(loadings: Array, shares: Array, ranges: Array) -> Array:
    """Points (0 to 100) of a mean score per unit of its latent variable: loadings (..., k) of the items,
    their ``shares`` (k,) in the mean, sum 1, the lengths of their scales ``ranges`` (k,)."""
    return np.asarray((loadings * (WHOLE * shares / ranges)).sum(axis=-1))


def item_shares(covariance: Array, loadings: Array, ranges: Array) -> Array:
    """How much each item tells of its construct, (..., k), sum 1: normed regression weights.

    The weights of factor scores, S^-1 lambda with the implied covariance S (..., k, k) of the items and their
    loadings (..., k), turned to items from 0 to 100 and normed to the sum 1. A second-order construct has
    all items of its parts. They stand where a partial least squares model has its outer weights.
    """
    weights = np.linalg.solve(covariance, loadings[..., None])[..., 0] * ranges
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def quadrant_of(importance: float, performance: float, middle: tuple[float, float]) -> Quadrant:
    """The quarter of the map, cut at ``middle`` (importance, performance): important and rated below the
    middle is to ``improve``, important and rated highly to ``maintain``; the less important ones are
    ``secondary`` (rated low) and ``saturated`` (rated highly)."""
    if importance >= middle[0]:
        return "maintain" if performance >= middle[1] else "improve"
    return "saturated" if performance >= middle[1] else "secondary"


def beyond(low: float, high: float, limit: float) -> bool:
    """Whether an interval lies wholly on one side of a limit."""
    return high < limit or low > limit


def mean_shares(sizes: Sequence[int]) -> Array:
    """Shares of items in a mean of part means: of each item of a part with k items 1 / (parts * k)."""
    return np.concatenate([np.full(size, 1.0 / (len(sizes) * size)) for size in sizes])
