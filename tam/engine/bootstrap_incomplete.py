"""Resamples of rows with missing answers: the patterns stay, their counts, means and covariances change.

All draws take their first step together, by the scores of the rows at the fit's own estimates and its
Hessian; then each goes on by its own Hessian. The step after which nothing would change is still taken, as
with complete answers (``bootstrap_newton``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.bootstrap_chunk import Part, admissible_solutions, given_moments
from tam.engine.bootstrap_newton import SETTLED
from tam.engine.bootstrap_products import ProductColumns
from tam.engine.bootstrap_setting import Gaps, Setting, Task, counts_of
from tam.engine.fiml import FimlML, FimlTarget, moment_slopes
from tam.engine.fiml_moments import masked_inverses, vech_places
from tam.engine.fiml_patterns import Patterns
from tam.engine.objective import Objective, joint
from tam.engine.optimiser import descend
from tam.engine.structure import Floats, Integers, Structure, implied, with_sample

#: Steps of a draw's own; what has not arrived then is searched for with more care.
MOST_STEPS = 8


@dataclass(frozen=True, slots=True)
class IncompleteBatch:
    """What all chunks share: ``groups``, the rows' ``scores`` (n, z) of F at the estimates in the directions
    of the constraints' space, one group after the other, and the Hessian's inverse (z, z) there."""

    groups: tuple[Ordered, ...]
    scores: Floats
    inverse: Floats


@dataclass(frozen=True, slots=True)
class Ordered:
    """One group's rows put in the order of their patterns: ``rows`` (n, p) as deviations from ``level``
    (p,), 0 where an answer is missing; ``order`` (n,) their places in the group, ``starts`` (K,) where each
    pattern begins, ``observed`` (K, p), ``seen`` (n, p); ``given`` (x,) places of ``fixed.x`` variables.
    """

    rows: Floats
    level: Floats
    order: Integers
    starts: Integers
    observed: Any
    seen: Any
    given: Integers
    products: tuple[ProductColumns, ...]


def make_incomplete_batch(setting: Setting) -> IncompleteBatch:
    """The batch of a setting whose rows are incomplete."""
    groups = tuple(_ordered(gaps, structure) for gaps, structure in zip(_gaps(setting), setting.structures))
    ones = [np.ones(n) for n in setting.sizes]
    objective, _ = _objective(setting, groups, ones)
    point = objective.evaluate(setting.theta)
    basis = setting.space.basis
    curvature = basis.T @ objective.hessian(point) @ basis
    scores = [
        _scores(part.structure, group, setting.theta) @ basis
        for part, group in zip(getattr(objective, "parts", (objective,)), groups)
    ]
    return IncompleteBatch(groups, np.vstack(scores), np.asarray(np.linalg.pinv(curvature)))


def _gaps(setting: Setting) -> tuple[Gaps, ...]:
    return tuple(one for one in setting.groups if isinstance(one, Gaps))


def _ordered(gaps: Gaps, structure: Structure) -> Ordered:
    patterns = gaps.sample.patterns
    order = np.argsort(patterns.of_row, kind="stable")
    rows = gaps.sample.rows[order]
    seen = ~np.isnan(rows)
    level = np.nanmean(rows, axis=0)
    starts = np.searchsorted(patterns.of_row[order], np.arange(len(patterns.observed)))
    given = structure.exogenous - structure.latents
    deviations = np.where(seen, rows - level, 0.0)
    return Ordered(deviations, level, order, starts, patterns.observed, seen, given, gaps.products)


def estimate_incomplete(setting: Setting, batch: IncompleteBatch, task: Task) -> Part:
    """The estimates in every resample of a task."""
    counts = counts_of(setting.sizes, task)
    basis, size = setting.space.basis, float(sum(setting.sizes))
    together = np.concatenate([part[:, group.order] for part, group in zip(counts, batch.groups)], axis=1)
    steps = -(together @ batch.scores / size) @ batch.inverse
    starts = setting.theta + steps @ basis.T
    theta = np.full((task.size, len(setting.theta)), np.nan)
    value, converged = np.full(task.size, np.nan), np.zeros(task.size, dtype=bool)
    admissible = np.zeros(task.size, dtype=bool)
    exogenous: list[list[Floats]] = [[] for _ in setting.structures]
    for k in range(task.size):
        objective, filled = _objective(setting, batch.groups, [part[k] for part in counts])
        found = _newton(objective, basis, starts[k])
        if found is None:
            careful = descend(objective, setting.space, setting.theta)
            if careful is not None and careful.converged:
                found = careful.point.theta, careful.point.value
        if found is not None:
            theta[k], value[k] = found
            converged[k] = True
            admissible[k] = all(_possible(one, theta[k]) for one in filled)
        for held, one in zip(exogenous, filled):
            held.append(_given(one))
    return Part(theta, value, converged, admissible, tuple(np.stack(held) for held in exogenous))


def _given(structure: Structure) -> Floats:
    """The moments (m,) of the variables of ``fixed.x`` that stand in a structure."""
    own = structure.base_covariances[structure.latents :, structure.latents :]
    return np.asarray(given_moments(structure, own[None])[0])


def _possible(structure: Structure, theta: Floats) -> bool:
    return bool(admissible_solutions(structure, implied(structure, theta[None]))[0])


def _newton(objective: Objective, basis: Floats, start: Floats) -> tuple[Floats, float] | None:
    """Newton's method from a near start; None where it strays."""
    theta, before = start, np.inf
    for _ in range(MOST_STEPS):
        point = objective.evaluate(theta)
        if point is None:
            return None
        slopes = objective.slopes(point)
        gradient = basis.T @ objective.gradient(point, slopes)
        curvature = basis.T @ objective.hessian(point, slopes) @ basis
        try:
            factor = np.linalg.cholesky(curvature)
        except np.linalg.LinAlgError:
            return None
        half = np.linalg.solve(factor, gradient)
        decrement = float(half @ half)
        if not decrement < before:
            return None
        theta = theta - basis @ np.linalg.solve(factor.T, half)
        if decrement < SETTLED**2:
            return theta, point.value - decrement / 2
        before = decrement
    return None


def _objective(
    setting: Setting, groups: Sequence[Ordered], weights: Sequence[Floats]
) -> tuple[Objective, list[Structure]]:
    """What the fit of the reweighted rows minimises, F counted from 0, and the structures with the
    reweighted moments of ``fixed.x`` variables; ``weights`` (n,) per group."""
    parts, filled = [], []
    for structure, group, weight in zip(setting.structures, groups, weights):
        own = weight[group.order]
        patterns = _patterns(group, own)
        covariance, means = _given_moments(group, own)
        filled.append(with_sample(structure, covariance, means))
        parts.append(FimlML(filled[-1], FimlTarget(patterns, covariance, means, 0.0)))
    return joint(parts, [round(float(weight.sum())) for weight in weights]), filled


def _patterns(group: Ordered, weight: Floats) -> Patterns:
    """The patterns that the weights (n,) fall on, with their weighted moments."""
    rows = _formed_anew(group, weight) if group.products else group.rows
    p = rows.shape[1]
    i, j = np.triu_indices(p)
    counts = np.add.reduceat(weight, group.starts)
    kept = counts > 0
    counts = counts[kept]
    weighted = weight[:, None] * rows
    means = np.add.reduceat(weighted, group.starts, axis=0)[kept] / counts[:, None]
    pairs = np.add.reduceat(weighted[:, i] * rows[:, j], group.starts, axis=0)[kept] / counts[:, None]
    upper = pairs - means[:, i] * means[:, j]
    covariances = np.empty((len(counts), p, p))
    covariances[:, i, j] = covariances[:, j, i] = upper
    observed = group.observed[kept]
    nobody: Integers = np.zeros(0, dtype=np.intp)
    return Patterns(observed, counts, np.where(observed, means + group.level, 0.0), covariances, nobody)


def _formed_anew(group: Ordered, weight: Floats) -> Floats:
    """The rows with products of items centred at the resample's means of the answers there are."""
    rows = group.rows.copy()
    for one in group.products:
        if one.method == "residual":
            continue  # regressions on items with gaps: these products stay as they are in the data
        items = np.unique(np.concatenate([one.left, one.right]))
        total = np.maximum(weight @ group.seen[:, items], 1.0)
        centre = np.zeros(rows.shape[1])
        centre[items] = weight @ rows[:, items] / total
        seen = group.seen[:, one.product]
        made = (rows[:, one.left] - centre[one.left]) * (rows[:, one.right] - centre[one.right])
        made = np.where(seen, made, 0.0)
        if one.method == "dblcent":
            made -= np.where(seen, weight @ made / np.maximum(weight @ seen, 1.0), 0.0)
        rows[:, one.product] = made - np.where(seen, group.level[one.product], 0.0)
    return rows


def _given_moments(group: Ordered, weight: Floats) -> tuple[Floats, Floats]:
    """Covariances (p, p) and means (p,) of the variables of ``fixed.x``, which every row has; 0 elsewhere."""
    p = group.rows.shape[1]
    covariance, means = np.zeros((p, p)), np.zeros(p)
    at = group.given
    if len(at):
        rows, total = group.rows[:, at], weight.sum()
        shift = weight @ rows / total
        covariance[np.ix_(at, at)] = (rows * weight[:, None]).T @ rows / total - np.outer(shift, shift)
        means[at] = shift + group.level[at]
    return covariance, means


def _scores(structure: Structure, group: Ordered, theta: Floats) -> Floats:
    """Derivative of every row's part of F to theta, (n, q): row by row J - u u' and -2 u, with J and u = J d
    of its pattern."""
    at = implied(structure, theta)
    slopes = moment_slopes(structure, at)
    p = len(at.mu)
    i, j = vech_places(p)
    twice = np.where(i == j, 1.0, 2.0)
    ends = [*group.starts[1:], len(group.rows)]
    scores = np.empty((len(group.rows), slopes.shape[1]))
    for k, (start, end) in enumerate(zip(group.starts, ends)):
        seen = group.observed[k]
        inverse = masked_inverses(at.sigma, seen[None])[0][0]
        deviation = np.where(seen, group.rows[start:end] + group.level - at.mu, 0.0)
        pulled = deviation @ inverse
        bent = twice * (inverse[i, j] - pulled[:, i] * pulled[:, j])
        scores[start:end] = np.hstack([bent, -2.0 * pulled]) @ slopes
    return scores
