"""What a path diagram shows, as data: nodes, arrows with their coefficients, where each node stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Position = tuple[int, int]


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

    ``marked``: to stand out from the others."""

    source: str
    target: str
    est: float | None = None
    std: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    onto: tuple[str, str] | None = None
    label: tuple[str, ...] = ()
    marked: bool = False

    @property
    def certain(self) -> bool:
        """False where the interval holds zero or is not known."""
        if self.ci_low is None or self.ci_high is None:
            return False
        return self.ci_low > 0 or self.ci_high < 0

    @property
    def told_apart(self) -> str:
        if self.onto is None:
            return f"{self.source} -> {self.target}"
        return f"{self.source} on {self.onto[0]} -> {self.onto[1]}"


@dataclass(frozen=True, slots=True)
class Diagram:
    """``places``: node name -> (column, row), both from 0."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    places: Mapping[str, Position]
