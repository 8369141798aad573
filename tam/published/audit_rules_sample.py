"""Rules on who was asked: group sizes, exclusions, shares, one n in all tables; means of whole numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from tam.published.audit_check import Check, compared, counted, flaw, interval, placed, remark
from tam.published.publication import PrintedDescriptive, PrintedSample, Publication
from tam.stats.granularity import (
    grim_decides,
    largest_deviation,
    nearest_means,
    possible_deviations,
    possible_sums,
)
from tam.stats.interval_arithmetic import Interval, exact, total
from tam.stats.printed_tests import share_range

MOST_CASES = 10**6


def sample_checks(publication: Publication) -> Iterator[Check]:
    for one in publication.samples:
        yield from _sample(one, publication)
    yield from _one_n(publication)
    for descriptive in publication.descriptives:
        yield from _descriptive(descriptive)


def _sample(one: PrintedSample, publication: Publication) -> Iterator[Check]:
    where = placed(one.what or "sample", one.place)
    n = one.n if one.n is not None else publication.n
    if one.collected is not None and one.excluded and n is not None:
        note = f"{one.collected} collected less {sum(one.excluded)} excluded"
        yield counted("excluded_respondents", where, n, [one.collected - sum(one.excluded)], note)
    elif one.collected is not None and n is not None and n > one.collected:
        yield flaw(
            "excluded_respondents", where, str(n), f"{one.collected} collected", high=float(one.collected)
        )
    if one.groups and n is not None:
        note = f"the {len(one.groups)} groups add to {sum(one.groups)}"
        yield counted("group_sizes_add_up", where, n, [sum(one.groups)], note)
    if one.shares and one.groups and len(one.shares) == len(one.groups) and n:
        bases = {n, sum(one.groups)} - {0}
        for count, share in zip(one.groups, one.shares):
            ranges = [share_range(count, base) for base in sorted(bases)]
            scaled = ranges if share.percent or share.value <= 1 else [r * Interval.of(100) for r in ranges]
            yield compared("group_shares_recomputed", f"{where}: {count}", share, scaled, scaled[0])
    elif len(one.shares) > 1:
        whole = (
            Fraction(1) if all(share.percent or share.value <= 1 for share in one.shares) else Fraction(100)
        )
        summed = total(interval(share) for share in one.shares)
        text = " + ".join(share.text for share in one.shares)
        if not summed.holds(whole):
            middle = sum(share.value for share in one.shares)
            yield flaw(
                "group_shares_recomputed",
                where,
                text,
                "the shares do not add to the whole",
                recomputed=middle,
                low=float(whole),
                high=float(whole),
            )


def _known_sizes(publication: Publication) -> set[int]:
    """Every number of people that the paper accounts for: in all, collected, and by group."""
    found: set[int | None] = {publication.n}
    for one in publication.samples:
        found |= {one.n, one.collected, *one.groups, sum(one.groups)}
        if one.collected is not None:
            found.add(one.collected - sum(one.excluded))
    for summed in publication.sums:
        values = (*summed.of, summed.printed)
        if all(value.digits == 0 for value in values):
            found |= {int(value.value) for value in values}
    return {int(one) for one in found if one}


def _one_n(publication: Publication) -> Iterator[Check]:
    """The n of each table is the paper's, or that of a sample it tells of."""
    if publication.n is None:
        return
    known = _known_sizes(publication)
    tables = [(placed(one.name or "fit", one.place), one.n) for one in publication.fits]
    tables += [(placed(one.what or "sample", one.place), one.n) for one in publication.samples]
    for where, n in tables:
        if n is None:
            continue
        if n in known - _only_here(publication, where, n):
            yield counted("one_sample_size", where, n, [n])
        else:
            note = f"the paper's n is {publication.n}, and no sample of this size is described"
            yield counted("one_sample_size", where, n, [publication.n], note)


def _only_here(publication: Publication, where: str, n: int) -> set[int]:
    """A sample cannot vouch for its own n, unless exclusions or groups lead to it."""
    for one in publication.samples:
        if placed(one.what or "sample", one.place) == where and one.n == n and n != publication.n:
            backed = n == sum(one.groups) or (
                one.collected is not None and n == one.collected - sum(one.excluded)
            )
            others = any(other.n == n for other in publication.samples if other is not one)
            grouped = any(n in other.groups for other in publication.samples)
            return set() if backed or others or grouped else {n}
    return set()


def _descriptive(one: PrintedDescriptive) -> Iterator[Check]:
    where = placed(one.what, one.place)
    yield from _on_scale(one, where)
    if one.n is None or not 1 < one.n <= MOST_CASES or one.mean is None or one.items < 1:
        return
    mean = interval(one.mean)
    if grim_decides(one.mean.digits, one.n, one.items):
        fits = bool(possible_sums(mean, one.n, one.items))
        below, above = nearest_means(mean, one.n, one.items)
        note = "" if fits else f"no {one.n * one.items} whole numbers have this mean"
        yield Check(
            "grim",
            where,
            one.mean.text,
            None if fits else float(below),
            float(below),
            float(above),
            "consistent" if fits else "inconsistent",
            "none" if fits else "minor",
            note,
        )
        if not fits:
            return
    elif one.sd is None:
        note = "so many answers can have every mean of so few decimals"
        yield remark("grim", where, one.mean.text, note)
    if one.sd is not None:
        yield from _deviation(one, mean, where)


def _deviation(one: PrintedDescriptive, mean: Interval, where: str) -> Iterator[Check]:
    assert one.sd is not None and one.n is not None and one.mean is not None
    found = possible_deviations(mean, interval(one.sd), one.n, one.items)
    text = f"{one.mean.text} ({one.sd.text})"
    if found is False:
        note = f"no {one.n * one.items} whole numbers have this mean and this SD"
        yield Check("grimmer", where, text, None, None, None, "inconsistent", "minor", note)
    elif found and _sd_decides(one):
        yield Check("grimmer", where, text, None, None, None, "consistent", "none")


def _sd_decides(one: PrintedDescriptive) -> bool:
    """Neighbouring sums of squares are two apart: does the printed SD tell them from each other?"""
    assert one.sd is not None and one.n is not None
    width = 2 * one.sd.value * (one.sd.high - one.sd.low) * (one.n - 1) * one.items**2
    return width < 2


def _on_scale(one: PrintedDescriptive, where: str) -> Iterator[Check]:
    """A mean lies on its scale, and the SD within what the mean leaves."""
    if one.low is None or one.high is None or one.mean is None:
        return
    low, high = Fraction(exact(one.low.value)), Fraction(exact(one.high.value))
    mean = interval(one.mean)
    on_scale = mean.high >= low and mean.low <= high
    verdict, severity = ("consistent", "none") if on_scale else ("inconsistent", "major")
    yield Check("mean_on_scale", where, one.mean.text, None, float(low), float(high), verdict, severity)  # type: ignore[arg-type]
    if one.sd is None or not on_scale or one.n is None or one.n < 2:
        return
    reach = largest_deviation(mean, low, high, one.n)
    yield compared("sd_on_scale", where, one.sd, [reach], None)
