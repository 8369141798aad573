"""The ML discrepancy of many samples at once: value, gradient and second derivatives, in closed form.

The stacked counterpart of ``maximum_likelihood`` for covariance structures: r draws on the first axis, p
observed variables, K variables in all, c free cells (paths, then covariances), z free directions. Means do
not enter: where every observed variable has an intercept of its own they are reproduced exactly whatever
the covariances.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Floats, Implied, Integers, Structure


def cell_directions(structure: Structure, directions: Floats) -> Floats | None:
    """How the cells (paths, then covariances) move along the free directions: (c, z), None for the
    identity.

    Parameters: ``directions`` (q, z): each column a direction in which theta may move.
    """
    matrix = directions if structure.gather is None else structure.gather @ directions
    rows, columns = matrix.shape
    return None if rows == columns and np.array_equal(matrix, np.eye(rows)) else matrix


def discrepancy(sigma: Floats, samples: Floats, log_determinant: Floats) -> tuple[Floats, Floats]:
    """F = log|Sigma| + tr(S Sigma^-1) - log|S| - p (r,) and the inverses of Sigma (r, p, p).

    Infinite where Sigma is not positive definite; its inverse is then the identity and means nothing.
    """
    sound, log_det = _log_determinants(sigma)
    safe = sigma if sound.all() else np.where(sound[:, None, None], sigma, np.eye(sigma.shape[1]))
    inverse: Floats = np.linalg.inv(safe)
    value = log_det + np.einsum("rij,rij->r", samples, inverse) - log_determinant - sigma.shape[1]
    return np.asarray(np.where(sound, value, np.inf)), inverse


def _log_determinants(sigma: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Which matrices are positive definite, and the logarithm of their determinants (0 elsewhere)."""
    finite = np.isfinite(sigma).all(axis=(1, 2))
    try:
        factor = np.linalg.cholesky(np.where(finite[:, None, None], sigma, np.eye(sigma.shape[1])))
    except np.linalg.LinAlgError:  # one bad matrix stops the whole stack: look at all of them
        roots = np.linalg.eigvalsh(np.where(finite[:, None, None], sigma, np.eye(sigma.shape[1])))
        sound = (roots[:, 0] > 0) & finite
        return sound, np.log(np.where(sound[:, None], roots, 1.0)).sum(axis=1)
    log_det = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return finite, np.where(finite, log_det, 0.0)


def slope_and_curvature(
    structure: Structure,
    at: Implied,
    inverse: Floats,
    samples: Floats,
    cells: Floats | None,
    observed: bool,
) -> tuple[Floats, Floats]:
    """Gradient (r, z) and second derivatives (r, z, z) of F along the free directions.

    ``observed`` False: the expected ones, ``tr(V d_k V d_l)`` with V the inverse of Sigma. True: the
    Hessian, ``2 tr(V d_k V d_l W) - tr(V d_k V d_l) + tr(Q d_kl)`` with W = V S V and Q = V - W.
    """
    left, right, weight = _rank_two(structure, at)
    weighted = inverse @ samples @ inverse
    inner = inverse - weighted
    gradient: Floats = 2 * weight * np.einsum("rpc,rpc->rc", left, inner @ right)
    aa, bb, ab = _forms(left, right, inverse)
    ba = _transpose(ab)
    if observed:
        waa, wbb, wab = _forms(left, right, weighted)
        half = ba * wab + bb * waa + aa * (wbb - bb) + ab * (_transpose(wab) - ba)
        curvature = 2 * np.outer(weight, weight) * half
        curvature = (curvature + _transpose(curvature)) / 2 + _second_order(structure, at, inner)
    else:
        curvature = 2 * np.outer(weight, weight) * (aa * bb + ab * ba)
    if cells is None:
        return gradient, curvature
    return gradient @ cells, cells.T @ curvature @ cells


def _rank_two(structure: Structure, at: Implied) -> tuple[Floats, Floats, Floats]:
    """dSigma = weight (left right' + right left') per cell: (r, p, c), (r, p, c), (c,)."""
    reach = at.effects[:, structure.observed]
    shared = at.total[:, structure.observed]
    path, covariance = structure.paths, structure.covariances
    left = np.concatenate([reach[:, :, path.row], reach[:, :, covariance.row]], axis=2)
    right = np.concatenate([shared[:, :, path.column], reach[:, :, covariance.column]], axis=2)
    return left, right, np.concatenate([path.weight, covariance.weight])


def _forms(left: Floats, right: Floats, kernel: Floats) -> tuple[Floats, Floats, Floats]:
    """a'Ka, b'Kb and a'Kb for all pairs of cells, (r, c, c) each."""
    a, b = _transpose(left), _transpose(right)
    kernel_right = kernel @ right
    return a @ (kernel @ left), b @ kernel_right, a @ kernel_right


def _second_order(structure: Structure, at: Implied, inner: Floats) -> Floats:
    """tr(Q d2Sigma) (r, c, c), Q = ``inner``: cells move each other's effect through the inverse of I -
    A."""
    path, covariance = structure.paths, structure.covariances
    reach, shared = at.effects[:, structure.observed], at.total[:, structure.observed]
    pulled = inner @ reach
    reach_reach = _transpose(reach) @ pulled
    reach_shared = _transpose(pulled) @ shared
    n = len(path)
    i, j = path.row, path.column
    s, t = covariance.row, covariance.column
    result = np.zeros((len(inner), n + len(covariance), n + len(covariance)))
    chain = _pick(at.effects, j, i) * _pick(reach_shared, i, j)
    result[:, :n, :n] = 2 * (chain + _transpose(chain) + _pick(at.total, j, j) * _pick(reach_reach, i, i))
    mixed = _pick(at.effects, j, s) * _pick(reach_reach, i, t)
    mixed += _pick(at.effects, j, t) * _pick(reach_reach, i, s)
    result[:, :n, n:] = 2 * covariance.weight * mixed
    result[:, n:, :n] = _transpose(result[:, :n, n:])
    return result


def _pick(stack: Floats, rows: Integers, columns: Integers) -> Floats:
    """The cells (rows x columns) of every matrix of the stack."""
    return stack[:, rows[:, None], columns[None, :]]


def _transpose(stack: NDArray[Any]) -> NDArray[Any]:
    return stack.swapaxes(1, 2)
