"""The filled sheets of a workbook as text, read in this process (``old_workbook``: in another)."""

from __future__ import annotations

import io
from datetime import date, datetime, time, timedelta
from typing import Any

Sheets = list[tuple[str, list[list[str]]]]


def filled_sheets(content: bytes) -> Sheets:
    """Name and text of every sheet with at least one filled cell; only the first is needed in full."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_filelike(io.BytesIO(content))
    filled: Sheets = []
    for sheet in workbook.sheets_metadata:
        if sheet.typ != SheetTypeEnum.WorkSheet:
            continue
        rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
        if any(cell not in ("", None) for row in rows for cell in row):
            filled.append((sheet.name, [] if filled else [[cell_text(cell) for cell in row] for row in rows]))
    return filled


def cell_text(value: Any) -> str:
    """A typed cell as the text that a CSV of the same sheet would hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)
