"""Would one slip of the typesetter explain what does not come out? Possibilities, never facts.

Tried, one at a time, on the printed matrix: a lost or added minus, two exchanged labels, the rows (or
columns) of two variables exchanged, two adjacent digits transposed, a digit missing, a digit doubled; and on
the printed estimates: a lost or added minus, transposed digits, two estimates of one outcome exchanged.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tam.published.dialects import Dialect
from tam.published.matrix_check import best_eigenvalue
from tam.published.printed import PrintedError, parse_printed
from tam.published.publication import Publication
from tam.published.reachable import in_blocks, nearby
from tam.published.repair_edits import edited, matrix_edits, transposed, with_other_sign
from tam.published.rounding_box import Box, rounding_box
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
    box, whole = dialect.box, rounding_box(publication)
    edits = list(matrix_edits(publication, whole, box.names))
    if not edits or not counted:
        return []
    reach = nearby(box, dialect.evaluate)
    before = _reached(dialect.wanted, reach.low, reach.high, counted)
    wholes = [edited(whole, one) for one in edits]
    pick = _cells_of(box, whole)
    values = in_blocks(box, dialect.evaluate, np.stack([_part(box, one, pick).centre for one in wholes]))
    rough = _rough_count(dialect.wanted, values, reach.linear * WIDER, counted)
    rough = np.where(_possible(whole, np.stack([one.centre for one in wholes])), rough, -1)
    need = _least(len(before), len(counted), impossible=impossible)
    order = [at for at in np.argsort(-rough, kind="stable")[:SHORTLIST].tolist() if rough[at] >= need]
    found = []
    for at in order:
        own = nearby(_part(box, wholes[at], pick), dialect.evaluate)
        reached = _reached(dialect.wanted, own.low, own.high, counted)
        if len(reached) >= need and (len(whole.missing) or best_eigenvalue(wholes[at]) > 0):
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


def _possible(whole: Box, points: Floats) -> NDArray[np.bool_]:
    """Which points may be positive definite within their rounding (with gaps: all): the smallest eigenvalue
    is not further below zero than the half units can lift it."""
    if len(whole.missing):
        return np.ones(len(points), dtype=bool)
    matrix = whole.moments(whole.centre[None]).matrices[0]
    spread = np.abs(whole.moments((whole.centre + whole.half)[None]).matrices[0] - matrix).sum(axis=1).max()
    return np.asarray(np.linalg.eigvalsh(whole.moments(points).matrices)[:, 0] > -spread)


def _cells_of(box: Box, whole: Box) -> NDArray[np.intp]:
    """For every cell of the dialect's box its coordinate in the box of the whole matrix."""
    place = {frozenset(whole.names[k] for k in cell): at for at, cell in enumerate(whole.cells.tolist())}
    found = [place[frozenset(box.names[k] for k in cell)] for cell in box.cells.tolist()]
    return np.array(found, dtype=np.intp)


def _part(box: Box, whole: Box, pick: NDArray[np.intp]) -> Box:
    """The dialect's box with the cells of an edited whole matrix."""
    ends = []
    for own, given in ((box.centre, whole.centre), (box.low, whole.low), (box.high, whole.high)):
        one = own.copy()
        one[: len(pick)] = given[pick]
        ends.append(one)
    return replace(box, centre=ends[0], low=ends[1], high=ends[2])


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
        other = with_other_sign(one)
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
