"""The rows that ordered variables add to the parameter table and the rows they take away.

As lavaan's ``sem(ordered = ...)`` with the delta parameterisation: thresholds ``x | t1`` free, scaling
``x ~*~ x`` fixed at 1, intercept of x fixed at 0, residual variance of x no parameter (it is what makes the
response's variance 1 / scaling^2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tam.engine.ordinal_structure import OrdinalStructure, Scalings, Thresholds
from tam.engine.parameter_table import build_table
from tam.engine.structure import ORDINAL, Floats, Structure, with_sample
from tam.engine.syntax import Syntax
from tam.engine.table_rows import Grouping, ParameterTable, Row
from tam.errors import Problem, TamError, Where, problem

THRESHOLD, SCALING = ORDINAL


def is_ordinal(row: Row) -> bool:
    """Rows that do not stand in the structure's matrices."""
    return row.op in ORDINAL


def ordinal_table(
    syntax: Syntax, categories: Mapping[str, int], *, std_lv: bool, grouping: Grouping
) -> ParameterTable:
    """The table of a model whose variables ``categories`` (name -> number of answers) are ordered.

    Thresholds that are equal across groups free the scalings of later groups; intercepts said to be equal
    include thresholds. Raises ``TamError`` for what the text asks of ordered variables in vain.
    """
    equal = grouping.equal
    if "intercepts" in equal and "thresholds" not in equal:
        equal = (*equal, "thresholds")
    problems: list[Problem] = []

    def extension(rows: list[Row], group: int) -> list[Row]:
        if group == 0:
            problems.extend(ordinal_row_problems(rows, categories))
        return ordinal_rows(rows, categories, free_scalings=group > 0 and "thresholds" in equal)

    table = build_table(
        syntax,
        meanstructure=True,
        std_lv=std_lv,
        grouping=replace(grouping, equal=equal),
        extension=extension,
    )
    if problems:
        raise TamError(problems)
    return table


def ordinal_rows(
    rows: Sequence[Row], categories: Mapping[str, int], *, free_scalings: bool = False
) -> list[Row]:
    """One group's rows with those of its ordered variables: ``categories`` name -> number of answers.

    Thresholds stand after the rows of the text, scalings before the intercepts, as in lavaan.
    ``free_scalings``: a later group of a model whose thresholds are equal across groups.
    """
    kept = [_residual_and_intercept(row, categories) for row in rows]
    present = {row.name for row in kept}
    cuts = [
        Row(name, THRESHOLD, f"t{at}")
        for name, number in categories.items()
        for at in range(1, number)
        if f"{name}|t{at}" not in present
    ]
    scalings = [
        Row(name, SCALING, name, fixed=None if free_scalings else 1.0)
        for name in categories
        if f"{name}~*~{name}" not in present
    ]
    first = next((at for at, row in enumerate(kept) if not row.user), len(kept))
    means = next((at for at in range(first, len(kept)) if kept[at].op == "~1"), len(kept))
    return [*kept[:first], *cuts, *kept[first:means], *scalings, *kept[means:]]


def _residual_and_intercept(row: Row, categories: Mapping[str, int]) -> Row:
    if row.lhs in categories and row.op == "~~" and row.lhs == row.rhs:
        return replace(row, fixed=0.0, label="")
    if row.lhs in categories and row.op == "~1" and not row.user:
        return replace(row, fixed=0.0)
    return row


def ordinal_row_problems(rows: Sequence[Row], categories: Mapping[str, int]) -> list[Problem]:
    """What the text asks of ordered variables that the delta parameterisation does not have."""
    found = []
    for row in rows:
        where = Where(column=row.lhs, line=row.line)
        if row.op == THRESHOLD and row.lhs not in categories:
            found.append(problem("threshold-of-continuous", where, variable=row.lhs))
        elif row.op == THRESHOLD and row.rhs not in _names(categories[row.lhs]):
            known = _names(categories[row.lhs])
            found.append(
                problem("threshold-unknown", where, variable=row.lhs, threshold=row.rhs, known=known)
            )
        elif row.user and row.op == "~~" and row.lhs == row.rhs and row.lhs in categories:
            found.append(problem("ordered-residual-variance", where, variable=row.lhs))
    return found


def _names(categories: int) -> tuple[str, ...]:
    return tuple(f"t{at}" for at in range(1, categories))


def ordinal_structure(
    structure: Structure, rows: Sequence[Row], ordered: Sequence[str], covariance: Floats, means: Floats
) -> OrdinalStructure:
    """The ordered side of one group: ``rows`` of that group, numbered; thresholds in ascending order.

    ``covariance`` (P, P), ``means`` (P,) of the observed variables: those of predictors are taken as given.
    """
    predictors = structure.exogenous
    observed = np.arange(structure.latents, len(structure.names))
    modelled = np.setdiff1d(observed, predictors)
    names = [structure.names[at] for at in modelled]
    place = {name: at for at, name in enumerate(names)}
    cuts = [row for row in rows if row.op == THRESHOLD]
    cuts.sort(key=lambda row: (place[row.lhs], int(row.rhs[1:])))
    scalings = {place[row.lhs]: row for row in rows if row.op == SCALING}
    parameter = np.full(len(names), -1, dtype=np.intp)
    fixed = np.ones(len(names))
    for at, row in scalings.items():
        parameter[at] = row.parameter
        fixed[at] = 1.0 if row.fixed is None else row.fixed
    return OrdinalStructure(
        structure=structure,
        sampled=with_sample(structure, covariance, means),
        modelled=modelled,
        given=predictors,
        ordered=np.array([name in ordered for name in names]),
        thresholds=Thresholds(
            variable=np.array([place[row.lhs] for row in cuts], dtype=np.intp),
            parameter=np.array([row.parameter for row in cuts], dtype=np.intp),
            fixed=np.array([row.fixed or 0.0 for row in cuts]),
        ),
        scalings=Scalings(parameter, fixed),
    )
