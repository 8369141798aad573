"""Means and SDs of whole numbers: which of them n answers can have (GRIM, GRIMMER, bounds of the SD).

A mean of n answers to k items, each a whole number, is a whole number divided by n k. Sums and sums of
squares are whole and of the same parity. All arithmetic is with fractions.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from tam.stats.interval_arithmetic import Interval

_MOST_SUMS = 2000
"""Where more sums than this round to the printed mean, its digits cannot decide anything."""


def whole_numbers(low: Fraction, high: Fraction) -> range:
    """Whole numbers from low to high."""
    return range(math.ceil(low), math.floor(high) + 1)


def possible_sums(mean: Interval, n: int, items: int = 1) -> range:
    """Sums of all answers that give a mean in the interval (GRIM; Brown and Heathers 2017)."""
    return whole_numbers(Fraction(mean.low) * n * items, Fraction(mean.high) * n * items)


def nearest_means(mean: Interval, n: int, items: int = 1) -> tuple[Fraction, Fraction]:
    """The possible means just below and just above the middle of the interval."""
    middle = (Fraction(mean.low) + Fraction(mean.high)) / 2 * n * items
    return Fraction(math.floor(middle), n * items), Fraction(math.ceil(middle), n * items)


def grim_decides(digits: int, n: int, items: int = 1) -> bool:
    """Are there printed means of so many decimals that n answers cannot have?"""
    return n * items < int(10**digits)


def possible_deviations(mean: Interval, sd: Interval, n: int, items: int = 1) -> bool | None:
    """Can whole-number answers have this mean and this SD (GRIMMER; Anaya 2016, Allard 2018)?

    With k items the mean and SD of the sums are k times as large. The SD may have divisor n - 1 or n. None
    where so many sums fit that the digits decide nothing.
    """
    sums = possible_sums(mean, n, items)
    if len(sums) > _MOST_SUMS or n < 2:
        return None
    lowest, highest = max(Fraction(sd.low), Fraction(0)) * items, Fraction(sd.high) * items
    return any(
        _squares_exist(summed, n, divisor * lowest**2, divisor * highest**2)
        for summed in sums
        for divisor in (n - 1, n)
    )


def _squares_exist(summed: int, n: int, low: Fraction, high: Fraction) -> bool:
    """Is there a sum of squares of n whole numbers with this sum, of the right parity and size?"""
    centre = Fraction(summed * summed, n)
    whole = whole_numbers(low + centre, high + centre)
    least = _least_squares(summed, n)
    return any(bool(value >= least and (value - summed) % 2 == 0) for value in _few(whole))


def _few(values: range) -> Iterator[int]:
    """Both parities stand among the last four, and the largest meet the least sum of squares first."""
    yield from values[-4:]


def _least_squares(summed: int, n: int) -> int:
    """The smallest sum of squares of n whole numbers with a sum: all of them within one of each other."""
    quotient, rest = divmod(summed, n)
    return rest * (quotient + 1) ** 2 + (n - rest) * quotient**2


def largest_deviation(mean: Interval, low: Fraction, high: Fraction, n: int) -> Interval:
    """SDs (divisor n - 1) that answers between low and high with this mean can have.

    Variance with divisor n is at most (high - mean)(mean - low): Bhatia and Davis (2000); the SD has divisor
    n - 1 at most. From 0.
    """
    inside = mean.cut(low, high)
    middle = min(max((low + high) / 2, Fraction(inside.low)), Fraction(inside.high))
    variance = (high - middle) * (middle - low) * n / (n - 1)
    return Interval(Fraction(0), Interval(variance, variance).root().high)
