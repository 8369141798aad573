"""Single edits of a printed matrix: what a slip of the typesetter may have done, undone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tam.published.printed import Printed, parse_printed
from tam.published.publication import Publication
from tam.published.rounding_box import Box


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of the printed numbers. ``where``: the two variables of a cell, or those exchanged.
    ``cells``: coordinate of the box -> its number after the edit, None for another arrangement ``order``:
    coordinate -> the coordinate whose number it takes."""

    kind: str
    row: str
    column: str
    printed: str
    repaired: str
    cells: tuple[tuple[int, Printed], ...] = ()
    order: tuple[tuple[int, int], ...] = ()


def edited(box: Box, edit: Edit) -> Box:
    centre, low, high = box.centre.copy(), box.low.copy(), box.high.copy()
    for at, printed in edit.cells:
        centre[at] = printed.value
        low[at], high[at] = max(printed.low, -1.0), min(printed.high, 1.0)
    for at, source in edit.order:
        centre[at], low[at], high[at] = box.centre[source], box.low[source], box.high[source]
    return replace(box, centre=centre, low=low, high=high)


def matrix_edits(publication: Publication, box: Box, used: Sequence[str]) -> Iterator[Edit]:
    """Every edit of the whole matrix that is tried: of cells among the ``used`` variables, and exchanges that
    touch one of them. Digits only of correlations, which have one form."""
    inside = frozenset(used)
    yield from (one for one in _signs(publication, box) if {one.row, one.column} <= inside)
    yield from (one for one in _exchanges(box) if {one.row, one.column} & inside)
    if not box.covariance:
        yield from (one for one in _digits(publication, box) if {one.row, one.column} <= inside)


def _cell_text(publication: Publication, box: Box, at: int) -> Printed:
    place = {name: k for k, name in enumerate(publication.variables)}
    i, j = sorted((place[box.names[k]] for k in box.cells[at].tolist()), reverse=True)
    cell = publication.matrix[i][j]
    assert cell is not None
    return cell


def _signs(publication: Publication, box: Box) -> Iterator[Edit]:
    for at, (i, j) in enumerate(box.cells.tolist()):
        cell = _cell_text(publication, box, at)
        if i != j and cell.value != 0:
            other = with_other_sign(cell)
            yield Edit("sign", box.names[i], box.names[j], cell.text, other.text, ((at, other),))


def with_other_sign(printed: Printed) -> Printed:
    text = printed.text.strip().lstrip("+-\u2212\u2013")
    text = text if printed.value < 0 else f"-{text}"
    return replace(printed, text=text, value=-printed.value, low=-printed.high, high=-printed.low)


def _exchanges(box: Box) -> Iterator[Edit]:
    """Two labels, and the rows or the columns of two variables within the triangle."""
    place = {frozenset((i, j)): at for at, (i, j) in enumerate(box.cells.tolist())}
    for a, b in combinations(range(len(box.names)), 2):
        others = [c for c in range(len(box.names)) if c not in (a, b)]
        pairs = {c: (place.get(frozenset((a, c))), place.get(frozenset((b, c)))) for c in others}
        names = (box.names[a], box.names[b])
        for kind, kept in (
            ("labels", others),
            ("rows", [c for c in others if c < a]),
            ("columns", [c for c in others if c > b]),
        ):
            if not kept or any(one is None for c in kept for one in pairs[c]):
                continue
            if kind != "labels" and len(kept) == len(others):
                continue
            moves = [(x, y) for c in kept for x, y in [pairs[c]] if x is not None and y is not None]
            order = [*moves, *((y, x) for x, y in moves)]
            if box.covariance and kind == "labels":
                own = place.get(frozenset((a,))), place.get(frozenset((b,)))
                if own[0] is None or own[1] is None:
                    continue
                order += [(own[0], own[1]), (own[1], own[0])]
            yield Edit(kind, *names, f"{names[0]}, {names[1]}", f"{names[1]}, {names[0]}", order=tuple(order))


def _digits(publication: Publication, box: Box) -> Iterator[Edit]:
    cells = [_cell_text(publication, box, at) for at in range(len(box.cells))]
    if not cells:
        return
    counts = [cell.digits for cell in cells]
    usual = max(set(counts), key=counts.count)
    for at, cell in enumerate(cells):
        i, j = box.cells[at].tolist()
        seen = {cell.text}
        for kind, text in (*transposed(cell), *_missing(cell, usual), *_doubled(cell, usual)):
            if text in seen:
                continue
            seen.add(text)
            other = parse_printed(text)
            if abs(other.value) <= 1 and other.value != cell.value:
                yield Edit(kind, box.names[i], box.names[j], cell.text, text, ((at, other),))


def _parts(printed: Printed) -> tuple[str, str]:
    """Everything up to the point, and the decimals; empty decimals where the text has another form."""
    sign = "-" if printed.value < 0 else ""
    plain = f"{abs(printed.value):.{printed.digits}f}"
    whole, _, decimals = plain.partition(".")
    return f"{sign}{whole}.", decimals


def transposed(printed: Printed) -> list[tuple[str, str]]:
    """The number with two adjacent decimals exchanged."""
    head, digits = _parts(printed)
    found = []
    for k in range(len(digits) - 1):
        if digits[k] != digits[k + 1]:
            changed = digits[:k] + digits[k + 1] + digits[k] + digits[k + 2 :]
            found.append(("digits-transposed", head + changed))
    return found


def _missing(printed: Printed, usual: int) -> list[tuple[str, str]]:
    """The number with one decimal more, where it has fewer than the others of its table."""
    head, digits = _parts(printed)
    if len(digits) >= usual:
        return []
    return [
        ("digit-missing", head + digits[:k] + str(new) + digits[k:])
        for k in range(len(digits) + 1)
        for new in range(10)
    ]


def _doubled(printed: Printed, usual: int) -> list[tuple[str, str]]:
    """One of two equal neighbouring decimals left out (where the number has more than the others of its
    table), or standing in the place of another digit."""
    head, digits = _parts(printed)
    found = []
    for k in range(len(digits) - 1):
        if digits[k] != digits[k + 1]:
            continue
        if len(digits) > usual:
            found.append(("digit-doubled", head + digits[:k] + digits[k + 1 :]))
            continue
        for new in range(10):
            for at in (k, k + 1):
                found.append(("digit-doubled", head + digits[:at] + str(new) + digits[at + 1 :]))
    return found
