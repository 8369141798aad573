"""Qualtrics CSV and TSV: row 1 names, row 2 question texts, row 3 JSON with ``ImportId``.

The words of row 2 follow the language of the account, so only the JSON row identifies the format. The older
format (until about 2017) has two rows: ``V1`` .. ``V10`` before the questions, texts below.
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
_OLDER = {
    "V1": "ResponseID",
    "V2": "ResponseSet",
    "V3": "Name",
    "V4": "ExternalDataReference",
    "V5": "EmailAddress",
    "V6": "IPAddress",
    "V7": "Status",
    "V8": "StartDate",
    "V9": "EndDate",
    "V10": "Finished",
}
_ENOUGH_OLDER = 8
_PREVIEWS = frozenset({"survey preview", "survey test", "offline survey preview", "1", "2", "9", "17"})


def recognise(grid: Grid, file: str) -> Layout | None:
    """The JSON row among the first three decides; names alone only when both label rows were removed."""
    for index, record in enumerate(grid.records[:3]):
        if sum(bool(_IMPORT_ID.match(cell.strip())) for cell in record) >= max(1, len(record) // 2):
            return _with_json_row(grid, file, index)
    legacy = _two_rows(grid)
    if legacy is not None:
        return legacy
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


def _two_rows(grid: Grid) -> Layout | None:
    """The older layout: the columns V1 .. V10 are known by number, whatever language row 2 is in."""
    if len(grid.records) < 2:
        return None
    header = [cell.strip().upper() for cell in grid.records[0]]
    numbered = [name for name in header if name in _OLDER]
    texts = grid.records[1]
    if len(numbered) < _ENOUGH_OLDER or "V1" not in header:
        return None
    first = texts[header.index("V1")].strip() if header.index("V1") < len(texts) else ""
    if re.fullmatch(r"R_\w{5,40}", first):
        questions, start = None, 1
    else:
        questions, start = tuple((texts + [""] * len(header))[: len(header)]), 2
    names = tuple(_OLDER.get(name, cell) for name, cell in zip(header, grid.records[0]))
    evidence = (f"columns {numbered[0]} to {numbered[-1]} of the older format", f"{start} header row(s)")
    return Layout("qualtrics", evidence, 0, start, questions, names=names)


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
        "startdate": "started",
        "recordeddate": "submitted",
        "enddate": "submitted",
        "duration (in seconds)": "seconds",
        "distributionchannel": "source",
        "status": "status",
        "finished": "finished",
        "ipaddress": "ip",
    },
    markers={"-99": "seen_unanswered"},
    preview_statuses=_PREVIEWS,
    unfinished=frozenset({"false", "0"}),
    page_timer=re.compile(r"(.{1,100})_page submit", re.IGNORECASE),
    shown_order=re.compile(r".{0,100}_DO(?:_.{0,100})?|DO-\w.{0,100}"),
)
