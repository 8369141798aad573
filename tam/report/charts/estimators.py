"""The standardised interaction by every estimator, with its interval, beside a line at zero."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context

_WIDTH, _ROW, _RIGHT, _TOP = 460.0, 38.0, 40.0, 2.0


def estimators_chart(
    context: Context, estimates: Sequence[Mapping[str, Any]], labels: Sequence[str], key: str, name: str
) -> str:
    """``labels`` name the ``estimates``; ``name`` the interaction."""
    height = _TOP + _ROW * len(estimates)
    drawn = canvas(_WIDTH, height + 48)
    ends = [one[limit] for one in estimates for limit in ("std_ci_low", "std_ci_high")]
    axis = Axis(*padded(min(0.0, *ends), max(0.0, *ends)), 2, _WIDTH - _RIGHT)
    for value in axis.ticks():
        said = tick_text(context.numbers, value)
        drawn.text(axis.at(value), height + 14, said, size=11, color="muted", anchor="center")
    axis_name = context.word("axes.beta_of_interaction")
    drawn.text((_WIDTH - _RIGHT) / 2, height + 36, axis_name, size=11.5, color="muted", anchor="center")
    for index, one in enumerate(estimates):
        top = _TOP + index * _ROW
        low, high = one["std_ci_low"], one["std_ci_high"]
        drawn.text(4, top + 9, shortened(labels[index], 1.1 * _WIDTH, 11.5), size=11.5)
        _ground(drawn, axis, top + 17)
        drawn.line([(axis.at(low), top + 25), (axis.at(high), top + 25)], "accent", 2.2)
        hollow = low <= 0 <= high or not one.get("admissible")
        drawn.dot(axis.at(one["std"]), top + 25, 4.2, "accent", hollow=hollow)
        drawn.text(_WIDTH, top + 25, context.numbers.plain(one["std"]), anchor="right")
    return to_svg(
        drawn,
        key,
        context.word("figures.estimators", name=name),
        context.word("descriptions.estimators", n=context.numbers.count(len(estimates))),
    )


def _ground(drawn: Canvas, axis: Axis, top: float) -> None:
    """The strip of one estimator with the grid and zero on it; its name above stays free of lines."""
    drawn.rect(axis.start, top, axis.end - axis.start, 16, "faint")
    for value in axis.ticks():
        drawn.line([(axis.at(value), top), (axis.at(value), top + 16)], "grid")
    drawn.line([(axis.at(0), top), (axis.at(0), top + 16)], "muted", 1.4)
