"""Newton's method for many covariance matrices at once, each from its own warm start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_derivatives import Plan, discrepancy, make_plan, slope, slope_and_curvature
from tam.engine.structure import Floats, Implied, Structure, implied, with_sample
from tam.engine.structure import Matrices as ModelMatrices

#: Newton decrement, in units of the square root of F, at which a draw is done: for n = 400 the step left
#: is below 0.002 standard errors. It is still taken, and as Newton's steps converge quadratically, what
#: is left then is below 1e-5.
SETTLED = 1e-4
#: Rounding of F is near 1e-14 p; a step that raises F by no more than this has not gone uphill.
LEVEL = 1e-10


@dataclass(frozen=True, slots=True)
class Solutions:
    """``theta`` (r, q), ``value`` F (r,), ``converged`` (r,), ``iterations`` (r,)."""

    theta: Floats
    value: Floats
    converged: NDArray[np.bool_]
    iterations: NDArray[np.intp]


@dataclass(slots=True)
class _Front:
    """The draws still under way: their place in the whole stack, F, implied moments and inverses at
    theta."""

    draws: NDArray[np.intp]
    theta: Floats
    samples: Floats
    log_determinant: Floats
    value: Floats
    at: Implied
    inverse: Floats

    def keep(self, which: NDArray[np.bool_]) -> _Front:
        return _Front(
            self.draws[which],
            self.theta[which],
            self.samples[which],
            self.log_determinant[which],
            self.value[which],
            _rows(self.at, which),
            self.inverse[which],
        )


def solve(
    structure: Structure,
    samples: Floats,
    start: Floats,
    directions: Floats,
    curvature: Floats | None = None,
    max_iterations: int = 30,
) -> Solutions:
    """Minimise F for every sample covariance.

    The first step uses ``curvature``, the second derivatives (z, z) at the start that all draws share
    (the Hessian of the whole sample is near that of every resample), or each draw's expected ones without
    it. The later steps use each draw's own Hessian, or its expected one where the Hessian does not point
    downhill; a step is halved until F falls. A draw that stalls comes back as not converged, for the
    caller to try otherwise.

    Parameters: ``samples`` (r, p, p), divisor n, positive definite; ``start`` (q,) or (r, q), obeying the
    constraints; ``directions`` (q, z): theta moves along its columns only.
    """
    r = len(samples)
    theta = np.array(np.broadcast_to(start, (r, len(structure.free))), dtype=np.float64)
    result = Solutions(theta, np.full(r, np.nan), np.zeros(r, dtype=bool), np.zeros(r, dtype=np.intp))
    plan = make_plan(structure, directions)
    log_determinant = np.linalg.slogdet(samples)[1]
    at, value, inverse = _evaluate(structure, theta, samples, log_determinant)
    front = _Front(np.arange(r), theta.copy(), samples, log_determinant, value, at, inverse)
    for iteration in range(max_iterations):
        step, decrement, done = _next_step(plan, front, curvature, first=iteration == 0)
        finished = front.draws[done]
        result.theta[finished] = front.theta[done] + step[done] @ directions.T
        result.value[finished], result.converged[finished] = front.value[done], True
        result.iterations[finished] = iteration
        going = ~done & np.isfinite(decrement) & np.isfinite(front.value)
        if not going.any():
            break
        front, lower = _move(structure, front.keep(going), step[going] @ directions.T)
        if not lower.any():
            break
        front = front if lower.all() else front.keep(lower)
    return result


def _evaluate(
    structure: Structure, theta: Floats, samples: Floats, log_determinant: Floats
) -> tuple[Implied, Floats, Floats]:
    at = implied(with_sample(structure, samples), theta)
    value, inverse = discrepancy(at.sigma, samples, log_determinant)
    return at, value, inverse


def _next_step(
    plan: Plan, front: _Front, curvature: Floats | None, *, first: bool
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Steps (r, z), their decrements (r,), and which draws have arrived (r,)."""
    if first and curvature is not None:
        step, decrement = _shared_step(plan, front, curvature)
        return step, decrement, np.zeros(len(step), dtype=bool)
    step, decrement, own = _step(plan, front, observed=not first)
    done = (decrement < SETTLED**2) & np.isfinite(front.value) & (not first)
    done[done] = _positive_definite(own[done])
    return step, decrement, done


def _shared_step(plan: Plan, front: _Front, curvature: Floats) -> tuple[Floats, Floats]:
    """Steps of all draws by one curvature (z, z); a draw it sends uphill stays where it is."""
    gradient = slope(plan, front.at, front.inverse, front.samples)
    try:
        step = np.asarray(-np.linalg.solve(curvature, gradient.T).T)
    except np.linalg.LinAlgError:
        step = np.zeros_like(gradient)
    fall = np.asarray(-(gradient * step).sum(axis=1))
    lost = ~(fall >= 0)
    step[lost], fall[lost] = 0.0, 1.0  # stay, and let the draw's own Hessian decide
    return step, fall


def _step(plan: Plan, front: _Front, *, observed: bool) -> tuple[Floats, Floats, Floats]:
    """Steps (r, z), their decrements g'H^-1 g (r,), infinite where none leads downhill, and H (r, z, z)."""
    gradient, curvature = slope_and_curvature(plan, front.at, front.inverse, front.samples, observed=observed)
    step, decrement = _solve_each(curvature, gradient)
    uphill = ~(decrement >= 0)
    if observed and uphill.any():
        part = front.keep(uphill)
        gradient, expected = slope_and_curvature(plan, part.at, part.inverse, part.samples, observed=False)
        step[uphill], decrement[uphill] = _solve_each(expected, gradient)
    lost = ~(decrement >= 0)
    step[lost], decrement[lost] = 0.0, np.inf
    return step, decrement, curvature


def _positive_definite(curvature: Floats) -> NDArray[np.bool_]:
    """Which matrices (r, z, z) are: a point with no slope is a minimum only there."""
    try:
        np.linalg.cholesky(curvature)
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.eigvalsh(curvature)[:, 0] > 0)
    return np.ones(len(curvature), dtype=bool)


def _solve_each(curvature: Floats, gradient: Floats) -> tuple[Floats, Floats]:
    try:
        step: Floats = np.asarray(-np.linalg.solve(curvature, gradient[..., None])[..., 0])
    except np.linalg.LinAlgError:  # one singular matrix stops the whole stack: take them one by one
        step = np.full_like(gradient, np.nan)
        for k, (one, slope) in enumerate(zip(curvature, gradient, strict=True)):
            try:
                step[k] = -np.linalg.solve(one, slope)
            except np.linalg.LinAlgError:
                continue
    return step, np.asarray(-(gradient * step).sum(axis=1))


def _move(
    structure: Structure, front: _Front, step: Floats, halvings: int = 10
) -> tuple[_Front, NDArray[np.bool_]]:
    """Full steps where F falls, halved ones elsewhere; the second answer says which draws got no higher."""
    trial = front.theta + step
    at, value, inverse = _evaluate(structure, trial, front.samples, front.log_determinant)
    waiting = np.flatnonzero(~(value <= front.value + LEVEL))
    length = 1.0
    for _ in range(halvings):
        if not len(waiting):
            break
        length /= 2
        trial[waiting] = front.theta[waiting] + length * step[waiting]
        part, part_value, part_inverse = _evaluate(
            structure, trial[waiting], front.samples[waiting], front.log_determinant[waiting]
        )
        _put(at, waiting, part)
        value[waiting], inverse[waiting] = part_value, part_inverse
        waiting = waiting[~(part_value <= front.value[waiting] + LEVEL)]
    lower = np.ones(len(trial), dtype=bool)
    lower[waiting] = False
    moved = _Front(front.draws, trial, front.samples, front.log_determinant, value, at, inverse)
    return moved, lower


def _rows(at: Implied, which: NDArray[np.bool_]) -> Implied:
    model = at.matrices
    return Implied(
        at.sigma[which],
        at.mu[which],
        at.effects[which],
        at.total[which],
        at.mean[which],
        ModelMatrices(model.paths[which], model.covariances[which], model.intercepts[which]),
    )


def _put(at: Implied, which: NDArray[np.intp], part: Implied) -> None:
    """Overwrite the moments that the next step reads; ``at`` was made by this module and is nobody
    else's."""
    at.sigma[which], at.effects[which], at.total[which] = part.sigma, part.effects, part.total
