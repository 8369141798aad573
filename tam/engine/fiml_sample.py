"""From a table with missing answers to the rows FIML can use, their patterns and saturated moments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.fiml_patterns import Booleans, Patterns, patterns_of
from tam.engine.groups import named
from tam.engine.moments import Moments
from tam.engine.sample import constant, raise_if_not_definite, too_few
from tam.engine.saturated import Saturated, saturated_moments
from tam.engine.structure import Floats, Integers
from tam.errors import Problem, TamError, Where, problem


@dataclass(frozen=True, slots=True)
class Incomplete:
    """One group's rows (n, p) with nan, ``kept`` (n,) their places in the table; patterns and moments."""

    names: tuple[str, ...]
    rows: Floats
    kept: Integers
    patterns: Patterns
    saturated: Saturated
    problems: tuple[Problem, ...]

    @property
    def moments(self) -> Moments:
        """The saturated moments, on the scale of a sample (divisor n - 1)."""
        n = len(self.rows)
        return Moments(self.names, self.saturated.covariance * (n / (n - 1)), self.saturated.means, n)


def incomplete_sample(
    values: Floats, names: Sequence[str], given: Booleans, label: str | None = None
) -> Incomplete:
    """Rows that can enter: an answer in some column, and in every ``given`` (p,) one (``fixed.x``).

    ``values`` (n, p) with nan where an answer is missing. Raises ``TamError`` where they determine nothing.
    """
    empty, without_x = _unusable_rows(values, given)
    kept = np.flatnonzero(~(empty | without_x))
    rows = values[kept]
    problems = [*_not_usable(rows, names, label), *_never_answered(rows, names, label)]
    if problems:
        raise TamError(problems)
    patterns = patterns_of(rows)
    saturated = saturated_moments(patterns)
    if saturated is None or not saturated.converged:
        raise TamError(_not_found(saturated, [named(name, label) for name in names]))
    raise_if_not_definite(saturated.covariance, names, label)
    notes = _never_together(patterns, [named(name, label) for name in names])
    return Incomplete(tuple(names), rows, kept, patterns, saturated, tuple(notes))


def _unusable_rows(values: Floats, given: Booleans) -> tuple[Booleans, Booleans]:
    """Rows (n,) without any answer, and the others that lack one of the ``given`` columns."""
    missing = np.isnan(values)
    empty = np.asarray(missing.all(axis=1))
    return empty, np.asarray(missing[:, given].any(axis=1) & ~empty)


def _not_usable(rows: Floats, names: Sequence[str], label: str | None) -> list[Problem]:
    return [] if len(rows) > len(names) else [too_few(len(rows), len(names), label)]


def _never_answered(rows: Floats, names: Sequence[str], label: str | None) -> list[Problem]:
    """Columns without an answer, or with one answer for everybody."""
    seen = ~np.isnan(rows)
    found = []
    for name, column, known in zip(names, rows.T, seen.T):
        answers = column[known]
        if not len(answers):
            found.append(problem("column-never-answered", Where(column=name), column=named(name, label)))
        elif answers.min() == answers.max():
            found.append(constant(name, label))
    return found


def left_out(values: Floats, names: Sequence[str], given: Booleans) -> list[Problem]:
    """Notes on the rows (n, p) that ``incomplete_sample`` cannot use, all groups together."""
    empty, without_x = _unusable_rows(values, given)
    total, found = len(values), []
    if empty.any():
        found.append(problem("rows-without-answers", dropped=int(empty.sum()), total=total))
    if without_x.any():
        count = np.isnan(values[without_x]).sum(axis=0)
        columns = [f"{names[int(at)]} ({count[at]})" for at in np.flatnonzero(given) if count[at]]
        dropped = int(without_x.sum())
        found.append(problem("rows-without-predictor", dropped=dropped, total=total, columns=columns))
    return found


def _never_together(patterns: Patterns, names: Sequence[str]) -> list[Problem]:
    """The pairs of columns that no row answered both of."""
    i, j = np.nonzero(np.triu(patterns.coverage == 0, k=1))
    pairs = [f"{names[int(a)]} - {names[int(b)]}" for a, b in zip(i, j)]
    return [problem("pair-never-together", pairs=pairs[:20])] if pairs else []


def _not_found(saturated: Saturated | None, names: Sequence[str]) -> Problem:
    if saturated is None:
        return problem("saturated-not-found", columns=list(names[:20]))
    deviations = np.sqrt(np.diag(saturated.covariance))
    _, vectors = np.linalg.eigh(saturated.covariance / np.outer(deviations, deviations))
    involved = np.flatnonzero(np.abs(vectors[:, 0]) > 0.1 * np.abs(vectors[:, 0]).max())
    return problem("saturated-not-found", columns=[names[int(at)] for at in involved][:20])


def option_problems(estimator: str) -> list[Problem]:
    """Why FIML cannot be done with an estimator; empty if it can."""
    return [] if estimator in ("ML", "MLR") else [problem("fiml-needs-ml", estimator=estimator)]
