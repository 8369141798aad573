"""HTMT of all pairs of constructs as a triangle of cells: darker is closer, outlined is too close."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tam.report.charts.canvas import NARROW, Canvas, canvas, to_svg
from tam.report.charts.scale import shortened
from tam.report.context import Context
from tam.report.diagram.text import text_width

STRICT, LENIENT = 0.85, 0.90
"""Guides of Henseler, Ringle and Sarstedt (2015) for constructs that differ and for those that are alike."""
_STEPS = (0.20, 0.40, 0.60, 0.75, STRICT)
_TOP, _WIDE, _KEY = 40.0, 900.0, 370.0


@dataclass(frozen=True, slots=True)
class _Layout:
    """``left``: room for the labels; ``numbered``: whether a cell has room for its number."""

    left: float
    cell: float
    height: float
    width: float
    size: float
    numbered: bool


def htmt_chart(context: Context, matrix: Mapping[str, Mapping[str, float | None]]) -> str:
    """``matrix``: the ratios by two names; constructs in its order."""
    names = list(matrix)
    layout = _layout(names, max((text_width(context.label(name), 12.0) for name in names), default=0.0))
    drawn = canvas(layout.width, _TOP + len(names) * layout.height + 4)
    _key(context, drawn)
    for row, name in enumerate(names):
        top = _TOP + row * layout.height
        middle = top + layout.height / 2
        label = shortened(context.label(name), layout.left - 8, layout.size)
        drawn.text(layout.left - 8, middle, label, size=layout.size, color="muted", anchor="right")
        for column, other in enumerate(names[:row]):
            left = layout.left + column * layout.cell
            _cell(context, drawn, layout, (left, top), matrix[name].get(other))
        end = layout.left + row * layout.cell
        drawn.text(
            end + 5, middle, shortened(name, layout.width - end - 6, layout.size), size=layout.size, bold=True
        )
    for row, name in enumerate(names):
        for column, other in enumerate(names[:row]):
            value = matrix[name].get(other)
            if isinstance(value, (int, float)) and value > STRICT:
                place = (layout.left + column * layout.cell, _TOP + row * layout.height)
                _outline(drawn, layout, place, value)
    told = {"n": context.numbers.count(len(names))}
    return to_svg(drawn, "htmt", context.word("figures.htmt"), context.word("descriptions.htmt", **told))


def _layout(names: Sequence[str], labels: float) -> _Layout:
    """Numbers in every cell as long as the chart is not wider than a page; then smaller cells without.

    ``labels``: the width of the longest."""
    longest = min(max((len(name) for name in names), default=2), 10) * 8.5
    for width, least, cell, height in ((NARROW, 120.0, 42.0, 27.0), (_WIDE, 150.0, 42.0, 25.0)):
        cells = (len(names) - 1) * cell + longest
        if width - cells >= least:
            left = min(width - cells, 190.0, max(labels + 12, 60.0))
            return _Layout(left, cell, height, max(left + cells, _KEY), 12.0, True)
    fitted = min((_WIDE - 170.0 - longest) / max(len(names) - 1, 1), 24.0)
    return _Layout(170.0, fitted, max(fitted, 15.0), _WIDE, 11.0, False)


def _cell(
    context: Context, drawn: Canvas, layout: _Layout, place: tuple[float, float], value: float | None
) -> None:
    (left, top), known = place, isinstance(value, (int, float))
    step = f"heat-{_step(value)}" if known and value is not None else "faint"
    drawn.rect(left, top, layout.cell - 1, layout.height - 1, step)
    if layout.numbered:
        ink = f"{step}-ink" if known else "muted"
        middle = (left + (layout.cell - 1) / 2, top + (layout.height - 1) / 2)
        said = context.numbers.bounded(value if known else None)
        drawn.text(*middle, said, size=11.5, color=ink, anchor="center")


def _step(value: float) -> int:
    return 1 + sum(abs(value) > step for step in _STEPS)


def _outline(drawn: Canvas, layout: _Layout, place: tuple[float, float], value: float) -> None:
    """Thin above the strict guide, thick above the lenient one: told apart without colour."""
    stroke = 2.6 if value > LENIENT else 1.4
    left, top = place
    drawn.frame(left, top, layout.cell - 1, layout.height - 1, "bad", stroke)


def _key(context: Context, drawn: Canvas) -> None:
    """What each step stands for, and what an outline means."""
    x, bounds = 0.0, (0.0, *_STEPS)
    for index, bound in enumerate(bounds):
        drawn.rect(x, 2, 33, 15, f"heat-{index + 1}")
        said = "0" if index == 0 else context.numbers.bounded(bound)
        drawn.text(x + 16.5, 9.5, said, size=11, color=f"heat-{index + 1}-ink", anchor="center")
        x += 34
    x += 14
    for bound, stroke in ((STRICT, 1.4), (LENIENT, 2.6)):
        drawn.frame(x, 3, 14, 13, "bad", stroke)
        said = f"> {context.numbers.bounded(bound)}"
        drawn.text(x + 20, 9.5, said, size=11.5, color="muted")
        x += 74
