"""Would one slip of the typesetter explain what does not come out? Possibilities, never facts.

Tried, one at a time, on the printed matrix: a lost or added minus, two exchanged labels, the rows (or
columns) of two variables exchanged, two adjacent digits transposed, a digit missing, a digit doubled; and on
the printed estimates: a lost or added minus, transposed digits, two estimates of one outcome exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tam.published.dialects import Dialect
from tam.published.printed import Printed, PrintedError, parse_printed
from tam.published.publication import Publication
from tam.published.reachable import in_blocks, nearby
from tam.published.rounding_box import Box
from tam.published.verdicts import prints_as, within_reach
from tam.published.wanted import Wanted

Floats = NDArray[np.float64]
SHORTLIST = 24
"""Edits whose reach under rounding is computed; the others are only looked at as printed."""
MOST_REPORTED = 3
LEAST_GAIN = 3
LEAST_SHARE = 0.75
WIDER = 1.5
"""How much wider than around the printed matrix the reach may be in the first look."""
FEW_WRONG = 3
"""With more values that do not come out, an edit of one printed estimate is likely to match by chance."""


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


@dataclass(frozen=True, slots=True)
class Repair:
    """A possibility: with ``repaired`` instead of ``printed``, ``values_matched`` printed values come out (in
    ``dialect``), ``values_matched_before`` as printed, ``of`` so many. ``reached``: which, by place."""

    kind: str
    where: str
    row: str
    column: str
    printed: str
    repaired: str
    values_matched: int
    values_matched_before: int
    of: int
    dialect: str
    positive_definite: bool
    reached: tuple[int, ...]


def matrix_repairs(
    publication: Publication, chosen: Sequence[Dialect], counted: Sequence[int], *, impossible: bool
) -> list[Repair]:
    """Edits of the matrix with which clearly more comes out.

    Clearly more: at least three values more, and three quarters of those that do not come out; or everything,
    and at least two more; or at least one more where the printed matrix is ``impossible`` (no positive
    definite matrix rounds to it) and the edited one is not. ``counted``: the places of the values that count.
    """
    found: list[Repair] = []
    for dialect in chosen:
        found += _in_dialect(publication, dialect, counted, impossible=impossible)
    best: dict[tuple[str, str, str, str], Repair] = {}
    for one in found:
        key = (one.kind, one.where, one.printed, one.repaired)
        if key not in best or one.values_matched > best[key].values_matched:
            best[key] = one
    most = max((one.values_matched for one in best.values()), default=0)
    # one that leaves clearly more open than another is no explanation beside it
    kept = [one for one in best.values() if one.values_matched >= most - 1]
    return sorted(kept, key=lambda one: (-one.values_matched, _ORDER.index(one.kind)))[:MOST_REPORTED]


_ORDER = (
    "sign", "labels", "rows", "columns", "digits-transposed", "digit-missing", "digit-doubled",
    "estimate-sign", "estimates-exchanged", "estimate-digits-transposed",
)  # fmt: skip
"""Kinds of edits, the simplest first."""


def _in_dialect(
    publication: Publication, dialect: Dialect, counted: Sequence[int], *, impossible: bool
) -> list[Repair]:
    box = dialect.box
    edits = list(matrix_edits(publication, box))
    if not edits or not counted:
        return []
    reach = nearby(box, dialect.evaluate)
    before = _reached(dialect.wanted, reach.low, reach.high, counted)
    points = np.stack([_edited(box, one).centre for one in edits])
    values = in_blocks(box, dialect.evaluate, points)
    rough = _rough_count(dialect.wanted, values, reach.linear * WIDER, counted)
    rough = np.where(_possible(box, points), rough, -1)
    need = _least(len(before), len(counted), impossible=impossible)
    order = [at for at in np.argsort(-rough, kind="stable")[:SHORTLIST].tolist() if rough[at] >= need]
    found = []
    for at in order:
        moved = _edited(box, edits[at])
        own = nearby(moved, dialect.evaluate)
        reached = _reached(dialect.wanted, own.low, own.high, counted)
        if len(reached) >= need:
            one = edits[at]
            found.append(
                Repair(
                    one.kind, f"{one.row}, {one.column}", one.row, one.column, one.printed, one.repaired,
                    len(reached), len(before), len(counted), dialect.name, True, tuple(reached),
                )
            )  # fmt: skip
    return found


def _least(before: int, of: int, *, impossible: bool) -> int:
    """How many values must come out for an edit to be clearly better."""
    if impossible:
        return before + 1
    wrong = of - before
    if wrong < 2:
        return of + 1
    return min(of, before + max(LEAST_GAIN, math.ceil(LEAST_SHARE * wrong)))


def _reached(wanted: Sequence[Wanted], low: Floats, high: Floats, counted: Sequence[int]) -> list[int]:
    return [
        at
        for at in counted
        if np.isfinite(low[at]) and within_reach(wanted[at].printed, float(low[at]), float(high[at]))
    ]


def _rough_count(wanted: Sequence[Wanted], values: Floats, reach: Floats, counted: Sequence[int]) -> Floats:
    """How many values (r,) lie within ``reach`` (m,) of the printed ones."""
    low = np.array([wanted[at].printed.low for at in counted])
    high = np.array([wanted[at].printed.high for at in counted])
    part, around = values[:, counted], reach[list(counted)]
    with np.errstate(invalid="ignore"):
        return np.asarray(((part + around >= low) & (part - around <= high)).sum(axis=1))


def _possible(box: Box, points: Floats) -> NDArray[np.bool_]:
    """Which points are positive definite (with gaps: all)."""
    if len(box.missing):
        return np.ones(len(points), dtype=bool)
    return np.asarray(np.linalg.eigvalsh(box.moments(points).matrices)[:, 0] > 0)


def _edited(box: Box, edit: Edit) -> Box:
    centre, low, high = box.centre.copy(), box.low.copy(), box.high.copy()
    for at, printed in edit.cells:
        centre[at] = printed.value
        low[at], high[at] = max(printed.low, -1.0), min(printed.high, 1.0)
    for at, source in edit.order:
        centre[at], low[at], high[at] = box.centre[source], box.low[source], box.high[source]
    return replace(box, centre=centre, low=low, high=high)


def matrix_edits(publication: Publication, box: Box) -> Iterator[Edit]:
    """Every edit of the matrix that is tried; only of correlations, and of the model's variables."""
    if box.covariance:
        yield from _exchanges(box, variances=True)
        yield from _signs(publication, box)
        return
    yield from _signs(publication, box)
    yield from _exchanges(box, variances=False)
    yield from _digits(publication, box)


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
            other = _with_other_sign(cell)
            yield Edit("sign", box.names[i], box.names[j], cell.text, other.text, ((at, other),))


def _with_other_sign(printed: Printed) -> Printed:
    text = printed.text.strip().lstrip("+-\u2212\u2013")
    text = text if printed.value < 0 else f"-{text}"
    return replace(printed, text=text, value=-printed.value, low=-printed.high, high=-printed.low)


def _exchanges(box: Box, *, variances: bool) -> Iterator[Edit]:
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
            if variances and kind == "labels":
                x, y = place[frozenset((a,))], place[frozenset((b,))]
                order += [(x, y), (y, x)]
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


def estimate_repairs(
    wanted: Sequence[Wanted], counted: Sequence[int], value: Floats, low: Floats, high: Floats, dialect: str
) -> list[Repair]:
    """Edits of printed estimates with which they come out, and with them all of their equation, while the
    matrix stays."""
    matched = set(_reached(wanted, low, high, counted))
    wrong = [at for at in counted if at not in matched and np.isfinite(value[at])]
    before, of = len(matched), len(counted)

    def repair(kind: str, at: Sequence[int], printed: str, repaired: str) -> Repair:
        names = [wanted[k].label for k in at]
        reached = tuple(sorted(matched | set(at)))
        return Repair(
            kind, ", ".join(names), names[0], names[-1], printed, repaired,
            before + len(at), before, of, dialect, True, reached,
        )  # fmt: skip

    def alone(*at: int) -> bool:
        """Whether everything else of the equation comes out: an edit that leaves it open explains nothing."""
        outcome = wanted[at[0]].lhs
        return not any(wanted[k].lhs == outcome for k in wrong if k not in at)

    found = []
    for at in wrong:
        one = wanted[at].printed
        if not alone(at) or wanted[at].op == "R2":
            continue
        other = _with_other_sign(one)
        clear = min(abs(low[at]), abs(high[at])) > one.half_unit and low[at] * high[at] > 0
        if clear and within_reach(other, low[at], high[at]):
            found.append(repair("estimate-sign", [at], one.text, other.text))
        if len(wrong) > FEW_WRONG or one.percent:
            continue
        for _, text in transposed(one):
            try:
                changed = parse_printed(text)
            except PrintedError:
                continue
            if prints_as(changed, float(value[at])):
                found.append(repair("estimate-digits-transposed", [at], one.text, text))
    for a, b in combinations(wrong, 2):
        first, second = wanted[a], wanted[b]
        same = (first.lhs, first.op, first.statistic) == (second.lhs, second.op, second.statistic)
        if not same or first.op == "R2" or first.printed.value == second.printed.value or not alone(a, b):
            continue
        if within_reach(second.printed, low[a], high[a]) and within_reach(first.printed, low[b], high[b]):
            texts = (first.printed.text, second.printed.text)
            found.append(repair("estimates-exchanged", [a, b], ", ".join(texts), ", ".join(texts[::-1])))
    return found
