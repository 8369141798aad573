"""Newton's method for many covariance matrices at once, every one from its own warm start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap_layout import (
    Array,
    Implied,
    Layout,
    fill,
    gradient_and_information,
    implied,
    objective,
)

SETTLED = 1e-6
"""Newton decrement in units of F at which a draw is done: the step left is below 1e-6 of sqrt(F)'s scale,
which for n = 400 is under 2e-5 standard errors, and that last step is still taken."""


@dataclass(frozen=True, slots=True)
class Solutions:
    """``theta`` (r, q), ``discrepancy`` F (r,), ``converged`` (r,), ``iterations`` (r,)."""

    theta: Array
    discrepancy: Array
    converged: NDArray[np.bool_]
    iterations: NDArray[np.intp]


def solve(layout: Layout, samples: Array, start: Array, max_iterations: int = 30) -> Solutions:
    """Minimise the ML discrepancy for every sample covariance.

    The first step uses the expected information, the later ones the Hessian, or the expected information
    where the Hessian does not point downhill; steps are halved until F falls. A draw that stalls is
    returned as not converged and is the caller's to try otherwise.

    Parameters: ``samples`` (r, p, p) positive definite; ``start`` (q,) or (r, q).
    """
    r = len(samples)
    theta = np.array(np.broadcast_to(start, (r, layout.n_parameters)))
    discrepancy = np.full(r, np.nan)
    converged = np.zeros(r, dtype=bool)
    iterations = np.zeros(r, dtype=np.intp)
    log_det = np.linalg.slogdet(samples)[1]
    active = np.arange(r)
    state = implied(fill(layout, theta, samples))
    value, inverse = objective(state.sigma, samples, log_det)
    for iteration in range(max_iterations):
        inside = samples[active]
        step, decrement = _step(layout, state, inverse, inside, observed=iteration > 0)
        done = (decrement < SETTLED**2) & np.isfinite(value)
        finished = active[done]
        theta[finished] += step[done]  # the decrement says it is smaller than what matters; it costs nothing
        discrepancy[finished], converged[finished] = value[done], True
        iterations[finished] = iteration
        going = ~done & np.isfinite(decrement) & np.isfinite(value)
        if not going.any():
            break
        active, step, value = active[going], step[going], value[going]
        moved = _line_search(
            layout,
            theta[active],
            step,
            value,
            samples[active],
            log_det[active],
            state.take(going),
            inverse[going],
        )
        theta[active], value, state, inverse, better = moved
        if not better.all():
            active, value, state, inverse = active[better], value[better], state.take(better), inverse[better]
            if not len(active):
                break
    return Solutions(theta, discrepancy, converged, iterations)


def _step(
    layout: Layout, state: Implied, inverse: Array, samples: Array, observed: bool
) -> tuple[Array, Array]:
    """Newton steps (r, q) and their decrements ``g'H^-1 g`` (r,); an infinite decrement has no usable
    step."""
    gradient, information = gradient_and_information(layout, state, inverse, samples, observed)
    step, decrement = _solve_each(information, gradient)
    uphill = ~(decrement >= 0)
    if observed and uphill.any():
        again = gradient_and_information(layout, state.take(uphill), inverse[uphill], samples[uphill], False)
        step[uphill], decrement[uphill] = _solve_each(again[1], again[0])
    lost = ~(decrement >= 0)
    step[lost], decrement[lost] = 0.0, np.inf
    return step, decrement


def _solve_each(information: Array, gradient: Array) -> tuple[Array, Array]:
    try:
        step: Array = np.asarray(-np.linalg.solve(information, gradient[..., None])[..., 0])
    except np.linalg.LinAlgError:  # one singular matrix stops the whole stack: take them one by one
        step = np.full_like(gradient, np.nan)
        for k, (one, slope) in enumerate(zip(information, gradient, strict=True)):
            try:
                step[k] = -np.linalg.solve(one, slope)
            except np.linalg.LinAlgError:
                continue
    return step, np.asarray(-(gradient * step).sum(axis=1))


def _line_search(
    layout: Layout,
    theta: Array,
    step: Array,
    value: Array,
    samples: Array,
    log_det: Array,
    state: Implied,
    inverse: Array,
    halvings: int = 10,
) -> tuple[Array, Array, Implied, Array, NDArray[np.bool_]]:
    """Full steps where F falls, halved ones elsewhere; the last array says which draws got lower."""
    trial = theta + step
    state = implied(fill(layout, trial, samples))
    new_value, inverse = objective(state.sigma, samples, log_det)
    waiting = np.flatnonzero(
        ~(new_value <= value + 1e-10)
    )  # rounding of F is about 1e-14 p; 1e-10 is harmless
    length = 1.0
    for _ in range(halvings):
        if not len(waiting):
            break
        length /= 2
        trial[waiting] = theta[waiting] + length * step[waiting]
        part = implied(fill(layout, trial[waiting], samples[waiting]))
        part_value, part_inverse = objective(part.sigma, samples[waiting], log_det[waiting])
        for name in ("reach", "inverse", "cross", "psi", "sigma"):
            getattr(state, name)[waiting] = getattr(part, name)
        new_value[waiting], inverse[waiting] = part_value, part_inverse
        waiting = waiting[~(part_value <= value[waiting] + 1e-10)]
    better = np.ones(len(theta), dtype=bool)
    better[waiting] = False
    return trial, new_value, state, inverse, better
