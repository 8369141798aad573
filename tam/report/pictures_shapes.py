"""A drawing of ours taken apart: every mark as a path in pixels with its literal colours.

Read is the part of SVG that the report draws with: groups, paths of M L H V Q C Z, rectangles, circles,
ellipses, lines, polygons and text with spans, turned or moved.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from tam.report.fonts import UNITS, Outline, outline
from tam.report.pictures_style import PLAIN, Style, local

Matrix = tuple[float, float, float, float, float, float]
UNMOVED: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_NUMBER = re.compile(r"[-+]?(?:\d*\.\d+|\d+\.?)(?:[eE][-+]?\d+)?")
_STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")
_MOVE = re.compile(r"(translate|rotate|scale)\(([^)]*)\)")
_ROUND = 0.5522847498
"""Control points of a quarter circle as a cubic curve."""
_BOLDER = 0.035
"""Stroke that makes a face bold which has no bold, in heights of the type."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A path in pixels, y downward. A stroke of None is none; ``dashes`` are in pixels."""

    path: Any
    fill: str | None
    stroke: str | None = None
    width: float = 1.0
    dashes: tuple[float, ...] = ()
    cap: str = "butt"
    join: str = "miter"
    fill_opacity: float = 1.0
    stroke_opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Drawing:
    shapes: tuple[Shape, ...]
    replaced: tuple[str, ...] = ()
    """Characters that no font has."""


def drawing(root: Element) -> Drawing:
    """Every mark of one ``svg`` element whose style stands in literal attributes."""
    shapes: list[Shape] = []
    replaced: list[str] = []
    _walk(root, PLAIN.of((root,), {}), UNMOVED, shapes, replaced)
    return Drawing(tuple(shapes), tuple(dict.fromkeys(replaced)))


def _walk(element: Element, said: Style, matrix: Matrix, shapes: list[Shape], replaced: list[str]) -> None:
    matrix = times(matrix, moved(element.get("transform", "")))
    name = local(element)
    if name == "text":
        for shape, unknown in _text(element, said, matrix):
            shapes.append(shape)
            replaced.extend(unknown)
    elif name in ("svg", "g", "a"):
        for child in element:
            _walk(child, PLAIN.of((child,), said), matrix, shapes, replaced)
    elif name in _OUTLINES:
        vertices, codes = _OUTLINES[name](element.attrib)
        if vertices:
            shapes.extend(_painted(_path(vertices, codes, matrix), said))


def _painted(path: Any, said: Style, extra: float = 0.0) -> Iterator[Shape]:
    """The shapes of a path: one, or stroke and fill apart where the stroke lies beneath."""
    fill, stroke = _paint(said.get("fill", "#000000"), said), _paint(said.get("stroke", "none"), said)
    opacity = number(said.get("opacity"), 1.0)
    line = {
        "width": number(said.get("stroke-width"), 1.0),
        "dashes": tuple(float(one) for one in _NUMBER.findall(said.get("stroke-dasharray", ""))),
        "cap": said.get("stroke-linecap", "butt"),
        "join": said.get("stroke-linejoin", "miter"),
        "stroke_opacity": opacity * number(said.get("stroke-opacity"), 1.0),
    }
    seen = opacity * number(said.get("fill-opacity"), 1.0)
    beneath = stroke is not None and said.get("paint-order", "").startswith("stroke")
    if beneath:
        yield Shape(path, None, stroke, **line)  # type: ignore[arg-type]
        stroke = None
    if extra and fill is not None and stroke is None:
        yield Shape(path, fill, fill, extra, join="round", fill_opacity=seen, stroke_opacity=seen)
    elif fill is not None or stroke is not None:
        yield Shape(path, fill, stroke, fill_opacity=seen, **line)  # type: ignore[arg-type]


def _paint(value: str, said: Style) -> str | None:
    if value == "currentColor":
        value = said.get("color", "#000000")
    return None if value in ("none", "transparent", "") else value


def _text(element: Element, said: Style, matrix: Matrix) -> Iterator[tuple[Shape, tuple[str, ...]]]:
    """Letters as shapes. A span with its own place begins a line of its own, any other continues it."""
    at = (number(element.get("x"), 0.0), number(element.get("y"), 0.0))
    for line in _lines(element, said, at):
        drawn = [
            (outline(text, weight(own)), number(own.get("font-size"), 16.0), own) for text, own in line.runs
        ]
        total = sum(one.advance * size / UNITS for one, size, _ in drawn)
        anchor = line.runs[0][1].get("text-anchor", "start")
        x = line.x - {"middle": total / 2, "end": total}.get(anchor, 0.0)
        for one, size, own in drawn:
            yield from _letters(one, size, own, times(matrix, (1, 0, 0, 1, x, line.y)))
            x += one.advance * size / UNITS


def weight(said: Style) -> int:
    """The weight of the type: 400 regular, 700 bold."""
    written = said.get("font-weight", "400")
    return {"bold": 700, "normal": 400}.get(written) or int(number(written, 400))


def _letters(
    one: Outline, size: float, said: Style, matrix: Matrix
) -> Iterator[tuple[Shape, tuple[str, ...]]]:
    scale = size / UNITS
    for path, embolden in one.shapes:
        turned = _path(path.vertices, path.codes, times(matrix, (scale, 0, 0, -scale, 0, 0)))
        for shape in _painted(turned, said, _BOLDER * size if embolden else 0.0):
            yield shape, one.replaced


@dataclass(frozen=True, slots=True)
class _Line:
    x: float
    y: float
    runs: list[tuple[str, Style]]


def _lines(element: Element, said: Style, at: tuple[float, float]) -> list[_Line]:
    lines = [_Line(*at, [])]

    def add(text: str | None, own: Style) -> None:
        words = re.sub(r"\s+", " ", text or "")
        if words.strip() or (words and lines[-1].runs):
            lines[-1].runs.append((words, own))

    add(element.text, said)
    for child in element:
        if local(child) == "tspan":
            own = PLAIN.of((child,), said)
            if {"x", "y", "dy"} & child.attrib.keys():
                last = lines[-1]
                y = number(child.get("y"), last.y) + _length(child.get("dy"), own)
                lines.append(_Line(number(child.get("x"), last.x), y, []))
            add("".join(child.itertext()), own)
        add(child.tail, said)
    return [_Line(one.x, one.y, _trimmed(one.runs)) for one in lines if one.runs]


def _trimmed(runs: list[tuple[str, Style]]) -> list[tuple[str, Style]]:
    (first, style), (last, ending) = runs[0], runs[-1]
    if len(runs) == 1:
        return [(first.strip(), style)]
    return [(first.lstrip(), style), *runs[1:-1], (last.rstrip(), ending)]


def _length(value: str | None, said: Style) -> float:
    amount = number(value, 0.0)
    return amount * number(said.get("font-size"), 16.0) if (value or "").endswith("em") else amount


def number(value: str | None, otherwise: float) -> float:
    """The number at the beginning of a value; ``otherwise`` where there is none."""
    match = _NUMBER.match((value or "").strip())
    return float(match[0]) if match else otherwise


# -- geometry -----------------------------------------------------------------------------------------------


def times(a: Matrix, b: Matrix) -> Matrix:
    """The movement that first does ``b``, then ``a``."""
    return (
        a[0] * b[0] + a[2] * b[1],
        a[1] * b[0] + a[3] * b[1],
        a[0] * b[2] + a[2] * b[3],
        a[1] * b[2] + a[3] * b[3],
        a[0] * b[4] + a[2] * b[5] + a[4],
        a[1] * b[4] + a[3] * b[5] + a[5],
    )


def moved(transform: str) -> Matrix:
    """``translate``, ``rotate`` and ``scale`` of a ``transform`` attribute."""
    found = UNMOVED
    for kind, inside in _MOVE.findall(transform):
        values = [float(one) for one in _NUMBER.findall(inside)]
        if kind == "translate":
            step: Matrix = (1, 0, 0, 1, values[0], values[1] if len(values) > 1 else 0.0)
        elif kind == "scale":
            step = (values[0], 0, 0, values[-1], 0, 0)
        else:
            angle = math.radians(values[0])
            cosine, sine = math.cos(angle), math.sin(angle)
            x, y = values[1:3] if len(values) > 2 else (0.0, 0.0)
            step = times((1, 0, 0, 1, x, y), times((cosine, sine, -sine, cosine, 0, 0), (1, 0, 0, 1, -x, -y)))
        found = times(found, step)
    return found


Points = list[tuple[float, float]]
_MOVETO, _LINETO, _CURVE3, _CURVE4, _CLOSE = 1, 2, 3, 4, 79


def _path(vertices: Any, codes: Any, matrix: Matrix) -> Any:
    import numpy as np
    from matplotlib.path import Path

    points = np.asarray(vertices, dtype=float)
    a, b, c, d, e, f = matrix
    turned = points @ np.array([[a, b], [c, d]]) + np.array([e, f])
    return Path(turned, codes)


def _rect(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    x, y, w, h = (number(attributes.get(name), 0.0) for name in ("x", "y", "width", "height"))
    radius = number(attributes.get("rx"), number(attributes.get("ry"), 0.0))
    r = min(radius, w / 2, h / 2)
    if r <= 0:
        return [(x, y), (x + w, y), (x + w, y + h), (x, y + h), (x, y)], [1, 2, 2, 2, _CLOSE]
    k = r * (1 - _ROUND)
    right, low = x + w, y + h
    points = [
        *((x + r, y), (right - r, y), (right - k, y), (right, y + k), (right, y + r)),
        *((right, low - r), (right, low - k), (right - k, low), (right - r, low)),
        *((x + r, low), (x + k, low), (x, low - k), (x, low - r)),
        *((x, y + r), (x, y + k), (x + k, y), (x + r, y), (x + r, y)),
    ]
    return points, [_MOVETO, *([_LINETO, _CURVE4, _CURVE4, _CURVE4] * 4), _CLOSE]


def _ellipse(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    x, y = number(attributes.get("cx"), 0.0), number(attributes.get("cy"), 0.0)
    r = number(attributes.get("r"), 0.0)
    a, b = number(attributes.get("rx"), r), number(attributes.get("ry"), r)
    p, q = a * _ROUND, b * _ROUND
    points = [
        *((x + a, y), (x + a, y + q), (x + p, y + b), (x, y + b)),
        *((x - p, y + b), (x - a, y + q), (x - a, y)),
        *((x - a, y - q), (x - p, y - b), (x, y - b)),
        *((x + p, y - b), (x + a, y - q), (x + a, y), (x + a, y)),
    ]
    return points, [_MOVETO, *([_CURVE4] * 12), _CLOSE]


def _line(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    x1, y1, x2, y2 = (number(attributes.get(name), 0.0) for name in ("x1", "y1", "x2", "y2"))
    return [(x1, y1), (x2, y2)], [_MOVETO, _LINETO]


def _corners(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    values = [float(one) for one in _NUMBER.findall(attributes.get("points", ""))]
    points = list(zip(values[::2], values[1::2], strict=False))
    return points, [_MOVETO, *([_LINETO] * (len(points) - 1))][: len(points)]


def _polygon(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    points, codes = _corners(attributes)
    return ([*points, points[0]], [*codes, _CLOSE]) if points else ([], [])


def _traced(attributes: Mapping[str, str]) -> tuple[Points, list[int]]:
    """The steps of a path; small letters are relative to where the pen is."""
    points: Points = []
    codes: list[int] = []
    pen = start = (0.0, 0.0)
    for letter, inside in _STEP.findall(attributes.get("d", "")):
        values = [float(one) for one in _NUMBER.findall(inside)]
        kind, relative = letter.upper(), letter.islower()
        if kind == "Z":
            points.append(start)
            codes.append(_CLOSE)
            pen = start
            continue
        if kind not in _TAKES:
            raise ValueError(f"the drawing holds a step that is not expected: {letter}")
        for index in range(0, len(values) - _TAKES[kind] + 1, _TAKES[kind]):
            found = _placed(kind, values[index : index + _TAKES[kind]], pen if relative else None, pen)
            first = kind == "M" and index == 0
            points.extend(found)
            codes.extend([_MOVETO if first else _CODE[kind]] * len(found))
            pen = found[-1]
            start = pen if first else start
    return points, codes


_TAKES = {"M": 2, "L": 2, "H": 1, "V": 1, "Q": 4, "C": 6}
_CODE = {"M": _LINETO, "L": _LINETO, "H": _LINETO, "V": _LINETO, "Q": _CURVE3, "C": _CURVE4}


def _placed(
    kind: str, values: list[float], origin: tuple[float, float] | None, pen: tuple[float, float]
) -> Points:
    x, y = origin or (0.0, 0.0)
    if kind == "H":
        return [(x + values[0], pen[1])]
    if kind == "V":
        return [(pen[0], y + values[0])]
    return [(x + a, y + b) for a, b in zip(values[::2], values[1::2], strict=True)]


_OUTLINES = {
    "path": _traced,
    "rect": _rect,
    "circle": _ellipse,
    "ellipse": _ellipse,
    "line": _line,
    "polyline": _corners,
    "polygon": _polygon,
}
