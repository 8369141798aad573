"""Every path under other choices: the range over screening rules as a bar, single other fits as dots."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, upright_grid
from tam.report.context import Context

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 440.0, 30.0, 118.0, 46.0, 4.0


def robustness_chart(context: Context, rows: Sequence[dict[str, Any]]) -> str:
    values = [value for one in rows for value in _values(one)]
    height = _TOP + len(rows) * _ROW
    drawn = canvas(_WIDTH, height + 48)
    axis = Axis(*padded(min([0.0, *values]), max([0.0, *values])), _LEFT, _WIDTH - _RIGHT)
    upright_grid(drawn, axis, 0, height + 2, context.numbers)
    drawn.line([(axis.at(0), 0), (axis.at(0), height + 2)], "muted", 1.2)
    drawn.text(
        (_LEFT + _WIDTH - _RIGHT) / 2,
        height + 36,
        context.word("axes.beta"),
        size=11.5,
        color="muted",
        anchor="center",
    )
    for index, one in enumerate(rows):
        middle = _TOP + index * _ROW + _ROW / 2
        drawn.text(_LEFT - 12, middle, shortened(one["name"], _LEFT - 14), anchor="right")
        low, high = one["multiverse"].get("low"), one["multiverse"].get("high")
        if low is not None and high is not None:
            start = axis.at(low)
            drawn.rect(start, middle - 5, max(axis.at(high) - start, 1.5), 10, "accent-soft")
        for value in one["missing"].values():
            if value is not None:
                drawn.dot(axis.at(value), middle - 8, 3.2, "series-2")
        for value in one["method"].values():
            if value is not None:
                drawn.dot(axis.at(value), middle + 8, 3.2, "series-3", hollow=True)
        if one["std"] is not None:
            drawn.dot(axis.at(one["std"]), middle, 4.4, "accent")
            drawn.text(_WIDTH, middle, context.numbers.plain(one["std"]), anchor="right")
    told = {"n": context.numbers.count(len(rows))}
    return to_svg(
        drawn,
        "robustness",
        context.word("figures.robustness"),
        context.word("descriptions.robustness", **told),
    )


def _values(one: dict[str, Any]) -> list[float]:
    found = [one["std"], one["multiverse"].get("low"), one["multiverse"].get("high")]
    found += [*one["missing"].values(), *one["method"].values()]
    return [value for value in found if value is not None]
