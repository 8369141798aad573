"""The dialects: the ways in which papers turn the same moments into numbers, all of them tried."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tam.engine.parameter_table import ParameterTable, build_table
from tam.engine.statements import Formula, Modifier, Syntax, Term, print_model
from tam.engine.syntax import parse_model
from tam.errors import TamError
from tam.published.joint_dialect import LATENT, JointDialect, JointFit, JointModel
from tam.published.not_printed import partial_least_squares
from tam.published.publication import Publication
from tam.published.regression_dialect import RegressionDialect
from tam.published.rounding_box import RELIABILITIES, Box
from tam.published.wanted import Wanted

Floats = NDArray[np.float64]
Pair = tuple[str, str]


class Dialect(Protocol):
    """One way of computing the wanted numbers from moments in the box."""

    @property
    def name(self) -> str: ...
    @property
    def box(self) -> Box: ...
    @property
    def wanted(self) -> tuple[Wanted, ...]: ...
    def reason(self, one: Wanted) -> str | None: ...
    def evaluate(self, points: Floats) -> Floats: ...


def dialects(publication: Publication, wanted: Sequence[Wanted]) -> tuple[Dialect, ...]:
    """Every dialect that has any of the wanted numbers, the plain ones first."""
    chosen = tuple(wanted)
    found: list[Dialect] = list(_regressions(publication, chosen))
    tests = any(one.family != "estimate" or one.op == "~~" for one in chosen)
    for model in joint_models(publication, tests=tests):
        fit = JointFit(publication, model, errors=any(one.family == "error" for one in chosen))
        found.append(JointDialect(fit, chosen))
        if not model.plain or fit.has_own_units:
            found.append(JointDialect(fit, chosen, "raw"))
    return tuple(one for one in found if any(one.reason(value) is None for value in chosen))


def _regressions(publication: Publication, wanted: tuple[Wanted, ...]) -> Iterator[Dialect]:
    yield RegressionDialect(publication, wanted)
    if publication.matrix_kind == "covariance" or publication.sds:
        yield RegressionDialect(publication, wanted, "raw")
    for kind in printed_reliabilities(publication):
        yield RegressionDialect(publication, wanted, "std", kind)


def printed_reliabilities(publication: Publication) -> tuple[str, ...]:
    return tuple(kind for kind in RELIABILITIES if getattr(publication, kind))


def joint_models(publication: Publication, *, tests: bool) -> tuple[JointModel, ...]:
    """The joint models worth trying: residual covariances as the text has them, as lavaan adds them, and of
    all outcomes that no path connects; ML and GLS; latents scaled otherwise; single indicators with the
    printed reliabilities. Divisors, and covariances made with the printed SDs, where anything printed
    depends on them (``tests``: standard errors, fit or variances). For PLS papers, which estimate no joint
    model, only the plain one, to compare with."""
    try:
        syntax = parse_model(publication.model or "")
        table = build_table(syntax)
    except TamError:
        return ()
    if not table.variables.outcomes and not table.variables.latent:
        return ()
    texts = residual_variants(syntax, table)
    plain = JointModel(texts["as-written"], plain=not table.variables.latent)
    if partial_least_squares(publication) and not table.variables.latent:
        return (plain,)
    covariance = publication.matrix_kind == "covariance"
    models = [
        plain,
        *(JointModel(text, residuals=name) for name, text in texts.items() if name != "as-written"),
    ]
    if tests or covariance:
        models += [replace(plain, divisor="n-1"), replace(plain, divisor="as-printed")]
        if not covariance and all(name in publication.sds for name in table.variables.observed):
            models += [replace(plain, sds=True), replace(plain, sds=True, divisor="n-1")]
    models.append(replace(plain, estimator="GLS", divisor="n-1"))
    models += list(_markers(publication, syntax, table, plain))
    if not table.variables.latent:
        models += [
            JointModel(_single_indicators(texts["as-written"], publication, kind), reliability=kind)
            for kind in printed_reliabilities(publication)
        ]
    return tuple(models)


def residual_variants(syntax: Syntax, table: ParameterTable) -> dict[str, str]:
    """The model's text by which residual covariances of outcomes are free; only texts that differ."""
    text = print_model(syntax)
    outcomes = table.variables.outcomes
    added = [
        (row.lhs, row.rhs)
        for row in table.rows
        if row.op == "~~"
        and row.free
        and not row.user
        and row.lhs != row.rhs
        and {row.lhs, row.rhs} <= outcomes
    ]
    written = {frozenset((row.lhs, row.rhs)) for row in table.rows if row.op == "~~" and row.user}
    found = {"as-written": text + "".join(f"{a} ~~ 0*{b}\n" for a, b in added)}
    if added:
        found["of-last-outcomes"] = text
    apart = [pair for pair in _unconnected(table) if frozenset(pair) not in written]
    if apart and {frozenset(pair) for pair in apart} != {frozenset(pair) for pair in added}:
        found["of-unconnected-outcomes"] = text + "".join(f"{a} ~~ {b}\n" for a, b in apart)
    return found


def _unconnected(table: ParameterTable) -> list[Pair]:
    """Pairs of outcomes, neither of which leads to the other along the paths."""
    after: dict[str, set[str]] = {}
    for row in table.rows:
        if row.op == "~":
            after.setdefault(row.rhs, set()).add(row.lhs)

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        front = [start]
        while front:
            new = after.get(front.pop(), set()) - seen
            seen |= new
            front += new
        return seen

    outcomes = list(dict.fromkeys(row.lhs for row in table.rows if row.op == "~"))
    reach = {name: reached(name) for name in outcomes}
    pairs = [(a, b) for k, a in enumerate(outcomes) for b in outcomes[k + 1 :]]
    return [(a, b) for a, b in pairs if b not in reach[a] and a not in reach[b]]


def _markers(
    publication: Publication, syntax: Syntax, table: ParameterTable, plain: JointModel
) -> Iterator[JointModel]:
    """Other scales of the latents: their variance, and the indicators whose printed loading is a plain 1."""
    if not table.variables.latent:
        return
    marked = {
        value.lhs: value.rhs
        for value in publication.printed
        if value.op == "=~" and value.printed.value == 1 and value.se is None and value.t is None
    }
    firsts = {
        formula.left[0]: formula.terms[0].name
        for formula in reversed(syntax.formulas)
        if formula.operator == "=~"
    }
    others = {latent: item for latent, item in marked.items() if firsts.get(latent, item) != item}
    if others:
        text = print_model(parse_model(plain.syntax))
        moved = Syntax(tuple(_marked(one, others) for one in parse_model(text).formulas), syntax.relations)
        yield replace(plain, syntax=print_model(moved), marker="as-printed")
    yield replace(plain, marker="variance")


def _marked(formula: Formula, others: dict[str, str]) -> Formula:
    """A measurement formula with the loading of another indicator fixed at 1."""
    if formula.operator != "=~" or formula.left[0] not in others:
        return formula
    chosen = others[formula.left[0]]
    terms = []
    for at, term in enumerate(formula.terms):
        if term.name == chosen:
            terms.append(Term(term.name, (Modifier("fixed", (1.0,)),)))
        elif at == 0 and not term.modifiers:
            terms.append(Term(term.name, (Modifier("free", (None,)),)))
        else:
            terms.append(term)
    return replace(formula, terms=tuple(terms))


def _single_indicators(text: str, publication: Publication, kind: str) -> str:
    """The model among latent variables that stand behind the printed ones, each measured by one indicator
    whose error variance its reliability gives."""
    reliable = getattr(publication, kind)
    syntax = parse_model(text)

    def named(name: str) -> str:
        return f"{LATENT}{name}" if name in reliable else name

    formulas = [
        replace(
            formula,
            left=tuple(named(name) for name in formula.left),
            terms=tuple(replace(term, name=named(term.name)) for term in formula.terms),
        )
        for formula in syntax.formulas
    ]
    used = dict.fromkeys(
        name
        for formula in syntax.formulas
        for name in (*formula.left, *(term.name for term in formula.terms))
    )
    lines = [
        f"{LATENT}{name} =~ 1*{name}\n{name} ~~ {max(1.0 - reliable[name].value, 0.0)!r}*{name}\n"
        for name in used
        if name in reliable
    ]
    return print_model(Syntax(tuple(formulas), syntax.relations)) + "".join(lines)
