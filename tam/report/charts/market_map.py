"""The importance-performance map: strength to the right, rating upwards, cut into quarters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tam.report.charts.canvas import Anchor, Canvas, canvas, to_svg
from tam.report.charts.market_names import Box, Name, Room, place_names
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context
from tam.report.diagram.text import text_width

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 420.0, 394.0, 36.0, 8.0, 34.0, 342.0
_SIZE = 11.5
MOST_LABELS = 40
"""With more points only those worth testing are named in the picture; all stand in its table."""

Ends = tuple[float | None, float | None]


@dataclass(frozen=True, slots=True)
class Point:
    """``across`` strength, ``up`` rating, with their intervals."""

    label: str
    across: float
    up: float
    across_ends: Ends = (None, None)
    up_ends: Ends = (None, None)
    highlighted: bool = False


def map_chart(
    context: Context,
    points: Sequence[Point],
    middle: Mapping[str, Any],
    key: str,
    title: str,
    description: str,
) -> str:
    drawn = canvas(_WIDTH, _HEIGHT)
    across, upward = _axes(points)
    _grid(drawn, context, across, upward)
    cut = _cut(middle, across, upward)
    if cut is not None:
        _quarters(drawn, context, cut)
    for point in points:
        _cross(drawn, across, upward, point)
    for point in points:
        x, y = across.at(point.across), upward.at(point.up)
        drawn.dot(x, y, 5.0 if point.highlighted else 4.4, "series-1" if point.highlighted else "accent")
    _names(drawn, points, across, upward, cut)
    drawn.text(0, 10, context.word("market.axes.rating"), size=11.5, color="muted")
    unit = shortened(context.word("market.axes.strength"), _WIDTH)
    drawn.text(_WIDTH - _RIGHT, _HEIGHT - 12, unit, size=11.5, color="muted", anchor="right")
    return to_svg(drawn, key, title, description)


def _axes(points: Sequence[Point]) -> tuple[Axis, Axis]:
    xs = [value for one in points for value in (one.across, *one.across_ends) if value is not None]
    low = min(0.0, *xs)
    ys = [value for one in points for value in (one.up, *one.up_ends) if value is not None]
    return (
        Axis(*(padded(low, max(xs)) if low < 0 else (0.0, 1.06 * max(xs))), _LEFT, _WIDTH - _RIGHT),
        Axis(*padded(min(ys), max(ys), 0.14), _BOTTOM, _TOP),
    )


def _grid(drawn: Canvas, context: Context, across: Axis, upward: Axis) -> None:
    for value in upward.ticks(5):
        y = upward.at(value)
        drawn.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "grid")
        drawn.text(_LEFT - 8, y, tick_text(context.numbers, value), size=11, color="muted", anchor="right")
    for value in across.ticks(5):
        x = across.at(value)
        drawn.line([(x, _TOP), (x, _BOTTOM)], "muted" if abs(value) < 1e-9 else "grid")
        said = tick_text(context.numbers, value)
        drawn.text(x, _BOTTOM + 13, said, size=11, color="muted", anchor="center")


def _cut(middle: Mapping[str, Any], across: Axis, upward: Axis) -> tuple[float, float] | None:
    if middle.get("importance") is None or middle.get("performance") is None:
        return None
    return across.at(middle["importance"]), upward.at(middle["performance"])


def _quarters(drawn: Canvas, context: Context, cut: tuple[float, float]) -> None:
    """The quarter of what is worth testing tinted, the lines of the middle, the names in the corners."""
    x, y = cut
    drawn.rect(x, y, _WIDTH - _RIGHT - x, _BOTTOM - y, "faint")
    drawn.line([(x, _TOP), (x, _BOTTOM)], "ink", 1.1, (3, 3))
    drawn.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "ink", 1.1, (3, 3))
    right, left = _WIDTH - _RIGHT - 5, _LEFT + 5
    corners: tuple[tuple[str, float, float, Anchor], ...] = (
        ("improve", right, _BOTTOM - 11, "right"),
        ("maintain", right, _TOP + 11, "right"),
        ("secondary", left, _BOTTOM - 11, "left"),
        ("saturated", left, _TOP + 11, "left"),
    )
    for name, at, height, anchor in corners:
        said = context.word(f"market.quadrants.{name}")
        room = (right - x if anchor == "right" else x - left) - 4
        bold = name == "improve"
        said = shortened(said, max(room, 30))
        drawn.text(at, height, said, color="ink" if bold else "muted", anchor=anchor, bold=bold)


def _cross(drawn: Canvas, across: Axis, upward: Axis, point: Point) -> None:
    x, y = across.at(point.across), upward.at(point.up)
    low, high = point.across_ends
    if low is not None and high is not None:
        drawn.line([(across.at(low), y), (across.at(high), y)], "accent-soft", 1.4)
    low, high = point.up_ends
    if low is not None and high is not None:
        drawn.line([(x, upward.at(low)), (x, upward.at(high))], "accent-soft", 1.4)


def _lines(points: Sequence[Point], across: Axis, upward: Axis, cut: tuple[float, float] | None) -> list[Box]:
    """The room of the lines of the middle and of the crosses, which names keep clear of."""
    found: list[Box] = []
    if cut is not None:
        found += [(cut[0], _TOP, cut[0], _BOTTOM), (_LEFT, cut[1], _WIDTH, cut[1])]
    for one in points:
        x, y = across.at(one.across), upward.at(one.up)
        low, high = one.across_ends
        if low is not None and high is not None:
            found.append((across.at(low), y, across.at(high), y))
        low, high = one.up_ends
        if low is not None and high is not None:
            found.append((x, upward.at(high), x, upward.at(low)))
    return found


def _names(
    drawn: Canvas, points: Sequence[Point], across: Axis, upward: Axis, cut: tuple[float, float] | None
) -> None:
    """The names beside their dots; of a crowd those worth testing, and others where there is room."""
    shown = [one for one in points if one.highlighted or len(points) <= MOST_LABELS]
    texts = [shortened(one.label, 170, _SIZE) for one in shown]
    names = [
        Name((across.at(one.across), upward.at(one.up)), text_width(text, _SIZE), one.highlighted)
        for one, text in zip(shown, texts)
    ]
    room = Room(
        bounds=(_LEFT, _TOP + 16, _WIDTH, _BOTTOM - 16),
        solid=tuple(_around(across.at(one.across), upward.at(one.up), 5.5) for one in points),
        thin=tuple(_lines(points, across, upward, cut)),
        cut=cut,
    )
    for one, text, place in zip(shown, texts, place_names(names, room, _SIZE)):
        if place is not None:
            at, height, anchor = place
            drawn.text(at, height, text, size=_SIZE, anchor=anchor, bold=one.highlighted)


def _around(x: float, y: float, by: float) -> Box:
    return (x - by, y - by, x + by, y + by)
