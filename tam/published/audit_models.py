"""Degrees of freedom and free parameters of the models that a paper describes: lavaan syntax, or constructs
with their numbers of items."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tam.errors import TamError
from tam.published.audit_rules_measurement import implied_item_count
from tam.published.publication import PrintedFit, Publication

_MEASUREMENT = re.compile(r"\bcfa\b|measurement|confirmatory|测量模型|验证性", re.IGNORECASE)
_STRUCTURAL = re.compile(r"struct|\bsem\b|path model|hypothes|结构|路径", re.IGNORECASE)
MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class Count:
    """A recount: degrees of freedom that the description allows, the first as it stands; how firm it is.

    ``firm``: the whole model is described, so that no other df is possible.
    """

    df: tuple[int, ...]
    observed: int
    parameters: int
    firm: bool
    how: str


def recount(fit: PrintedFit, publication: Publication) -> Count | None:
    """The recount that says most about this line of fit indices; None where nothing is described."""
    text = fit.model or publication.model
    if text and "=~" in text:
        return _of_syntax(text, "the model as written")
    if fit.observed is not None and fit.parameters is not None:
        return _of_numbers(fit.observed, fit.parameters)
    items = items_of(publication)
    if items is None:
        return _by_hand(fit)
    kind = kind_of(fit)
    if kind == "measurement":
        return simple_structure(items)
    if kind == "structural":
        return _with_paths(items, publication)
    return None


def kind_of(fit: PrintedFit) -> Literal["measurement", "structural", "unknown"]:
    """What the name of the line says it is."""
    measurement, structural = _MEASUREMENT.search(fit.name), _STRUCTURAL.search(fit.name)
    if bool(measurement) == bool(structural):
        return "unknown"
    return "measurement" if measurement else "structural"


def items_of(publication: Publication) -> dict[str, int] | None:
    """Items of every construct; None where those of one are not known."""
    counts = {one.name: implied_item_count(one) for one in publication.constructs}
    if not counts or any(not one for one in counts.values()):
        return None
    found = {name: int(one) for name, one in counts.items() if one}
    return found if sum(found.values()) <= MOST_ITEMS else None


def simple_structure(items: dict[str, int]) -> Count:
    """A factor model in which every item has one factor and all factors correlate.

    p (p + 1) / 2 moments; a factor of several items has as many loadings and error variances as items, a
    single item is its factor. Other df that one small change of the description gives follow: all factors
    under one second-order factor, uncorrelated factors, one factor.
    """
    p, k = sum(items.values()), len(items)
    pairs = k * (k - 1) // 2
    parameters = sum(2 * count if count > 1 else 1 for count in items.values()) + pairs
    df = p * (p + 1) // 2 - parameters
    others = [df + pairs - k] if k > 3 else []
    others += [df + pairs, p * (p + 1) // 2 - 2 * p]
    how = f"{p} items, {k} correlated factors of simple structure"
    return Count((df, *others), p, parameters, False, how)


def _of_numbers(observed: int, parameters: int) -> Count:
    """Moments with or without means, less the free parameters."""
    moments = observed * (observed + 1) // 2
    how = f"{observed} variables, {parameters} free parameters"
    return Count((moments - parameters, moments + observed - parameters), observed, parameters, True, how)


def _by_hand(fit: PrintedFit) -> Count | None:
    if fit.df_check is None:
        return None
    return Count((fit.df_check,), fit.observed or 0, 0, False, fit.df_note or "a recount by hand")


def _of_syntax(text: str, how: str) -> Count | None:
    """Counts by the rules of lavaan's ``sem``, with and without its residual covariances of outcomes."""
    from tam.engine.parameter_table import build_table
    from tam.engine.syntax import parse_model

    try:
        table = build_table(parse_model(text), fixed_x=False)
    except TamError:
        return None
    observed = len(table.variables.observed)
    latent = set(table.variables.latent)
    moments = observed * (observed + 1) // 2
    free = len(table.free)
    outcomes = {row.lhs for row in table.rows if row.op == "~"}
    automatic = sum(
        1
        for row in table.rows
        if row.op == "~~"
        and row.lhs != row.rhs
        and {row.lhs, row.rhs} <= outcomes
        and row.free
        and not row.user
    )
    moments += observed if any(row.op == "~1" for row in table.rows) else 0
    df = moments - free
    if df < 0 or not latent:
        return None
    return Count(tuple(dict.fromkeys((df, df + automatic))), observed, free, not table.relations, how)


def _with_paths(items: dict[str, int], publication: Publication) -> Count | None:
    """The structural model of the printed paths over factors of simple structure; controls may be lacking."""
    arrows = arrows_of(publication)
    if not arrows or not {name for pair in arrows for name in pair} <= set(items):
        return None
    names = {name: f"f{at}" for at, name in enumerate(items)}
    lines = [
        f"{names[name]} =~ " + " + ".join(f"{names[name]}i{i}" for i in range(count))
        for name, count in items.items()
    ]
    lines += [f"{names[outcome]} ~ {names[predictor]}" for outcome, predictor in arrows]
    found = _of_syntax("\n".join(lines), "")
    if found is None:
        return None
    how = f"{found.observed} items, {len(items)} factors of simple structure, {len(arrows)} paths"
    return Count(found.df, found.observed, found.parameters, False, how)


def arrows_of(publication: Publication) -> tuple[tuple[str, str], ...]:
    """Outcome and predictor of every described path between constructs."""
    found = [(one.lhs, one.rhs) for one in publication.printed if one.op == "~" and one.rhs]
    found += [(one.lhs, one.rhs) for one in publication.paths if one.lhs and one.rhs]
    if not found and publication.model and "=~" not in publication.model:
        found = [(outcome, name) for outcome, names in equations(publication.model).items() for name in names]
    return tuple(dict.fromkeys(found))


def equations(model: str) -> dict[str, tuple[str, ...]]:
    """Outcome -> predictors of the regressions of a model text; empty where it cannot be read."""
    from tam.engine.syntax import parse_model

    try:
        syntax = parse_model(model)
    except TamError:
        return {}
    found: dict[str, list[str]] = {}
    for formula in syntax.formulas:
        if formula.operator == "~":
            for name in formula.left:
                found.setdefault(name, []).extend(
                    term.name for term in formula.terms if term.name not in ("0", "1")
                )
    return {name: tuple(dict.fromkeys(terms)) for name, terms in found.items()}
