"""Tables in Word: three rules as APA asks for, heads repeated on every page, rows in one piece, numbers to
the right; pairs of names and values; cards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from tam.report.column_widths import GAP, MM_PER_POINT, Plan, after_numbers, planned
from tam.report.document import Card, Cards, Cell, Column, Pairs, Rich, Run, Table
from tam.report.docx_styles import LEVELS, RULE
from tam.report.docx_text import PLAIN_FACE, Face, Setting, element, on, paragraph, runs

SIZES = (9.5, 8.5, 7.5)
"""Sizes of type in points that a table may take, the first that fits."""

_TOGETHER = 14
"""Tables up to this number of rows stay on one page."""

_ENDING = 3
"""At least this many rows stand on the page of the notes."""

_THICK, _THIN = 12, 6
"""Rules in eighths of a point."""

_TEXT = "TableText"


def plan_of(table: Table, upright: float, turned: float) -> Plan:
    return planned(table, upright, turned, SIZES)


def table_grid(table: Table, plan: Plan, setting: Setting) -> Any:
    """The table itself, without caption and notes."""
    size = plan.size if plan.size != SIZES[0] else 0.0
    rows = [*_rows(table, plan, setting, size)]
    last = len(rows) - 1
    together = last <= _TOGETHER
    for index, (row, stays) in enumerate(rows):
        ending = index > last - _ENDING and bool(table.notes)
        if stays or ending or (together and index < last):
            _keep(row)
    columns = [round(width * _TWIPS) for width in plan.widths]
    inside = round(plan.padding / 2 * _TWIPS)
    made = _frame(columns, top=_THICK, bottom=_THICK, inside=inside, middle=setting.chinese)
    for row, _ in rows:
        made.append(row)
    return made


_TWIPS = 20 / MM_PER_POINT
"""Word measures in twentieths of a point."""


def _frame(
    columns: Sequence[int], *, top: int = 0, bottom: int = 0, inside: int = 60, middle: bool = False
) -> Any:
    """An empty table with its columns; widths and the room beside a cell's text in twentieths of a point.
    ``middle``: it stands in the middle of the page."""
    borders = [
        element(f"w:{side}", {"w:val": "single", "w:sz": size, "w:space": 0, "w:color": "auto"})
        for side, size in (("top", top), ("bottom", bottom))
        if size
    ]
    margins = [element(f"w:{side}", {"w:w": inside, "w:type": "dxa"}) for side in ("left", "right")]
    properties = element(
        "w:tblPr",
        {},
        element("w:tblW", {"w:w": sum(columns), "w:type": "dxa"}),
        *([on("w:jc", "center")] if middle else []),
        *([element("w:tblBorders", {}, *borders)] if borders else []),
        element("w:tblLayout", {"w:type": "fixed"}),
        element("w:tblCellMar", {}, *margins),
        element("w:tblLook", {"w:val": "0420", "w:firstRow": 1, "w:noVBand": 1}),
    )
    grid = element("w:tblGrid", {}, *(element("w:gridCol", {"w:w": width}) for width in columns))
    return element("w:tbl", {}, properties, grid)


def _rows(table: Table, plan: Plan, setting: Setting, size: float) -> Iterator[tuple[Any, bool]]:
    """Every row, and whether it must stand with the next."""
    widths = [round(width * _TWIPS) for width in plan.widths]
    yield _head(table.columns, widths, setting, size), True
    for group in table.groups:
        if group.label:
            yield _group_row(group.label, sum(widths), len(widths), setting, size), True
        for row in group.rows:
            yield _row(row, table.columns, widths, setting, size), False


def _head(columns: Sequence[Column], widths: Sequence[int], setting: Setting, size: float) -> Any:
    face = Face(strong=True, size=size)
    cells = [
        _cell(width, _text(column.head, column, setting, face, apart=apart), rule=True, low=True)
        for column, width, apart in zip(columns, widths, after_numbers(columns), strict=True)
    ]
    return _table_row(cells, head=True)


def _group_row(label: Rich, width: int, columns: int, setting: Setting, size: float) -> Any:
    text = paragraph(_TEXT, runs(label, setting, Face(strong=True, size=size)), keep=True)
    return _table_row([_cell(width, text, span=columns)])


def _row(
    row: Sequence[Cell], columns: Sequence[Column], widths: Sequence[int], setting: Setting, size: float
) -> Any:
    cells = [
        _cell(width, _text(cell.text, column, setting, _face(cell, column, size), apart=apart))
        for cell, column, width, apart in zip(row, columns, widths, after_numbers(columns), strict=True)
    ]
    return _table_row(cells)


def _face(cell: Cell, column: Column, size: float) -> Face:
    """What counts is strong; what calls for care is coloured as well."""
    marked = cell.level != "plain"
    color = LEVELS[cell.level] if marked and (column.kind == "verdict" or cell.level != "good") else ""
    return Face(strong=marked, color=color, size=size)


def _text(text: Rich, column: Column, setting: Setting, face: Face, *, apart: bool) -> Any:
    """``apart``: keeps its distance from the numbers at its left."""
    align = "right" if column.kind == "number" else ""
    indent = round(GAP * _TWIPS) if apart else 0
    return paragraph(_TEXT, runs(text, setting, face), align=align, indent=indent, size=face.size)


def _table_row(cells: Sequence[Any], *, head: bool = False) -> Any:
    properties = element("w:trPr", {}, element("w:cantSplit"))
    if head:
        properties.append(element("w:tblHeader"))
    return element("w:tr", {}, properties, *cells)


def _cell(width: int, *content: Any, span: int = 1, rule: bool = False, low: bool = False) -> Any:
    """A cell; ``rule``: a thin one beneath it; ``low``: its text stands at the bottom."""
    properties = element("w:tcPr", {}, element("w:tcW", {"w:w": width, "w:type": "dxa"}))
    if span > 1:
        properties.append(on("w:gridSpan", span))
    if rule:
        line = {"w:val": "single", "w:sz": _THIN, "w:space": 0, "w:color": "auto"}
        properties.append(element("w:tcBorders", {}, element("w:bottom", line)))
    if low:
        properties.append(on("w:vAlign", "bottom"))
    return element("w:tc", {}, properties, *content)


def _keep(row: Any) -> None:
    """The row stands on the page of the next."""
    from docx.oxml.ns import qn

    for properties in row.iter(qn("w:pPr")):
        if properties.find(qn("w:keepNext")) is None:
            properties.insert(1, element("w:keepNext"))


def pairs_grid(pairs: Pairs, room: float, setting: Setting) -> Any:
    """Names to the left, their values to the right, no rules. ``room`` in millimetres."""
    columns = [round(room * share * _TWIPS) for share in (0.3, 0.7)]
    made = _frame(columns)
    for name, value in pairs.entries:
        cells = [
            _cell(columns[0], paragraph(_TEXT, runs(name, setting, Face(strong=True)))),
            _cell(columns[1], paragraph(_TEXT, runs(value, setting))),
        ]
        made.append(_table_row(cells))
    return made


def cards_grid(cards: Cards, room: float, setting: Setting) -> Any:
    """Two cards beside each other, each under a rule in the colour of its level. ``room`` in millimetres."""
    width, between = (round(room * share * _TWIPS) for share in (0.48, 0.04))
    made = _frame([width, between, width])
    entries = cards.entries
    for start in range(0, len(entries), 2):
        cells = [_card(card, width, setting) for card in entries[start : start + 2]]
        if len(cells) == 1:
            cells.append(_cell(width, paragraph(_TEXT)))
        cells.insert(1, _cell(between, paragraph(_TEXT)))
        made.append(_table_row(cells))
    return made


def _card(card: Card, width: int, setting: Setting) -> Any:
    color = LEVELS[card.level] if card.level != "plain" else RULE
    content = [
        paragraph("CardHead", runs(card.head, setting)),
        paragraph(
            "CardFigure", runs(card.figure, setting, Face(color="" if card.level == "plain" else color))
        ),
        paragraph(_TEXT, runs(card.text, setting)),
    ]
    if card.target in setting.bookmarks:
        link = Run(setting.words.text("document.evidence"), target=card.target)
        content.append(paragraph(_TEXT, runs((link,), setting, PLAIN_FACE)))
    content.append(paragraph(_TEXT))
    made = _cell(width, *content)
    line = {"w:val": "single", "w:sz": _THICK, "w:space": 0, "w:color": color}
    made[0].append(element("w:tcBorders", {}, element("w:top", line)))
    return made
