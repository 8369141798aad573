"""Rules on tables of measurement: loadings, AVE, reliabilities and their identities."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from tam.published.audit_check import (
    Check,
    Verdict,
    compared,
    counted,
    flaw,
    graded,
    interval,
    intervals,
    placed,
    point,
    remark,
)
from tam.published.printed import Printed
from tam.published.publication import PrintedConstruct, Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_reliability import (
    ave_range,
    composite_reliability_range,
    equal_loading_items,
    items_for,
    mean_range,
    reliability_given_ave,
)

FEWER_ITEMS = "fewer loadings are printed than items are named"
SMALL_ALPHA = 0.70


def constructs_of(publication: Publication) -> tuple[PrintedConstruct, ...]:
    """The constructs of the tables of measurement, with what stands elsewhere under the same names."""
    named = {one.name: one for one in publication.constructs}
    elsewhere = {
        "alpha": publication.alpha,
        "composite_reliability": publication.composite_reliability,
        "ave": publication.ave,
        "sqrt_ave": diagonal_roots(publication),
    }
    names = dict.fromkeys((*named, *(name for values in elsewhere.values() for name in values)))
    found = []
    for name in names:
        one = named.get(name, PrintedConstruct(name))
        lacking: dict[str, Any] = {
            key: values[name]
            for key, values in elsewhere.items()
            if name in values and getattr(one, key) is None
        }
        found.append(replace(one, **lacking))
    return tuple(found)


def diagonal_roots(publication: Publication) -> dict[str, Printed]:
    """Square roots of AVE on the diagonal of the correlations, by variable."""
    if publication.diagonal != "sqrt_ave":
        return {}
    cells = zip(publication.variables, (row[-1] for row in publication.matrix))
    return {name: cell for name, cell in cells if cell is not None}


def measurement_checks(publication: Publication) -> Iterator[Check]:
    for one in constructs_of(publication):
        where = placed(one.name, one.place)
        yield from _from_loadings(one, where)
        yield from _limits(one, where)
        yield from _between(one, where)
        yield from _item_counts(one, where)
    yield from _exchanged(constructs_of(publication))


def _from_loadings(one: PrintedConstruct, where: str) -> Iterator[Check]:
    """What follows from the loadings alone; nothing certain where fewer are printed than there are items."""
    if not one.loadings:
        return
    partial = one.n_items is not None and one.n_items > len(one.loadings)
    otherwise: Verdict = "undecidable" if partial else "inconsistent"
    tests: tuple[tuple[str, Printed | None, Callable[[list[Interval]], Interval]], ...] = (
        ("ave_from_loadings", one.ave, ave_range),
        ("sqrt_ave_from_loadings", one.sqrt_ave if one.ave is None else None, _root_of_ave),
        ("cr_from_loadings", one.composite_reliability, composite_reliability_range),
        ("mean_loading_recomputed", one.mean_loading, mean_range),
    )
    for rule, printed, formula in tests:
        if printed is not None:
            ranges, middle = [formula(intervals(one.loadings))], formula([point(v) for v in one.loadings])
            note = FEWER_ITEMS if partial else ""
            yield compared(rule, where, printed, ranges, middle, otherwise=otherwise, note=note)


def _root_of_ave(loadings: list[Interval]) -> Interval:
    return ave_range(loadings).root()


def _limits(one: PrintedConstruct, where: str) -> Iterator[Check]:
    """Values that no data can give, and values that only an improper solution gives."""
    for name, value in (
        ("alpha", one.alpha),
        ("ave", one.ave),
        ("composite_reliability", one.composite_reliability),
    ):
        improper = name != "alpha" and any(loading.high > 1 for loading in one.loadings)
        if value is not None and value.low > 1 and not improper:
            yield flaw("coefficient_limits", f"{where}: {name}", value.text, "it cannot exceed 1", high=1.0)
        if value is not None and value.high < 0 and name != "alpha":
            yield flaw("coefficient_limits", f"{where}: {name}", value.text, "it cannot be negative", low=0.0)
    if one.rho_a is not None and one.rho_a.low > 1:
        note = "a reliability above 1 marks an improper solution"
        yield remark("coefficient_limits", f"{where}: rho_A", one.rho_a.text, note, high=1.0)
    for at, loading in enumerate(one.loadings, 1):
        if abs(loading.value) > 1 and min(abs(loading.low), abs(loading.high)) > 1:
            note = "a standardised loading above 1 marks an improper solution or another scale"
            yield remark("coefficient_limits", f"{where}: loading {at}", loading.text, note, high=1.0)


def _between(one: PrintedConstruct, where: str) -> Iterator[Check]:
    """AVE against its root, composite reliability and alpha."""
    cr, ave = one.composite_reliability, one.ave
    if ave is not None and one.sqrt_ave is not None:
        reach = interval(ave).root()
        yield compared("sqrt_ave_of_ave", where, one.sqrt_ave, [reach], point(ave).root())
    if cr is not None and ave is not None:
        yield _cr_at_least_ave(one, cr, ave, where)
    if one.alpha is not None and cr is not None and one.alpha.low > cr.high:
        note = "alpha above composite reliability: unusual, possible with correlated errors or other items"
        yield remark("alpha_above_cr", where, f"{one.alpha.text} / {cr.text}", note)
    if one.alpha is not None and one.alpha.high < SMALL_ALPHA:
        note = "alpha below .70"
        yield remark("alpha_below_70", where, one.alpha.text, note, low=SMALL_ALPHA, severity="advice")


def _cr_at_least_ave(one: PrintedConstruct, cr: Printed, ave: Printed, where: str) -> Check:
    mixed = any(loading.low < 0 for loading in one.loadings) and any(
        loading.high > 0 for loading in one.loadings
    )
    improper = any(loading.high > 1 for loading in one.loadings)
    low = max(0.0, ave.low)
    text = f"{cr.text} / {ave.text}"
    if cr.high >= ave.low:
        return Check("cr_at_least_ave", where, text, None, low, 1.0, "consistent", "none")
    note = "composite reliability is never below AVE; are the columns exchanged?"
    if mixed or improper:
        return remark("cr_at_least_ave", where, text, "composite reliability below AVE", low=low, high=1.0)
    gap = ave.low - cr.high
    return flaw("cr_at_least_ave", where, text, note, low=low, high=1.0, severity=graded(gap, 1.0, False))


def _item_counts(one: PrintedConstruct, where: str) -> Iterator[Check]:
    """The number of items named, of loadings printed, and that AVE and CR imply."""
    named = len(one.items) or None
    count = one.n_items if one.n_items is not None else named
    if one.n_items is not None and named is not None and named != one.n_items:
        yield counted("items_counted", where, one.n_items, [named], "another number of items is named")
    if count is not None and len(one.loadings) > count:
        note = "more loadings are printed than items are named"
        yield counted("items_counted", where, count, [len(one.loadings)], note)
    if one.composite_reliability is None or one.ave is None or one.loadings:
        return
    ave, cr = interval(one.ave).cut(0, 1), interval(one.composite_reliability).cut(0, 1)
    if not (cr.high >= ave.low):
        return
    if count is not None and count > 0:
        reach = reliability_given_ave(ave, count)
        note = "no loadings of so many items give this AVE and this composite reliability"
        yield compared("cr_of_items", where, one.composite_reliability, [reach], None, note=note)
    else:
        yield from _implied_items(one, ave, cr, where)


def _implied_items(one: PrintedConstruct, ave: Interval, cr: Interval, where: str) -> Iterator[Check]:
    least, equal = items_for(ave, cr), equal_loading_items(ave, cr)
    if least is None or equal is None or one.ave is None or one.composite_reliability is None:
        return
    text = f"{one.composite_reliability.text} / {one.ave.text}"
    middle = equal_loading_items(point(one.ave), point(one.composite_reliability))
    note = f"composite reliability and AVE imply about {round(equal.middle)} items"
    yield remark(
        "items_counted",
        where,
        text,
        note,
        recomputed=None if middle is None else middle.middle,
        low=float(least),
    )


def implied_item_count(one: PrintedConstruct) -> int | None:
    """Items of a construct: as named, as loadings are printed, or the one whole number AVE and CR imply."""
    if one.n_items is not None:
        return one.n_items
    if one.items or one.loadings:
        return max(len(one.items), len(one.loadings))
    return None


def _exchanged(constructs: tuple[PrintedConstruct, ...]) -> Iterator[Check]:
    """Two rows whose AVE (and CR) fit each other's diagonal or loadings, and not their own."""
    for at, first in enumerate(constructs):
        for second in constructs[at + 1 :]:
            if (
                _fits(first, second)
                and _fits(second, first)
                and not _fits(first, first)
                and not _fits(second, second)
            ):
                where = f"{first.name}, {second.name}"
                note = "AVE and composite reliability of these two rows fit when exchanged"
                texts = [one.ave.text for one in (first, second) if one.ave is not None]
                yield flaw("rows_exchanged", where, " / ".join(texts), note)


def _fits(numbers: PrintedConstruct, row: PrintedConstruct) -> bool:
    """Could AVE and CR of ``numbers`` belong to the loadings and the diagonal of ``row``?"""
    if numbers.ave is None:
        return False
    tests = []
    if row.sqrt_ave is not None:
        tests.append(interval(row.sqrt_ave).meets(interval(numbers.ave).root()))
    if row.loadings:
        tests.append(interval(numbers.ave).meets(ave_range(intervals(row.loadings))))
        if numbers.composite_reliability is not None:
            reach = composite_reliability_range(intervals(row.loadings))
            tests.append(interval(numbers.composite_reliability).meets(reach))
    return bool(tests) and all(tests)
