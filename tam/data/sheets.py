"""The sheets of a workbook as text. Runs in the process that ``apart`` starts, never in our own."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from tam.data.apart import Packer


def read_sheet(path: str, sheet: str | int | None = None) -> tuple[dict[str, Any], bytes]:
    """One sheet of a workbook: the one named (or counted, from 1), else the first that holds anything.

    ``about`` holds ``sheet`` (None: there is no such sheet, or nothing in any), ``sheets`` (all names) and
    ``others`` (further sheets with something in them; unread where the sheet was asked for by name).
    """
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    workbook = CalamineWorkbook.from_path(path)
    names = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
    wanted = names if sheet is None else [_named(names, sheet)]
    chosen: tuple[str, list[list[Any]]] | None = None
    others = []
    for name in filter(None, wanted):
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        if not any(cell not in ("", None) for row in rows for cell in row):
            continue
        if chosen is None:
            chosen = (name, rows)
        else:
            others.append(name)
    packer = Packer()
    if chosen is None:
        return packer.packed((0, 0), sheet=None, sheets=names, others=[])
    name, rows = chosen
    width = max(map(len, rows))
    _pack(packer, rows, width)
    return packer.packed((len(rows), width), sheet=name, sheets=names, others=others)


def _named(names: list[str], sheet: str | int) -> str | None:
    if isinstance(sheet, int):
        return names[sheet - 1] if 1 <= sheet <= len(names) else None
    exact = [name for name in names if name == sheet]
    alike = [name for name in names if name.strip().casefold() == sheet.strip().casefold()]
    return next(iter(exact or alike), None)


class _Numbers(dict[Any, int]):
    """Typed cell -> number of its text; each distinct cell is written out once."""

    def __init__(self, packer: Packer) -> None:
        super().__init__()
        self.packer = packer

    def __missing__(self, cell: Any) -> int:
        self[cell] = number = self.packer.number(cell_text(cell))
        return number


def _pack(packer: Packer, rows: list[list[Any]], width: int) -> None:
    numbers = _Numbers(packer)
    blank = packer.number("")
    truth = {value: packer.number(cell_text(value)) for value in (True, False)}
    for index, row in enumerate(rows):
        # True equals 1 as a key, so truth values are looked up apart
        packer.add([truth[c] if c.__class__ is bool else numbers[c] for c in row])
        if len(row) < width:
            packer.add([blank] * (width - len(row)))
        rows[index] = []


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
