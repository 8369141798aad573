"""From a table or a moment matrix to the moments of a model's variables, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.moments import Moments
from tam.engine.parameter_table import ParameterTable
from tam.engine.structure import Floats, Structure
from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    import pandas

    from tam.engine.fiml_sample import Incomplete

#: Smallest eigenvalue of the correlation matrix below which it counts as singular: rounding of a product of
#: columns.
SINGULAR = 1e-10
#: Two columns whose correlation is nearer to 1 than this say the same.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Sample:
    """Moments in the model's order; the complete rows (n, p) they come from and their labels, if any.

    ``incomplete``: with missing answers under FIML, the rows, patterns and saturated moments of each group;
    the moments are then the saturated ones and there are no complete rows.
    """

    moments: Moments
    rows: Floats | None
    index: pandas.Index[Any] | None
    problems: tuple[Problem, ...]
    incomplete: tuple[Incomplete, ...] = ()


def sample_of(data: pandas.DataFrame | Moments, structure: Structure) -> Sample:
    """The sample of a compiled model's variables, from a table or from moments."""
    if isinstance(data, Moments):
        return sample_of_moments(data, structure.observed_names, structure.meanstructure)
    return sample_of_table(data, structure.observed_names)


def sample_of_table(data: pandas.DataFrame, names: Sequence[str]) -> Sample:
    """Moments of the rows that answered everything (listwise); raises ``TamError`` if there are none."""
    values, problems = table_values(data, names)
    if problems:
        raise TamError(problems)
    complete = ~np.isnan(values).any(axis=1)
    rows = values if complete.all() else values[complete]
    problems = _row_problems(rows, names)
    if problems:
        raise TamError(problems)
    notes = []
    if len(rows) < len(values):
        missing = np.isnan(values).sum(axis=0)
        worst = [f"{names[at]} ({missing[at]})" for at in np.argsort(-missing, kind="stable") if missing[at]]
        notes.append(
            problem("rows-incomplete", dropped=len(values) - len(rows), total=len(values), columns=worst)
        )
    means = rows.mean(axis=0)
    centred = rows - means
    covariance = centred.T @ centred / (len(rows) - 1)
    raise_if_not_definite(covariance, names)
    index = data.index if len(rows) == len(data) else data.index[np.flatnonzero(complete)]
    return Sample(Moments(tuple(names), covariance, means, len(rows)), rows, index, tuple(notes))


def table_values(data: pandas.DataFrame, names: Sequence[str]) -> tuple[Floats, list[Problem]]:
    """The columns as floats (n, p), nan where there is no answer, or why they are none."""
    if data.columns.is_unique and set(names) <= set(data.columns):
        part = data[list(names)]
        if all(getattr(kind, "kind", "O") in "fiub" for kind in part.dtypes):
            matrix = part.to_numpy(dtype=float, na_value=np.nan)
            # A sum is finite or nan unless a value is infinite (or overflows): one pass instead of a mask.
            if not np.isinf(np.nansum(np.abs(matrix))):
                return matrix, []
    columns, problems = _columns_one_by_one(data, names)
    return np.column_stack(columns) if columns else np.zeros((0, 0)), problems


def _columns_one_by_one(data: pandas.DataFrame, names: Sequence[str]) -> tuple[list[Floats], list[Problem]]:
    known = [str(name) for name in data.columns]
    columns: list[Floats] = []
    problems: list[Problem] = []
    for name in names:
        if known.count(name) != 1:
            problems.append(_no_column(name, known))
            continue
        column = data.iloc[:, known.index(name)]
        try:
            values = column.astype("float64").to_numpy(dtype=float, na_value=np.nan)
        except (TypeError, ValueError):
            problems.append(problem("model-column-not-numeric", Where(column=name), column=name))
            continue
        if np.isinf(values).any():
            problems.append(problem("model-column-infinite", Where(column=name), column=name))
        columns.append(np.asarray(values, dtype=np.float64))
    return columns, problems


def _no_column(name: str, known: Sequence[str]) -> Problem:
    if known.count(name) > 1:
        return problem("model-column-twice", Where(column=name), column=name)
    if ":" in name:
        return problem("interaction-not-expanded", Where(column=name), name=name)
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5) or list(known[:5])
    return problem("model-column-missing", Where(column=name), column=name, near=near or ["-"])


def _row_problems(rows: Floats, names: Sequence[str]) -> list[Problem]:
    if len(rows) <= len(names):
        return [problem("model-too-few-rows", n=len(rows), variables=len(names), needed=len(names) + 1)]
    flat = rows.min(axis=0) == rows.max(axis=0)
    constant = [name for name, is_flat in zip(names, flat) if is_flat]
    return [problem("model-column-constant", Where(column=name), column=name) for name in constant]


def sample_of_moments(moments: Moments, names: Sequence[str], meanstructure: bool) -> Sample:
    """The part of given moments that the model uses, in its order; checked as a table is."""
    problems = [_no_column(name, moments.names) for name in names if moments.names.count(name) != 1]
    if problems:
        raise TamError(problems)
    at = [moments.names.index(name) for name in names]
    covariance = np.asarray(moments.covariance, dtype=float)[np.ix_(at, at)]
    if meanstructure and moments.means is None:
        problems.append(problem("moments-without-means"))
    if not np.isfinite(covariance).all():
        problems.append(problem("moments-incomplete"))
    elif not np.allclose(covariance, covariance.T, rtol=1e-8, atol=1e-12):
        problems.append(problem("moments-asymmetric"))
    else:
        flat = [name for name, variance in zip(names, np.diag(covariance)) if variance <= 0]
        problems += [problem("model-column-constant", Where(column=name), column=name) for name in flat]
    if moments.nobs <= len(names):
        needed = len(names) + 1
        problems.append(problem("model-too-few-rows", n=moments.nobs, variables=len(names), needed=needed))
    if problems:
        raise TamError(problems)
    raise_if_not_definite(covariance, names)
    means = None if moments.means is None else np.asarray(moments.means, dtype=float)[at]
    return Sample(Moments(tuple(names), covariance, means, moments.nobs), None, None, ())


def raise_if_not_definite(covariance: Floats, names: Sequence[str]) -> None:
    """Raise ``TamError`` naming the columns that make a covariance matrix (p, p) singular or indefinite."""
    deviations = np.sqrt(np.diag(covariance))
    correlation = covariance / np.outer(deviations, deviations)
    values, vectors = np.linalg.eigh(correlation)
    if values[0] > SINGULAR:
        return
    same = np.argwhere(np.triu(np.abs(correlation) > 1 - SAME, k=1))
    if len(same):
        raise TamError(
            problem("model-columns-same", Where(column=names[j]), first=names[i], second=names[j])
            for i, j in same[:20]
        )
    involved = np.flatnonzero(np.abs(vectors[:, 0]) > 0.1 * np.abs(vectors[:, 0]).max())
    raise TamError(
        problem(
            "covariance-not-definite",
            columns=[names[int(at)] for at in involved],
            eigenvalue=f"{values[0]:.3g}",
        )
    )


def raise_for_empty_interactions(table: ParameterTable) -> None:
    """A latent interaction ``X:Z`` needs product indicators; as a plain predictor it has no data."""
    latent = set(table.variables.latent)
    found = [
        problem("interaction-not-expanded", Where(column=name), name=name)
        for name in table.variables.observed
        if ":" in name and set(name.split(":")) & latent
    ]
    if found:
        raise TamError(found)
