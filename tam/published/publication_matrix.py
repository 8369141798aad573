"""A printed triangle: rows as texts or lists, with or without diagonal, lower half or the whole square."""

from __future__ import annotations

from collections.abc import Sequence

from tam.errors import Problem, problem
from tam.published.printed import Printed, PrintedError, parse_cell
from tam.published.publication import Triangle
from tam.spec.validate import Locate

Cells = list[Printed | None]


def read_triangle(
    rows: Sequence[str | list[str]], variables: Sequence[str], key: str, where: Locate
) -> tuple[Triangle, list[Problem]]:
    """Lower triangle with diagonal of the printed rows, and what is wrong with them.

    Row i (from 1) holds i cells; or i - 1 where no diagonal is printed (the first row is then empty: a text
    without cells, or a dash); or as many as there are variables in every row, then both halves must agree.
    """
    if not rows:
        return (), []
    problems: list[Problem] = []
    read: list[Cells] = []
    for i, row in enumerate(rows):
        cells, wrong = _cells(row, where, (key, i))
        read.append(cells)
        problems += wrong
    count = len(variables)
    if len(read) == count:
        read = [_with_diagonal(read, i) for i in range(count)]
    lengths = [len(row) for row in read]
    place = where((key,))
    if len(read) != count:
        problems.append(problem("publication-rows", place, key=key, rows=len(rows), variables=count))
    elif count > 1 and lengths == [count] * count:
        problems += _asymmetries(read, variables, key, where)
        read = [row[: i + 1] for i, row in enumerate(read)]
    else:
        problems += [
            problem("publication-triangle", where((key, i)), key=key, row=i + 1, cells=found, expected=i + 1)
            for i, found in enumerate(lengths)
            if found != i + 1
        ]
    return tuple(tuple(row) for row in read), problems


def _with_diagonal(read: Sequence[Cells], i: int) -> Cells:
    """Row i, an empty diagonal added where the table prints none, or none in its last row."""
    row, diagonal = read[i], [other[k] for k, other in enumerate(read) if len(other) == k + 1]
    bare = all(cell is None for cell in diagonal)
    last = i == len(read) - 1 and any(cell is None for cell in diagonal)
    return [*row, None] if len(row) == i and (bare or last) else row


def _cells(row: str | list[str], where: Locate, path: tuple[str | int, ...]) -> tuple[Cells, list[Problem]]:
    cells: Cells = []
    problems: list[Problem] = []
    for text in row.split() if isinstance(row, str) else row:
        try:
            cell = parse_cell(text)
        except PrintedError as fault:
            problems.append(problem(fault.code, where(path), key=path[0], value=text))
            cell = None
        if cell is not None and (cell.bound is not None or cell.percent):
            problems.append(problem("printed-no-number", where(path), key=path[0], value=text))
        cells.append(cell)
    return cells, problems


def _asymmetries(read: list[Cells], variables: Sequence[str], key: str, where: Locate) -> list[Problem]:
    """Cells of a square that differ from their mirror image (an empty one agrees with everything)."""
    found = []
    for i, row in enumerate(read):
        for j in range(i):
            here, there = row[j], read[j][i]
            if here is not None and there is not None and here.value != there.value:
                names = {"row": variables[i], "column": variables[j]}
                found.append(
                    problem(
                        "publication-asymmetric", where((key, i)), key=key, **names, a=here.text, b=there.text
                    )
                )
    return found
