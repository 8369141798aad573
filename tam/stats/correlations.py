"""Product-moment correlations with their tests."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def pearson(values: Floats) -> tuple[Floats, Floats]:
    """Correlations (k, k) of the columns of ``values`` (n, k), and their two-sided p values.

    r_ij = s_ij / (s_i s_j), in [-1, 1]; p from t = r sqrt((n - 2) / (1 - r^2)) with n - 2 degrees of freedom
    (Student 1908), 0 on the diagonal. Needs n > 2, no missing value and no constant column.

    Peer: ``cor(values)`` and ``cor.test(x, y)$p.value`` (R).
    """
    from scipy.special import stdtr

    n = len(values)
    centred = values - values.mean(axis=0)
    scaled = centred / np.sqrt((centred**2).sum(axis=0))
    r = np.clip(scaled.T @ scaled, -1.0, 1.0)
    np.fill_diagonal(r, 1.0)
    with np.errstate(divide="ignore"):  # a perfect correlation has p = 0
        t = np.abs(r) * np.sqrt((n - 2) / (1.0 - r**2))
    return r, np.asarray(2.0 * stdtr(n - 2, -t))
