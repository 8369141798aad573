"""Rules that count: degrees of freedom of the described model and of its baseline, parameters and cases."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tam.published.audit_check import Check, Severity, Verdict, placed, remark
from tam.published.audit_models import Count, items_of, kind_of, simple_structure
from tam.published.audit_rules_fit import Line, fit_lines
from tam.published.audit_rules_measurement import constructs_of
from tam.published.publication import Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_reliability import equal_loading_items

FEW_CASES = 5
"""Cases per free parameter below which reviews of the literature call estimates unstable."""


def count_checks(publication: Publication) -> Iterator[Check]:
    lines = fit_lines(publication)
    for line in lines:
        yield from _recounted(line)
        yield from _baseline(line)
        yield from _cases(line)
    if lines and items_of(publication) is None:
        yield from _implied(lines[0], publication)


def _recounted(line: Line) -> Iterator[Check]:
    """df = moments less free parameters."""
    printed, count = line.printed("df"), line.count
    if printed is None or count is None or not printed.value.is_integer():
        return
    df = int(printed.value)
    verdict, note = _judged(df, count, kind_of(line.fit) == "measurement")
    severity: Severity = (
        "none" if verdict == "consistent" else "note" if verdict == "undecidable" else "major"
    )
    yield Check(
        "df_recount",
        line.where,
        printed.text,
        float(count.df[0]),
        float(count.df[0]),
        float(count.df[0] if not count.firm else max(count.df)),
        verdict,
        severity,
        note,
    )


def _judged(df: int, count: Count, measurement: bool) -> tuple[Verdict, str]:
    """A description that may lack something is contradicted only by what nothing usual would explain."""
    if df in count.df:
        return "consistent", count.how
    if count.firm:
        return "inconsistent", count.how
    if count.parameters == 0:
        return "inconsistent", count.how
    fewer = count.df[0] - df
    if measurement and (fewer < 0 or fewer > count.observed):
        return "inconsistent", count.how
    if 0 < fewer <= count.observed:
        return "undecidable", f"{count.how}; free error covariances would explain fewer degrees of freedom"
    return "undecidable", f"{count.how}; other paths, controls or items would change them"


def _baseline(line: Line) -> Iterator[Check]:
    """The independence model of p variables has p (p - 1) / 2 degrees of freedom."""
    printed = line.printed("baseline_df")
    if printed is None or not printed.value.is_integer() or printed.value < 0:
        return
    df = int(printed.value)
    p = (1 + math.isqrt(1 + 8 * df)) // 2
    fits = p * (p - 1) // 2 == df
    below, above = p * (p - 1) // 2, p * (p + 1) // 2
    if not fits and line.fit.groups > 1:
        return
    where = f"{line.where}: baseline df"
    if not fits:
        note = f"{p} variables give {below}, {p + 1} give {above}"
        yield Check(
            "baseline_df",
            where,
            printed.text,
            None,
            float(below),
            float(above),
            "inconsistent",
            "major",
            note,
        )
        return
    observed = line.fit.observed
    if observed is not None and observed != p and line.fit.groups == 1:
        expected = float(observed * (observed - 1) // 2)
        note = f"{observed} variables are named"
        yield Check(
            "baseline_df", where, printed.text, expected, expected, expected, "inconsistent", "major", note
        )
        return
    note = f"{p} observed variables"
    yield Check(
        "baseline_df", where, printed.text, float(df), float(df), float(df), "consistent", "none", note
    )


def _cases(line: Line) -> Iterator[Check]:
    """Cases per free parameter; a covariance matrix of p variables needs more than p cases."""
    if line.n is None or line.count is None or not line.count.parameters:
        return
    df = line.printed("df")
    parameters = line.count.parameters
    if df is not None and df.value.is_integer() and line.count.observed:
        moments = line.count.observed * (line.count.observed + 1) // 2
        parameters = max(1, moments - int(df.value)) if int(df.value) < moments else parameters
    ratio = line.n / parameters
    if line.n <= line.count.observed:
        note = f"{line.n} cases and {line.count.observed} variables: the covariance matrix has no inverse"
        yield remark(
            "cases_per_parameter",
            line.where,
            str(line.n),
            note,
            recomputed=ratio,
            low=float(line.count.observed + 1),
        )
    elif ratio < FEW_CASES:
        note = f"{parameters} free parameters: fewer than {FEW_CASES} cases for each"
        yield remark(
            "cases_per_parameter",
            line.where,
            str(line.n),
            note,
            recomputed=ratio,
            low=float(FEW_CASES * parameters),
            severity="advice",
        )


def _implied(line: Line, publication: Publication) -> Iterator[Check]:
    """df of a factor model over the numbers of items that AVE and composite reliability imply."""
    printed = line.printed("df")
    items = _implied_items(publication)
    if (
        printed is None
        or items is None
        or not printed.value.is_integer()
        or kind_of(line.fit) == "structural"
    ):
        return
    count = simple_structure(items)
    df = count.df[0]
    if int(printed.value) == df:
        yield Check(
            "df_recount",
            line.where,
            printed.text,
            float(df),
            float(df),
            float(df),
            "consistent",
            "none",
            f"{count.how}, as AVE and composite reliability imply",
        )
        return
    note = f"{count.how}, as AVE and composite reliability imply; a structural model has more"
    yield remark(
        "df_recount",
        placed(line.where, None),
        printed.text,
        note,
        recomputed=float(df),
        low=float(df),
        high=float(df),
    )


def _implied_items(publication: Publication) -> dict[str, int] | None:
    """One whole number of items of every construct, if AVE and composite reliability leave no other."""
    found: dict[str, int] = {}
    for one in constructs_of(publication):
        if one.ave is None or one.composite_reliability is None or one.loadings:
            return None
        ave = Interval.of(one.ave.low, one.ave.high)
        reliability = Interval.of(one.composite_reliability.low, one.composite_reliability.high)
        equal = equal_loading_items(ave, reliability)
        if equal is None or round(float(equal.low)) != round(float(equal.high)) or equal.high < 1:
            return None
        found[one.name] = round(equal.middle)
    return found or None
