"""Qualtrics CSV and TSV: row 1 names, row 2 question texts, row 3 JSON with ``ImportId``.

The words of row 2 follow the language of the account, so only the JSON row identifies the format.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold
from tam.errors import Problem, TamError, Where, problem

_IMPORT_ID = re.compile(r'\{\s*"ImportId"\s*:')
_WORDS = """
    startdate enddate status ipaddress progress finished recordeddate responseid recipientlastname
    recipientfirstname recipientemail externalreference locationlatitude locationlongitude
    distributionchannel userlanguage
"""
_NAMES = frozenset(_WORDS.split()) | {"duration (in seconds)"}
_ENOUGH_NAMES = 4
_LOOKS_LIKE_TIME = re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")
# Status as text and as code: 1 preview, 2 test, 9 preview held for spam, 17 offline preview.
_PREVIEWS = frozenset({"survey preview", "survey test", "offline survey preview", "1", "2", "9", "17"})


def recognise(grid: Grid, file: str) -> Layout | None:
    """The JSON row among the first three decides; names alone only when both label rows were removed."""
    for index, record in enumerate(grid.records[:3]):
        if sum(bool(_IMPORT_ID.match(cell.strip())) for cell in record) >= max(1, len(record) // 2):
            return _with_json_row(grid, file, index)
    names = [fold(cell) for cell in grid.records[0]] if grid.records else []
    known = [name for name in names if name in _NAMES]
    if len(known) < _ENOUGH_NAMES:
        return None
    if len(grid.records) > 1 and "startdate" in names:
        start = grid.records[1][names.index("startdate") : names.index("startdate") + 1]
        if start and start[0].strip() and not _LOOKS_LIKE_TIME.search(start[0]):
            raise TamError(problem("qualtrics-import-row-missing", Where(file=file, row=grid.numbers[1])))
    evidence = f"{len(known)} column names of a Qualtrics export; its two label rows were removed"
    return Layout("qualtrics", (evidence,))


def _with_json_row(grid: Grid, file: str, index: int) -> Layout:
    if index == 0:
        raise TamError(problem("qualtrics-names-missing", Where(file=file, row=grid.numbers[0])))
    width = len(grid.records[0])
    questions: tuple[str, ...] | None = None
    if index == 2:
        questions = tuple((grid.records[1] + [""] * width)[:width])
    evidence = f'row {grid.numbers[index]} holds {{"ImportId": ...}} in its cells'
    return Layout(
        "qualtrics", (evidence,), 0, index + 1, questions, problems=_previews(grid, file, index + 1)
    )


def _previews(grid: Grid, file: str, first: int) -> tuple[Problem, ...]:
    names = [fold(cell) for cell in grid.records[0]]
    if "status" not in names:
        return ()
    column = names.index("status")
    n = sum(len(row) > column and fold(row[column]) in _PREVIEWS for row in grid.records[first:])
    return (problem("preview-rows", Where(file=file, column=grid.records[0][column]), n=n),) if n else ()


QUALTRICS = Platform(
    name="qualtrics",
    recognise=recognise,
    meta={
        "responseid": "id",
        "recordeddate": "submitted",
        "duration (in seconds)": "seconds",
        "distributionchannel": "source",
        "status": "status",
        "ipaddress": "ip",
    },
    markers={"-99": "seen_unanswered"},
    preview_statuses=_PREVIEWS,
)
