"""The verdict on one printed number, given what the moments lead to and how far they reach."""

from __future__ import annotations

from typing import Literal

from tam.published.printed import Printed

Verdict = Literal["exact", "rounding", "minor", "major", "flip", "unreachable", "not_computable"]
VERDICTS: tuple[Verdict, ...] = (
    "exact",
    "rounding",
    "minor",
    "major",
    "flip",
    "unreachable",
    "not_computable",
)
CAME_OUT = ("exact", "rounding")
DIFFERS = ("minor", "major", "flip", "unreachable")

MINOR = 0.10
"""A difference below this share of the printed number is minor."""
ARITHMETIC = 1e-10
"""What floating-point arithmetic may add to a number of order one."""
LEVEL = 0.05


def prints_as(printed: Printed, number: float) -> bool:
    """Whether a number, rounded as the paper rounds, is the printed one."""
    slack = ARITHMETIC * max(1.0, abs(number))
    return printed.low - slack <= number <= printed.high + slack


def within_reach(printed: Printed, low: float, high: float) -> bool:
    """Whether some number between ``low`` and ``high`` prints as the printed one."""
    slack = ARITHMETIC * max(1.0, abs(low), abs(high))
    return printed.low - slack <= high and low <= printed.high + slack


def other_sign(printed: Printed, number: float) -> bool:
    """Whether signs differ; a printed zero has none."""
    return printed.value * number < 0


def verdict(
    printed: Printed, number: float, low: float, high: float, *, decides_otherwise: bool = False
) -> Verdict:
    """The first that applies: exact, rounding, flip, minor, major.

    ``low`` and ``high``: the range reachable under the rounding of the moments. ``decides_otherwise``: p <
    .05 as printed, but not as recomputed, or the other way round.
    """
    if prints_as(printed, number):
        return "exact"
    if within_reach(printed, low, high):
        return "rounding"
    if other_sign(printed, number) or decides_otherwise:
        return "flip"
    return "minor" if abs(number - printed.value) < MINOR * abs(printed.value) else "major"
