"""Direct, indirect and total effects in a recursive path model, with delta-method standard errors.

Sources: Sobel (1982), Asymptotic confidence intervals for indirect effects in structural equation models;
Bollen (1987), Total, direct, and indirect effects in structural equation models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def find_cycle(edges: Iterable[tuple[str, str]]) -> tuple[str, ...] | None:
    """The first circle among directed edges (from, to), first name repeated at the end; None without one."""
    after: dict[str, list[str]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
        after.setdefault(target, [])
    finished: set[str] = set()
    for root in after:
        trail: list[str] = []
        stack: list[tuple[str, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                finished.add(trail.pop())
            elif node in trail:
                return (*trail[trail.index(node) :], node)
            elif node not in finished:
                trail.append(node)
                stack.append((node, True))
                stack.extend((target, False) for target in reversed(after[node]))
    return None


def directed_paths(
    edges: Sequence[tuple[str, str]], source: str, target: str, limit: int
) -> tuple[tuple[str, ...], ...]:
    """Every directed path from source to target through at least one mediator, shortest first.

    Parameters: ``edges`` (from, to) of a graph without circles; ``limit`` paths at most.
    Raises OverflowError when there are more, so that a dense graph cannot run for ever.
    """
    after: dict[str, list[str]] = {}
    for start, end in edges:
        after.setdefault(start, []).append(end)
    useful = _ancestors(edges, target)
    found: list[tuple[str, ...]] = []
    stack: list[tuple[str, ...]] = [(source,)]
    while stack:
        trail = stack.pop()
        for node in reversed(after.get(trail[-1], ())):
            if node == target and len(trail) > 1:
                found.append((*trail, node))
                if len(found) > limit:
                    raise OverflowError(f"more than {limit} paths from {source} to {target}")
            elif node != target and node in useful:
                stack.append((*trail, node))
    return tuple(sorted(found, key=len))


def _ancestors(edges: Sequence[tuple[str, str]], target: str) -> set[str]:
    reached, front = {target}, [target]
    while front:
        node = front.pop()
        for start, end in edges:
            if end == node and start not in reached:
                reached.add(start)
                front.append(start)
    return reached


def total_effects(coefficients: Array) -> Array:
    """Total effects of every variable on every other: ``(I - B)^-1 - I``.

    Parameters: ``coefficients`` B (..., k, k), entry [i, j] the effect of j on i. Returns the same shape.
    Bollen (1987). Total indirect effects are this minus B.
    """
    identity = np.eye(coefficients.shape[-1])
    return np.asarray(np.linalg.inv(identity - coefficients) - identity)


def path_product(coefficients: Array, route: Sequence[int]) -> Array:
    """Specific indirect effect: the product of the coefficients along a route of variable positions.

    Parameters: ``coefficients`` B (..., k, k); ``route`` from the predictor to the outcome. Returns (...).
    """
    effect = np.ones(coefficients.shape[:-2], dtype=coefficients.dtype)
    for start, end in pairwise(route):
        effect = effect * coefficients[..., end, start]
    return effect


def delta_standard_errors(jacobian: Array, covariance: Array) -> Array:
    """Standard errors of functions of the estimates: ``sqrt(diag(J V J'))``.

    Parameters: ``jacobian`` (m, q), ``covariance`` (q, q) of the estimates. Returns (m,), >= 0. Sobel (1982).
    """
    variance = np.einsum("mq,qr,mr->m", jacobian, covariance, jacobian)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))
