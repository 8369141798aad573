"""A plan as SVG: classes and variables of the stylesheet for every colour, text as text, no scripts."""

from __future__ import annotations

from tam.report.charts.canvas import escaped, number
from tam.report.diagram.geometry import Box, Line, Route, shortened
from tam.report.diagram.labels import LABEL_LINE
from tam.report.diagram.model import Diagram, Node
from tam.report.diagram.plan import Drawn, Plan


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
    for name, parts in diagram.dimensions.items():
        nodes |= {f"{name}/{part.name}": part for part in parts}
    width, height = number(planned.width), number(planned.height)
    svg = [
        f'<svg class="{kind}{_wide(planned.width)}" viewBox="0 0 {width} {height}" role="img"'
        f' width="{width}" height="{height}"'
        f' aria-labelledby="{key}-title {key}-desc">',
        f'<title id="{key}-title">{escaped(title)}</title>',
        f'<desc id="{key}-desc">{escaped(description)}</desc>',
    ]
    if planned.ties:
        ways = "".join(f"M{number(a)} {number(b)}L{number(c)} {number(d)}" for (a, b), (c, d) in planned.ties)
        svg.append(f'<path class="tie" d="{ways}"/>')
    svg.extend(_arrow(one) for one in planned.drawn)
    svg.extend(_label(one) for one in planned.drawn if one.label is not None)
    svg.extend(_node(nodes[name], box) for name, box in planned.boxes.items())
    return "".join([*svg, "</svg>"])


def _wide(width: float) -> str:
    """A class for drawings that would be too small to read if they were made to fit the page."""
    steps = [step for step in (1200, 1600, 2000, 2400) if width > step]
    return f" wide-{steps[-1]}" if steps else ""


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
    width = _width(one)
    head = 8 + 1.1 * width
    shaft = shortened(one.line, head * 0.8) if one.dot is None else one.line
    path = f'<path class="shaft" stroke-width="{number(width)}" d="{_way(shaft)}"/>'
    if one.dot is None:
        end = _head(one.line, head)
    else:
        end = f'<circle class="dot" cx="{number(one.dot[0])}" cy="{number(one.dot[1])}" r="5.5"/>'
    said = f'"{escaped(one.arrow.told_apart)}"'
    return f'<g class="{_kind(one)}" data-path={said}>{path}{end}</g>'


def _way(line: Line) -> str:
    """The line as path data in M, L and Q."""
    if isinstance(line, Route):
        inner = "".join(f"L{_at(bend.start)}Q{_at(bend.control)} {_at(bend.end)}" for bend in line.bends())
        return f"M{_at(line.start)}{inner}L{_at(line.end)}"
    if line.straight:
        return f"M{_at(line.start)}L{_at(line.end)}"
    return f"M{_at(line.start)}Q{_at(line.control)} {_at(line.end)}"


def _at(point: tuple[float, float]) -> str:
    return f"{number(point[0])} {number(point[1])}"


def _head(line: Line, size: float) -> str:
    (x, y), (dx, dy) = line.end, line.direction(1.0)
    half = size * 0.42
    corners = (
        (x, y),
        (x - size * dx - half * dy, y - size * dy + half * dx),
        (x - size * dx + half * dy, y - size * dy - half * dx),
    )
    points = " ".join(f"{number(a)},{number(b)}" for a, b in corners)
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
        f'<text class="{"value" if index == 0 else "interval"}" x="{number(box.x)}" '
        f'y="{number(first + index * LABEL_LINE)}">{escaped(line)}</text>'
        for index, line in enumerate(one.arrow.label)
    )
    return (
        f'<g class="{kind}"><rect class="halo" x="{number(box.left)}" y="{number(box.top)}" '
        f'width="{number(box.width)}" height="{number(box.height)}" rx="4"/>{lines}</g>'
    )


def _node(node: Node, box: Box) -> str:
    count = len(node.lines) + bool(node.detail)
    height = 17.0 if not {"dimension", "long"} & set(node.role.split()) else 14.0
    first = box.y - height * (count - 1) / 2
    lines = "".join(
        f'<text x="{number(box.x)}" y="{number(first + index * height)}">{escaped(line)}</text>'
        for index, line in enumerate(node.lines)
    )
    if node.detail:
        y = first + len(node.lines) * height
        lines += f'<text class="detail" x="{number(box.x)}" y="{number(y)}">{escaped(node.detail)}</text>'
    radius = 2 if "observed" in node.role else 9 if node.role == "dimension" else 14
    return (
        f'<g class="node {node.role}"><rect x="{number(box.left)}" y="{number(box.top)}" '
        f'width="{number(box.width)}" height="{number(box.height)}" rx="{radius}"/>{lines}</g>'
    )
