"""Rules on tables of estimates: t = b / SE, p from t, stars from p, intervals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from tam.published.audit_check import Check, Verdict, compared, flaw, graded, interval, placed, point
from tam.published.printed import Printed
from tam.published.publication import Publication
from tam.stats.interval_arithmetic import Interval
from tam.stats.printed_tests import normal_limits_range, one_sided_p_range, ratio_range, two_sided_p_range

CONVENTIONS: tuple[Mapping[str, float], ...] = (
    {"*": 0.05, "**": 0.01, "***": 0.001},
    {"*": 0.05, "**": 0.01},
    {"*": 0.1, "**": 0.05, "***": 0.01},
    {"†": 0.1, "*": 0.05, "**": 0.01, "***": 0.001},
    {"+": 0.1, "*": 0.05, "**": 0.01, "***": 0.001},
    {"*": 0.05},
    {"*": 0.01},
    {"*": 0.001},
    {"*": 0.05, "**": 0.001},
    {"*": 0.01, "**": 0.001},
)
"""What stars mean where a paper does not say: the first that explains a whole table is taken."""
UNKNOWN_DF = 100.0
MIXED = "most rows of the table differ alike: the estimates may be standardised and the standard errors not"
ONE_SIDED = "one-sided, as in all rows of the table"
_BOOTSTRAP = re.compile(r"pls|bootstrap|process", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One row of a table of estimates, whatever it is of."""

    where: str
    table: str
    estimates: tuple[Printed, ...]
    se: Printed | None
    statistics: tuple[Printed, ...]
    p: Printed | None
    stars: str | None
    ci_low: Printed | None
    ci_high: Printed | None
    df: tuple[float, ...]


def estimates_of(publication: Publication) -> tuple[Estimate, ...]:
    """Every printed estimate with what is printed beside it."""
    predictors = _predictor_counts(publication)
    found = []
    for value in publication.printed:
        if value.op != "R2":
            name = f"{value.lhs} {value.op} {value.rhs}".strip()
            rows = _present(value.printed, value.std)
            degrees = _degrees(publication, None, predictors.get(value.lhs if value.op == "~" else ""))
            found.append(
                Estimate(
                    placed(name, value.place),
                    "printed" + value.op,
                    rows,
                    value.se,
                    _present(value.t, value.z),
                    value.p,
                    value.stars,
                    value.ci_low,
                    value.ci_high,
                    degrees,
                )
            )
    for path in publication.paths:
        degrees = _degrees(publication, path.df, predictors.get(path.lhs or ""))
        found.append(
            Estimate(
                placed(path.what, path.place),
                f"paths {path.place or ''}",
                _present(path.b, path.beta),
                path.se,
                _present(path.t, path.z),
                path.p,
                path.stars,
                path.ci_low,
                path.ci_high,
                degrees,
            )
        )
    for effect in publication.printed_indirect:
        name = " -> ".join(effect.via)
        found.append(
            Estimate(
                placed(name, effect.place),
                "indirect",
                (effect.printed,),
                effect.se,
                _present(effect.t),
                effect.p,
                None,
                effect.ci_low,
                effect.ci_high,
                _degrees(publication, None, None),
            )
        )
    return tuple(found)


def _present(*values: Printed | None) -> tuple[Printed, ...]:
    return tuple(one for one in values if one is not None)


def _predictor_counts(publication: Publication) -> dict[str, int]:
    pairs = [(one.lhs, one.rhs) for one in publication.printed if one.op == "~"]
    pairs += [(one.lhs, one.rhs or one.what) for one in publication.paths if one.lhs]
    return {outcome: sum(1 for one, _ in set(pairs) if one == outcome) for outcome, _ in pairs}


def _degrees(publication: Publication, own: int | None, predictors: int | None) -> tuple[float, ...]:
    """Degrees of freedom of t that are in use: as printed, n - 1, and those of a regression.

    Where neither n nor df is known, as few as samples of such papers usually allow.
    """
    found = {float(one) for one in (own, publication.df_t) if one}
    if publication.n is not None and publication.n > 2:
        found.add(publication.n - 1.0)
        if predictors is not None and publication.n > predictors + 2:
            found.add(publication.n - predictors - 1.0)
    return tuple(sorted(found)) or (UNKNOWN_DF,)


def path_checks(publication: Publication) -> Iterator[Check]:
    tables: dict[str, list[Estimate]] = {}
    for one in estimates_of(publication):
        tables.setdefault(one.table, []).append(one)
    for rows in tables.values():
        yield from _ratios(rows)
        yield from _probabilities(rows)
        yield from _stars(rows, publication)
        yield from _limits(rows, publication)


def _ratios(rows: Sequence[Estimate]) -> Iterator[Check]:
    """Estimate / standard error against the printed t, z or critical ratio."""
    found = [
        (one, statistic, _ratio(one, statistic))
        for one in rows
        for statistic in one.statistics
        if one.se is not None and one.estimates
    ]
    wrong = sum(1 for _, _, check in found if check.verdict == "inconsistent")
    mixed = wrong >= 3 and 2 * wrong > len(found)
    for one, statistic, check in found:
        yield _ratio(one, statistic, "undecidable", MIXED) if mixed else check


def _ratio(one: Estimate, statistic: Printed, otherwise: Verdict = "inconsistent", note: str = "") -> Check:
    """The sign is compared only where t is printed with one: many tables print its size."""
    assert one.se is not None
    ranges = [ratio_range(interval(value), interval(one.se)) for value in one.estimates]
    middle = one.estimates[0].value / one.se.value if one.se.value else None
    if statistic.value >= 0:
        ranges = [abs(reach) for reach in ranges]
        middle = None if middle is None else abs(middle)
    return compared(
        "t_ratio", one.where, statistic, ranges, middle, relative=True, otherwise=otherwise, note=note
    )


def _statistic(one: Estimate) -> Interval | None:
    """The printed t, else what b and its SE allow."""
    if one.statistics:
        return interval(one.statistics[0])
    if one.se is not None and one.estimates and one.se.low > 0:
        return ratio_range(interval(one.estimates[0]), interval(one.se))
    return None


def _probabilities(rows: Sequence[Estimate]) -> Iterator[Check]:
    """p against t, two-sided; one-sided only where all rows of a table are."""
    tested = [(one, reach) for one in rows if one.p is not None and (reach := _statistic(one)) is not None]
    two = [_probability(one, reach, two_sided_p_range(reach, one.df)) for one, reach in tested]
    if any(check.verdict == "inconsistent" for check in two) and len(tested) >= 3:
        one_sided = [
            _probability(one, reach, one_sided_p_range(reach, one.df), ONE_SIDED) for one, reach in tested
        ]
        if all(check.verdict == "consistent" for check in one_sided):
            yield from one_sided
            return
    wrong = sum(1 for check in two if check.verdict == "inconsistent")
    derived = [not one.statistics for one, _ in tested]
    if wrong >= 3 and 2 * wrong > len(two) and all(derived):
        yield from (
            _probability(one, reach, two_sided_p_range(reach, one.df), otherwise="undecidable", note=MIXED)
            for one, reach in tested
        )
        return
    yield from two


def _probability(
    one: Estimate,
    statistic: Interval,
    reach: Interval,
    agrees: str = "",
    *,
    otherwise: Verdict = "inconsistent",
    note: str = "",
) -> Check:
    assert one.p is not None
    middle = _middle_p(one, statistic)
    found = compared(
        "p_from_t",
        one.where,
        one.p.within(0, 1),
        [reach],
        middle,
        otherwise=otherwise,
        note=note,
        agrees=agrees,
    )
    if found.verdict == "inconsistent" and not agrees and (one.p.value < 0.05) != (middle < 0.05):
        return replace(found, severity="major", note="significance at .05 differs")
    return found


def _middle_p(one: Estimate, statistic: Interval) -> float:
    at = point(one.statistics[0]) if one.statistics else Interval.of(statistic.middle)
    return float(two_sided_p_range(at, ()).low)


def _stars(rows: Sequence[Estimate], publication: Publication) -> Iterator[Check]:
    """Stars against p, as the paper defines them or by the convention that explains the most rows."""
    marked = [(one, reach) for one in rows if one.stars is not None and (reach := _p_of(one)) is not None]
    if not marked or (not publication.star_cuts and not any(one.stars for one, _ in marked)):
        return
    stated = publication.star_cuts
    marks = {one.stars for one, _ in marked if one.stars}
    conventions = [stated] if stated else [one for one in CONVENTIONS if marks <= set(one)]
    if not conventions:
        return
    best = max(conventions, key=lambda cuts: sum(_explains(cuts, one, reach) for one, reach in marked))
    for one, reach in marked:
        if one.stars == "" or one.stars in best:
            yield _star(one, reach, best, bool(stated))


def _p_of(one: Estimate) -> Interval | None:
    """What is known of p: from the printed t, else as printed, else from b and SE."""
    if one.statistics:
        return two_sided_p_range(interval(one.statistics[0]), one.df)
    if one.p is not None:
        return interval(one.p.within(0, 1))
    reach = _statistic(one)
    return None if reach is None else two_sided_p_range(reach, one.df)


def _expected(cuts: Mapping[str, float], stars: str) -> Interval:
    """The p values that carry these stars."""
    below = [cut for cut in cuts.values() if cut < cuts.get(stars, 1.0 + 1e-9)]
    return Interval.of(max(below, default=0.0), cuts.get(stars, 1.0))


def _explains(cuts: Mapping[str, float], one: Estimate, reach: Interval) -> bool:
    return (
        one.stars is not None
        and (one.stars == "" or one.stars in cuts)
        and reach.meets(_expected(cuts, one.stars))
    )


def _star(one: Estimate, reach: Interval, cuts: Mapping[str, float], stated: bool) -> Check:
    assert one.stars is not None
    expected = _expected(cuts, one.stars)
    met = reach.meets(expected)
    p = _middle_p(one, reach) if one.statistics else reach.middle
    meaning = ", ".join(f"{mark} p < {cut:g}" for mark, cut in cuts.items())
    said = "as stated" if stated else "assumed"
    note = f"{said}: {meaning}"
    low, high = float(expected.low), float(expected.high)
    severity = "none" if met else graded(reach.gap(expected), 1.0, False)
    if not met and not stated and not one.statistics and one.p is None:
        return Check(
            "stars_from_p", one.where, one.stars or "no stars", p, low, high, "undecidable", "note", note
        )
    return Check(
        "stars_from_p",
        one.where,
        one.stars or "no stars",
        p,
        low,
        high,
        "consistent" if met else "inconsistent",
        severity,
        note,
    )


def _limits(rows: Sequence[Estimate], publication: Publication) -> Iterator[Check]:
    """Normal intervals b -+ z SE; ends in the wrong order."""
    for one in rows:
        low, high = one.ci_low, one.ci_high
        if low is None or high is None:
            continue
        if low.low > high.high:
            yield flaw("estimate_interval", one.where, f"[{low.text}, {high.text}]", "the ends are exchanged")
        elif one.estimates:
            yield _inside(one, low, high, publication)


def _inside(one: Estimate, low: Printed, high: Printed, publication: Publication) -> Check:
    """The estimate lies in its interval: certain for normal intervals, nearly so for bootstrapped ones."""
    text = f"[{low.text}, {high.text}]"
    inside = any(value.low <= high.high and low.low <= value.high for value in one.estimates)
    bottom, top = low.low, high.high
    value = one.estimates[0].value
    if not inside:
        note = "the interval does not hold the estimate"
        return Check("estimate_interval", one.where, text, value, bottom, top, "inconsistent", "major", note)
    if one.se is not None and not _BOOTSTRAP.search(publication.software or ""):
        matched = any(
            interval(low).meets(ends[0]) and interval(high).meets(ends[1])
            for level in (0.90, 0.95, 0.99)
            for estimate in one.estimates
            for ends in [normal_limits_range(interval(estimate), interval(one.se), level)]
        )
        if not matched:
            note = "not b -+ z SE at 90, 95 or 99 %: a bootstrapped interval need not be"
            return Check(
                "estimate_interval", one.where, text, value, bottom, top, "undecidable", "note", note
            )
    return Check("estimate_interval", one.where, text, value, bottom, top, "consistent", "none")
