"""Omega hierarchical of many resamples at once, each searched from the solution of the whole sample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.stats.factor import LOWEST_UNIQUENESS, minres, one_factor_loadings
from tam.stats.rotation import oblimin

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

# Draws are read to three decimals; the printed value itself is searched to 1e-9 and better.
_RESTS, _GRADIENT = 1e-7, 1e-5


@dataclass(frozen=True, slots=True)
class _Rotated:
    """``loadings`` (r, p, m), ``factor_correlations`` (r, m, m), and whether the search came to rest (r,)."""

    loadings: Array
    factor_correlations: Array
    rests: Mask


def omega_hierarchical_stack(correlations: Array, whole: Array, group_factors: int) -> Array:
    """(r, 2) omega hierarchical and total of each correlation matrix (r, p, p), as ``omega_hierarchical``
    defines them.

    ``whole`` (p, p) is the correlation matrix of the sample, for which the coefficient exists; its solution
    is where every search begins. NaN where none is found or an item or factor has no variance of its own.
    """
    known = np.asarray(np.isfinite(correlations).all(axis=(1, 2)))
    safe = np.where(known[:, None, None], correlations, whole)
    start = minres(whole, group_factors)
    loadings, settled = _loadings(safe, start.uniquenesses, group_factors)
    axes = np.asarray(np.linalg.inv(oblimin(start.loadings).matrix).T, dtype=np.float64)
    rotated = _rotate(_aligned(loadings, start.loadings), axes)
    second = one_factor_loadings(rotated.factor_correlations)
    proper = (second**2).max(axis=1) < 0.995 - 1e-9
    general = np.einsum("rpm,rm->r", rotated.loadings, second)
    total = safe.sum(axis=(1, 2))
    errors = len(whole) - (loadings**2).sum(axis=(1, 2))
    found = np.stack([general**2 / total, 1 - errors / total], axis=1)
    return np.asarray(np.where((known & settled & rotated.rests & proper)[:, None], found, np.nan))


def _loadings(correlations: Array, start: Array, m: int) -> tuple[Array, Mask]:
    """Minres loadings (r, p, m) by Newton steps on the uniquenesses (see ``factor.minres``); who rests.

    A uniqueness that falls to its bound is not settled.
    """
    r, p = correlations.shape[:2]
    diagonal = np.arange(p)
    psi = np.repeat(start[None], r, axis=0)
    moved = np.full(r, np.inf)
    for _ in range(25):
        reduced = correlations.copy()
        reduced[:, diagonal, diagonal] -= psi
        values, vectors = np.linalg.eigh(reduced)
        left, common = vectors[:, :, : p - m], vectors[:, :, p - m :]
        rest, kept = values[:, : p - m], values[:, p - m :]
        if (moved[np.isfinite(moved)] < _RESTS).all() and np.isfinite(moved).any():
            break
        gradient = -np.einsum("rik,rk->ri", left**2, rest)
        share = rest[:, :, None] / np.minimum(rest[:, :, None] - kept[:, None, :], -1e-12)
        hessian = (left @ left.transpose(0, 2, 1)) ** 2
        for at in range(m):
            weighted = (left * share[:, None, :, at]) @ left.transpose(0, 2, 1)
            hessian += 2.0 * weighted * common[:, :, None, at] * common[:, None, :, at]
        step = np.linalg.solve(hessian + 1e-12 * np.eye(p), gradient[:, :, None])[:, :, 0]
        going = np.abs(step).max(axis=1) < 1.0
        moved = np.where(going, np.abs(step).max(axis=1), np.nan)
        psi = np.where(going[:, None], psi - step, psi)
    settled = (moved < _RESTS) & (psi > LOWEST_UNIQUENESS).all(axis=1) & (kept > 0).all(axis=1)
    return common * np.sqrt(np.maximum(kept, 0.0))[:, None, :], np.asarray(settled)


def _aligned(loadings: Array, target: Array) -> Array:
    """The loadings (r, p, m), turned as a whole to come nearest to the target (p, m)."""
    left, _, right = np.linalg.svd(loadings.transpose(0, 2, 1) @ target)
    return np.asarray(loadings @ (left @ right))


def _rotate(loadings: Array, start: Array, most_steps: int = 300) -> _Rotated:
    """Direct quartimin by gradient projection (see ``rotation.oblimin``) from the axes (m, m)."""
    r = len(loadings)
    axes = np.repeat(start[None], r, axis=0)
    step, length = np.ones(r), np.full(r, np.inf)
    value, slope = _quartimin(loadings, axes)
    for _ in range(most_steps):
        tangent = slope - axes * (axes * slope).sum(axis=1, keepdims=True)
        length = np.sqrt((tangent**2).sum(axis=(1, 2)))
        at = np.flatnonzero(length > _GRADIENT)
        if not len(at):
            break
        step[at] *= 2
        for _halving in range(20):
            trial = axes[at] - step[at, None, None] * tangent[at]
            trial /= np.sqrt((trial**2).sum(axis=1, keepdims=True))
            new_value, new_slope = _quartimin(loadings[at], trial)
            lower = value[at] - new_value > 0.5 * length[at] ** 2 * step[at]
            done = at[lower]
            axes[done], value[done], slope[done] = trial[lower], new_value[lower], new_slope[lower]
            at = at[~lower]
            step[at] /= 2
            if not len(at):
                break
    inverse = np.linalg.inv(axes).transpose(0, 2, 1)
    return _Rotated(loadings @ inverse, axes.transpose(0, 2, 1) @ axes, np.asarray(length <= 1e-4))


def _quartimin(loadings: Array, axes: Array) -> tuple[Array, Array]:
    """A quarter of the sum of cross-products of squared loadings (r,), its slope in the axes (r, m, m)."""
    inverse = np.linalg.inv(axes)
    rotated = loadings @ inverse.transpose(0, 2, 1)
    square = rotated**2
    others = square.sum(axis=2, keepdims=True) - square
    slope = rotated.transpose(0, 2, 1) @ (rotated * others) @ inverse
    return (square * others).sum(axis=(1, 2)) / 4, -slope.transpose(0, 2, 1)
