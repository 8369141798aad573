"""Rules on equations: R2 from paths and correlations, single predictors, VIF, f2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tam.published.audit_check import Check, Verdict, compared, interval, placed, point
from tam.published.audit_correlations import Correlations, correlations_of, method_of
from tam.published.audit_models import equations
from tam.published.printed import Printed
from tam.published.publication import PrintedPath, PrintedValue, Publication
from tam.stats.interval_arithmetic import ONE, Interval, total

OTHER_ANALYSIS = (
    "the printed paths are not regressions on the printed correlations, so nothing follows strictly"
)
LATENT = "paths of a latent model need not be regressions on printed correlations"
UNKNOWN = "the software is not named: whether these paths are regressions on scores is not known"
UNLESS_MORE = "unless further predictors (controls) were in the equation"


@dataclass(frozen=True, slots=True)
class Equation:
    """One outcome with its predictors, and what is printed of it.

    ``described``: the model text names the predictors, so that the table cannot have left one out.
    """

    outcome: str
    predictors: tuple[str, ...]
    paths: Mapping[str, Printed]
    r2: Printed | None
    where: str
    described: bool

    @property
    def whole(self) -> bool:
        return bool(self.predictors) and all(name in self.paths for name in self.predictors)


def equations_of(publication: Publication) -> tuple[Equation, ...]:
    """Equations of the model text, else those that the printed paths make up."""
    described = dict(equations(publication.model)) if publication.model else {}
    paths: dict[str, dict[str, Printed]] = {}
    for value in publication.printed:
        if value.op == "~" and value.rhs:
            paths.setdefault(value.lhs, {})[value.rhs] = value.std or value.printed
    for path in publication.paths:
        estimate = path.beta or path.b
        if path.lhs and path.rhs and estimate is not None:
            paths.setdefault(path.lhs, {}).setdefault(path.rhs, estimate)
    explained = {value.lhs: value for value in publication.printed if value.op == "R2"}
    outcomes = dict.fromkeys((*described, *paths))
    return tuple(
        Equation(
            name,
            described.get(name, tuple(paths.get(name, {}))),
            paths.get(name, {}),
            explained[name].printed if name in explained else None,
            _where(name, explained.get(name)),
            name in described,
        )
        for name in outcomes
    )


def _where(name: str, value: PrintedValue | None) -> str:
    return placed(f"R2 of {name}", value.place if value is not None else None)


def structure_checks(publication: Publication) -> Iterator[Check]:
    correlations = correlations_of(publication)
    method = method_of(publication)
    for value in publication.printed:
        if value.op == "R2" and (value.printed.low > 1 or value.printed.high < 0):
            yield compared("r2_limits", _where(value.lhs, value), value.printed, [Interval.of(0, 1)], None)
    for one in equations_of(publication):
        latent = bool(publication.model and "=~" in publication.model)
        if correlations.names and not latent:
            if len(one.predictors) == 1:
                yield from _single(one, correlations, method)
            elif one.whole and one.r2 is not None:
                yield from _explained(one, correlations, method)
            yield from _at_least(one, correlations, method)
    yield from _inflation(publication, correlations)


def _terms(one: Equation, correlations: Correlations) -> list[tuple[Interval, Interval]] | None:
    """Path and correlation with the outcome of every predictor; None where one is not printed."""
    found = []
    for name in one.predictors:
        r = correlations.range(name, one.outcome)
        if r is None or name not in one.paths:
            return None
        found.append((interval(one.paths[name]), r))
    return found


def _explained(one: Equation, correlations: Correlations, method: str) -> Iterator[Check]:
    """R2 = sum of path times correlation: an identity where paths are regressions on these correlations."""
    terms = _terms(one, correlations)
    if terms is None or one.r2 is None:
        return
    reach = total(path * r for path, r in terms)
    middle = sum(
        one.paths[name].value * cell.value
        for name in one.predictors
        if (cell := correlations.printed(name, one.outcome)) is not None
    )
    regressions = _regressions(one, correlations)
    certain = regressions and method == "composite"
    otherwise: Verdict = "inconsistent" if certain else "undecidable"
    other = LATENT if method == "latent" else UNKNOWN
    note = UNLESS_MORE if certain else other if regressions else OTHER_ANALYSIS
    yield compared(
        "r2_from_paths", one.where, one.r2, [reach.cut(0, 1)], middle, otherwise=otherwise, note=note
    )


def _regressions(one: Equation, correlations: Correlations) -> bool:
    """Do the paths solve the normal equations of the printed correlations, within rounding?"""
    for name in one.predictors:
        parts = []
        for other in one.predictors:
            r = correlations.range(name, other)
            if r is None:
                return False
            parts.append(r * interval(one.paths[other]))
        target = correlations.range(name, one.outcome)
        if target is None or not total(parts).meets(target):
            return False
    return True


def _single(one: Equation, correlations: Correlations, method: str) -> Iterator[Check]:
    """The standardised path of the only predictor is its correlation, and R2 their square."""
    (name,) = one.predictors
    cell = correlations.printed(name, one.outcome)
    path = one.paths.get(name)
    if cell is None:
        return
    certain = method == "composite" and one.described
    otherwise: Verdict = "inconsistent" if certain else "undecidable"
    note = UNLESS_MORE if certain else LATENT
    where = f"{one.outcome} ~ {name}"
    alike = path is not None and interval(path).meets(interval(cell))
    if path is not None:
        yield compared(
            "single_predictor_path", where, path, [interval(cell)], cell.value, otherwise=otherwise, note=note
        )
    if one.r2 is not None:
        ranges = [interval(cell).squared()]
        firm: Verdict = (
            "inconsistent" if certain or (alike and one.described and method == "unknown") else "undecidable"
        )
        if path is not None and (not alike or method != "composite"):
            ranges.append(interval(path).squared())
        yield compared(
            "single_predictor_r2", one.where, one.r2, ranges, cell.value**2, otherwise=firm, note=note
        )


def _at_least(one: Equation, correlations: Correlations, method: str) -> Iterator[Check]:
    """A regression explains no less than its best predictor alone."""
    if one.r2 is None or len(one.predictors) < 2 or method != "composite":
        return
    squares = [
        reach.squared()
        for name in one.predictors
        if (reach := correlations.range(name, one.outcome)) is not None
    ]
    if squares:
        least = max(reach.low for reach in squares)
        if one.r2.high < least:
            yield compared("r2_at_least_square", one.where, one.r2, [Interval(least, ONE.high)], None)


def _inflation(publication: Publication, correlations: Correlations) -> Iterator[Check]:
    """Two predictors share one VIF, 1 / (1 - r^2); f2 of a single predictor is R2 / (1 - R2)."""
    blocks: dict[str, list[PrintedPath]] = {}
    for path in publication.paths:
        if path.lhs and path.vif is not None:
            blocks.setdefault(path.lhs, []).append(path)
    described = dict(equations(publication.model)) if publication.model else {}
    sizes = {name: len(terms) for name, terms in described.items()}
    for outcome, rows in blocks.items():
        listed = sum(1 for path in publication.paths if path.lhs == outcome)
        for path in rows:
            if path.vif is not None and path.vif.high < 1:
                where = placed(f"VIF of {path.what}", path.place)
                yield compared("vif_recomputed", where, path.vif, [Interval(ONE.low, float("inf"))], 1.0)
        if len(rows) == listed == sizes.get(outcome, 2) == 2:
            yield from _pair(rows, correlations)


def _pair(rows: list[PrintedPath], correlations: Correlations) -> Iterator[Check]:
    first, second = rows
    assert first.vif is not None and second.vif is not None
    where = placed(f"VIF of {first.what}, {second.what}", first.place)
    note = "two predictors of one outcome have the same VIF"
    yield compared("vif_recomputed", where, first.vif, [interval(second.vif)], second.vif.value, note=note)
    r = correlations.range(first.rhs, second.rhs) if first.rhs and second.rhs else None
    if r is not None and first.rhs and second.rhs:
        left = (ONE - r.squared()).cut(0, 1)
        cell = correlations.printed(first.rhs, second.rhs)
        middle = None if cell is None else (ONE / (ONE - point(cell).squared())).middle
        yield compared(
            "vif_recomputed",
            f"{where}: r",
            first.vif,
            [ONE / left],
            middle,
            relative=True,
            otherwise="undecidable",
        )
