"""SurveyMonkey: two header rows. Row 1 holds questions, blank over continued columns; row 2 rows or options.

A column is named by its question, and by ``question [row or option]`` where a question has several columns.
There is no duration: it is End Date minus Start Date.
"""

from __future__ import annotations

from collections import Counter

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold

_WORDS = """
    respondentid collectorid startdate enddate ipaddress emailaddress firstname lastname customdata
    customdata1 datecreated datemodified
"""
_META = frozenset(_WORDS.split())
_ENOUGH_META = 4
_ANY_ANSWER = frozenset({"", "response", "open-ended response"})


def recognise(grid: Grid, _file: str) -> Layout | None:
    """The first columns by name, spaced or not, and a second row that is no respondent: it has no id."""
    header = [_tight(cell) for cell in grid.records[0]] if grid.records else []
    meta = [grid.records[0][i].strip() for i, cell in enumerate(header) if cell in _META]
    if len(meta) < _ENOUGH_META or "respondentid" not in header or "collectorid" not in header:
        return None
    evidence = "columns " + ", ".join(meta)
    second = grid.records[1] if len(grid.records) > 1 else []
    respondent = header.index("respondentid")
    if len(second) > respondent and second[respondent].strip():
        return Layout("surveymonkey", (evidence, "one header row"))
    names, questions = _names(grid.records[0], second)
    shown = (evidence, "two header rows: question, and row or option")
    return Layout("surveymonkey", shown, 0, 2, questions=questions, names=names)


def _tight(cell: str) -> str:
    return fold(cell).replace(" ", "").replace("_", "")


def _names(first: list[str], second: list[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names and wordings of all columns: row 1 carried on over blanks, row 2 where it says more.

    Under a question with one column row 2 says "Response" in the language of the account: what stands there
    under several such questions says nothing.
    """
    width = max(len(first), len(second))
    upper = [cell.strip() for cell in [*first, *[""] * (width - len(first))]]
    lower = [cell.strip() for cell in [*second, *[""] * (width - len(second))]]
    alone = [
        bool(upper[i]) and (i + 1 == width or bool(upper[i + 1]) or not lower[i + 1]) for i in range(width)
    ]
    said = Counter(fold(part) for part, one in zip(lower, alone) if one)
    names: list[str] = []
    question = ""
    for top, part, one in zip(upper, lower, alone):
        question = top or (question if part else "")
        nothing = fold(part) in _ANY_ANSWER or not question or (one and said[fold(part)] > 1)
        names.append(question if nothing else f"{question} [{part}]")
    return tuple(names), tuple(names)


SURVEYMONKEY = Platform(
    name="surveymonkey",
    recognise=recognise,
    meta={
        "respondent id": "id",
        "respondentid": "id",
        "respondent_id": "id",
        "start date": "started",
        "startdate": "started",
        "date_created": "started",
        "end date": "submitted",
        "enddate": "submitted",
        "date_modified": "submitted",
        "ip address": "ip",
        "ipaddress": "ip",
        "ip_address": "ip",
    },
    numbers_are_positions=True,
)
