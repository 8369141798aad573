"""Rules on effects that are made of others: products, sums, differences, squares."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from tam.published.audit_check import Check, compared, interval, intervals, placed, point
from tam.published.printed import Printed
from tam.published.publication import PrintedIndirect, PrintedProduct, Publication
from tam.stats.interval_arithmetic import Interval, total
from tam.stats.printed_tests import product_range, sobel_error_ranges, sobel_z_ranges, two_sided_p_range

_COUNTS = re.compile(r"group|sample|sizes?\b|respond|participant|\bn\b|人数|样本|样本量|受访", re.IGNORECASE)
OTHER_SCALE = (
    "no indirect effect of the table is the product of the printed paths: they may be on another scale"
)


def effect_checks(publication: Publication) -> Iterator[Check]:
    for product in publication.products:
        yield from _product(product)
    yield from _indirect(publication)
    yield from _sums(publication)
    for one in publication.diffs:
        reach, middle = interval(one.a) - interval(one.b), one.a.value - one.b.value
        if one.absolute:
            reach, middle = abs(reach), abs(middle)
        yield compared("difference_of_values", placed(one.what, one.place), one.printed, [reach], middle)
    for square in publication.squares:
        reach = interval(square.r).squared()
        yield compared(
            "square_of_value", placed(square.what, square.place), square.r2, [reach], square.r.value**2
        )


def _product(one: PrintedProduct) -> Iterator[Check]:
    where = placed(one.what, one.place)
    yield compared(
        "indirect_product", where, one.printed, [product_range(intervals(one.of))], _product_of(one.of)
    )
    if len(one.of) == len(one.se_of) == 2:
        yield from _sobel(one, where)


def _sobel(one: PrintedProduct, where: str) -> Iterator[Check]:
    """SE, z and p of the product of two paths with their standard errors."""
    values, middles = intervals((*one.of, *one.se_of)), [point(value) for value in (*one.of, *one.se_of)]
    if one.se is not None:
        middle = sobel_error_ranges(*middles)[0]
        yield compared("sobel", f"{where}: SE", one.se, sobel_error_ranges(*values), middle)
    a, b, error_a, error_b = values
    sizes = sobel_z_ranges(a / error_a.cut(0), b / error_b.cut(0))
    if not sizes:
        return
    if one.z is not None:
        turned = one.z.value < 0 and (a * b).low < 0
        ranges = [-reach for reach in sizes] if turned else sizes
        middle_size = sobel_z_ranges(*_ratios(middles))
        size = middle_size[0].middle if middle_size else None
        recomputed = -size if turned and size is not None else size
        yield compared("sobel", f"{where}: z", one.z, ranges, recomputed, relative=True)
    if one.p is not None:
        known = sizes if one.z is None else [interval(one.z)]
        ranges = [two_sided_p_range(reach, ()) for reach in known]
        yield compared("sobel", f"{where}: p", one.p.within(0, 1), ranges, None)


def _ratios(values: Sequence[Interval]) -> tuple[Interval, Interval]:
    a, b, error_a, error_b = values
    return a / error_a, b / error_b


def _product_of(values: Sequence[Printed]) -> float:
    found = 1.0
    for one in values:
        found *= one.value
    return found


def _indirect(publication: Publication) -> Iterator[Check]:
    """Indirect effects along named paths, each step printed somewhere."""
    found = [check for one in publication.printed_indirect if (check := _along(one, publication)) is not None]
    wrong = sum(1 for one in found if one.verdict == "inconsistent")
    if wrong > 1 and wrong == len(found):
        for one in found:
            yield replace(one, verdict="undecidable", note=OTHER_SCALE)
        return
    yield from found


def _along(one: PrintedIndirect, publication: Publication) -> Check | None:
    steps = [_step(publication, outcome, predictor) for predictor, outcome in zip(one.via, one.via[1:])]
    if not steps or not all(steps):
        return None
    ranges = [product_range(intervals([step[0] for step in steps]))]
    if all(len(step) > 1 for step in steps):
        ranges.append(product_range(intervals([step[1] for step in steps])))
    where = placed(" -> ".join(one.via), one.place)
    return compared("indirect_product", where, one.printed, ranges, _product_of([step[0] for step in steps]))


def _step(publication: Publication, outcome: str, predictor: str) -> tuple[Printed, ...]:
    """The printed path, unstandardised and standardised where both are."""
    for value in publication.printed:
        if (value.lhs, value.op, value.rhs) == (outcome, "~", predictor):
            return (value.printed, value.std) if value.std is not None else (value.printed,)
    for path in publication.paths:
        if (path.lhs, path.rhs) == (outcome, predictor):
            return tuple(one for one in (path.b, path.beta) if one is not None)
    return ()


def _sums(publication: Publication) -> Iterator[Check]:
    """Totals; counts of people have no rounding."""
    for one in publication.sums:
        values = (*one.of, one.printed)
        exact = all(value.digits == 0 and not value.percent for value in values) and _COUNTS.search(one.what)
        parts = [value.exactly() if exact else value for value in one.of]
        printed = one.printed.exactly() if exact else one.printed
        reach: Interval = total(intervals(parts))
        middle = total(point(value) for value in one.of).middle
        rule = "group_sizes_add_up" if exact else "sum_of_parts"
        yield compared(rule, placed(one.what, one.place), printed, [reach], middle, relative=bool(exact))
