"""The moments of the observed variables given the nodes, and the way back from their derivatives.

With v the variables of ``structure`` and W those that are conditioned on (k of them, each a linear function
of normal variables), D the rows of (I - A)^-1 that belong to W, and L the Cholesky factor of Cov(W):

    W = D a + L u           u standard normal (k,), one node
    residuals given u       mean P u, covariance V = S - P P', where P = S D' L'^-1   (K, k)

Given u every product of variables is a constant times at most one variable, so the model is linear:
A(u) = A + sum of coefficient * (product of conditioned variables) at [outcome, other factor], or in a(u)
where no factor is left. Hence, with M(u) the observed rows of (I - A(u))^-1,

    mu(u) = M(u) (a(u) + P u)        Sigma(u) = M(u) V M(u)'

Klein and Moosbrugger (2000), Maximum likelihood estimation of latent interaction effects with the LMS
method. ``pulled_back`` carries derivatives with respect to mu(u) and Sigma(u) of all nodes back to theta
(reverse mode). Everything accepts a stack of thetas and complex numbers, so that a step into the imaginary
numbers gives exact derivatives of all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.structure import Cells, Floats, Integers, Structure, effects_of, matrices


@dataclass(frozen=True, slots=True)
class Term:
    """One product in one equation.

    ``outcome`` the place in v it predicts; ``nodes`` the columns of W that are multiplied (repeated for a
    square); ``linear`` the place of the factor left, -1 without; ``centre`` what is taken from that factor
    (the sample mean of an observed variable, 0 for a latent); ``parameter`` its place in theta, -1 with a
    fixed ``value``.
    """

    outcome: int
    nodes: tuple[int, ...]
    linear: int
    centre: float
    parameter: int
    value: float


@dataclass(frozen=True, slots=True)
class Nonlinear:
    """A compiled model with products: the linear ``structure``, the ``terms``, and the places W (k,) of the
    variables conditioned on. theta holds the coefficients of the products too."""

    structure: Structure
    terms: tuple[Term, ...]
    conditioned: Integers


@dataclass(frozen=True, slots=True)
class Given:
    """Moments given R nodes, for one theta or a stack (...), and what the way back needs.

    ``mu`` (..., R, p), ``sigma`` (..., R, p, p), ``reach`` M (..., R, p, K), ``effects`` (..., R, K, K),
    ``mean`` a(u) + P u (..., R, K), ``residual`` V (..., K, K), ``places`` W (..., R, k), ``factors`` the
    product of the conditioned variables of each term (..., R, terms), ``loads`` P, ``root`` L, ``rows`` D,
    ``linear`` (I - A)^-1.
    """

    mu: Floats
    sigma: Floats
    reach: Floats
    effects: Floats
    mean: Floats
    residual: Floats
    places: Floats
    factors: Floats
    coefficients: Floats
    loads: Floats
    root: Floats
    rows: Floats
    linear: Floats
    covariances: Floats
    intercepts: Floats


def transposed(matrix: Any) -> Any:
    return np.swapaxes(matrix, -1, -2)


def given_nodes(model: Nonlinear, theta: Floats, nodes: Floats) -> Given:
    """The conditional moments at ``nodes`` (R, k) for theta (..., q).

    Raises ``LinAlgError`` where W has no positive definite covariance matrix.
    """
    structure, at = model.structure, matrices(model.structure, theta)
    linear = effects_of(structure, at.paths)
    rows = linear[..., model.conditioned, :]
    shared = at.covariances @ transposed(rows)
    root = cholesky(rows @ shared)
    inverse = np.linalg.inv(root) if len(model.conditioned) else root
    loads = shared @ transposed(inverse)
    residual = at.covariances - loads @ transposed(loads)
    centre = (rows @ at.intercepts[..., None])[..., 0]
    places = centre[..., None, :] + nodes @ transposed(root)
    factors = _factors(model, places)
    coefficients = _coefficients(model, theta)
    paths, means = _with_products(model, at, factors * coefficients[..., None, :])
    effects = effects_of(structure, paths)
    mean = means + nodes @ transposed(loads)
    reach = effects[..., structure.observed, :]
    mu = (reach @ mean[..., None])[..., 0]
    sigma = reach @ residual[..., None, :, :] @ transposed(reach)
    return Given(
        mu, sigma, reach, effects, mean, residual, places, factors, coefficients, loads, root, rows, linear,
        at.covariances, at.intercepts,
    )  # fmt: skip


def cholesky(matrix: Floats) -> Floats:
    """Lower factor L with L L' = matrix (..., k, k), without conjugation; raises ``LinAlgError`` if the
    matrix is not positive definite."""
    size = matrix.shape[-1]
    root = np.zeros_like(matrix)
    for j in range(size):
        own = matrix[..., j, j] - (root[..., j, :j] ** 2).sum(axis=-1)
        if not np.all(own.real > 0):
            raise np.linalg.LinAlgError("not positive definite")
        root[..., j, j] = np.sqrt(own)
        for i in range(j + 1, size):
            rest = matrix[..., i, j] - (root[..., i, :j] * root[..., j, :j]).sum(axis=-1)
            root[..., i, j] = rest / root[..., j, j]
    return root


def _factors(model: Nonlinear, places: Floats) -> Floats:
    """The product of the conditioned variables of each term (..., R, terms)."""
    found = np.ones((*places.shape[:-1], len(model.terms)), dtype=places.dtype)
    for at, term in enumerate(model.terms):
        for node in term.nodes:
            found[..., at] *= places[..., node]
    return found


def _coefficients(model: Nonlinear, theta: Floats) -> Floats:
    """The coefficient of each term (..., terms)."""
    found = np.empty((*theta.shape[:-1], len(model.terms)), dtype=theta.dtype)
    for at, term in enumerate(model.terms):
        found[..., at] = theta[..., term.parameter] if term.parameter >= 0 else term.value
    return found


def _with_products(model: Nonlinear, at: Any, slopes: Floats) -> tuple[Floats, Floats]:
    """A(u) (..., R, K, K) and a(u) (..., R, K); ``slopes`` (..., R, terms) coefficient times factors."""
    count, size = slopes.shape[-2], at.paths.shape[-1]
    stack = slopes.shape[:-2]
    paths = np.broadcast_to(at.paths[..., None, :, :], (*stack, count, size, size)).copy()
    means = np.broadcast_to(at.intercepts[..., None, :], (*stack, count, size)).copy()
    for place, term in enumerate(model.terms):
        if term.linear < 0:
            means[..., term.outcome] += slopes[..., place]
        else:
            paths[..., term.outcome, term.linear] += slopes[..., place]
            means[..., term.outcome] -= term.centre * slopes[..., place]
    return paths, means


def pulled_back(
    model: Nonlinear, given: Given, nodes: Floats, by_mu: Floats, by_sigma: Floats, parameters: int
) -> Floats:
    """Derivative (..., q) with respect to theta of a function whose derivatives with respect to mu(u)
    (..., R, p) and Sigma(u) (..., R, p, p), symmetric, are given."""
    from_mean = (transposed(given.reach) @ by_mu[..., None])[..., 0]
    through = transposed(given.reach) @ by_sigma
    by_residual = (through @ given.reach).sum(axis=-3)
    by_path = 2.0 * (through @ given.reach) @ given.residual[..., None, :, :] @ transposed(given.effects)
    expected = (given.effects @ given.mean[..., None])[..., 0]
    by_path += from_mean[..., :, None] * expected[..., None, :]
    by_places, by_coefficient = _by_terms(model, given, by_path, from_mean)
    by_loads = transposed(from_mean) @ nodes - 2.0 * by_residual @ given.loads
    return _to_theta(
        model,
        given,
        by_path.sum(axis=-3),
        by_residual,
        from_mean.sum(axis=-2),
        by_loads,
        by_places.sum(axis=-2),
        transposed(by_places) @ nodes,
        by_coefficient,
        parameters,
    )


def _by_terms(model: Nonlinear, given: Given, by_path: Floats, by_mean: Floats) -> tuple[Floats, Floats]:
    """Derivatives with respect to W (..., R, k) and to the coefficients (..., terms)."""
    by_places = np.zeros_like(given.places, dtype=np.result_type(given.places, by_path))
    by_coefficient = np.zeros_like(given.coefficients, dtype=by_places.dtype)
    for at, term in enumerate(model.terms):
        if term.linear < 0:
            slope = by_mean[..., term.outcome]
        else:
            slope = by_path[..., term.outcome, term.linear] - term.centre * by_mean[..., term.outcome]
        by_coefficient[..., at] = (slope * given.factors[..., at]).sum(axis=-1)
        for one, node in enumerate(term.nodes):
            others = [other for two, other in enumerate(term.nodes) if two != one]
            rest = np.prod(given.places[..., others], axis=-1)
            by_places[..., node] += slope * given.coefficients[..., at, None] * rest
    return by_places, by_coefficient


def _to_theta(
    model: Nonlinear,
    given: Given,
    by_paths: Floats,
    by_covariances: Floats,
    by_intercepts: Floats,
    by_loads: Floats,
    by_centre: Floats,
    by_root: Floats,
    by_coefficient: Floats,
    parameters: int,
) -> Floats:
    """From A, S, a, P, D a, L and the coefficients to theta."""
    if len(model.conditioned):
        inverse = np.linalg.inv(given.root)
        spread = by_loads @ inverse
        by_root = by_root - transposed(transposed(given.loads) @ spread)
        half = _lower_half(transposed(given.root) @ np.tril(by_root))
        by_spread = 0.5 * transposed(inverse) @ (half + transposed(half)) @ inverse
        by_covariances = (
            by_covariances + spread @ given.rows + transposed(given.rows) @ by_spread @ given.rows
        )
        by_rows = transposed(spread) @ given.covariances
        by_rows = by_rows + 2.0 * by_spread @ given.rows @ given.covariances
        by_rows = by_rows + by_centre[..., :, None] * given.intercepts[..., None, :]
        by_intercepts = by_intercepts + (transposed(given.rows) @ by_centre[..., None])[..., 0]
        by_paths = by_paths + transposed(given.rows) @ by_rows @ transposed(given.linear)
    structure = model.structure
    found = np.zeros((*by_paths.shape[:-2], parameters), dtype=by_paths.dtype)
    both = by_covariances + transposed(by_covariances)
    cells = structure.covariances
    _add(found, structure.paths, by_paths[..., structure.paths.row, structure.paths.column])
    _add(found, cells, both[..., cells.row, cells.column] * cells.weight)
    _add(found, structure.intercepts, by_intercepts[..., structure.intercepts.row])
    for at, term in enumerate(model.terms):
        if term.parameter >= 0:
            found[..., term.parameter] += by_coefficient[..., at]
    return found


def _lower_half(matrix: Floats) -> Floats:
    """The lower triangle with half the diagonal."""
    lower = np.tril(matrix)
    at = np.arange(matrix.shape[-1])
    lower[..., at, at] *= 0.5
    return lower


def _add(found: Floats, cells: Cells, values: Floats) -> None:
    np.add.at(found.T, cells.parameter, values.T)
