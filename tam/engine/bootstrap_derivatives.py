"""The ML discrepancy of many samples at once: value, gradient and second derivatives, in closed form.

The stacked counterpart of ``maximum_likelihood`` for covariance structures: r draws on the first axis, p
observed variables, K variables in all, c free cells (paths, then covariances), z free directions. Means
do not enter: where every observed variable has an intercept of its own they are reproduced whatever the
covariances.

A cell changes Sigma by weight (a b' + b a'), and every a and b is a column of M (effects on the observed
variables) or of G (covariances with them). So all derivatives are picked from the small matrices U'VU and
U'QU, where U holds the columns in use, V = Sigma^-1 and Q = V - V S V: no product with one row or column
per cell is ever formed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Floats, Implied, Integers, Structure


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns of [M, G] the cells of a structure use, and where: made once, used at every step.

    ``columns`` (u,) of [M, G]; ``left``, ``right`` (c,) the places of each cell's a and b among them;
    ``weight`` (c,); ``cells`` (c, z) how the cells move along the free directions, None for the identity.
    """

    structure: Structure
    columns: Integers
    left: Integers
    right: Integers
    weight: Floats
    cells: Floats | None


def make_plan(structure: Structure, directions: Floats) -> Plan:
    """The plan for theta moving along the columns of ``directions`` (q, z)."""
    size = len(structure.names)
    path, covariance = structure.paths, structure.covariances
    left = np.concatenate([path.row, covariance.row])
    right = np.concatenate([path.column + size, covariance.column])
    columns = np.unique(np.concatenate([left, right]))
    moved = directions if structure.gather is None else structure.gather @ directions
    identity = moved.shape[0] == moved.shape[1] and np.array_equal(moved, np.eye(len(moved)))
    return Plan(
        structure,
        columns,
        np.searchsorted(columns, left),
        np.searchsorted(columns, right),
        np.concatenate([path.weight, covariance.weight]),
        None if identity else moved,
    )


def discrepancy(sigma: Floats, samples: Floats, log_determinant: Floats) -> tuple[Floats, Floats]:
    """F = log|Sigma| + tr(S Sigma^-1) - log|S| - p (r,) and the inverses of Sigma (r, p, p).

    Infinite where Sigma is not positive definite; its inverse is then the identity and means nothing.
    """
    sound, log_det = _log_determinants(sigma)
    safe = sigma if sound.all() else np.where(sound[:, None, None], sigma, np.eye(sigma.shape[1]))
    inverse: Floats = np.linalg.inv(safe)
    value = log_det + (samples * inverse).sum(axis=(1, 2)) - log_determinant - sigma.shape[1]
    return np.asarray(np.where(sound, value, np.inf)), inverse


def _log_determinants(sigma: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Which matrices are positive definite, and the logarithm of their determinants (0 elsewhere)."""
    finite = np.isfinite(sigma).all(axis=(1, 2))
    safe = sigma if finite.all() else np.where(finite[:, None, None], sigma, np.eye(sigma.shape[1]))
    try:
        factor = np.linalg.cholesky(safe)
    except np.linalg.LinAlgError:  # one bad matrix stops the whole stack: look at all of them
        roots = np.linalg.eigvalsh(safe)
        sound = (roots[:, 0] > 0) & finite
        return sound, np.log(np.where(sound[:, None], roots, 1.0)).sum(axis=1)
    log_det = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return finite, np.where(finite, log_det, 0.0)


def slope(plan: Plan, at: Implied, inverse: Floats, samples: Floats) -> Floats:
    """Gradient of F along the free directions, (r, z): 2 w a'Qb per cell."""
    used = _columns(plan, at)
    inner = _transpose(used) @ (inverse - inverse @ samples @ inverse) @ used
    return _folded_slope(plan, inner)


def slope_and_curvature(
    plan: Plan, at: Implied, inverse: Floats, samples: Floats, *, observed: bool
) -> tuple[Floats, Floats]:
    """Gradient (r, z) and second derivatives (r, z, z) of F along the free directions.

    ``observed`` False: the expected ones, tr(V d_k V d_l). True: the Hessian,
    2 tr(V d_k V d_l W) - tr(V d_k V d_l) + tr(Q d_kl) with W = V S V.
    """
    used = _columns(plan, at)
    weighted = inverse @ samples @ inverse
    whole = _transpose(used) @ inverse @ used
    inner = whole - _transpose(used) @ weighted @ used
    left, right = plan.left, plan.right
    aa, bb, ab = _pick(whole, left, left), _pick(whole, right, right), _pick(whole, left, right)
    curvature = aa * bb
    curvature += ab * _transpose(ab)
    if observed:
        turn = ab * _pick(inner, right, left)
        curvature -= turn
        curvature -= _transpose(turn)
        bb *= _pick(inner, left, left)
        aa *= _pick(inner, right, right)
        curvature -= bb
        curvature -= aa
    curvature *= 2 * np.outer(plan.weight, plan.weight)
    if observed:
        _add_second_order(plan, at, inner, curvature)
    gradient = _folded_slope(plan, inner)
    if plan.cells is not None:
        curvature = plan.cells.T @ curvature @ plan.cells
    return gradient, curvature


def _columns(plan: Plan, at: Implied) -> Floats:
    """U (r, p, u)."""
    seen = plan.structure.observed
    return np.concatenate([at.effects[:, seen], at.total[:, seen]], axis=2)[:, :, plan.columns]


def _folded_slope(plan: Plan, inner: Floats) -> Floats:
    by_cell: Floats = 2 * plan.weight * inner[:, plan.left, plan.right]
    return by_cell if plan.cells is None else by_cell @ plan.cells


def _add_second_order(plan: Plan, at: Implied, inner: Floats, curvature: Floats) -> None:
    """Add tr(Q d2Sigma): cells move each other's effect through the inverse of I - A. ``curvature`` is
    changed."""
    path, covariance = plan.structure.paths, plan.structure.covariances
    n = len(path)
    i, j = path.row, path.column
    to, start = plan.left[:n], plan.right[:n]
    chain = _pick(at.effects, j, i)
    chain *= _pick(inner, to, start)
    block = curvature[:, :n, :n]
    block += 2 * chain
    block += 2 * _transpose(chain)
    block += 2 * _pick(at.total, j, j) * _pick(inner, to, to)
    first, second = plan.left[n:], plan.right[n:]
    mixed = _pick(at.effects, j, covariance.row) * _pick(inner, to, second)
    mixed += _pick(at.effects, j, covariance.column) * _pick(inner, to, first)
    mixed *= 2 * covariance.weight
    curvature[:, :n, n:] += mixed
    curvature[:, n:, :n] += _transpose(mixed)


def _pick(stack: Floats, rows: Integers, columns: Integers) -> Floats:
    """The cells (rows x columns) of every matrix of the stack, (r, rows, columns)."""
    size = stack.shape[-1]
    flat = (rows[:, None] * size + columns[None, :]).ravel()
    picked = stack.reshape(len(stack), -1).take(flat, axis=1)
    return picked.reshape(len(stack), len(rows), len(columns))


def _transpose(stack: NDArray[Any]) -> NDArray[Any]:
    return stack.swapaxes(1, 2)
