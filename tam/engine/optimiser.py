"""Minimises the discrepancy: Fisher scoring while far, Newton steps with the exact Hessian when near.

A solution is certified, not believed: the Newton decrement g' H^-1 g must vanish and H must be positive
definite.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.linalg

from tam.engine.objective import Objective
from tam.engine.structure import Affine, Floats

#: g'H^-1 g is twice what F can still fall; 1e-18 leaves a parameter within 1e-9 of a standard error times
#: sqrt(n).
TIGHT = 1e-18
#: A point passes as a minimum below this decrement: rounding keeps F of 60 items from reaching ``TIGHT`` at
#: times.
CERTIFIED = 1e-11
#: Below this decrement the exact Hessian takes over from the expected one.
NEAR = 0.1
#: Below this decrement Newton steps that follow change F by less than itself.
ENDING = 1e-4
#: Smallest eigenvalue of the Hessian, scaled to unit diagonal, that counts as positive.
CURVED = 1e-9
MOST_ITERATIONS = 150


@dataclass(frozen=True, slots=True)
class Minimum:
    """Where the search ended: ``decrement`` g'H^-1 g; ``definite``: the Hessian is positive definite;
    ``curvature`` (r, r) the Hessian within the constraints, None where it was not definite."""

    point: Any
    iterations: int
    decrement: float
    definite: bool
    curvature: Floats | None = None

    @property
    def converged(self) -> bool:
        return self.definite and self.decrement < CERTIFIED


def minimise(objective: Objective, space: Affine, starts: Iterable[Floats]) -> Minimum | None:
    """The best certified minimum from the first start that leads to one; else the best point reached.

    None if no start has a density.
    """
    best: Minimum | None = None
    for start in starts:
        found = descend(objective, space, start)
        if found is None:
            continue
        if found.converged:
            return found
        if best is None or found.point.value < best.point.value:
            best = found
    return best


def descend(
    objective: Objective,
    space: Affine,
    start: Floats,
    *,
    most: int = MOST_ITERATIONS,
    beat: float = np.inf,
    leave: Callable[[Floats, float], bool] | None = None,
) -> Minimum | None:
    """Walk down from one start, at most ``most`` steps; None where the start has no density, where the walk
    is about to end in a minimum that is not below ``beat``, and where ``leave(theta, F)`` says to."""
    basis, free = space.basis, is_unity(space.basis)
    z: Floats = start - space.offset if free else np.linalg.pinv(basis) @ (start - space.offset)
    point = objective.evaluate(space.offset + basis @ z)
    if point is None:
        return None
    damping, decrement = 0.0, np.inf
    for iteration in range(most):
        slopes = objective.slopes(point)
        g = basis.T @ objective.gradient(point, slopes)
        exact = decrement < NEAR
        second = objective.hessian if exact else objective.information
        curvature = second(point, slopes)
        inside = curvature if free else basis.T @ curvature @ basis
        step, decrement, definite = _step(inside, g, damping)
        if exact and not definite:
            curvature = objective.information(point, slopes)
            step, decrement, definite = _step(basis.T @ curvature @ basis, g, max(damping, 1e-3))
        if exact and definite and decrement < ENDING and point.value - decrement > beat:
            return None
        if exact and definite and decrement < TIGHT:
            return _certified(objective, space, point, iteration)
        following, share = _line_search(objective, space, point, z, step, g)
        if following is None:
            if decrement < CERTIFIED or damping > 1e8:
                return _certified(objective, space, point, iteration)
            damping = max(1e-3, 10.0 * damping)
            continue
        damping = damping / 10.0 if share == 1.0 and damping > 1e-8 else damping if share < 1.0 else 0.0
        z, point = z + share * step, following
        if leave is not None and leave(point.theta, point.value):
            return None
    return _certified(objective, space, point, most)


def is_unity(basis: Floats) -> bool:
    """Whether there are no constraints: the coordinates are the parameters themselves."""
    return len(basis) == basis.shape[1] and bool((basis == np.eye(len(basis))).all())


def _step(curvature: Floats, g: Floats, damping: float) -> tuple[Floats, float, bool]:
    """Damped Newton step, its decrement and whether the curvature was positive definite."""
    diagonal = np.abs(np.diag(curvature))
    scale = 1.0 / np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = curvature * np.outer(scale, scale)
    if not np.isfinite(scaled).all() or not np.isfinite(g).all():
        return np.zeros_like(g), np.inf, False
    definite = True
    for _ in range(40):
        try:
            factor = scipy.linalg.cho_factor(scaled + damping * np.eye(len(g)), check_finite=False)
            break
        except np.linalg.LinAlgError:
            definite, damping = False, max(1e-4, 10.0 * damping)
    else:
        return np.zeros_like(g), np.inf, False
    step = -scale * scipy.linalg.cho_solve(factor, scale * g, check_finite=False)
    return step, float(-g @ step), definite


def _line_search(
    objective: Objective, space: Affine, point: Any, z: Floats, step: Floats, g: Floats
) -> tuple[Any, float]:
    """Halve the step until F falls enough (Armijo); None if it does not."""
    slope = float(g @ step)
    share = 1.0
    while share > 1e-6:
        found = objective.evaluate(space.offset + space.basis @ (z + share * step))
        if found is not None and found.value <= point.value + 1e-4 * share * slope:
            return found, share
        # Below this F is flat to rounding; a full Newton step is right if F does not rise beyond that.
        if found is not None and abs(slope) < 1e-10 and found.value - point.value < 1e-13:
            return found, share
        share *= 0.5
    return None, 0.0


def _certified(objective: Objective, space: Affine, point: Any, iterations: int) -> Minimum:
    basis = space.basis
    if not basis.size:
        return Minimum(point, iterations, 0.0, True)
    g = basis.T @ objective.gradient(point)
    curvature = basis.T @ objective.hessian(point) @ basis
    diagonal = np.diag(curvature)
    if not np.isfinite(curvature).all() or (diagonal <= 0).any():
        return Minimum(point, iterations, np.inf, False)
    scale = 1.0 / np.sqrt(diagonal)
    values, vectors = np.linalg.eigh(curvature * np.outer(scale, scale))
    if values[0] < CURVED:
        return Minimum(point, iterations, np.inf, False)
    decrement = float(np.sum((vectors.T @ (scale * g)) ** 2 / values))
    return Minimum(point, iterations, decrement, True, curvature)
