"""LimeSurvey: ``id, submitdate, lastpage, startlanguage, seed`` before the questions, UTF-8 with a mark.

Headers are codes (``G1Q1``, ``Q[SQ001]``), codes with the text (``G1Q1. text``) or the full text
(``question [row]``); answers are codes (``A1`` .. ``A7``) or the full text. Full headings of the leading
columns follow the language of the account; English ones are known.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold

_CODES = frozenset({"submitdate", "lastpage", "startlanguage"})
_FULL = frozenset({"response id", "date submitted", "last page", "start language"})
_ENOUGH = 3
_CODE_AND_TEXT = re.compile(r"\s*([A-Za-z]\w{0,30}(?:\[\w{1,30}\])?)\.\s+(\S.*)", re.DOTALL)


def recognise(grid: Grid, _file: str) -> Layout | None:
    header = grid.records[0] if grid.records else []
    parts = [_CODE_AND_TEXT.fullmatch(cell) for cell in header]
    codes = [fold(hit.group(1)) if hit else fold(cell) for cell, hit in zip(header, parts)]
    meta = [cell for cell in codes if cell in _CODES]
    full = [cell for cell in codes if cell in _FULL]
    if len(meta) < _ENOUGH and len(full) < _ENOUGH:
        return None
    evidence = "columns " + ", ".join(meta or full)
    if not any(parts):
        return Layout("limesurvey", (evidence,))
    names = tuple(hit.group(1) if hit else cell for cell, hit in zip(header, parts))
    texts = tuple(hit.group(2) if hit else cell for cell, hit in zip(header, parts))
    return Layout("limesurvey", (evidence, "headers of code and text"), questions=texts, names=names)


LIMESURVEY = Platform(
    name="limesurvey",
    recognise=recognise,
    meta={
        "id": "id",
        "response_id": "id",
        "response id": "id",
        "startdate": "started",
        "date started": "started",
        "submitdate": "submitted",
        "date submitted": "submitted",
        "interviewtime": "seconds",
        "total time": "seconds",
        "refurl": "source",
        "referrer url": "source",
        "ipaddr": "ip",
        "ip address": "ip",
    },
    markers={"n/a": "skipped_by_logic"},
    unfinished=frozenset({"", "n/a", "null"}),
    finished_by="submitted",
    page_timer=re.compile(r"grouptime[ :]?(\w{1,40})|group time: (.{1,80})", re.IGNORECASE),
)
