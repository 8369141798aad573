"""Test statistics and probabilities as ranges: t from b and SE, p from t or chi-square, Sobel's test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from tam.stats.interval_arithmetic import Interval, hull_of

_PROBABILITY_ERROR = 1e-12
"""Relative error that the distribution functions stay below; far under any printed digit."""


def ratio_range(estimate: Interval, error: Interval) -> Interval:
    """Estimate / standard error: t, z or critical ratio; without end where the SE may be 0."""
    return estimate / error.cut(0)


def two_sided_p_range(statistic: Interval, df: Iterable[float]) -> Interval:
    """Two-sided p of t statistics, by the normal distribution and by t with each of ``df``."""
    size = abs(statistic)
    return hull_of(_p_of(size, one) for one in (math.inf, *df))


def one_sided_p_range(statistic: Interval, df: Iterable[float]) -> Interval:
    """Half the two-sided p: a directed test whose estimate has the predicted sign."""
    both = two_sided_p_range(statistic, df)
    return Interval(both.low / 2, both.high / 2)


def _p_of(size: Interval, df: float) -> Interval:
    from scipy import special

    def tail(value: float) -> float:
        below = special.ndtr(-value) if math.isinf(df) else special.stdtr(df, -value)
        return 2.0 * float(below)

    return _outwards(tail(float(size.high)), tail(float(size.low)))


def chisq_p_range(chisq: Interval, df: float) -> Interval:
    """Probability of a chi-square at least as large; ``df`` above 0, whole or (scaled and shifted) not."""
    from scipy import special

    ends = [float(special.chdtrc(df, max(0.0, float(one)))) for one in (chisq.high, chisq.low)]
    return _outwards(ends[0], ends[1])


def _outwards(low: float, high: float) -> Interval:
    return Interval.of(low * (1 - _PROBABILITY_ERROR), min(1.0, high * (1 + _PROBABILITY_ERROR)))


def product_range(factors: Sequence[Interval]) -> Interval:
    """Product of independent factors: an indirect effect."""
    found = Interval.of(1)
    for one in factors:
        found = found * one
    return found


def sobel_error_range(a: Interval, b: Interval, error_a: Interval, error_b: Interval) -> Interval:
    """Standard error of a b: sqrt(a^2 s_b^2 + b^2 s_a^2), plus (Aroian) or minus (Goodman) s_a^2 s_b^2.

    Sobel (1982). The range of all three.
    """
    first = a.squared() * error_b.squared() + b.squared() * error_a.squared()
    second = error_a.squared() * error_b.squared()
    return (first - second).hull(first + second).cut(0).root()


def normal_limits_range(estimate: Interval, error: Interval, level: float) -> tuple[Interval, Interval]:
    """Estimate minus and plus the normal quantile times the standard error."""
    from scipy import special

    quantile = Interval.of(float(special.ndtri(0.5 + level / 2)))
    reach = error.cut(0) * quantile
    return estimate - reach, estimate + reach


def share_range(count: int, n: int) -> Interval:
    """A share of n."""
    return Interval.of(Fraction(count, n))
