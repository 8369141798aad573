"""Recognises a printed matrix among lines of cells: triangle or square, with means or AVE beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tam.published.audit_columns import folded, head_kinds
from tam.published.audit_lines import Line, is_number, read_number
from tam.published.printed import Printed

BESIDE = ("mean", "sd", "alpha", "composite_reliability", "ave", "sqrt_ave", "rho_a", "n_items", "vif", "n")
_ORDINAL = re.compile(r"(?:[(（]?[0-9]{1,2}[)）.、:]\s*)(?=\S)")
FEWEST = 3


@dataclass(frozen=True, slots=True)
class Matrix:
    """Names, lower triangle with diagonal (None where nothing stands), coefficients beside it, lines."""

    names: tuple[str, ...]
    rows: tuple[tuple[Printed | None, ...], ...]
    beside: dict[str, dict[str, Printed]]
    lines: tuple[int, ...]
    asymmetric: bool


def find_matrix(lines: Sequence[Line]) -> Matrix | None:
    """The matrix that a block of lines prints; None where it prints none."""
    header = lines[0] if lines and not _is_row(lines[0]) else None
    extras = _extras(header)
    body = [line for line in lines[1 if header is not None else 0 :] if _is_row(line)]
    if len(body) < FEWEST:
        return None
    names = [_name(line) for line in body]
    if len(set(names)) < len(names):
        return None
    numbers = [[cell for cell in line.cells[1:] if is_number(cell)] for line in body]
    if any(len(one) < len(extras) for one in numbers):
        return None
    leading = header is None or _leading(header)
    inner = [one[len(extras) :] if leading else one[: len(one) - len(extras)] for one in numbers]
    aside = [one[: len(extras)] if leading else one[len(one) - len(extras) :] for one in numbers]
    rows, asymmetric = _triangle(inner, header, names)
    if rows is None:
        return None
    beside: dict[str, dict[str, Printed]] = {}
    for name, cells in zip(names, aside):
        for kind, cell in zip(extras, cells):
            value = read_number(cell)
            if value is not None:
                beside.setdefault(kind, {})[name] = value
    used = ([header] if header is not None else []) + body
    return Matrix(tuple(names), rows, beside, tuple(line.number for line in used), asymmetric)


def _is_row(line: Line) -> bool:
    """A name, then numbers; the first row of a triangle may have none but its diagonal."""
    if not line.cells or is_number(line.cells[0]) or not line.cells[0]:
        return False
    rest = [cell for cell in line.cells[1:] if cell]
    return bool(rest) and all(is_number(cell) for cell in rest) and not _counts_up(rest)


def _counts_up(cells: Sequence[str]) -> bool:
    """``1 2 3``: the numbers of columns, not correlations."""
    return len(cells) >= 2 and [cell.rstrip(".") for cell in cells] == [str(i + 1) for i in range(len(cells))]


def _name(line: Line) -> str:
    return _ORDINAL.sub("", line.cells[0], count=1).strip() or line.cells[0]


def _extras(header: Line | None) -> list[str]:
    """Kinds of the columns that stand beside the matrix."""
    if header is None:
        return []
    found = []
    for cell in _heads(header):
        kinds = [kind for kind in head_kinds(cell) if kind in BESIDE]
        if kinds and len(kinds) == 1:
            found.append(kinds[0])
    return found


def _heads(header: Line) -> list[str]:
    """Heads of the columns; those of a line without tabs or wide gaps are its words."""
    cells = [cell for cell in header.cells if cell]
    return header.text.split() if len(cells) == 1 else cells


def _leading(header: Line) -> bool:
    """Do they stand before the matrix?"""
    cells = _heads(header)
    flags = [any(kind in BESIDE for kind in head_kinds(cell)) for cell in cells]
    if True not in flags:
        return True
    return flags.index(True) <= 1


def _triangle(
    rows: Sequence[Sequence[str]], header: Line | None, names: Sequence[str]
) -> tuple[tuple[tuple[Printed | None, ...], ...] | None, bool]:
    """Lower triangle with diagonal of rows that grow by a cell, or of a square headed by its names."""
    counts = [len(row) for row in rows]
    size = len(rows)
    if counts == list(range(1, size + 1)):
        return _read(rows), False
    if counts == list(range(size)):
        return _read([[*row, ""] for row in rows]), False
    heads = {folded(cell) for cell in _heads(header)} if header is not None else set()
    wanted = {folded(name) for name in names}
    numbered = {str(i + 1) for i in range(size)} <= {head.rstrip(".") for head in heads}
    if counts == [size] * size and (wanted <= heads or numbered):
        asymmetric = any(rows[i][j] != rows[j][i] for i in range(size) for j in range(i))
        return _read([row[: i + 1] for i, row in enumerate(rows)]), asymmetric
    return None, False


def _read(rows: Sequence[Sequence[str]]) -> tuple[tuple[Printed | None, ...], ...] | None:
    read = tuple(tuple(read_number(cell) if cell else None for cell in row) for row in rows)
    beside = [cell for row in read for cell in row[:-1] if cell is not None]
    possible = beside and all(abs(cell.value) <= 2 for cell in beside)
    return read if possible else None
