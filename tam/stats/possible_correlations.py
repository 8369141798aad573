"""Which correlations can stand together: ranges of the third of a triple, and of a whole printed matrix."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tam.stats.interval_arithmetic import Interval

Floats = NDArray[np.float64]
_STEPS = 400
_BINARY_ERROR = 1e-12
"""Relative to the sizes met here (up to some hundred), double precision is exact to about 1e-13."""


def third_correlation_range(first: Interval, second: Interval) -> Interval:
    """Correlations of x and z that those of x, y and of y, z allow: cos(a + b) to cos(a - b).

    a, b the angles of the given ones: r_xy r_yz -+ sqrt((1 - r_xy^2)(1 - r_yz^2)); Olkin (1981). The widest
    range over the intervals.
    """
    a, b = _angles(first), _angles(second)
    apart = max(0.0, a[0] - b[1], b[0] - a[1])
    together = min(math.pi, a[1] + b[1])
    return Interval.of(
        max(-1.0, math.cos(together) - _BINARY_ERROR), min(1.0, math.cos(apart) + _BINARY_ERROR)
    )


def _angles(correlation: Interval) -> tuple[float, float]:
    inside = correlation.cut(-1, 1)
    return math.acos(float(inside.high)), math.acos(float(inside.low))


def definiteness(middle: Floats, half: Floats) -> Literal["possible", "impossible", "unknown"]:
    """Is there a positive semidefinite matrix within ``half`` of ``middle`` (both symmetric, (p, p))?

    ``impossible`` is proven by a vector v for which even the largest v'Rv over the box is negative;
    ``possible`` by a matrix of the box. The search climbs the smallest eigenvalue, which is concave in R.
    """
    current = middle.copy()
    best = -math.inf
    for step in range(_STEPS):
        values, vectors = np.linalg.eigh(current)
        best = max(best, float(values[0]))
        if values[0] >= -_BINARY_ERROR:
            return "possible"
        near = vectors[:, values <= values[0] + 0.05 * abs(values[0]) + 1e-6]
        for vector in near.T:
            outer = np.outer(vector, vector)
            if float(np.sum(outer * middle) + np.sum(np.abs(outer) * half)) < -_BINARY_ERROR:
                return "impossible"
        slope = near @ near.T / near.shape[1]
        length = float(half.max()) * 2.0 / (1.0 + 0.05 * step)
        size = float(np.abs(slope).max())
        current = np.clip(current + length * slope / size, middle - half, middle + half)
    return "unknown"


def smallest_eigenvalue(matrix: Floats) -> float:
    """Of a symmetric (p, p) matrix; negative where it is no matrix of correlations."""
    return float(np.linalg.eigvalsh(matrix)[0])


def sign_repairs(middle: Floats) -> tuple[tuple[int, int], ...]:
    """Cells (row, column) below the diagonal whose other sign alone makes the matrix positive definite."""
    found = []
    for i in range(len(middle)):
        for j in range(i):
            turned = middle.copy()
            turned[i, j] = turned[j, i] = -middle[i, j]
            if smallest_eigenvalue(turned) > 0:
                found.append((i, j))
    return tuple(found)
