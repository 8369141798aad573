"""What a path diagram shows, as data: nodes, arrows with their coefficients, where each node stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Position = tuple[int, float]
"""Column and row. Nodes of different columns may stand half a row apart."""


@dataclass(frozen=True, slots=True)
class Node:
    """A construct. ``lines`` are its label broken for the box, ``detail`` the small line beneath."""

    name: str
    lines: tuple[str, ...]
    detail: str = ""
    role: str = "construct"


@dataclass(frozen=True, slots=True)
class Arrow:
    """A path, or a moderation when ``onto`` names the path (predictor, outcome) that the arrow lands on.

    ``ci_low`` and ``ci_high`` belong to ``est``, ``std_low`` and ``std_high`` to ``std``. ``label``: the
    coefficient, beneath it its interval. ``marked``: to stand out from the others."""

    source: str
    target: str
    est: float | None = None
    std: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    std_low: float | None = None
    std_high: float | None = None
    onto: tuple[str, str] | None = None
    label: tuple[str, ...] = ()
    marked: bool = False

    @property
    def certain(self) -> bool:
        """False where the interval of ``std``, without one that of ``est``, holds zero or is not known."""
        own = self.std_low is not None and self.std_high is not None
        low, high = (self.std_low, self.std_high) if own else (self.ci_low, self.ci_high)
        return low is not None and high is not None and (low > 0 or high < 0)

    @property
    def told_apart(self) -> str:
        if self.onto is None:
            return f"{self.source} -> {self.target}"
        return f"{self.source} on {self.onto[0]} -> {self.onto[1]}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """``places``: node name -> (column, row), both from 0. ``dimensions``: second-order construct -> the
    first-order ones that it is measured by, drawn small beside it where there is room."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    places: Mapping[str, Position]
    dimensions: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)
