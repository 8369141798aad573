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

from tam.engine.structure import Cells, Floats, Integers, Matrices, Structure, effects_of, matrices


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
    variables conditioned on. theta holds the coefficients of the products too.

    ``structure.core`` holds the places (c,) of every variable with an arrow going out, of every factor and
    of every outcome of a product, so that nothing outside it differs between nodes.
    """

    structure: Structure
    terms: tuple[Term, ...]
    conditioned: Integers

    @property
    def leaves(self) -> Integers:
        """Places of the observed variables outside the core."""
        seen = np.arange(self.structure.latents, len(self.structure.names))
        return np.setdiff1d(seen, self.structure.core).astype(np.intp)


@dataclass(frozen=True, slots=True)
class Prior:
    """The model without its products, for one theta or a stack (...), and the variables conditioned on.

    ``linear`` (I - A)^-1, ``rows`` D (..., k, K), ``root`` L (..., k, k), ``loads`` P (..., K, k),
    ``residual`` V (..., K, K), ``places`` W (..., R, k), ``factors`` the product of the conditioned
    variables of each term (..., R, terms), ``coefficients`` (..., terms).
    """

    at: Matrices
    linear: Floats
    rows: Floats
    root: Floats
    loads: Floats
    residual: Floats
    places: Floats
    factors: Floats
    coefficients: Floats


@dataclass(frozen=True, slots=True)
class Given:
    """Moments given R nodes, for one theta or a stack (...), and what the way back needs.

    ``mu`` (..., R, p), ``sigma`` (..., R, p, p); ``reach`` (..., R, p, c) the effects of the core on the
    observed variables, ``effects`` (..., R, c, c) those on the core, ``expected`` (..., R, c) and ``shared``
    (..., R, p, c) the core's mean and its covariances with the observed variables.
    """

    mu: Floats
    sigma: Floats
    reach: Floats
    effects: Floats
    expected: Floats
    shared: Floats
    prior: Prior


def transposed(matrix: Any) -> Any:
    return np.swapaxes(matrix, -1, -2)


def prior_of(model: Nonlinear, theta: Floats, nodes: Floats) -> Prior:
    """The linear part and the conditioned variables at ``nodes`` (R, k) for theta (..., q).

    Raises ``LinAlgError`` where W has no positive definite covariance matrix.
    """
    at = matrices(model.structure, theta)
    linear = effects_of(model.structure, at.paths)
    rows = linear[..., model.conditioned, :]
    shared = at.covariances @ transposed(rows)
    root = cholesky(rows @ shared)
    inverse = np.linalg.inv(root) if len(model.conditioned) else root
    loads = shared @ transposed(inverse)
    residual = at.covariances - loads @ transposed(loads)
    centre = (rows @ at.intercepts[..., None])[..., 0]
    places = centre[..., None, :] + nodes @ transposed(root)
    factors = _factors(model, places)
    return Prior(at, linear, rows, root, loads, residual, places, factors, _coefficients(model, theta))


def given_nodes(model: Nonlinear, theta: Floats, nodes: Floats) -> Given:
    """The conditional moments at ``nodes`` (R, k) for theta (..., q); raises ``LinAlgError`` as
    ``prior_of``."""
    prior = prior_of(model, theta, nodes)
    core, leaves, latents = model.structure.core, model.leaves, model.structure.latents
    own = leaves - latents
    paths, means = with_products(model, prior, nodes, core)
    effects = np.asarray(np.linalg.inv(np.eye(len(core)) - paths))
    expected = (effects @ means[..., core, None])[..., 0]
    reach = _loadings(model, prior)[..., None, :, :] @ effects
    mu = (reach @ means[..., core, None])[..., 0]
    mu[..., own] += means[..., leaves]
    residual = prior.residual
    half = reach @ residual[..., None, core[:, None], core]
    half[..., own, :] += residual[..., None, leaves[:, None], core]
    sigma = half @ transposed(reach)
    across = reach @ residual[..., None, core[:, None], leaves]
    sigma[..., :, own] += across
    sigma[..., own[:, None], own] += residual[..., None, leaves[:, None], leaves]
    return Given(mu, sigma, reach, effects, expected, half @ transposed(effects), prior)


def _loadings(model: Nonlinear, prior: Prior) -> Floats:
    """Direct effects (..., p, c) of the core on the observed variables; one for those in the core."""
    core, seen = model.structure.core, model.structure.observed
    loadings = prior.at.paths[..., seen, :][..., core].copy()
    inside = np.flatnonzero(core >= model.structure.latents)
    rows = core[inside] - model.structure.latents
    loadings[..., rows, :] = 0.0
    loadings[..., rows, inside] = 1.0
    return np.asarray(loadings)


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


def with_products(model: Nonlinear, prior: Prior, nodes: Floats, among: Integers) -> tuple[Floats, Floats]:
    """A(u) among some variables (..., R, c, c), and a(u) + P u of all (..., R, K)."""
    slopes = prior.factors * prior.coefficients[..., None, :]
    count, stack = slopes.shape[-2], slopes.shape[:-2]
    place = {int(at): new for new, at in enumerate(among)}
    size = len(among)
    start = prior.at.paths[..., None, among[:, None], among]
    paths = np.broadcast_to(start, (*stack, count, size, size)).copy()
    means = prior.at.intercepts[..., None, :] + nodes @ transposed(prior.loads)
    for at, term in enumerate(model.terms):
        if term.linear < 0:
            means[..., term.outcome] += slopes[..., at]
        else:
            paths[..., place[term.outcome], place[term.linear]] += slopes[..., at]
            means[..., term.outcome] -= term.centre * slopes[..., at]
    return paths, means


def pulled_back(
    model: Nonlinear, given: Given, nodes: Floats, by_mu: Floats, by_sigma: Floats, parameters: int
) -> Floats:
    """Derivative (..., q) with respect to theta of a function whose derivatives with respect to mu(u)
    (..., R, p) and Sigma(u) (..., R, p, p), symmetric, are given."""
    core, leaves, size = model.structure.core, model.leaves, len(model.structure.names)
    own = leaves - model.structure.latents
    stack, kind = by_mu.shape[:-2], np.result_type(by_mu, given.mu)
    by_mean = np.zeros((*by_mu.shape[:-1], size), dtype=kind)
    by_mean[..., core] = (transposed(given.reach) @ by_mu[..., None])[..., 0]
    by_mean[..., leaves] = by_mu[..., own]
    through = transposed(given.reach) @ by_sigma
    by_core = 2.0 * through @ given.shared + by_mean[..., core, None] * given.expected[..., None, :]
    by_residual = np.zeros((*stack, size, size), dtype=kind)
    by_residual[..., core[:, None], core] = (through @ given.reach).sum(axis=-3)
    across = through[..., own].sum(axis=-3)
    by_residual[..., core[:, None], leaves] = across
    by_residual[..., leaves[:, None], core] = transposed(across)
    by_residual[..., leaves[:, None], leaves] = by_sigma[..., own[:, None], own].sum(axis=-3)
    by_path = np.zeros((*stack, size, size), dtype=kind)
    by_path[..., core[:, None], core] = by_core.sum(axis=-3)
    to_leaves = 2.0 * (by_sigma[..., own, :] @ given.shared).sum(axis=-3)
    to_leaves = to_leaves + transposed(by_mu[..., own]) @ given.expected
    by_path[..., leaves[:, None], core] = to_leaves
    by_places, by_coefficient = _by_terms(model, given.prior, by_core, by_mean)
    by_loads = transposed(by_mean) @ nodes - 2.0 * by_residual @ given.prior.loads
    return _to_theta(
        model,
        given.prior,
        by_path,
        by_residual,
        by_mean.sum(axis=-2),
        by_loads,
        by_places.sum(axis=-2),
        transposed(by_places) @ nodes,
        by_coefficient,
        parameters,
    )


def _by_terms(model: Nonlinear, prior: Prior, by_core: Floats, by_mean: Floats) -> tuple[Floats, Floats]:
    """Derivatives with respect to W (..., R, k) and to the coefficients (..., terms)."""
    place = {int(at): new for new, at in enumerate(model.structure.core)}
    kind = np.result_type(prior.places, by_core)
    by_places = np.zeros(np.broadcast_shapes(prior.places.shape, (*by_mean.shape[:-1], 1)), dtype=kind)
    by_coefficient = np.zeros((*by_mean.shape[:-2], len(model.terms)), dtype=kind)
    for at, term in enumerate(model.terms):
        slope = by_mean[..., term.outcome]
        if term.linear >= 0:
            slope = by_core[..., place[term.outcome], place[term.linear]] - term.centre * slope
        by_coefficient[..., at] = (slope * prior.factors[..., at]).sum(axis=-1)
        for one, node in enumerate(term.nodes):
            others = [other for two, other in enumerate(term.nodes) if two != one]
            rest = np.prod(prior.places[..., others], axis=-1)
            by_places[..., node] += slope * prior.coefficients[..., at, None] * rest
    return by_places, by_coefficient


def _to_theta(
    model: Nonlinear,
    prior: Prior,
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
        inverse = np.linalg.inv(prior.root)
        spread = by_loads @ inverse
        by_root = by_root - transposed(transposed(prior.loads) @ spread)
        half = _lower_half(transposed(prior.root) @ np.tril(by_root))
        by_spread = 0.5 * transposed(inverse) @ (half + transposed(half)) @ inverse
        by_covariances = (
            by_covariances + spread @ prior.rows + transposed(prior.rows) @ by_spread @ prior.rows
        )
        by_rows = transposed(spread) @ prior.at.covariances
        by_rows = by_rows + 2.0 * by_spread @ prior.rows @ prior.at.covariances
        by_rows = by_rows + by_centre[..., :, None] * prior.at.intercepts[..., None, :]
        by_intercepts = by_intercepts + (transposed(prior.rows) @ by_centre[..., None])[..., 0]
        by_paths = by_paths + transposed(prior.rows) @ by_rows @ transposed(prior.linear)
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
