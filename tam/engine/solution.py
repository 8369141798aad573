"""From a compiled model and a sample to a certified solution: constraints, starts, bounds, identification."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any

import numpy as np

from tam.engine.groups import only as only
from tam.engine.identification import flat_directions, identification_problems
from tam.engine.lower_minima import (
    SMALL,
    Looked,
    boundary_cells,
    close_to_impossible,
    doubtful_starts,
    leaning_starts,
    look_around,
    possible,
    strange,
)
from tam.engine.maximum_likelihood import target
from tam.engine.moments import Moments
from tam.engine.objective import NormalML, Objective, joint, parts_of
from tam.engine.optimiser import Minimum, minimise
from tam.engine.parameter_table import ParameterTable
from tam.engine.relations import Inequality, Relations, affine, read_relations
from tam.engine.shaken_starts import count_of_starts, shaken_starts
from tam.engine.starting_values import plain_starting_values, starting_values
from tam.engine.structure import (
    Affine,
    Floats,
    Implied,
    Integers,
    Structure,
    compile_structures,
    with_sample,
)
from tam.errors import Problem, TamError, Where, problem

#: A bound is broken when a parameter lies beyond it by more than this share of its size: well under a
#: printed digit.
BROKEN = 1e-8


@dataclass(frozen=True, slots=True)
class Compiled:
    """A model ready for any sample of its variables; ``structures`` of the groups, without sample moments
    of ``fixed.x`` variables.

    ``space`` holds the ``==`` constraints; ``moments`` counts the distinct moments the free parameters must
    explain.
    """

    table: ParameterTable
    structures: tuple[Structure, ...]
    relations: Relations
    space: Affine
    moments: int

    @property
    def structure(self) -> Structure:
        """The structure of the only group; raises ``TamError`` with several."""
        return only(self.structures)

    @property
    def npar(self) -> int:
        return int(self.space.basis.shape[1])

    @property
    def df(self) -> int:
        return self.moments - self.npar


@dataclass(frozen=True, slots=True)
class Solution:
    """What the search found: ``structures`` with the sample moments of exogenous variables and ``sizes`` of
    the groups, ``space`` the affine space of all equalities that hold (bounds that bind included).
    """

    compiled: Compiled
    structures: tuple[Structure, ...]
    sizes: tuple[int, ...]
    objective: Objective
    space: Affine
    minimum: Minimum
    problems: tuple[Problem, ...]

    @property
    def theta(self) -> Floats:
        return np.asarray(self.minimum.point.theta)

    @property
    def converged(self) -> bool:
        return self.minimum.converged

    @property
    def n(self) -> int:
        """Cases of all groups."""
        return sum(self.sizes)

    @property
    def structure(self) -> Structure:
        """The structure of the only group; raises ``TamError`` with several."""
        return only(self.structures)

    @property
    def implied(self) -> tuple[Implied, ...]:
        """The moments that the solution implies for each group."""
        return tuple(point.implied for point in self.minimum.point.groups)

    @property
    def aims(self) -> tuple[Any, ...]:
        """What was fitted in each group; each has ``covariance`` (p, p) and ``means`` (p,)."""
        return tuple(part.aim for part in parts_of(self.objective))

    @property
    def aim(self) -> Any:
        """What was fitted in the only group; raises ``TamError`` with several."""
        return only(self.aims)


def compile_model(table: ParameterTable) -> Compiled:
    """Matrices, relations and constraint space; raises ``TamError`` if the constraints contradict."""
    structures = compile_structures(table)
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
    moments = sum(_count_moments(structure) for structure in structures)
    return Compiled(table, structures, relations, space, moments)


def _count_moments(structure: Structure) -> int:
    """Distinct sample moments, without those of ``fixed.x`` variables that the model takes as given."""
    p = len(structure.observed_names)
    given = len(structure.exogenous_cells)
    if structure.meanstructure:
        return p * (p + 3) // 2 - given - len(structure.exogenous_means)
    return p * (p + 1) // 2 - given


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled model that has met its sample.

    ``objective`` is to be minimised from ``start`` (q,); ``plain`` (q,) is a cautious second start.
    """

    structures: tuple[Structure, ...]
    sizes: tuple[int, ...]
    objective: Objective
    start: Floats
    plain: Floats


def normal_part(structure: Structure, moments: Moments) -> NormalML:
    """The likelihood of one group's moments, its ``fixed.x`` moments filled in."""
    covariance = moments.covariance * ((moments.nobs - 1) / moments.nobs)
    filled = with_sample(structure, covariance, moments.means)
    return NormalML(filled, target(covariance, moments.means if structure.meanstructure else None))


def prepare(
    compiled: Compiled,
    samples: Sequence[Moments],
    part_of: Callable[[Structure, Moments], Any] = normal_part,
) -> Prepared:
    """Everything before the search; raises ``TamError`` if the model is not identified.

    ``part_of`` makes the objective of a group: with a ``structure`` and an ``aim``.
    """
    parts, starts, plain = [], [], []
    for at, moments in enumerate(samples):
        part = part_of(compiled.structures[at], moments)
        parts.append(part)
        means = part.aim.means if part.structure.meanstructure else None
        given = (part.structure, compiled.table.rows_of(at), part.aim.covariance, means)
        starts.append(starting_values(*given))
        plain.append(plain_starting_values(*given))
    sizes = tuple(moments.nobs for moments in samples)
    structures = tuple(part.structure for part in parts)
    starts_of_all = (merged_starts(structures, one, sizes) for one in (starts, plain))
    return checked(compiled, Prepared(structures, sizes, joint(parts, sizes), *starts_of_all))


def checked(compiled: Compiled, ready: Prepared) -> Prepared:
    """The same; raises ``TamError`` if the model is not identified."""
    problems = identification_problems(
        ready.objective,
        compiled.space,
        ready.start,
        compiled.table.free,
        df=compiled.df,
        moments=compiled.moments,
    )
    if problems:
        raise TamError(problems)
    return ready


def merged_starts(structures: Sequence[Structure], starts: Sequence[Floats], sizes: Sequence[int]) -> Floats:
    """theta (q,) from the starting values (q,) of each group: those of shared parameters are averaged."""
    if len(starts) == 1:
        return starts[0]
    total, weight = np.zeros(len(starts[0])), np.zeros(len(starts[0]))
    for structure, start, size in zip(structures, starts, sizes):
        cells = (structure.paths, structure.covariances, structure.intercepts)
        own = np.unique(np.concatenate([part.parameter for part in cells]))
        total[own] += size * start[own]
        weight[own] += size
    return np.asarray(total / np.where(weight > 0, weight, 1.0))


def solve(compiled: Compiled, samples: Sequence[Moments]) -> Solution:
    """The maximum likelihood solution for the moments of each group, in the order of the structure's
    observed variables.

    Raises ``TamError`` if the model is not identified. A search that fails gives a solution that says so.
    """
    return search(compiled, prepare(compiled, samples))


def search(compiled: Compiled, ready: Prepared) -> Solution:
    """The minimum of what was prepared, under the model's constraints."""
    looked, space, active = _bounded(compiled, ready)
    minimum = looked.minimum
    notes = [problem("bound-active", Where(line=one.line), bound=one.text) for one in active]
    if not minimum.converged:
        notes.append(_not_converged(minimum, ready.objective, space, compiled.table.free))
    if looked.below is not None:
        notes.append(_likelier_elsewhere(looked, sum(ready.sizes), ready.structures))
    return Solution(compiled, ready.structures, ready.sizes, ready.objective, space, minimum, tuple(notes))


def _starts(ready: Prepared) -> Iterator[Floats]:
    """Starting values in the order they are tried: informed, cautious variants, plain, shaken ones."""
    informed, plain = ready.start, ready.plain
    yield informed
    off = _covariances(ready.structures)
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


def _covariances(structures: Sequence[Structure]) -> Integers:
    """Places in theta of the free covariances."""
    cells = [structure.covariances for structure in structures]
    return np.unique(np.concatenate([one.parameter[one.row != one.column] for one in cells]))


def _bounded(compiled: Compiled, ready: Prepared) -> tuple[Looked, Affine, list[Inequality]]:
    """The minimum under the inequalities: bounds the free solution breaks are made equalities, one by one.

    A bound whose multiplier shows that F falls away from it is let go again (active-set method).
    """
    space, active = compiled.space, list[Inequality]()
    looked = _search(compiled, ready, space, _starts(ready))
    for _ in range(4 * len(compiled.relations.inequalities)):
        minimum = looked.minimum
        theta = minimum.point.theta
        loose = _released(compiled, ready.objective, minimum, active) if minimum.converged else None
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
        looked = _search(compiled, ready, space, chain([theta], _starts(ready)))
    return looked, space, active


def _excess(bound: Inequality, theta: Floats) -> float:
    """How far theta lies inside a bound (negative: outside), relative to the terms compared."""
    terms = bound.coefficients * theta
    size = float(np.abs(terms).sum() + abs(bound.constant)) or 1.0
    return (float(terms.sum()) + bound.constant) / size


def _released(
    compiled: Compiled, objective: Objective, minimum: Minimum, active: Sequence[Inequality]
) -> Inequality | None:
    """The active bound that F would rather leave inwards, if any (negative multiplier)."""
    if not active:
        return None
    slope = objective.gradient(minimum.point)
    held = np.vstack([*(one.coefficients for one in active), compiled.relations.equalities])
    multipliers = np.linalg.lstsq(held.T, slope, rcond=None)[0][: len(active)]
    worst = int(np.argmin(multipliers))
    return active[worst] if multipliers[worst] < -1e-8 * np.abs(multipliers).max() else None


def _search(compiled: Compiled, ready: Prepared, space: Affine, starts: Iterator[Floats]) -> Looked:
    """The lowest minimum that other starts lead to, and what was seen below it."""
    minimum = minimise(ready.objective, space, starts)
    if minimum is None:
        raise TamError(problem("no-starting-values"))
    if not minimum.converged:
        return Looked(minimum)

    def accepted(point: Any, other: Any) -> bool:
        outside = [_outside(compiled, one.theta) for one in (point, other)]
        return outside[1] <= outside[0] and (possible(other) or not possible(point))

    cases = sum(ready.sizes)
    cells = boundary_cells(ready.structures)
    samples = [part.aim.covariance for part in parts_of(ready.objective)]
    odd, count = strange(minimum), 0
    if ready.start is not ready.plain:  # else it began at another sample's solution and stays with it
        doubtful = odd or (cases <= SMALL and close_to_impossible(space, minimum, cases, cells))
        count = count_of_starts(ready.structures, space, cases, doubtful)
    others = islice(starts, 2 if cases <= SMALL or odd else 0)
    return look_around(
        ready.objective,
        space,
        minimum,
        chain(others, shaken_starts(ready.structures, samples, minimum, count)),
        lambda one: chain(
            doubtful_starts(space, one, cases, cells), leaning_starts(ready.structures, samples, one, cases)
        ),
        accepted,
    )


def _outside(compiled: Compiled, theta: Floats) -> bool:
    """Whether theta breaks an inequality."""
    return any(_excess(one, theta) < -BROKEN for one in compiled.relations.inequalities)


def _not_converged(minimum: Minimum, objective: Objective, space: Affine, free: Sequence[str]) -> Problem:
    curvature = space.basis.T @ objective.information(minimum.point) @ space.basis
    names = flat_directions(curvature, space, free)
    return problem("not-converged", iterations=minimum.iterations, parameters=names or ["-"])


def _likelier_elsewhere(looked: Looked, cases: int, structures: Sequence[Structure]) -> Problem:
    """By how much chi-square is lower there, and the variables whose variance is negative there."""
    names = [
        name
        for structure, point in zip(structures, looked.below.groups)
        for name, variance in zip(structure.names, np.diag(point.implied.matrices.covariances))
        if variance < 0
    ]
    difference = cases * (looked.minimum.point.value - looked.below.value)
    return problem(
        "likelier-elsewhere", difference=f"{difference:.4g}", variables=sorted(set(names)) or ["-"]
    )


def expected_vcov(solution: Solution) -> Floats | None:
    """Covariance matrix of theta (q, q) from the expected information; None if that is singular."""
    return inverse_in(
        solution.n / 2.0 * solution.objective.information(solution.minimum.point), solution.space
    )


def observed_vcov(solution: Solution) -> Floats | None:
    """Covariance matrix of theta (q, q) from the observed information; None if that is not positive
    definite."""
    return inverse_in(solution.n / 2.0 * solution.objective.hessian(solution.minimum.point), solution.space)


def inverse_in(information: Floats, space: Affine) -> Floats | None:
    """The inverse (q, q) of an information matrix (q, q) within the space; None where it is not definite."""
    curvature = space.basis.T @ information @ space.basis
    scale = 1.0 / np.sqrt(np.where(np.diag(curvature) > 0, np.diag(curvature), 1.0))
    try:
        factor = np.linalg.cholesky(curvature * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    half: Floats = np.linalg.solve(factor, (space.basis * scale).T)
    return np.asarray(half.T @ half)
