"""How the respondents rate the moderator, in colour where a driver likely matters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, shortened, tick_text
from tam.report.context import Context
from tam.report.interactions import FEW, observed_bounds, region_pieces, scale_ends
from tam.report.market.plain import ends_told, named

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 420.0, 250.0, 8.0, 8.0, 64.0, 196.0

Stretch = tuple[float, float, float | None]
"""From, to, the share of respondents where something is likely; None where it cannot be told."""


def threshold_chart(
    context: Context,
    one: Mapping[str, Any],
    region: Mapping[str, Any],
    key: str,
    title: str,
    description: str,
) -> str:
    drawn = canvas(_WIDTH, _HEIGHT)
    edges, counts = region["histogram"]["edges"], region["histogram"]["counts"]
    ends = scale_ends(context, str(one.get("moderator")))
    low, high = min(edges[0], *(ends or edges)), max(edges[-1], *(ends or edges))
    axis = Axis(low, high, _LEFT, _WIDTH - _RIGHT)
    stretches = _stretches(one, region, (low, high))
    _bars(drawn, axis, edges, counts, stretches)
    _foot(drawn, context, axis, one)
    for bound in (start for start, _, _ in stretches[1:]):
        x = axis.at(bound)
        drawn.line([(x, _TOP - 18), (x, _BOTTOM)], "ink", 1.2, (3, 3))
        place = min(max(x, 20.0), _WIDTH - 20)
        drawn.text(place, _TOP - 28, context.numbers.plain(bound), size=13.0, anchor="center", bold=True)
    _told(drawn, context, axis, stretches)
    return to_svg(drawn, key, title, description)


def _stretches(one: Mapping[str, Any], region: Mapping[str, Any], ends: tuple[float, float]) -> list[Stretch]:
    bounds = observed_bounds(region)
    first, last = (bounds[0], bounds[-1]) if bounds else ends
    places = {
        "below": (ends[0], first),
        "above": (last, ends[1]),
        "between": (first, last),
        "everywhere": ends,
    }
    found = list(region_pieces(one, region))
    most = max((share for *_, share in found), default=0.0)
    likely = [(*places[part], share) for part, _, share in found if share >= FEW or share == most]
    cuts = sorted({*ends, *(end for start, stop, _ in likely for end in (start, stop))})
    shares = {(start, stop): share for start, stop, share in likely}
    return [(start, stop, shares.get((start, stop))) for start, stop in pairwise(cuts)]


def _bars(drawn: Canvas, axis: Axis, edges: list[float], counts: list[int], stretches: list[Stretch]) -> None:
    most = max(counts) or 1
    for i, count in enumerate(counts):
        height = (_BOTTOM - _TOP) * count / most
        for start, stop, likely in stretches:
            left, right = max(edges[i], start), min(edges[i + 1], stop)
            if count and right > left:
                x, width = axis.at(left), axis.at(right) - axis.at(left)
                edge = 0.5 if left == edges[i] else 0.0
                trim = edge + (0.5 if right == edges[i + 1] else 0.0)
                color = "accent-soft" if likely is None else "accent"
                drawn.rect(x + edge, _BOTTOM - height, max(width - trim, 0.4), height, color)


def _foot(drawn: Canvas, context: Context, axis: Axis, one: Mapping[str, Any]) -> None:
    drawn.line([(_LEFT, _BOTTOM), (_WIDTH - _RIGHT, _BOTTOM)], "muted")
    for value in axis.ticks(7):
        said = tick_text(context.numbers, value)
        drawn.text(axis.at(value), _BOTTOM + 14, said, size=11.5, color="muted", anchor="center")
    moderator = str(one.get("moderator"))
    ends = ends_told(context, moderator)
    name = named(context, moderator)
    unit = context.word("market.axes.rated", moderator=name, ends=ends) if ends else name
    drawn.text(_WIDTH / 2, _HEIGHT - 14, shortened(unit, _WIDTH), anchor="center")


def _told(drawn: Canvas, context: Context, axis: Axis, stretches: list[Stretch]) -> None:
    """Over each stretch that has room what is said of it."""
    for start, stop, share in _roomy(axis, stretches):
        middle = (axis.at(start) + axis.at(stop)) / 2
        if share is None:
            drawn.text(middle, 12, context.word("market.cannot_tell"), color="muted", anchor="center")
        else:
            said = context.word("market.axes.likely_here", share=context.numbers.percent(share, 0))
            drawn.text(middle, 12, said, color="accent", anchor="center", bold=True)


def _roomy(axis: Axis, stretches: list[Stretch]) -> Iterator[Stretch]:
    for one in stretches:
        if axis.at(one[1]) - axis.at(one[0]) >= 110:
            yield one
