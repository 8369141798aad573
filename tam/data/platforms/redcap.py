"""REDCap: ``record_id`` first, ``<form>_complete`` in 0, 1, 2, boxes as ``question___code`` in 0 and 1.

The labels export has long headers: ``Record ID``, ``Complete?``, ``Question (choice=label)``. Projects with
events or repeating instruments write several rows per record, which is refused.
"""

from __future__ import annotations

import re
from collections import Counter

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold
from tam.errors import TamError, Where, problem

_IDS = ("record_id", "record id", "study_id", "study id")
_SEVERAL = (
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "event name",
    "repeat instrument",
    "repeat instance",
)
_STATES = frozenset({"", "0", "1", "2", "incomplete", "unverified", "complete"})
_BOX = re.compile(r"\w{1,100}?___\w{1,100}")


def recognise(grid: Grid, file: str) -> Layout | None:
    """A record id as first column and a column of form states; or the columns of events and repeats."""
    header = [fold(cell) for cell in grid.records[0]] if grid.records else []
    if not header or header[0] not in _IDS:
        return None
    several = [name for name in _SEVERAL if name in header]
    states = [i for i, name in enumerate(header) if name.endswith("_complete") or name == "complete?"]
    states = [i for i in states if all(_cell(row, i) in _STATES for row in grid.records[1:])]
    boxes = sum(bool(_BOX.fullmatch(name)) for name in header)
    if not states and not (header[0] == "record_id" and (several or boxes)):
        return None
    _refuse_repeats(grid, file, several)
    seen = [header[0], *(header[i] for i in states), *several]
    evidence = ["columns " + ", ".join(dict.fromkeys(seen))]
    if boxes:
        evidence.append(f"{boxes} ticked boxes such as question___code")
    return Layout("redcap", tuple(evidence))


def _cell(row: list[str], index: int) -> str:
    return fold(row[index]) if index < len(row) else ""


def _refuse_repeats(grid: Grid, file: str, several: list[str]) -> None:
    rows = Counter(_cell(row, 0) for row in grid.records[1:])
    repeated = sum(n > 1 for record, n in rows.items() if record)
    if repeated and several:
        raise TamError(problem("redcap-repeats", Where(file=file), n=repeated, columns=several))


REDCAP = Platform(
    name="redcap",
    recognise=recognise,
    meta={
        "record_id": "id",
        "record id": "id",
        "study_id": "id",
        "study id": "id",
        "complete?": "finished",
        "survey timestamp": "submitted",
    },
    meta_patterns=(
        (re.compile(r"\w{1,60}_complete"), "finished"),
        (re.compile(r"\w{1,60}_timestamp"), "submitted"),
    ),
    markers={"[not completed]": "blank"},
    unfinished=frozenset({"", "0", "1", "incomplete", "unverified"}),
    empty_if_none_ticked=True,
)
