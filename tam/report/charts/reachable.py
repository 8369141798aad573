"""Printed values against what printed moments let them reach: a bar for the range, a dot for the print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, upright_grid
from tam.report.context import Context

_WIDTH, _ROW, _LEFT, _RIGHT, _TOP = 440.0, 26.0, 150.0, 30.0, 4.0
MOST = 60
BEYOND = 5.0
"""Values larger than this are of another scale (chi-square, t) and are left to the table."""


def reachable_chart(context: Context, values: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    shown = [(name, one) for name, one in values if _fits(one)][:MOST]
    ends = [value for _, one in shown for value in _numbers(one)]
    height = _TOP + max(len(shown), 1) * _ROW
    drawn = canvas(_WIDTH, height + 30)
    axis = Axis(*padded(min([0.0, *ends]), max([0.0, *ends])), _LEFT, _WIDTH - _RIGHT)
    upright_grid(drawn, axis, 0, height + 2, context.numbers)
    drawn.line([(axis.at(0), 0), (axis.at(0), height + 2)], "muted", 1.2)
    for index, (name, one) in enumerate(shown):
        middle = _TOP + index * _ROW + _ROW / 2
        drawn.text(_LEFT - 12, middle, shortened(name, _LEFT - 16), anchor="right")
        low, high = one.get("low"), one.get("high")
        if low is not None and high is not None:
            start = axis.at(low)
            drawn.rect(start, middle - 5, max(axis.at(high) - start, 1.5), 10, "accent-soft")
        reached = one.get("verdict") in ("exact", "rounding")
        drawn.dot(axis.at(one["obtained"]), middle, 3.0, "muted", hollow=True)
        drawn.dot(axis.at(one["printed_value"]), middle, 4.2, "accent" if reached else "bad")
    told = {"n": context.numbers.count(len(shown))}
    description = context.word("descriptions.reachable", **told)
    return to_svg(drawn, "reachable", context.word("figures.reachable"), description)


def _numbers(one: Mapping[str, Any]) -> list[float]:
    found = [one.get("low"), one.get("high"), one.get("obtained"), one.get("printed_value")]
    return [float(value) for value in found if value is not None]


def _fits(one: Mapping[str, Any]) -> bool:
    return one.get("printed_value") is not None and all(abs(value) <= BEYOND for value in _numbers(one))
