"""Newton's method for many samples at once, each from its own warm start; one group or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_constant import with_constant, with_constant_in_bases
from tam.engine.bootstrap_derivatives import (
    Plan,
    Samples,
    discrepancy,
    make_plan,
    slope,
    slope_and_curvature,
    squared_distance,
)
from tam.engine.structure import Floats, Implied, Structure, implied
from tam.engine.structure import Matrices as ModelMatrices

#: Newton decrement, in units of the square root of F, at which a draw is done: for n = 400 the step left
#: is below 0.002 standard errors. It is still taken, and as Newton's steps converge quadratically, what
#: is left then is below 1e-5.
SETTLED = 1e-4
#: Rounding of F is near 1e-14 p; a step that raises F by no more than this has not gone uphill.
LEVEL = 1e-10

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Solutions:
    """``theta`` (r, q), ``value`` F (r,), ``converged`` (r,), ``iterations`` (r,)."""

    theta: Floats
    value: Floats
    converged: Booleans
    iterations: NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class GroupModel:
    """One group's model as the batch sees it: ``structure`` with the draws' moments of exogenous variables
    in its stacks of fixed cells, and the plan of its derivatives."""

    structure: Structure
    plan: Plan

    def keep(self, which: NDArray[np.bool_] | NDArray[np.intp]) -> GroupModel:
        own = self.structure
        changed = replace(
            own,
            base_paths=own.base_paths if own.base_paths.ndim == 2 else own.base_paths[which],
            base_covariances=(
                own.base_covariances if own.base_covariances.ndim == 2 else own.base_covariances[which]
            ),
            base_intercepts=(
                own.base_intercepts if own.base_intercepts.ndim == 1 else own.base_intercepts[which]
            ),
        )
        return GroupModel(changed, self.plan)


@dataclass(frozen=True, slots=True)
class GroupState:
    """One group at theta: implied moments, V (r, p, p)."""

    at: Implied
    inverse: Floats


@dataclass(slots=True)
class _Front:
    """The draws still under way: their place in the whole stack, theta, F, and the state of every group."""

    draws: NDArray[np.intp]
    theta: Floats
    models: tuple[GroupModel, ...]
    samples: tuple[Samples, ...]
    value: Floats
    states: tuple[GroupState, ...]

    def keep(self, which: Booleans) -> _Front:
        if which.all():
            return self
        return _Front(
            self.draws[which],
            self.theta[which],
            tuple(one.keep(which) for one in self.models),
            tuple(one.keep(which) for one in self.samples),
            self.value[which],
            tuple(GroupState(_rows(one.at, which), one.inverse[which]) for one in self.states),
        )


def group_model(structure: Structure, directions: Floats) -> GroupModel:
    """The model of a group whose theta moves along the columns of ``directions`` (q, z); with means if the
    structure has them, which then stand in its samples (``moments_about_zero``)."""
    own = with_constant(structure) if structure.meanstructure else structure
    return GroupModel(own, make_plan(own, directions))


def for_samples(model: GroupModel, structure: Structure) -> GroupModel:
    """The model with the fixed cells of ``structure``, which holds the draws' exogenous moments."""
    if structure.meanstructure:
        return GroupModel(with_constant_in_bases(model.structure, structure), model.plan)
    own = replace(model.structure, base_covariances=structure.base_covariances)
    return GroupModel(own, model.plan)


def solve(
    models: Sequence[GroupModel],
    samples: Sequence[Samples],
    start: Floats,
    directions: Floats,
    curvature: Floats | None = None,
    max_iterations: int = 30,
) -> Solutions:
    """Minimise F, the groups' discrepancies weighted by their shares, for every draw.

    The first step uses ``curvature``, the second derivatives (z, z) at the start that all draws share
    (the Hessian of the whole sample is near that of every resample), or each draw's expected ones without
    it. The later steps use each draw's own Hessian, or its expected one where the Hessian does not point
    downhill; a step is halved until F falls. A draw that stalls comes back as not converged, for the
    caller to try otherwise.

    Parameters: ``start`` (q,) or (r, q), obeying the constraints; ``directions`` (q, z): theta moves along
    its columns only.
    """
    r = len(samples[0].covariances)
    theta = np.array(np.broadcast_to(start, (r, len(directions))), dtype=np.float64)
    result = Solutions(theta, np.full(r, np.nan), np.zeros(r, dtype=bool), np.zeros(r, dtype=np.intp))
    value, states = _evaluate(models, samples, theta)
    front = _Front(np.arange(r), theta.copy(), tuple(models), tuple(samples), value, states)
    for iteration in range(max_iterations):
        step, decrement, done = _next_step(front, directions, curvature, first=iteration == 0)
        finished = front.draws[done]
        result.theta[finished] = front.theta[done] + step[done] @ directions.T
        result.value[finished] = front.value[done] - decrement[done] / 2  # F after this last step
        result.converged[finished] = True
        result.iterations[finished] = iteration
        going = ~done & np.isfinite(decrement) & np.isfinite(front.value)
        if not going.any():
            break
        front, lower = _move(front.keep(going), step[going] @ directions.T)
        if not lower.any():
            break
        front = front.keep(lower)
    return result


def whole_curvature(
    models: Sequence[GroupModel], samples: Sequence[Samples], theta: Floats, directions: Floats
) -> Floats:
    """The Hessian (z, z) of F at theta (q,) for the one sample that ``samples`` hold."""
    _, states = _evaluate(models, samples, theta[None])
    return np.asarray(_slope_and_curvature(models, samples, states, directions, observed=True)[1][0])


def _evaluate(
    models: Sequence[GroupModel], samples: Sequence[Samples], theta: Floats
) -> tuple[Floats, tuple[GroupState, ...]]:
    total, states = np.zeros(len(theta)), []
    for model, sample in zip(models, samples):
        at = implied(model.structure, theta)
        if sample.weights is None:
            value, inverse = discrepancy(at.sigma, sample.covariances, sample.log_determinants)
        else:
            value = squared_distance(at.sigma, sample.covariances, sample.weights, variances=sample.variances)
            inverse = sample.weights
        total += sample.shares * value
        states.append(GroupState(at, inverse))
    return total, tuple(states)


def _slope_and_curvature(
    models: Sequence[GroupModel],
    samples: Sequence[Samples],
    states: Sequence[GroupState],
    directions: Floats,
    *,
    observed: bool,
) -> tuple[Floats, Floats]:
    """Gradient (r, z) and second derivatives (r, z, z) of F, over the groups."""
    r, z = len(states[0].inverse), directions.shape[1]
    slopes, curvatures = np.zeros((r, z)), np.zeros((r, z, z))
    for model, sample, state in zip(models, samples, states):
        one, two = slope_and_curvature(model.plan, state.at, state.inverse, sample, observed=observed)
        share, active = sample.shares, model.plan.active
        if len(models) == 1 and len(active) == z and sample.weights is None:
            return one, two  # the only group has all cases
        slopes[:, active] += share[:, None] * one
        curvatures[:, active[:, None], active] += share[:, None, None] * two
    return slopes, curvatures


def _slope(front: _Front, directions: Floats) -> Floats:
    slopes = np.zeros((len(front.theta), directions.shape[1]))
    for model, sample, state in zip(front.models, front.samples, front.states):
        one = slope(model.plan, state.at, state.inverse, sample)
        slopes[:, model.plan.active] += sample.shares[:, None] * one
    return slopes


def _next_step(
    front: _Front, directions: Floats, curvature: Floats | None, *, first: bool
) -> tuple[Floats, Floats, Booleans]:
    """Steps (r, z), their decrements (r,), and which draws have arrived (r,)."""
    if first and curvature is not None:
        step, decrement = _shared_step(_slope(front, directions), curvature)
        return step, decrement, np.zeros(len(step), dtype=bool)
    step, decrement, own = _step(front, directions, observed=not first)
    done = (decrement < SETTLED**2) & np.isfinite(front.value) & (not first)
    done[done] = _positive_definite(own[done])
    return step, decrement, done


def _shared_step(gradient: Floats, curvature: Floats) -> tuple[Floats, Floats]:
    """Steps of all draws by one curvature (z, z); a draw it sends uphill stays where it is."""
    try:
        step = np.asarray(-np.linalg.solve(curvature, gradient.T).T)
    except np.linalg.LinAlgError:
        step = np.zeros_like(gradient)
    fall = np.asarray(-(gradient * step).sum(axis=1))
    lost = ~(fall >= 0)
    step[lost], fall[lost] = 0.0, 1.0  # stay, and let the draw's own Hessian decide
    return step, fall


def _step(front: _Front, directions: Floats, *, observed: bool) -> tuple[Floats, Floats, Floats]:
    """Steps (r, z), their decrements g'H^-1 g (r,), infinite where none leads downhill, and H (r, z, z)."""
    gradient, curvature = _slope_and_curvature(
        front.models, front.samples, front.states, directions, observed=observed
    )
    step, decrement = _solve_each(curvature, gradient)
    uphill = ~(decrement >= 0)
    if observed and uphill.any():
        part = front.keep(uphill)
        gradient, expected = _slope_and_curvature(
            part.models, part.samples, part.states, directions, observed=False
        )
        step[uphill], decrement[uphill] = _solve_each(expected, gradient)
    lost = ~(decrement >= 0)
    step[lost], decrement[lost] = 0.0, np.inf
    return step, decrement, curvature


def _positive_definite(curvature: Floats) -> Booleans:
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
        for k, (one, own) in enumerate(zip(curvature, gradient, strict=True)):
            try:
                step[k] = -np.linalg.solve(one, own)
            except np.linalg.LinAlgError:
                continue
    return step, np.asarray(-(gradient * step).sum(axis=1))


def _move(front: _Front, step: Floats, halvings: int = 10) -> tuple[_Front, Booleans]:
    """Full steps where F falls, halved ones elsewhere; the second answer says which draws got no higher."""
    trial = front.theta + step
    value, states = _evaluate(front.models, front.samples, trial)
    waiting = np.flatnonzero(~(value <= front.value + LEVEL))
    length = 1.0
    for _ in range(halvings):
        if not len(waiting):
            break
        length /= 2
        trial[waiting] = front.theta[waiting] + length * step[waiting]
        part_value, part_states = _evaluate(
            [one.keep(waiting) for one in front.models],
            [one.keep(waiting) for one in front.samples],
            trial[waiting],
        )
        for state, part, sample in zip(states, part_states, front.samples):
            _put(state, waiting, part, least_squares=sample.weights is not None)
        value[waiting] = part_value
        waiting = waiting[~(part_value <= front.value[waiting] + LEVEL)]
    lower = np.ones(len(trial), dtype=bool)
    lower[waiting] = False
    return _Front(front.draws, trial, front.models, front.samples, value, states), lower


def _rows(at: Implied, which: Booleans) -> Implied:
    model = at.matrices
    return Implied(
        at.sigma[which],
        at.mu[which],
        at.effects[which],
        at.total[which],
        at.mean[which],
        ModelMatrices(model.paths[which], model.covariances[which], model.intercepts[which]),
    )


def _put(state: GroupState, which: NDArray[np.intp], part: GroupState, *, least_squares: bool) -> None:
    """Overwrite the moments that the next step reads; they were made by this module and are nobody else's,
    but for the weights of least squares, which stay."""
    at = state.at
    at.sigma[which], at.effects[which], at.total[which] = part.at.sigma, part.at.effects, part.at.total
    if not least_squares:
        state.inverse[which] = part.inverse
