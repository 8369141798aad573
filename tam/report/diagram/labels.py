"""A place for every coefficient: on its own arrow, on no node, on no other label."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from tam.report.diagram.geometry import Box, Line, Point, extent, passes_through
from tam.report.diagram.model import Arrow
from tam.report.diagram.text import text_width

LABEL_SIZE, LABEL_LINE, INTERVAL_SIZE = 14.0, 14.0, 12.0
_STEPS = (0.0, 0.06, -0.06, 0.12, -0.12, 0.18, -0.18, 0.24, -0.24, 0.3, -0.3, 0.35, -0.35, 0.39, -0.39)
_PLACES = tuple(0.5 + step for step in _STEPS)
_DOT, _NEAR = 16.0, 12.0


def label_size(arrow: Arrow, size: float = LABEL_SIZE) -> tuple[float, float]:
    """Width and height of an arrow's label: the coefficient, and its interval in smaller print."""
    widths = [text_width(line, size if nth == 0 else INTERVAL_SIZE) for nth, line in enumerate(arrow.label)]
    return (max(widths) + 6, LABEL_LINE * len(arrow.label) + 3) if widths else (0.0, 0.0)


def place_labels(
    arrows: Sequence[Arrow], lines: Mapping[int, Line], boxes: Sequence[Box], size: float = LABEL_SIZE
) -> dict[int, Box | None]:
    """A box for each label, short arrows first, where it covers least; then each again, all others set."""
    placed: dict[int, Box | None] = dict.fromkeys(lines)
    nodes = [box.grown(3) for box in boxes]
    ends = [_end(line, arrows[index].onto is not None) for index, line in lines.items()]
    points = {index: line.points(12) for index, line in lines.items()}
    around = {index: extent(chain) for index, chain in points.items()}
    order = sorted(lines, key=lambda index: (lines[index].length, index))
    for _ in range(2):
        changed = False
        for index in order:
            width, height = label_size(arrows[index], size)
            if not width:
                continue
            others = [box for other, box in placed.items() if box is not None and other != index]
            rest = [(around[other], chain) for other, chain in points.items() if other != index]
            best = _best(lines[index], (width, height), nodes, others, ends, rest)
            changed, placed[index] = changed or best != placed[index], best
        if not changed:
            break
    return placed


def _end(line: Line, dotted: bool) -> Box:
    """Where the head of an arrow is, or the dot of a moderation."""
    if dotted:
        return Box(*line.end, _DOT, _DOT)
    (x, y), (dx, dy) = line.end, line.direction(1.0)
    return Box(x - 6 * dx, y - 6 * dy, 12.0, 12.0)


def _best(
    line: Line,
    size: tuple[float, float],
    nodes: Sequence[Box],
    labels: Sequence[Box],
    ends: Sequence[Box],
    lines: Sequence[tuple[Box, tuple[Point, ...]]],
) -> Box:
    """The first place that covers least: no node, label or end of an arrow, then few other arrows."""
    best, least = Box(*line.at(0.5), *size), math.inf
    for cost, box in sorted(_spots(line, size), key=lambda spot: spot[0]):
        if cost >= least:
            break
        cost += 1000 * sum(box.overlaps(node) for node in nodes)
        cost += 1000 * sum(box.overlaps(other) for other in labels)
        cost += 400 * sum(box.overlaps(end) for end in ends)
        if cost < least:
            wide = box.grown(_NEAR)
            close = [
                chain for around, chain in lines if wide.overlaps(around) and passes_through(chain, wide)
            ]
            cost += 5 * len(close) + 35 * sum(passes_through(chain, box) for chain in close)
        if cost < least:
            best, least = box, cost
    return best


def _spots(line: Line, size: tuple[float, float]) -> Iterator[tuple[float, Box]]:
    """Places on the arrow from its middle outwards, and beside it: better beside a short arrow than over all
    of it."""
    width, height = size
    for rank, t in enumerate(_PLACES):
        (x, y), (dx, dy) = line.at(t), line.direction(t)
        hidden = min(width / (abs(dx) or 1e-9), height / (abs(dy) or 1e-9)) / line.length
        yield rank + 60 * max(hidden - 0.42, 0.0), Box(x, y, width, height)
        if rank > 10:
            continue
        near = abs(dy) * width / 2 + abs(dx) * height / 2 + 1
        for dearer, away in ((12.0, near), (12.5, -near), (14.0, near + 9), (14.5, -near - 9)):
            yield rank + dearer, Box(x + dy * away, y - dx * away, width, height)
