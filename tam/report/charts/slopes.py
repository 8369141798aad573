"""Simple slopes in scale units, each line labelled at its end, drawn only over observed answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 460.0, 330.0, 40.0, 116.0, 30.0, 52.0
_STYLES: tuple[tuple[str, float, tuple[float, ...]], ...] = (
    ("series-1", 2.0, (2, 2)),
    ("series-2", 2.0, (6, 2)),
    ("series-3", 2.6, ()),
)


def slopes_chart(context: Context, analysis: Mapping[str, Any], labels: Sequence[str]) -> str:
    lines = analysis["lines"]
    names = {key: context.label(str(analysis.get(key))) for key in ("predictor", "moderator", "outcome")}
    drawn = canvas(_WIDTH, _HEIGHT)
    xs = [x for line in lines for x in line["x"]]
    ys = [y for line in lines for y in line["y"]]
    across = Axis(min(xs), max(xs), _LEFT, _WIDTH - _RIGHT)
    upward = Axis(*padded(min(ys), max(ys)), _HEIGHT - _BOTTOM, _TOP)
    for value in upward.ticks(5):
        y = upward.at(value)
        drawn.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "grid")
        drawn.text(_LEFT - 8, y, tick_text(context.numbers, value), size=11.5, color="muted", anchor="right")
    for value in across.ticks(7):
        x = across.at(value)
        drawn.line([(x, _HEIGHT - _BOTTOM), (x, _HEIGHT - _BOTTOM + 4)], "muted")
        drawn.text(
            x,
            _HEIGHT - _BOTTOM + 15,
            tick_text(context.numbers, value),
            size=11.5,
            color="muted",
            anchor="center",
        )
    drawn.line([(_LEFT, _HEIGHT - _BOTTOM), (_WIDTH - _RIGHT, _HEIGHT - _BOTTOM)], "muted")
    drawn.text(
        (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, shortened(names["predictor"], 330), anchor="center"
    )
    drawn.text(0, 10, shortened(names["outcome"], 330))
    ends = _apart([upward.at(line["y"][-1]) for line in lines])
    drawn.text(
        _WIDTH - _RIGHT + 12,
        min(ends) - 19,
        shortened(names["moderator"], _RIGHT - 12, 11.5),
        size=11.5,
        color="muted",
    )
    for index, line in enumerate(lines):
        color, width, dashes = _STYLES[index % len(_STYLES)]
        points = [(across.at(x), upward.at(y)) for x, y in zip(line["x"], line["y"])]
        drawn.line(points, color, width, dashes)
        said = shortened(_line_label(context, analysis, index, labels[index]), _RIGHT - 14, 12)
        drawn.text(_WIDTH - _RIGHT + 12, ends[index], said, color=color, bold=True)
    return to_svg(
        drawn,
        _key(context, analysis),
        context.word("figures.slopes", **names),
        context.word("descriptions.slopes", **names),
    )


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
