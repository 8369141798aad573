"""Newton's method for many samples at once, each from its own warm start; one group or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_approach import approach
from tam.engine.bootstrap_constant import with_constant, with_constant_in_bases
from tam.engine.bootstrap_derivatives import Samples, log_determinants, make_plan
from tam.engine.bootstrap_front import (
    Booleans,
    Front,
    GroupModel,
    evaluate,
    move,
    slopes,
    slopes_and_curvatures,
)
from tam.engine.structure import Floats, Structure

#: Newton decrement, in units of the square root of F, at which a draw is done: for n = 400 the step left
#: is below 0.002 standard errors. It is still taken, and as Newton's steps converge quadratically, what
#: is left then is below 1e-5.
SETTLED = 1e-4
#: What a last step by the Hessian of the step before may leave, in the same units: below 6e-6 standard
#: errors for n = 400.
LEFT = 3e-7


@dataclass(frozen=True, slots=True)
class Solutions:
    """``theta`` (r, q), ``value`` F (r,), ``converged`` (r,), ``iterations`` (r,)."""

    theta: Floats
    value: Floats
    converged: Booleans
    iterations: NDArray[np.intp]


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

    With ``curvature``, the second derivatives (z, z) at the start that all draws share (the Hessian of the
    whole sample is near that of every resample), a few steps are taken without any of a draw's own
    (``approach``); without it, one by each draw's expected ones. From there on each draw's own Hessian
    leads, or its expected one where the Hessian does not point downhill; a step is halved until F falls. A
    Hessian serves twice: for a step, and to tell whether that step arrived. A draw has converged where the
    decrement is below ``SETTLED`` and its Hessian is positive definite; one that stalls comes back as not
    converged, for the caller to try otherwise.

    Parameters: ``start`` (q,) or (r, q), obeying the constraints; ``directions`` (q, z): theta moves along
    its columns only.
    """
    r = len(samples[0].covariances)
    theta = np.array(np.broadcast_to(start, (r, len(directions))), dtype=np.float64)
    result = Solutions(theta, np.full(r, np.nan), np.zeros(r, dtype=bool), np.zeros(r, dtype=np.intp))
    if curvature is None:
        value, states = evaluate(models, samples, theta)
        front = Front(np.arange(r), theta.copy(), tuple(models), tuple(samples), value, states)
    else:
        front = approach(tuple(models), tuple(samples), theta.copy(), directions, curvature)
    for iteration in range(max_iterations):
        if not len(front.draws):
            break
        observed = iteration > 0 or curvature is not None
        step, decrement, own = _step(front, directions, observed=observed)
        done = _arrived(decrement, own) & observed
        going = ~done & np.isfinite(decrement) & np.isfinite(front.value)
        _write(result, front, step, decrement, done, directions, iteration)
        front, step, own, before = front.keep(going), step[going], own[going], decrement[going]
        front, lower = move(front, step @ directions.T)
        front, own, before = front.keep(lower), own[lower], before[lower]
        if observed and len(own):
            step, decrement = _solve_each(own, slopes(front, directions))
            # with one Hessian each step leaves the same share of the distance
            done = _arrived(decrement, own) & (decrement**2 <= LEFT**2 * before)
            _write(result, front, step, decrement, done, directions, iteration)
            front = front.keep(~done)
    return result


def _write(
    result: Solutions,
    front: Front,
    step: Floats,
    decrement: Floats,
    done: Booleans,
    directions: Floats,
    iteration: int,
) -> None:
    """Write the draws that are ``done`` into ``result``, their last step taken."""
    finished = front.draws[done]
    result.theta[finished] = front.theta[done] + step[done] @ directions.T
    result.value[finished] = front.value[done] - decrement[done] / 2  # F after this last step
    result.converged[finished] = True
    result.iterations[finished] = iteration


def whole_curvature(
    models: Sequence[GroupModel], samples: Sequence[Samples], theta: Floats, directions: Floats
) -> Floats:
    """The Hessian (z, z) of F at theta (q,) for the one sample that ``samples`` hold."""
    _, states = evaluate(models, samples, theta[None])
    return np.asarray(slopes_and_curvatures(models, samples, states, directions, observed=True)[1][0])


def _step(front: Front, directions: Floats, *, observed: bool) -> tuple[Floats, Floats, Floats]:
    """Steps (r, z), their decrements g'H^-1 g (r,), infinite where none leads downhill, and H (r, z, z)."""
    gradient, curvature = slopes_and_curvatures(
        front.models, front.samples, front.states, directions, observed=observed
    )
    step, decrement = _solve_each(curvature, gradient)
    uphill = ~(decrement >= 0)
    if observed and uphill.any():
        part = front.keep(uphill)
        gradient, expected = slopes_and_curvatures(
            part.models, part.samples, part.states, directions, observed=False
        )
        step[uphill], decrement[uphill] = _solve_each(expected, gradient)
    lost = ~(decrement >= 0)
    step[lost], decrement[lost] = 0.0, np.inf
    return step, decrement, curvature


def _arrived(decrement: Floats, curvature: Floats) -> Booleans:
    """Which draws have no way left to go (r,), at a minimum: a point without slope is one only where the
    curvature is positive definite."""
    done = np.asarray((decrement >= 0) & (decrement < SETTLED**2))
    if done.any():
        done[done] = log_determinants(curvature[done])[0]
    return done


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
