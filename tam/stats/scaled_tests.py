"""Scaled chi-square tests and the tests of a difference between two nested models.

All functions take plain numbers: traces and factors come from ``tam.engine.robust``. A test that does not
exist for its arguments raises ``ValueError`` with the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class DifferenceTest:
    """Test of the constraints that make one model a special case of another.

    ``chisq`` and ``df`` of the (scaled) statistic, its ``pvalue`` in [0, 1], the ``factor`` the plain
    difference was divided by (1 for the plain test) and the ``shift`` added afterwards (0 but for the
    scaled-and-shifted test).
    """

    method: str
    chisq: float
    df: int
    pvalue: float
    factor: float = 1.0
    shift: float = 0.0


def scaling_factor(trace: float, df: int) -> float:
    """c = trace / df, the mean weight of the chi-squares the statistic is made of; about 1 for normal data.

    Satorra and Bentler: trace of U Gamma; Yuan and Bentler (2000) as Mplus computes it: the trace of the
    saturated model minus that of the model (``lavaan`` test "yuan.bentler.mplus").
    Raises ValueError with df = 0. Peer: ``lavaan::fitMeasures(fit, "chisq.scaling.factor")``.
    """
    if df <= 0:
        raise ValueError("a model with 0 degrees of freedom cannot be tested")
    return trace / df


def plain_difference(chisq: float, df: int, larger_chisq: float, larger_df: int) -> DifferenceTest:
    """Likelihood-ratio test: the difference of the two chi-squares.

    ``chisq``, ``df`` of the more restricted model, ``larger_*`` of the one it is nested in.
    Peer: ``lavaan::lavTestLRT(larger, restricted)`` for maximum likelihood fits.
    """
    free = _freed(df, larger_df)
    return _tested("chisq", chisq - larger_chisq, free)


def satorra_bentler_2001(
    chisq: float, df: int, factor: float, larger_chisq: float, larger_df: int, larger_factor: float
) -> DifferenceTest:
    """Scaled difference of two unscaled chi-squares, from their factors: c_d = (df0 c0 - df1 c1)/(df0 - df1).

    Satorra and Bentler (2001). Raises ValueError where c_d is not positive, which happens by sampling error;
    ``satorra_bentler_2010`` and ``satorra_2000`` cannot fail that way.
    Peer: ``lavTestLRT(method = "satorra.bentler.2001")``.
    """
    free = _freed(df, larger_df)
    combined = (df * factor - (larger_df * larger_factor if larger_df > 0 else 0.0)) / free
    if not combined > 0:
        raise ValueError("the scaling factor of the difference is not positive")
    return _tested("satorra.bentler.2001", (chisq - larger_chisq) / combined, free, combined)


def satorra_bentler_2010(
    chisq: float, df: int, factor: float, larger_chisq: float, larger_df: int, factor_at_restricted: float
) -> DifferenceTest:
    """The strictly positive variant: the larger model's factor is taken at the restricted model's estimates.

    Satorra and Bentler (2010). Peer: ``lavTestLRT(method = "satorra.bentler.2010")``.
    """
    found = satorra_bentler_2001(chisq, df, factor, larger_chisq, larger_df, factor_at_restricted)
    return _tested("satorra.bentler.2010", found.chisq, found.df, found.factor)


def satorra_2000(
    chisq: float, df: int, larger_chisq: float, larger_df: int, weights: Floats, *, shifted: bool = True
) -> DifferenceTest:
    """Difference of two unscaled chi-squares, corrected by the matrix (r, r) whose eigenvalues weigh it.

    ``weights``: see ``tam.engine.robust_difference.difference_weights``; r is the number of constraints.
    Without ``shifted`` the difference is divided by tr/r (Satorra 2000); with it, the mean and the variance
    of the statistic are matched: T sqrt(r / tr2) + r - tr sqrt(r / tr2), tr2 the trace of the square.
    Peer: ``lavTestLRT(method = "satorra.2000", scaled.shifted = shifted)``.
    """
    free = _freed(df, larger_df)
    trace, squares = float(np.trace(weights)), float(np.sum(weights * weights.T))
    plain = chisq - larger_chisq
    if not (trace > 0 and squares > 0):
        raise ValueError("the scaling factor of the difference is not positive")
    if not shifted:
        return _tested("satorra.2000", plain * free / trace, free, trace / free)
    stretch = float(np.sqrt(free / squares))
    shift = free - stretch * trace
    return _tested("satorra.2000", plain * stretch + shift, free, 1.0 / stretch, shift)


def _freed(df: int, larger_df: int) -> int:
    if df <= larger_df:
        raise ValueError("the models do not differ in degrees of freedom")
    return df - larger_df


def _tested(method: str, chisq: float, df: int, factor: float = 1.0, shift: float = 0.0) -> DifferenceTest:
    from scipy import special

    return DifferenceTest(method, chisq, df, float(special.chdtrc(df, max(chisq, 0.0))), factor, shift)
