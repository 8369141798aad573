"""Partial least squares weights (mode A, path weighting scheme), and the reliability rho_A they give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]
Links = Sequence[Sequence[int]]

ONE_CONSTRUCT = "partial least squares weights need at least two constructs"
ONE_ITEM = "the scale has one item; reliability needs at least two"
ONE_WEIGHT = "the weights of the items vanish except one"
UNRELATED = "a construct is unrelated to the others, so it has no weights"
NOT_CONVERGED = "the partial least squares weights did not converge"


def rho_a(correlation: Array, blocks: Links, predecessors: Links | None = None) -> list[float | Unavailable]:
    """Dijkstra and Henseler's rho_A of each construct, from its mode A weights w and the correlations S of
    its items.

    rho_A = (w'w)^2 (w'(S - diag S)w) / (w'(ww' - diag ww')w), the weights scaled to a composite of unit
    variance. correlation: (p, p) of all items. blocks: the rows of each construct. predecessors: see
    ``path_scheme``. Usually in [0, 1]; can exceed 1. A construct of one item has none.
    Dijkstra & Henseler (2015), MIS Quarterly 39, 297-316. Peers: ``seminr::rho_A``, ``cSEM`` (``=~``, path
    scheme).
    """
    if len(blocks) < 2:
        return [Unavailable(ONE_CONSTRUCT)] * len(blocks)
    weights = mode_a_weights(correlation, blocks, predecessors)
    if isinstance(weights, Unavailable):
        return [weights] * len(blocks)
    return [
        Unavailable(ONE_ITEM if len(blocks[j]) < 2 else ONE_WEIGHT) if np.isnan(one) else float(one)
        for j, one in enumerate(_rho_a(correlation, weights, blocks))
    ]


def rho_a_stack(correlations: Array, blocks: Links, start: Array) -> Array:
    """(r, m) rho_A of the m constructs from each of a stack of correlation matrices (r, p, p), all linked.

    ``start`` (p, m) are weights to begin with. NaN where the weights do not come to rest in 300 steps, for a
    construct of one item, and where the correlations are NaN.
    """
    known = np.asarray(np.isfinite(correlations).all(axis=(1, 2)))
    safe = np.where(known[:, None, None], correlations, np.eye(correlations.shape[-1]))
    weights, moved = _iterate(safe, blocks, _all_linked(blocks), start, tolerance=1e-9, most_iterations=300)
    found = _rho_a(safe, weights, blocks)
    return np.asarray(np.where((known & (moved < 1e-9))[:, None], found, np.nan))


def _rho_a(correlation: Array, weights: Array, blocks: Links) -> Array:
    """(..., m) from correlations (..., p, p) and weights (..., p, m); NaN for a construct of one item."""
    found = []
    for j, rows in enumerate(map(list, blocks)):
        w = weights[..., rows, j]
        within = correlation[..., np.array(rows)[:, None], rows]
        square = (w**2).sum(axis=-1)
        observed = np.einsum("...i,...ij,...j->...", w, within, w) - square
        expected = square**2 - (w**4).sum(axis=-1)
        exists = (len(rows) > 1) & (expected > 0)
        found.append(np.where(exists, square**2 * observed / np.where(exists, expected, 1.0), np.nan))
    return np.stack(found, axis=-1)


def mode_a_weights(
    correlation: Array,
    blocks: Links,
    predecessors: Links | None = None,
    tolerance: float = 1e-12,
    most_iterations: int = 3000,
) -> Array | Unavailable:
    """(p, m) weights of the m composites, each of unit variance: mode A with the path weighting scheme.

    From equal weights: inner proxies by ``path_scheme``; new weights of a block are the correlations of its
    items with its proxy; until no weight moves by more than ``tolerance``.
    Lohmoeller (1989), Latent Variable Path Modeling with Partial Least Squares, ch. 2.
    """
    links = predecessors if predecessors is not None else _all_linked(blocks)
    start = _unit_variance(_membership(len(correlation), blocks), correlation)
    weights, moved = _iterate(correlation[None], blocks, links, start, tolerance, most_iterations)
    if np.isnan(moved[0]):
        return Unavailable(UNRELATED)
    return weights[0] if moved[0] < tolerance else Unavailable(NOT_CONVERGED)


def _all_linked(blocks: Links) -> Links:
    """Each construct has an arrow to every one that is listed after it."""
    return [range(j) for j in range(len(blocks))]


def _membership(p: int, blocks: Links) -> Array:
    member = np.zeros((p, len(blocks)))
    for j, rows in enumerate(blocks):
        member[list(rows), j] = 1.0
    return member


def _iterate(
    correlation: Array, blocks: Links, links: Links, start: Array, tolerance: float, most_iterations: int
) -> tuple[Array, Array]:
    """Weights (r, p, m) of each matrix (r, p, p), and how far they moved last (r,): NaN where a proxy
    vanished."""
    member = _membership(correlation.shape[-1], blocks)
    weights = np.broadcast_to(start, (len(correlation), *start.shape)).copy()
    moved = np.full(len(correlation), np.inf)
    for _ in range(most_iterations):
        at = np.flatnonzero(moved >= tolerance)
        if not len(at):
            break
        now, matrix = weights[at], correlation[at]
        inner = path_scheme(now.transpose(0, 2, 1) @ matrix @ now, links)
        proxy = member * (matrix @ now @ inner)
        spread = np.einsum("rij,rik,rkj->rj", proxy, matrix, proxy, optimize=True)
        lost = ~(spread > 1e-20).all(axis=1)
        renewed = proxy / np.sqrt(np.where(spread > 1e-20, spread, 1.0))[:, None, :]
        moved[at] = np.where(lost, np.nan, np.abs(renewed - now).max(axis=(1, 2)))
        weights[at] = renewed
    return weights, moved


def path_scheme(composites: Array, predecessors: Links) -> Array:
    """(..., m, m) inner weights, column j for construct j, from the correlations of the composites.

    Constructs with an arrow to j: coefficients of the regression of j on them. Constructs that j has an arrow
    to: their correlations with j. ``predecessors[j]`` lists the constructs with an arrow to j. With all
    constructs linked, each has an arrow to every one that is listed after it.
    """
    inner = np.zeros_like(composites)
    for j, before in enumerate(map(list, predecessors)):
        for successor in (i for i, causes in enumerate(predecessors) if j in causes):
            inner[..., successor, j] = composites[..., successor, j]
        if before:
            among = composites[..., np.array(before)[:, None], before]
            inner[..., before, j] = _regression(among, composites[..., before, j])
    return inner


def _regression(among: Array, outcome: Array) -> Array:
    """Coefficients (..., b) of standardised predictors; the shortest where they are collinear."""
    try:
        return np.asarray(np.linalg.solve(among, outcome[..., None])[..., 0])
    except np.linalg.LinAlgError:
        return np.asarray((np.linalg.pinv(among, hermitian=True) @ outcome[..., None])[..., 0])


def _unit_variance(weights: Array, correlation: Array) -> Array:
    return np.asarray(weights / np.sqrt(np.einsum("ij,ik,kj->j", weights, correlation, weights)))
