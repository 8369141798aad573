"""From a table or a moment matrix to the moments of a model's variables, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.groups import GroupedData, named, only
from tam.engine.moments import Moments
from tam.engine.parameter_table import ParameterTable
from tam.engine.structure import Floats, Integers
from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    import pandas

    from tam.engine.fiml_sample import Incomplete

Booleans = NDArray[np.bool_]

#: Smallest eigenvalue of the correlation matrix below which it counts as singular: rounding of a product of
#: columns.
SINGULAR = 1e-10
#: A column whose answers lie closer than this is constant: its variance would underflow to zero.
LEAST_RANGE = 1e-150
#: Two columns whose correlation is nearer to 1 than this say the same.
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class GroupSample:
    """One group's moments in the model's order, the rows (n, p) they come from and their labels, if any.

    ``label`` of the group (None with one group). ``incomplete``: with missing answers under FIML, the rows,
    patterns and saturated moments; the moments are then the saturated ones and there are no complete rows.
    """

    label: str | None
    moments: Moments
    rows: Floats | None
    index: pandas.Index[Any] | None
    incomplete: Incomplete | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """The samples of all groups, and what people must know about how they were made."""

    groups: tuple[GroupSample, ...]
    problems: tuple[Problem, ...]

    @property
    def moments(self) -> Moments:
        """Of the only group; raises ``TamError`` with several."""
        return only(self.groups).moments

    @property
    def rows(self) -> Floats | None:
        """Of the only group; raises ``TamError`` with several."""
        return only(self.groups).rows

    @property
    def index(self) -> pandas.Index[Any] | None:
        """Of the only group; raises ``TamError`` with several."""
        return only(self.groups).index

    @property
    def incomplete(self) -> tuple[Incomplete, ...]:
        """Incomplete rows of every group; empty where only complete rows count."""
        return tuple(one.incomplete for one in self.groups if one.incomplete is not None)

    @property
    def complete_rows(self) -> tuple[Floats, ...]:
        """Complete rows (n_g, p) of every group; empty where there are none."""
        return tuple(one.rows for one in self.groups if one.rows is not None)


def complete_sample(data: GroupedData, names: Sequence[str], *, means: bool) -> Sample:
    """Moments of ``names`` in each group: of the complete rows (listwise), or the moments given.

    ``means``: the model has a mean structure. Raises ``TamError`` where something has no moments.
    """
    if data.moments:
        given = zip(data.labels, data.moments)
        parts = [partial(sample_of_moments, one, names, means, label) for label, one in given]
        return collected(parts, data.problems)
    assert data.table is not None
    values, problems = table_values(data.table, names)
    if problems:
        raise TamError(problems)
    complete = np.asarray(~np.isnan(values).any(axis=1))
    parts = []
    for at, label in enumerate(data.labels):
        own = data.places(at)
        if own is not None:
            own = own[complete[own]]
        elif not complete.all():
            own = np.flatnonzero(complete)
        parts.append(partial(_sample_of_rows, values, data.table.index, own, names, label))
    return collected(parts, (*data.problems, *_incomplete_rows(values, complete, data, names)))


def collected(parts: Sequence[Callable[[], GroupSample]], notes: Sequence[Problem]) -> Sample:
    """The samples of all groups; raises the problems of all of them together."""
    found, problems = [], list[Problem]()
    for make in parts:
        try:
            found.append(make())
        except TamError as error:
            problems += error.problems
    if problems:
        raise TamError(problems)
    return Sample(tuple(found), tuple(notes))


def _incomplete_rows(
    values: Floats, complete: Booleans, data: GroupedData, names: Sequence[str]
) -> list[Problem]:
    """A note on the rows of all groups that were left out."""
    if data.group_of is not None:
        values, complete = values[data.group_of >= 0], complete[data.group_of >= 0]
    if complete.all():
        return []
    missing = np.isnan(values).sum(axis=0)
    worst = [f"{names[at]} ({missing[at]})" for at in np.argsort(-missing, kind="stable") if missing[at]]
    dropped = int((~complete).sum())
    return [problem("rows-incomplete", dropped=dropped, total=len(values), columns=worst)]


def _sample_of_rows(
    values: Floats,
    index: pandas.Index[Any],
    own: Integers | None,
    names: Sequence[str],
    label: str | None,
) -> GroupSample:
    """The sample of the rows ``own`` (n,); None: all of them."""
    rows = values if own is None else values[own]
    problems = _row_problems(rows, names, label)
    if problems:
        raise TamError(problems)
    means = rows.mean(axis=0)
    centred = rows - means
    covariance = centred.T @ centred / (len(rows) - 1)
    raise_if_not_definite(covariance, names, label)
    moments = Moments(tuple(names), covariance, means, len(rows))
    return GroupSample(label, moments, rows, index if own is None else index[own])


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
            if getattr(column.dtype, "kind", "O") == "c":
                raise TypeError("complex numbers")
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


def _row_problems(rows: Floats, names: Sequence[str], label: str | None) -> list[Problem]:
    if len(rows) <= len(names):
        return [too_few(len(rows), len(names), label)]
    flat = rows.max(axis=0) - rows.min(axis=0) < LEAST_RANGE
    return [constant(name, label) for name, is_flat in zip(names, flat) if is_flat]


def too_few(n: int, variables: int, label: str | None) -> Problem:
    """Fewer cases than a covariance matrix of this many variables needs."""
    if label is None:
        return problem("model-too-few-rows", n=n, variables=variables, needed=variables + 1)
    return problem("model-group-too-small", group=label, n=n, variables=variables, needed=variables + 1)


def constant(name: str, label: str | None) -> Problem:
    """A column with one value for everybody, in a group where there are several."""
    return problem("model-column-constant", Where(column=name), column=named(name, label))


def sample_of_moments(
    moments: Moments, names: Sequence[str], meanstructure: bool, label: str | None = None
) -> GroupSample:
    """The part of given moments that the model uses, in its order; checked as a table is."""
    problems = [_no_column(name, moments.names) for name in names if moments.names.count(name) != 1]
    if problems:
        raise TamError(problems)
    size = len(moments.names)
    if np.shape(moments.covariance) != (size, size) or (
        moments.means is not None and np.shape(moments.means) != (size,)
    ):
        raise TamError(problem("moments-shape", variables=size, shape=np.shape(moments.covariance)))
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
        problems += [constant(name, label) for name in flat]
    if moments.nobs <= len(names):
        problems.append(too_few(moments.nobs, len(names), label))
    if problems:
        raise TamError(problems)
    raise_if_not_definite(covariance, names, label)
    means = None if moments.means is None else np.asarray(moments.means, dtype=float)[at]
    return GroupSample(label, Moments(tuple(names), covariance, means, moments.nobs), None, None)


def raise_if_not_definite(covariance: Floats, names: Sequence[str], label: str | None = None) -> None:
    """Raise ``TamError`` naming the columns that make a covariance matrix (p, p) singular or indefinite, and
    the group where there are several."""
    names = [named(name, label) for name in names]
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
