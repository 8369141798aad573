"""A report held against one drawn anew from the same results: where it says something else."""

from __future__ import annotations

import difflib
import html
import re

from tam.published.verification import ReportPlace

MOST = 50
"""Places that are told; a page changed in more is another page."""
LONGEST = 160
"""Characters of a place that are shown."""

_TAG = re.compile(r"<[^<>]{0,2000}>")
_ID = re.compile(r'<section id="([\w-]{1,80})"')
_HEAD, _CELL = re.compile(r'<th scope="?row\b'), re.compile(r"<t[dh]\b")
_COLUMN = re.compile(r'<th scope="?col\b')


def differing_places(page: str, drawn: str) -> tuple[ReportPlace, ...]:
    """The places of ``page`` that are not as in ``drawn``, in their order; empty where both are the same.

    Pages are compared line by line, as they are drawn: one cell or sentence a line.
    """
    if page == drawn:
        return ()
    theirs, ours = page.splitlines(), drawn.splitlines()
    found = []
    for at, printed, expected in _pairs(theirs, ours):
        found.append(_place(ours, at, printed, expected))
        if len(found) == MOST:
            break
    return tuple(found) or (ReportPlace(0, None, "ends of lines", "", ""),)


def _pairs(theirs: list[str], ours: list[str]) -> list[tuple[int, str, str]]:
    """Line of the drawn page (from 0), the text of both there."""
    if len(theirs) == len(ours):
        return [(at, one, two) for at, (one, two) in enumerate(zip(theirs, ours)) if one != two]
    start = next((at for at, (one, two) in enumerate(zip(theirs, ours)) if one != two), None)
    start = min(len(theirs), len(ours)) if start is None else start
    stop = 0
    while stop < min(len(theirs), len(ours)) - start and theirs[-1 - stop] == ours[-1 - stop]:
        stop += 1
    left, right = theirs[start : len(theirs) - stop], ours[start : len(ours) - stop]
    if len(left) * len(right) > 4_000_000:
        return [(start, "\n".join(left[:3]), "\n".join(right[:3]))]
    pairs = []
    for tag, a, b, c, d in difflib.SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            pairs.append((min(start + c, len(ours) - 1), "\n".join(left[a:b]), "\n".join(right[c:d])))
    return pairs


def _place(ours: list[str], at: int, printed: str, expected: str) -> ReportPlace:
    section = next((m[1] for line in ours[at::-1] if (m := _ID.search(line))), None)
    shown, wanted = _around(_plain(printed), _plain(expected))
    return ReportPlace(at + 1, section, _named(ours, at), shown, wanted)


def _plain(text: str) -> str:
    """The words of a piece of the page; its marks where there are no words or only the marks differ."""
    words = html.unescape(_TAG.sub(" ", text))
    return " ".join(words.split()) or text.strip()


def _around(printed: str, expected: str) -> tuple[str, str]:
    """Both texts cut to the neighbourhood of the first difference."""
    same = next((i for i, (a, b) in enumerate(zip(printed, expected)) if a != b), 0)
    start = max(0, same - LONGEST // 3) if max(len(printed), len(expected)) > LONGEST else 0
    mark = "…" if start else ""
    return tuple(mark + one[start : start + LONGEST] for one in (printed, expected))  # type: ignore[return-value]


def _named(ours: list[str], at: int) -> str:
    """Table, row and column of a cell; the text of the line where it is no cell."""
    if not _CELL.search(ours[at]):
        return ""
    first = next((i for i in range(at, -1, -1) if _HEAD.search(ours[i]) or "<thead" in ours[i]), at)
    caption = next((line for line in ours[at::-1] if "<caption" in line), "")
    heads = next((line for line in ours[at::-1] if _COLUMN.search(line)), "")
    columns = [_plain("<th" + one) for one in _COLUMN.split(heads)[1:]]
    number = sum(1 for line in ours[first : at + 1] if _CELL.search(line)) - 1
    column = columns[number] if 0 <= number < len(columns) else ""
    row = _plain(ours[first]) if _HEAD.search(ours[first]) else ""
    return ", ".join(one for one in (_plain(caption), row, column) if one)
