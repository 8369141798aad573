"""Many parameter vectors at once: model matrices, implied moments and their rank-two derivatives.

``Sigma = L C Psi C' L' + Theta`` with ``C = (I - B)^-1``. Every free cell changes Sigma by
``w (a b' + b a')``, w = 1/2 for a variance and 1 otherwise, so gradient, information and Hessian of
hundreds of resamples are a few stacked matrix products. Arrays carry the draws on their first axis: r
draws, p observed variables, n variables in the structural part, m free cells, q parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Numbers = NDArray[Any]  # float, or complex where a derivative is taken by a complex step
Index = NDArray[np.intp]

BETA, LAMBDA, PSI, THETA = range(4)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parameters stand.

    ``base``: the four matrices B (n, n), L (p, n), Psi (n, n), Theta (p, p) with their fixed values.
    ``matrix``, ``row``, ``column``, ``parameter``: (m,) of each free cell; one parameter may stand in
    several. ``exogenous``: per cell fixed to a sample moment (fixed x): matrix, row, column, and the two
    observed variables whose covariance it is.
    """

    base: tuple[Array, Array, Array, Array]
    matrix: Index
    row: Index
    column: Index
    parameter: Index
    n_parameters: int
    exogenous: tuple[tuple[int, int, int, int, int], ...] = ()

    @property
    def n_observed(self) -> int:
        return int(self.base[LAMBDA].shape[0])

    @property
    def weight(self) -> Array:
        """(m,) one half for variances, one otherwise."""
        return np.where((self.matrix >= PSI) & (self.row == self.column), 0.5, 1.0)

    @property
    def one_to_one(self) -> bool:
        """Each parameter stands in exactly one cell, in order: sums over cells need no bookkeeping."""
        return len(self.parameter) == self.n_parameters and bool(
            (self.parameter == np.arange(self.n_parameters)).all()
        )

    def cells(self, matrix: int) -> Index:
        return np.flatnonzero(self.matrix == matrix)

    def gather(self) -> Array:
        """(m, q) zero-one matrix that adds the cells of each parameter."""
        gather = np.zeros((len(self.parameter), self.n_parameters))
        gather[np.arange(len(self.parameter)), self.parameter] = 1.0
        return gather


@dataclass(frozen=True, slots=True)
class Matrices:
    """B (r, n, n), L (r, p, n), Psi (r, n, n), Theta (r, p, p)."""

    beta: Numbers
    loadings: Numbers
    psi: Numbers
    theta: Numbers


@dataclass(frozen=True, slots=True)
class Implied:
    """``m = L C`` (r, p, n), ``C`` (r, n, n), ``E = C Psi m'`` (r, n, p), Psi (r, n, n), Sigma (r, p,
    p)."""

    reach: Numbers
    inverse: Numbers
    cross: Numbers
    psi: Numbers
    sigma: Numbers

    def take(self, draws: NDArray[Any]) -> Implied:
        parts = (self.reach, self.inverse, self.cross, self.psi, self.sigma)
        return Implied(*(part[draws] for part in parts))


def fill(layout: Layout, theta: Numbers, samples: Array | None = None) -> Matrices:
    """The four matrices of every parameter vector.

    Parameters: ``theta`` (r, q); ``samples`` (r, p, p), the sample covariances from which cells of fixed
    x are taken; None leaves those at their values in the base.
    """
    stacks = [np.repeat(part[None].astype(theta.dtype), len(theta), axis=0) for part in layout.base]
    values = theta[:, layout.parameter]
    for kind, stack in enumerate(stacks):
        cells = layout.cells(kind)
        if len(cells):
            row, column = layout.row[cells], layout.column[cells]
            stack[:, row, column] = values[:, cells]
            if kind >= PSI:
                stack[:, column, row] = values[:, cells]
    if samples is not None:
        for kind, row_, column_, first, second in layout.exogenous:
            stacks[kind][:, row_, column_] = samples[:, first, second]
            stacks[kind][:, column_, row_] = samples[:, first, second]
    return Matrices(*stacks)


def implied(matrices: Matrices) -> Implied:
    """Implied covariances and the parts their derivatives are made of."""
    identity = np.eye(matrices.beta.shape[1])
    inverse = np.linalg.inv(identity - matrices.beta)
    reach = matrices.loadings @ inverse
    cross = inverse @ matrices.psi @ _transpose(reach)
    sigma = reach @ matrices.psi @ _transpose(reach) + matrices.theta
    return Implied(reach, inverse, cross, matrices.psi, sigma)


def derivative_vectors(layout: Layout, state: Implied) -> tuple[Array, Array]:
    """a and b of every free cell: (r, p, m) each, with dSigma = w (a b' + b a')."""
    r, p = state.reach.shape[:2]
    first, second = np.zeros((r, p, len(layout.row))), np.zeros((r, p, len(layout.row)))
    beta, loading, psi, theta = (layout.cells(kind) for kind in range(4))
    row, column = layout.row, layout.column
    first[:, :, beta] = state.reach[:, :, row[beta]]
    second[:, :, beta] = _transpose(state.cross[:, column[beta]])
    first[:, row[loading], loading] = 1.0
    second[:, :, loading] = _transpose(state.cross[:, column[loading]])
    first[:, :, psi] = state.reach[:, :, row[psi]]
    second[:, :, psi] = state.reach[:, :, column[psi]]
    first[:, row[theta], theta] = 1.0
    second[:, column[theta], theta] = 1.0
    return first, second


def objective(sigma: Array, samples: Array, log_det_samples: Array) -> tuple[Array, Array]:
    """ML discrepancy ``log|Sigma| + tr(S Sigma^-1) - log|S| - p`` (r,), infinite where Sigma is not
    positive definite, and the inverses of Sigma (r, p, p)."""
    sound, log_det = _log_determinants(sigma)
    safe = sigma if sound.all() else np.where(sound[:, None, None], sigma, np.eye(sigma.shape[1]))
    inverse: Array = np.linalg.inv(safe)
    value = log_det + np.einsum("rij,rij->r", samples, inverse) - log_det_samples - sigma.shape[1]
    return np.asarray(np.where(sound, value, np.inf)), inverse


def _log_determinants(sigma: Array) -> tuple[NDArray[np.bool_], Array]:
    try:
        factor = np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        roots = np.linalg.eigvalsh(np.where(np.isfinite(sigma), sigma, 0.0))
        sound = (roots[:, 0] > 0) & np.isfinite(sigma).all(axis=(1, 2))
        return sound, np.log(np.where(sound[:, None], roots, 1.0)).sum(axis=1)
    log_det = 2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1)
    sound = np.isfinite(log_det)
    return sound, np.where(sound, log_det, 0.0)


def gradient_and_information(
    layout: Layout, state: Implied, inverse: Array, samples: Array, observed: bool
) -> tuple[Array, Array]:
    """Gradient (r, q) and second derivative (r, q, q) of the ML discrepancy.

    ``observed`` False gives the expected one, ``tr(Si dk Si dl)``; True the Hessian,
    ``2 tr(Si dk Si dl W) - tr(Si dk Si dl) + tr(Q dkl)`` with W = Si S Si and Q = Si - W.
    """
    first, second = derivative_vectors(layout, state)
    weighted = inverse @ samples @ inverse
    residual = inverse - weighted
    weight = layout.weight
    gradient: Array = 2 * weight * np.einsum("rpm,rpm->rm", first, residual @ second)
    aa, bb, ab = _quadratic_forms(first, second, inverse)
    ba = _transpose(ab)
    if observed:
        waa, wbb, wab = _quadratic_forms(first, second, weighted)
        half = ba * wab + bb * waa + aa * (wbb - bb) + ab * (_transpose(wab) - ba)
        hessian = 2 * np.outer(weight, weight) * half
        hessian = (hessian + _transpose(hessian)) / 2 + _curvature(layout, state, residual)
    else:
        hessian = 2 * np.outer(weight, weight) * (aa * bb + ab * ba)
    if layout.one_to_one:
        return gradient, hessian
    gather = layout.gather()
    return gradient @ gather, gather.T @ hessian @ gather


def _quadratic_forms(first: Array, second: Array, kernel: Array) -> tuple[Array, Array, Array]:
    """``a'Ka``, ``b'Kb``, ``a'Kb`` for all pairs of cells, (r, m, m) each."""
    left, right = _transpose(first), _transpose(second)
    kernel_second = kernel @ second
    return left @ (kernel @ first), right @ kernel_second, left @ kernel_second


def _curvature(layout: Layout, state: Implied, residual: Array) -> Array:
    """``tr(Q d2 Sigma / dk dl)`` (r, m, m): what the second derivatives of Sigma add to the Hessian."""
    beta, loading, psi = (layout.cells(kind) for kind in (BETA, LAMBDA, PSI))
    row, column, weight = layout.row, layout.column, layout.weight
    total = np.zeros((len(state.sigma), len(row), len(row)))
    inverse = state.inverse
    spread = inverse @ state.psi @ _transpose(inverse)
    residual_reach = residual @ state.reach
    residual_cross = residual @ _transpose(state.cross)
    reach_reach = _transpose(state.reach) @ residual_reach
    reach_cross = _transpose(state.reach) @ residual_cross

    def add(left: Index, right: Index, value: Array) -> None:
        total[:, left[:, None], right[None, :]] += value
        if left is not right:
            total[:, right[:, None], left[None, :]] += _transpose(value)

    if len(beta):
        i, j = row[beta], column[beta]
        loop = _pick(inverse, j, i)
        pull = _pick(reach_cross, i, j)
        curve = _transpose(loop) * _transpose(pull) + loop * pull
        add(beta, beta, 2 * (curve + _pick(spread, j, j) * _pick(reach_reach, i, i)))
        if len(loading):
            k, l = row[loading], column[loading]
            turn = _transpose(_pick(inverse, l, i)) * _transpose(_pick(residual_cross, k, j))
            add(beta, loading, 2 * (turn + _pick(spread, j, l) * _transpose(_pick(residual_reach, k, i))))
        if len(psi):
            k, l = row[psi], column[psi]
            turn = _pick(inverse, j, k) * _pick(reach_reach, i, l)
            add(beta, psi, 2 * weight[psi] * (turn + _pick(inverse, j, l) * _pick(reach_reach, i, k)))
    if len(loading):
        i, j = row[loading], column[loading]
        add(loading, loading, 2 * _pick(spread, j, j) * _pick(residual, i, i))
        if len(psi):
            k, l = row[psi], column[psi]
            turn = _pick(inverse, j, k) * _pick(residual_reach, i, l)
            add(loading, psi, 2 * weight[psi] * (turn + _pick(inverse, j, l) * _pick(residual_reach, i, k)))
    return total


def _pick(stack: Array, rows: Sequence[int] | Index, columns: Sequence[int] | Index) -> Array:
    return stack[:, np.asarray(rows)[:, None], np.asarray(columns)[None, :]]


def _transpose(stack: Numbers) -> Numbers:
    return stack.swapaxes(1, 2)
