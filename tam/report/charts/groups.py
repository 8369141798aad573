"""Means of every construct in every group, with their intervals, on one common axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, upright_grid
from tam.report.context import Context

_WIDTH, _ROW, _HEAD, _LEFT, _RIGHT = 440.0, 22.0, 27.0, 112.0, 42.0


def groups_chart(
    context: Context, compared: Sequence[Mapping[str, Any]], labels: Mapping[str, str], key: str, by: str
) -> str:
    rows = sum(len(one["means"]) for one in compared)
    height = rows * _ROW + len(compared) * _HEAD
    drawn = canvas(_WIDTH, height + 48)
    means = [mean for one in compared for mean in one["means"].values()]
    known = [
        mean[name] for mean in means for name in ("mean", "ci_low", "ci_high") if mean.get(name) is not None
    ]
    axis = Axis(*padded(min(known), max(known)), _LEFT, _WIDTH - _RIGHT)
    upright_grid(drawn, axis, 0, height + 2, context.numbers)
    middle = (_LEFT + _WIDTH - _RIGHT) / 2
    drawn.text(
        middle, height + 36, context.word("axes.mean_score"), size=11.5, color="muted", anchor="center"
    )
    y = 0.0
    for one in compared:
        label = shortened(context.label(str(one["construct"])), _WIDTH, 12.5)
        drawn.text(0, y + _HEAD / 2 + 2, label, size=12.5, bold=True)
        y += _HEAD
        for group, mean in one["means"].items():
            centre = y + _ROW / 2
            drawn.text(
                _LEFT - 12,
                centre,
                shortened(labels.get(group, group), _LEFT - 14),
                color="muted",
                anchor="right",
            )
            if mean.get("ci_low") is not None and mean.get("ci_high") is not None:
                drawn.line(
                    [(axis.at(mean["ci_low"]), centre), (axis.at(mean["ci_high"]), centre)], "accent", 2.2
                )
            if mean.get("mean") is not None:
                drawn.dot(axis.at(mean["mean"]), centre, 4.4, "accent")
                drawn.text(_WIDTH, centre, context.numbers.plain(mean["mean"]), anchor="right")
            y += _ROW
    return to_svg(drawn, key, context.word("figures.means", by=by), context.word("descriptions.means", by=by))
