"""Alpha and omega of the responses that lie behind ordered answers, from polychoric correlations.

They say how reliable the sum of the unseen normal responses would be, not the sum score that was observed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats import reliability_stacks as stacks
from tam.stats.delta_intervals import delta_error, interval_below_one
from tam.stats.ordinal_moments import below_diagonal, ordinal_moments
from tam.stats.reliability import ONE_ITEM, TWO_ITEMS, omega_total, standardised_alpha

Array = NDArray[np.float64]
Value = float | Unavailable

#: More different answers than this are no ordered categories but numbers.
MOST_ANSWERS = 10
NOT_ORDERED = f"an item has more than {MOST_ANSWERS} different answers, too many for ordered categories"
CONSTANT = "every answer is the same"
RAN_AWAY = "a polychoric correlation cannot be told from 1 or -1"


@dataclass(frozen=True, slots=True)
class Polychoric:
    """``correlation`` (k, k); ``covariance`` (q, q) of the q = k (k - 1) / 2 correlations below the diagonal,
    column by column, over the sample."""

    correlation: Array
    covariance: Array


@dataclass(frozen=True, slots=True)
class OrdinalReliability:
    """Both coefficients with their delta-method intervals."""

    alpha: Value
    alpha_ci_low: Value
    alpha_ci_high: Value
    omega: Value
    omega_ci_low: Value
    omega_ci_high: Value


def ordinal_reliability(answers: Array, level: float = 0.95) -> OrdinalReliability:
    """Ordinal alpha and omega: the formulas of standardised alpha and omega total on polychoric correlations.

    answers: (n, k) complete, at most ten different ones per item. Intervals by the delta method from the
    asymptotic covariance of the polychoric correlations, symmetric for log(1 - coefficient).
    Gadermann, Guhn & Zumbo (2012), Practical Assessment, Research, and Evaluation 17(3).
    Peer: ``psych::alpha(psych::polychoric(x)$rho)``, ``psych::omega(psych::polychoric(x)$rho, 1)``.
    """
    found = polychoric(answers)
    if isinstance(found, Unavailable):
        return OrdinalReliability(*[found] * 6)
    k = len(found.correlation)
    alpha = standardised_alpha(found.correlation)
    omega = omega_total(found.correlation) if k > 2 else Unavailable(TWO_ITEMS)
    alpha_interval = _interval(alpha, _alpha_gradient(found.correlation), found.covariance, level)
    omega_gradient = _omega_gradient(found.correlation) if k > 2 else np.zeros(1)
    return OrdinalReliability(
        alpha, *alpha_interval, omega, *_interval(omega, omega_gradient, found.covariance, level)
    )


def polychoric(answers: Array) -> Polychoric | Unavailable:
    """Polychoric correlations of one scale by two-step maximum likelihood, or why there are none.

    answers: (n, k) complete. Olsson (1979). Peer: ``lavaan::lavCor(x, ordered = names(x))``.
    """
    n, k = answers.shape
    if k < 2:
        return Unavailable(ONE_ITEM)
    different = [len(np.unique(column)) for column in answers.T]
    if max(different) > MOST_ANSWERS:
        return Unavailable(NOT_ORDERED)
    if min(different) < 2:
        return Unavailable(CONSTANT)
    # Tables with hardly an answer in them leave no covariance of the correlations; then there is no interval.
    with np.errstate(divide="ignore", invalid="ignore"):
        moments = ordinal_moments(answers, np.ones(k, dtype=bool))
    if len(moments.ran_away):
        return Unavailable(RAN_AWAY)
    pairs = k * (k - 1) // 2
    # n - 1 as lavaan's weighted least squares has it
    return Polychoric(moments.covariance, moments.nacov[-pairs:, -pairs:] / (n - 1))


def _interval(value: Value, gradient: Array, covariance: Array, level: float) -> tuple[Value, Value]:
    if isinstance(value, Unavailable):
        return value, value
    return interval_below_one(value, delta_error(gradient, covariance), level)


def _alpha_gradient(correlation: Array) -> Array:
    """(q,) derivatives 2 k^2 / ((k - 1) T^2) of k / (k - 1) (1 - k / T), T the sum of all correlations."""
    k, total = len(correlation), float(correlation.sum())
    return np.full(k * (k - 1) // 2, 2 * k * k / (k - 1) / total**2)


def _omega_gradient(correlation: Array, width: float = 1e-4) -> Array:
    """(q,) derivatives of omega to each correlation, by central differences (error of the order 1e-8)."""
    row, column = below_diagonal(len(correlation))
    moved = np.repeat(correlation[None], 2 * len(row), axis=0)
    at = np.arange(len(row))
    for sign, place in ((1, at), (-1, at + len(row))):
        moved[place, row, column] += sign * width
        moved[place, column, row] += sign * width
    found = stacks.omega(moved)
    return np.asarray((found[: len(row)] - found[len(row) :]) / (2 * width))
