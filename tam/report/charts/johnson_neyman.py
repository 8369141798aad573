"""The effect over the moderator with its band, coloured where it leaves out zero, above the respondents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context
from tam.report.interactions import curve_of, names_of, observed_bounds, region_pieces, scale_ends

_WIDTH, _HEIGHT, _LEFT, _RIGHT = 460.0, 376.0, 44.0, 14.0
_TOP, _BOTTOM, _BARS_TOP, _BARS_BOTTOM = 48.0, 224.0, 262.0, 326.0

Ends = tuple[float, float]
Point = tuple[float, float]


def johnson_neyman_chart(
    context: Context, one: Mapping[str, Any], region: Mapping[str, Any], key: str
) -> str:
    names, curve = names_of(context, one), curve_of(region)
    drawn = canvas(_WIDTH, _HEIGHT)
    ends = scale_ends(context, str(one.get("moderator")))
    edges = region["histogram"]["edges"]
    low, high = min(edges[0], *(ends or edges)), max(edges[-1], *(ends or edges))
    across = Axis(low, high, _LEFT, _WIDTH - _RIGHT)
    lows, highs = [point["ci_low"] for point in curve], [point["ci_high"] for point in curve]
    upward = Axis(*padded(min(0.0, *lows), max(0.0, *highs)), _BOTTOM, _TOP)
    _grid(drawn, context, across, upward)
    pieces = _pieces(one, region)
    _band(drawn, across, upward, curve, [stretch for stretch, _, _ in pieces])
    _bars(drawn, across, region["histogram"], observed_bounds(region))
    _bounds(drawn, context, across, observed_bounds(region))
    _marks(drawn, context, across, pieces)
    said = context.word("axes.effect_of", predictor=names["predictor"])
    drawn.text(0, 10, shortened(said, 440))
    middle = (_BARS_TOP + _BARS_BOTTOM) / 2
    said = shortened(context.word("axes.respondents"), 84, 11.5)
    drawn.text(_LEFT - 18, middle, said, size=11.5, color="muted", anchor="center", turned=True)
    drawn.text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, _below(context, one, ends), anchor="center")
    return to_svg(
        drawn,
        key,
        context.word("figures.johnson_neyman", **names),
        context.word("descriptions.johnson_neyman", **names),
    )


def _pieces(one: Mapping[str, Any], region: Mapping[str, Any]) -> list[tuple[Ends, bool, float]]:
    """The stretches of the region that respondents reach, with the sign of the effect and the share there."""
    start, end = (curve_of(region)[i]["moderator_scale"] for i in (0, -1))
    bounds = observed_bounds(region)
    first, last = (bounds[0], bounds[-1]) if bounds else (start, end)
    stretches = {
        "below": (start, first),
        "above": (last, end),
        "between": (first, last),
        "everywhere": (start, end),
    }
    return [(stretches[part], positive, share) for part, positive, share in region_pieces(one, region)]


def _grid(drawn: Canvas, context: Context, across: Axis, upward: Axis) -> None:
    for value in upward.ticks(5):
        y = upward.at(value)
        drawn.line([(_LEFT, y), (_WIDTH - _RIGHT, y)], "muted" if abs(value) < 1e-9 else "grid")
        drawn.text(_LEFT - 8, y, tick_text(context.numbers, value), size=11.5, color="muted", anchor="right")
    drawn.line([(_LEFT, _BARS_BOTTOM), (_WIDTH - _RIGHT, _BARS_BOTTOM)], "muted")
    for value in across.ticks(7):
        x = across.at(value)
        drawn.line([(x, _BARS_BOTTOM), (x, _BARS_BOTTOM + 4)], "muted")
        said = tick_text(context.numbers, value)
        drawn.text(x, _BARS_BOTTOM + 15, said, size=11.5, color="muted", anchor="center")


def _band(
    drawn: Canvas, across: Axis, upward: Axis, curve: Sequence[Mapping[str, Any]], region: Sequence[Ends]
) -> None:
    """The band and the line, in colour within the region, pale and dashed outside of it."""

    def points(name: str, within: Ends) -> list[Point]:
        low, high = within
        chosen = [point for point in curve if low <= point["moderator_scale"] <= high]
        return [(across.at(point["moderator_scale"]), upward.at(point[name])) for point in chosen]

    whole = (curve[0]["moderator_scale"], curve[-1]["moderator_scale"])
    drawn.area([*points("ci_low", whole), *reversed(points("ci_high", whole))], "grid")
    for stretch in region:
        drawn.area([*points("ci_low", stretch), *reversed(points("ci_high", stretch))], "accent-soft")
    drawn.line([(_LEFT, upward.at(0)), (_WIDTH - _RIGHT, upward.at(0))], "muted")
    drawn.line(points("est", whole), "muted", 1.6, (4, 3))
    for stretch in region:
        drawn.line(points("est", stretch), "accent", 2.6)


def _bars(drawn: Canvas, across: Axis, histogram: Mapping[str, Any], bounds: Sequence[float]) -> None:
    """The respondents; the number of the tallest bar stands beside a bound that would cross it."""
    edges, counts = histogram["edges"], histogram["counts"]
    most = max(counts)
    for i, count in enumerate(counts):
        start, end = across.at(edges[i]), across.at(edges[i + 1])
        height = (_BARS_BOTTOM - _BARS_TOP) * count / most
        if count:
            drawn.rect(start + 0.5, _BARS_BOTTOM - height, end - start - 1, height, "series-2")
    tallest = counts.index(most)
    middle = (across.at(edges[tallest]) + across.at(edges[tallest + 1])) / 2
    crossed = [across.at(bound) for bound in bounds if abs(across.at(bound) - middle) < 14]
    middle = max(crossed) + 15 if crossed else middle
    drawn.text(middle, _BARS_TOP - 8, str(most), size=11, color="muted", anchor="center")


def _bounds(drawn: Canvas, context: Context, across: Axis, bounds: Sequence[float]) -> None:
    """A dashed line through both panels at every bound, its value between them."""
    least = _LEFT
    for bound in bounds:
        x = across.at(bound)
        drawn.line([(x, _TOP), (x, _BOTTOM + 6)], "ink", 1.1, (3, 3))
        drawn.line([(x, _BOTTOM + 22), (x, _BARS_BOTTOM)], "ink", 1.1, (3, 3))
        place = min(max(x, least + 14), _WIDTH - _RIGHT - 14)
        drawn.text(place, _BOTTOM + 14, context.numbers.plain(bound), bold=True, anchor="center")
        least = place + 20


def _marks(drawn: Canvas, context: Context, across: Axis, pieces: Sequence[tuple[Ends, bool, float]]) -> None:
    """Over each stretch a bar of its length, and which share of the respondents is there."""
    for index, ((low, high), positive, share) in enumerate(pieces):
        start, end = across.at(low), across.at(high)
        drawn.line([(start, _TOP - 6), (end, _TOP - 6)], "accent", 3.0)
        key = f"marks.{'positive' if positive else 'negative'}"
        said = context.word(key, share=context.numbers.percent(share))
        if len(pieces) == 2 and index == 0:
            drawn.text(max(start, _LEFT), _TOP - 19, said, size=11.5)
        elif len(pieces) == 2:
            drawn.text(_WIDTH - _RIGHT, _TOP - 19, said, size=11.5, anchor="right")
        else:
            middle = min(max((start + end) / 2, _LEFT + 70), _WIDTH - _RIGHT - 70)
            drawn.text(middle, _TOP - 19, said, size=11.5, anchor="center")


def _below(context: Context, one: Mapping[str, Any], ends: Ends | None) -> str:
    """The moderator with the ends of its scale."""
    name = shortened(context.label(str(one.get("moderator"))), 300)
    if ends is None:
        return name
    low, high = (tick_text(context.numbers, end) for end in ends)
    return context.word("axes.with_scale", name=name, low=low, high=high)
