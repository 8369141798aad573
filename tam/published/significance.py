"""Does a printed test decide as the recomputed one does, at the .05 level?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tam.published.printed import Printed
from tam.published.regression_dialect import Z95
from tam.published.verdicts import LEVEL
from tam.published.wanted import Wanted

Floats = NDArray[np.float64]
TESTS = ("p", "t", "z", "se")
"""What decides, the most direct first."""


def decides_otherwise(wanted: Sequence[Wanted], at: int, estimates: Floats, errors: Floats) -> bool:
    """Whether p < .05 holds as printed and not as recomputed, or the other way round, for the coefficient of
    the value at ``at``; False where no test is printed or none can be recomputed.

    ``estimates`` and ``errors`` (m,): the recomputed values in the dialects of the two families.
    """
    one = wanted[at]
    if one.statistic in ("r2", "fit", "ci_low", "ci_high"):
        return False
    own = {
        other.statistic: k
        for k, other in enumerate(wanted)
        if other.coefficient == one.coefficient and other.statistic in TESTS and np.isfinite(errors[k])
    }
    first = next((name for name in TESTS if name in own), None)
    if first is None:
        return False
    k = own[first]
    estimate = _estimate(wanted, one)
    if first == "p":
        printed = _below(wanted[k].printed, LEVEL)
        again: bool | None = bool(errors[k] < LEVEL)
    elif first in ("t", "z"):
        printed, again = _beyond(wanted[k].printed, Z95), bool(abs(errors[k]) > Z95)
    elif estimate is None or wanted[k].printed.value <= 0 or not np.isfinite(estimates[estimate]):
        return False
    else:
        printed = abs(wanted[estimate].printed.value / wanted[k].printed.value) > Z95
        again = bool(abs(estimates[estimate] / errors[k]) > Z95)
    return printed is not None and again is not None and printed != again


def _estimate(wanted: Sequence[Wanted], one: Wanted) -> int | None:
    """The unstandardised estimate of the same coefficient."""
    same = [k for k, other in enumerate(wanted) if other.coefficient == one.coefficient]
    return next((k for k in same if wanted[k].statistic in ("raw", "estimate")), None)


def _below(printed: Printed, limit: float) -> bool | None:
    """Whether the printed number lies below the limit; None where its rounding leaves that open."""
    if printed.high <= limit:
        return True
    return False if printed.low >= limit else None


def _beyond(printed: Printed, limit: float) -> bool | None:
    ends = (abs(printed.low), abs(printed.high))
    if min(ends) > limit:
        return True
    return False if max(ends) < limit else None
