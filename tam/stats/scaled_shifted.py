"""The mean- and variance-adjusted test of weighted least squares, and the matrices it is made of.

A residual sum e'We of sample statistics whose asymptotic covariance is Gamma is distributed as a weighted sum
of chi-squares, the weights being the eigenvalues of U Gamma. Source: Asparouhov and Muthen (2010), Simple
second order chi-square correction: T = a X + b with a = sqrt(df / tr[(U Gamma)^2]) and
b = df - sqrt(df tr(U Gamma)^2 / tr[(U Gamma)^2]), so that T has the mean and the variance of a chi-square.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ScaledShifted:
    """``chisq`` = X / ``factor`` + ``shift``, to be read as a chi-square with ``df`` degrees of freedom."""

    chisq: float
    df: int
    factor: float
    shift: float


def scaled_shifted(chisq: float, df: int, trace: float, squares: float) -> ScaledShifted:
    """The scaled and shifted statistic from tr(U Gamma) and tr[(U Gamma)^2].

    Raises ValueError with df = 0 and where the traces admit no correction. Asparouhov and Muthen (2010).
    Peer: ``lavaan`` test "scaled.shifted": ``chisq.scaled``, ``chisq.scaling.factor`` = 1 / a.
    """
    if df <= 0:
        raise ValueError("a model with 0 degrees of freedom cannot be tested")
    if not squares > 0:
        raise ValueError("the statistics have no sampling variance to correct for")
    stretch = float(np.sqrt(df / squares))
    shift = df - stretch * trace
    return ScaledShifted(chisq * stretch + shift, df, 1.0 / stretch, shift)


@dataclass(frozen=True, slots=True)
class GroupMoments:
    """One group's share: ``slopes`` (m, q) of its statistics, ``weight`` (m,) diagonal of W, ``nacov`` Gamma
    (m, m), ``cases`` n - 1 (lavaan's multiplier for weighted least squares)."""

    slopes: Floats
    weight: Floats
    nacov: Floats
    cases: float


def curvature_and_meat(groups: Sequence[GroupMoments]) -> tuple[Floats, Floats]:
    """sum c D'WD and sum c D'W Gamma W D, both (q, q): bread and filling of the sandwich."""
    size = groups[0].slopes.shape[1]
    curvature, meat = np.zeros((size, size)), np.zeros((size, size))
    for one in groups:
        pulled = one.weight[:, None] * one.slopes
        curvature += one.cases * (one.slopes.T @ pulled)
        meat += one.cases * (pulled.T @ one.nacov @ pulled)
    return curvature, meat


def traces(groups: Sequence[GroupMoments], inverse: Floats) -> tuple[float, float]:
    """tr(U Gamma) and tr[(U Gamma)^2], U = W - W D H^-1 D'W; ``inverse`` (q, q) is H^-1 of the curvature.

    With constraints theta = offset + B z, H^-1 is B (B'HB)^-1 B'.
    """
    size = len(inverse)
    plain, squared = 0.0, 0.0
    meat, twice = np.zeros((size, size)), np.zeros((size, size))
    for one in groups:
        product = one.weight[:, None] * one.nacov
        pulled = one.weight[:, None] * one.slopes
        plain += float(np.trace(product))
        squared += float(np.sum(product * product.T))
        through = one.nacov @ pulled
        meat += one.cases * (pulled.T @ through)
        twice += one.cases * (through.T @ (one.weight[:, None] * through))
    used, again = inverse @ meat, inverse @ twice
    trace = plain - float(np.trace(used))
    return trace, squared - 2.0 * float(np.trace(again)) + float(np.sum(used * used.T))
