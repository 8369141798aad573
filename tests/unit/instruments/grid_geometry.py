"""Geometry of a diagram grid: which straight arrows run through a node. Units are grid cells, y downwards."""

from __future__ import annotations

from tam.spec.model import Model

Point = tuple[float, float]

HALF_WIDTH, HALF_HEIGHT = 0.36, 0.30
"""Half of a node's box and its margin: neighbours at a distance of one cell keep a visible gap."""


def positions(model: Model) -> dict[str, Point]:
    return {
        name: (float(x), float(y)) for y, row in enumerate(model.grid) for x, name in enumerate(row) if name
    }


def crosses_box(start: Point, end: Point, centre: Point) -> bool:
    """Whether the segment meets the box around ``centre`` (Liang and Barsky's clipping)."""
    low, high = 0.0, 1.0
    for axis, half in ((0, HALF_WIDTH), (1, HALF_HEIGHT)):
        step = end[axis] - start[axis]
        near, far = centre[axis] - half - start[axis], centre[axis] + half - start[axis]
        if step == 0:
            if near > 0 or far < 0:
                return False
            continue
        first, second = sorted((near / step, far / step))
        low, high = max(low, first), min(high, second)
    return low <= high


def arrows(model: Model) -> list[tuple[str, Point, Point, tuple[str, ...]]]:
    """Every arrow: its name, where it begins and ends, and the nodes it may touch."""
    at = positions(model)
    drawn = [
        (f"{predictor} -> {outcome}", at[predictor], at[outcome], (predictor, outcome))
        for outcome in model.outcomes
        for predictor in model.predictors(outcome)
        if predictor in at
    ]
    for m in model.moderations:
        middle = tuple((a + b) / 2 for a, b in zip(at[m.predictor], at[m.outcome], strict=True))
        drawn.append((str(m), at[m.moderator], (middle[0], middle[1]), (m.moderator,)))
    return drawn


def blocked(model: Model) -> list[str]:
    """Arrows that run through a node they have nothing to do with."""
    return [
        f"{name} runs through {node}"
        for name, start, end, own in arrows(model)
        for node, centre in positions(model).items()
        if node not in own and crosses_box(start, end, centre)
    ]


def crossing_moderations(model: Model) -> list[str]:
    """Moderation arrows that cross another arrow before they land (ends that touch do not count)."""
    every = arrows(model)
    moderated = {str(m): f"{m.predictor} -> {m.outcome}" for m in model.moderations}
    return [
        f"{name} crosses {other}"
        for name, a, b, _ in every
        if name in moderated
        for other, c, d, _ in every
        if other not in (name, moderated[name]) and _cross(a, b, c, d)
    ]


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    def side(p: Point, q: Point, r: Point) -> float:
        return (q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0])

    return side(a, b, c) * side(a, b, d) < 0 and side(c, d, a) * side(c, d, b) < 0
