"""wenjuan.com (问卷网): ``All_Data_Readable`` holds labels, ``All_Data_Original`` numbers of options.

Both rest on public readers of these files, not on documentation: the readable file names its columns by
wording, a row of a matrix after ``_``; the original one has ``start``, ``finish``, ``Q1``, ``Q2_R1`` for rows
of a matrix and ``Q3_A1`` for options.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold

_FILE_NAME = re.compile(r"All_Data_(Readable|Original)", re.IGNORECASE)
_QUESTION = re.compile(r"Q\d{1,3}(?:_[AR]\d{1,3})?(?:_open)?")
_PART = re.compile(r"Q\d{1,3}_[AR]\d{1,3}")
_ENOUGH_QUESTIONS = 2


def recognise(grid: Grid, file: str) -> Layout | None:
    header = [fold(cell) for cell in grid.records[0]] if grid.records else []
    named = _FILE_NAME.search(file)
    names = [cell.strip() for cell in grid.records[0]] if grid.records else []
    questions = sum(bool(_QUESTION.fullmatch(name)) for name in names)
    # start, finish and Q1 alone are names that anybody may give
    sure = named is not None or any(_PART.fullmatch(name) for name in names)
    original = sure and {"start", "finish"} <= set(header) and questions >= _ENOUGH_QUESTIONS
    if original:
        evidence = [f"columns start, finish and {questions} such as Q1"]
    elif named and "答题时长" in header:
        evidence = ["column 答题时长"]
    else:
        return None
    if named:
        evidence.append(f"file name {file}")
    return Layout("wenjuan", tuple(evidence), form="sequence" if original else "text")


WENJUAN = Platform(
    name="wenjuan",
    recognise=recognise,
    meta={
        "序号": "id",
        "编号": "id",
        "start": "started",
        "finish": "submitted",
        "开始时间": "started",
        "结束时间": "submitted",
        "答题时长": "seconds",
        "答题时长(秒)": "seconds",
        "ip": "ip",
    },
    numbers_are_positions=True,
)
