"""Plane geometry for the path diagram: boxes, bent arrows, what touches what. Units are SVG pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle by its centre and size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        return self.x + self.width / 2

    @property
    def top(self) -> float:
        return self.y - self.height / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height / 2

    @property
    def centre(self) -> Point:
        return (self.x, self.y)

    def grown(self, by: float) -> Box:
        return Box(self.x, self.y, self.width + 2 * by, self.height + 2 * by)

    def holds(self, point: Point) -> bool:
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom

    def overlaps(self, other: Box) -> bool:
        return (
            abs(self.x - other.x) * 2 < self.width + other.width
            and abs(self.y - other.y) * 2 < self.height + other.height
        )


@dataclass(frozen=True, slots=True)
class Curve:
    """A quadratic Bezier curve; straight where ``control`` lies on the line between the ends."""

    start: Point
    control: Point
    end: Point

    def at(self, t: float) -> Point:
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t**2
        return (
            a * self.start[0] + b * self.control[0] + c * self.end[0],
            a * self.start[1] + b * self.control[1] + c * self.end[1],
        )

    @property
    def straight(self) -> bool:
        """Whether the control point lies on the line between the ends, to a thousandth of a pixel."""
        (ax, ay), (bx, by), (cx, cy) = self.start, self.control, self.end
        return abs((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)) <= 1e-3 * self.length

    def points(self, steps: int = 24) -> tuple[Point, ...]:
        """Points along the curve; of a straight one its ends."""
        if self.straight:
            return (self.start, self.end)
        return tuple(self.at(step / steps) for step in range(steps + 1))

    @property
    def length(self) -> float:
        return math.dist(self.start, self.end)

    def direction(self, t: float) -> Point:
        """The unit vector along the curve at ``t``."""
        x = 2 * (1 - t) * (self.control[0] - self.start[0]) + 2 * t * (self.end[0] - self.control[0])
        y = 2 * (1 - t) * (self.control[1] - self.start[1]) + 2 * t * (self.end[1] - self.control[1])
        size = math.hypot(x, y) or 1.0
        return (x / size, y / size)


@dataclass(frozen=True, slots=True)
class Route:
    """A way round obstacles: straight pieces between ``corners``, each corner but the ends rounded off."""

    corners: tuple[Point, ...]

    @property
    def start(self) -> Point:
        return self.corners[0]

    @property
    def end(self) -> Point:
        return self.corners[-1]

    @property
    def straight(self) -> bool:
        return len(self.corners) == 2

    def bends(self) -> tuple[Curve, ...]:
        """The rounded corners, each within the halves of its two pieces."""
        found = []
        for before, corner, after in zip(self.corners, self.corners[1:], self.corners[2:]):
            start = _towards(corner, before, min(_ROUND, math.dist(corner, before) / 2))
            end = _towards(corner, after, min(_ROUND, math.dist(corner, after) / 2))
            found.append(Curve(start, corner, end))
        return tuple(found)

    def points(self, steps: int = 24) -> tuple[Point, ...]:
        """Points along the way; ``steps`` is that of a curve and spread over the corners."""
        each = max(2, steps // 6)
        inner = [bend.at(step / each) for bend in self.bends() for step in range(each + 1)]
        return (self.start, *inner, self.end)

    @property
    def length(self) -> float:
        return sum(math.dist(a, b) for a, b in pairwise(self.corners))

    def at(self, t: float) -> Point:
        """The point at the share ``t`` of the length."""
        left = t * self.length
        for a, b in pairwise(self.corners):
            piece = math.dist(a, b)
            if left <= piece:
                return _towards(a, b, left) if piece else a
            left -= piece
        return self.end

    def direction(self, t: float) -> Point:
        """The unit vector along the way near ``t``."""
        (ax, ay), (bx, by) = self.at(max(t - 0.01, 0.0)), self.at(min(t + 0.01, 1.0))
        size = math.hypot(bx - ax, by - ay) or 1.0
        return ((bx - ax) / size, (by - ay) / size)


Line = Curve | Route
_ROUND = 14.0


def _towards(a: Point, b: Point, by: float) -> Point:
    """The point ``by`` pixels from ``a`` on the way to ``b``."""
    share = by / (math.dist(a, b) or 1.0)
    return (a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]))


def moved(line: Line, x: float, y: float) -> Line:
    """The line shifted."""
    if isinstance(line, Route):
        return Route(tuple((a + x, b + y) for a, b in line.corners))
    (ax, ay), (bx, by), (cx, cy) = line.start, line.control, line.end
    return Curve((ax + x, ay + y), (bx + x, by + y), (cx + x, cy + y))


def shortened(line: Line, by: float) -> Line:
    """The line without its last ``by`` pixels."""
    (dx, dy), (x, y) = line.direction(1.0), line.end
    end = (x - by * dx, y - by * dy)
    if isinstance(line, Route):
        return Route((*line.corners[:-1], end))
    return Curve(line.start, line.control, end)


def between(a: Point, b: Point, bend: float = 0.0) -> Curve:
    """The curve from ``a`` to ``b``, its middle ``bend`` pixels to the left of the straight line."""
    length = math.dist(a, b) or 1.0
    normal = ((b[1] - a[1]) / length, -(b[0] - a[0]) / length)
    middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
    return Curve(a, (middle[0] + 2 * bend * normal[0], middle[1] + 2 * bend * normal[1]), b)


def cut(curve: Curve, start: Box | None, end: Box | None) -> Curve:
    """The part of the curve outside both boxes: it leaves at one border and arrives at the other."""
    first = 0.0 if start is None else _crossing(curve, start, forward=True)
    last = 1.0 if end is None else _crossing(curve, end, forward=False)
    if last <= first:
        return curve
    return _piece(curve, first, last)


def _crossing(curve: Curve, box: Box, *, forward: bool) -> float:
    """The parameter at which the curve crosses the border of a box that holds one of its ends."""
    inside, outside = (0.0, 1.0) if forward else (1.0, 0.0)
    for step in range(1, 33):
        t = step / 32 if forward else 1 - step / 32
        if not box.holds(curve.at(t)):
            outside = t
            break
        inside = t
    for _ in range(16):
        middle = (inside + outside) / 2
        if box.holds(curve.at(middle)):
            inside = middle
        else:
            outside = middle
    return outside


def _piece(curve: Curve, first: float, last: float) -> Curve:
    start, end = curve.at(first), curve.at(last)
    a, b, c = curve.start, curve.control, curve.end
    weights = ((1 - first) * (1 - last), first * (1 - last) + last * (1 - first), first * last)
    control = tuple(weights[0] * a[i] + weights[1] * b[i] + weights[2] * c[i] for i in (0, 1))
    return Curve(start, (control[0], control[1]), end)


def passes_through(points: Sequence[Point], box: Box) -> bool:
    """Whether a chain of straight pieces enters a box."""
    left, right, top, bottom = box.left, box.right, box.top, box.bottom
    for a, b in pairwise(points):
        beside = (a[0] >= right and b[0] >= right) or (a[0] <= left and b[0] <= left)
        over = (a[1] >= bottom and b[1] >= bottom) or (a[1] <= top and b[1] <= top)
        if not (beside or over) and _enters(a, b, box):
            return True
    return False


def extent(points: Sequence[Point]) -> Box:
    """The smallest box around the points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _enters(a: Point, b: Point, box: Box) -> bool:
    """Liang and Barsky's test: does the piece from ``a`` to ``b`` have a part strictly inside the box?"""
    low, high = 0.0, 1.0
    for position, change, least, most in (
        (a[0], b[0] - a[0], box.left, box.right),
        (a[1], b[1] - a[1], box.top, box.bottom),
    ):
        if change == 0:
            if not least < position < most:
                return False
            continue
        near, far = sorted(((least - position) / change, (most - position) / change))
        low, high = max(low, near), min(high, far)
        if low >= high:
            return False
    return True


def cross(a: tuple[Point, ...], b: tuple[Point, ...]) -> bool:
    """Whether two chains of straight pieces cross."""
    return any(_pieces_cross(p, q, r, s) for p, q in pairwise(a) for r, s in pairwise(b))


def _pieces_cross(p: Point, q: Point, r: Point, s: Point) -> bool:
    def side(a: Point, b: Point, c: Point) -> float:
        return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])

    return side(p, q, r) * side(p, q, s) < 0 and side(r, s, p) * side(r, s, q) < 0
