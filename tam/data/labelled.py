"""Codes of one column, with what the file itself says about its cells: value labels, declared missings."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tam.data.answers import Answer, Coder
from tam.data.quantities import parse_number
from tam.data.table import Table

_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d+,\d+\s*")


def column_answers(table: Table, position: int, one: Coder, cells: Sequence[str]) -> list[Answer]:
    """One answer per distinct cell of a column (``position`` from 0), in the order given.

    - A value that the file declares to be no answer is missing, with the file's reason.
    - A value with a label counts by its label where every answered value has one that the scale lists; else
      by its number, as long as no listed label says another code.
    - Where semicolons separate the cells, a comma inside a number is a decimal comma.
    """
    missing = table.missing.get(position, {})
    labels = {cell: label for cell, label in table.labels.get(position, {}).items() if cell not in missing}
    said = _by_label(one, labels, [cell for cell in cells if cell.strip() and cell not in missing])
    return [
        Answer(None, missing[cell])
        if cell in missing
        else said.get(cell) or one.code(_decimal(table, one, cell))
        for cell in cells
    ]


def _by_label(one: Coder, labels: Mapping[str, str], answered: Sequence[str]) -> dict[str, Answer]:
    """Cell -> answer, for the cells whose label decides; the others are left to their number."""
    if not labels or one.scale.type == "numeric":
        return {}
    if one.scale.type == "nominal" and not one.words:
        return {cell: Answer(label) for cell, label in labels.items()}
    heard = {cell: answer for cell, label in labels.items() if (answer := _heard(one, label)) is not None}
    if not heard:
        return {}
    if all(cell in heard for cell in answered):
        return heard
    found = {cell: answer for cell, answer in heard.items() if answer.code is None}
    for cell, answer in heard.items():
        number = parse_number(cell)
        if answer.code is not None and number is not None and number != answer.code:
            found[cell] = Answer(None, "contradicts", "contradicts")
    return found


def _heard(one: Coder, label: str) -> Answer | None:
    """What a label says on the scale; None for one that the scale does not list, or that is a bare number."""
    if not any(char.isalpha() for char in label):
        return None
    answer = one.code(label)
    return None if answer.fault else answer


def _decimal(table: Table, one: Coder, cell: str) -> str:
    european = table.separator == ";" and one.scale.type != "nominal" and not one.counts
    return cell.replace(",", ".") if european and _DECIMAL_COMMA.fullmatch(cell) else cell
