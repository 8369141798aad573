"""The Henze-Zirkler test of multivariate normality, computed by pingouin."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Floats = NDArray[np.float64]

#: The test compares every row with every other: at this many rows it holds some 200 MB.
MOST_ROWS = 2000


@dataclass(frozen=True, slots=True)
class HenzeZirkler:
    """Statistic ``hz`` > 0 of ``n`` complete rows and its ``p``; large values speak against normality."""

    hz: float
    p: float
    n: int


def henze_zirkler(rows: Floats) -> HenzeZirkler | Unavailable:
    """Test complete rows (n, k), k >= 2, whose covariance matrix is not singular.

    The weighted distance between the empirical and the normal characteristic function; p from a lognormal
    distribution. Beyond ``MOST_ROWS`` rows it is not computed. Henze and Zirkler (1990), Communications in
    Statistics - Theory and Methods 19, 3595-3617. Peer: ``MVN::mvn(x, mvn_test = "hz")``.
    """
    n, k = rows.shape
    if k < 2:
        return Unavailable("one item has no multivariate distribution")
    if n > MOST_ROWS:
        return Unavailable(
            f"the test compares every row with every other; at most {MOST_ROWS} rows, there are {n}"
        )
    import pingouin

    # Standardised first: the statistic does not change, and the rank is judged without regard to units.
    scaled = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    found = pingouin.multivariate_normality(scaled)
    return HenzeZirkler(float(found.hz), float(found.pval), n)
