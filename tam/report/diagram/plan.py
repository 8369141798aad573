"""From places on a grid to a drawing plan: boxes, lines that avoid boxes, labels that avoid each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from tam.report.diagram.geometry import Box, Line, Point, extent, moved
from tam.report.diagram.labels import LABEL_SIZE, place_labels
from tam.report.diagram.model import Arrow, Diagram, Position
from tam.report.diagram.routing import route


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a drawing is made of, in pixels; ``bend`` scales the detours of arrows."""

    node_width: float = 150.0
    node_height: float = 68.0
    column_pitch: float = 262.0
    staggered_pitch: float = 212.0
    empty_pitch: float = 90.0
    row_pitch: float = 154.0
    margin: float = 14.0
    label_size: float = LABEL_SIZE
    bend: float = 1.0
    dimension_width: float = 106.0
    dimension_line: float = 14.0

    def spread(self, by: float) -> Sizes:
        """The same with more room between the nodes."""
        gap = self.column_pitch - self.node_width
        return replace(
            self,
            column_pitch=self.node_width + gap * by,
            staggered_pitch=self.staggered_pitch + gap * (by - 1),
            empty_pitch=self.empty_pitch * by,
            row_pitch=self.node_height + (self.row_pitch - self.node_height) * by,
        )


FULL = Sizes()
SMALL = Sizes(74.0, 42.0, 146.0, 120.0, 46.0, 86.0, 6.0, 12.5, 0.6)
"""For several drawings beside each other: names instead of labels in the boxes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An arrow as it will be drawn; ``dot`` is where a moderator lands on its path."""

    arrow: Arrow
    line: Line
    label: Box | None
    dot: Point | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """``boxes`` of all nodes, those of dimensions under ``construct/dimension``; ``ties``: the thin lines
    from a second-order construct to its dimensions."""

    width: float
    height: float
    boxes: Mapping[str, Box]
    drawn: tuple[Drawn, ...]
    ties: tuple[tuple[Point, Point], ...] = ()


Sides = Mapping[str, int]
"""Second-order construct -> -1 where its dimensions stand above it, 1 where below."""


def plan(diagram: Diagram, sizes: Sizes = FULL, sides: Sides | None = None) -> Plan:
    """Where everything of the diagram goes. Deterministic: the same diagram gives the same plan."""
    sides = sides or {}
    rooms = {name: side * (_part_height(diagram, name, sizes) + 18) for name, side in sides.items()}
    boxes = node_boxes(diagram.places, sizes, rooms)
    ties: list[tuple[Point, Point]] = []
    for name, side in sides.items():
        parts = _dimension_boxes(diagram, name, boxes[name], side, sizes)
        ties += _ties(boxes[name], list(parts.values()), side)
        boxes |= parts
    walls = [extent(tie) for tie in ties]
    lines = route(diagram.arrows, boxes, sizes.bend, walls)
    labels = place_labels(diagram.arrows, lines, [*boxes.values(), *walls], sizes.label_size)
    drawn = tuple(
        Drawn(arrow, lines[index], labels[index], lines[index].end if arrow.onto else None)
        for index, arrow in enumerate(diagram.arrows)
        if index in lines
    )
    return _placed(boxes, drawn, ties, sizes.margin)


def node_boxes(
    places: Mapping[str, Position], sizes: Sizes = FULL, rooms: Mapping[str, float] | None = None
) -> dict[str, Box]:
    """Boxes on the grid. Columns that share no row move closer together, empty ones are a little space.
    ``rooms``: the room that a node needs above it (negative) or below it for its dimensions."""
    across, down = _column_positions(places, sizes), _row_positions(places, sizes, rooms or {})
    return {
        name: Box(across[column], down[row], sizes.node_width, sizes.node_height)
        for name, (column, row) in places.items()
    }


def _row_positions(
    places: Mapping[str, Position], sizes: Sizes, rooms: Mapping[str, float]
) -> dict[float, float]:
    rows = sorted({row for _, row in places.values()})
    found, extra = {}, 0.0
    for nth, row in enumerate(rows):
        above = [-room for name, room in rooms.items() if room < 0 and nth and places[name][1] == row]
        below = [
            room
            for name, room in rooms.items()
            if room > 0 and nth and rows[nth - 1] <= places[name][1] < row <= places[name][1] + 1
        ]
        extra += max(above, default=0.0) + max(below, default=0.0)
        found[row] = row * sizes.row_pitch + extra
    return found


def _part_height(diagram: Diagram, name: str, sizes: Sizes) -> float:
    return 12 + sizes.dimension_line * max(len(p.lines) + bool(p.detail) for p in diagram.dimensions[name])


def _column_positions(places: Mapping[str, Position], sizes: Sizes) -> list[float]:
    last = max((column for column, _ in places.values()), default=0)
    rows = {column: [row for other, row in places.values() if other == column] for column in range(last + 1)}
    across = [0.0]
    for column in range(1, last + 1):
        near = sizes.staggered_pitch if rows[column] and rows[column - 1] else sizes.empty_pitch
        clear = [
            across[left] + sizes.column_pitch
            for left in range(column)
            if any(abs(a - b) < 1 for a in rows[left] for b in rows[column])
        ]
        across.append(max([across[-1] + near, *clear]))
    return across


def _dimension_boxes(diagram: Diagram, name: str, box: Box, side: int, sizes: Sizes) -> dict[str, Box]:
    """A row of small boxes above or below a construct."""
    parts = diagram.dimensions[name]
    width, height = sizes.dimension_width, _part_height(diagram, name, sizes)
    y = box.y + side * (box.height / 2 + 30 + height / 2)
    first = box.x - (len(parts) - 1) * (width + 8) / 2
    return {
        f"{name}/{part.name}": Box(first + nth * (width + 8), y, width, height)
        for nth, part in enumerate(parts)
    }


def _ties(box: Box, parts: Sequence[Box], side: int) -> list[tuple[Point, Point]]:
    start = box.y + side * box.height / 2
    spread = [box.x + 0.3 * box.width * _share(nth, len(parts)) for nth in range(len(parts))]
    return [((x, start), (part.x, part.y - side * part.height / 2)) for x, part in zip(spread, parts)]


def _share(nth: int, count: int) -> float:
    """From -1 for the first to 1 for the last."""
    return 0.0 if count == 1 else 2 * nth / (count - 1) - 1


def _placed(
    boxes: Mapping[str, Box], drawn: Sequence[Drawn], ties: Sequence[tuple[Point, Point]], margin: float
) -> Plan:
    """Everything moved so that the drawing begins at the margin."""
    everything = [*boxes.values(), *(one.label for one in drawn if one.label is not None)]
    points = [point for one in drawn for point in one.line.points(12)]
    points += [corner for box in everything for corner in ((box.left, box.top), (box.right, box.bottom))]
    around = extent(points or [(0.0, 0.0), (1.0, 1.0)])
    x, y = margin - around.left, margin - around.top
    return Plan(
        around.width + 2 * margin,
        around.height + 2 * margin,
        {name: _moved_box(box, x, y) for name, box in boxes.items()},
        tuple(_moved(one, x, y) for one in drawn),
        tuple(((ax + x, ay + y), (bx + x, by + y)) for (ax, ay), (bx, by) in ties),
    )


def _moved_box(box: Box, x: float, y: float) -> Box:
    return Box(box.x + x, box.y + y, box.width, box.height)


def _moved(one: Drawn, x: float, y: float) -> Drawn:
    label = _moved_box(one.label, x, y) if one.label else None
    dot = (one.dot[0] + x, one.dot[1] + y) if one.dot else None
    return Drawn(one.arrow, moved(one.line, x, y), label, dot)
