"""How the answers to one item spread over its scale: shape with standard errors, ends, most common answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.descriptives import CONSTANT, NO_ANSWERS, at_least

Array = NDArray[np.float64]

NO_ENDS = "the scale has no lowest and highest answer"
ONE_CODE = "the scale offers fewer than two answers"


def skewness_error(n: int) -> float | Unavailable:
    """Standard error of type 2 skewness in normal samples of n >= 3: sqrt(6 n (n-1) / ((n-2)(n+1)(n+3))).

    As SPSS prints it (the exact standard deviation of G1 under normality); needs no data.
    """
    if n < 3:
        return Unavailable(at_least(3, n))
    return float(np.sqrt(6.0 * n * (n - 1) / ((n - 2) * (n + 1) * (n + 3))))


def kurtosis_error(n: int) -> float | Unavailable:
    """Standard error of type 2 kurtosis, n >= 4: 2 SE(skewness) sqrt((n^2 - 1) / ((n - 3)(n + 5)))."""
    skew = skewness_error(n)
    if isinstance(skew, Unavailable) or n < 4:
        return Unavailable(at_least(4, n))
    return float(2.0 * skew * np.sqrt((n * n - 1.0) / ((n - 3) * (n + 5))))


def end_shares(
    given: Array, low: float | None, high: float | None
) -> tuple[float | Unavailable, float | Unavailable]:
    """Shares of the answers (n,) at the lowest and the highest answer of the scale: floor and ceiling."""
    if low is None or high is None:
        return Unavailable(NO_ENDS), Unavailable(NO_ENDS)
    if not len(given):
        return Unavailable(NO_ANSWERS), Unavailable(NO_ANSWERS)
    return float((given == low).mean()), float((given == high).mean())


def most_common(given: Array) -> tuple[float, float] | Unavailable:
    """The answer given most often (the lower of equals) and its share of the answers (n,)."""
    if not len(given):
        return Unavailable(NO_ANSWERS)
    found, counts = np.unique(given, return_counts=True)
    at = int(np.argmax(counts))
    return float(found[at]), float(counts[at] / len(given))


def relative_entropy(given: Array, codes: Sequence[float]) -> float | Unavailable:
    """Shannon's entropy of the answers (n,) over its maximum: -sum p log p / log(number of codes).

    codes: the answers the scale offers. In [0, 1]: 0 if all answers are the same, 1 if every answer was
    given equally often.
    """
    if not len(given):
        return Unavailable(NO_ANSWERS)
    if len(codes) < 2:
        return Unavailable(ONE_CODE)
    shares = np.unique(given, return_counts=True)[1] / len(given)
    if len(shares) == 1:
        return 0.0
    return float(min(1.0, -(shares * np.log(shares)).sum() / np.log(max(len(codes), len(shares)))))


def constant_reason(given: Array) -> str | None:
    """Why the answers (n,) have no shape; None where they vary."""
    if not len(given):
        return NO_ANSWERS
    return CONSTANT if given.min() == given.max() else None
