"""Standardised loadings with their intervals, by construct; hollow below the guide of .70."""

from __future__ import annotations

from collections.abc import Sequence

from tam.report.charts.canvas import canvas, to_svg
from tam.report.charts.scale import Axis, shortened, upright_grid
from tam.report.context import Context

_WIDTH, _ROW, _HEAD, _LEFT, _GUIDE = 440.0, 21.0, 26.0, 78.0, 0.70
_LOWEST_SHOWN = 0.3


def loadings_chart(context: Context, names: Sequence[str], key: str = "loadings") -> str:
    """The axis begins at .30, lower where an interval does: loadings below are no measurement."""
    items = context.part("measurement", "items")
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(str(items[name].get("construct")), []).append(name)
    height = len(names) * _ROW + len(groups) * _HEAD
    drawn = canvas(_WIDTH, height + 48)
    lows = [items[name]["loading"].get("ci_low") for name in names]
    highs = [items[name]["loading"].get("ci_high") for name in names]
    low = min([_LOWEST_SHOWN, *(value for value in lows if value is not None)])
    high = max([1.0, *(value for value in highs if value is not None)])
    axis = Axis(max(low, -1.2), min(high, 1.4), _LEFT, _WIDTH - 44)
    upright_grid(drawn, axis, 0, height + 2, context.numbers)
    drawn.line([(axis.at(_GUIDE), 0), (axis.at(_GUIDE), height + 2)], "muted", 1.2, (4, 3))
    drawn.text(
        (_LEFT + _WIDTH - 44) / 2,
        height + 36,
        context.word("axes.loading"),
        size=11.5,
        color="muted",
        anchor="center",
    )
    y = 0.0
    for construct, members in groups.items():
        drawn.text(
            0, y + _HEAD / 2 + 2, shortened(context.label(construct), _WIDTH, 12.5), size=12.5, bold=True
        )
        y += _HEAD
        for name in members:
            loading = items[name]["loading"]
            middle = y + _ROW / 2
            drawn.text(_LEFT - 12, middle, shortened(name, _LEFT - 14, 12), color="muted", anchor="right")
            if loading.get("ci_low") is not None and loading.get("ci_high") is not None:
                ends = [(axis.at(loading["ci_low"]), middle), (axis.at(loading["ci_high"]), middle)]
                drawn.line(ends, "accent", 2.2)
            drawn.dot(axis.at(loading["est"]), middle, 4.2, "accent", hollow=loading["est"] < _GUIDE)
            drawn.text(_WIDTH, middle, context.numbers.plain(loading["est"]), size=12, anchor="right")
            y += _ROW
    told = {"n_items": context.numbers.count(len(names))}
    return to_svg(drawn, key, context.word("figures.loadings"), context.word("descriptions.loadings", **told))
