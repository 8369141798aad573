"""Rules on lines of fit indices: chi-square, degrees of freedom, p and the indices made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from tam.published.audit_check import Check, Verdict, compared, flaw, interval, placed, point
from tam.published.audit_models import Count, recount
from tam.published.printed import Printed
from tam.published.publication import PrintedFit, Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_fit import (
    implied_df,
    normed_chisq_range,
    rmsea_limits_range,
    rmsea_pvalue_range,
    rmsea_range,
)
from tam.stats.printed_tests import chisq_p_range

_ROBUST = re.compile(r"\bML[MRFV]+\b|\bWLS\w*|DWLS|robust|bollen.stine|稳健", re.IGNORECASE)
ROBUST_NOTE = "the line may hold robust values whose scaling is not printed"
_PLAIN, _SCALED = "chisq", "chisq_scaled"


@dataclass(frozen=True, slots=True)
class Chisq:
    """One chi-square of a line with its degrees of freedom (None: not printed and not implied)."""

    name: str
    value: Printed | None
    range: Interval
    middle: Interval
    df: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of fit indices and what is known about its model."""

    fit: PrintedFit
    where: str
    chisqs: tuple[Chisq, ...]
    n: int | None
    count: Count | None
    observed: int | None
    baseline_df: int | None
    robust: bool

    def printed(self, name: str) -> Printed | None:
        return self.fit.measures.get(name)

    @property
    def tested(self) -> list[tuple[Chisq, int]]:
        return [(one, one.df) for one in self.chisqs if one.df is not None and one.df > 0]

    @property
    def uncertain(self) -> Verdict:
        """The verdict where no printed chi-square explains an index."""
        return "undecidable" if self.robust else "inconsistent"


def fit_lines(publication: Publication) -> tuple[Line, ...]:
    """The lines of the tables of fit, and the one of ``printed_fit``."""
    fits = list(publication.fits)
    if publication.printed_fit:
        fits.append(PrintedFit("", publication.printed_fit, place=publication.places.get("printed_fit")))
    return tuple(_line(one, publication) for one in fits)


def _line(fit: PrintedFit, publication: Publication) -> Line:
    count = recount(fit, publication)
    observed, baseline_df = _sizes(fit, count)
    words = f"{fit.name} {publication.software or ''}"
    return Line(
        fit,
        placed(fit.name or "fit", fit.place),
        tuple(_chisqs(fit)),
        fit.n or publication.n,
        count,
        observed,
        baseline_df,
        _ROBUST.search(words) is not None,
    )


def _sizes(fit: PrintedFit, count: Count | None) -> tuple[int | None, int | None]:
    """Observed variables and df of the baseline: printed, or of a description that gives the printed df."""
    df = fit.measures.get("df")
    stated = fit.measures.get("baseline_df")
    observed = fit.observed
    if observed is None and count is not None and df is not None and count.observed:
        observed = count.observed if count.firm or df.value in count.df else None
    if stated is not None:
        return observed, int(stated.value)
    return observed, None if observed is None else observed * (observed - 1) // 2


def _chisqs(fit: PrintedFit) -> Iterator[Chisq]:
    df = fit.measures.get("df")
    for name, own in ((_PLAIN, "df"), (_SCALED, "df_scaled")):
        value = fit.measures.get(name)
        stated = fit.measures.get(own, df)
        whole = None if stated is None or not stated.value.is_integer() else int(stated.value)
        if value is not None:
            if whole is None and stated is None:
                whole = _implied(value, fit)
            yield Chisq(name, value, interval(value).cut(0), point(value), whole)
    normed = fit.measures.get("chisq_df")
    if normed is not None and df is not None and not {_PLAIN, _SCALED} & set(fit.measures):
        size = Interval.of(Fraction(int(df.value)))
        yield Chisq("chisq_df", None, interval(normed).cut(0) * size, point(normed) * size, int(df.value))


def _implied(value: Printed, fit: PrintedFit) -> int | None:
    """df that only chi-square and chi-square / df give; None unless one whole number does."""
    normed = fit.measures.get("chisq_df")
    found = () if normed is None else implied_df(interval(value), interval(normed))
    return found[0] if len(found) == 1 else None


def fit_checks(publication: Publication) -> Iterator[Check]:
    for line in fit_lines(publication):
        yield from _limits(line)
        yield from _normed(line)
        yield from _pvalue(line)
        yield from _rmsea(line)
        yield from _rmsea_limits(line)
        yield from _close_fit(line)


def _limits(line: Line) -> Iterator[Check]:
    """Indices outside the range that their formulas allow."""
    for name in ("cfi", "nfi", "gfi", "agfi", "pnfi", "pgfi", "rfi"):
        value = line.printed(name)
        if value is not None and value.low > 1:
            yield flaw(
                "index_limits", f"{line.where}: {name.upper()}", value.text, "it cannot exceed 1", high=1.0
            )
    for name in ("chisq", "chisq_scaled", "chisq_df", "df", "baseline_df", "rmsea", "srmr", "rmr", "cfi"):
        value = line.printed(name)
        if value is not None and value.high < 0:
            where = f"{line.where}: {name}"
            yield flaw("index_limits", where, value.text, "it cannot be negative", low=0.0)


def _normed(line: Line) -> Iterator[Check]:
    printed = line.printed("chisq_df")
    found = [(one, df) for one, df in line.tested if one.value is not None]
    if printed is None or not found:
        return
    if all(one.value is not None and _implied_only(line, one) for one, _ in found):
        note = "degrees of freedom are not printed; they follow from these two values"
        yield compared(
            "normed_chisq",
            line.where,
            printed,
            [normed_chisq_range(found[0][0].range, found[0][1])],
            normed_chisq_range(found[0][0].middle, found[0][1]),
            agrees=note,
        )
        return
    ranges = [normed_chisq_range(one.range, df) for one, df in found]
    middle = normed_chisq_range(found[0][0].middle, found[0][1])
    yield compared("normed_chisq", line.where, printed, ranges, middle)


def _implied_only(line: Line, one: Chisq) -> bool:
    return line.printed("df") is None and not (one.name == _SCALED and line.printed("df_scaled"))


def _pvalue(line: Line) -> Iterator[Check]:
    for key, names in (("pvalue", (_PLAIN, _SCALED)), ("pvalue_scaled", (_SCALED,))):
        printed = line.printed(key)
        found = [(one, df) for one, df in line.tested if one.name in (*names, "chisq_df")]
        fractional = line.printed("df") or line.printed("df_scaled")
        if printed is None or not found:
            if printed is not None and fractional is not None and not fractional.value.is_integer():
                yield from _fractional(line, printed, fractional.value)
            continue
        ranges = [chisq_p_range(one.range, df) for one, df in found]
        middle = chisq_p_range(found[0][0].middle, found[0][1])
        yield compared("chisq_p", line.where, printed.within(0, 1), ranges, middle)


def _fractional(line: Line, printed: Printed, df: float) -> Iterator[Check]:
    """Scaled and shifted tests have degrees of freedom that are not whole."""
    found = [one for one in line.chisqs if one.value is not None]
    if found and df > 0:
        ranges = [chisq_p_range(one.range, df) for one in found]
        yield compared(
            "chisq_p",
            line.where,
            printed,
            ranges,
            chisq_p_range(found[0].middle, df),
            otherwise="undecidable",
        )


def _normed_ranges(line: Line) -> list[tuple[Interval, Interval]]:
    """Chi-square / df in every version the line allows, with its middle: plain, scaled, robust."""
    found = [
        (normed_chisq_range(one.range, df), normed_chisq_range(one.middle, df)) for one, df in line.tested
    ]
    by_name = {one.name: (one, df) for one, df in line.tested}
    if _PLAIN in by_name and _SCALED in by_name:
        (plain, df), (scaled, _) = by_name[_PLAIN], by_name[_SCALED]
        found.append((_robust(plain.range, scaled.range, df), _robust(plain.middle, scaled.middle, df)))
    printed = line.printed("chisq_df")
    if not found and printed is not None:
        found.append((interval(printed).cut(0), point(printed)))
    return found


def _robust(plain: Interval, scaled: Interval, df: int) -> Interval:
    """X/df of a robust RMSEA: (X - c df) / df + 1 with the scaling factor c = X / X_scaled."""
    if scaled.low <= 0:
        return Interval.of(0)
    return plain * Interval.of(Fraction(1, df)) - plain / scaled + Interval.of(1)


def _rmsea(line: Line) -> Iterator[Check]:
    printed, found = line.printed("rmsea"), _normed_ranges(line)
    if printed is None or not found or line.n is None:
        return
    sizes = {1, line.fit.groups}
    ranges = [rmsea_range(one, line.n, groups) for one, _ in found for groups in sizes]
    middle = rmsea_range(found[0][1], line.n, line.fit.groups)
    several = len(line.tested) > 1
    otherwise: Verdict = "inconsistent" if several else line.uncertain
    yield compared(
        "rmsea_recomputed",
        line.where,
        printed,
        ranges,
        middle,
        otherwise=otherwise,
        note=ROBUST_NOTE if otherwise == "undecidable" else "",
    )


def _rmsea_limits(line: Line) -> Iterator[Check]:
    low, high, own = line.printed("rmsea_ci_low"), line.printed("rmsea_ci_high"), line.printed("rmsea")
    if (
        low is not None
        and high is not None
        and own is not None
        and not (low.low <= own.high and own.low <= high.high)
    ):
        note = "the interval does not hold the RMSEA"
        where = f"{line.where}: RMSEA"
        yield flaw("rmsea_interval", where, f"{own.text} [{low.text}, {high.text}]", note)
    if line.n is None or not line.tested or line.fit.groups != 1:
        return
    otherwise: Verdict = "undecidable" if line.robust or len(line.tested) > 1 else "inconsistent"
    tried = [
        rmsea_limits_range(one.range, df, line.n, level) for level in (0.90, 0.95) for one, df in line.tested
    ]
    found = [one for one in tried if one is not None]
    first, df = line.tested[0]
    middles = rmsea_limits_range(first.middle, df, line.n, 0.90)
    if not found or middles is None:
        return
    for at, (name, printed) in enumerate((("lower", low), ("upper", high))):
        if printed is not None:
            where = f"{line.where}: {name} limit of RMSEA"
            note = ROBUST_NOTE if otherwise == "undecidable" else ""
            ranges = [one[at] for one in found]
            yield compared(
                "rmsea_interval", where, printed, ranges, middles[at], otherwise=otherwise, note=note
            )


def _close_fit(line: Line) -> Iterator[Check]:
    printed = line.printed("rmsea_pvalue")
    if printed is None or line.n is None or not line.tested:
        return
    tried = [rmsea_pvalue_range(one.range, df, line.n, line.fit.groups) for one, df in line.tested]
    ranges = [one for one in tried if one is not None]
    if not ranges:
        return
    first, df = line.tested[0]
    middle = rmsea_pvalue_range(first.middle, df, line.n, line.fit.groups)
    otherwise: Verdict = "undecidable" if line.robust or len(line.tested) > 1 else "inconsistent"
    yield compared("rmsea_pvalue_recomputed", line.where, printed, ranges, middle, otherwise=otherwise)
