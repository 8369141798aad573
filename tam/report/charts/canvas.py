"""A canvas in pixels on matplotlib, turned into SVG with text as text and the stylesheet's colours.

Every colour is a placeholder until the end; then it becomes ``var(--...)``, so that one drawing serves light,
dark and print. Nothing in the output depends on time, chance or the machine's fonts.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, cast
from xml.etree import ElementTree

Anchor = Literal["left", "center", "right"]

NARROW = 460.0
"""Charts up to this width in pixels fit a telephone without scrolling."""

_PLAIN = (
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
_LIKERT = tuple(f"likert-{step}" for step in range(1, 8))
TOKENS = (*_PLAIN, *_LIKERT, *(f"{name}-ink" for name in _LIKERT))
_HEX = {name: f"#a1{index:02x}5e" for index, name in enumerate(TOKENS)}
_NAMES = {code: name for name, code in _HEX.items()}
_DOT = "dot "
_SVG = "{http://www.w3.org/2000/svg}"
_XLINK = "{http://www.w3.org/1999/xlink}"
_RC: Mapping[str, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tam",
    "text.parse_math": False,
    "font.family": "DejaVu Sans",
    "path.simplify": False,
}


@dataclass(frozen=True, slots=True)
class Canvas:
    """Draws in pixels, the origin in the top left corner; colours are names of TOKENS."""

    width: float
    height: float
    axes: Any

    def line(
        self,
        points: Sequence[tuple[float, float]],
        color: str,
        width: float = 1.0,
        dashes: tuple[float, ...] = (),
    ) -> None:
        from matplotlib.lines import Line2D

        style: Any = (0, dashes) if dashes else "-"
        xs, ys = [x for x, _ in points], [y for _, y in points]
        line = Line2D(xs, ys, color=_HEX[color], linewidth=width, linestyle=style, solid_capstyle="round")
        self._add(line)

    def rect(self, x: float, y: float, width: float, height: float, color: str) -> None:
        from matplotlib.patches import Rectangle

        self._add(Rectangle((x, y), width, height, facecolor=_HEX[color], linewidth=0))

    def area(self, points: Sequence[tuple[float, float]], color: str) -> None:
        """The surface within the points."""
        from matplotlib.patches import Polygon

        self._add(Polygon(points, closed=True, facecolor=_HEX[color], linewidth=0))

    def dot(self, x: float, y: float, radius: float, color: str, *, hollow: bool = False) -> None:
        from matplotlib.patches import Circle

        fill = _HEX["surface"] if hollow else _HEX[color]
        circle = Circle((x, y), radius, facecolor=fill, edgecolor=_HEX[color], linewidth=1.6)
        circle.set_gid(f"{_DOT}{x:.2f} {y:.2f} {radius:.2f}")
        self._add(circle)

    def _add(self, artist: Any) -> None:
        """What is drawn later lies above what was drawn before; matplotlib puts lines above all else."""
        artist.set_zorder(len(self.axes.get_children()))
        self.axes.add_artist(artist)

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
        """Text by its anchor; ``y`` is the middle of the line."""
        self.axes.text(
            x,
            y + 0.36 * size,
            text,
            fontsize=size,
            color=_HEX[color],
            ha=anchor,
            va="baseline",
            fontweight="bold" if bold else "normal",
            rotation=90 if turned else 0,
            rotation_mode="anchor",
            zorder=len(self.axes.get_children()),
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """matplotlib warns that its own font lacks a glyph; the text stays text and the reader's font has it."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def canvas(width: float, height: float) -> Canvas:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / 72, height / 72), dpi=72)
    figure.patch.set_alpha(0)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    return Canvas(width, height, axes)


def to_svg(drawn: Canvas, key: str, title: str, description: str) -> str:
    """The canvas as inline SVG with title and description."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    buffer = io.StringIO()
    with rc_context(cast(Any, _RC)), _quiet():
        metadata: dict[str, Any] = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        writer: Any = FigureCanvasSVG(drawn.axes.figure)
        writer.print_svg(buffer, metadata=metadata)
    root = ElementTree.fromstring(buffer.getvalue())
    body = "".join(_element(child) for child in root if _local(child) not in {"metadata", "defs"})
    size = f"{drawn.width:g} {drawn.height:g}"
    kind = "chart narrow" if drawn.width <= NARROW else "chart"
    heads = (
        f'<svg class="{kind}" viewBox="0 0 {size}" width="{drawn.width:g}" height="{drawn.height:g}" '
        f'role="img" aria-labelledby="{key}-title {key}-desc">'
        f'<title id="{key}-title">{_escaped(title)}</title>'
        f'<desc id="{key}-desc">{_escaped(description)}</desc>'
    )
    return f"{heads}{body}</svg>"


def _local(element: ElementTree.Element) -> str:
    return element.tag.removeprefix(_SVG)


def _circle(place: str, drawn: str) -> str:
    """A dot as a circle, which says in a tenth of the room what matplotlib says in curves."""
    x, y, radius = (f"{float(part):g}" for part in place.split())
    style = re.search(r' style="[^"]*"', drawn)
    return f'<circle cx="{x}" cy="{y}" r="{radius}"{style[0] if style else ""}/>'


_KEPT = {"d", "x", "y", "transform", "width", "height"}


def _element(element: ElementTree.Element) -> str:
    """One element of matplotlib's SVG without ids, clips and fonts; its colours as variables."""
    tag = _local(element)
    inner = "".join(_element(child) for child in element if _local(child) != "defs")
    if tag == "g":
        name = element.attrib.get("id", "")
        return _circle(name.removeprefix(_DOT), inner) if name.startswith(_DOT) else inner
    if tag not in {"path", "text", "rect"}:
        raise ValueError(f"the drawing holds an element that is not expected: {tag}")
    attributes = {name: _tidied(value) for name, value in element.attrib.items() if name in _KEPT}
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    style = _style(element.attrib.get("style", ""))
    if tag == "path" and "fill:none" in style and "stroke" not in style:
        return ""
    if style:
        attributes["style"] = style
    said = "".join(f' {name}="{_escaped(value)}"' for name, value in attributes.items())
    text = _escaped(element.text or "") if tag == "text" else ""
    return f"<{tag}{said}>{text}{inner}</{tag}>" if text or inner else f"<{tag}{said}/>"


def _tidied(value: str) -> str:
    """One line, coordinates to a hundredth of a pixel."""
    short = re.sub(r"\d+\.\d{3,}", lambda found: f"{float(found[0]):.2f}".rstrip("0").rstrip("."), value)
    return " ".join(short.split())


def _style(style: str) -> str:
    """The declarations that matter, colours as variables, the font's size but not its family."""
    kept = []
    for declaration in style.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if name == "font":
            size = re.search(r"[\d.]+px", value)
            kept.append(f"font-size:{size[0] if size else '12px'}")
            if "bold" in value or "700" in value:
                kept.append("font-weight:600")
        elif name in {"fill", "stroke"}:
            token = _NAMES.get(value)
            kept.append(f"{name}:var(--{token})" if token else f"{name}:{value}")
        elif name == "text-anchor" and value == "start":
            continue  # as without
        elif name in {
            "font-size",
            "font-weight",
            "text-anchor",
            "stroke-width",
            "stroke-dasharray",
            "stroke-linecap",
        }:
            kept.append(f"{name}:{value}")
    return ";".join(kept)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
