"""The normal-theory discrepancy, its gradient, its information and its Hessian, all in closed form.

F = log|Sigma| + tr(S Sigma^-1) - log|S| - p + (m - mu)' Sigma^-1 (m - mu)          (Joreskog 1967; divisor n)

Per cell Sigma changes by weight * (a b' + b a'), so every derivative is a product of p x c matrices. The
formulas were derived from F; the tests check them against finite differences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from tam.engine.structure import Derivatives, Floats, Implied, Structure, derivatives, implied


@dataclass(frozen=True, slots=True)
class Target:
    """What is fitted: covariance (p, p) with divisor n, means (p,) (zeros without mean structure), log|S|."""

    covariance: Floats
    means: Floats
    log_determinant: float


@dataclass(frozen=True, slots=True)
class Point:
    """F at one theta with what its derivatives need.

    ``inverse`` Sigma^-1 (p, p); ``deviation`` m - mu (p,); ``value`` F.
    """

    theta: Floats
    value: float
    implied: Implied
    inverse: Floats
    deviation: Floats

    @property
    def groups(self) -> tuple[Point]:
        """The points of all groups: this one."""
        return (self,)


def target(covariance: Floats, means: Floats | None) -> Target:
    """Target of a positive definite covariance matrix with divisor n; ``LinAlgError`` if it is not."""
    factor = np.linalg.cholesky(covariance)
    zeros = np.zeros(len(covariance))
    return Target(covariance, zeros if means is None else means, 2.0 * float(np.log(np.diag(factor)).sum()))


def evaluate(structure: Structure, aim: Target, theta: Floats) -> Point | None:
    """F at theta; None where theta has no density (Sigma not positive definite, I - A singular)."""
    try:
        model = implied(structure, theta)
        factor = np.linalg.cholesky(model.sigma)
    except np.linalg.LinAlgError:
        return None
    inverse, _ = scipy.linalg.lapack.dpotri(factor, lower=1)
    inverse = np.tril(inverse) + np.tril(inverse, -1).T
    value = 2.0 * np.log(np.diag(factor)).sum() + np.sum(aim.covariance * inverse)
    value -= aim.log_determinant + len(factor)
    deviation = aim.means - model.mu if structure.meanstructure else np.zeros(len(factor))
    value += deviation @ inverse @ deviation
    if not np.isfinite(value):
        return None
    return Point(theta, float(value), model, inverse, deviation)


def gradient(structure: Structure, aim: Target, point: Point, slopes: Derivatives | None = None) -> Floats:
    """dF/dtheta (q,)."""
    slopes = slopes or derivatives(structure, point.implied)
    inner = _residual_weight(aim, point)
    by_cell = 2.0 * slopes.weight * np.sum(slopes.left * (inner @ slopes.right), axis=0)
    result = structure.summed(by_cell)
    if slopes.mu is not None:
        result = result - 2.0 * slopes.mu.T @ (point.inverse @ point.deviation)
    return result


def _residual_weight(aim: Target, point: Point) -> Floats:
    """Q = Sigma^-1 - Sigma^-1 (S + d d') Sigma^-1 (p, p)."""
    inverse, deviation = point.inverse, point.deviation
    pulled = inverse @ deviation
    return inverse - inverse @ aim.covariance @ inverse - np.outer(pulled, pulled)


def information(structure: Structure, point: Point, slopes: Derivatives | None = None) -> Floats:
    """Expected Hessian of F (q, q); n/2 times it is the expected (Fisher) information of n cases."""
    slopes = slopes or derivatives(structure, point.implied)
    left, right = point.inverse @ slopes.left, point.inverse @ slopes.right
    ab = slopes.left.T @ right
    by_cell = (slopes.left.T @ left) * (slopes.right.T @ right) + ab * ab.T
    by_cell *= 2.0 * np.outer(slopes.weight, slopes.weight)
    result = folded(structure, by_cell)
    if slopes.mu is not None:
        result = result + 2.0 * slopes.mu.T @ point.inverse @ slopes.mu
    return result


def folded(structure: Structure, by_cell: Floats) -> Floats:
    """Values per pair of cells (c, c) summed into values per pair of parameters (q, q)."""
    gather = structure.gather
    return by_cell if gather is None else gather.T @ by_cell @ gather


def hessian(structure: Structure, aim: Target, point: Point, slopes: Derivatives | None = None) -> Floats:
    """Observed Hessian of F (q, q); n/2 times it is the observed information of n cases."""
    slopes = slopes or derivatives(structure, point.implied)
    inverse = point.inverse
    moments = aim.covariance + np.outer(point.deviation, point.deviation)
    weighted = inverse @ moments @ inverse
    a, b, weight = slopes.left, slopes.right, slopes.weight
    ia, ib, wa, wb = inverse @ a, inverse @ b, weighted @ a, weighted @ b
    aa, bb, ab = a.T @ ia, b.T @ ib, a.T @ ib
    waa, wbb, wab = a.T @ wa, b.T @ wb, a.T @ wb
    crossed = ab.T * wab + bb * waa + aa * wbb + ab * wab.T
    first = 2.0 * np.outer(weight, weight) * (crossed - aa * bb - ab * ab.T)
    by_cell = (first + first.T) / 2.0 + second_order(structure, point.implied, inverse - weighted)
    result = folded(structure, by_cell)
    if slopes.mu is not None:
        result = result + _mean_part(structure, point, slopes)
    return result


def second_order(structure: Structure, at: Implied, inner: Floats) -> Floats:
    """tr(Q d2Sigma) per pair of cells (c, c), Q = ``inner``."""
    path, covariance = structure.paths, structure.covariances
    effects, total = at.effects, at.total
    reach, shared = effects[structure.observed], total[structure.observed]
    qmm = reach.T @ inner @ reach
    qms = reach.T @ inner @ shared
    n_paths = len(path)
    result = np.zeros((n_paths + len(covariance),) * 2)
    i, j = path.row, path.column
    # Cell (i, j) after cell (x, y): C[y, i] M_x'Q G_j + C[j, x] M_i'Q G_y + G[j, y] M_i'Q M_x.
    chain = effects[j[:, None], i] * qms[i[:, None], j]
    result[:n_paths, :n_paths] = 2.0 * (chain + chain.T + total[j[:, None], j] * qmm[i[:, None], i])
    s, t = covariance.row, covariance.column
    mixed = effects[j[:, None], s] * qmm[i[:, None], t] + effects[j[:, None], t] * qmm[i[:, None], s]
    result[:n_paths, n_paths:] = 2.0 * covariance.weight * mixed
    result[n_paths:, :n_paths] = result[:n_paths, n_paths:].T
    return result


def _mean_part(structure: Structure, point: Point, slopes: Derivatives) -> Floats:
    """What the means add to the Hessian (q, q)."""
    assert slopes.mu is not None
    inverse = point.inverse
    pulled = inverse @ point.deviation
    tilted = inverse @ slopes.mu
    turn = (slopes.left.T @ pulled)[:, None] * (slopes.right.T @ tilted)
    turn += (slopes.right.T @ pulled)[:, None] * (slopes.left.T @ tilted)
    turn = structure.summed(2.0 * slopes.weight[:, None] * turn)
    return (
        2.0 * slopes.mu.T @ tilted
        + turn
        + turn.T
        - 2.0 * second_order_means(structure, point.implied, pulled)
    )


def second_order_means(structure: Structure, at: Implied, pulled: Floats) -> Floats:
    """pulled' d2mu per pair of parameters (q, q)."""
    path, intercept = structure.paths, structure.intercepts
    effects, mean = at.effects, at.mean
    back = effects[structure.observed].T @ pulled
    i, j = path.row, path.column
    # d2mu for A[i, j], A[x, y]: M_i C[j, x] E(v)_y and the same with the cells exchanged.
    both = back[i][:, None] * effects[j[:, None], i] * mean[j]
    result = np.zeros((len(structure.free),) * 2)
    np.add.at(result, (path.parameter[:, None], path.parameter), both + both.T)
    lifted = back[i][:, None] * effects[j[:, None], intercept.row]
    np.add.at(result, (path.parameter[:, None], intercept.parameter), lifted)
    np.add.at(result, (intercept.parameter[:, None], path.parameter), lifted.T)
    return result
