"""The case bootstrap: respondents are drawn with replacement and the model is estimated in every resample.

Resamples are never built: their moments are linear in how often each row was drawn, and the models of a
whole chunk of draws are estimated at once (``bootstrap_newton``). Every chunk has a random stream of its
own, spawned from the seed, so the answer depends on neither the number of workers nor their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_derivatives import make_plan, slope_and_curvature
from tam.engine.bootstrap_newton import Solutions, solve
from tam.engine.bootstrap_products import ProductColumns, formed_anew, product_columns
from tam.engine.maximum_likelihood import target
from tam.engine.objective import NormalML
from tam.engine.optimiser import minimise
from tam.engine.products import Products
from tam.engine.structure import Affine, Floats, Implied, Structure, implied, with_sample
from tam.errors import TamError, problem
from tam.stats.resampling import draw_counts, resampled_moments

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.fit import Fit

#: Draws estimated together. Small enough that a chunk's matrices stay in the processor's cache; part of the
# random #: stream's definition, so changing it changes every interval.
CHUNK = 50
#: Groups of rows left out at once by the jackknife of a large sample.
MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Setting:
    """What a resample is estimated from.

    ``structure`` compiled model without sample moments; ``space`` the constraints; ``theta`` (q,) the
    estimates; ``data`` (n, p) complete rows in the order of ``structure.observed_names``;
    ``products`` columns among them that every resample forms anew.
    """

    structure: Structure
    space: Affine
    theta: Floats
    data: Floats
    products: tuple[ProductColumns, ...] = ()


@dataclass(frozen=True, slots=True)
class Draws:
    """Estimates of all resamples.

    ``theta`` (R, q) in the order of the free parameters, NaN where a draw failed; ``converged`` (R,);
    ``admissible`` (R,): no negative variance, no covariance matrix that is not one (False for failed
    draws); ``exogenous`` (R, m) the resampled moments of observed exogenous variables, in the order of
    ``structure.exogenous_cells``; ``jackknife`` the same of the leave-one-out samples, None unless asked
    for.
    """

    theta: Floats
    converged: NDArray[np.bool_]
    admissible: NDArray[np.bool_]
    exogenous: Floats
    seed: int
    jackknife: Draws | None = None

    @property
    def requested(self) -> int:
        return len(self.converged)

    @property
    def used(self) -> int:
        return int(self.converged.sum())

    @property
    def failed(self) -> int:
        return self.requested - self.used

    @property
    def inadmissible(self) -> int:
        return int((self.converged & ~self.admissible).sum())


def bootstrap_setting(
    fit: Fit, data: pd.DataFrame | None = None, products: Iterable[Products] = ()
) -> Setting:
    """What the resamples of a fit need: the rows it was made from, or the complete ones of ``data``, and
    the ``products`` among its columns that every resample must form anew.

    Raises TamError when there are no rows, or when the fit has no usable estimates.
    """
    if not fit.converged:
        raise TamError(problem("bootstrap-not-converged"))
    compiled = fit.solution.compiled
    rows = fit.sample.rows
    if data is not None:
        given = data[list(compiled.structure.observed_names)].to_numpy(np.float64)
        rows = given[~np.isnan(given).any(axis=1)]
    if rows is None:
        raise TamError(problem("bootstrap-needs-rows"))
    columns = product_columns(products, compiled.structure.observed_names)
    return Setting(compiled.structure, fit.solution.space, fit.theta, rows, columns)


def bootstrap_draws(
    setting: Setting, draws: int, seed: int, *, workers: int = 1, jackknife: bool = False
) -> Draws:
    """Estimates in ``draws`` resamples of the rows, and in the leave-one-out samples if ``jackknife``."""
    from threadpoolctl import threadpool_limits

    centred = setting.data - setting.data.mean(axis=0)
    sizes = [min(CHUNK, draws - start) for start in range(0, draws, CHUNK)]
    streams = np.random.SeedSequence(seed).spawn(len(sizes))

    drawn = [
        partial(_counts, len(centred), size, stream) for size, stream in zip(sizes, streams, strict=True)
    ]
    with threadpool_limits(limits=1, user_api="blas"):
        left_out = (
            _estimate_all(setting, centred, _left_out(len(centred)), seed, workers) if jackknife else None
        )
        result = _estimate_all(setting, centred, drawn, seed, workers)
    return Draws(result.theta, result.converged, result.admissible, result.exogenous, seed, left_out)


def _counts(n: int, draws: int, stream: np.random.SeedSequence) -> Floats:
    return draw_counts(n, draws, np.random.default_rng(stream))


def _left_out(n: int) -> list[Callable[[], Floats]]:
    """Counts of the samples that leave out one row each; groups of rows in samples above
    ``MOST_GROUPS``."""
    groups = min(n, MOST_GROUPS)
    member = np.arange(n) % groups
    chunks = [np.arange(start, min(start + CHUNK, groups)) for start in range(0, groups, CHUNK)]
    return [partial(_without_groups, member, chunk) for chunk in chunks]


def _without_groups(member: NDArray[np.intp], groups: NDArray[np.intp]) -> Floats:
    return np.asarray(member != groups[:, None], dtype=np.float64)


def _estimate_all(
    setting: Setting, centred: Floats, counts: Iterable[Callable[[], Floats]], seed: int, workers: int
) -> Draws:
    """Estimates for every chunk of counts, in their order whatever the workers do."""
    follow = means_follow(setting.structure, setting.space)
    curvature = _whole_sample_curvature(setting, centred) if follow else None

    def estimate(make: Callable[[], Floats]) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_], Floats]:
        return _estimate_chunk(setting, centred, make(), curvature)

    if workers == 1:
        parts = [estimate(make) for make in counts]
    else:
        with ThreadPoolExecutor(workers) as pool:
            parts = list(pool.map(estimate, counts))
    theta, converged, admissible, exogenous = (
        np.concatenate([part[k] for part in parts]) if parts else np.zeros(0) for k in range(4)
    )
    return Draws(theta, converged.astype(bool), admissible.astype(bool), exogenous, seed)


def _estimate_chunk(
    setting: Setting, centred: Floats, counts: Floats, curvature: Floats | None
) -> tuple[Floats, NDArray[np.bool_], NDArray[np.bool_], Floats]:
    shifts, samples = resampled_moments(centred, counts)
    samples, shifts = formed_anew(samples, shifts, setting.products)
    means = shifts + setting.data.mean(axis=0)
    sign, log_determinant = np.linalg.slogdet(samples)
    sound = (sign > 0) & np.isfinite(log_determinant)
    theta = np.full((len(counts), len(setting.theta)), np.nan)
    converged = np.zeros(len(counts), dtype=bool)
    if curvature is not None and sound.any():
        directions = _covariance_directions(setting)
        found = solve(setting.structure, samples[sound], setting.theta, directions, curvature)
        theta[sound], converged[sound] = _with_means(setting, found, samples[sound], means[sound])
    for k in np.flatnonzero(sound & ~converged):
        alone = _estimate_alone(setting, samples[k], means[k])
        if alone is not None:
            theta[k], converged[k] = alone, True
    theta[~converged] = np.nan
    structure = setting.structure
    i, j = structure.exogenous_cells.T - structure.latents
    admissible = np.zeros(len(counts), dtype=bool)
    if converged.any():
        model = with_sample(structure, samples[converged], means[converged])
        admissible[converged] = admissible_solutions(model, implied(model, theta[converged]))
    return theta, converged, admissible, samples[:, i, j]


def _with_means(
    setting: Setting, found: Solutions, samples: Floats, means: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """The solutions with intercepts that reproduce each resample's means exactly."""
    structure, theta = setting.structure, found.theta.copy()
    if structure.meanstructure and len(structure.intercepts):
        theta[:, structure.intercepts.parameter] = 0.0
        model = implied(with_sample(structure, samples, means), theta)
        rows = structure.intercepts.row
        reach = model.effects[:, rows[:, None], rows[None, :]]
        gap = (means - model.mu)[:, rows - structure.latents]
        theta[:, structure.intercepts.parameter] = np.linalg.solve(reach, gap[..., None])[..., 0]
    return theta, found.converged


def means_follow(structure: Structure, space: Affine) -> bool:
    """Whether the means leave the covariance parameters alone: no mean structure, or one intercept of its
    own for every observed variable that is not exogenous, in no constraint, and latent means of zero."""
    if not structure.meanstructure:
        return True
    cells = structure.intercepts
    own = set(cells.parameter.tolist())
    others = {*structure.paths.parameter.tolist(), *structure.covariances.parameter.tolist()}
    observed = set(range(structure.latents, len(structure.names))) - set(structure.exogenous.tolist())
    if set(cells.row.tolist()) != observed or len(own) < len(cells) or own & others:
        return False
    touched = np.abs(space.basis[cells.parameter])
    apart = bool((touched.sum(axis=1) == 1).all() and (touched.sum(axis=0) <= 1).all())
    return apart and not structure.base_intercepts.any()


def _covariance_directions(setting: Setting) -> Floats:
    """The directions (q, z) of the constraints' space that move no intercept."""
    basis = setting.space.basis
    if not setting.structure.meanstructure:
        return basis
    return np.asarray(basis[:, ~basis[setting.structure.intercepts.parameter].any(axis=0)])


def _whole_sample_curvature(setting: Setting, centred: Floats) -> Floats:
    """Hessian (z, z) of F at the estimates in the sample itself: the first step of every resample uses
    it."""
    sample = (centred.T @ centred / len(centred))[None]
    at = implied(with_sample(setting.structure, sample), setting.theta[None])
    plan = make_plan(setting.structure, _covariance_directions(setting))
    inverse: Floats = np.asarray(np.linalg.inv(at.sigma))
    return np.asarray(slope_and_curvature(plan, at, inverse, sample, observed=True)[1][0])


def _estimate_alone(setting: Setting, sample: Floats, means: Floats) -> Floats | None:
    """One draw by the careful search of the main estimator, for what the batch gave up; None if it fails
    too."""
    structure = setting.structure
    given = means if structure.meanstructure else None
    try:
        aim = target(sample, given)
    except np.linalg.LinAlgError:
        return None
    objective = NormalML(with_sample(structure, sample, means), aim)
    found = minimise(objective, setting.space, [setting.theta])
    return found.point.theta if found is not None and found.converged else None


def admissible_solutions(structure: Structure, at: Implied) -> NDArray[np.bool_]:
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


def map_draws(structure: Structure, draws: Draws, function: Callable[[Implied, Floats], Floats]) -> Floats:
    """A function of the implied moments for every usable draw: (used, m).

    ``function`` takes the moments of a stack of draws and their theta (r, q) and gives (r, m).
    """
    usable = np.flatnonzero(draws.converged)
    parts = []
    for start in range(0, len(usable), 10 * CHUNK):
        chosen = usable[start : start + 10 * CHUNK]
        model = with_exogenous(structure, draws.exogenous[chosen])
        parts.append(function(implied(model, draws.theta[chosen]), draws.theta[chosen]))
    return np.concatenate(parts)


def with_exogenous(structure: Structure, moments: Floats) -> Structure:
    """The structure with given moments (r, m) of its exogenous observed variables; means play no part."""
    p = len(structure.names) - structure.latents
    if not len(structure.exogenous_cells):
        return structure
    covariance = np.zeros((len(moments), p, p))
    i, j = structure.exogenous_cells.T - structure.latents
    covariance[:, i, j] = covariance[:, j, i] = moments
    return with_sample(structure, covariance)
