"""From a model text with products of latent variables to what the mixture needs.

Which variables are conditioned on is decided here: a smallest set such that given its members every product
is a constant times at most one variable. They must be latent and depend on no product themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from tam.engine.expressions import names_in
from tam.engine.lms_moments import Nonlinear, Term
from tam.engine.parameter_table import ParameterTable, Row, build_table
from tam.engine.products_expand import interaction_names
from tam.engine.relations import Relations, affine, read_relations
from tam.engine.structure import Affine, Integers, Structure, compile_structure
from tam.engine.syntax import Relation, Syntax
from tam.errors import Problem, TamError, Where, problem

#: More variables than this would need a rule of millions of nodes.
MOST_CONDITIONED = 3


@dataclass(frozen=True, slots=True)
class LmsModel:
    """A model with products, compiled.

    ``table`` holds all rows, ``outcome ~ X:Z`` among them; ``structure`` those without products, over the
    same theta; ``integrated`` the names of the variables conditioned on; ``space`` the ``==`` constraints.
    ``linear_table`` is the model without products, whose parameters stand at ``kept`` in theta.
    """

    table: ParameterTable
    linear_table: ParameterTable
    kept: Integers
    structure: Structure
    relations: Relations
    space: Affine
    products: tuple[str, ...]
    integrated: tuple[str, ...]

    @property
    def npar(self) -> int:
        return int(self.space.basis.shape[1])

    @property
    def product_rows(self) -> tuple[int, ...]:
        """Places in ``table.rows`` of the coefficients of products."""
        return tuple(at for at, row in enumerate(self.table.rows) if row.rhs in self.products)


def lms_model(
    syntax: Syntax,
    columns: Sequence[str],
    *,
    std_lv: bool = False,
    integrate: Sequence[str] | None = None,
) -> LmsModel:
    """Compile a parsed model for data with ``columns``.

    ``integrate``: names of the variables to condition on; None: the first of the smallest sets that will do.
    Raises ``TamError`` where the model has no product, or one that cannot be integrated.
    """
    products = tuple(name for name in interaction_names(syntax) if name not in columns)
    raise_for_products(syntax, products, columns)
    table = _without_phantoms(build_table(syntax, meanstructure=True, std_lv=std_lv), products)
    linear = _plain_rows(table, products)
    linear_table, kept = without_products(table, products)
    integrated = _conditioned(linear, _product_rows(table, products), integrate)
    relations = read_relations(table)
    space = affine(relations.equalities, relations.equal_to, len(table.free))
    if space is None:
        lines = [one for one in table.relations if one.operator == "=="]
        texts = [f"{one.left} == {one.right}" for one in lines]
        raise TamError(problem("constraints-contradict", Where(line=lines[0].line), constraints=texts))
    return LmsModel(
        table,
        linear_table,
        kept,
        compile_structure(linear),
        relations,
        space,
        products,
        integrated,
    )


def raise_for_products(syntax: Syntax, products: Sequence[str], columns: Sequence[str]) -> None:
    """Raise ``TamError`` where there is no product, or one of unknown variables or only of columns."""
    latent = {name for formula in syntax.formulas if formula.operator == "=~" for name in formula.left}
    found: list[Problem] = []
    if not products:
        found.append(problem("lms-no-product"))
    named = _named(syntax, products)
    for name in products:
        sides = name.split(":")
        unknown = [side for side in dict.fromkeys(sides) if side not in latent and side not in columns]
        found += [problem("interaction-unknown-side", Where(item=side), name=name) for side in unknown]
        absent = [side for side in sides if side not in latent and side not in named and side not in unknown]
        found += [
            problem("lms-observed-alone", Where(item=side), name=name, variable=side) for side in absent
        ]
    for formula in syntax.formulas:
        written = [*formula.left, *(term.name for term in formula.terms)]
        if formula.operator != "~" and set(written) & set(products):
            name = next(one for one in written if one in products)
            found.append(problem("lms-product-place", Where(line=formula.line), name=name))
    if found:
        raise TamError(found)


def _named(syntax: Syntax, products: Sequence[str]) -> set[str]:
    """Variables that stand somewhere by themselves."""
    names = {name for formula in syntax.formulas for name in formula.left}
    names |= {term.name for formula in syntax.formulas for term in formula.terms}
    return names - set(products)


def main_effect_notes(table: ParameterTable, products: Sequence[str]) -> list[Problem]:
    """A warning per equation with a product whose factors do not all predict the outcome by themselves."""
    own: dict[str, set[str]] = {}
    for row in table.rows:
        if row.op == "~":
            own.setdefault(row.lhs, set()).add(row.rhs)
    found = []
    for row in _product_rows(table, products):
        absent = [side for side in dict.fromkeys(row.rhs.split(":")) if side not in own[row.lhs]]
        if absent:
            note = {"name": row.rhs, "outcome": row.lhs, "absent": absent}
            found.append(problem("interaction-without-main-effect", **note))
    return found


def without_products(table: ParameterTable, products: Sequence[str]) -> tuple[ParameterTable, Integers]:
    """The model with every product's coefficient at 0, and the places in theta of its parameters.

    Defined parameters are left out, and constraints that mention a coefficient of a product.
    """
    rows = _plain_rows(table, products).rows
    kept = np.unique([row.parameter for row in rows if row.free]).astype(np.intp)
    number = {int(old): new for new, old in enumerate(kept)}
    labels = {row.label for row in rows}
    gone = {row.label for row in table.rows if row.rhs in products and row.label} - labels
    relations = tuple(one for one in table.relations if one.operator != ":=" and not _mentions(one, gone))
    renumbered = tuple(replace(row, parameter=number[row.parameter]) if row.free else row for row in rows)
    free = tuple(table.free[at] for at in kept)
    return replace(table, rows=renumbered, relations=relations, free=free), kept


def _plain_rows(table: ParameterTable, products: Sequence[str]) -> ParameterTable:
    """The table without the coefficients of products."""
    return replace(table, rows=tuple(row for row in table.rows if row.rhs not in products))


def _mentions(relation: Relation, labels: set[str]) -> bool:
    nodes = (relation.left_node, relation.right_node)
    return any(name in labels for node in nodes for name in names_in(node))


def _without_phantoms(table: ParameterTable, products: Sequence[str]) -> ParameterTable:
    """The table without the variances and means that products have as if they were columns."""
    rows = tuple(
        row for row in table.rows if row.lhs not in products and (row.rhs not in products or row.op == "~")
    )
    variables = table.variables
    return replace(
        table,
        rows=rows,
        variables=replace(
            variables,
            observed=tuple(name for name in variables.observed if name not in products),
            exogenous=tuple(name for name in variables.exogenous if name not in products),
            predictors=variables.predictors - set(products),
        ),
    )


def _product_rows(table: ParameterTable, products: Sequence[str]) -> list[Row]:
    return [row for row in table.rows if row.op == "~" and row.rhs in products]


def _conditioned(
    linear: ParameterTable, rows: Sequence[Row], wanted: Sequence[str] | None
) -> tuple[str, ...]:
    """The variables to condition on: those wanted, or the first of the smallest sets that will do."""
    factors = {row.rhs: row.rhs.split(":") for row in rows}
    possible = _linear_latents(linear, rows)
    if wanted is not None:
        chosen = tuple(dict.fromkeys(wanted))
        if not set(chosen) <= set(possible) or not _enough(chosen, factors.values()):
            raise TamError(
                problem("lms-integrate-invalid", variables=chosen or ("-",), possible=possible or ("-",))
            )
        return chosen
    involved = [name for name in possible if any(name in parts for parts in factors.values())]
    for size in range(1, MOST_CONDITIONED + 1):
        for chosen in combinations(involved, size):
            if _enough(chosen, factors.values()):
                return chosen
    if _enough(tuple(involved), factors.values()):
        raise TamError(problem("lms-too-many", products=tuple(factors), most=MOST_CONDITIONED))
    bad = [name for name, parts in factors.items() if not _enough(tuple(involved), [parts])]
    raise TamError(problem("lms-not-linear", products=bad, possible=tuple(involved) or ("-",)))


def _enough(chosen: Sequence[str], products: Iterable[Sequence[str]]) -> bool:
    """Whether every product has at most one factor that is not chosen."""
    return all(sum(name not in chosen for name in parts) <= 1 for parts in products)


def _linear_latents(linear: ParameterTable, rows: Sequence[Row]) -> tuple[str, ...]:
    """The latent variables that depend on no product, neither directly nor through others."""
    arrows = [(row.rhs, row.lhs) for row in linear.rows if row.op == "~"]
    arrows += [(row.lhs, row.rhs) for row in linear.rows if row.op == "=~"]
    arrows += [(name, row.lhs) for row in rows for name in row.rhs.split(":")]
    curved = {row.lhs for row in rows}
    while True:
        more = {to for start, to in arrows if start in curved} - curved
        if not more:
            return tuple(name for name in linear.variables.latent if name not in curved)
        curved |= more


def nonlinear(model: LmsModel, structure: Structure, means: Mapping[str, float]) -> Nonlinear:
    """The compiled products on a structure with its sample moments; ``means`` of the observed variables."""
    place = {name: at for at, name in enumerate(structure.names)}
    column = {name: at for at, name in enumerate(model.integrated)}
    terms, more = [], set[int]()
    for row in (model.table.rows[at] for at in model.product_rows):
        sides = row.rhs.split(":")
        nodes = tuple(column[name] for name in sides if name in column)
        left = [name for name in sides if name not in column]
        linear = place[left[0]] if left else -1
        centre = means.get(left[0], 0.0) if left else 0.0
        more |= {place[row.lhs], *(place[name] for name in sides)}
        terms.append(Term(place[row.lhs], nodes, linear, centre, row.parameter, row.fixed or 0.0))
    core = np.union1d(structure.core, np.array(sorted(more), dtype=np.intp)).astype(np.intp)
    conditioned = np.array([place[name] for name in model.integrated], dtype=np.intp)
    return Nonlinear(replace(structure, core=core), tuple(terms), conditioned)
