"""What is wrong with a drawing, in words; a good one has nothing."""

from __future__ import annotations

from itertools import combinations

from tam.report.diagram.geometry import cross, passes_through
from tam.report.diagram.plan import Drawn, Plan


def faults(planned: Plan) -> tuple[str, ...]:
    """An arrow through a node, a label on a node, on another label or on the dot of a moderation, a node on a
    node."""
    found = []
    for one in planned.drawn:
        found += _of_arrow(one, planned)
    for (name, box), (other, second) in combinations(planned.boxes.items(), 2):
        if box.overlaps(second):
            found.append(f"{name} and {other} overlap")
    labelled = [one for one in planned.drawn if one.label is not None]
    for one, two in combinations(labelled, 2):
        if one.label and two.label and one.label.overlaps(two.label):
            found.append(f"the labels of {one.arrow.told_apart} and {two.arrow.told_apart} overlap")
    return tuple(found)


def _of_arrow(one: Drawn, planned: Plan) -> list[str]:
    ends = {one.arrow.source} if one.arrow.onto else {one.arrow.source, one.arrow.target}
    points, found = one.line.points(), []
    for name, box in planned.boxes.items():
        if name not in ends and passes_through(points, box):
            found.append(f"{one.arrow.told_apart} passes through {name}")
        if one.label is not None and one.label.overlaps(box):
            found.append(f"the label of {one.arrow.told_apart} covers {name}")
    for other in planned.drawn:
        if other.dot is not None and one.label is not None and one.label.grown(3).holds(other.dot):
            found.append(f"the label of {one.arrow.told_apart} covers the end of {other.arrow.told_apart}")
    return found


def crossings(planned: Plan) -> int:
    """How many pairs of arrows cross (a moderator touching its own path does not count)."""
    lines = [one.line.points(12) for one in planned.drawn]
    return sum(cross(a, b) for a, b in combinations(lines, 2))
