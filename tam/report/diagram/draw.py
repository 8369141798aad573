"""A plan as SVG: classes and variables of the stylesheet for every colour, text as text, no scripts."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from tam.report.diagram.geometry import Box, Curve
from tam.report.diagram.layout import LABEL_LINE, Drawn, Plan
from tam.report.diagram.model import Diagram, Node


def draw(
    diagram: Diagram,
    planned: Plan,
    title: str,
    description: str,
    key: str = "diagram",
    kind: str = "diagram",
) -> str:
    """One inline SVG, readable without its surroundings: title and description stand inside.

    ``kind``: its classes for the stylesheet."""
    nodes = {node.name: node for node in diagram.nodes}
    parts = [
        f'<svg class="{kind}" viewBox="0 0 {_n(planned.width)} {_n(planned.height)}" role="img"'
        f' width="{_n(planned.width)}" height="{_n(planned.height)}"'
        f' aria-labelledby="{key}-title {key}-desc">',
        f'<title id="{key}-title">{escape(title)}</title>',
        f'<desc id="{key}-desc">{escape(description)}</desc>',
    ]
    parts.extend(_arrow(one) for one in planned.drawn)
    parts.extend(_label(one) for one in planned.drawn if one.label is not None)
    parts.extend(_node(nodes[name], box) for name, box in planned.boxes.items())
    return "".join([*parts, "</svg>"])


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".").replace("-0", "0") if abs(value) < 0.05 else f"{value:.1f}"


def _width(one: Drawn) -> float:
    """Stroke width by the size of the standardised coefficient."""
    return 1.2 + 3.2 * min(abs(one.arrow.std or 0.0), 1.0)


def _kind(one: Drawn) -> str:
    kinds = ["arrow"]
    if one.arrow.onto:
        kinds.append("moderates")
    if not one.arrow.certain:
        kinds.append("open")
    if one.arrow.marked:
        kinds.append("marked")
    return " ".join(kinds)


def _arrow(one: Drawn) -> str:
    curve, width = one.curve, _width(one)
    head = 8 + 1.1 * width
    shaft = _shortened(curve, head * 0.8) if one.dot is None else curve
    path = (
        f'<path class="shaft" stroke-width="{_n(width)}" d="M{_n(shaft.start[0])} {_n(shaft.start[1])}'
        f'Q{_n(shaft.control[0])} {_n(shaft.control[1])} {_n(shaft.end[0])} {_n(shaft.end[1])}"/>'
    )
    if one.dot is None:
        end = _head(curve, head)
    else:
        end = f'<circle class="dot" cx="{_n(one.dot[0])}" cy="{_n(one.dot[1])}" r="5.5"/>'
    said = quoteattr(one.arrow.told_apart)
    return f'<g class="{_kind(one)}" data-path={said}>{path}{end}</g>'


def _shortened(curve: Curve, by: float) -> Curve:
    along = curve.direction(1.0)
    end = (curve.end[0] - by * along[0], curve.end[1] - by * along[1])
    return Curve(curve.start, curve.control, end)


def _head(curve: Curve, size: float) -> str:
    (x, y), (dx, dy) = curve.end, curve.direction(1.0)
    half = size * 0.42
    corners = (
        (x, y),
        (x - size * dx - half * dy, y - size * dy + half * dx),
        (x - size * dx + half * dy, y - size * dy - half * dx),
    )
    points = " ".join(f"{_n(a)},{_n(b)}" for a, b in corners)
    return f'<polygon class="head" points="{points}"/>'


def _label(one: Drawn) -> str:
    box = one.label
    assert box is not None
    kind = "label" if one.arrow.certain else "label open"
    if one.arrow.onto:
        kind += " moderates"
    if one.arrow.marked:
        kind += " marked"
    first = box.y - LABEL_LINE * (len(one.arrow.label) - 1) / 2
    lines = "".join(
        f'<text class="{"value" if index == 0 else "interval"}" x="{_n(box.x)}" '
        f'y="{_n(first + index * LABEL_LINE)}">{escape(line)}</text>'
        for index, line in enumerate(one.arrow.label)
    )
    return (
        f'<g class="{kind}"><rect class="halo" x="{_n(box.left)}" y="{_n(box.top)}" '
        f'width="{_n(box.width)}" height="{_n(box.height)}" rx="4"/>{lines}</g>'
    )


def _node(node: Node, box: Box) -> str:
    count = len(node.lines) + bool(node.detail)
    height = 17.0
    first = box.y - height * (count - 1) / 2
    lines = "".join(
        f'<text x="{_n(box.x)}" y="{_n(first + index * height)}">{escape(line)}</text>'
        for index, line in enumerate(node.lines)
    )
    if node.detail:
        y = first + len(node.lines) * height
        lines += f'<text class="detail" x="{_n(box.x)}" y="{_n(y)}">{escape(node.detail)}</text>'
    radius = 14 if node.role != "observed" else 2
    return (
        f'<g class="node {node.role}"><rect x="{_n(box.left)}" y="{_n(box.top)}" width="{_n(box.width)}" '
        f'height="{_n(box.height)}" rx="{radius}"/>{lines}</g>'
    )
