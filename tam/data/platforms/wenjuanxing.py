"""Wenjuanxing (问卷星): one header row ``1、题干``, Chinese meta columns, three forms of the answers.

``按文本`` holds labels, ``按序号`` the position of the chosen option (not its score), ``按分数`` the
designer's scores.
"""

from __future__ import annotations

import re
from pathlib import Path

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout, Table
from tam.data.wording import fold
from tam.errors import Problem, Where, problem

_META = frozenset({"序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自ip", "总分"})
_ENOUGH_META = 4
_FORMS = {"按文本": "text", "按序号": "sequence", "按分数": "score"}
_FILE_NAME = re.compile(r"(\d+)_(按文本|按序号|按分数)_")
_OLD_FILE_NAME = re.compile(r"(\d+_\d+)_([02])\.xls$")
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
    form = _FORMS[named.group(2)] if named else {"0": "text", "2": "sequence"}[old.group(2)] if old else None
    notes: tuple[Problem, ...] = ()
    if form == "score":
        notes = (problem("wenjuanxing-scores", Where(file=file)),)
    return Layout("wenjuanxing", tuple(evidence), form=form, problems=notes)


def text_form_beside(path: Path, table: Table) -> Path | None:
    """The text form of the same activity in the same folder, if the names of both files say so.

    ``123_按序号_....xlsx`` goes with ``123_按文本_....xlsx``, ``320_320_2.xls`` with ``320_320_0.xls``. Two
    candidates are none.
    """
    if table.platform != "wenjuanxing" or table.form != "sequence":
        return None
    if named := _FILE_NAME.search(path.name):
        wanted = re.compile(rf"(?:.*\D)?{named.group(1)}_按文本_")
    elif old := _OLD_FILE_NAME.search(path.name):
        wanted = re.compile(rf"(?:.*\D)?{old.group(1)}_0\.xls$")
    else:
        return None
    found = [one for one in sorted(path.parent.iterdir()) if wanted.match(one.name) and one.is_file()]
    return found[0] if len(found) == 1 else None


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
    numbers_are_positions=True,
    markers={"(跳过)": "skipped_by_logic", "(空)": "blank", "-3": "skipped_by_logic", "-2": "blank"},
)
