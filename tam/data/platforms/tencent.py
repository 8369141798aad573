"""Tencent Questionnaire (腾讯问卷): one header row ``1.题干``, options as columns ``6.题干:选项``.

The options of a question with several answers hold ``D.选项`` where chosen and nothing where not.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold

_META = ("编号", "原始记录编号", "开始答题时间", "结束答题时间", "答题时长")
_ENOUGH_META = 3
_NUMBERED = re.compile(r"\s*\d{1,3}\s*[.．]\s*\D")


def recognise(grid: Grid, _file: str) -> Layout | None:
    header = [fold(cell) for cell in grid.records[0]] if grid.records else []
    meta = [name for name in _META if name in header]
    if len(meta) < _ENOUGH_META or "开始答题时间" not in meta:
        return None
    numbered = sum(bool(_NUMBERED.match(cell)) for cell in grid.records[0])
    evidence = ["columns " + ", ".join(meta)]
    if numbered:
        evidence.append(f"{numbered} headers numbered as questions")
    return Layout("tencent", tuple(evidence))


TENCENT = Platform(
    name="tencent",
    recognise=recognise,
    meta={
        "编号": "id",
        "原始记录编号": "id",
        "开始答题时间": "started",
        "结束答题时间": "submitted",
        "答题时长": "seconds",
        "来源": "source",
        "ip": "ip",
    },
)
