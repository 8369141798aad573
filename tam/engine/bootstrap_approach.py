"""From the estimates of the whole sample towards those of its resamples, without a Hessian of their own."""

from __future__ import annotations

import numpy as np

from tam.engine.bootstrap_derivatives import Samples
from tam.engine.bootstrap_front import Booleans, Front, GroupModel, evaluate, move, slopes
from tam.engine.structure import Floats

#: Steps taken before a draw's own Hessian is formed. Each leaves about a fifth of the distance, at two
#: fifths of the price of one with a Hessian; after three, one Newton step nearly always arrives.
STEPS = 3


def approach(
    models: tuple[GroupModel, ...],
    samples: tuple[Samples, ...],
    theta: Floats,
    directions: Floats,
    curvature: Floats,
    steps: int = STEPS,
) -> Front:
    """The draws after ``steps`` quasi-Newton steps from theta (r, q) and one curvature (z, z) they share.

    Limited-memory BFGS for many functions at once: each draw bends the shared curvature by what its own
    gradient did on the steps before (Nocedal 1980, Updating quasi-Newton matrices with limited storage). A
    draw that no step brings lower is left out.
    """
    front = _start(models, samples, theta)
    gradient = slopes(front, directions)
    inverse: Floats = np.asarray(np.linalg.inv(curvature), dtype=np.float64)
    memory: list[tuple[Floats, Floats, Floats]] = []
    for _ in range(steps):
        step = _bent_step(gradient, inverse, memory)
        whole = front.theta + step @ directions.T
        front, lower = move(front, step @ directions.T)
        memory = [(one[lower], two[lower], three[lower]) for one, two, three in memory]
        front, step, before = front.keep(lower), step[lower], gradient[lower]
        if not len(front.draws):
            break
        gradient = slopes(front, directions)
        taken = np.asarray((front.theta == whole[lower]).all(axis=1))
        memory.append(_pair(step, gradient - before, taken))
    return front


def _start(models: tuple[GroupModel, ...], samples: tuple[Samples, ...], theta: Floats) -> Front:
    """All draws at theta (r, q). Where they share one, and the model has nothing of the draws in it, what
    it implies is computed once: the only row of ``states``."""
    shared = all(one.same_for_all for one in models) and bool((theta == theta[0]).all())
    value, states = evaluate(models, samples, theta[:1] if shared else theta)
    return Front(np.arange(len(theta)), theta, models, samples, value, states)


def _pair(step: Floats, change: Floats, taken: Booleans) -> tuple[Floats, Floats, Floats]:
    """A step (r, z), what the gradient did on it, and the reciprocal (r, 1) of their product: 0 where the
    step was shortened or showed no curvature, so that it bends nothing."""
    product = (step * change).sum(axis=1)
    sound = taken & (product > 0)
    scale = np.where(sound, 1.0 / np.where(sound, product, 1.0), 0.0)
    return step, change, scale[:, None]


def _bent_step(gradient: Floats, inverse: Floats, memory: list[tuple[Floats, Floats, Floats]]) -> Floats:
    """The two-loop recursion: minus the bent inverse curvature times the gradient, (r, z)."""
    direction, weights = -gradient, []
    for step, change, scale in reversed(memory):
        weight = scale * (step * direction).sum(axis=1, keepdims=True)
        direction = direction - weight * change
        weights.append(weight)
    direction = direction @ inverse
    for (step, change, scale), weight in zip(memory, reversed(weights)):
        back = scale * (change * direction).sum(axis=1, keepdims=True)
        direction = direction + (weight - back) * step
    return direction
