"""Holds every number that a figure prints against the table of its data.

A number on an axis is none of the data: it stands in a line with its neighbours and differs from them as far
as it stands apart, which is tested and not taken from a name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from trace_sources import DIGIT, Sources, tokens_of
from tracing import ORDINARY, Fault, unfollowed

from tam.report.document import Document, Figure, plain
from tam.report.document import figures as figures_of

_TEXT = re.compile(r"<text\b([^>]*)>(.*?)</text>", re.DOTALL)
_PLACE = re.compile(r'\b(x|y)="(-?[\d.]+)"')
_TAGS = re.compile(r"<[^>]*>")
_TICK = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)")
_NEAR = 1.2
"""Pixels: places are written to a tenth, and a text at the edge may begin there instead of standing amid."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A text of a figure and where it stands."""

    text: str
    x: float
    y: float

    @property
    def number(self) -> float | None:
        """The number that is all of the text."""
        said = self.text.translate(ORDINARY).removesuffix("%")
        return float(said) if _TICK.fullmatch(said) else None


def untraced_figures(
    document: Document, found: Sources, keys: Mapping[str, Iterable[float]] | None = None
) -> list[Fault]:
    """Every number in a figure of the document that neither its table nor an axis holds. ``keys``: of some
    figures, the numbers of the key that says what a colour or a line stands for."""
    known = {name: frozenset(numbers) for name, numbers in (keys or {}).items()}
    return [
        fault
        for figure in figures_of(document.sections)
        for fault in _strange(figure, found, known.get(figure.key, frozenset()))
    ]


def printed(svg: str) -> Iterator[Printed]:
    """The texts of a drawing."""
    for attributes, inner in _TEXT.findall(svg):
        at = {name: float(value) for name, value in _PLACE.findall(attributes)}
        yield Printed(unescape(_TAGS.sub("", inner)), at.get("x", 0.0), at.get("y", 0.0))


def _strange(figure: Figure, found: Sources, key: frozenset[float]) -> Iterator[Fault]:
    texts = list(printed(figure.svg))
    axis, table, values = on_an_axis(texts), shown_in_table(figure), values_in_table(figure)
    for one in texts:
        if not DIGIT.search(one.text) or one in axis or _is_told(one.text, found) or one.text in table:
            continue
        tokens = [token for token in tokens_of(one.text) if token not in table and not _is_name(token, found)]
        unknown = [token for token in tokens if unfollowed(token, values | key)]
        if unknown:
            yield Fault(figure.key, one.text, f"not in the table of the figure: {unknown}")


def _is_told(text: str, found: Sources) -> bool:
    if text.endswith("…"):  # cut to the room that it has
        return any(one.startswith(text[:-1]) for one in found.texts)
    return text in found.texts or found.is_filled(text)


def _is_name(token: str, found: Sources) -> bool:
    return token in found.tokens and not _TICK.fullmatch(token.translate(ORDINARY))


def shown_in_table(figure: Figure) -> frozenset[str]:
    """What the table of a figure prints: whole cells, and their pieces with digits."""
    data = figure.data
    cells = [plain(cell.text) for group in data.groups for row in group.rows for cell in row]
    heads = [plain(column.head) for column in data.columns] + [plain(group.label) for group in data.groups]
    return frozenset([*cells, *heads, *(token for text in (*cells, *heads) for token in tokens_of(text))])


def values_in_table(figure: Figure) -> frozenset[float]:
    """The values of its cells: a figure may print them to fewer digits."""
    rows = (row for group in figure.data.groups for row in group.rows)
    return frozenset(value for row in rows for cell in row for value in cell.values)


def on_an_axis(texts: Iterable[Printed]) -> frozenset[Printed]:
    """The numbers that stand evenly in a row or a column, three or more of them."""
    numbers = [one for one in texts if one.number is not None]
    rows = _lines(numbers, lambda one: one.y, lambda one: one.x)
    columns = _lines(numbers, lambda one: one.x, lambda one: one.y)
    return frozenset(one for line in (*rows, *columns) if _is_even(line) for one, _ in line)


def _lines(
    numbers: Iterable[Printed], across: Callable[[Printed], float], along: Callable[[Printed], float]
) -> list[list[tuple[Printed, float]]]:
    """The numbers by the line they stand in, in order, each with its place on the line."""
    lines: dict[float, list[tuple[Printed, float]]] = {}
    for one in numbers:
        lines.setdefault(across(one), []).append((one, along(one)))
    return [sorted(line, key=lambda entry: entry[1]) for line in lines.values()]


def _is_even(line: list[tuple[Printed, float]]) -> bool:
    """Whether the numbers grow with their places: the same step everywhere, to the rounding of places."""
    if len(line) < 3:
        return False
    (first, start), (last, end) = line[0], line[-1]
    assert first.number is not None and last.number is not None
    if first.number == last.number or start == end:
        return False
    scale = (end - start) / (last.number - first.number)
    return all(
        abs(start + scale * ((one.number or 0.0) - first.number) - place) <= _NEAR for one, place in line
    )
