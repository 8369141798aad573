"""A figure of a report as a file of its own: SVG, PNG and PDF.

All three are one drawing. The figure's markup gets its colours, strokes and type from the report's style
files as literal attributes (light colours, on white paper); panels stand beside each other with their
captions. That is the SVG file. PNG and PDF draw the same marks, letters as outlines, so that they look alike
everywhere, Chinese too. The bytes hold no date.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from tam.report.document import Figure
from tam.report.fonts import UNITS, outline
from tam.report.look import Look
from tam.report.pictures_shapes import Drawing, Shape, drawing, number, weight
from tam.report.pictures_style import PAPER, Style, Stylesheet, local, stylesheet

RESOLUTION = 300
"""Dots per inch of a PNG unless asked otherwise: what journals ask of figures."""
PIXELS = 96.0
"""Pixels of the drawing per inch of paper, as in CSS."""
POINTS = 72.0
FAMILY = (
    "system-ui, -apple-system, 'Segoe UI', 'Helvetica Neue', Arial, 'PingFang SC', 'Microsoft YaHei', "
    "'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', 'WenQuanYi Micro Hei', sans-serif"
)
WIDEST = 820.0
"""Pixels that panels beside each other may take; a page of a journal holds some 670."""
GAP, CAPTION_LINE = 26.0, 1.35
MARGIN = 8.0
"""White around the drawing, which fills its box to the edge."""
_RISE = {"central": 0.345, "middle": 0.26, "hanging": 0.72, "text-before-edge": 0.9, "text-after-edge": -0.21}
"""How far below its point a baseline lies, in heights of the type, as browsers set sans serif type. Programs
for drawing do not know ``dominant-baseline``; the files say where the line is."""


def svg_file(figure: Figure, language: str, style: str = "") -> str:
    """The figure as an SVG file that stands alone, text as text. ``style``: CSS behind the report's own, such
    as the colours of a brand."""
    text = ElementTree.tostring(_composed(figure, language, style), encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def png(figure: Figure, language: str, dpi: int = RESOLUTION, style: str = "") -> bytes:
    """The figure as a PNG on white. Raises TamError where its text needs a font that the machine lacks."""
    return _saved(figure, language, style, "png", dpi, {"Software": None})


def pdf(figure: Figure, language: str, style: str = "") -> bytes:
    """The figure as a PDF of one page of its size: lines and letters as curves, nothing to embed."""
    nothing = dict.fromkeys(("CreationDate", "ModDate", "Creator", "Producer"))
    title = "".join(run.text for run in figure.title)
    return _saved(figure, language, style, "pdf", POINTS, {**nothing, "Title": title})


def replaced_characters(figure: Figure, language: str, style: str = "") -> tuple[str, ...]:
    """The characters of a figure's text that no font of the machine has; a replacement stands for each."""
    return _drawn(figure, language, style).replaced


def style_of(look: Look) -> str:
    """The colours of a brand as CSS, for ``style``; nothing where the look has none."""
    from tam.report.theme_style import theme_style

    return theme_style(look.theme) if look.theme else ""


def picture_size(figure: Figure) -> tuple[float, float]:
    """Width and height in pixels, 96 to the inch."""
    root = _composed(figure, "en", "")
    return number(root.get("width"), 0.0), number(root.get("height"), 0.0)


# -- one tree with literal attributes -----------------------------------------------------------------------


@lru_cache(maxsize=64)
def _composed(figure: Figure, language: str, style: str) -> Element:
    """The whole figure as one ``svg`` element."""
    sheet = stylesheet(language, style)
    drawn = _parsed(figure.svg)
    panels = list(_panels(drawn, ()))
    if len(panels) == 1 and not panels[0][1]:
        root = _literal_root(*panels[0][0], sheet)
        width, height = _size(root)
    else:
        root, width, height = _beside(panels, sheet)
    left, top, w, h = _box(root, width, height)
    edge = MARGIN * w / width
    box = {"x": left - edge, "y": top - edge, "width": w + 2 * edge, "height": h + 2 * edge}
    place = {name: f"{value:g}" for name, value in box.items()}
    heads = {
        "xmlns": "http://www.w3.org/2000/svg",
        "width": f"{width + 2 * MARGIN:g}",
        "height": f"{height + 2 * MARGIN:g}",
        "viewBox": " ".join(place.values()),
        "lang": "zh-CN" if language == "zh" else language,
        "font-family": FAMILY,
    }
    kept = {name: value for name, value in root.attrib.items() if name not in heads}
    made = Element("svg", heads | kept)
    heading = [one for one in root if local(one) in ("title", "desc")]
    paper = Element("rect", {**place, "fill": PAPER, "stroke": "none"})
    made.extend([*heading, paper, *(one for one in root if one not in heading)])
    return made


def _box(root: Element, width: float, height: float) -> tuple[float, float, float, float]:
    """Left, top, width and height of what the drawing shows, in its own units."""
    parts = [float(one) for one in root.get("viewBox", "").split()]
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 else (0.0, 0.0, width, height)


def _parsed(markup: str) -> Element:
    """The figure's markup as a tree. Characters that XML cannot hold are not printed anywhere."""
    clean = _NO_XML.sub("", markup).replace("&nbsp;", "\u00a0")
    return ElementTree.fromstring(f"<div>{clean}</div>")


_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Placed = tuple[tuple[Element, tuple[Element, ...]], str]


def _panels(element: Element, outer: tuple[Element, ...]) -> Iterator[Placed]:
    """Every drawing with the elements around it, and its caption."""
    caption, chain = "", (*outer, element)
    for child in element:
        if local(child) == "svg":
            yield (child, chain), caption
            caption = ""
        elif local(child) == "p":
            caption = " ".join("".join(child.itertext()).split())
        else:
            yield from _panels(child, chain)


def _literal_root(root: Element, outer: tuple[Element, ...], sheet: Stylesheet) -> Element:
    return _literal(root, (*outer, root), {}, sheet)


_LEFT_OUT = ("class", "style")


def _literal(element: Element, chain: tuple[Element, ...], inherited: Style, sheet: Stylesheet) -> Element:
    """A copy whose style stands in its own attributes, as far as it differs from what it inherits."""
    said = sheet.of(chain, inherited)
    attributes = {
        name: value
        for name, value in element.attrib.items()
        if name not in _LEFT_OUT and name not in said and not name.startswith("data-")
    }
    rise = _RISE.get(said.get("dominant-baseline", ""), 0.0)
    if rise and local(element) in ("text", "tspan") and "y" in attributes:
        y = number(attributes["y"], 0.0) + rise * number(said.get("font-size"), 16.0)
        attributes["y"] = f"{y:.2f}".rstrip("0").rstrip(".")
    attributes |= {
        name: value
        for name, value in said.items()
        if name != "dominant-baseline" and (inherited.get(name) != value or name == "opacity")
    }
    if "font-weight" in attributes:
        attributes["font-weight"] = "bold" if weight(said) >= 600 else "normal"
    copy = Element(local(element), attributes)
    copy.text, copy.tail = element.text, element.tail
    copy.extend(_literal(child, (*chain, child), said, sheet) for child in element)
    return copy


def _size(root: Element) -> tuple[float, float]:
    parts = root.get("viewBox", "").split()
    width, height = (float(parts[2]), float(parts[3])) if len(parts) == 4 else (640.0, 400.0)
    return number(root.get("width"), width), number(root.get("height"), height)


def _beside(panels: Sequence[Placed], sheet: Stylesheet) -> tuple[Element, float, float]:
    """Panels in rows, each below its caption."""
    drawn = [(_literal_root(*place, sheet), caption) for place, caption in panels]
    sizes = [_size(root) for root, _ in drawn]
    widest = max((width for width, _ in sizes), default=1.0)
    columns = max(1, min(len(drawn), int((WIDEST + GAP) // (widest + GAP))))
    type_ = _caption_type(panels, sheet)
    size = number(type_.get("font-size"), 14.0)
    captions = [list(_wrapped(caption, widest, size, weight(type_))) for _, caption in drawn]
    whole = Element("svg")
    top = 0.0
    for start in range(0, len(drawn), columns):
        row = range(start, min(start + columns, len(drawn)))
        room = max(len(captions[index]) for index in row) * size * CAPTION_LINE
        for index in row:
            left = (index - start) * (widest + GAP)
            whole.extend(_caption(captions[index], left, top, size, type_))
            moved = Element("g", {"transform": f"translate({left:g} {top + room + 4:g})", "role": "img"})
            moved.extend(list(drawn[index][0]))
            whole.append(moved)
        top += room + 4 + max(sizes[index][1] for index in row) + GAP
    return whole, columns * (widest + GAP) - GAP, round(top - GAP, 2)


def _caption_type(panels: Sequence[Placed], sheet: Stylesheet) -> Style:
    """Size and weight of the captions, as the stylesheet has them."""
    outer = panels[0][0][1] if panels else ()
    return {
        "fill": sheet.literal("var(--ink)"),
        "font-size": "14.5px",
        **sheet.of((*outer, Element("p")), {}),
    }


def _caption(lines: Sequence[str], left: float, top: float, size: float, type_: Style) -> Iterator[Element]:
    bold = "bold" if weight(type_) >= 600 else "normal"
    for index, words in enumerate(lines):
        y = top + size * (0.95 + CAPTION_LINE * index)
        said = {"fill": type_["fill"], "font-size": type_["font-size"], "font-weight": bold}
        line = Element("text", {"x": f"{left:g}", "y": f"{y:.2f}", **said})
        line.text = words
        yield line


def _wrapped(text: str, width: float, size: float, heavy: int) -> Iterator[str]:
    """Lines no wider than ``width``: broken at spaces, else between characters."""
    line = ""
    for piece in _pieces(text):
        if line and outline((line + piece).strip(), heavy).advance * size / UNITS > width:
            yield line.strip()
            line = ""
        line += piece
    if line.strip():
        yield line.strip()


def _pieces(text: str) -> Iterator[str]:
    """Words with the space behind them; characters of more than ASCII one by one."""
    word = ""
    for letter in text:
        if ord(letter) > 0x2E80 or len(word) > 30:
            yield from (word,) if word else ()
            word = ""
        word += letter
        if letter == " " or ord(letter) > 0x2E80:
            yield word
            word = ""
    if word:
        yield word


# -- drawn --------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def _drawn(figure: Figure, language: str, style: str) -> Drawing:
    return drawing(_composed(figure, language, style))


def _saved(
    figure: Figure, language: str, style: str, kind: str, dpi: float, metadata: dict[str, Any]
) -> bytes:
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Sheet

    root, buffer = _composed(figure, language, style), io.BytesIO()
    width, height = (number(root.get(name), 1.0) for name in ("width", "height"))
    left, top, w, h = _box(root, width, height)
    with rc_context({"lines.scale_dashes": False, "path.simplify": False, "pdf.compression": 9}):
        sheet = Sheet(figsize=(width / PIXELS, height / PIXELS), dpi=dpi)
        FigureCanvasAgg(sheet)
        axes = sheet.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(left, left + w)
        axes.set_ylim(top + h, top)
        scale = width / w * POINTS / PIXELS
        for order, shape in enumerate(_drawn(figure, language, style).shapes):
            axes.add_artist(_patch(shape, scale, order))
        sheet.savefig(buffer, format=kind, dpi=dpi, metadata=metadata)
    return buffer.getvalue()


def _patch(shape: Shape, scale: float, order: int) -> Any:
    """A shape as matplotlib draws it; ``scale``: points per unit of the drawing."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import PathPatch

    fill = "none" if shape.fill is None else to_rgba(shape.fill, shape.fill_opacity)
    edge = "none" if shape.stroke is None else to_rgba(shape.stroke, shape.stroke_opacity)
    dashes = tuple(one * scale for one in shape.dashes)
    patch = PathPatch(
        shape.path,
        facecolor=fill,
        edgecolor=edge,
        linewidth=shape.width * scale if shape.stroke is not None else 0.0,
        linestyle=(0, dashes) if any(dashes) else "-",
        capstyle={"square": "projecting"}.get(shape.cap, shape.cap),
        joinstyle=shape.join,
        zorder=order,
    )
    patch.set_antialiased(True)
    return patch
