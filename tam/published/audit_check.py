"""One check of a printed value against what other printed values allow; nothing is ever called wrong that
rounding could explain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from tam.published.printed import Printed
from tam.stats.interval_arithmetic import Interval, hull_of

Verdict = Literal["consistent", "inconsistent", "undecidable"]
Severity = Literal["none", "note", "advice", "minor", "major"]

SMALL = 0.01
"""Gap beyond rounding below which a discrepancy is called minor: of a coefficient absolute, else relative."""


@dataclass(frozen=True, slots=True)
class Check:
    """What a rule found at one place.

    ``printed`` as printed; ``recomputed`` from the other printed values as they stand; ``low`` to ``high``
    the values that would be consistent once every input may be off by half a unit in its last place (None: no
    end, or no number). ``severity``: ``none`` when consistent, ``minor`` or ``major`` by the gap beyond
    rounding, ``note`` for a plausibility, ``advice`` where nothing printed contradicts anything.
    """

    rule: str
    where: str
    printed: str
    recomputed: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    severity: Severity
    note: str = ""


def interval(printed: Printed) -> Interval:
    """The numbers that print so."""
    return Interval.of(printed.low, printed.high)


def intervals(printed: Sequence[Printed]) -> list[Interval]:
    return [interval(one) for one in printed]


def point(printed: Printed) -> Interval:
    """The printed number itself, as if it were exact."""
    return Interval.of(printed.value)


def placed(name: str, place: str | None) -> str:
    """A name with the page or table it stands in."""
    return f"{name} ({place})" if place else name


def compared(
    rule: str,
    where: str,
    printed: Printed,
    ranges: Sequence[Interval],
    recomputed: Interval | float | None,
    *,
    relative: bool = False,
    note: str = "",
    otherwise: Verdict = "inconsistent",
    agrees: str = "",
) -> Check:
    """Does the printed value meet any of the ranges? ``otherwise`` the verdict where it meets none.

    ``note`` goes with an objection, ``agrees`` with a consistent value.
    """
    own = interval(printed)
    met = any(own.meets(one) for one in ranges)
    reach = hull_of(ranges)
    value = recomputed.middle if isinstance(recomputed, Interval) else recomputed
    return Check(
        rule,
        where,
        printed.text,
        _finite(value),
        _finite(float(reach.low)),
        _finite(float(reach.high)),
        "consistent" if met else otherwise,
        "none" if met else graded(min(own.gap(one) for one in ranges), printed.value, relative),
        agrees if met else note,
    )


def graded(gap: float, size: float, relative: bool) -> Severity:
    """How grave a gap beyond rounding is."""
    limit = SMALL * max(abs(size), 1.0) if relative else SMALL
    return "minor" if gap < limit else "major"


def counted(
    rule: str, where: str, printed: int, expected: Sequence[int], note: str = "", **kept: Verdict
) -> Check:
    """A count that must be one of the expected ones."""
    met = printed in expected
    verdict: Verdict = "consistent" if met else kept.get("otherwise", "inconsistent")
    nearest = min(expected, key=lambda one: abs(one - printed))
    severity: Severity = "none" if met else "major"
    low, high = float(min(expected)), float(max(expected))
    return Check(rule, where, str(printed), float(nearest), low, high, verdict, severity, "" if met else note)


def remark(
    rule: str,
    where: str,
    printed: str,
    note: str,
    *,
    recomputed: float | None = None,
    low: float | None = None,
    high: float | None = None,
    severity: Severity = "note",
) -> Check:
    """Something worth a reader's thought that contradicts nothing."""
    return Check(rule, where, printed, recomputed, low, high, "undecidable", severity, note)


def flaw(rule: str, where: str, printed: str, note: str, **kept: Any) -> Check:
    """Printed values that cannot stand together; ``kept`` as for ``remark``."""
    found = remark(rule, where, printed, note, **{"severity": "major", **kept})
    return replace(found, verdict="inconsistent")


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value
