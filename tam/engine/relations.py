"""Defined parameters and constraints: values, derivatives, and the affine space in which ``==`` holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.expressions import Node, differentiate, linear_form, names_in
from tam.engine.parameter_table import ParameterTable
from tam.engine.structure import Affine, Floats
from tam.engine.syntax import Relation
from tam.errors import Problem, TamError, Where, problem

#: A row of constraint coefficients below this share of its largest entry is empty: rounding of two or three
#: sums.
EMPTY_ROW = 1e-10


@dataclass(frozen=True, slots=True)
class Inequality:
    """coefficients (q,) @ theta + constant >= 0, as the text wrote it."""

    text: str
    coefficients: Floats
    constant: float
    line: int


@dataclass(frozen=True, slots=True)
class Relations:
    """Everything the text says about labels.

    ``definitions`` in an order in which each can be evaluated, ``written`` their names as the text has
    them; ``labels`` label -> index into theta; ``constants`` label -> value of labelled fixed parameters;
    ``equalities`` (m, q) and ``equal_to`` (m,): equalities @ theta = equal_to.
    """

    definitions: tuple[tuple[str, Node], ...]
    written: tuple[str, ...]
    labels: Mapping[str, int]
    constants: Mapping[str, float]
    equalities: Floats
    equal_to: Floats
    inequalities: tuple[Inequality, ...]


def read_relations(table: ParameterTable) -> Relations:
    """Definitions and constraints; raises ``TamError`` for unknown names, circles, curved constraints."""
    labels = {row.label: row.parameter for row in table.rows if row.label and row.free}
    constants = {row.label: row.fixed for row in table.rows if row.label and row.fixed is not None}
    defining = [one for one in table.relations if one.operator == ":="]
    problems = _name_problems(table, {*labels, *constants, *(one.left for one in defining)})
    problems += _definition_problems(defining, {*labels, *constants})
    if problems:
        raise TamError(problems)
    ordered, circular = _evaluation_order(defining)
    if circular:
        where = Where(line=circular[0].line)
        raise TamError(problem("definition-circle", where, names=tuple(one.left for one in circular)))
    definitions = tuple((one.left, one.right_node) for one in ordered)
    forms = _linear_definitions(definitions, labels, constants)
    rows, sides, inequalities = [], [], []
    for one in table.relations:
        if one.operator == ":=":
            continue
        form = _difference(one, forms)
        if form is None:
            problems.append(problem("constraint-curved", Where(line=one.line), constraint=_text(one)))
            continue
        vector = np.zeros(len(table.free))
        for name, slope in form[1].items():
            vector[labels[name]] += slope
        if one.operator == "==":
            rows.append(vector)
            sides.append(-form[0])
        else:
            sign = 1.0 if one.operator == ">" else -1.0
            inequalities.append(Inequality(_text(one), sign * vector, sign * form[0], one.line))
    if problems:
        raise TamError(problems)
    equalities = np.array(rows).reshape(len(rows), len(table.free))
    written = tuple(one.left for one in defining)
    return Relations(
        definitions, written, labels, constants, equalities, np.array(sides), tuple(inequalities)
    )


def _text(relation: Relation) -> str:
    return f"{relation.left} {relation.operator} {relation.right}"


def _name_problems(table: ParameterTable, known: set[str]) -> list[Problem]:
    found = []
    for one in table.relations:
        nodes = (one.right_node,) if one.operator == ":=" else (one.left_node, one.right_node)
        for name in dict.fromkeys(name for node in nodes for name in names_in(node)):
            if name not in known:
                where = Where(line=one.line)
                found.append(problem("unknown-label", where, name=name, known=tuple(sorted(known)) or ("-",)))
    return found


def _definition_problems(defining: Sequence[Relation], labels: set[str]) -> list[Problem]:
    found, seen = [], set(labels)
    for one in defining:
        if one.left in seen:
            found.append(problem("definition-twice", Where(line=one.line), name=one.left))
        seen.add(one.left)
    return found


def _evaluation_order(defining: Sequence[Relation]) -> tuple[list[Relation], list[Relation]]:
    """Definitions, each after those it uses; the second list holds those that use each other in a circle."""
    waiting, done, names = list(defining), list[Relation](), {one.left for one in defining}
    while waiting:
        ready = [one for one in waiting if not names & set(names_in(one.right_node))]
        if not ready:
            return done, waiting
        done += ready
        names -= {one.left for one in ready}
        waiting = [one for one in waiting if one.left in names]
    return done, []


Form = tuple[float, dict[str, float]]


def _linear_definitions(
    definitions: Sequence[tuple[str, Node]], labels: Mapping[str, int], constants: Mapping[str, float]
) -> dict[str, Form | None]:
    """Every name as a linear form of the free labels; None where it is not linear."""
    forms: dict[str, Form | None] = {name: (0.0, {name: 1.0}) for name in labels}
    forms |= {name: (value, {}) for name, value in constants.items()}
    for name, node in definitions:
        forms[name] = _substituted(node, forms)
    return forms


def _substituted(node: Node, forms: Mapping[str, Form | None]) -> Form | None:
    form = linear_form(node)
    if form is None:
        return None
    constant, slopes = form[0], dict[str, float]()
    for name, slope in form[1].items():
        inner = forms[name]
        if inner is None:
            return None
        constant += slope * inner[0]
        for label, part in inner[1].items():
            slopes[label] = slopes.get(label, 0.0) + slope * part
    return constant, slopes


def _difference(one: Relation, forms: Mapping[str, Form | None]) -> Form | None:
    left, right = _substituted(one.left_node, forms), _substituted(one.right_node, forms)
    if left is None or right is None:
        return None
    slopes = dict(left[1])
    for name, slope in right[1].items():
        slopes[name] = slopes.get(name, 0.0) - slope
    return left[0] - right[0], slopes


def affine(equalities: Floats, equal_to: Floats, parameters: int) -> Affine | None:
    """The points with equalities @ theta = equal_to, by elimination; None if the constraints contradict
    each other.

    The remaining coordinates z are parameters themselves, so their scale stays that of the parameters.
    """
    work = np.column_stack([equalities, equal_to]).astype(float)
    pivots: list[int] = []
    for row in range(len(work)):
        size = np.abs(work[row:, :parameters]).max(axis=1)
        best = row + int(np.argmax(size))
        work[[row, best]] = work[[best, row]]
        if size[best - row] <= EMPTY_ROW:
            if np.abs(work[row:, parameters]).max() > EMPTY_ROW:
                return None
            break
        column = int(np.argmax(np.abs(work[row, :parameters])))
        work[row] /= work[row, column]
        others = np.arange(len(work)) != row
        work[others] -= np.outer(work[others, column], work[row])
        pivots.append(column)
    rest = [at for at in range(parameters) if at not in pivots]
    basis = np.zeros((parameters, len(rest)))
    basis[rest, np.arange(len(rest))] = 1.0
    offset = np.zeros(parameters)
    for row, column in enumerate(pivots):
        basis[column] = -work[row, rest]
        offset[column] = work[row, parameters]
    return Affine(offset, basis)


def defined_values(relations: Relations, values: Mapping[str, Any]) -> dict[str, Any]:
    """The value of every ``:=``; ``values`` maps each label to a number or to a stack (one per draw)."""
    known: dict[str, Any] = {**relations.constants, **values}
    for name, node in relations.definitions:
        known[name] = differentiate(node, known)[0]
    return {name: known[name] for name, _ in relations.definitions}


def defined_jacobian(
    relations: Relations, values: Mapping[str, float], slopes: Mapping[str, Floats], size: int
) -> dict[str, Floats]:
    """Derivative (size,) of every ``:=``; ``slopes`` holds the derivative (size,) of each label's value."""
    known: dict[str, Any] = {**relations.constants, **values}
    chain: dict[str, Floats] = {**{name: np.zeros(size) for name in relations.constants}, **slopes}
    for name, node in relations.definitions:
        known[name], parts = differentiate(node, known)
        chain[name] = sum((part * chain[used] for used, part in parts.items()), np.zeros(size))
    return {name: chain[name] for name, _ in relations.definitions}
