"""The population behind a simulated study: every path, loading and variance as a number, group by group.

Variables are listed as in ``tam.engine.structure``: latents, then observed. What the text leaves open is
filled in: a covariance is 0, and a variance is such that its variable has variance 1, so that paths between
such variables are standardised.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.parameter_table import build_table
from tam.engine.statements import Formula, Syntax
from tam.engine.structure import Floats, Structure, compile_structures
from tam.engine.table_rows import Grouping, ParameterTable, Row
from tam.errors import Problem, TamError, problem

#: What is left of a variance of 1 must be more than this: less is a slip of rounding in the values given.
LEAST_VARIANCE = 1e-6


@dataclass(frozen=True, slots=True)
class Product:
    """``outcome += effect * (left * right - their covariance)``; places in the list of variables."""

    outcome: int
    left: int
    right: int
    effect: float


@dataclass(frozen=True, slots=True)
class GroupPopulation:
    """One group: A ``paths`` (K, K), S ``covariances`` (K, K) of the disturbances, ``intercepts`` (K,),
    ``total`` (K, K) the covariance matrix of all variables (for normal factors where there are products),
    ``order`` the variables from causes to effects."""

    paths: Floats
    covariances: Floats
    intercepts: Floats
    products: tuple[Product, ...]
    total: Floats
    order: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Population:
    """``names`` (K,) latents then observed, ``latents`` their number; ``groups`` with their ``labels`` and
    ``shares`` of the respondents, one of them None and 1 where there are no groups; ``arrows`` the operator,
    and the places of what it leads to and from, of every loading and path."""

    names: tuple[str, ...]
    latents: int
    labels: tuple[str | None, ...]
    shares: tuple[float, ...]
    groups: tuple[GroupPopulation, ...]
    arrows: tuple[tuple[str, int, int], ...] = ()

    @property
    def items(self) -> tuple[str, ...]:
        return self.names[self.latents :]

    @property
    def linear(self) -> bool:
        return not any(group.products for group in self.groups)

    def sizes(self, n: int) -> tuple[int, ...]:
        """n respondents over the groups by their shares: the largest remainders get what is left."""
        exact = n * np.asarray(self.shares)
        whole = np.floor(exact + 1e-9).astype(int)
        for at in np.argsort(whole - exact, kind="stable")[: n - int(whole.sum())]:
            whole[at] += 1
        return tuple(int(one) for one in whole)


def build_population(
    syntax: Syntax, labels: tuple[str | None, ...] = (None,), shares: tuple[float, ...] = (1.0,)
) -> Population:
    """The population of a model whose paths and loadings all have values.

    Raises TamError where the values contradict each other: effects that explain more than all of a variable,
    correlations that cannot stand together.
    """
    linear, products = _apart(syntax)
    table = build_table(linear, fixed_x=False, grouping=Grouping(labels))
    structures = compile_structures(table)
    groups, problems = [], list[Problem]()
    for at, structure in enumerate(structures):
        own = [_product(one, structure, at) for one in products]
        group, found = _group(structure, table, at, own)
        groups.append(group)
        problems += [one for one in found if one not in problems]
    if problems:
        raise TamError(problems)
    first = structures[0]
    places = {name: at for at, name in enumerate(first.names)}
    arrows = [
        (row.op, places[row.rhs], places[row.lhs])
        if row.op == "=~"
        else ("~", places[row.lhs], places[row.rhs])
        for row in table.rows_of(0)
        if row.op in ("=~", "~")
    ]
    return Population(first.names, first.latents, labels, shares, tuple(groups), tuple(arrows))


@dataclass(frozen=True, slots=True)
class _Term:
    outcome: str
    factors: tuple[str, str]
    values: tuple[float, ...]


def _apart(syntax: Syntax) -> tuple[Syntax, list[_Term]]:
    """The linear statements, and the products."""
    formulas: list[Formula] = []
    products = []
    for formula in syntax.formulas:
        terms = []
        for term in formula.terms:
            if formula.operator == "~" and ":" in term.name:
                left, right = term.name.split(":")
                values = next(one.values for one in term.modifiers if one.kind == "fixed")
                numbers = tuple(float(value or 0.0) for value in values)
                products += [_Term(outcome, (left, right), numbers) for outcome in formula.left]
            else:
                terms.append(term)
        if terms:
            formulas.append(replace(formula, terms=tuple(terms)))
    return Syntax(tuple(formulas), ()), products


def _product(one: _Term, structure: Structure, group: int) -> Product:
    places = {name: at for at, name in enumerate(structure.names)}
    unknown = [name for name in (one.outcome, *one.factors) if name not in places]
    if unknown:
        name = ":".join(one.factors)
        raise TamError([problem("planning-factor-unknown", name=name, factor=factor) for factor in unknown])
    value = one.values[group if len(one.values) > 1 else 0]
    return Product(places[one.outcome], places[one.factors[0]], places[one.factors[1]], value)


def _group(
    structure: Structure, table: ParameterTable, at: int, products: Sequence[Product]
) -> tuple[GroupPopulation, list[Problem]]:
    places = {name: place for place, name in enumerate(structure.names)}
    paths, covariances = structure.base_paths.copy(), structure.base_covariances.copy()
    open_variance = np.zeros(len(places), dtype=bool)
    for row in table.rows_of(at):
        if _is_variance(row):
            open_variance[places[row.lhs]] = not row.user or row.fixed is None
    np.fill_diagonal(covariances, np.where(open_variance, 0.0, np.diag(covariances)))
    order = _order(paths, products)
    problems = _fill_variances(covariances, open_variance, paths, products, order, structure)
    problems += [] if problems else _impossible(covariances, structure.names)
    total = _total(paths, covariances, products, order)
    intercepts = structure.base_intercepts.copy()
    return GroupPopulation(paths, covariances, intercepts, tuple(products), total, order), problems


def _fill_variances(
    covariances: Floats,
    open_variance: NDArray[np.bool_],
    paths: Floats,
    products: Sequence[Product],
    order: Sequence[int],
    structure: Structure,
) -> list[Problem]:
    """Put the disturbance variances that nobody gave into ``covariances`` (K, K), which is changed, from
    causes to effects; the first variable of which nothing is left unexplained is a problem."""
    for place in order:
        if not open_variance[place]:
            continue
        explained = float(_total(paths, covariances, products, order)[place, place])
        rest = 1.0 - explained
        if abs(rest) < LEAST_VARIANCE and place >= structure.latents:
            rest = 0.0  # an item that is its construct
        elif rest < LEAST_VARIANCE:
            name = structure.names[place]
            return [problem("planning-variance-exceeded", name=name, share=f"{explained:.3f}")]
        covariances[place, place] = rest
    return []


def _is_variance(row: Row) -> bool:
    return row.op == "~~" and row.lhs == row.rhs


def _order(paths: Floats, products: Sequence[Product]) -> tuple[int, ...]:
    """The variables, each after everything it depends on."""
    depends = paths != 0
    for one in products:
        depends[one.outcome, [one.left, one.right]] = True
    order: list[int] = []
    left = set(range(len(paths)))
    while left:
        ready = [at for at in sorted(left) if not any(depends[at, other] for other in left)]
        order += ready
        left -= set(ready)
        if not ready:  # a circle is refused before; guard against never ending
            raise TamError(problem("planning-circle", circle="?"))
    return tuple(order)


def _total(paths: Floats, covariances: Floats, products: Sequence[Product], order: Sequence[int]) -> Floats:
    """Covariances of all variables (K, K). The product of two normal variables is uncorrelated with all
    normal ones, so what products add to an outcome acts as one more disturbance; covariances between products
    are those of normal factors: s_ac s_bd + s_ad s_bc for ab and cd."""
    structure_effects = _effects(paths)
    disturbances = covariances.copy()
    total = structure_effects @ disturbances @ structure_effects.T
    for place in order:
        own = [one for one in products if one.outcome == place]
        for one in own:
            for other in products:
                if order.index(other.outcome) > order.index(place):
                    continue
                share = one.effect * other.effect * _between(total, one, other)
                disturbances[place, other.outcome] += share
                if other.outcome != place:
                    disturbances[other.outcome, place] += share
        if own:
            total = structure_effects @ disturbances @ structure_effects.T
    return np.asarray(total)


def _between(total: Floats, one: Product, other: Product) -> float:
    a, b, c, d = one.left, one.right, other.left, other.right
    return float(total[a, c] * total[b, d] + total[a, d] * total[b, c])


def _effects(paths: Floats) -> Floats:
    return np.asarray(np.linalg.inv(np.eye(len(paths)) - paths))


def _impossible(covariances: Floats, names: Sequence[str]) -> list[Problem]:
    """Covariances that no variables can have."""
    moving: NDArray[np.bool_] = np.diag(covariances) > 0
    stray = covariances[~moving].any(axis=1)
    if stray.any():
        found = [names[at] for at in np.flatnonzero(~moving)[stray].tolist()]
        return [problem("planning-correlations-impossible", names=found)]
    block = covariances[np.ix_(moving, moving)]
    if not len(block) or np.linalg.eigvalsh(block)[0] > 0:
        return []
    linked = moving & (np.abs(covariances - np.diag(np.diag(covariances))).sum(axis=1) > 0)
    return [
        problem(
            "planning-correlations-impossible", names=[names[at] for at in np.flatnonzero(linked).tolist()]
        )
    ]


def population_syntax(population: Population) -> str:
    """The population in lavaan syntax, every number written out; several groups with ``c()``."""
    lines = []
    names = population.names
    stack = np.stack([group.paths for group in population.groups])
    for op, i, j in population.arrows:
        left, right = (j, i) if op == "=~" else (i, j)
        lines.append(f"{names[left]} {op} {_values(stack[:, i, j])}*{names[right]}")
    for at, one in enumerate(population.groups[0].products):
        effects = np.array([group.products[at].effect for group in population.groups])
        lines.append(f"{names[one.outcome]} ~ {_values(effects)}*{names[one.left]}:{names[one.right]}")
    stack = np.stack([group.covariances for group in population.groups])
    for i, j in np.argwhere((stack != 0).any(axis=0)):
        if i <= j:
            lines.append(f"{names[i]} ~~ {_values(stack[:, i, j])}*{names[j]}")
    levels = np.stack([group.intercepts for group in population.groups])
    lines += [f"{names[i]} ~ {_values(levels[:, i])}*1" for i in np.flatnonzero(levels.any(axis=0))]
    return "\n".join(lines) + "\n"


def _values(numbers: Floats) -> str:
    # 12 digits: a value that was typed comes back as it was typed
    texts = [f"{float(one):.12g}" for one in numbers]
    return texts[0] if len(set(texts)) == 1 else f"c({', '.join(texts)})"
