"""The likelihood of a normal mixture over nodes: value, gradient, casewise scores and exact Hessian.

With f(y | u) the normal density at a node and w the rule's weights, l = sum over cases of
log sum_r w_r f(y | u_r). The gradient is that of the complete data averaged over the posterior of the nodes
(Fisher's identity), the Hessian follows from Louis (1982), Finding the observed information matrix when
using the EM algorithm: complete-data Hessian plus the posterior covariance of the complete-data scores.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.lms_data import Answers, Block
from tam.engine.lms_moments import Given, Nonlinear, given_nodes, pulled_back, transposed
from tam.engine.structure import Floats
from tam.stats.quadrature import Rule

#: A case has no share in the derivatives at nodes with less posterior weight than this: the square root of
#: rounding below a unit of the last digit of its score.
NEGLIGIBLE = 1e-14
#: Size of a step into the imaginary numbers: its square vanishes against any number.
IMAGINARY = 1e-30
#: Numbers held at once by the stacks of the Hessian.
MOST_NUMBERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """The log-likelihood at one theta: ``posterior`` (m, R) of each block, ``cases`` (n,) log-likelihoods."""

    theta: Floats
    value: float
    given: Given
    inverses: Sequence[Floats]
    posterior: Sequence[Floats]
    cases: Floats


@dataclass(frozen=True, slots=True)
class Mixture:
    """The log-likelihood of a model with products for given answers and rule."""

    model: Nonlinear
    answers: Answers
    rule: Rule

    @property
    def parameters(self) -> int:
        return len(self.model.structure.free)

    def evaluate(self, theta: Floats) -> Point | None:
        """The point at theta (q,); None where theta has no density."""
        try:
            with np.errstate(all="ignore"):
                given = given_nodes(self.model, theta, self.rule.nodes)
                blocks = [_densities(self.answers, block, given) for block in self.answers.blocks]
        except np.linalg.LinAlgError:
            return None
        cases = np.empty(self.answers.cases)
        posterior = []
        for block, (logs, _) in zip(self.answers.blocks, blocks):
            logs += self.rule.log_weights
            top = logs.max(axis=1, keepdims=True)
            np.exp(logs - top, out=logs)
            total = logs.sum(axis=1, keepdims=True)
            logs /= total
            cases[block.rows] = (top + np.log(total))[:, 0] + block.offset
            posterior.append(logs)
        value = float(cases.sum())
        if not np.isfinite(value):
            return None
        return Point(theta, value, given, tuple(inverse for _, inverse in blocks), tuple(posterior), cases)

    def gradient(self, point: Point) -> Floats:
        """Derivative (q,) of the log-likelihood."""
        parts = [one.T @ block.products for one, block in zip(point.posterior, self.answers.blocks)]
        return self._complete(point.given, point.inverses, parts)

    def curvature(self, point: Point) -> tuple[Floats, Floats]:
        """Hessian (q, q) of the log-likelihood and the scores (n, q) of the cases."""
        sums = [one.T @ block.products for one, block in zip(point.posterior, self.answers.blocks)]
        complete, first, second = [], [], []
        for given in self._moved(point.theta):
            complete.append(self._complete(given, point.inverses, sums).imag / IMAGINARY)
            first.append(given.mu.imag / IMAGINARY)
            second.append(given.sigma.imag / IMAGINARY)
        hessian = np.concatenate(complete)
        covariance, scores = self._missing(point, np.concatenate(first), np.concatenate(second))
        return (hessian + hessian.T) / 2.0 + covariance, scores

    def scores(self, point: Point) -> Floats:
        """Derivatives (n, q) of the log-likelihoods of the cases."""
        first, second = [], []
        for given in self._moved(point.theta):
            first.append(given.mu.imag / IMAGINARY)
            second.append(given.sigma.imag / IMAGINARY)
        return self._missing(point, np.concatenate(first), np.concatenate(second))[1]

    def _moved(self, theta: Floats) -> Iterator[Given]:
        """The conditional moments a step into the imaginary numbers away, some parameters at a time."""
        q, size = len(theta), len(self.model.structure.names)
        chunk = max(1, MOST_NUMBERS // (len(self.rule) * size * size))
        for start in range(0, q, chunk):
            moved = theta + 1j * IMAGINARY * np.eye(q)[start : start + chunk]
            yield given_nodes(self.model, moved, self.rule.nodes)

    def _complete(self, given: Given, inverses: Sequence[Floats], sums: Sequence[Floats]) -> Floats:
        """Derivative (..., q) of the complete-data log-likelihood with posterior sums (R, .) of z held."""
        stack = given.mu.shape[:-2]
        count, p = given.mu.shape[-2:]
        by_mu = np.zeros((*stack, count, p), dtype=given.mu.dtype)
        by_sigma = np.zeros((*stack, count, p, p), dtype=given.mu.dtype)
        for block, inverse, total in zip(self.answers.blocks, inverses, sums):
            mu, sigma = _scaled(self.answers, block, given)
            first, second = _by_moments(block, mu, sigma, inverse, total)
            scale = self.answers.scale[block.seen]
            by_mu[..., block.seen] += first / scale
            by_sigma[..., block.seen[:, None], block.seen] += second / np.outer(scale, scale)
        return pulled_back(self.model, given, self.rule.nodes, by_mu, by_sigma, self.parameters)

    def _missing(self, point: Point, by_mu: Floats, by_sigma: Floats) -> tuple[Floats, Floats]:
        """Sum over cases of the posterior covariance (q, q) of the complete-data scores; scores (n, q).

        ``by_mu`` (q, R, p) and ``by_sigma`` (q, R, p, p): derivatives of the moments at the nodes.
        """
        scores = np.zeros((self.answers.cases, self.parameters))
        squares = np.zeros((self.parameters, self.parameters))
        for at, block in enumerate(self.answers.blocks):
            by_z = _z_slopes(self.answers, block, point.given, point.inverses[at], by_mu, by_sigma)
            for node, weights in enumerate(point.posterior[at].T):
                own = np.flatnonzero(weights > NEGLIGIBLE)
                part = block.products[own] @ by_z[node].T
                weighted = part * weights[own, None]
                scores[block.rows[own]] += weighted
                squares += part.T @ weighted
        return squares - scores.T @ scores, scores


def _scaled(answers: Answers, block: Block, given: Given) -> tuple[Floats, Floats]:
    """mu (..., R, s) and Sigma (..., R, s, s) of the block's columns in their scaled units."""
    seen = block.seen
    scale = answers.scale[seen]
    mu = (given.mu[..., seen] - answers.centre[seen]) / scale
    sigma = given.sigma[..., seen[:, None], seen] / np.outer(scale, scale)
    return mu, sigma


def _densities(answers: Answers, block: Block, given: Given) -> tuple[Floats, Floats]:
    """Log-densities (m, R) of the block's cases at the nodes, without ``offset``; inverses (R, s, s)."""
    mu, sigma = _scaled(answers, block, given)
    factor = np.linalg.cholesky(sigma)
    determinant = 2.0 * np.log(np.diagonal(factor, axis1=-2, axis2=-1)).sum(axis=-1)
    root = np.linalg.inv(factor)
    inverse = transposed(root) @ root
    towards = (inverse @ mu[..., None])[..., 0]
    i, j = block.upper
    weight = np.where(i == j, -0.5, -1.0)
    constant = -0.5 * (determinant + (mu * towards).sum(axis=-1))
    table = np.concatenate([constant[:, None], towards, inverse[:, i, j] * weight], axis=1)
    return block.products @ table.T, inverse


def _by_moments(
    block: Block, mu: Floats, sigma: Floats, inverse: Floats, sums: Floats
) -> tuple[Floats, Floats]:
    """Derivatives of sum of log-densities with respect to mu (..., R, s) and Sigma (..., R, s, s).

    ``sums`` (R, .) are the posterior sums of z, ``inverse`` (R, s, s) that of the real part of Sigma. With a
    step into the imaginary numbers, first-order terms of it are exact: they are the derivatives' own.
    """
    size = len(block.seen)
    i, j = block.upper
    count, first = sums[:, 0], sums[:, 1 : 1 + size]
    second = np.empty((len(sums), size, size))
    second[:, i, j] = second[:, j, i] = sums[:, 1 + size :]
    moved = np.iscomplexobj(mu)
    at = mu.real.reshape(-1, *mu.shape[-2:])[0] if moved else mu
    away = first - count[:, None] * at
    cross = at[:, :, None] * first[:, None, :]
    spread = second - cross - transposed(cross) + count[:, None, None] * (at[:, :, None] * at[:, None, :])
    by_mu = (inverse @ away[..., None])[..., 0]
    between = inverse @ spread @ inverse
    by_sigma = 0.5 * (between - count[:, None, None] * inverse)
    if not moved:
        return by_mu, by_sigma
    turned = inverse @ sigma.imag
    shift = (inverse @ mu.imag[..., None])[..., 0]
    more_mu = -(turned @ by_mu[..., None])[..., 0] - count[:, None] * shift
    half = turned @ (0.5 * count[:, None, None] * inverse - between)
    half -= shift[..., :, None] * by_mu[:, None, :]
    return by_mu + 1j * more_mu, by_sigma + 0.5j * (half + transposed(half))


def _z_slopes(
    answers: Answers, block: Block, given: Given, inverse: Floats, by_mu: Floats, by_sigma: Floats
) -> Floats:
    """Derivatives (R, q, .) of the coefficients of z in the log-density at each node."""
    seen = block.seen
    scale = answers.scale[seen]
    mu, _ = _scaled(answers, block, given)
    by_mu = np.moveaxis(by_mu[..., seen] / scale, 0, 1)
    by_sigma = np.moveaxis(by_sigma[..., seen[:, None], seen] / np.outer(scale, scale), 0, 1)
    inner = inverse[:, None]
    precision = -inner @ by_sigma @ inner
    towards = (precision @ mu[:, None, :, None])[..., 0] + (inner @ by_mu[..., None])[..., 0]
    trace = np.einsum("rij,rqij->rq", inverse, by_sigma)
    away = (inverse @ mu[..., None])[..., 0]
    bent = (towards * mu[:, None]).sum(axis=-1) + (by_mu * away[:, None]).sum(axis=-1)
    constant = -0.5 * (trace + bent)
    i, j = block.upper
    weight = np.where(i == j, -0.5, -1.0)
    return np.concatenate([constant[..., None], towards, precision[..., i, j] * weight], axis=-1)
