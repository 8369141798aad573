"""Wenjuanxing (问卷星): one header row ``1、题干``, Chinese meta columns, three forms of the answers.

``按文本`` holds labels, ``按序号`` the position of the chosen option (not its score), ``按分数`` the
designer's scores.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold
from tam.errors import Problem, Where, problem

_META = frozenset({"序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自ip", "总分"})
_ENOUGH_META = 4
_FORMS = {"按文本": "text", "按序号": "sequence", "按分数": "score"}
_FILE_NAME = re.compile(r"\d+_(按文本|按序号|按分数)_")
_OLD_FILE_NAME = re.compile(r"\d+_\d+_([02])\.xls$")
_NUMBERED = re.compile(r"\s*(?:第\s*\d{1,3}\s*题|\d{1,3}\s*、)")


def recognise(grid: Grid, file: str) -> Layout | None:
    """At least four of the meta columns, or a file name as the platform gives it with numbered headers."""
    header = [fold(cell) for cell in grid.records[0]] if grid.records else []
    meta = [cell for cell in header if cell in _META]
    numbered = sum(bool(_NUMBERED.match(cell)) for cell in grid.records[0]) if grid.records else 0
    named = _FILE_NAME.search(file)
    old = _OLD_FILE_NAME.search(file)
    evidence = []
    if len(meta) >= _ENOUGH_META:
        evidence.append("columns " + ", ".join(meta))
    if (named or old) and (numbered or meta):
        evidence.append(f"file name {file}")
    if not evidence:
        return None
    if numbered:
        evidence.append(f"{numbered} headers numbered as questions")
    form = _FORMS[named.group(1)] if named else {"0": "text", "2": "sequence"}[old.group(1)] if old else None
    notes: tuple[Problem, ...] = ()
    if form == "score":
        notes = (problem("wenjuanxing-scores", Where(file=file)),)
    return Layout("wenjuanxing", tuple(evidence), form=form, problems=notes)


WENJUANXING = Platform(
    name="wenjuanxing",
    recognise=recognise,
    meta={
        "序号": "id",
        "提交答卷时间": "submitted",
        "所用时间": "seconds",
        "来源": "source",
        "来自ip": "ip",
    },
    markers={"(跳过)": "skipped_by_logic", "(空)": "blank", "-3": "skipped_by_logic", "-2": "blank"},
)
