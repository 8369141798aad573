"""The first plan of a diagram without a fault: closest together with every interval, else with more room."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tam.report.diagram.geometry import Route
from tam.report.diagram.lint import crossings, faults
from tam.report.diagram.model import Diagram
from tam.report.diagram.plan import FULL, Plan, Sizes, plan

_SPREADS = (1.0, 1.2, 1.5, 1.9)
_FEW = 16
"""Diagrams with more nodes show no intervals and no dimensions: the table beneath has them."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """``diagram``: as it is drawn, perhaps without intervals; ``dimensioned``: constructs whose parts are
    drawn; ``faults``: what is left that no plan could avoid."""

    diagram: Diagram
    plan: Plan
    dimensioned: tuple[str, ...]
    faults: tuple[str, ...]


def best_plan(diagram: Diagram, sizes: Sizes = FULL) -> Chosen:
    """The first without a fault of the plans to be tried, else the one with fewest."""
    best: Chosen | None = None
    sides: dict[str, int] = {}
    if len(diagram.nodes) <= _FEW:
        sides = _best_sides(diagram, sizes)
    for drawn, spread, shown in _tries(diagram, sides):
        planned = plan(drawn, sizes.spread(spread), shown)
        found = Chosen(drawn, planned, tuple(shown), faults(planned))
        if best is None or len(found.faults) < len(best.faults):
            best = found
        if not found.faults:
            break
    assert best is not None
    return best


def _tries(diagram: Diagram, sides: dict[str, int]) -> Iterator[tuple[Diagram, float, dict[str, int]]]:
    """More room before fewer numbers, fewer numbers before fewer nodes."""
    bare = replace(diagram, arrows=tuple(replace(arrow, label=arrow.label[:1]) for arrow in diagram.arrows))
    if len(diagram.nodes) <= _FEW:
        yield from ((diagram, spread, sides) for spread in _SPREADS)
    yield from ((bare, spread, sides) for spread in _SPREADS)
    if sides:
        yield from ((bare, spread, {}) for spread in _SPREADS)


def _best_sides(diagram: Diagram, sizes: Sizes) -> dict[str, int]:
    """For each second-order construct the side for its dimensions; none where they would be in the way."""
    chosen: dict[str, int] = {}
    for name in diagram.dimensions:
        if name not in diagram.places:
            continue
        options = [chosen, {**chosen, name: -1}, {**chosen, name: 1}]
        least = math.inf
        for sides in options:
            planned = plan(diagram, sizes, sides)
            cost = _badness(planned) + (150 if name not in sides else 0)
            if cost < least:
                least, chosen = cost, sides
    return chosen


def _badness(planned: Plan) -> float:
    routed = sum(isinstance(one.line, Route) for one in planned.drawn)
    bent = sum(not one.line.straight for one in planned.drawn)
    length = sum(one.line.length for one in planned.drawn) / 100
    return 1000 * len(faults(planned)) + 30 * crossings(planned) + 40 * routed + 12 * bent + length
