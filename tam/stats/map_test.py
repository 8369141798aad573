"""Velicer's minimum average partial test (MAP): how many components leave the least correlation behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AveragePartial:
    """Mean squared and mean fourth-power partial correlation left by 0, 1, 2, ... components.

    ``suggested`` is the number of components at the smallest mean square (Velicer 1976), ``suggested_fourth``
    that at the smallest mean fourth power (the revised test of 2000). All means in [0, 1].
    """

    average_squared: tuple[float, ...]
    average_fourth: tuple[float, ...]
    suggested: int
    suggested_fourth: int


def minimum_average_partial(correlation: Array) -> AveragePartial | Unavailable:
    """Mean squared correlation between the items once the first m principal components are partialled out.

    correlation: (p, p), p >= 3. m runs from 0 to p - 2; it ends where an item has no variance left.
    Velicer (1976), Psychometrika 41, 321-327. Peer: ``psych::vss(R, n = p - 2)$map``, which begins with one
    component.
    """
    p = len(correlation)
    if p < 3:
        return Unavailable("the minimum average partial test needs three items")
    values, vectors = np.linalg.eigh(correlation)
    axes = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    squared, fourth = [], []
    for m in range(p - 1):
        left = correlation - axes[:, :m] @ axes[:, :m].T
        variance = np.diag(left)
        # Below 1e-10 of a unit variance, what is left of an item is rounding.
        if variance.min() < 1e-10:
            break
        partial = (left / np.sqrt(np.outer(variance, variance)))[np.triu_indices(p, 1)]
        squared.append(float((partial**2).mean()))
        fourth.append(float((partial**4).mean()))
    return AveragePartial(tuple(squared), tuple(fourth), int(np.argmin(squared)), int(np.argmin(fourth)))
