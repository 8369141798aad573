"""A canvas in pixels that becomes inline SVG: text as text, every look a class of the stylesheet.

Colours are names of TOKENS; what they look like in light, dark and print stands in ``reports/style``. Marks
that look alike share one element where nothing lies between them, and text lies above all else, so that a
chart takes a few kilobytes. Nothing in the output depends on time, chance or the fonts of the machine. Only
svg, g, path, polygon, rect, circle, text, title and desc are written, in paths absolute M, L, H, V and Z.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Literal

Anchor = Literal["left", "center", "right"]
Point = tuple[float, float]
Extent = tuple[float, float, float, float]
"""Left, top, right, bottom."""

NARROW = 460.0
"""Charts up to this width in pixels fit a telephone without scrolling."""
WIDE = 700.0
"""Wider charts scroll rather than shrink until nobody can read them."""

PLAIN = (
    "ink",
    "muted",
    "faint",
    "grid",
    "surface",
    "accent",
    "accent-soft",
    "series-1",
    "series-2",
    "series-3",
    "bad",
)
STEPS = tuple(f"{name}-{step}" for name, most in (("likert", 7), ("heat", 6)) for step in range(1, most + 1))
"""Steps of the two scales of colour: from disagreement to agreement, from little to much."""
TOKENS = (*PLAIN, *STEPS, *(f"{name}-ink" for name in STEPS))
SIZES = {11.0: "t11", 11.5: "t115", 12.0: "", 12.5: "t125", 13.0: "t13"}
"""Sizes of text that are classes; 12 is that of the chart itself."""
_ANCHORS = {"left": "", "center": "mid", "right": "end"}
_BAND = 24.0
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Mark:
    """One element. ``look``: the attributes it may share with others; ``place``: its own."""

    tag: Literal["path", "polygon", "rect", "circle", "text"]
    look: str
    place: str
    extent: Extent = (0.0, 0.0, 0.0, 0.0)
    inner: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """Marks of one look, with what they cover by horizontal bands, so that a crowd is searched quickly."""

    look: str
    marks: list[Mark] = field(default_factory=list)
    bands: dict[int, list[Extent]] = field(default_factory=dict)

    def add(self, mark: Mark) -> None:
        self.marks.append(mark)
        for band in _bands(mark.extent):
            self.bands.setdefault(band, []).append(mark.extent)

    def lies_under(self, extent: Extent) -> bool:
        """Whether a mark of the layer would be covered by another at ``extent``."""
        left, top, right, bottom = extent
        return any(
            one[0] < right and left < one[2] and one[1] < bottom and top < one[3]
            for band in _bands(extent)
            for one in self.bands.get(band, ())
        )


@dataclass(frozen=True, slots=True)
class Canvas:
    """Draws in pixels, the origin in the top left corner; what is drawn later lies above."""

    width: float
    height: float
    marks: list[Mark] = field(default_factory=list)

    def line(
        self,
        points: Sequence[Point],
        color: str,
        width: float = 1.0,
        dashes: tuple[float, ...] = (),
    ) -> None:
        """A chain of straight pieces; ``dashes`` in multiples of its width."""
        look = _classes(f"s-{_known(color)}")
        if width != 1.0:
            look += f' stroke-width="{number(width)}"'
        if dashes:
            look += f' stroke-dasharray="{" ".join(number(part * width) for part in dashes)}"'
        if points:
            said = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)
            self.marks.append(Mark("path", look, said, _around(points, width / 2)))

    def rect(self, x: float, y: float, width: float, height: float, color: str) -> None:
        place = f' x="{number(x)}" y="{number(y)}" width="{number(width)}" height="{number(height)}"'
        extent = (x, y, x + width, y + height)
        self.marks.append(Mark("rect", _classes(f"f-{_known(color)}"), place, extent))

    def frame(self, x: float, y: float, width: float, height: float, color: str, stroke: float = 1.0) -> None:
        """The outline of a rectangle."""
        right, bottom = x + width, y + height
        # the last piece runs past the corner, which closes it without a notch
        self.line([(x, y), (right, y), (right, bottom), (x, bottom), (x, y - stroke / 2)], color, stroke)

    def area(self, points: Sequence[Point], color: str) -> None:
        """The surface within the points."""
        said = " ".join(f"{number(x)},{number(y)}" for x, y in points)
        look = _classes(f"f-{_known(color)}")
        self.marks.append(Mark("polygon", look, f' points="{said}"', _around(points, 0.0)))

    def dot(self, x: float, y: float, radius: float, color: str, *, hollow: bool = False) -> None:
        """A dot of ``radius`` with a rim of 1.6; a hollow one shows the surface within its rim."""
        drawn = radius if hollow else radius + 0.8
        place = f' cx="{number(x)}" cy="{number(y)}" r="{number(drawn)}"'
        look = _classes(f"{'o' if hollow else 'f'}-{_known(color)}")
        self.marks.append(Mark("circle", look, place, _around([(x, y)], radius + 0.8)))

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = 12.0,
        color: str = "ink",
        anchor: Anchor = "left",
        bold: bool = False,
        turned: bool = False,
    ) -> None:
        """Text by its anchor; ``y`` is the middle of the line. ``turned`` reads upwards."""
        if not text:
            return
        tint = "" if _known(color) == "ink" else f"f-{color}"
        look = _classes(SIZES.get(size, ""), tint, _ANCHORS[anchor], "b" if bold else "")
        if size not in SIZES:
            look += f' font-size="{number(size)}"'
        across, down = (0.36 * size, 0.0) if turned else (0.0, 0.36 * size)
        at = (number(x + across), number(y + down))
        place = f' x="{at[0]}" y="{at[1]}"' + (f' transform="rotate(-90 {at[0]} {at[1]})"' if turned else "")
        self.marks.append(Mark("text", look, place, inner=escaped(text)))


def canvas(width: float, height: float) -> Canvas:
    return Canvas(width, height)


def to_svg(drawn: Canvas, key: str, title: str, description: str) -> str:
    """The canvas as inline SVG with title and description."""
    width, height = number(drawn.width), number(drawn.height)
    kind = "chart narrow" if drawn.width <= NARROW else "chart wide" if drawn.width > WIDE else "chart"
    return (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{escaped(title)}</title>'
        f'<desc id="{key}-desc">{escaped(description)}</desc>'
        f"{''.join(_written(drawn.marks))}</svg>"
    )


def number(value: float) -> str:
    """A coordinate to a tenth of a pixel, widths below one to a hundredth; never -0."""
    text = f"{value:.1f}" if abs(value) >= 1 or value == 0 else f"{value:.2f}"
    short = text.rstrip("0").rstrip(".")
    return "0" if short == "-0" else short


def escaped(text: str) -> str:
    """Text for SVG, also within quotes; characters that XML does not know are dropped."""
    clean = _UNPRINTABLE.sub("", text)
    return clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _known(color: str) -> str:
    if color not in TOKENS:
        raise ValueError(f"no such colour: {color}")
    return color


def _classes(*names: str) -> str:
    said = " ".join(name for name in names if name)
    return f' class="{said}"' if said else ""


def _around(points: Sequence[Point], by: float) -> Extent:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs) - by, min(ys) - by, max(xs) + by, max(ys) + by)


def _bands(extent: Extent) -> range:
    return range(int(extent[1] // _BAND), int(extent[3] // _BAND) + 1)


def _layers(marks: Sequence[Mark]) -> Iterator[Layer]:
    """Every mark in the last layer of its look, unless something drawn since then lies beneath it; then text
    by its looks."""
    layers: list[Layer] = []
    for mark in marks:
        if mark.tag == "text":
            continue
        home = None
        for layer in reversed(layers):
            if layer.look == mark.look:
                home = layer
            if home or layer.lies_under(mark.extent):
                break
        if home is None:
            home = Layer(mark.look)
            layers.append(home)
        home.add(mark)
    texts: dict[str, Layer] = {}
    for mark in marks:
        if mark.tag == "text":
            texts.setdefault(mark.look, Layer(mark.look)).marks.append(mark)
    return chain(layers, texts.values())


def _written(marks: Sequence[Mark]) -> Iterator[str]:
    """Marks of one look within one group; lines of one look as one path."""
    for layer in _layers(marks):
        elements = list(_elements(layer.marks))
        if len(elements) == 1:
            tag, rest = elements[0]
            yield f"<{tag}{layer.look}{rest}"
        else:
            inner = "".join(f"<{tag}{rest}" for tag, rest in elements)
            yield f"<g{layer.look}>{inner}</g>" if layer.look else inner


def _elements(marks: Sequence[Mark]) -> Iterator[tuple[str, str]]:
    """Tag and what stands after its shared attributes; several rectangles are one path."""
    for tag, alike in groupby(marks, key=lambda mark: mark.tag):
        same = list(alike)
        if tag == "path":
            yield tag, f' d="{"".join(mark.place for mark in same)}"/>'
            continue
        if tag == "rect" and len(same) > 1:
            yield "path", f' d="{"".join(_corners(mark.extent) for mark in same)}"/>'
            continue
        for mark in same:
            yield tag, f"{mark.place}>{mark.inner}</{tag}>" if mark.inner else f"{mark.place}/>"


def _corners(extent: Extent) -> str:
    left, top, right, bottom = map(number, extent)
    return f"M{left} {top}H{right}V{bottom}H{left}Z"
