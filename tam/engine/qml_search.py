"""The maximum of the quasi-likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.qml_likelihood import Setup, casewise, total
from tam.engine.qml_slopes import IMAGINARY, gradient_at
from tam.engine.structure import Affine, Floats

#: Difference of exact gradients for the Hessian, relative above 1: rounding and curvature both stay below a
#: millionth.
DIFFERENCE = 1e-7
#: g'H^-1 g, twice what the log-likelihood can still rise: end of the quasi-Newton search (so near that the
#: Hessian there is that of the maximum), and of all.
NEAR, TIGHT = 1e-8, 1e-10
#: Thetas whose gradients are taken at once.
STACK = 8
MOST_STEPS = 200
#: A step is halved until the likelihood rises, at most this often.
MOST_HALVINGS = 30


@dataclass(frozen=True, slots=True)
class QuasiPoint:
    theta: Floats
    value: float


@dataclass(frozen=True, slots=True)
class QuasiMaximum:
    """Where the search ended: ``information`` (q, q) minus the Hessian, ``scores`` (n, q) of the cases,
    ``decrement`` g'H^-1 g, ``definite`` whether the information is positive definite."""

    point: QuasiPoint
    information: Floats
    scores: Floats
    iterations: int
    decrement: float
    definite: bool

    @property
    def converged(self) -> bool:
        return self.definite and self.decrement < TIGHT


def maximise(setup: Setup, space: Affine, start: Floats) -> QuasiMaximum | None:
    """Up from ``start`` (q,), by quasi-Newton steps whose first metric is the cross-product of the scores,
    then by Newton steps; None where it has no density."""
    point = _evaluated(setup, start)
    if point is None:
        return None
    steps, inverse = 0, _score_metric(setup, space, point)
    gradient = space.basis.T @ gradient_at(setup, point.theta)
    while steps < MOST_STEPS and gradient @ inverse @ gradient >= NEAR:
        risen = _risen(setup, point, space.basis @ (inverse @ gradient))
        if risen is None:
            break
        moved: Floats = np.linalg.pinv(space.basis) @ (risen.theta - point.theta)
        after = space.basis.T @ gradient_at(setup, risen.theta)
        inverse = _updated(inverse, moved, gradient - after)
        point, gradient, steps = risen, after, steps + 1
    return _finished(setup, space, point, steps)


def _score_metric(setup: Setup, space: Affine, point: QuasiPoint) -> Floats:
    scores = scores_at(setup, point.theta) @ space.basis
    return np.asarray(np.linalg.pinv(scores.T @ scores, hermitian=True))


def _updated(inverse: Floats, moved: Floats, change: Floats) -> Floats:
    """The inverse metric after a step by ``moved`` on which minus the gradient grew by ``change`` (BFGS)."""
    curvature = float(moved @ change)
    if curvature <= 0:
        return inverse
    turn = np.eye(len(moved)) - np.outer(moved, change) / curvature
    return np.asarray(turn @ inverse @ turn.T + np.outer(moved, moved) / curvature)


def _finished(setup: Setup, space: Affine, point: QuasiPoint, steps: int) -> QuasiMaximum:
    for _ in range(5):
        information = -hessian_at(setup, point.theta)
        reduced = space.basis.T @ information @ space.basis
        definite = bool(np.linalg.eigvalsh(reduced)[0] > 0)
        decrement = np.inf
        # the same Hessian serves until its steps no longer help
        for _ in range(10):
            gradient = space.basis.T @ gradient_at(setup, point.theta)
            step = np.linalg.solve(reduced, gradient) if definite else gradient / np.abs(np.diag(reduced))
            before, decrement = decrement, float(abs(gradient @ step))
            if decrement < TIGHT or decrement > before / 4:
                break
            risen = _risen(setup, point, space.basis @ step)
            steps += 1
            if risen is None:
                break
            point = risen
        if decrement < TIGHT:
            break
    return QuasiMaximum(point, information, scores_at(setup, point.theta), steps, decrement, definite)


def _evaluated(setup: Setup, theta: Floats) -> QuasiPoint | None:
    with np.errstate(all="ignore"):
        try:
            # a matrix that is no covariance matrix has a logarithm only among complex numbers
            value = complex(total(setup, theta.astype(complex)))
        except np.linalg.LinAlgError:
            return None
    sound = np.isfinite(value.real) and abs(value.imag) < 1e-8
    return QuasiPoint(theta, float(value.real)) if sound else None


def _risen(setup: Setup, point: QuasiPoint, step: Floats) -> QuasiPoint | None:
    """The first of ever shorter steps on which the likelihood is not lower."""
    for halving in range(MOST_HALVINGS):
        tried = _evaluated(setup, point.theta + step / 2**halving)
        if tried is not None and tried.value >= point.value:
            return tried
    return None


def scores_at(setup: Setup, theta: Floats) -> Floats:
    """Derivatives (n, q) of every case's log-density, exact to rounding."""
    moved = theta + 1j * IMAGINARY * np.eye(len(theta))
    return np.asarray(casewise(setup, moved).imag.T / IMAGINARY)


def hessian_at(setup: Setup, theta: Floats) -> Floats:
    """Hessian (q, q) of the log-likelihood: differences of exact gradients."""
    widths = DIFFERENCE * np.maximum(1.0, np.abs(theta))
    slopes = [gradient_at(setup, some) for some in _some_at_once(theta + np.diag(widths))]
    found = (np.concatenate(slopes) - gradient_at(setup, theta)) / widths[:, None]
    return np.asarray((found + found.T) / 2)


def _some_at_once(thetas: Floats) -> list[Floats]:
    """The rows of ``thetas`` (q, q) in stacks whose matrices do not grow too large."""
    return np.array_split(thetas, -(-len(thetas) // STACK))
