"""Partial least squares weights (mode A, path weighting scheme), and the reliability rho_A they give."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]


def rho_a(
    correlation: Array,
    blocks: Sequence[Sequence[int]],
    predecessors: Sequence[Sequence[int]] | None = None,
) -> list[float | Unavailable]:
    """Dijkstra and Henseler's rho_A of each construct, from its mode A weights w and the correlations S of
    its items.

    rho_A = (w'w)^2 (w'(S - diag S)w) / (w'(ww' - diag ww')w), the weights scaled to a composite of unit
    variance. correlation: (p, p) of all items. blocks: the rows of each construct. predecessors: see
    ``path_scheme``. Usually in [0, 1]; can exceed 1. A construct of one item has none.
    Dijkstra & Henseler (2015), MIS Quarterly 39, 297-316. Peers: ``seminr::rho_A``, ``cSEM`` (``=~``, path
    scheme).
    """
    if len(blocks) < 2:
        return [Unavailable("partial least squares weights need at least two constructs")] * len(blocks)
    weights = mode_a_weights(correlation, blocks, predecessors)
    if isinstance(weights, Unavailable):
        return [weights] * len(blocks)
    return [
        _rho_a(correlation[np.ix_(rows, rows)], weights[rows, j]) for j, rows in enumerate(map(list, blocks))
    ]


def _rho_a(within: Array, weights: Array) -> float | Unavailable:
    if len(weights) < 2:
        return Unavailable("the scale has one item; reliability needs at least two")
    square = float(weights @ weights)
    observed = float(weights @ within @ weights) - float((weights**2) @ np.diag(within))
    expected = square**2 - float((weights**4).sum())
    if expected <= 0:
        return Unavailable("the weights of the items vanish except one")
    return square**2 * observed / expected


def mode_a_weights(
    correlation: Array,
    blocks: Sequence[Sequence[int]],
    predecessors: Sequence[Sequence[int]] | None = None,
    tolerance: float = 1e-12,
    most_iterations: int = 3000,
) -> Array | Unavailable:
    """(p, m) weights of the m composites, each of unit variance: mode A with the path weighting scheme.

    From equal weights: inner proxies by ``path_scheme``; new weights of a block are the correlations of its
    items with its proxy; until no weight moves by more than ``tolerance``.
    Lohmoeller (1989), Latent Variable Path Modeling with Partial Least Squares, ch. 2.
    """
    member = np.zeros((len(correlation), len(blocks)))
    for j, rows in enumerate(blocks):
        member[list(rows), j] = 1.0
    links = predecessors if predecessors is not None else [range(j) for j in range(len(blocks))]
    weights = _unit_variance(member, correlation)
    for _ in range(most_iterations):
        inner = path_scheme(weights.T @ correlation @ weights, links)
        proxy = member * (correlation @ weights @ inner)
        if not (np.einsum("ij,ik,kj->j", proxy, correlation, proxy) > 1e-20).all():
            return Unavailable("a construct is unrelated to the others, so it has no weights")
        renewed = _unit_variance(proxy, correlation)
        if float(np.abs(renewed - weights).max()) < tolerance:
            return renewed
        weights = renewed
    return Unavailable("the partial least squares weights did not converge")


def path_scheme(composites: Array, predecessors: Sequence[Sequence[int]]) -> Array:
    """(m, m) inner weights, column j for construct j, from the correlations of the composites (m, m).

    Constructs with an arrow to j: coefficients of the regression of j on them. Constructs that j has an arrow
    to: their correlations with j. ``predecessors[j]`` lists the constructs with an arrow to j. With all
    constructs linked, each has an arrow to every one that is listed after it.
    """
    inner = np.zeros_like(composites)
    for j, before in enumerate(map(list, predecessors)):
        for successor in (i for i, causes in enumerate(predecessors) if j in causes):
            inner[successor, j] = composites[successor, j]
        if before:
            inner[before, j] = np.linalg.lstsq(
                composites[np.ix_(before, before)], composites[before, j], rcond=None
            )[0]
    return inner


def _unit_variance(weights: Array, correlation: Array) -> Array:
    return np.asarray(weights / np.sqrt(np.einsum("ij,ik,kj->j", weights, correlation, weights)))
