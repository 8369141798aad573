"""Where a power curve, known at some places only up to chance, reaches a wanted power.

Power is near a probit line in the square root of n, and in the size of an effect: for a Wald test it is
``Phi(delta sqrt(n) - 1.96)``. So a few places near the wanted power are simulated, a probit line is laid
through them, and its crossing carries the uncertainty of the line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Floats = NDArray[np.float64]

#: Relative standard error of the place (in its square, n, twice as much) at which the search is over.
NARROW = 0.012
ROUNDS = 7
#: Places further than this share from the crossing bend the line more than they help.
WINDOW = 0.35
#: Shares from which on, and up to which, a place says nothing about where the line crosses.
CERTAIN, HOPELESS = 0.99, 0.03
Z95 = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Point:
    """``found`` of ``trials`` replications were significant at place ``x``."""

    x: float
    found: int
    trials: int

    @property
    def share(self) -> float:
        return self.found / self.trials


@dataclass(frozen=True, slots=True)
class Line:
    """``probit(power) = level + slope x`` with the covariance matrix (2, 2) of both."""

    level: float
    slope: float
    covariance: Floats

    def power(self, x: float) -> float:
        return float(ndtr(self.level + self.slope * x))

    def crossing(self, target: float) -> tuple[float, float]:
        """Where the line has this power, and the standard error of the place by the delta method."""
        x = (float(ndtri(target)) - self.level) / self.slope
        pull = np.array([1.0, x]) / self.slope
        return x, float(np.sqrt(max(float(pull @ self.covariance @ pull), 0.0)))


@dataclass(frozen=True, slots=True)
class Crossing:
    """``verdict``: ``found``; ``lowest`` the wanted power is there already at the low end; ``beyond`` it is
    not there even at the high end. ``x`` with its 95 % interval and ``power``, the line's power at x."""

    verdict: Literal["found", "lowest", "beyond"]
    x: float
    low: float
    high: float
    points: tuple[Point, ...]


def probit_line(points: Sequence[Point]) -> Line | None:
    """Maximum likelihood probit regression of the shares on x, by Fisher scoring; None where the points do
    not determine a line. Peer: ``glm(cbind(found, trials - found) ~ x, binomial("probit"))``."""
    if len({one.x for one in points}) < 2:
        return None
    x = np.array([one.x for one in points])
    trials = np.array([float(one.trials) for one in points])
    # half a success and half a failure keep shares of 0 and 1 on the line's scale at the start only
    share = np.array([one.found for one in points]) / trials
    design = np.column_stack([np.ones_like(x), x])
    start = ndtri((share * trials + 0.5) / (trials + 1.0))
    beta = np.linalg.lstsq(design, start, rcond=None)[0]
    information = np.eye(2)
    for _ in range(50):
        eta = np.clip(design @ beta, -6.0, 6.0)
        mean = ndtr(eta)
        density = np.exp(-(eta**2) / 2.0) / np.sqrt(2.0 * np.pi)
        spread = np.maximum(mean * (1.0 - mean), 1e-12)
        weight = trials * density**2 / spread
        information = design.T @ (weight[:, None] * design)
        if np.linalg.cond(information) > 1e14:
            return None
        step = np.linalg.solve(information, design.T @ (trials * density * (share - mean) / spread))
        beta = beta + step
        if np.abs(step).max() < 1e-10 * max(1.0, float(np.abs(beta).max())):
            break
    return Line(float(beta[0]), float(beta[1]), np.asarray(np.linalg.inv(information)))


def locate(
    measure: Callable[[Sequence[float]], Sequence[Point]],
    start: float,
    target: float,
    low: float,
    high: float,
    narrow: float = NARROW,
) -> Crossing:
    """The place x in [low, high] where the power rises through ``target``.

    ``measure`` simulates at places and may move them a little. ``start`` is a guess.
    """
    points: dict[float, Point] = {}
    asked = [start * factor for factor in (0.88, 1.0, 1.12)]
    line: Line | None = None
    for _ in range(ROUNDS):
        inside = [min(max(x, low), high) for x in asked]
        points |= {one.x: one for one in measure(list(dict.fromkeys(inside)))}
        known = [points[x] for x in sorted(points)]
        end = _end(known, target, low, high)
        if end is not None:
            return end
        line, asked = _next(known, target, narrow)
        if line is not None and not asked:
            break
    if line is None:
        return Crossing("beyond", np.nan, np.nan, np.nan, tuple(points.values()))
    x, error = line.crossing(target)
    return Crossing("found", x, max(x - Z95 * error, 0.0), x + Z95 * error, tuple(points.values()))


def _end(points: Sequence[Point], target: float, low: float, high: float) -> Crossing | None:
    """Whether the search is over at one of the ends of the range."""
    first, last = points[0], points[-1]
    if first.x <= low * (1.0 + 1e-9) and first.share >= target:
        return Crossing("lowest", first.x, first.x, first.x, tuple(points))
    beyond = last.x >= high * (1.0 - 1e-9) and last.share + Z95 * 0.5 / np.sqrt(last.trials) < target
    return Crossing("beyond", np.nan, np.nan, np.nan, tuple(points)) if beyond else None


def _next(points: Sequence[Point], target: float, narrow: float) -> tuple[Line | None, list[float]]:
    """The line through what is known, and where to look next; nowhere when it is known well enough."""
    first, last = points[0], points[-1]
    if first.share >= CERTAIN:
        return None, [first.x * 0.5, first.x * 0.7]
    if last.share <= HOPELESS:
        return None, [last.x * 1.5, last.x * 2.2]
    line = probit_line(points)
    if line is None or line.slope <= 0:
        return None, [first.x * 0.7, last.x * 1.5]
    x, _ = line.crossing(target)
    near = [one for one in points if abs(one.x / x - 1.0) <= WINDOW] if x > 0 else []
    if len(near) >= 3:
        closer = probit_line(near)
        line = closer if closer is not None and closer.slope > 0 else line
    x, error = line.crossing(target)
    x = min(max(x, first.x / 2.5), last.x * 2.5)
    if not first.x * 0.97 <= x <= last.x * 1.03 or len(near) < 3:
        return line, [x * 0.92, x, x * 1.08]
    return line, [] if error <= narrow * x else [x * 0.95, x * 1.05]
