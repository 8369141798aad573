"""Rules that turn an expectation over standard normal variables into a weighted sum.

Two rules. **Gauss-Hermite** with m nodes is exact for polynomials up to degree 2 m - 1: the right one for
moments. The **equally spaced** (trapezoidal) rule is the better one for a likelihood, where the prior is
multiplied with a density much narrower than itself: for an integrand that is a normal density of standard
deviation s the relative error of steps of h is 2 exp(-2 pi^2 (s / h)^2) (Poisson's summation formula), so
that halving the step squares the square of an error that is already small, and the nodes of the coarser
rule are half of those of the finer one.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rule:
    """``nodes`` (R, k) and the logarithms of their weights (R,): E f(U) is about sum exp(log_weights) f."""

    nodes: Floats
    log_weights: Floats

    def __len__(self) -> int:
        return len(self.log_weights)

    def only(self, kept: NDArray[np.bool_]) -> Rule:
        """The rule without the nodes that are not ``kept`` (R,)."""
        return Rule(self.nodes[kept], self.log_weights[kept])


def gauss_hermite(count: int, variables: int = 1) -> Rule:
    """Product rule for ``variables`` independent standard normal variables, ``count`` nodes in each.

    Exact where f is a polynomial of degree at most 2 count - 1 in each variable. ``count`` >= 1.
    Peer: ``statmod::gauss.quad.prob(count, "normal")``.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(count)
    return _crossed([(nodes, np.log(weights) - 0.5 * np.log(2.0 * np.pi))] * variables)


def equally_spaced(steps: Floats, reach: Floats) -> Rule:
    """Trapezoidal product rule: nodes at whole multiples of ``steps`` (k,) within +- ``reach`` (k,).

    Weight of a node: the normal density there times the step in each variable. Both in standard deviations,
    positive. Halving the steps keeps every node.
    """
    axes = []
    for step, limit in zip(steps, reach):
        count = int(np.floor(limit / step + 1e-9))
        nodes = step * np.arange(-count, count + 1)
        axes.append((nodes, np.log(step) - 0.5 * np.log(2.0 * np.pi) - 0.5 * nodes**2))
    return _crossed(axes)


def _crossed(axes: list[tuple[Floats, Floats]]) -> Rule:
    """All combinations of the nodes of independent variables; one node without any variable."""
    if not axes:
        return Rule(np.zeros((1, 0)), np.zeros(1))
    nodes = np.array(list(product(*(points for points, _ in axes))), dtype=float)
    weights = np.array(list(product(*(weights for _, weights in axes))), dtype=float)
    return Rule(nodes.reshape(-1, len(axes)), weights.reshape(-1, len(axes)).sum(axis=1))
