"""Minimum-residual (minres, unweighted least squares) factors of correlations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# No uniqueness below .005, as in psych::fa: a communality of 1 (Heywood case) is not admissible.
_LARGEST_LOADING = float(np.sqrt(0.995))


@dataclass(frozen=True, slots=True)
class OneFactor:
    """``loadings``: (..., k), their sum not negative; ``converged``: for every matrix of the stack."""

    loadings: Array
    converged: bool

    @property
    def communalities(self) -> Array:
        return self.loadings**2


def one_factor_minres(correlation: Array, tolerance: float = 1e-13, most_sweeps: int = 20_000) -> OneFactor:
    """Loadings l that minimise the sum of (r_ij - l_i l_j)^2 over i < j, each |l_i| at most sqrt(.995).

    correlation: (..., k, k), one or a stack of matrices with k >= 3, solved together. Given the other
    loadings, the best l_i is sum_j(r_ij l_j) / sum_j(l_j^2); the loadings are renewed one after another,
    which never raises the sum, until none moves by more than ``tolerance``. Newton steps shorten the way.
    Harman & Jones (1966), Psychometrika 31. Peer: ``psych::fa(R, 1, fm = "minres")``; where the
    bound is reached (Heywood case) psych prints the loadings of the bounded uniquenesses, which can exceed 1.
    """
    loadings, settled = _one_factor(correlation, tolerance, most_sweeps)
    return OneFactor(loadings, bool(settled.all()))


def one_factor_loadings(correlation: Array) -> Array:
    """(..., k) loadings of ``one_factor_minres`` for a stack with k >= 3, NaN where there is no solution.

    Correlations that are NaN (an item of the resample never varies) have none.
    """
    known = np.asarray(np.isfinite(correlation).all(axis=(-2, -1)))
    safe = np.where(known[..., None, None], correlation, np.eye(correlation.shape[-1]))
    loadings, settled = _one_factor(safe, 1e-10, 2_000)
    return np.where((known & settled)[..., None], loadings, np.nan)


def _one_factor(correlation: Array, tolerance: float, most_sweeps: int) -> tuple[Array, NDArray[np.bool_]]:
    """Loadings (..., k), their sum not negative, and whether each matrix of the stack came to rest (...)."""
    k = correlation.shape[-1]
    residual = (correlation - np.eye(k)).reshape(-1, k, k)
    loadings = _principal_axis(correlation).reshape(-1, k)
    settled = np.zeros(len(loadings), dtype=bool)
    done = 0
    for sweeps in (5, 45, most_sweeps - 50):
        at = np.flatnonzero(~settled)
        if not len(at) or done >= most_sweeps:
            break
        swept, settled[at] = _sweep(residual[at], loadings[at], tolerance, min(sweeps, most_sweeps - done))
        loadings[at] = swept
        done += sweeps
        at = np.flatnonzero(~settled)
        loadings[at], settled[at] = _newton(residual[at], loadings[at], tolerance)
    loadings *= np.where(loadings.sum(axis=-1, keepdims=True) < 0, -1.0, 1.0)
    return loadings.reshape(correlation.shape[:-1]), settled.reshape(correlation.shape[:-2])


def _sweep(
    residual: Array, start: Array, tolerance: float, most_sweeps: int
) -> tuple[Array, NDArray[np.bool_]]:
    """Renews the loadings (r, k) one after another; whether those of each matrix rest (r,)."""
    loadings = start.copy()
    moved = np.full(len(loadings), np.inf)
    for _ in range(most_sweeps):
        before = loadings.copy()
        for i in range(loadings.shape[-1]):
            square = (loadings**2).sum(axis=-1) - loadings[:, i] ** 2
            best = (residual[:, i, :] * loadings).sum(axis=-1) / np.maximum(square, 1e-300)
            loadings[:, i] = np.clip(best, -_LARGEST_LOADING, _LARGEST_LOADING)
        moved = np.abs(loadings - before).max(axis=-1, initial=0.0)
        if float(moved.max(initial=0.0)) < tolerance:
            break
    return loadings, moved < tolerance


def _newton(residual: Array, start: Array, tolerance: float) -> tuple[Array, NDArray[np.bool_]]:
    """Newton steps from (r, k); a matrix whose steps leave the bounds or its valley keeps its start.

    With f half the sum: df/dl_i = l_i (s - l_i^2) - sum_j r_ij l_j, s the sum of squares; d2f/dl_i^2 =
    s - l_i^2; d2f/dl_i dl_j = 2 l_i l_j - r_ij.
    """
    loadings, moved = start.copy(), np.full(len(start), np.inf)
    at = np.arange(len(start))
    for _ in range(30):
        gradient, hessian = _slopes(residual[at], loadings[at])
        step = np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0]
        moved[at] = np.abs(step).max(axis=-1, initial=0.0)
        going = (moved[at] > tolerance) & (moved[at] < 0.5)
        at = at[going]
        if not len(at):
            break
        loadings[at] -= step[going]
        at = at[np.abs(loadings[at] - start[at]).max(axis=-1) < 0.2]
    rests = (moved <= tolerance) & (np.abs(loadings) <= _LARGEST_LOADING).all(axis=-1)
    if rests.any():
        rests[rests] = np.linalg.eigvalsh(_slopes(residual[rests], loadings[rests])[1])[:, 0] > 1e-8
    return np.where(rests[:, None], loadings, start), rests


def _slopes(residual: Array, loadings: Array) -> tuple[Array, Array]:
    """Gradient (r, k) and Hessian (r, k, k) of half the sum of squared residuals."""
    diagonal = np.arange(loadings.shape[-1])
    square = (loadings**2).sum(axis=-1, keepdims=True) - loadings**2
    gradient = loadings * square - (residual @ loadings[:, :, None])[:, :, 0]
    hessian = 2 * loadings[:, :, None] * loadings[:, None, :] - residual
    # The last part keeps an exactly singular matrix solvable; what it gives is then not accepted.
    hessian[:, diagonal, diagonal] = square + 1e-12
    return gradient, hessian


def _principal_axis(correlation: Array) -> Array:
    """Start values (..., k): the first principal axis of the correlations, of unit variance."""
    values, vectors = np.linalg.eigh(correlation)
    start = vectors[..., -1] * np.sqrt(values[..., -1:])
    return np.asarray(np.clip(start, -_LARGEST_LOADING, _LARGEST_LOADING))


# Uniquenesses are sought between these bounds, as in psych::fa; at the lower one a solution is improper.
LOWEST_UNIQUENESS, HIGHEST_UNIQUENESS = 0.005, 1.0


@dataclass(frozen=True, slots=True)
class Minres:
    """Factors as they come out, before any rotation.

    ``loadings``: (p, m), columns by falling eigenvalue, the sum of each not negative; ``uniquenesses``: (p,)
    in [.005, 1]; ``objective``: half the sum of squared off-diagonal residuals twice counted; ``dof``: of the
    model, ((p - m)^2 - (p + m)) / 2; ``improper``: a uniqueness stands at its lower bound (Heywood case).
    """

    loadings: Array
    uniquenesses: Array
    objective: float
    dof: int
    converged: bool
    improper: bool


def minres(correlation: Array, n_factors: int, tolerance: float = 1e-12, most_steps: int = 500) -> Minres:
    """Unrotated loadings that minimise the sum of squared residual correlations.

    With uniquenesses psi the best loadings are the first m eigenvectors of R - diag(psi), each times the root
    of its eigenvalue; f(psi) is half the sum of the squares of the eigenvalues left over. It is minimised by
    Newton steps within the bounds of psi until the projected gradient is below ``tolerance``.
    correlation: (p, p). n_factors: 1 <= m < p. Where ``dof`` is negative the solution is one of many.
    Harman & Jones (1966), Psychometrika 31. Peer: ``psych::fa(R, m, rotate = "none", fm = "minres")``; where
    a bound is reached psych stops at loadings whose uniqueness can be negative.
    """
    psi = _first_uniquenesses(correlation)
    value, gradient, hessian, loadings = _least_squares(correlation, psi, n_factors)
    converged = False
    for _ in range(most_steps):
        if float(np.abs(_projected(psi, gradient)).max()) < tolerance:
            converged = True
            break
        renewed = _newton_step(correlation, psi, n_factors, (value, gradient, hessian))
        if renewed is None:
            # No step lowers f any more: rounding of f (1e-16) is met before that of the gradient.
            converged = float(np.abs(_projected(psi, gradient)).max()) < 1e-7
            break
        psi = renewed
        value, gradient, hessian, loadings = _least_squares(correlation, psi, n_factors)
    p = len(correlation)
    return Minres(
        loadings=loadings * np.where(loadings.sum(axis=0) < 0, -1.0, 1.0),
        uniquenesses=psi,
        objective=value,
        dof=((p - n_factors) ** 2 - (p + n_factors)) // 2,
        converged=converged,
        improper=bool((psi <= LOWEST_UNIQUENESS).any()),
    )


def _first_uniquenesses(correlation: Array) -> Array:
    """(p,) one minus the squared multiple correlations, or one half where the matrix is singular."""
    values = np.linalg.eigvalsh(correlation)
    if values[0] < 1e-10:
        return np.full(len(correlation), 0.5)
    start = 1.0 / np.diag(np.linalg.inv(correlation))
    return np.asarray(np.clip(start, LOWEST_UNIQUENESS, HIGHEST_UNIQUENESS))


def _least_squares(correlation: Array, psi: Array, m: int) -> tuple[float, Array, Array, Array]:
    """f, its gradient (p,) and Hessian (p, p) in psi, and the loadings (p, m).

    With eigenvalues e and vectors v of R - diag(psi), k over the p - m left over and l over the first m:
    df/dpsi_i = -sum_k e_k v_ik^2;
    d2f = (sum_k v_ik v_jk)^2 + 2 sum_k sum_l e_k / (e_k - e_l) v_ik v_jk v_il v_jl.
    """
    values, vectors = np.linalg.eigh(correlation - np.diag(psi))
    values, vectors = values[::-1], vectors[:, ::-1]
    kept, rest = values[:m], values[m:]
    common, left = vectors[:, :m], vectors[:, m:]
    # A negative eigenvalue among the first m belongs to no real factor; it is left over as well.
    lost = np.minimum(kept, 0.0)
    gradient = -(left**2 @ rest) - common**2 @ lost
    gap = rest[:, None] - kept[None, :]
    share = rest[:, None] / np.where(np.abs(gap) < 1e-12, -1e-12, gap)
    mixed = np.einsum("ik,jk,kl,il,jl->ij", left, left, share, common, common, optimize=True)
    hessian = (left @ left.T) ** 2 + 2.0 * mixed
    value = 0.5 * float(rest @ rest + lost @ lost)
    return value, gradient, hessian, common * np.sqrt(np.maximum(kept, 0.0))


def _projected(psi: Array, gradient: Array) -> Array:
    """The gradient without the parts that push against a bound."""
    blocked = ((psi <= LOWEST_UNIQUENESS) & (gradient > 0)) | ((psi >= HIGHEST_UNIQUENESS) & (gradient < 0))
    return np.where(blocked, 0.0, gradient)


def _newton_step(correlation: Array, psi: Array, m: int, at: tuple[float, Array, Array]) -> Array | None:
    """Uniquenesses with a smaller f: a damped Newton step among the free ones, cut at the bounds, or None."""
    value, gradient, hessian = at
    free = _projected(psi, gradient) != 0
    inner = hessian[np.ix_(free, free)]
    values, vectors = np.linalg.eigh(inner)
    bend = np.maximum(np.abs(values), 1e-8 * max(1.0, float(np.abs(values).max())))
    step = np.zeros_like(psi)
    step[free] = -vectors @ ((vectors.T @ gradient[free]) / bend)
    size = 1.0
    for _ in range(40):
        trial = np.clip(psi + size * step, LOWEST_UNIQUENESS, HIGHEST_UNIQUENESS)
        expected = float(gradient @ (trial - psi))
        if _left_over(correlation, trial, m) <= value + 1e-4 * expected:
            return trial if bool((trial != psi).any()) else None
        size /= 2
    return None


def _left_over(correlation: Array, psi: Array, m: int) -> float:
    values = np.linalg.eigvalsh(correlation - np.diag(psi))[::-1]
    rest, lost = values[m:], np.minimum(values[:m], 0.0)
    return 0.5 * float(rest @ rest + lost @ lost)
