"""Every standardised path with its interval beside a line at zero, with the hypothesis that it tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tam.report.charts.canvas import Canvas, canvas, to_svg
from tam.report.charts.captions import interval_method
from tam.report.charts.parts import in_parts, part_key, part_title
from tam.report.charts.scale import Axis, padded, shortened, tick_text
from tam.report.context import Context
from tam.report.diagram.block import arrow_name
from tam.report.diagram.figure import arrows_of
from tam.report.diagram.model import Arrow
from tam.report.document import Figure, Group, Rich, Table
from tam.report.rows import names_column, number_column, row, words_column

_WIDTH, _ROW, _RIGHT, _HYPOTHESIS, _MOST = 400.0, 38.0, 44.0, 34.0, 30


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A path or a moderation with what is said of it."""

    arrow: Arrow
    hypothesis: str
    name: str

    @property
    def open(self) -> bool:
        low, high = self.arrow.std_low, self.arrow.std_high
        return low is None or high is None or low <= 0 <= high


def coefficient_figures(context: Context) -> list[Figure]:
    """The plot, in parts where there are many paths; none where no standardised path has an interval."""
    found = [one for one in _coefficients(context) if one.arrow.std is not None]
    if not any(one.arrow.std_low is not None for one in found):
        return []
    parts = in_parts([1] * len(found), _MOST)
    ends = [end for one in found for end in (one.arrow.std, one.arrow.std_low, one.arrow.std_high)]
    known = [end for end in ends if end is not None]
    limits = padded(min(0.0, *known), max(0.0, *known), 0.03)
    return [_figure(context, found[part], limits, nth, len(parts)) for nth, part in enumerate(parts)]


def _coefficients(context: Context) -> Iterator[Coefficient]:
    tested = {
        (str(one["predictor"]), str(one["outcome"]), str(one.get("moderator") or "")): one.get("hypothesis")
        for kind in ("paths", "moderations")
        for one in context.rows("study", "model", kind)
    }
    for arrow in arrows_of(context):
        predictor, moderator = (arrow.onto[0], arrow.source) if arrow.onto else (arrow.source, "")
        label = context.label(predictor) + (f" × {context.label(moderator)}" if moderator else "")
        name = f"{label} → {context.label(arrow.target)}"
        yield Coefficient(arrow, str(tested.get((predictor, arrow.target, moderator)) or ""), name)


def _figure(
    context: Context, found: Sequence[Coefficient], limits: tuple[float, float], nth: int, of: int
) -> Figure:
    numbers, key = context.numbers, part_key("coefficients", nth, of)
    columns = (
        words_column(context, "hypothesis"),
        names_column(context, "path"),
        number_column(context, "beta"),
        number_column(context, "beta_interval", level=context.level),
    )
    rows = [
        row(
            one.hypothesis,
            arrow_name(one.arrow),
            numbers.plain(one.arrow.std),
            numbers.interval(one.arrow.std_low, one.arrow.std_high),
        )
        for one in found
    ]
    title = part_title(context, context.say("figures.coefficients"), nth, of)
    description = context.word("descriptions.coefficients", n=numbers.count(len(found)))
    svg = coefficients_chart(context, found, limits, key)
    data = Table(f"{key}-data", title, columns, (Group(tuple(rows)),))
    return Figure(key, title, description, svg, data, tuple(_notes(context, found)))


def _notes(context: Context, found: Sequence[Coefficient]) -> Iterator[Rich]:
    yield context.say("notes.coefficients", level=context.level)
    yield from interval_method(context)
    if any(one.arrow.onto for one in found):
        yield context.say("notes.coefficients_moderation")


def coefficients_chart(
    context: Context, found: Sequence[Coefficient], limits: tuple[float, float], key: str
) -> str:
    """``limits``: the ends of the axis, the same for all parts."""
    height = _ROW * len(found)
    drawn = canvas(_WIDTH, height + 46)
    axis = Axis(*limits, _HYPOTHESIS, _WIDTH - _RIGHT)
    for index in range(len(found)):
        _ground(drawn, axis, index * _ROW + 18)
    for value in axis.ticks():
        said = tick_text(context.numbers, value)
        drawn.text(axis.at(value), height + 12, said, size=11, color="muted", anchor="center")
    middle = (axis.start + axis.end) / 2
    drawn.text(middle, height + 34, context.word("axes.beta"), size=11.5, color="muted", anchor="center")
    for index, one in enumerate(found):
        top, y = index * _ROW, index * _ROW + 26
        low, high = one.arrow.std_low, one.arrow.std_high
        drawn.text(0, top + 9, one.hypothesis, bold=True)
        drawn.text(axis.start, top + 9, shortened(one.name, _WIDTH - axis.start - 4))
        if low is not None and high is not None:
            drawn.line([(axis.at(low), y), (axis.at(high), y)], "accent", 2.2)
        drawn.dot(axis.at(one.arrow.std or 0.0), y, 4.2, "accent", hollow=one.open)
        drawn.text(_WIDTH, y, context.numbers.plain(one.arrow.std), anchor="right")
    told = {"n": context.numbers.count(len(found))}
    title, description = (
        context.word("figures.coefficients"),
        context.word("descriptions.coefficients", **told),
    )
    return to_svg(drawn, key, title, description)


def _ground(drawn: Canvas, axis: Axis, top: float) -> None:
    """The strip of one path with the grid and zero on it; its name above stays free of lines."""
    drawn.rect(axis.start, top, axis.end - axis.start, 16, "faint")
    for value in axis.ticks():
        if abs(value) > 1e-9:
            drawn.line([(axis.at(value), top), (axis.at(value), top + 16)], "grid")
    drawn.line([(axis.at(0), top), (axis.at(0), top + 16)], "muted", 1.4)
