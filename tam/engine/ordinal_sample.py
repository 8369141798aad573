"""From a table to the thresholds and correlations of a model's variables, and what is wrong with them."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Floats
from tam.engine.table_rows import Variables
from tam.errors import Problem, TamError, Where, problem
from tam.stats.conditional_moments import Separated, conditional_moments
from tam.stats.ordinal_moments import OrdinalMoments, ordinal_moments
from tam.stats.thresholds import answers

#: Answer scales have some two to eleven points; with more, thresholds rest on a handful of cases each.
MOST_ANSWERS = 20
#: Eigenvalue of a correlation matrix below which it is not positive definite.
SINGULAR = 1e-10

ALL = "all"


@dataclass(frozen=True, slots=True)
class Whole:
    """Covariances (p, p) and means (p,) of all observed variables, ordered ones in units of their responses
    given the predictors."""

    covariance: Floats
    means: Floats


@dataclass(frozen=True, slots=True)
class OrdinalSample:
    """Statistics of every group.

    ``names`` of the observed variables in the model's order, ``given`` the predictors among them,
    ``categories`` of the ordered ones; ``groups`` statistics of all others than the predictors, ``wholes``
    moments of all.
    """

    names: tuple[str, ...]
    given: tuple[str, ...]
    categories: dict[str, int]
    groups: tuple[OrdinalMoments, ...]
    wholes: tuple[Whole, ...]
    problems: tuple[Problem, ...]

    @property
    def ordered(self) -> NDArray[np.bool_]:
        """Mask of the ordered variables among those that are no predictors."""
        return np.array([name in self.categories for name in self.names if name not in self.given])

    @property
    def n(self) -> int:
        return sum(one.n for one in self.groups)


def ordered_names(variables: Variables, asked: Sequence[str]) -> tuple[str, ...]:
    """The ordered variables of a model in its order: those named, or every one it explains for ``all``.

    Raises ``TamError`` for names the model does not hold and for observed predictors.
    """
    explained = [name for name in variables.observed if name not in variables.exogenous]
    if ALL in asked:
        found = [*explained]
    else:
        found = [name for name in variables.observed if name in asked]
    wrong = [name for name in asked if name != ALL and name not in variables.observed]
    problems = []
    for name in wrong:
        near = difflib.get_close_matches(name, variables.observed, n=3, cutoff=0.5)
        near = near or list(variables.observed[:5])
        problems.append(problem("ordered-not-in-model", Where(column=name), variable=name, near=near))
    for name in found:
        if name in variables.exogenous:
            problems.append(problem("ordered-only-predicts", Where(column=name), variable=name))
    if problems:
        raise TamError(problems)
    return tuple(found)


def ordinal_sample(
    rows: Sequence[Floats],
    labels: Sequence[str | None],
    names: Sequence[str],
    ordered: Sequence[str],
    given: Sequence[str] = (),
    notes: Sequence[Problem] = (),
) -> OrdinalSample:
    """Statistics of the complete rows (n_g, p) of every group, given the predictors ``given``.

    Raises ``TamError`` where an ordered variable has too many answers, where the answers of groups differ,
    and where a correlation cannot be told from 1.
    """
    counts = [[len(answers(column)[0]) for column in part.T] for part in rows]
    problems = _answer_problems(counts, labels, names, ordered)
    if problems:
        raise TamError(problems)
    x = np.array([name in given for name in names])
    modelled = [name for name in names if name not in given]
    mask = np.array([name in ordered for name in modelled])
    groups = tuple(_moments(part, x, mask, modelled) for part in rows)
    problems = [
        problem("polychoric-ran-away", Where(column=modelled[i]), first=modelled[i], second=modelled[j])
        for one in groups
        for i, j in one.ran_away[:20]
    ]
    if problems:
        raise TamError(problems)
    found = list(notes)
    for one, label in zip(groups, labels):
        found += _definite_problems(one, label)
    found += _sparse_problems(groups, modelled)
    categories = {name: count for name, count in zip(names, counts[0]) if name in ordered}
    wholes = tuple(_whole(one, part[:, x], x) for one, part in zip(groups, rows))
    return OrdinalSample(tuple(names), tuple(given), categories, groups, wholes, tuple(found))


def _moments(
    rows: Floats, x: NDArray[np.bool_], mask: NDArray[np.bool_], names: Sequence[str]
) -> OrdinalMoments:
    """Statistics of one group's rows (n, p); ``x`` marks predictors, ``mask`` the ordered among the rest."""
    if not x.any():
        return ordinal_moments(rows, mask)
    try:
        return conditional_moments(rows[:, ~x], mask, rows[:, x])
    except Separated as apart:
        raise TamError(
            problem("ordered-separated", Where(column=names[at]), variable=names[at])
            for at in apart.variables
        ) from apart


def _whole(moments: OrdinalMoments, predictors: Floats, x: NDArray[np.bool_]) -> Whole:
    """Moments of all variables: of the residuals and what the predictors add (divisor n - 1, as lavaan)."""
    if not x.any():
        return Whole(moments.covariance, moments.means)
    centre = predictors.mean(axis=0)
    centred = predictors - centre
    inner = centred.T @ centred / (len(predictors) - 1)
    covariance, means = np.empty((len(x), len(x))), np.empty(len(x))
    across = moments.slopes @ inner
    covariance[np.ix_(x, x)], covariance[np.ix_(~x, x)], covariance[np.ix_(x, ~x)] = inner, across, across.T
    covariance[np.ix_(~x, ~x)] = moments.covariance + across @ moments.slopes.T
    means[x], means[~x] = centre, moments.means + moments.slopes @ centre
    return Whole(covariance, means)


def _answer_problems(
    counts: Sequence[Sequence[int]],
    labels: Sequence[str | None],
    names: Sequence[str],
    ordered: Sequence[str],
) -> list[Problem]:
    found = []
    for at, name in enumerate(names):
        most = max(count[at] for count in counts)
        if name not in ordered:
            continue
        if most > MOST_ANSWERS:
            where = Where(column=name)
            found.append(
                problem("ordered-many-answers", where, variable=name, number=most, most=MOST_ANSWERS)
            )
        found += [
            problem(
                "ordered-answers-differ",
                Where(column=name),
                group=label,
                variable=name,
                number=count[at],
                expected=most,
            )
            for count, label in zip(counts, labels)
            if count[at] < most
        ]
    return found


def _definite_problems(moments: OrdinalMoments, label: str | None) -> list[Problem]:
    deviations = np.sqrt(np.diag(moments.covariance))
    smallest = float(np.linalg.eigvalsh(moments.covariance / np.outer(deviations, deviations))[0])
    if smallest > SINGULAR:
        return []
    group = "" if label is None else f" ({label})"
    return [problem("polychoric-not-definite", group=group, eigenvalue=f"{smallest:.3g}")]


def _sparse_problems(groups: Sequence[OrdinalMoments], names: Sequence[str]) -> list[Problem]:
    """A note if pairs of answers of two ordered items never occur."""
    empty = np.sum([one.empty for one in groups], axis=0)
    number = int((empty > 0).sum())
    if not number:
        return []
    i, j = (int(at) for at in np.unravel_index(int(empty.argmax()), empty.shape))
    count = int(groups[0].ordered.sum())
    worst = f"{names[j]} × {names[i]} ({empty[i, j]})"
    return [problem("ordered-empty-cells", number=number, total=count * (count - 1) // 2, worst=worst)]
