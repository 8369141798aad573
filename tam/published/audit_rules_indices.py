"""Rules on comparative and adjusted indices: each from the others of its line, and their order."""

from __future__ import annotations

from collections.abc import Iterator

from tam.published.audit_check import Check, Verdict, compared, graded, interval, point
from tam.published.audit_rules_fit import ROBUST_NOTE, Line, fit_lines
from tam.published.printed import Printed
from tam.published.publication import Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_fit import agfi_range, index_from_index, index_range, parsimony_range

INDICES = ("nfi", "ifi", "cfi", "rfi", "tli")
_ORDER = (("tli", "cfi"), ("nfi", "cfi"), ("cfi", "ifi"), ("nfi", "ifi"), ("rfi", "nfi"), ("rfi", "tli"))


def index_checks(publication: Publication) -> Iterator[Check]:
    for line in fit_lines(publication):
        yield from _comparative(line)
        yield from _order(line)
        yield from _adjusted(line)


def _comparative(line: Line) -> Iterator[Check]:
    """CFI, TLI, NFI, IFI, RFI from the baseline model: printed, or known from one of them."""
    if line.baseline_df is None or line.baseline_df <= 0:
        return
    stated = line.printed("baseline_chisq")
    several = line.robust or len(line.tested) > 1
    if stated is not None and line.tested:
        for name in INDICES:
            printed = line.printed(name)
            if printed is not None:
                yield from _from_baseline(line, name, printed, stated, several)
        return
    known = next((name for name in ("nfi", "ifi", "cfi", "rfi", "tli") if _informs(line, name)), None)
    for name in INDICES:
        printed = line.printed(name)
        if known is not None and name != known and printed is not None:
            yield from _from_index(line, name, printed, known, several)


def _informs(line: Line, name: str) -> bool:
    """Does the printed index say what the baseline was?"""
    printed = line.printed(name)
    return printed is not None and printed.high < 1 and (bool(line.tested) or name in ("cfi", "tli"))


def _from_baseline(
    line: Line, name: str, printed: Printed, stated: Printed, several: bool
) -> Iterator[Check]:
    assert line.baseline_df is not None
    base = interval(stated)
    found = [(one, index_range(name, base, one.range, df, line.baseline_df)) for one, df in line.tested]
    ranges = [reach for _, reach in found if reach is not None]
    if not ranges:
        return
    first, df = line.tested[0]
    middle = index_range(name, point(stated), first.middle, df, line.baseline_df)
    otherwise: Verdict = "undecidable" if several else "inconsistent"
    note = ROBUST_NOTE if several else ""
    yield compared(
        "comparative_index",
        f"{line.where}: {name.upper()}",
        printed,
        ranges,
        middle,
        otherwise=otherwise,
        note=note,
    )


def _from_index(line: Line, name: str, printed: Printed, known: str, several: bool) -> Iterator[Check]:
    value = line.printed(known)
    df = line.printed("df")
    assert value is not None and line.baseline_df is not None
    cases: list[tuple[Interval | None, Interval | None, int]] = [
        (one.range, one.middle, own) for one, own in line.tested
    ]
    if not cases and df is not None and df.value > 0:
        cases = [(None, None, int(df.value))]
    ranges, middles = [], []
    for reach, middle, own in cases:
        found = index_from_index(name, known, interval(value), reach, own, line.baseline_df)
        if found is not None:
            ranges.append(found)
            middles.append(index_from_index(name, known, point(value), middle, own, line.baseline_df))
    if ranges:
        otherwise: Verdict = "undecidable" if several else "inconsistent"
        note = (
            ROBUST_NOTE
            if several
            else f"as {known.upper()} {value.text} and {line.baseline_df} baseline df imply"
        )
        yield compared(
            "comparative_index",
            f"{line.where}: {name.upper()}",
            printed,
            ranges,
            middles[0],
            otherwise=otherwise,
            note=note,
        )


def _order(line: Line) -> Iterator[Check]:
    """RFI <= NFI <= CFI <= IFI and RFI <= TLI <= CFI, whatever the baseline, where the model fits worse than
    perfectly and better than the baseline."""
    for small, large in _ORDER:
        lesser, greater = line.printed(small), line.printed(large)
        if lesser is None or greater is None or greater.high >= 1 or lesser.low <= 0:
            continue
        if (small, large) == ("nfi", "cfi") and not _beats_baseline(line):
            continue
        where = f"{line.where}: {small.upper()}, {large.upper()}"
        text = f"{lesser.text} / {greater.text}"
        if lesser.low > greater.high:
            note = f"{small.upper()} cannot exceed {large.upper()}"
            gap = lesser.low - greater.high
            if line.robust:
                yield Check("index_order", where, text, None, None, greater.high, "undecidable", "note", note)
            else:
                severity = graded(gap, 1.0, False)
                yield Check(
                    "index_order", where, text, None, None, greater.high, "inconsistent", severity, note
                )
        else:
            yield Check("index_order", where, text, None, None, greater.high, "consistent", "none")


def _beats_baseline(line: Line) -> bool:
    """Is chi-square / df below that of the baseline model? TLI and RFI say so by being positive."""
    return any(value is not None and value.low > 0 for value in (line.printed("tli"), line.printed("rfi")))


def _adjusted(line: Line) -> Iterator[Check]:
    """AGFI of GFI, PGFI of GFI, PNFI of NFI."""
    df = line.printed("df")
    if df is None or not df.value.is_integer() or df.value < 1:
        return
    own = int(df.value)
    gfi, nfi = line.printed("gfi"), line.printed("nfi")
    if gfi is not None and line.observed and line.fit.groups == 1:
        moments = line.observed * (line.observed + 1) // 2
        for name, reach, middle in (
            (
                "agfi",
                agfi_range(interval(gfi), own, line.observed),
                agfi_range(point(gfi), own, line.observed),
            ),
            ("pgfi", parsimony_range(interval(gfi), own, moments), parsimony_range(point(gfi), own, moments)),
        ):
            printed = line.printed(name)
            if printed is not None:
                yield compared("adjusted_index", f"{line.where}: {name.upper()}", printed, [reach], middle)
    pnfi = line.printed("pnfi")
    if nfi is not None and pnfi is not None and line.baseline_df:
        reach = parsimony_range(interval(nfi), own, line.baseline_df)
        middle = parsimony_range(point(nfi), own, line.baseline_df)
        yield compared("adjusted_index", f"{line.where}: PNFI", pnfi, [reach], middle)
