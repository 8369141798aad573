"""Intervals with exact ends: what can follow from numbers of which only a range is known.

Ends are fractions, so nothing is lost to binary rounding and no tolerance is needed; a root is rounded
outwards. An operation returns every value that the operands allow (it may return more where an operand
occurs twice: ``over_corners`` is exact for functions that rise or fall in each argument).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

Bound = Fraction | float
"""A fraction, or an infinite float where an interval has no end."""

_ROOT_UNIT = 10**24
"""Roots are bounded to 24 decimals: far finer than anything printed, and on the safe side."""


def exact(value: int | float | Fraction) -> Bound:
    """The shortest decimal that stands for the number, as a fraction: .1 is one tenth."""
    if isinstance(value, float):
        return value if math.isinf(value) else Fraction(repr(value))
    return Fraction(value)


@dataclass(frozen=True, slots=True)
class Interval:
    """All numbers from ``low`` to ``high``, both included; an infinite end is open."""

    low: Bound
    high: Bound

    @classmethod
    def of(cls, low: int | float | Fraction, high: int | float | Fraction | None = None) -> Interval:
        """The interval between two numbers, or of one number alone."""
        return cls(exact(low), exact(low if high is None else high))

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __neg__(self) -> Interval:
        return Interval(-self.high, -self.low)

    def __sub__(self, other: Interval) -> Interval:
        return self + -other

    def __mul__(self, other: Interval) -> Interval:
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """The quotient; everything where the divisor can be zero on both sides of it."""
        if other.low > 0 or other.high < 0:
            return self * Interval(_inverse(other.high), _inverse(other.low))
        if other.low == 0 and other.high > 0:
            return self * Interval(_inverse(other.high), math.inf)
        if other.high == 0 and other.low < 0:
            return self * Interval(-math.inf, _inverse(other.low))
        return EVERYTHING

    def squared(self) -> Interval:
        size = abs(self)
        return Interval(_times(size.low, size.low), _times(size.high, size.high))

    def __abs__(self) -> Interval:
        if self.low >= 0:
            return self
        if self.high <= 0:
            return -self
        return Interval(Fraction(0), max(-self.low, self.high))

    def root(self) -> Interval:
        """Square roots of the part that is not negative, rounded outwards."""
        return Interval(
            _root(max(self.low, Fraction(0)), up=False), _root(max(self.high, Fraction(0)), up=True)
        )

    def cut(
        self, low: int | float | Fraction = -math.inf, high: int | float | Fraction = math.inf
    ) -> Interval:
        """The part within limits; where nothing is left, the nearest limit."""
        bottom, top = exact(low), exact(high)
        return Interval(min(max(self.low, bottom), top), max(min(self.high, top), bottom))

    def meets(self, other: Interval) -> bool:
        """Is there a number in both?"""
        return self.low <= other.high and other.low <= self.high

    def holds(self, number: int | float | Fraction) -> bool:
        return self.low <= exact(number) <= self.high

    def gap(self, other: Interval) -> float:
        """How far apart they are; 0 where they meet."""
        return float(max(self.low - other.high, other.low - self.high, Fraction(0)))

    def hull(self, other: Interval) -> Interval:
        """The smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    @property
    def middle(self) -> float:
        return float((self.low + self.high) / 2)


EVERYTHING = Interval(-math.inf, math.inf)
ONE = Interval(Fraction(1), Fraction(1))


def total(parts: Iterable[Interval]) -> Interval:
    """Sum of intervals of numbers that vary independently; 0 of none."""
    low: Bound = Fraction(0)
    high: Bound = Fraction(0)
    for one in parts:
        low, high = low + one.low, high + one.high
    return Interval(low, high)


def hull_of(parts: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all of them (at least one)."""
    found = list(parts)
    return Interval(min(one.low for one in found), max(one.high for one in found))


def over_corners(function: Callable[..., Any], *arguments: Interval) -> Interval:
    """Range of a function that rises or falls in each argument: its extremes stand at the corners.

    Exact where the function computes with fractions. Raises ZeroDivisionError where a corner is a pole.
    """
    values = [function(*corner) for corner in product(*((one.low, one.high) for one in arguments))]
    return Interval(min(values), max(values))


def _times(a: Bound, b: Bound) -> Bound:
    """Zero times an open end is zero: the end itself is never reached."""
    return Fraction(0) if a == 0 or b == 0 else a * b


def _inverse(value: Bound) -> Bound:
    return Fraction(0) if isinstance(value, float) and math.isinf(value) else 1 / value


def _root(value: Bound, *, up: bool) -> Bound:
    if isinstance(value, float):
        return value
    scaled = value.numerator * _ROOT_UNIT**2
    whole = math.isqrt(scaled // value.denominator)
    exactly = Fraction(whole, _ROOT_UNIT) ** 2 == value
    return Fraction(whole + (1 if up and not exactly else 0), _ROOT_UNIT)
