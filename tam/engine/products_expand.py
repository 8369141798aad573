"""Turns ``X:Z`` on the right of a regression into a measured latent product: new columns and new
statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import pandas as pd

from tam.engine.products import Products, parcel, product_indicators, sharing_across
from tam.engine.products_triple import triple_products
from tam.engine.syntax import Formula, Syntax, Term, parse_model
from tam.errors import Problem, TamError, Where, problem

PARCEL_SUFFIX = "_parcel"


@dataclass(frozen=True, slots=True)
class Expansion:
    """A model without unexplained interactions and the data it needs.

    ``syntax``: the statements with a measurement model for every ``X:Z``; ``data``: the given columns,
    products and parcels added; ``products``: one per interaction, empty when the model has none;
    ``parcels``: the items averaged into each parcel; ``problems``: notes and warnings that do not stop
    the work.
    """

    syntax: Syntax
    data: pd.DataFrame
    products: tuple[Products, ...]
    parcels: Mapping[str, tuple[str, ...]]
    problems: tuple[Problem, ...]


def interaction_names(syntax: Syntax) -> tuple[str, ...]:
    """Names ``X:Z`` that stand on the right of a regression and that no measurement formula defines."""
    defined = {name for formula in syntax.formulas if formula.operator == "=~" for name in formula.left}
    used = [term.name for formula in syntax.formulas if formula.operator == "~" for term in formula.terms]
    return tuple(dict.fromkeys(name for name in used if ":" in name and name not in defined))


def expand_interactions(
    model: Syntax | str, data: pd.DataFrame, method: str = "dblcent", pairs: str = "all"
) -> Expansion:
    """The model with every interaction measured by product indicators (see ``product_indicators``).

    A second-order construct enters through the means of the items of its first-order constructs, which
    become its indicators here: their unit is the item's, so that the product's marker has the unit of X
    times Z. Raises TamError when a name is neither construct nor column, when more names are multiplied than
    products of items are for (``_formable``), or when first-order constructs that must give way to parcels
    have paths of their own.
    """
    syntax = parse_model(model) if isinstance(model, str) else model
    names = tuple(name for name in interaction_names(syntax) if name not in data.columns)
    found = [
        problem("interaction-three-way", name=name) for name in names if not _formable(name, syntax, method)
    ]
    sides = tuple(dict.fromkeys(side for name in names for side in name.split(":")))
    if found:
        raise TamError(found)
    syntax, data, parcels = _with_parcels(syntax, data, sides)
    products: list[Products] = []
    notes: list[Problem] = []
    for name in names:
        one, new_notes = _measure(name, syntax, data, method, pairs)
        notes += new_notes
        products.append(one)
        data = pd.concat([data, one.table], axis=1)
    across = [pair for one, two in combinations(products, 2) for pair in sharing_across(one, two)]
    text = "".join(one.syntax() for one in products) + "".join(f"{a} ~~ {b}\n" for a, b in across)
    added = parse_model(text).formulas if text else ()
    # measurement first: the order of first appearance is the order of the estimates
    place = max((i + 1 for i, f in enumerate(syntax.formulas) if f.operator == "=~"), default=0)
    formulas = (*syntax.formulas[:place], *added, *syntax.formulas[place:])
    return Expansion(replace(syntax, formulas=formulas), data, tuple(products), parcels, tuple(notes))


def _formable(name: str, syntax: Syntax, method: str) -> bool:
    """Whether products of items are formed for an interaction: of two variables, or double-mean-centred of
    three different constructs that nothing predicts."""
    sides = name.split(":")
    if len(sides) < 3:
        return True
    outcomes = {left for formula in syntax.formulas if formula.operator == "~" for left in formula.left}
    measured = _indicators(syntax)
    first_order = all(side in measured and not set(measured[side]) & measured.keys() for side in sides)
    free = first_order and not set(sides) & outcomes
    return len(sides) == len(set(sides)) == 3 and method == "dblcent" and free


def _measure(
    name: str, syntax: Syntax, data: pd.DataFrame, method: str, pairs: str
) -> tuple[Products, list[Problem]]:
    predictor, moderator, *third = name.split(":")
    measured = _indicators(syntax)
    unknown = [side for side in (predictor, moderator) if side not in measured and side not in data.columns]
    if unknown:
        raise TamError([problem("interaction-unknown-side", Where(item=side), name=name) for side in unknown])
    if method == "unconstrained":
        _refuse_unconstrained(name, syntax, measured)
    left, right = (measured.get(side, (side,)) for side in (predictor, moderator))
    if third:
        names = (predictor, moderator, third[0])
        products = triple_products(data, [left, right, measured[third[0]]], pairs, names)
    else:
        products = product_indicators(data, left, right, method, pairs, (predictor, moderator))
    notes = []
    if products.surplus:
        notes.append(problem("interaction-surplus-items", name=name, items=list(products.surplus)))
    for outcome, absent in _absent_main_effects(syntax, name):
        notes.append(problem("interaction-without-main-effect", name=name, outcome=outcome, absent=absent))
    return products, notes


def _refuse_unconstrained(name: str, syntax: Syntax, measured: Mapping[str, tuple[str, ...]]) -> None:
    """The product's mean can be held at the covariance of two factors only where that is a parameter."""
    outcomes = {left for formula in syntax.formulas if formula.operator == "~" for left in formula.left}
    sides = [side for side in dict.fromkeys(name.split(":")) if side in outcomes or side not in measured]
    if sides:
        raise TamError(problem("interaction-unconstrained-sides", name=name, sides=sides))


def _absent_main_effects(syntax: Syntax, name: str) -> list[tuple[str, list[str]]]:
    predictors: dict[str, set[str]] = {}
    for formula in syntax.formulas:
        if formula.operator == "~":
            for outcome in formula.left:
                predictors.setdefault(outcome, set()).update(term.name for term in formula.terms)
    sides = list(dict.fromkeys(name.split(":")))
    wanted = [*sides, *_lower_products(sides, predictors.values())]
    lacking = {y: [s for s in wanted if s not in xs] for y, xs in predictors.items() if name in xs}
    return [(outcome, absent) for outcome, absent in lacking.items() if absent]


def _lower_products(sides: Sequence[str], named: Iterable[set[str]]) -> list[str]:
    """The products of two within one of three, as the model writes them."""
    if len(sides) < 3:
        return []
    known = {name for names in named for name in names}
    couples = [(f"{a}:{b}", f"{b}:{a}") for a, b in combinations(sides, 2)]
    return [turned if turned in known else plain for plain, turned in couples]


def _indicators(syntax: Syntax) -> dict[str, tuple[str, ...]]:
    """The indicators of every latent variable, gathered over all its formulas, in order."""
    gathered: dict[str, dict[str, None]] = {}
    for formula in syntax.formulas:
        if formula.operator == "=~":
            for latent in formula.left:
                gathered.setdefault(latent, {}).update(dict.fromkeys(term.name for term in formula.terms))
    return {latent: tuple(names) for latent, names in gathered.items()}


def _with_parcels(
    syntax: Syntax, data: pd.DataFrame, sides: tuple[str, ...]
) -> tuple[Syntax, pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Second-order constructs among ``sides`` measured by the item means of their parts instead of by the
    parts."""
    measured = _indicators(syntax)
    parts = {part: measured[part] for side in sides for part in measured.get(side, ()) if part in measured}
    if not parts:
        return syntax, data, {}
    deeper = sorted({item for items in parts.values() for item in items if item in measured})
    busy = sorted(part for part in parts if _stands_elsewhere(syntax, part, sides))
    if deeper or busy:
        raise TamError(problem("interaction-parts-in-use", parts=deeper or busy))
    renamed = {part: f"{part}{PARCEL_SUFFIX}" for part in parts}
    gone = {item for items in parts.values() for item in items}
    formulas = tuple(
        _renamed(kept, renamed)
        for formula in syntax.formulas
        if (kept := _without(formula, gone | parts.keys())) is not None
    )
    columns = {renamed[part]: parcel(data, items) for part, items in parts.items()}
    widened = pd.concat([data, pd.DataFrame(columns, index=data.index)], axis=1)
    return (
        replace(syntax, formulas=formulas),
        widened,
        {renamed[part]: items for part, items in parts.items()},
    )


def _stands_elsewhere(syntax: Syntax, part: str, sides: tuple[str, ...]) -> bool:
    """Whether a first-order construct has a place in the model besides its items and its second-order
    construct."""
    for formula in syntax.formulas:
        names = {term.name for term in formula.terms}
        if formula.operator == "=~" and set(formula.left) & set(sides):
            continue
        if part in names or (part in formula.left and formula.operator != "=~"):
            return True
    return False


def _without(formula: Formula, gone: set[str]) -> Formula | None:
    """The formula without what is no longer in the model by itself; None when nothing is left of it.

    The terms of a measurement formula stay: they are the parts, about to be renamed to their parcels.
    """
    left = tuple(name for name in formula.left if name not in gone)
    terms = tuple(t for t in formula.terms if formula.operator == "=~" or t.name not in gone)
    return replace(formula, left=left, terms=terms) if left and terms else None


def _renamed(formula: Formula, renamed: Mapping[str, str]) -> Formula:
    terms = tuple(Term(renamed.get(t.name, t.name), t.modifiers, t.line, t.column) for t in formula.terms)
    return replace(formula, terms=terms)
