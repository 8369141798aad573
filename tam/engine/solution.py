"""From a compiled model and a sample to a certified solution: constraints, starts, bounds, identification."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from tam.engine.identification import flat_directions, identification_problems
from tam.engine.maximum_likelihood import Target, gradient, information, target
from tam.engine.moments import Moments
from tam.engine.optimiser import Minimum, descend, minimise
from tam.engine.parameter_table import ParameterTable
from tam.engine.relations import Inequality, Relations, affine, read_relations
from tam.engine.starting_values import plain_starting_values, starting_values
from tam.engine.structure import Affine, Floats, Structure, compile_structure, with_sample
from tam.errors import Problem, TamError, Where, problem

#: A bound is broken when a parameter lies beyond it by more than this share of its size: well under a
#: printed digit.
BROKEN = 1e-8


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model ready for any sample of its variables; ``Structure`` without sample moments of ``fixed.x``
    variables.

    ``space`` holds the ``==`` constraints; ``moments`` counts the distinct moments the free parameters must
    explain.
    """

    table: ParameterTable
    structure: Structure
    relations: Relations
    space: Affine
    moments: int

    @property
    def npar(self) -> int:
        return int(self.space.basis.shape[1])

    @property
    def df(self) -> int:
        return self.moments - self.npar


@dataclass(frozen=True, slots=True)
class Solution:
    """What the search found.

    ``structure`` with the sample's moments of exogenous variables, ``aim`` the moments fitted (divisor n),
    ``space`` the affine space of all equalities that hold (bounds that bind included), ``vcov`` (q, q) of
    theta or None where the information is singular.
    """

    compiled: Compiled
    structure: Structure
    aim: Target
    space: Affine
    minimum: Minimum
    vcov: Floats | None
    problems: tuple[Problem, ...]

    @property
    def theta(self) -> Floats:
        return self.minimum.point.theta

    @property
    def converged(self) -> bool:
        return self.minimum.converged


def compile_model(table: ParameterTable) -> Compiled:
    """Matrices, relations and constraint space; raises ``TamError`` if the constraints contradict."""
    structure = compile_structure(table)
    relations = read_relations(table)
    space = affine(relations.equalities, relations.equal_to, len(table.free))
    if space is None:
        lines = [one for one in table.relations if one.operator == "=="]
        where = Where(line=lines[0].line)
        raise TamError(
            problem(
                "constraints-contradict", where, constraints=[f"{one.left} == {one.right}" for one in lines]
            )
        )
    return Compiled(table, structure, relations, space, _count_moments(structure))


def _count_moments(structure: Structure) -> int:
    """Distinct sample moments, without those of ``fixed.x`` variables that the model takes as given."""
    p = len(structure.observed_names)
    given = len(structure.exogenous_cells)
    if structure.meanstructure:
        return p * (p + 3) // 2 - given - len(structure.exogenous_means)
    return p * (p + 1) // 2 - given


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled model that has met its sample: ``aim`` is to be fitted, ``start`` is theta to begin with."""

    structure: Structure
    aim: Target
    start: Floats


def prepare(compiled: Compiled, moments: Moments) -> Prepared:
    """Everything before the search; raises ``TamError`` if the model is not identified."""
    covariance = moments.covariance * ((moments.nobs - 1) / moments.nobs)
    structure = with_sample(compiled.structure, covariance, moments.means)
    means = moments.means if structure.meanstructure else None
    aim = target(covariance, means)
    start = starting_values(structure, compiled.table, covariance, means)
    problems = identification_problems(
        structure, aim, compiled.space, start, df=compiled.df, moments=compiled.moments
    )
    if problems:
        raise TamError(problems)
    return Prepared(structure, aim, start)


def solve(compiled: Compiled, moments: Moments) -> Solution:
    """The maximum likelihood solution for moments in the order of the structure's observed variables.

    Raises ``TamError`` if the model is not identified. A search that fails gives a solution that says so.
    """
    ready = prepare(compiled, moments)
    structure, aim = ready.structure, ready.aim
    minimum, space, active = _bounded(compiled, ready)
    notes = [problem("bound-active", Where(line=one.line), bound=one.text) for one in active]
    if not minimum.converged:
        notes.append(_not_converged(minimum, structure, space))
    vcov = _vcov(structure, minimum, space, moments.nobs)
    return Solution(compiled, structure, aim, space, minimum, vcov, tuple(notes))


def _starts(compiled: Compiled, ready: Prepared) -> Iterator[Floats]:
    """Starting values in the order they are tried: informed, cautious variants, plain, shaken ones."""
    structure, informed = ready.structure, ready.start
    yield informed
    plain = plain_starting_values(structure, compiled.table, ready.aim.covariance, ready.aim.means)
    cells = structure.covariances
    off = cells.parameter[cells.row != cells.column]
    calm = informed.copy()
    calm[off] *= 0.3
    yield calm
    yield plain
    yield (informed + plain) / 2.0
    wave = np.sin(1.0 + 1.7 * np.arange(len(informed)))
    for size in (0.15, -0.15, 0.4, -0.4):
        yield plain + size * wave * np.abs(plain)
    zero = informed.copy()
    zero[off] = 0.0
    yield zero


def _bounded(compiled: Compiled, ready: Prepared) -> tuple[Minimum, Affine, list[Inequality]]:
    """The minimum under the inequalities: bounds the free solution breaks are made equalities, one by one.

    A bound whose multiplier shows that F falls away from it is let go again (active-set method).
    """
    space, active = compiled.space, list[Inequality]()
    structure, aim = ready.structure, ready.aim
    minimum = _search(structure, aim, space, _starts(compiled, ready))
    for _ in range(4 * len(compiled.relations.inequalities)):
        theta = minimum.point.theta
        loose = _released(compiled, structure, aim, minimum, active) if minimum.converged else None
        if loose is not None:
            active.remove(loose)
        else:
            broken = [
                (_excess(one, theta), one) for one in compiled.relations.inequalities if one not in active
            ]
            broken = [pair for pair in broken if pair[0] < -BROKEN]
            if not broken:
                break
            active.append(min(broken, key=lambda pair: pair[0])[1])
        rows = np.vstack([compiled.relations.equalities, *(one.coefficients for one in active)])
        sides = np.concatenate([compiled.relations.equal_to, [-one.constant for one in active]])
        narrowed = affine(rows, sides, len(theta))
        if narrowed is None:
            where = Where(line=active[-1].line)
            raise TamError(problem("constraints-contradict", where, constraints=[one.text for one in active]))
        space = narrowed
        minimum = _search(structure, aim, space, chain([theta], _starts(compiled, ready)))
    return minimum, space, active


def _excess(bound: Inequality, theta: Floats) -> float:
    """How far theta lies inside a bound (negative: outside), relative to the terms compared."""
    terms = bound.coefficients * theta
    size = float(np.abs(terms).sum() + abs(bound.constant)) or 1.0
    return (float(terms.sum()) + bound.constant) / size


def _released(
    compiled: Compiled, structure: Structure, aim: Target, minimum: Minimum, active: Sequence[Inequality]
) -> Inequality | None:
    """The active bound that F would rather leave inwards, if any (negative multiplier)."""
    if not active:
        return None
    slope = gradient(structure, aim, minimum.point)
    held = np.vstack([*(one.coefficients for one in active), compiled.relations.equalities])
    multipliers = np.linalg.lstsq(held.T, slope, rcond=None)[0][: len(active)]
    worst = int(np.argmin(multipliers))
    return active[worst] if multipliers[worst] < -1e-8 * np.abs(multipliers).max() else None


def _search(structure: Structure, aim: Target, space: Affine, starts: Iterator[Floats]) -> Minimum:
    minimum = minimise(structure, aim, space, starts)
    if minimum is None:
        raise TamError(problem("no-starting-values"))
    variances = _variances(structure, minimum.point.theta)
    if minimum.converged and (variances < 0).any():
        # A negative variance may belong to a local minimum: try two more starts, keep the lowest.
        for start in islice(starts, 2):
            other = descend(structure, aim, space, start)
            if other is not None and other.converged and other.point.value < minimum.point.value - 1e-10:
                minimum = other
    return minimum


def _variances(structure: Structure, theta: Floats) -> Floats:
    cells = structure.covariances
    return np.asarray(theta[cells.parameter[cells.row == cells.column]])


def _not_converged(minimum: Minimum, structure: Structure, space: Affine) -> Problem:
    curvature = space.basis.T @ information(structure, minimum.point) @ space.basis
    names = flat_directions(curvature, space, structure.free)
    return problem("not-converged", iterations=minimum.iterations, parameters=names or ["-"])


def _vcov(structure: Structure, minimum: Minimum, space: Affine, n: int) -> Floats | None:
    """Covariance matrix of theta (q, q) from the expected information; None if that is singular."""
    curvature = n / 2.0 * (space.basis.T @ information(structure, minimum.point) @ space.basis)
    scale = 1.0 / np.sqrt(np.where(np.diag(curvature) > 0, np.diag(curvature), 1.0))
    try:
        factor = np.linalg.cholesky(curvature * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    half: Floats = np.linalg.solve(factor, (space.basis * scale).T)
    return np.asarray(half.T @ half)
