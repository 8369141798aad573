"""Mahalanobis distance of a respondent from the middle of all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mahalanobis_squared(values: Array) -> Array:
    """Squared Mahalanobis distance D2 of each complete row; shape (n,), at least 0, NaN for the others.

    ``D2 = (x - mean)' S^-1 (x - mean)`` with mean and S (divisor n - 1) of the complete rows; a singular S is
    inverted in the space that the answers fill (Moore and Penrose). ``values`` (n, k), NaN for no answer.
    Under normal answers D2 is chi-square with ``rank`` degrees of freedom. Peer: ``careless::mahad`` on
    complete data (which returns D squared).
    """
    complete = ~np.isnan(values).any(axis=1)
    found = np.full(len(values), np.nan)
    if complete.sum() > 1:
        rows = values[complete]
        centred = rows - rows.mean(axis=0)
        inverse = np.linalg.pinv(centred.T @ centred / (len(rows) - 1), hermitian=True)
        found[complete] = np.maximum(np.einsum("ij,ij->i", centred @ inverse, centred), 0.0)
    return found


def distance_degrees(values: Array) -> int:
    """Degrees of freedom of ``mahalanobis_squared``: the rank of the complete rows, at most the items."""
    rows = values[~np.isnan(values).any(axis=1)]
    if len(rows) < 2:
        return 0
    centred = rows - rows.mean(axis=0)
    return int(np.linalg.matrix_rank(centred.T @ centred, hermitian=True))


def distance_probability(squared: Array, degrees: int) -> Array:
    """Probability of a larger D2 under normal answers; shape (n,), range 0 .. 1, NaN stays NaN."""
    from scipy.special import chdtrc

    return np.asarray(chdtrc(degrees, squared), dtype=np.float64)


def distance_limit(probability: float, degrees: int) -> float:
    """The D2 that is exceeded with this probability under normal answers."""
    from scipy.special import chdtri

    return float(chdtri(degrees, probability))
