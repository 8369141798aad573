"""One chunk of resamples: their moments, their estimates, whether these are possible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_constant import moments_about_zero
from tam.engine.bootstrap_derivatives import Samples, log_determinants
from tam.engine.bootstrap_front import GroupModel
from tam.engine.bootstrap_newton import for_samples, group_model, solve, whole_curvature
from tam.engine.bootstrap_setting import Normal, Rows, Setting, Task, moments_of
from tam.engine.least_squares import MomentLeastSquares, least_squares_target
from tam.engine.maximum_likelihood import target
from tam.engine.objective import NormalML, Objective, joint
from tam.engine.optimiser import Minimum, minimise
from tam.engine.solution import Prepared, search
from tam.engine.structure import Affine, Floats, Implied, Integers, Structure, implied, with_sample
from tam.errors import TamError

Booleans = NDArray[np.bool_]

#: A bound counts as broken beyond this share of the terms compared.
BROKEN = 1e-8


@dataclass(frozen=True, slots=True)
class Part:
    """Estimates of a chunk of r resamples: ``theta`` (r, q), ``value`` F (r,), ``converged`` and
    ``admissible`` (r,), ``exogenous`` (r, m_g) of every group. Plain arrays, so that they travel anywhere."""

    theta: Floats
    value: Floats
    converged: Booleans
    admissible: Booleans
    exogenous: tuple[Floats, ...]


@dataclass(frozen=True, slots=True)
class Batch:
    """What all chunks share: ``models`` of the groups without means where these follow, ``directions``
    (q, z), ``curvature`` (z, z) of the whole sample; ``follow``: intercepts reproduce the means exactly."""

    models: tuple[GroupModel, ...]
    directions: Floats
    curvature: Floats
    follow: bool


def make_batch(setting: Setting) -> Batch | None:
    """The batch of a setting; None where every draw must be estimated by itself."""
    return batch_around(setting, *_whole_sample(setting))


def batch_around(
    setting: Setting, means: list[Floats], covariances: list[Floats], sizes: list[Floats]
) -> Batch | None:
    """The batch whose shared curvature is that of one sample, ``means`` (1, p), ``covariances`` (1, p, p) and
    ``sizes`` (1,) of each group, at the setting's theta."""
    structures = setting.structures
    follow = all_means_follow(structures, setting.space)
    if not follow and setting.estimator != "ML":
        return None
    if setting.compiled.relations.inequalities and len(setting.space.basis.T) < setting.compiled.npar:
        return None  # a bound binds in the whole sample, and need not in a resample
    directions = _directions(structures, setting.space, follow)
    bare = [replace(one, meanstructure=one.meanstructure and not follow) for one in structures]
    models = tuple(group_model(one, directions) for one in bare)
    samples, own = _prepared(setting, models, bare, means, covariances, sizes)
    curvature = whole_curvature(own, samples, setting.theta, directions)
    return Batch(models, directions, curvature, follow)


def _whole_sample(setting: Setting) -> tuple[list[Floats], list[Floats], list[Floats]]:
    means, covariances = [], []
    for group in setting.groups:
        if isinstance(group, Normal):
            means.append(group.level[None])
            covariances.append((group.factor @ group.factor.T)[None])
        else:
            assert isinstance(group, Rows)
            level, spread = group.moments(np.ones((1, group.n)))
            means.append(level)
            covariances.append(spread)
    sizes = [np.array([float(n)]) for n in setting.sizes]
    return means, _with_divisor(setting, covariances, sizes), sizes


def _with_divisor(setting: Setting, covariances: list[Floats], sizes: list[Floats]) -> list[Floats]:
    """Covariances with the estimator's divisor: n for maximum likelihood, n - 1 for least squares."""
    if setting.estimator == "ML":
        return covariances
    return [part * (n / (n - 1))[:, None, None] for part, n in zip(covariances, sizes)]


def estimate(setting: Setting, batch: Batch | None, task: Task) -> Part:
    """The estimates in every resample of a task."""
    means, covariances, sizes = moments_of(setting, task)
    return estimate_moments(setting, batch, means, _with_divisor(setting, covariances, sizes), sizes)


def estimate_moments(
    setting: Setting,
    batch: Batch | None,
    means: list[Floats],
    covariances: list[Floats],
    sizes: list[Floats],
) -> Part:
    """The estimates in r samples: ``means`` (r, p), ``covariances`` (r, p, p) with the estimator's divisor
    and cases (r,) of each group."""
    count = len(means[0])
    sound = np.logical_and.reduce([log_determinants(part)[0] for part in covariances])
    theta = np.full((count, len(setting.theta)), np.nan)
    value, converged = np.full(count, np.nan), np.zeros(count, dtype=bool)
    chosen = np.flatnonzero(sound)
    if batch is not None and len(chosen):
        _together(setting, batch, (means, covariances, sizes), chosen, theta, value, converged)
    for k in chosen[~converged[chosen]]:
        alone = _alone(setting, [m[k] for m in means], [c[k] for c in covariances], [n[k] for n in sizes])
        if alone is not None:
            theta[k], value[k], converged[k] = alone.point.theta, alone.point.value, True
    theta[~converged] = np.nan
    admissible = np.zeros(count, dtype=bool)
    if converged.any():
        stacks = [
            with_sample(structure, covariance[converged], mean[converged])
            for structure, covariance, mean in zip(setting.structures, covariances, means)
        ]
        admissible[converged] = np.logical_and.reduce(
            [admissible_solutions(one, implied(one, theta[converged])) for one in stacks]
        )
    exogenous = tuple(
        given_moments(structure, covariance) for structure, covariance in zip(setting.structures, covariances)
    )
    return Part(theta, value, converged, admissible, exogenous)


def given_moments(structure: Structure, covariances: Floats) -> Floats:
    """The moments (r, m) of exogenous variables, in the order of ``structure.exogenous_cells``."""
    i, j = structure.exogenous_cells.T - structure.latents
    return covariances[:, i, j]


def _together(
    setting: Setting,
    batch: Batch,
    drawn: tuple[list[Floats], list[Floats], list[Floats]],
    chosen: Integers,
    theta: Floats,
    value: Floats,
    converged: Booleans,
) -> None:
    """Estimate the ``chosen`` draws at once; fills ``theta``, ``value`` and ``converged``."""
    means, covariances, sizes = ([part[chosen] for part in kind] for kind in drawn)
    bare = [replace(one, meanstructure=one.meanstructure and not batch.follow) for one in setting.structures]
    samples, models = _prepared(setting, batch.models, bare, means, covariances, sizes)
    try:
        found = solve(models, samples, setting.theta, batch.directions, batch.curvature)
    except np.linalg.LinAlgError:
        return  # a step led to I - A without an inverse: each draw by itself
    estimates = found.theta
    if batch.follow:
        estimates = _with_means(setting.structures, estimates, covariances, means)
    kept = found.converged & _inside(setting, estimates)
    theta[chosen], value[chosen], converged[chosen] = estimates, found.value, kept


def _prepared(
    setting: Setting,
    models: Sequence[GroupModel],
    structures: Sequence[Structure],
    means: Sequence[Floats],
    covariances: Sequence[Floats],
    sizes: Sequence[Floats],
) -> tuple[list[Samples], list[GroupModel]]:
    """What the batch needs of the moments of each group's resamples."""
    total = np.sum(sizes, axis=0)
    samples, own = [], []
    for model, structure, mean, covariance, size in zip(models, structures, means, covariances, sizes):
        filled = with_sample(structure, covariance, mean)
        own.append(for_samples(model, filled))
        moments = moments_about_zero(covariance, mean) if structure.meanstructure else covariance
        weights: Floats | None = None
        if setting.estimator == "GLS":
            weights = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
        elif setting.estimator == "ULS":
            weights = np.tile(np.eye(covariance.shape[-1]), (len(covariance), 1, 1))
        # the determinant of the moments about zero is that of the covariances
        shares = size / total if setting.estimator == "ML" else (size - 1) / total
        logs = log_determinants(covariance)[1]
        samples.append(Samples(moments, logs, shares, weights, setting.estimator == "ULS"))
    return samples, own


def _with_means(
    structures: Sequence[Structure], theta: Floats, covariances: Sequence[Floats], means: Sequence[Floats]
) -> Floats:
    """The estimates with intercepts that reproduce each resample's means exactly."""
    filled = theta.copy()
    for structure, covariance, mean in zip(structures, covariances, means):
        if not structure.meanstructure or not len(structure.intercepts):
            continue
        filled[:, structure.intercepts.parameter] = 0.0
        model = implied(with_sample(structure, covariance, mean), filled)
        rows = structure.intercepts.row
        reach = model.effects[:, rows[:, None], rows[None, :]]
        gap = (mean - model.mu)[:, rows - structure.latents]
        filled[:, structure.intercepts.parameter] = np.linalg.solve(reach, gap[..., None])[..., 0]
    return filled


def _inside(setting: Setting, theta: Floats) -> Booleans:
    """Which estimates (r, q) break none of the model's bounds."""
    kept = np.ones(len(theta), dtype=bool)
    for bound in setting.compiled.relations.inequalities:
        terms = theta * bound.coefficients
        size = np.abs(terms).sum(axis=1) + abs(bound.constant)
        kept &= terms.sum(axis=1) + bound.constant >= -BROKEN * size
    return kept


def _alone(
    setting: Setting, means: Sequence[Floats], covariances: Sequence[Floats], sizes: Sequence[float]
) -> Minimum | None:
    """One draw by the careful search of the main estimator, for what the batch gave up; None if it fails
    too."""
    structures = tuple(
        with_sample(structure, covariance, mean)
        for structure, covariance, mean in zip(setting.structures, covariances, means)
    )
    whole = tuple(round(float(n)) for n in sizes)
    try:
        objective = _objective(setting.estimator, structures, means, covariances, whole)
        if setting.compiled.relations.inequalities:
            ready = Prepared(structures, whole, objective, setting.theta, setting.theta)
            found: Minimum | None = search(setting.compiled, ready).minimum
        else:
            found = minimise(objective, setting.space, [setting.theta])
    except (np.linalg.LinAlgError, TamError):
        return None
    return found if found is not None and found.converged else None


def _objective(
    estimator: str,
    structures: Sequence[Structure],
    means: Sequence[Floats],
    covariances: Sequence[Floats],
    sizes: Sequence[int],
) -> Objective:
    parts: list[Any] = []
    for structure, mean, covariance, n in zip(structures, means, covariances, sizes):
        given = mean if structure.meanstructure else None
        if estimator == "ML":
            parts.append(NormalML(structure, target(covariance, given)))
        else:
            aim = least_squares_target(estimator, covariance, given, n)
            parts.append(MomentLeastSquares(structure, aim))
    return joint(parts, sizes)


def means_follow(structure: Structure, space: Affine) -> bool:
    """Whether the means leave the covariance parameters alone: no mean structure, or one intercept of its
    own for every observed variable that is not exogenous, in no constraint, and latent means of zero."""
    return all_means_follow((structure,), space)


def all_means_follow(structures: Sequence[Structure], space: Affine) -> bool:
    """``means_follow`` in every group, no group's intercept being another's."""
    if not structures[0].meanstructure:
        return True
    own = [one.intercepts.parameter for one in structures]
    places = np.concatenate(own)
    others = {
        int(at)
        for one in structures
        for at in np.concatenate([one.paths.parameter, one.covariances.parameter])
    }
    if len(set(places.tolist())) < len(places) or others & set(places.tolist()):
        return False
    for one in structures:
        observed = set(range(one.latents, len(one.names))) - set(one.exogenous.tolist())
        if set(one.intercepts.row.tolist()) != observed or one.base_intercepts.any():
            return False
    touched = np.abs(space.basis[places])
    return bool((touched.sum(axis=1) == 1).all() and (touched.sum(axis=0) <= 1).all())


def _directions(structures: Sequence[Structure], space: Affine, follow: bool) -> Floats:
    """The directions (q, z) of the constraints' space along which the batch searches: those that move no
    intercept, where these follow."""
    if not follow or not structures[0].meanstructure:
        return space.basis
    intercepts = np.concatenate([one.intercepts.parameter for one in structures])
    return np.asarray(space.basis[:, ~space.basis[intercepts].any(axis=0)])


def admissible_solutions(structure: Structure, at: Implied) -> Booleans:
    """Which of a stack of solutions are possible: no negative variance, and covariance matrices of the
    latent variables and of the residuals without a negative eigenvalue. Peer: ``lavInspect(fit,
    "post.check")``."""
    k = structure.latents
    # eigenvalues of order 1e-10 of the largest are rounding, as for a variance fixed at zero
    blocks = (at.total[:, :k, :k], at.matrices.covariances[:, k:, k:])
    possible = (np.diagonal(at.matrices.covariances, axis1=1, axis2=2) >= 0).all(axis=1)
    for block in blocks:
        if block.shape[-1]:
            roots = np.linalg.eigvalsh(block)
            possible &= roots[:, 0] >= -1e-10 * np.maximum(roots[:, -1], 1.0)
    return np.asarray(possible)
