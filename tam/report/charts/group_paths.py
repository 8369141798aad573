"""Every path in every group with its interval; beside its name the test that it is the same in all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context

_WIDTH, _ROW, _HEAD, _LEFT, _RIGHT, _TEST = 440.0, 21.0, 27.0, 112.0, 42.0, 78.0


def group_paths_chart(
    context: Context, paths: Sequence[Mapping[str, Any]], labels: Mapping[str, str], key: str, by: str
) -> str:
    rows = sum(len(one["groups"]) for one in paths)
    height = rows * _ROW + len(paths) * _HEAD
    drawn = canvas(_WIDTH, height + 48)
    values = [value for one in paths for value in one["groups"].values()]
    known = [
        value[name]
        for value in values
        for name in ("est", "ci_low", "ci_high")
        if value.get(name) is not None
    ]
    axis = Axis(*padded(min([0.0, *known]), max([0.0, *known])), _LEFT, _WIDTH - _RIGHT)
    for value in axis.ticks():
        x = axis.at(value)
        drawn.text(x, height + 14, tick_text(context.numbers, value), size=11, color="muted", anchor="center")
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    drawn.text(middle, height + 36, context.word("axes.b"), size=11.5, color="muted", anchor="center")
    y = 0.0
    for one in paths:
        _head(context, drawn, one, y + _HEAD / 2 + 2)
        y += _HEAD
        _grid(drawn, axis, y, y + len(one["groups"]) * _ROW)
        for group, value in one["groups"].items():
            _value(context, drawn, axis, labels.get(group, group), value, y + _ROW / 2)
            y += _ROW
    told = {"by": by, "n": context.numbers.count(len(paths))}
    return to_svg(
        drawn,
        key,
        context.word("figures.group_paths", by=by),
        context.word("descriptions.group_paths", **told),
    )


def _grid(drawn: Canvas, axis: Axis, top: float, bottom: float) -> None:
    """Lines behind the rows of one path: they stop at its name."""
    for value in axis.ticks():
        drawn.line([(axis.at(value), top), (axis.at(value), bottom)], "grid")
    drawn.line([(axis.at(0), top), (axis.at(0), bottom)], "muted", 1.2)


def _head(context: Context, drawn: Canvas, path: Mapping[str, Any], y: float) -> None:
    """The path and its test, on a ground of their own."""
    name = f"{context.label(str(path['predictor']))} → {context.label(str(path['outcome']))}"
    drawn.rect(0, y - _HEAD / 2 + 3, _WIDTH, _HEAD - 7, "faint")
    drawn.text(4, y, shortened(name, _WIDTH - _TEST, 12), size=12, bold=True)
    test = path.get("overall") or {}
    if test.get("p_holm") is not None:
        differs = test["p_holm"] < context.alpha
        said = f"p {context.numbers.p_equals(test['p_holm'])}"
        drawn.text(_WIDTH - 4, y, said, size=11.5, anchor="right", bold=differs)


def _value(
    context: Context, drawn: Canvas, axis: Axis, label: str, value: Mapping[str, Any], y: float
) -> None:
    drawn.text(_LEFT - 12, y, shortened(label, _LEFT - 14), color="muted", anchor="right")
    low, high = value.get("ci_low"), value.get("ci_high")
    if low is not None and high is not None:
        drawn.line([(axis.at(low), y), (axis.at(high), y)], "accent", 2.2)
    if value.get("est") is not None:
        open_ = low is None or high is None or low <= 0 <= high
        drawn.dot(axis.at(value["est"]), y, 4.2, "accent", hollow=open_)
        drawn.text(_WIDTH, y, context.numbers.plain(value["est"]), anchor="right")
