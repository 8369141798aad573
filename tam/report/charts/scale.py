"""Axes of the charts: positions, round tick values, texts cut to a width."""

from __future__ import annotations

import math
from dataclasses import dataclass

from tam.report.charts.canvas import Canvas
from tam.report.diagram.text import text_width
from tam.report.format import Numbers


@dataclass(frozen=True, slots=True)
class Axis:
    """Maps values from ``low`` to ``high`` onto pixels from ``start`` to ``end``."""

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / ((self.high - self.low) or 1.0) * (self.end - self.start)

    def ticks(self, about: int = 6) -> list[float]:
        """Round values inside the axis, about as many as asked for."""
        span = self.high - self.low
        if span <= 0:
            return [self.low]
        raw = span / max(about, 1)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= raw * (1 - 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        last = math.floor(self.high / step + 1e-9)
        return [index * step for index in range(first, last + 1)]


def padded(low: float, high: float, share: float = 0.06) -> tuple[float, float]:
    """A range with some air on both sides."""
    air = (high - low) * share or 0.5
    return low - air, high + air


def tick_text(numbers: Numbers, value: float) -> str:
    """A tick without needless digits."""
    digits = next(
        digits for digits in (0, 1, 2, 3) if abs(value - round(value, digits)) < 1e-9 or digits == 3
    )
    return numbers.plain(value, digits)


def upright_grid(drawn: Canvas, axis: Axis, top: float, bottom: float, numbers: Numbers) -> None:
    """Vertical grid lines with their values beneath."""
    for value in axis.ticks():
        x = axis.at(value)
        drawn.line([(x, top), (x, bottom)], "grid")
        drawn.text(x, bottom + 12, tick_text(numbers, value), size=11, color="muted", anchor="center")


def shortened(text: str, width: float, size: float = 12.0) -> str:
    """A text cut to a width in pixels, with an ellipsis where it was cut; control characters dropped."""
    clean = "".join(char if char.isprintable() else " " for char in text[:400])
    if text_width(clean, size) <= width and len(text) <= 400:
        return clean
    while clean and text_width(clean + "…", size) > width:
        clean = clean[:-1]
    return clean.rstrip() + "…"
