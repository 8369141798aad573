"""How wide the columns of a printed table are, how large its type, and whether the page has to be turned."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tam.report.characters import is_east_asian, width
from tam.report.document import Column, Rich, Table, plain

MM_PER_POINT = 25.4 / 72
_PADDING, _TIGHT = 2.4, 1.2
"""Room between two columns, in millimetres; the second where nothing else holds the table."""

_TINY = (6.5, 5.5, 4.5)
"""Sizes in points for a matrix of dozens of columns."""

GAP = 2.8
"""More room, in millimetres, where a column of words follows one of numbers."""

_FAIR = (27.0, 24.0, 21.0, 18.0, 15.0, 12.0)
"""Widths in millimetres that every column that can use them gets before longer ones get more, the first that
all of them can have."""

_BOLD = 1.08
_WORD = 11.0
"""The longest stretch in ems that is kept in one piece; longer ones are broken."""

_NUMBER = 16.0
_LEAST = {"sentence": 9.0, "name": 6.0, "text": 4.0, "verdict": 4.0}
"""The least room in ems that each kind of column gets, unless all of its text is shorter."""


@dataclass(frozen=True, slots=True)
class Plan:
    """``widths`` of the columns in millimetres, room between them included; ``size`` of the type in points;
    ``turned``: on a page in landscape; ``padding``: the room between two columns."""

    widths: tuple[float, ...]
    size: float
    turned: bool
    padding: float = _PADDING

    @property
    def total(self) -> float:
        return sum(self.widths)


def planned(table: Table, upright: float, turned: float, sizes: Sequence[float]) -> Plan:
    """The first that holds the table of: the ``sizes`` on an upright page, then on a turned one, then tiny
    type. ``upright`` and ``turned`` are the room in millimetres. Where nothing holds it, columns share the
    room of the turned page in proportion and words break."""
    needs = [_need(table, index, column) for index, column in enumerate(table.columns)]
    apart = after_numbers(table.columns)
    for room, size, padding in _steps(upright, turned, sizes):
        em = size * MM_PER_POINT
        gaps = [padding + (GAP if after else 0.0) for after in apart]
        low = [least * em + gap for (least, _), gap in zip(needs, gaps, strict=True)]
        high = [most * em + gap for (_, most), gap in zip(needs, gaps, strict=True)]
        if sum(low) <= room:
            return Plan(_shared(low, high, room), size, room == turned, padding)
    share = turned / sum(least for least, _ in needs)
    return Plan(tuple(least * share for least, _ in needs), _TINY[-1], True, _TIGHT)


def _steps(upright: float, turned: float, sizes: Sequence[float]) -> Iterator[tuple[float, float, float]]:
    """Room, size of type and room between columns, the better first."""
    for room in (upright, turned):
        yield from ((room, size, _PADDING) for size in sizes)
    yield from ((turned, size, _TIGHT) for size in _TINY)


def after_numbers(columns: Sequence[Column]) -> tuple[bool, ...]:
    """Of each column: whether it holds words and stands to the right of numbers, which end close by."""
    kinds = [column.kind for column in columns]
    return tuple(
        index > 0 and kind != "number" and kinds[index - 1] == "number" for index, kind in enumerate(kinds)
    )


def _shared(low: Sequence[float], high: Sequence[float], room: float) -> tuple[float, ...]:
    """Short tables keep to half of the room; others fill it, and columns that must break share what is left
    in proportion to the text that they still have to set. ``low`` and ``high``: the least and the most that
    each column can use."""
    natural = sum(high)
    if natural <= room:
        share = (room if natural > room / 2 else room / 2) / natural
        return tuple(one * share for one in high)
    for fair in _FAIR:
        raised = [max(a, min(b, fair)) for a, b in zip(low, high, strict=True)]
        if sum(raised) <= room:
            low = raised
            break
    share = (room - sum(low)) / (natural - sum(low))
    return tuple(a + (b - a) * share for a, b in zip(low, high, strict=True))


def _need(table: Table, index: int, column: Column) -> tuple[float, float]:
    """The least and the most room of a column in ems: its longest word, its longest line."""
    cells = [plain(row[index].text) for group in table.groups for row in group.rows]
    head = _longest_word([column.head], bold=True)
    factor = _BOLD if column.kind == "verdict" else 1.0
    longest = max((width(text) * factor for text in cells), default=0.0)
    if column.kind == "number":
        whole = max(min(longest, _NUMBER), head)
        return whole, whole
    most = max(longest, min(width(plain(column.head)) * _BOLD, 2.2 * head))
    words = max((_word(text) * factor for text in cells), default=0.0)
    return min(max(head, words, _LEAST.get(column.kind, 0.0)), most), most


def _longest_word(texts: Iterable[Rich], *, bold: bool) -> float:
    return max((_word(plain(text)) for text in texts), default=0.0) * (_BOLD if bold else 1.0)


def _word(text: str) -> float:
    """The longest stretch without a place to break, in ems; East Asian text breaks everywhere."""
    return max((min(width(word), _WORD) for word in _words(text[:4000])), default=0.0)


def _words(text: str) -> Iterable[str]:
    for word in re.split(r"[\s\u200b]+", text):
        start = 0
        for place, char in enumerate(word):
            if is_east_asian(char):
                yield word[start:place]
                yield char * 2
                start = place + 1
        yield word[start:]
