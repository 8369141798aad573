"""Could the estimates be those of a population? No negative variances, no impossible correlations."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.groups import named
from tam.engine.lower_minima import NEGATIVE
from tam.engine.parameter_table import ParameterTable
from tam.engine.solution import Solution
from tam.engine.structure import Floats, Implied, Structure
from tam.errors import Problem, problem


def group_problems(solution: Solution) -> list[Problem]:
    """What is inadmissible in any group; with several groups the problems name theirs."""
    table = solution.compiled.table
    return [
        found
        for group, (structure, at) in enumerate(zip(solution.structures, solution.implied))
        for found in admissibility_problems(structure, table, at, group)
    ]


def admissibility_problems(
    structure: Structure, table: ParameterTable, at: Implied, group: int = 0
) -> list[Problem]:
    """A problem per negative variance, and one per covariance matrix that no variables can have, in one group
    (counted from 0)."""
    label = table.groups[group]
    variances = np.diag(at.matrices.covariances)
    rows = table.rows_of(group)
    free = {row.lhs: row for row in rows if row.op == "~~" and row.lhs == row.rhs and row.free}
    place = {name: at for at, name in enumerate(structure.names)}
    found = [
        problem("negative-variance", variable=named(name, label), value=f"{variances[place[name]]:.4g}")
        for name in free
        if variances[place[name]] < 0
    ]
    latents, observed = (
        [named(name, label) for name in names] for names in (structure.latent_names, structure.observed_names)
    )
    k = structure.latents
    if k > 1:
        found += _matrix_problem("latent-covariance-not-definite", at.total[:k, :k], latents)
    residual = at.matrices.covariances[k:, k:]
    if not (np.diag(residual) < 0).any():
        found += _matrix_problem("residual-covariance-not-definite", residual, observed)
    return found


def _matrix_problem(code: str, matrix: Floats, names: Sequence[str]) -> list[Problem]:
    """A problem if a covariance matrix (k, k) has a negative eigenvalue, naming the variables involved."""
    positive = np.flatnonzero(np.diag(matrix) > 0)
    if len(positive) < len(matrix) and (np.diag(matrix) < 0).any():
        return [problem(code, variables=[names[int(at)] for at in np.flatnonzero(np.diag(matrix) < 0)])]
    block = matrix[np.ix_(positive, positive)]
    deviations = np.sqrt(np.diag(block))
    correlation = block / np.outer(deviations, deviations)
    over = np.argwhere(np.triu(np.abs(correlation) > 1.0, k=1))
    if len(over):
        pairs = [f"{names[positive[i]]} ~~ {names[positive[j]]}" for i, j in over]
        return [problem(code, variables=pairs)]
    values, vectors = np.linalg.eigh(correlation) if len(block) else (np.zeros(1), np.zeros((0, 1)))
    if values[0] >= NEGATIVE:
        return []
    involved = np.flatnonzero(np.abs(vectors[:, 0]) > 0.2)
    return [problem(code, variables=[names[positive[at]] for at in involved])]
