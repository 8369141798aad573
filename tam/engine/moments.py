"""Sample moments: all that maximum likelihood on complete data needs of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Moments:
    """Covariance matrix (p, p) with divisor n - 1, means (p,) or None, and the number of cases."""

    names: tuple[str, ...]
    covariance: Floats
    means: Floats | None
    nobs: int
