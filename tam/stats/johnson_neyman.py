"""Johnson-Neyman regions: for which values of a moderator a conditional effect differs from zero.

Source: Johnson and Neyman (1936), Tests of certain linear hypotheses and their application to some
educational problems; Bauer and Curran (2005), Probing interactions in fixed and multilevel regression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Regime = Literal["inside", "outside", "above", "below", "everywhere", "nowhere"]

#: Two numbers whose difference is below this share of their size are the same: rounding of a few products.
ROUNDING = 1e-14


@dataclass(frozen=True, slots=True)
class Region:
    """Where ``|effect / se|`` reaches the critical value.

    ``regime``: ``inside`` the two bounds, ``outside`` of them, ``above`` or ``below`` the only bound,
    ``everywhere`` or ``nowhere`` (no bound). ``bounds`` ascending, in the moderator's units. ``intervals``
    the values it consists of, ends included, -inf and inf where it does not end.
    """

    regime: Regime
    bounds: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]
    critical: float

    def covers(self, values: ArrayLike) -> NDArray[np.bool_]:
        """Which of the values lie in the region, same shape."""
        at = np.asarray(values, dtype=np.float64)
        inside = np.zeros(at.shape, dtype=bool)
        for low, high in self.intervals:
            inside |= (at >= low) & (at <= high)
        return inside


def johnson_neyman(focal: float, product: float, covariance: Array, critical: float) -> Region:
    """The region over the whole line.

    The bounds solve ``(b1 + b3 z)^2 = c^2 (v11 + 2 z v13 + z^2 v33)``. With an interaction that is itself
    significant the effect is significant ``outside`` the bounds (it is zero somewhere between them), with one
    that is not, ``inside`` them or ``nowhere``; ``everywhere`` needs an effect that does not change.

    Parameters: ``focal`` b1 and ``product`` b3; ``covariance`` (2, 2) of (b1, b3); ``critical`` c > 0, of
    the normal or the t distribution. Peer: ``interactions::johnson_neyman``.
    """
    c2 = critical**2
    a, floor_a = product**2 - c2 * covariance[1, 1], product**2 + c2 * covariance[1, 1]
    b, floor_b = (
        focal * product - c2 * covariance[0, 1],
        abs(focal * product) + c2 * abs(float(covariance[0, 1])),
    )
    c = focal**2 - c2 * covariance[0, 0]
    if abs(a) <= ROUNDING * floor_a:
        if abs(b) <= ROUNDING * floor_b:
            return _whole("everywhere" if c > 0 else "nowhere", critical)
        return _half(float(-c / (2 * b)), bool(b > 0), critical)
    discriminant = b * b - a * c
    if discriminant <= 0:
        # the parabola does not cross zero; it opens upward only when it does, save for rounding
        return _whole("nowhere" if a < 0 else "everywhere", critical)
    # the root without cancellation first, the other by the product of the roots
    larger = -(b + np.copysign(np.sqrt(discriminant), b))
    low, high = sorted((float(larger / a), float(c / larger)))
    if a < 0:
        return Region("inside", (low, high), ((low, high),), critical)
    return Region("outside", (low, high), ((-np.inf, low), (high, np.inf)), critical)


def region_within(region: Region, low: float, high: float) -> Region:
    """The region of the values that occur, from ``low`` to ``high``: bounds beyond them are left out, so that
    e.g. ``inside`` bounds that nobody reaches becomes ``everywhere``."""
    kept = tuple((max(a, low), min(b, high)) for a, b in region.intervals if max(a, low) <= min(b, high))
    bounds = tuple(one for one in region.bounds if low < one < high)
    if not kept:
        return Region("nowhere", (), (), region.critical)
    if not bounds:
        return Region("everywhere", (), kept, region.critical)
    if len(bounds) == 2:
        return Region(region.regime, bounds, kept, region.critical)
    # a bound that only touches the region leaves an interval of one point
    longest = max(kept, key=lambda one: one[1] - one[0])
    return Region("above" if longest[1] >= high else "below", bounds, kept, region.critical)


def share_within(region: Region, values: ArrayLike) -> float:
    """Share, 0 to 1, of the values (n,) that lie in the region; missing ones do not count."""
    at = np.asarray(values, dtype=np.float64)
    at = at[~np.isnan(at)]
    return float(region.covers(at).mean()) if len(at) else float("nan")


def _whole(regime: Literal["everywhere", "nowhere"], critical: float) -> Region:
    intervals = ((-np.inf, np.inf),) if regime == "everywhere" else ()
    return Region(regime, (), intervals, critical)


def _half(bound: float, above: bool, critical: float) -> Region:
    if above:
        return Region("above", (bound,), ((bound, np.inf),), critical)
    return Region("below", (bound,), ((-np.inf, bound),), critical)
