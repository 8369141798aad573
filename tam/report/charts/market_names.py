"""Names beside the dots of a map: each clearly nearest to its own dot, none upon another."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tam.report.charts.canvas import Anchor

Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""
Spot = tuple[float, float]

_AIR, _CROWD = 2.0, 45.0
_MARGINS = (4.0, 1.5)
"""By how much a name must stand nearer to its own dot than to any other, the stricter first."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name of ``width`` pixels for the dot at ``spot``; ``first`` is placed before the others."""

    spot: Spot
    width: float
    first: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """Where names may stand: within ``bounds``, off ``solid``, off ``thin`` where possible, never beyond the
    lines at ``cut`` (x, y) from their dot."""

    bounds: Box
    solid: tuple[Box, ...]
    thin: tuple[Box, ...]
    cut: Spot | None


Place = tuple[float, float, Anchor]


def place_names(names: Sequence[Name], room: Room, size: float) -> list[Place | None]:
    """Where each name stands; None where there is no room. The most crowded are placed first."""
    dots = [one.spot for one in names]
    order = sorted(
        range(len(names)), key=lambda i: (not names[i].first, -_neighbours(names[i].spot, dots), i)
    )
    found: list[Place | None] = [None] * len(names)
    taken = list(room.solid)
    for i in order:
        chosen = _place(names[i], dots, taken, room, size)
        if chosen is not None:
            found[i], box = chosen
            taken.append(box)
    return found


def _neighbours(spot: Spot, dots: Sequence[Spot]) -> int:
    return sum(math.dist(spot, other) < _CROWD for other in dots)


def _place(
    name: Name, dots: Sequence[Spot], taken: Sequence[Box], room: Room, size: float
) -> tuple[Place, Box] | None:
    for margin in _MARGINS:
        for thin in (room.thin, ()):
            for place in _places(*name.spot):
                box = _box(place, name.width, size)
                if (
                    _within(box, room.bounds)
                    and _same_side(box, name.spot, room.cut)
                    and _nearest(box, name.spot, dots, margin)
                    and not any(_meet(box, other) for other in (*taken, *thin))
                ):
                    return place, box
    return None


def _places(x: float, y: float) -> Iterator[Place]:
    for away in (10.0, 18.0):
        yield x + away, y - 9, "left"
        yield x - away, y - 9, "right"
        yield x + away, y + 10, "left"
        yield x - away, y + 10, "right"
        yield x + away, y, "left"
        yield x - away, y, "right"
        yield x, y - 6 - away, "center"
        yield x, y + 6 + away, "center"


def _box(place: Place, width: float, size: float) -> Box:
    at, height, anchor = place
    start = {"left": at, "right": at - width, "center": at - width / 2}[anchor]
    return (start - _AIR, height - size / 2 - _AIR, start + width + _AIR, height + size / 2 + _AIR)


def _within(box: Box, bounds: Box) -> bool:
    return box[0] >= bounds[0] and box[1] >= bounds[1] and box[2] <= bounds[2] and box[3] <= bounds[3]


def _same_side(box: Box, spot: Spot, cut: Spot | None) -> bool:
    """Whether the middle of a name is in the same quarter as its dot."""
    if cut is None:
        return True
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return all((middle[i] >= cut[i]) == (spot[i] >= cut[i]) for i in (0, 1))


def _nearest(box: Box, own: Spot, dots: Sequence[Spot], margin: float) -> bool:
    room = _away(box, own) + margin
    return all(_away(box, other) > room for other in dots if other != own)


def _away(box: Box, dot: Spot) -> float:
    across = max(box[0] - dot[0], 0.0, dot[0] - box[2])
    return math.hypot(across, max(box[1] - dot[1], 0.0, dot[1] - box[3]))


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
