"""Test statistics and probabilities as ranges: t from b and SE, p from t or chi-square, Sobel's test."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction

from tam.stats.interval_arithmetic import Interval, hull_of, over_corners

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


def sobel_error_ranges(a: Interval, b: Interval, error_a: Interval, error_b: Interval) -> list[Interval]:
    """Standard error of a b: sqrt(a^2 s_b^2 + b^2 s_a^2), plus (Aroian) or minus (Goodman) s_a^2 s_b^2.

    Sobel (1982). One range for each of the three; each rises or falls in every square.
    """
    squares = [one.squared() for one in (a, b, error_a.cut(0), error_b.cut(0))]
    return [
        over_corners(lambda a2, b2, sa, sb, c=c: a2 * sb + b2 * sa + c * sa * sb, *squares).cut(0).root()
        for c in (0, 1, -1)
    ]


def sobel_z_ranges(first: Interval, second: Interval) -> list[Interval]:
    """Size of z of a b from t_a = a / s_a and t_b = b / s_b: t_a t_b / sqrt(t_a^2 + t_b^2 (+ or - 1)).

    One range for Sobel's, Aroian's and Goodman's; z^2 rises or falls in each square. A form whose
    root may vanish has no upper end; one that has no root, or of t without end, is left out.
    """
    squares = [one.squared() for one in (first, second)]
    if any(math.isinf(one.high) for one in squares):
        return []
    found = []
    for c in (0, 1, -1):
        if squares[0].low + squares[1].low + c > 0:
            found.append(over_corners(lambda u, v, c=c: u * v / (u + v + c), *squares).root())
        elif squares[0].high + squares[1].high + c > 0:
            found.append(Interval(Fraction(0), math.inf))
    return found


def normal_limits_range(estimate: Interval, error: Interval, level: float) -> tuple[Interval, Interval]:
    """Estimate minus and plus the normal quantile times the standard error."""
    from scipy import special

    quantile = Interval.of(float(special.ndtri(0.5 + level / 2)))
    reach = error.cut(0) * quantile
    return estimate - reach, estimate + reach


def share_range(count: int, n: int) -> Interval:
    """A share of n."""
    return Interval.of(Fraction(count, n))
