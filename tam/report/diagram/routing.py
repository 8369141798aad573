"""The way of every arrow: straight where it is free, else gently bent, else round the nodes in between."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping, Sequence

from tam.report.diagram.geometry import (
    Box,
    Line,
    Point,
    Route,
    between,
    cross,
    cut,
    extent,
    passes_through,
)
from tam.report.diagram.model import Arrow

_BENDS = (0.0, 46.0, -46.0, 80.0, -80.0, 120.0, -120.0, 160.0, -160.0)
_MOST_BENT = 0.35
_LANDINGS = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74)
_AIR, _LANE, _LANES, _NEIGHBOURHOOD = 11.0, 6.0, 4, 160.0
Wall = tuple[float, float, float, float]


def route(
    arrows: Sequence[Arrow], boxes: Mapping[str, Box], scale: float = 1.0, walls: Sequence[Box] = ()
) -> dict[int, Line]:
    """A line for each arrow between nodes that are there: index of the arrow -> its way. ``walls``: what no
    arrow may pass through either."""
    lines: dict[int, Line] = {}
    paths: dict[tuple[str, str], Line] = {}
    detours = 0
    for index, arrow in enumerate(arrows):
        if arrow.onto is None and arrow.source in boxes and arrow.target in boxes:
            line = _bent(arrow.source, arrow.target, boxes, scale, walls)
            if line is None:
                goal = boxes[arrow.target].centre
                line = _round(arrow.source, goal, arrow.target, boxes, detours, scale, walls)
                detours += 1
            lines[index] = paths[(arrow.source, arrow.target)] = line
    for index, arrow in enumerate(arrows):
        if arrow.onto is not None and arrow.source in boxes and arrow.onto in paths:
            onto = paths[arrow.onto]
            others = [one for one in lines.values() if one is not onto]
            landed = _landing(arrow.source, onto, boxes, others, walls)
            if landed is None:
                landed = _round(arrow.source, onto.at(0.5), None, boxes, detours, scale, walls)
                detours += 1
            lines[index] = landed
    return lines


def _bent(
    source: str, target: str, boxes: Mapping[str, Box], scale: float, walls: Sequence[Box]
) -> Line | None:
    """The gentlest bend that touches no other node."""
    others = [box.grown(6 * scale) for name, box in boxes.items() if name not in (source, target)]
    others += walls
    most = _MOST_BENT * math.dist(boxes[source].centre, boxes[target].centre)
    for bend in _BENDS:
        if abs(bend * scale) > max(most, 46.0):
            break
        bowed = between(boxes[source].centre, boxes[target].centre, bend * scale)
        curve = cut(bowed, boxes[source].grown(-5 * scale), boxes[target])
        if not touches(curve, others):
            return curve
    return None


def touches(line: Line, boxes: Iterable[Box]) -> bool:
    points = line.points()
    around = extent(points)
    return any(around.grown(1).overlaps(box) and passes_through(points, box) for box in boxes)


def _landing(
    moderator: str, path: Line, boxes: Mapping[str, Box], others: Sequence[Line], walls: Sequence[Box]
) -> Line | None:
    """Straight onto the path, near its middle, over as few other arrows as can be and not along the path."""
    nodes = [box.grown(4) for name, box in boxes.items() if name != moderator] + list(walls)
    best, least = None, math.inf
    for rank, t in enumerate(_LANDINGS):
        line = cut(between(boxes[moderator].centre, path.at(t)), boxes[moderator], None)
        if line.length < 12 or touches(line, nodes):
            continue
        along, onto = line.direction(1.0), path.direction(t)
        slanting = abs(along[0] * onto[0] + along[1] * onto[1])
        crossed = sum(cross(line.points(), other.points(8)) for other in others)
        cost = 3 * crossed + 0.4 * rank + 4 * max(slanting - 0.5, 0.0)
        if cost < least:
            best, least = line, cost
    return best


def _round(
    source: str,
    goal: Point,
    target: str | None,
    boxes: Mapping[str, Box],
    nth: int,
    scale: float,
    walls: Sequence[Box],
) -> Line:
    """A way round every other node, each detour a little further out than the one before."""
    air = (_AIR + _LANE * (nth % _LANES)) * scale
    others = [box for name, box in boxes.items() if name not in (source, target)]
    corners = shortest_way(boxes[source].centre, goal, [*others, *walls], air)
    if corners is None:
        return cut(between(boxes[source].centre, goal), boxes[source], boxes.get(target or ""))
    return _clipped(corners, boxes[source], boxes[target] if target is not None else None)


def _clipped(corners: Sequence[Point], source: Box, target: Box | None) -> Line:
    """The way from border to border. Its first and last corners may lie within a box; they are dropped."""
    inner = list(corners[1:-1])
    while inner and source.holds(inner[0]):
        inner.pop(0)
    while inner and target is not None and target.holds(inner[-1]):
        inner.pop()
    if not inner:
        return cut(between(corners[0], corners[-1]), source, target)
    first = cut(between(corners[0], inner[0]), source, None).start
    last = cut(between(inner[-1], corners[-1]), None, target).end
    return Route((first, *inner, last))


def shortest_way(start: Point, goal: Point, boxes: Sequence[Box], air: float) -> tuple[Point, ...] | None:
    """Corners of a short way that keeps ``air`` pixels from every box; None where all ways are closed.

    Looks in the neighbourhood first, then everywhere."""
    near = extent([start, goal]).grown(_NEIGHBOURHOOD)
    around = [box for box in boxes if box.overlaps(near)]
    for some in (around, boxes):
        walls = [box.grown(air - 1) for box in some]
        across = sorted({start[0], goal[0], *(x for box in some for x in (box.left - air, box.right + air))})
        down = sorted({start[1], goal[1], *(y for box in some for y in (box.top - air, box.bottom + air))})
        found = _dijkstra(across, down, start, goal, [(w.left, w.right, w.top, w.bottom) for w in walls])
        pulled = None if found is None else _pulled(found, [box.grown(air - 1) for box in boxes])
        if pulled is not None and not touches(Route(pulled), [box.grown(1) for box in boxes]):
            return pulled
    return None


def _dijkstra(
    across: Sequence[float], down: Sequence[float], start: Point, goal: Point, walls: Sequence[Wall]
) -> list[Point] | None:
    """The shortest way over a lattice of upright and level lines."""
    first = (across.index(start[0]), down.index(start[1]))
    last = (across.index(goal[0]), down.index(goal[1]))
    queue: list[tuple[float, tuple[int, int]]] = [(0.0, first)]
    known, before = {first: 0.0}, {first: first}
    while queue:
        length, (i, j) = heapq.heappop(queue)
        if (i, j) == last:
            way = [last]
            while way[-1] != first:
                way.append(before[way[-1]])
            return [(across[a], down[b]) for a, b in reversed(way)]
        if length > known[(i, j)]:
            continue
        for a, b in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if not (0 <= a < len(across) and 0 <= b < len(down)):
                continue
            further = length + abs(across[a] - across[i]) + abs(down[b] - down[j])
            if further < known.get((a, b), math.inf) - 1e-9 and not _walled(
                across[min(a, i)], across[max(a, i)], down[min(b, j)], down[max(b, j)], walls
            ):
                known[(a, b)], before[(a, b)] = further, (i, j)
                heapq.heappush(queue, (further, (a, b)))
    return None


def _walled(left: float, right: float, top: float, bottom: float, walls: Sequence[Wall]) -> bool:
    """Whether a level or upright piece enters a wall."""
    for west, east, north, south in walls:
        if left < east and right > west and top < south and bottom > north:
            return True
    return False


def _pulled(way: Sequence[Point], walls: Sequence[Box]) -> tuple[Point, ...]:
    """Without the corners that a straight piece can leave out."""
    kept, at = [way[0]], 0
    while at < len(way) - 1:
        at = next(
            later
            for later in range(len(way) - 1, at, -1)
            if later == at + 1 or not any(passes_through((way[at], way[later]), wall) for wall in walls)
        )
        kept.append(way[at])
    return tuple(kept)
