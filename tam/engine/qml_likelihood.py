"""The quasi-likelihood of a model with latent products in one equation.

Klein and Muthen (2007), Quasi-maximum likelihood estimation of structural equation models with multiple
interaction and quadratic effects. With y the one outcome that depends on products, s its first item, u the
combinations of its other items that do not hold y, and x all other observed variables,

    f(x, u, s) = f(x) f(u) f(s | x, u)

in which x and u are normal. Given x the factors xi are normal with mean m and covariance S, so mean and
variance of s given (x, u) are exact,

    y     mean  b'm + sum w_t (m_i m_j + S_ij)
          variance  g'S g + sum w_t w_v (S_ik S_jl + S_il S_jk) + psi,    g = b + sum w_t (m_i e_j + m_j e_i)

and only its distribution, which is taken to be normal, is an approximation. Everything accepts a stack of
thetas and complex numbers, so that a step into the imaginary numbers gives exact derivatives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.lms_moments import Nonlinear, Term
from tam.engine.structure import Floats, Implied, Integers, implied

LOG_2PI = float(np.log(2 * np.pi))


@dataclass(frozen=True, slots=True)
class Setup:
    """Places in v: ``outcome`` y, ``scaling`` its item s, ``others`` its other items, ``given`` x,
    ``factors`` xi the predictors of y; ``terms`` the products, ``pairs`` (t, 2) the places of their two sides
    among ``factors``; ``rows`` (n, p) the answers in the order of the observed variables."""

    model: Nonlinear
    outcome: int
    scaling: int
    others: Integers
    given: Integers
    factors: Integers
    terms: tuple[Term, ...]
    pairs: Integers
    rows: Floats

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def items(self) -> Integers:
        """All items of the outcome, the scaling one first."""
        return np.array([self.scaling, *self.others], dtype=np.intp)

    def answers(self, places: Any) -> Floats:
        """Columns of the data at places in v."""
        return self.rows[:, np.asarray(places) - self.model.structure.latents]


def casewise(setup: Setup, theta: Floats) -> Any:
    """Log-density (..., n) of every case at theta (..., q)."""
    at = implied(setup.model.structure, theta)
    away = setup.answers(setup.given) - at.mean[..., None, setup.given]
    rest = _normal(away, block_of(at.total, setup.given, setup.given))
    if len(setup.others):
        items = setup.answers(setup.items) - at.matrices.intercepts[..., None, setup.items]
        combine = _combine(setup, at)
        covariance = combine @ _errors(setup, at) @ np.swapaxes(combine, -1, -2)
        rest = rest + _normal(items @ np.swapaxes(combine, -1, -2), covariance)
    return rest + _scaling_item(setup, theta, at)


def total(setup: Setup, theta: Floats) -> Any:
    """The log-likelihood (...) at theta (..., q): what is normal from its sample moments, the scaling item
    case by case."""
    at = implied(setup.model.structure, theta)
    return normal_parts(setup, at) + _scaling_item(setup, theta, at).sum(axis=-1)


def normal_parts(setup: Setup, at: Implied) -> Any:
    """The log-likelihood (...) of everything but the scaling item."""
    known = block_of(at.total, setup.given, setup.given)
    found = _normal_total(setup.answers(setup.given), at.mean[..., setup.given], known, None)
    if len(setup.others):
        combine = _combine(setup, at)
        covariance = combine @ _errors(setup, at) @ np.swapaxes(combine, -1, -2)
        level = at.matrices.intercepts[..., setup.items]
        found = found + _normal_total(setup.answers(setup.items), level, covariance, combine)
    return found


def _scaling_item(setup: Setup, theta: Floats, at: Implied) -> Any:
    """Log-density (..., n) of the scaling item given all others."""
    residual, variance = scaling_moments(setup, theta, at)
    return -0.5 * (LOG_2PI + np.log(variance) + residual**2 / variance)


def scaling_moments(setup: Setup, theta: Floats, at: Implied) -> tuple[Any, Any]:
    """Residual and variance (..., n) of the scaling item given all others."""
    weights, left = factor_weights(setup, at)
    shift = (at.mean[..., None, setup.given] @ weights)[..., 0, :]
    mean = setup.answers(setup.given) @ weights - shift[..., None, :]
    expected, variance = outcome_moments(setup, theta, at, mean, left)
    direct, level, spread = item_weights(setup, at)
    error = setup.answers(setup.items) @ direct[..., None] - level[..., None, None]
    loading = at.matrices.paths[..., setup.scaling, setup.outcome][..., None]
    scaled = setup.answers(setup.scaling) - at.matrices.intercepts[..., setup.scaling][..., None]
    residual = scaled - loading * expected - error[..., 0]
    return residual, loading**2 * variance + spread[..., None]


def factor_weights(setup: Setup, at: Implied) -> tuple[Any, Any]:
    """Weights (..., p, k) of the given answers in the factors' means, and the factors' covariance matrix
    (..., k, k) given them."""
    known = block_of(at.total, setup.given, setup.given)
    across = block_of(at.total, setup.given, setup.factors)
    weights = np.linalg.solve(known, across)
    return weights, block_of(at.total, setup.factors, setup.factors) - np.swapaxes(weights, -1, -2) @ across


def outcome_moments(setup: Setup, theta: Floats, at: Implied, mean: Any, left: Any) -> tuple[Any, Any]:
    """Mean and variance (..., n) of the outcome given x: ``mean`` (..., n, k) and ``left`` (..., k, k) those
    of the factors."""
    slopes = at.matrices.paths[..., setup.outcome, setup.factors]
    weights = coefficients(setup.terms, theta)
    i, j = setup.pairs.T
    expected = (mean * slopes[..., None, :]).sum(axis=-1)
    expected = expected + at.matrices.intercepts[..., setup.outcome][..., None]
    products = mean[..., i] * mean[..., j] + left[..., i, j][..., None, :]
    expected = expected + (products * weights[..., None, :]).sum(axis=-1)
    moved = np.zeros((*mean.shape[:-1], mean.shape[-1]), dtype=mean.dtype) + slopes[..., None, :]
    for t in range(len(i)):
        weight = weights[..., t][..., None]
        moved[..., i[t]] += weight * mean[..., j[t]]
        moved[..., j[t]] += weight * mean[..., i[t]]
    linear = ((moved @ left) * moved).sum(axis=-1)
    crossed = (
        left[..., i[:, None], i] * left[..., j[:, None], j]
        + left[..., i[:, None], j] * left[..., j[:, None], i]
    )
    curved = np.einsum("...t,...tv,...v->...", weights, crossed, weights)
    own = at.matrices.covariances[..., setup.outcome, setup.outcome]
    return expected, linear + (curved + own)[..., None]


def coefficients(terms: tuple[Term, ...], theta: Floats) -> Any:
    """The products' coefficients (..., t)."""
    parts = [
        theta[..., t.parameter] if t.parameter >= 0 else np.full(theta.shape[:-1], t.value) for t in terms
    ]
    return np.stack(parts, axis=-1)


def _errors(setup: Setup, at: Implied) -> Any:
    """Covariance matrix of the errors of the outcome's items, the scaling one first."""
    return block_of(at.matrices.covariances, setup.items, setup.items)


def _combine(setup: Setup, at: Implied) -> Any:
    """The combinations (..., r, r + 1) of the outcome's items that do not hold it: e_k - (l_k / l_s) e_s."""
    loadings = at.matrices.paths[..., setup.items, setup.outcome]
    share = loadings[..., 1:] / loadings[..., :1]
    unit = np.broadcast_to(np.eye(share.shape[-1]), (*share.shape, share.shape[-1]))
    return np.concatenate([-share[..., None], unit], axis=-1)


def item_weights(setup: Setup, at: Implied) -> tuple[Any, Any, Any]:
    """What the outcome's other items say of the scaling item's error: weights (..., items) of the items, what
    is taken from the weighted sum (...), and the variance left (...)."""
    errors = _errors(setup, at)
    spread = errors[..., 0, 0]
    if not len(setup.others):
        return np.zeros((*spread.shape, 1)), np.zeros_like(spread), spread
    combine = _combine(setup, at)
    across = combine @ errors[..., :, :1]
    weights = np.linalg.solve(combine @ errors @ np.swapaxes(combine, -1, -2), across)
    direct = (np.swapaxes(combine, -1, -2) @ weights)[..., 0]
    shift = (at.matrices.intercepts[..., setup.items] * direct).sum(axis=-1)
    return direct, shift, spread - (weights * across).sum(axis=(-2, -1))


def _normal_total(answers: Floats, level: Any, covariance: Any, combine: Any) -> Any:
    """Sum of the log-densities of all rows of ``answers`` (n, p), combined, about ``level`` (..., p)."""
    n = len(answers)
    middle = answers.mean(axis=0)
    away = middle - level
    spread = (answers - middle).T @ (answers - middle) / n + away[..., :, None] * away[..., None, :]
    if combine is not None:
        spread = combine @ spread @ np.swapaxes(combine, -1, -2)
    solved = np.trace(np.linalg.solve(covariance, spread), axis1=-2, axis2=-1)
    return -0.5 * n * (covariance.shape[-1] * LOG_2PI + _log_determinant(covariance) + solved)


def _log_determinant(covariance: Any) -> Any:
    """Of a matrix near a real one, the sign of whose determinant carries the imaginary part."""
    sign, size = np.linalg.slogdet(covariance)
    return size + np.log(sign)


def _normal(away: Any, covariance: Any) -> Any:
    """Log-density (..., n) of deviations (..., n, p) with a covariance matrix (..., p, p)."""
    solved = np.swapaxes(np.linalg.solve(covariance, np.swapaxes(away, -1, -2)), -1, -2)
    return -0.5 * (
        away.shape[-1] * LOG_2PI + _log_determinant(covariance)[..., None] + (away * solved).sum(axis=-1)
    )


def block_of(matrix: Any, rows: Any, columns: Any) -> Any:
    return matrix[..., np.asarray(rows)[:, None], np.asarray(columns)]
