"""The discrepancies of many samples at once: value, gradient and second derivatives, in closed form.

The stacked counterpart of ``maximum_likelihood`` for covariance structures: r draws, p observed variables, K
variables in all, c free cells (paths, then covariances), z free directions. Means, where they matter, are
covariances with a constant (``bootstrap_constant``).

    ML              F = log|Sigma| + tr(S V) - log|S| - p     V = Sigma^-1      Q = V - V S V
    GLS             F = tr((V E)^2) / 2, E = S - Sigma        V = S^-1          Q = -V E V
    ULS             F = sum of e_ij^2, i >= j                 V = I             Q = -E - diag(E)

and dF = tr(Q dSigma) in all of them.

A cell changes Sigma by weight (a b' + b a'), and every a and b is a column of M (effects on the observed
variables) or of G (covariances with them). So all derivatives are picked from the small matrices U'VU and
U'QU, where U holds the columns in use: no product with one row or column per cell is ever formed. Picking is
done with the draws on the last axis, where it copies whole rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Floats, Implied, Integers, Structure


@dataclass(frozen=True, slots=True)
class Samples:
    """One group's samples: ``covariances`` S (r, p, p), ``log_determinants`` log|S| (r,), ``shares`` (r,) of
    all cases; ``weights`` V (r, p, p) of least squares, None for ML; ``variances``: half the squared errors
    of the variances count extra, as in ULS."""

    covariances: Floats
    log_determinants: Floats
    shares: Floats
    weights: Floats | None = None
    variances: bool = False

    def keep(self, which: NDArray[Any]) -> Samples:
        weights = None if self.weights is None else self.weights[which]
        return Samples(
            self.covariances[which], self.log_determinants[which], self.shares[which], weights, self.variances
        )


@dataclass(frozen=True, slots=True)
class Crossings:
    """Pairs of cells whose second derivative has a term with an effect between their variables.

    ``pair`` (m,) the pair, ``effect`` (m,) where the effect stands in C, ``inner`` (m,) where its factor
    stands in U'QU, ``weight`` (m, 1).
    """

    pair: Integers
    effect: Integers
    inner: Integers
    weight: Floats


@dataclass(frozen=True, slots=True)
class Plan:
    """Which columns of [M, G] the cells of a structure use, and where: made once, used at every step.

    ``columns`` (u,) of [M, G]; ``left``, ``right`` (c,) the places of each cell's a and b among them;
    ``weight`` (c,); ``first``, ``second`` (m,) the pairs of cells, m = c(c + 1)/2, ``square`` (c, c) where
    each stands among them; ``crossings`` and ``totals`` the terms of second order; ``active`` (y,) the free
    directions that move a cell, and ``cells`` (c, y) how, None where each moves one cell of its own.
    """

    structure: Structure
    columns: Integers
    left: Integers
    right: Integers
    weight: Floats
    first: Integers
    second: Integers
    square: Integers
    crossings: tuple[Crossings, ...]
    totals: Crossings
    active: Integers
    cells: Floats | None


def make_plan(structure: Structure, directions: Floats) -> Plan:
    """The plan for theta moving along the columns of ``directions`` (q, z)."""
    size = len(structure.names)
    path, covariance = structure.paths, structure.covariances
    left = np.concatenate([path.row, covariance.row])
    right = np.concatenate([path.column + size, covariance.column])
    columns = np.unique(np.concatenate([left, right]))
    left, right = np.searchsorted(columns, left), np.searchsorted(columns, right)
    count = len(left)
    first, second = np.triu_indices(count)
    square = np.empty((count, count), dtype=np.intp)
    square[first, second] = square[second, first] = np.arange(len(first))
    moved = directions if structure.gather is None else structure.gather @ directions
    active = np.flatnonzero(moved.any(axis=0))
    cells = moved[:, active]
    identity = cells.shape[0] == cells.shape[1] and np.array_equal(cells, np.eye(len(cells)))
    crossings, totals = _second_order_terms(structure, left, right, square, len(columns))
    return Plan(
        structure,
        columns,
        left,
        right,
        np.concatenate([path.weight, covariance.weight]),
        first,
        second,
        square,
        crossings,
        totals,
        active,
        None if identity else cells,
    )


def _second_order_terms(
    structure: Structure, left: Integers, right: Integers, square: Integers, used: int
) -> tuple[tuple[Crossings, ...], Crossings]:
    """Where tr(Q d2Sigma) has terms: cells move each other's effect through the inverse of I - A.

    Cell (i, j) after cell (x, y) adds C[y, i] M_x'Q G_j + C[j, x] M_i'Q G_y + G[j, y] M_i'Q M_x, and most of
    these effects are zero whatever theta is.
    """
    path, covariance = structure.paths, structure.covariances
    n, size = len(path), len(structure.names)
    reach = _reachable(structure)
    k, l = np.nonzero(reach[path.column[:, None], path.row])
    found = []
    for chosen in (k <= l, k > l):  # within each no pair stands twice, so that adding by place is sound
        a, b = k[chosen], l[chosen]
        weight = np.where(a == b, 4.0, 2.0)[:, None]
        effect = path.column[a] * size + path.row[b]
        found.append(Crossings(square[a, b], effect, left[a] * used + right[b], weight))
    for start, end in ((covariance.row, right[n:]), (covariance.column, left[n:])):
        a, b = np.nonzero(reach[path.column[:, None], start])
        weight = 2.0 * covariance.weight[b, None]
        effect = path.column[a] * size + start[b]
        found.append(Crossings(square[a, b + n], effect, left[a] * used + end[b], weight))
    a, b = np.triu_indices(n)
    effect = path.column[a] * size + path.column[b]
    totals = Crossings(square[a, b], effect, left[a] * used + left[b], np.full((len(a), 1), 2.0))
    return tuple(one for one in found if len(one.pair)), totals


def _reachable(structure: Structure) -> NDArray[np.bool_]:
    """Which effects C[i, j] may differ from zero (K, K): those along arrows, and of every variable on
    itself."""
    size = len(structure.names)
    reach = np.eye(size) + np.abs(structure.base_paths).reshape(-1, size, size).sum(axis=0)
    reach[structure.paths.row, structure.paths.column] = 1.0
    for _ in range(max(1, int(np.ceil(np.log2(size))))):
        reach = ((reach @ reach) > 0).astype(np.float64)
    return np.asarray(reach > 0)


def discrepancy(sigma: Floats, samples: Floats, log_determinant: Floats) -> tuple[Floats, Floats]:
    """F = log|Sigma| + tr(S Sigma^-1) - log|S| - p (r,) and the inverses of Sigma (r, p, p).

    Infinite where Sigma is not positive definite; its inverse is then the identity and means nothing.
    """
    sound, log_det = log_determinants(sigma)
    safe = sigma if sound.all() else np.where(sound[:, None, None], sigma, np.eye(sigma.shape[1]))
    inverse: Floats = np.asarray(np.linalg.inv(safe), dtype=np.float64)
    value = log_det + (samples * inverse).sum(axis=(1, 2)) - log_determinant - sigma.shape[1]
    return np.asarray(np.where(sound, value, np.inf)), inverse


def squared_distance(sigma: Floats, samples: Floats, weights: Floats, *, variances: bool) -> Floats:
    """F of least squares (r,); infinite where it is no number."""
    error = samples - sigma
    turned = weights @ error
    value = (turned * _transpose(turned)).sum(axis=(1, 2)) / 2
    if variances:
        value += (np.diagonal(error, axis1=1, axis2=2) ** 2).sum(axis=1) / 2
    return np.asarray(np.where(np.isfinite(value), value, np.inf))


def log_determinants(matrices: Floats) -> tuple[NDArray[np.bool_], Floats]:
    """Which matrices (r, p, p) are positive definite, and the logarithm of their determinants (0
    elsewhere)."""
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(matrices).all(axis=(1, 2)))
    safe = matrices if finite.all() else np.where(finite[:, None, None], matrices, np.eye(matrices.shape[1]))
    try:
        factor = np.linalg.cholesky(safe)
    except np.linalg.LinAlgError:  # one bad matrix stops the whole stack: look at all of them
        roots = np.linalg.eigvalsh(safe)
        sound = np.asarray((roots[:, 0] > 0) & finite)
        return sound, np.asarray(np.log(np.where(sound[:, None], roots, 1.0)).sum(axis=1))
    log_det = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    return finite, np.where(finite, log_det, 0.0)


def slope(plan: Plan, at: Implied, inverse: Floats, samples: Samples) -> Floats:
    """Gradient of F along the active directions, (r, y): 2 w a'Qb per cell."""
    used = _columns(plan, at)
    return _folded_slope(plan, _draws_last(_inner(inverse @ used, used, at, samples)))


def slope_and_curvature(
    plan: Plan, at: Implied, inverse: Floats, samples: Samples, *, observed: bool
) -> tuple[Floats, Floats]:
    """Gradient (r, y) and second derivatives (r, y, y) of F along the active directions.

    ``observed`` False: the expected ones, tr(V d_k V d_l), for ULS with the sum of d_k,ii d_l,ii added. True:
    the Hessian, which has tr(Q d_kl) on top, and for ML 2 tr(d_k V d_l (V S V - V)).
    """
    used = _columns(plan, at)
    turned = inverse @ used
    inner, whole = (
        _draws_last(one) for one in (_inner(turned, used, at, samples), _transpose(used) @ turned)
    )
    u = len(plan.columns)
    left, right = (
        (plan.left[plan.first], plan.left[plan.second]),
        (
            plan.right[plan.first],
            plan.right[plan.second],
        ),
    )
    aa, bb = whole.take(left[0] * u + left[1], axis=0), whole.take(right[0] * u + right[1], axis=0)
    ab, ba = whole.take(left[0] * u + right[1], axis=0), whole.take(right[0] * u + left[1], axis=0)
    if observed and samples.weights is None:
        turned = whole - inner
        curvature = aa * turned.take(right[0] * u + right[1], axis=0)
        curvature += ab * turned.take(right[0] * u + left[1], axis=0)
        ba *= inner.take(left[0] * u + right[1], axis=0)
        bb *= inner.take(left[0] * u + left[1], axis=0)
        curvature -= ba
        curvature -= bb
    else:
        curvature = aa
        curvature *= bb
        ab *= ba
        curvature += ab
    curvature *= 2 * (plan.weight[plan.first] * plan.weight[plan.second])[:, None]
    if observed:
        _add_second_order(plan, at, inner, curvature)
    c = len(plan.left)
    square = np.ascontiguousarray(curvature.take(plan.square.ravel(), axis=0).T).reshape(len(used), c, c)
    if samples.variances:
        own = 2 * plan.weight * used[:, :, plan.left] * used[:, :, plan.right]
        square += _transpose(own) @ own
    if plan.cells is not None:
        square = plan.cells.T @ square @ plan.cells
    return _folded_slope(plan, inner), square


def _columns(plan: Plan, at: Implied) -> Floats:
    """U (r, p, u)."""
    seen = plan.structure.observed
    return np.concatenate([at.effects[:, seen], at.total[:, seen]], axis=2)[:, :, plan.columns]


def _inner(turned: Floats, used: Floats, at: Implied, samples: Samples) -> Floats:
    """U'QU (r, u, u); ``turned`` is VU, so that for ML it is (VU)'(U - S V U)."""
    if samples.weights is None:
        return _transpose(turned) @ (used - samples.covariances @ turned)
    excess = at.sigma - samples.covariances
    inner = _transpose(turned) @ (excess @ turned)
    if samples.variances:
        inner += _transpose(used) @ (np.diagonal(excess, axis1=1, axis2=2)[:, :, None] * used)
    return inner


def _folded_slope(plan: Plan, inner: Floats) -> Floats:
    places = plan.left * len(plan.columns) + plan.right
    by_cell: Floats = 2 * plan.weight * inner.take(places, axis=0).T
    return by_cell if plan.cells is None else by_cell @ plan.cells


def _add_second_order(plan: Plan, at: Implied, inner: Floats, curvature: Floats) -> None:
    """Add tr(Q d2Sigma) to the pairs (m, r) of ``curvature``, which is changed."""
    effects, total = _draws_last(at.effects), _draws_last(at.total)
    for one in plan.crossings:
        curvature[one.pair] += one.weight * effects.take(one.effect, axis=0) * inner.take(one.inner, axis=0)
    one = plan.totals
    curvature[one.pair] += one.weight * total.take(one.effect, axis=0) * inner.take(one.inner, axis=0)


def _draws_last(stack: Floats) -> Floats:
    """(r, a, b) as (a b, r)."""
    return np.ascontiguousarray(stack.reshape(len(stack), -1).T)


def _transpose(stack: NDArray[Any]) -> NDArray[Any]:
    return stack.swapaxes(1, 2)
