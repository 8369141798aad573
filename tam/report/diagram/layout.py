"""From places on a grid to a drawing plan: boxes, curves that avoid boxes, labels that avoid each other."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tam.report.diagram.geometry import Box, Curve, Point, between, cross, cut, passes_through
from tam.report.diagram.model import Arrow, Diagram, Position

NODE_WIDTH, NODE_HEIGHT = 150.0, 68.0
COLUMN_PITCH, STAGGERED_PITCH, EMPTY_PITCH = 240.0, 200.0, 90.0
ROW_PITCH, MARGIN = 138.0, 14.0
LABEL_SIZE, LABEL_LINE = 14.0, 15.0
_BENDS = (0.0, 46.0, -46.0, 80.0, -80.0, 120.0, -120.0)
_LANDINGS = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68)
_LABEL_PLACES = (0.5, 0.44, 0.56, 0.38, 0.62, 0.32, 0.68, 0.26, 0.74, 0.2, 0.8)


@dataclass(frozen=True, slots=True)
class Sizes:
    """What a drawing is made of, in pixels; ``bend`` scales the detours of arrows."""

    node_width: float = NODE_WIDTH
    node_height: float = NODE_HEIGHT
    column_pitch: float = COLUMN_PITCH
    staggered_pitch: float = STAGGERED_PITCH
    empty_pitch: float = EMPTY_PITCH
    row_pitch: float = ROW_PITCH
    margin: float = MARGIN
    label_size: float = LABEL_SIZE
    bend: float = 1.0


FULL = Sizes()
SMALL = Sizes(74.0, 42.0, 146.0, 120.0, 46.0, 86.0, 6.0, 12.5, 0.6)
"""For several drawings beside each other: names instead of labels in the boxes."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """An arrow as it will be drawn; ``dot`` is where a moderator lands on its path."""

    arrow: Arrow
    curve: Curve
    label: Box | None
    dot: Point | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    width: float
    height: float
    boxes: Mapping[str, Box]
    drawn: tuple[Drawn, ...]


def plan(diagram: Diagram, sizes: Sizes = FULL) -> Plan:
    """Where everything of the diagram goes. Deterministic: the same diagram gives the same plan."""
    boxes = node_boxes(diagram.places, sizes)
    curves = route(diagram.arrows, boxes, sizes.bend)
    labels = place_labels(diagram.arrows, curves, boxes, sizes.label_size)
    drawn = tuple(
        Drawn(arrow, curves[index], labels[index], curves[index].end if arrow.onto else None)
        for index, arrow in enumerate(diagram.arrows)
        if index in curves
    )
    extent = _extent(boxes, drawn)
    shift_x, shift_y = sizes.margin - extent.left, sizes.margin - extent.top
    return Plan(
        extent.width + 2 * sizes.margin,
        extent.height + 2 * sizes.margin,
        {name: _moved_box(box, shift_x, shift_y) for name, box in boxes.items()},
        tuple(_moved(one, shift_x, shift_y) for one in drawn),
    )


def node_boxes(places: Mapping[str, Position], sizes: Sizes = FULL) -> dict[str, Box]:
    """Boxes on the grid. Columns that share no row move closer together, empty ones are a little space."""
    across = _column_positions(places, sizes)
    return {
        name: Box(across[column], row * sizes.row_pitch, sizes.node_width, sizes.node_height)
        for name, (column, row) in places.items()
    }


def _column_positions(places: Mapping[str, Position], sizes: Sizes) -> list[float]:
    last = max((column for column, _ in places.values()), default=0)
    filled = {column for column, _ in places.values()}
    rows = {column: {row for other, row in places.values() if other == column} for column in range(last + 1)}
    across = [0.0]
    for column in range(1, last + 1):
        near = sizes.staggered_pitch if {column, column - 1} <= filled else sizes.empty_pitch
        clear = [across[left] + sizes.column_pitch for left in range(column) if rows[left] & rows[column]]
        across.append(max([across[-1] + near, *clear]))
    return across


def route(arrows: Sequence[Arrow], boxes: Mapping[str, Box], scale: float = 1.0) -> dict[int, Curve]:
    """A curve for each arrow: straight where nothing is in the way, else the gentlest bend that is free."""
    curves: dict[int, Curve] = {}
    paths: dict[tuple[str, str], Curve] = {}
    for index, arrow in enumerate(arrows):
        if arrow.onto is None and arrow.source in boxes and arrow.target in boxes:
            curves[index] = _free(arrow.source, arrow.target, boxes, scale)
            paths[(arrow.source, arrow.target)] = curves[index]
    for index, arrow in enumerate(arrows):
        if arrow.onto is not None and arrow.source in boxes and arrow.onto in paths:
            curves[index] = _landing(arrow.source, paths[arrow.onto], boxes)
    return curves


def _free(source: str, target: str, boxes: Mapping[str, Box], scale: float) -> Curve:
    others = [box.grown(6 * scale) for name, box in boxes.items() if name not in (source, target)]
    best, fewest = None, math.inf
    for bend in _BENDS:
        bowed = between(boxes[source].centre, boxes[target].centre, bend * scale)
        curve = cut(bowed, boxes[source], boxes[target])
        hits = sum(passes_through(curve.points(), box) for box in others)
        if hits < fewest:
            best, fewest = curve, hits
        if hits == 0:
            break
    assert best is not None
    return best


def _landing(moderator: str, path: Curve, boxes: Mapping[str, Box]) -> Curve:
    others = [box.grown(4) for name, box in boxes.items() if name != moderator]
    best, fewest = None, math.inf
    for t in _LANDINGS:
        curve = cut(between(boxes[moderator].centre, path.at(t)), boxes[moderator], None)
        hits = sum(passes_through(curve.points(), box) for box in others)
        if hits < fewest:
            best, fewest = curve, hits
        if hits == 0:
            break
    assert best is not None
    return best


def text_width(text: str, size: float) -> float:
    """A generous guess at the width of a text: CJK and full-width signs one em, others about half."""
    return size * sum(1.0 if ord(char) > 0x2E80 else 0.6 for char in text)


def label_size(arrow: Arrow, size: float = LABEL_SIZE) -> tuple[float, float]:
    """Width and height of an arrow's label: the coefficient, and its interval in smaller print."""
    widths = [text_width(line, size if index == 0 else 11.0) for index, line in enumerate(arrow.label)]
    return (max(widths) + 6, LABEL_LINE * len(arrow.label) + 3) if widths else (0.0, 0.0)


def place_labels(
    arrows: Sequence[Arrow],
    curves: Mapping[int, Curve],
    boxes: Mapping[str, Box],
    size: float = LABEL_SIZE,
) -> dict[int, Box | None]:
    """A box for each label on its own arrow, short arrows first, where it covers least of the rest."""
    placed: dict[int, Box | None] = dict.fromkeys(curves)
    taken: list[Box] = []
    dots = [Box(*curves[i].end, 16, 16) for i, arrow in enumerate(arrows) if arrow.onto and i in curves]
    lines = {index: curve.points() for index, curve in curves.items()}
    for index in sorted(curves, key=lambda i: (curves[i].length, i)):
        width, height = label_size(arrows[index], size)
        if not width:
            continue
        best, least = None, math.inf
        for rank, t in enumerate(_LABEL_PLACES):
            box = Box(*curves[index].at(t), width, height)
            covered = sum(box.overlaps(node.grown(3)) for node in boxes.values())
            covered += sum(box.overlaps(other) for other in taken)
            dotted = sum(box.overlaps(dot) for dot in dots)
            crossed = sum(passes_through(points, box) for other, points in lines.items() if other != index)
            cost = 1000 * covered + 200 * dotted + 40 * crossed + rank
            if cost < least:
                best, least = box, cost
        placed[index] = best
        if best is not None:
            taken.append(best)
    return placed


def faults(planned: Plan) -> tuple[str, ...]:
    """What is wrong with a drawing: an arrow through a node, a label on a node or on another label."""
    found = []
    for one in planned.drawn:
        ends = {one.arrow.source} if one.arrow.onto else {one.arrow.source, one.arrow.target}
        for name, box in planned.boxes.items():
            if name not in ends and passes_through(one.curve.points(), box):
                found.append(f"{one.arrow.told_apart} passes through {name}")
            if one.label is not None and one.label.overlaps(box):
                found.append(f"the label of {one.arrow.told_apart} covers {name}")
    labelled = [one for one in planned.drawn if one.label is not None]
    for index, one in enumerate(labelled):
        for other in labelled[:index]:
            if one.label and other.label and one.label.overlaps(other.label):
                found.append(f"the labels of {other.arrow.told_apart} and {one.arrow.told_apart} overlap")
    return tuple(found)


def crossings(planned: Plan) -> int:
    """How many pairs of arrows cross (a moderator touching its own path does not count)."""
    lines = [one.curve.points(12) for one in planned.drawn]
    return sum(cross(a, b) for i, a in enumerate(lines) for b in lines[:i])


def _extent(boxes: Mapping[str, Box], drawn: Sequence[Drawn]) -> Box:
    everything = [*boxes.values(), *(one.label for one in drawn if one.label is not None)]
    points = [point for one in drawn for point in one.curve.points(12)]
    left = min([box.left for box in everything] + [x for x, _ in points], default=0.0)
    right = max([box.right for box in everything] + [x for x, _ in points], default=1.0)
    top = min([box.top for box in everything] + [y for _, y in points], default=0.0)
    bottom = max([box.bottom for box in everything] + [y for _, y in points], default=1.0)
    return Box((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)


def _moved_box(box: Box, x: float, y: float) -> Box:
    return Box(box.x + x, box.y + y, box.width, box.height)


def _moved(one: Drawn, x: float, y: float) -> Drawn:
    def shifted(point: Point) -> Point:
        return (point[0] + x, point[1] + y)

    curve = Curve(shifted(one.curve.start), shifted(one.curve.control), shifted(one.curve.end))
    label = _moved_box(one.label, x, y) if one.label else None
    return Drawn(one.arrow, curve, label, shifted(one.dot) if one.dot else None)
