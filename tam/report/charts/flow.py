"""Participant flow: one bar per step, how many are left and how many went."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import shortened
from tam.report.context import Context

_WIDTH, _ROW, _BAR = 440.0, 42.0, 14.0


def flow_chart(context: Context, steps: Sequence[Mapping[str, Any]], labels: Sequence[str]) -> str:
    drawn = canvas(_WIDTH, _ROW * len(steps) + 6)
    most = max((step.get("n_left") or 0 for step in steps), default=0) or 1
    longest = _WIDTH - 104
    for index, (step, label) in enumerate(zip(steps, labels)):
        top = index * _ROW + 4
        left, removed = step.get("n_left") or 0, step.get("n_removed") or 0
        last = index in (0, len(steps) - 1)
        drawn.text(0, top + 8, shortened(label, _WIDTH, 12.5), size=12.5)
        y = top + 18
        drawn.rect(0, y, longest, _BAR, "faint")
        drawn.rect(0, y, longest * left / most, _BAR, "accent" if last else "accent-soft")
        drawn.text(longest + 10, y + _BAR / 2, context.numbers.count(left), size=13, bold=True)
        if removed:
            drawn.text(longest + 54, y + _BAR / 2, context.numbers.count(-removed), size=12, color="muted")
    told = {"read": context.numbers.count(most), "used": context.numbers.count(steps[-1].get("n_left"))}
    return to_svg(
        drawn, "flow", context.word("figures.flow", **told), context.word("descriptions.flow", **told)
    )
