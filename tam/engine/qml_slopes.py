"""The gradient of the quasi-likelihood without a pass over the cases for every parameter.

With r the scaling item's residual and v its variance given all else, a case adds -1/2 (log v + r^2 / v), so

    dl = sum a dv + sum b dr        a = -1/2 (1 / v - r^2 / v^2),   b = -r / v

and both v and r are of second degree in the given answers x. The weights a and b are numbers at theta; what
theta moves are the coefficients of the weighted sums of 1, x and x x', which are small.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.qml_likelihood import (
    Setup,
    coefficients,
    factor_weights,
    item_weights,
    normal_parts,
    scaling_moments,
)
from tam.engine.structure import Floats, Implied, implied

#: A step into the imaginary numbers: its square vanishes against any number.
IMAGINARY = 1e-30


@dataclass(frozen=True, slots=True)
class Sums:
    """Weighted sums over the cases of 1 (..., 1), of the given answers' deviations from their mean
    (..., 1, p) and of the products of these (..., 1, p, p); the axis of 1 is that of the parameters moved."""

    count: Floats
    first: Floats
    second: Floats


def gradient_at(setup: Setup, theta: Floats) -> Floats:
    """Derivatives (..., q) of the log-likelihood at theta (..., q), exact to rounding."""
    at = implied(setup.model.structure, theta)
    residual, variance = scaling_moments(setup, theta, at)
    by_variance = -0.5 * (1.0 - residual**2 / variance) / variance
    by_residual = -residual / variance
    moved = theta[..., None, :] + 1j * IMAGINARY * np.eye(theta.shape[-1])
    near = implied(setup.model.structure, moved)
    slope = normal_parts(setup, near)
    slope = slope + _variances(setup, moved, near, _sums(setup, by_variance))
    slope = slope + _residuals(setup, moved, near, _sums(setup, by_residual), by_residual)
    return np.asarray(slope.imag / IMAGINARY)


def _sums(setup: Setup, weights: Floats) -> Sums:
    away = setup.answers(setup.given)
    away = away - away.mean(axis=0)
    upper = away[:, :, None] * away[:, None, :]
    second = np.tensordot(weights, upper, axes=(-1, 0))
    return Sums(weights.sum(axis=-1)[..., None], (weights @ away)[..., None, :], second[..., None, :, :])


def _factor_sums(setup: Setup, at: Implied, sums: Sums) -> tuple[Any, Any, Any]:
    """Weighted sums (..., k) of the factors' means given x and (..., k, k) of their products; the factors'
    covariance matrix (..., k, k) given x."""
    weights, left = factor_weights(setup, at)
    level = at.mean[..., setup.given] - setup.answers(setup.given).mean(axis=0)
    shift = (level[..., None, :] @ weights)[..., 0, :]
    turned = np.swapaxes(weights, -1, -2)
    first = (sums.first[..., None, :] @ weights)[..., 0, :]
    count = sums.count[..., None]
    across = first[..., :, None] * shift[..., None, :]
    second = turned @ sums.second @ weights - across - np.swapaxes(across, -1, -2)
    second = second + count[..., None] * shift[..., :, None] * shift[..., None, :]
    return first - count * shift, second, left


def _bend(setup: Setup, theta: Floats) -> Any:
    """The symmetric matrix (..., k, k) with which y holds half of m'(this)m."""
    weights = coefficients(setup.terms, theta)
    k = len(setup.factors)
    found = np.zeros((*theta.shape[:-1], k, k), dtype=theta.dtype)
    for t, (i, j) in enumerate(setup.pairs):
        found[..., i, j] += weights[..., t]
        found[..., j, i] += weights[..., t]
    return found


def _variances(setup: Setup, theta: Floats, at: Implied, sums: Sums) -> Any:
    """Weighted sum (...) of the scaling item's variances."""
    first, second, left = _factor_sums(setup, at, sums)
    bend = _bend(setup, theta)
    slopes = at.matrices.paths[..., setup.outcome, setup.factors]
    across = slopes[..., :, None] * (bend @ first[..., None])[..., None, :, 0]
    count = sums.count[..., None, None]
    steep = count * slopes[..., :, None] * slopes[..., None, :] + bend @ second @ bend
    steep = steep + across + np.swapaxes(across, -1, -2)
    curved = 0.5 * _trace(bend @ left, bend @ left)
    own = curved + at.matrices.covariances[..., setup.outcome, setup.outcome]
    _, _, spread = item_weights(setup, at)
    loading = at.matrices.paths[..., setup.scaling, setup.outcome]
    return loading**2 * (_trace(left, steep) + sums.count * own) + sums.count * spread


def _residuals(setup: Setup, theta: Floats, at: Implied, sums: Sums, weights: Floats) -> Any:
    """Weighted sum (...) of the scaling item's residuals."""
    first, second, left = _factor_sums(setup, at, sums)
    bend = _bend(setup, theta)
    slopes = at.matrices.paths[..., setup.outcome, setup.factors]
    level = at.matrices.intercepts[..., setup.outcome] + 0.5 * _trace(bend, left)
    expected = (slopes * first).sum(axis=-1) + sums.count * level + 0.5 * _trace(bend, second)
    direct, shift, _ = item_weights(setup, at)
    items = (weights @ setup.answers(setup.items))[..., None, :]
    error = (direct * items).sum(axis=-1) - sums.count * shift
    loading = at.matrices.paths[..., setup.scaling, setup.outcome]
    start = (weights @ setup.answers(setup.scaling))[..., None]
    return start - sums.count * at.matrices.intercepts[..., setup.scaling] - loading * expected - error


def _trace(a: Any, b: Any) -> Any:
    """The trace (...) of a b."""
    return (a * np.swapaxes(b, -1, -2)).sum(axis=(-2, -1))
