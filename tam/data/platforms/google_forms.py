"""Google Forms: a first column of times, its name in the language of the account, then full question texts.

The rows of a grid are columns ``question [row]``; several answers stand in one cell, joined by commas (in the
sheet) or semicolons (in the downloaded CSV). There is no duration and no address.
"""

from __future__ import annotations

import re

from tam.data.platforms.platform import Platform
from tam.data.table import Grid, Layout
from tam.data.wording import fold

_TIMES = (
    "Timestamp",
    "时间戳记",
    "时间戳",
    "時間戳記",
    "タイムスタンプ",
    "타임스탬프",
    "Zeitstempel",
    "Horodateur",
    "Marca temporal",
    "Carimbo de data/hora",
    "Informazioni cronologiche",
    "Отметка времени",
    "Tijdstempel",
)
# 2025/03/01 10:01:02 AM GMT+8, 3/1/2025 10:01:02, 01.03.2025 10:01:02
_MOMENT = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}[ T]\s*(?:上午|下午)?\s*\d{1,2}[:.]\d{2}")
_IDENTIFIER = re.compile(r"\s*[A-Za-z][\w.-]{0,30}\s*")


def recognise(grid: Grid, _file: str) -> Layout | None:
    """The name of the first column with a time below it, and headers that are wordings rather than names."""
    header = grid.records[0] if grid.records else []
    if not header or header[0].strip().strip("\ufeff") not in _TIMES or len(grid.records) < 2:
        return None
    first = grid.records[1][0] if grid.records[1] else ""
    wordings = [cell for cell in header[1:] if cell.strip() and not _IDENTIFIER.fullmatch(cell)]
    if not _MOMENT.match(first) or len(wordings) * 2 < len(header) - 1:
        return None
    grids = sum(bool(re.search(r"\[[^\[\]]+\]\s*$", cell)) for cell in header)
    evidence = [f"first column {header[0].strip()} with times below it, then question texts"]
    if grids:
        evidence.append(f"{grids} headers such as question [row]")
    return Layout("google_forms", tuple(evidence))


GOOGLE_FORMS = Platform(
    name="google_forms",
    recognise=recognise,
    meta={fold(name): "submitted" for name in _TIMES},
)
