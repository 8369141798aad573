"""Any table: one header row, one row per respondent."""

from __future__ import annotations

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout


def recognise(_grid: Grid, _file: str) -> Layout | None:
    return Layout("plain", ("no mark of a survey platform; the first filled row names the columns",))


PLAIN = Platform(
    name="plain",
    recognise=recognise,
    meta={
        "id": "id",
        "respondent": "id",
        "respondent_id": "id",
        "respondent id": "id",
        "response_id": "id",
        "response id": "id",
        "responseid": "id",
        "序号": "id",
        "编号": "id",
        "submitted": "submitted",
        "timestamp": "submitted",
        "时间戳记": "submitted",
        "提交答卷时间": "submitted",
        "seconds": "seconds",
        "duration_seconds": "seconds",
        "duration (in seconds)": "seconds",
        "所用时间": "seconds",
        "答题时长": "seconds",
        "来源": "source",
        "来自ip": "ip",
        "ipaddress": "ip",
        "ip": "ip",
    },
)
