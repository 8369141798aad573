"""Estimates beneath each other, each with its interval and its number at the end of the line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context

_WIDTH, _LEFT, _RIGHT, _FOOT = 420.0, 128.0, 50.0, 44.0
_ROW, _TALL, _HEAD, _BAR = 25.0, 42.0, 28.0, 12.0


@dataclass(frozen=True, slots=True)
class Marked:
    """One line: ``shown`` is the number as text; a hollow dot stands for what cannot be told."""

    label: str
    value: float | None
    low: float | None
    high: float | None
    shown: str
    hollow: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Lines under heads (an empty head prints none). ``unit``: what the axis counts; ``zero``: the axis
    reaches 0; ``percent``: shares between 0 and 1, as bars; ``above``: labels, being long, stand above their
    lines."""

    groups: tuple[tuple[str, tuple[Marked, ...]], ...]
    unit: str
    zero: bool = False
    percent: bool = False
    above: bool = False


def rows_chart(context: Context, rows: Rows, key: str, title: str, description: str) -> str:
    step = _TALL if rows.above else _ROW
    height = sum(bool(head) * _HEAD + len(marks) * step for head, marks in rows.groups)
    drawn = canvas(_WIDTH, height + _FOOT)
    axis = Axis(*_reach(rows), 1.0 if rows.above else _LEFT, _WIDTH - _RIGHT)
    _grid(drawn, context, axis, height, rows)
    y = 0.0
    for head, marks in rows.groups:
        if head:
            drawn.text(0, y + _HEAD / 2 + 3, shortened(head, _WIDTH, 12.5), size=12.5, bold=True)
            y += _HEAD
        for mark in marks:
            _line(drawn, axis, mark, y, rows)
            y += step
    return to_svg(drawn, key, title, description)


def _values(rows: Rows) -> Iterator[float]:
    for _, marks in rows.groups:
        for mark in marks:
            yield from (value for value in (mark.value, mark.low, mark.high) if value is not None)


def _reach(rows: Rows) -> tuple[float, float]:
    found = list(_values(rows)) or [0.0, 1.0]
    low, high = min(found), max(found)
    if not rows.zero:
        return padded(low, high)
    below, above = min(0.0, low), max(0.0, high)
    air = 0.04 * ((above - below) or 1.0)
    return below - (air if below < 0 else 0.0), above + air


def _grid(drawn: Canvas, context: Context, axis: Axis, bottom: float, rows: Rows) -> None:
    """Lines with their values beneath; where words stand between the bars, the values alone."""
    for value in axis.ticks(5):
        x = axis.at(value)
        origin = rows.zero and abs(value) < 1e-9
        if not rows.above:
            drawn.line([(x, 0), (x, bottom + 2)], "muted" if origin else "grid")
        said = context.numbers.percent(value, 0) if rows.percent else tick_text(context.numbers, value)
        at_edge = rows.above and origin
        drawn.text(
            0 if at_edge else x,
            bottom + 14,
            said,
            size=11,
            color="muted",
            anchor="left" if at_edge else "center",
        )
    middle = (axis.start + axis.end) / 2
    unit = shortened(rows.unit, 2 * min(middle, _WIDTH - middle), 11.5)
    drawn.text(middle, bottom + 34, unit, size=11.5, color="muted", anchor="center")


def _line(drawn: Canvas, axis: Axis, mark: Marked, y: float, rows: Rows) -> None:
    centre = y + (_TALL - 13 if rows.above else _ROW / 2)
    if rows.above:
        drawn.text(0, y + 11, shortened(mark.label, _WIDTH - 4))
        drawn.line([(axis.start, centre), (axis.end, centre)], "grid")
    else:
        drawn.text(_LEFT - 14, centre, shortened(mark.label, _LEFT - 16), anchor="right")
    color = "muted" if mark.hollow else "accent"
    if rows.percent and mark.value is not None:
        width = axis.at(mark.value) - axis.at(0)
        drawn.rect(axis.at(0), centre - _BAR / 2, width, _BAR, "accent-soft")
    if mark.low is not None and mark.high is not None:
        drawn.line([(axis.at(mark.low), centre), (axis.at(mark.high), centre)], color, 2.4)
    if mark.value is not None:
        drawn.dot(axis.at(mark.value), centre, 3.4 if rows.percent else 4.6, color, hollow=mark.hollow)
    drawn.text(_WIDTH, centre, mark.shown, anchor="right", bold=True)
