"""Rules on rows that repeat each other: so many equal digits are hardly a coincidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tam.published.audit_check import Check, placed, remark
from tam.published.printed import Printed
from tam.published.publication import PrintedConstruct, PrintedPath, Publication

SPREAD = 0.2
"""Loadings and reliabilities of one paper lie within about this; so do its smaller coefficients."""
CERTAIN, WORTH_SAYING = 1e-9, 1e-4
"""Chance of so many equal numbers below which they are called a copy, below which they are mentioned."""


def repeated_checks(publication: Publication) -> Iterator[Check]:
    constructs = [(placed(one.name, one.place), _measured(one)) for one in publication.constructs]
    paths = [(placed(one.what, one.place), _estimated(one)) for one in publication.paths]
    values = [
        (
            placed(f"{one.lhs} {one.op} {one.rhs}", one.place),
            tuple(v for v in (one.printed, one.se, one.t or one.z) if v is not None),
        )
        for one in publication.printed
        if one.op == "~"
    ]
    for rows in (constructs, paths, values):
        yield from _pairs(rows)


def _measured(one: PrintedConstruct) -> tuple[Printed, ...]:
    """Numbers of a row that do not follow from each other."""
    more = [one.alpha, one.rho_a]
    if not one.loadings:
        more += [one.composite_reliability, one.ave or one.sqrt_ave]
    return (*one.loadings, *(value for value in more if value is not None))


def _estimated(one: PrintedPath) -> tuple[Printed, ...]:
    return tuple(value for value in (one.b or one.beta, one.se or one.t or one.z) if value is not None)


def _pairs(rows: Sequence[tuple[str, tuple[Printed, ...]]]) -> Iterator[Check]:
    pairs = max(1, len(rows) * (len(rows) - 1) // 2)
    for (first, one), (second, two) in combinations(rows, 2):
        if len(one) < 2 or [value.text for value in one] != [value.text for value in two]:
            continue
        chance = float(pairs)
        for value in one:
            size = max(SPREAD, abs(value.value) if abs(value.value) > 1 else 0.0)
            chance *= min(1.0, 2 * value.half_unit / size)
        where, text = f"{first}, {second}", ", ".join(value.text for value in one)
        if len({value.text for value in one}) == 1:
            continue
        note = "the two rows print the same numbers"
        if chance < CERTAIN:
            yield Check("repeated_row", where, text, None, None, None, "inconsistent", "minor", note)
        elif chance < WORTH_SAYING:
            yield remark("repeated_row", where, text, note)
