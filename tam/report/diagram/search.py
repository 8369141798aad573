"""A grid for a model that brings none: outcomes to the right, then small moves while they help."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tam.report.diagram.layout import Drawn, Plan, crossings, faults, node_boxes, plan, route
from tam.report.diagram.model import Arrow, Diagram, Node, Position

_MOST_TRIALS = 1500


def find_places(names: Sequence[str], arrows: Sequence[Arrow]) -> dict[str, Position]:
    """Column and row for every node; no arrow through a node where the search finds such a drawing."""
    paths = [(arrow.source, arrow.target) for arrow in arrows if arrow.onto is None]
    columns = _layers(names, paths)
    places: dict[str, Position] = {}
    for name in names:
        taken = {row for other, (column, row) in places.items() if column == columns[name]}
        places[name] = (columns[name], next(row for row in range(1, len(names) + 2) if row not in taken))
    return _tidied(_improved(places, arrows, paths))


def _layers(names: Sequence[str], paths: Sequence[tuple[str, str]]) -> dict[str, int]:
    """The longest way to each node, capped so that a cycle ends; a node on no path stands first."""
    layer = dict.fromkeys(names, 0)
    for _ in range(len(names)):
        for source, target in paths:
            if source in layer and target in layer and layer[target] < layer[source] + 1 < len(names):
                layer[target] = layer[source] + 1
    return layer


def _improved(
    places: dict[str, Position], arrows: Sequence[Arrow], paths: Sequence[tuple[str, str]]
) -> dict[str, Position]:
    """Move one node at a time to the free place that helps most, until nothing does or the trials end."""
    best, least, trials = places, _cost(places, arrows), 0
    width = max(column for column, _ in places.values()) + 1
    height = max(row for _, row in places.values()) + 2
    improving = True
    while improving and trials < _MOST_TRIALS:
        improving = False
        for name in places:
            for spot in [(column, row) for column in range(width) for row in range(height)]:
                moved = {**best, name: spot}
                if spot in best.values() or not _reads_rightwards(moved, paths):
                    continue
                trials += 1
                cost = _cost(moved, arrows, least)
                if cost < least - 1e-9:
                    best, least, improving = moved, cost, True
                if trials >= _MOST_TRIALS:
                    return best
    return best


def _reads_rightwards(places: Mapping[str, Position], paths: Sequence[tuple[str, str]]) -> bool:
    return all(
        places[source][0] <= places[target][0]
        for source, target in paths
        if source in places and target in places
    )


def _cost(places: Mapping[str, Position], arrows: Sequence[Arrow], least: float = math.inf) -> float:
    """How bad a drawing is; infinite where its arrows alone, without labels, are no better than ``least``."""
    boxes = node_boxes(places)
    curves = route(arrows, boxes)
    bare = tuple(Drawn(arrow, curves[index], None) for index, arrow in enumerate(arrows) if index in curves)
    drawing = Plan(0.0, 0.0, boxes, bare)
    if _badness(drawing) >= least:
        return math.inf
    planned = plan(Diagram(tuple(Node(name, (name,)) for name in places), tuple(arrows), places))
    return _badness(planned) + planned.width / 150 + planned.height / 100


def _badness(planned: Plan) -> float:
    bent = sum(abs(_bend(one.curve.start, one.curve.control, one.curve.end)) > 1 for one in planned.drawn)
    length = sum(one.curve.length for one in planned.drawn) / 100
    return 1000 * len(faults(planned)) + 30 * crossings(planned) + 12 * bent + length


def _bend(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    """Twice the area of the triangle over the distance of its ends: how far the middle lies off the line."""
    area = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return area / (((c[0] - a[0]) ** 2 + (c[1] - a[1]) ** 2) ** 0.5 or 1.0)


def _tidied(places: Mapping[str, Position]) -> dict[str, Position]:
    """Without empty columns and rows."""
    columns = sorted({column for column, _ in places.values()})
    rows = sorted({row for _, row in places.values()})
    return {name: (columns.index(column), rows.index(row)) for name, (column, row) in places.items()}
