"""What the search minimises: one discrepancy of theta for all groups together.

F of several groups is sum over groups of (n_g / n) F_g, so that chi-square is n F with n the cases of all
groups. Every group maps into the one theta, so gradients and Hessians add up as the values do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from tam.engine.maximum_likelihood import Point as NormalPoint
from tam.engine.maximum_likelihood import Target, evaluate, gradient, hessian, information
from tam.engine.structure import Derivatives, Floats, Implied, Structure, derivatives
from tam.errors import TamError, problem


class GroupPoint(Protocol):
    """What a theta means for one group."""

    @property
    def value(self) -> float: ...
    @property
    def implied(self) -> Implied: ...


class Point(Protocol):
    """F at one theta with what its derivatives need; ``groups`` what it means for each group."""

    @property
    def theta(self) -> Floats: ...
    @property
    def value(self) -> float: ...
    @property
    def groups(self) -> Sequence[GroupPoint]: ...


class Objective(Protocol):
    """A discrepancy F, at least 0. ``slopes`` is what the derivatives share: computed once per point, handed
    to each of them (they compute it themselves where it is None)."""

    def evaluate(self, theta: Floats) -> Any:
        """The ``Point`` at theta (q,); None where theta has no density."""

    def slopes(self, point: Any) -> Any:
        """First derivatives of the moments."""

    def gradient(self, point: Any, slopes: Any = None) -> Floats:
        """dF/dtheta (q,)."""

    def information(self, point: Any, slopes: Any = None) -> Floats:
        """Expected (or Gauss-Newton) Hessian of F (q, q), positive semi-definite."""

    def hessian(self, point: Any, slopes: Any = None) -> Floats:
        """Observed Hessian of F (q, q)."""


@dataclass(frozen=True, slots=True)
class NormalML:
    """The normal-theory likelihood of one group's moments."""

    structure: Structure
    aim: Target

    def evaluate(self, theta: Floats) -> NormalPoint | None:
        return evaluate(self.structure, self.aim, theta)

    def slopes(self, point: NormalPoint) -> Derivatives:
        return derivatives(self.structure, point.implied)

    def gradient(self, point: NormalPoint, slopes: Derivatives | None = None) -> Floats:
        return gradient(self.structure, self.aim, point, slopes)

    def information(self, point: NormalPoint, slopes: Derivatives | None = None) -> Floats:
        return information(self.structure, point, slopes)

    def hessian(self, point: NormalPoint, slopes: Derivatives | None = None) -> Floats:
        return hessian(self.structure, self.aim, point, slopes)


@dataclass(frozen=True, slots=True)
class JointPoint:
    """F at one theta; ``groups`` the points of the groups."""

    theta: Floats
    value: float
    groups: tuple[Any, ...]

    @property
    def implied(self) -> Implied:
        raise TamError(problem("one-group-only", groups=len(self.groups)))


@dataclass(frozen=True, slots=True)
class Joint:
    """Objectives of several groups and their shares of all cases."""

    parts: tuple[Objective, ...]
    shares: tuple[float, ...]

    def evaluate(self, theta: Floats) -> JointPoint | None:
        found = []
        for part in self.parts:
            point = part.evaluate(theta)
            if point is None:
                return None
            found.append(point)
        value = sum(share * point.value for share, point in zip(self.shares, found))
        return JointPoint(theta, float(value), tuple(found))

    def slopes(self, point: JointPoint) -> tuple[Any, ...]:
        return tuple(part.slopes(at) for part, at in zip(self.parts, point.groups))

    def gradient(self, point: JointPoint, slopes: Sequence[Any] | None = None) -> Floats:
        return self._sum("gradient", point, slopes)

    def information(self, point: JointPoint, slopes: Sequence[Any] | None = None) -> Floats:
        return self._sum("information", point, slopes)

    def hessian(self, point: JointPoint, slopes: Sequence[Any] | None = None) -> Floats:
        return self._sum("hessian", point, slopes)

    def _sum(self, what: str, point: JointPoint, slopes: Sequence[Any] | None) -> Floats:
        given = slopes or self.slopes(point)
        parts = zip(self.shares, self.parts, point.groups, given)
        return np.asarray(sum(share * getattr(part, what)(at, slope) for share, part, at, slope in parts))


def joint(parts: Sequence[Objective], sizes: Sequence[int]) -> Objective:
    """One objective for groups of ``sizes`` cases; that of the group itself if there is only one."""
    if len(parts) == 1:
        return parts[0]
    total = sum(sizes)
    return Joint(tuple(parts), tuple(size / total for size in sizes))


def parts_of(objective: Objective) -> tuple[Any, ...]:
    """The objectives of the groups; each has a ``structure`` and an ``aim``."""
    return tuple(getattr(objective, "parts", (objective,)))
