"""Simple slopes in scale units, each line labelled at its end, drawn only over observed answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 460.0, 330.0, 40.0, 116.0, 30.0, 52.0
_STRIP = 104.0
"""Height of the respondents over the moderator, beneath the lines."""
_STYLES: tuple[tuple[str, float, tuple[float, ...]], ...] = (
    ("series-1", 2.0, (2, 2)),
    ("series-2", 2.0, (6, 2)),
    ("series-3", 2.6, ()),
)


def slopes_chart(context: Context, analysis: Mapping[str, Any], labels: Sequence[str]) -> str:
    lines = analysis["lines"]
    names = {key: context.label(str(analysis.get(key))) for key in ("predictor", "moderator", "outcome")}
    counted = (analysis.get("johnson_neyman") or {}).get("histogram") or {}
    drawn = canvas(_WIDTH, _HEIGHT + (_STRIP if counted else 0.0))
    xs = [x for line in lines for x in line["x"]]
    ys = [y for line in lines for y in line["y"]]
    across = Axis(min(xs), max(xs), _LEFT, _WIDTH - _RIGHT)
    upward = Axis(*padded(min(ys), max(ys)), _HEIGHT - _BOTTOM, _TOP)
    _axes(context, drawn, across, upward)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    drawn.text(middle, _HEIGHT - 12, shortened(names["predictor"], 330), anchor="center")
    drawn.text(0, 10, shortened(names["outcome"], 330))
    ends = _apart([upward.at(line["y"][-1]) for line in lines])
    head = shortened(names["moderator"], _RIGHT - 12, 11.5)
    drawn.text(_WIDTH - _RIGHT + 12, min(ends) - 19, head, size=11.5, color="muted")
    for index, line in enumerate(lines):
        color, width, dashes = _STYLES[index % len(_STYLES)]
        points = [(across.at(x), upward.at(y)) for x, y in zip(line["x"], line["y"])]
        drawn.line(points, color, width, dashes)
        said = shortened(_line_label(context, analysis, index, labels[index]), _RIGHT - 14, 12)
        drawn.text(_WIDTH - _RIGHT + 12, ends[index], said, color=color, bold=True)
    if counted:
        _respondents(context, drawn, analysis, counted)
    return to_svg(
        drawn,
        _key(context, analysis),
        context.word("figures.slopes", **names),
        context.word("descriptions.slopes", **names),
    )


def _axes(context: Context, drawn: Canvas, across: Axis, upward: Axis) -> None:
    bottom = _HEIGHT - _BOTTOM
    for value in upward.ticks(5):
        y, said = upward.at(value), tick_text(context.numbers, value)
        drawn.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "grid")
        drawn.text(_LEFT - 8, y, said, size=11.5, color="muted", anchor="right")
    for value in across.ticks(7):
        x, said = across.at(value), tick_text(context.numbers, value)
        drawn.line([(x, bottom), (x, bottom + 4)], "muted")
        drawn.text(x, bottom + 15, said, size=11.5, color="muted", anchor="center")
    drawn.line([(_LEFT, bottom), (_WIDTH - _RIGHT, bottom)], "muted")


def _respondents(
    context: Context, drawn: Canvas, analysis: Mapping[str, Any], counted: Mapping[str, Any]
) -> None:
    """How many respondents stand where on the moderator, with the levels at which the lines are drawn."""
    edges, counts, bottom = counted["edges"], counted["counts"], _HEIGHT + _STRIP - 42
    levels = [one.get("moderator_scale") for one in analysis.get("slopes") or ()]
    known = [level for level in levels if level is not None]
    across = Axis(min([edges[0], *known]), max([edges[-1], *known]), _LEFT, _WIDTH - _RIGHT)
    tallest = max(counts, default=0) or 1
    for start, end, count in zip(edges, edges[1:], counts):
        height = (_STRIP - 58) * count / tallest
        if count:
            left, right = across.at(start) + 0.5, across.at(end) - 0.5
            drawn.rect(left, bottom - height, right - left, height, "accent-soft")
    drawn.line([(_LEFT, bottom), (_WIDTH - _RIGHT, bottom)], "muted")
    for value in across.ticks(7):
        said = tick_text(context.numbers, value)
        drawn.text(across.at(value), bottom + 12, said, size=11, color="muted", anchor="center")
    for index, level in enumerate(levels):
        if level is not None:
            color, width, dashes = _STYLES[index % len(_STYLES)]
            x = across.at(level)
            drawn.line([(x, bottom - _STRIP + 54), (x, bottom + 4)], color, width, dashes)
    name = shortened(context.label(str(analysis.get("moderator"))), 300)
    drawn.text((_LEFT + _WIDTH - _RIGHT) / 2, bottom + 29, name, anchor="center")
    drawn.text(_WIDTH - _RIGHT + 12, bottom - 10, context.word("axes.respondents"), size=11.5, color="muted")


def _line_label(context: Context, analysis: Mapping[str, Any], index: int, label: str) -> str:
    slopes = analysis.get("slopes") or ()
    value = slopes[index].get("moderator_scale") if index < len(slopes) else None
    return label if value is None else f"{label} ({context.numbers.plain(value, 1)})"


def _apart(positions: Sequence[float], least: float = 17.0) -> list[float]:
    """Label positions moved apart until no two are closer than ``least`` pixels; their order is kept."""
    order = sorted(range(len(positions)), key=lambda index: positions[index])
    moved = list(positions)
    for before, after in pairwise(order):
        moved[after] = max(moved[after], moved[before] + least)
    over = max(moved, default=0.0) - (_HEIGHT - _BOTTOM)
    return [position - max(over, 0.0) for position in moved]


def _key(context: Context, analysis: Mapping[str, Any]) -> str:
    """A key that is unique in the page: the place of the analysis in the results."""
    analyses = list(context.rows("moderation", "analyses"))
    return f"slopes-{analyses.index(analysis) + 1}"
