"""Robust fit indices of models for ordered answers.

Weighted least squares knows no likelihood, so its CFI and RMSEA cannot be compared with those of continuous
data. Savalei (2021), Improving fit indices in structural equation modeling with categorical data, takes the
normal discrepancy between the polychoric correlations R and the implied ones at the weighted least squares
estimates, and corrects it by its expectation under the sampling covariance of the correlations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.stats.ordinal_moments import below_diagonal

Floats = NDArray[np.float64]

#: Smallest eigenvalue of a polychoric correlation matrix that counts as positive.
SINGULAR = 1e-10


@dataclass(frozen=True, slots=True)
class CorrelationFit:
    """One group: ``sample`` R, ``implied`` correlations (p, p); ``slopes`` (c, q) of the correlations below
    the diagonal, ``weight`` (c,) and ``nacov`` (c, c) of them; ``n`` cases."""

    sample: Floats
    implied: Floats
    slopes: Floats
    weight: Floats
    nacov: Floats
    n: int


@dataclass(frozen=True, slots=True)
class NormalDiscrepancy:
    """``chisq`` n F of the model, ``trace`` its expectation under the model; the same for independence."""

    chisq: float
    trace: float
    baseline_chisq: float
    baseline_trace: float


def normal_discrepancy(groups: Sequence[CorrelationFit], inverse: Floats) -> NormalDiscrepancy:
    """Discrepancies and expectations over all groups; ``inverse`` (q, q) of the curvature sum n D'WD.

    F = log|Sigma| + tr(R Sigma^-1) - log|R| - p. Its expectation is tr[V (I - P) Gamma (I - P)'] with V the
    normal weight of the correlations and P = D H^-1 D'W the projection of weighted least squares; that of the
    independence model is tr Gamma. Raises ValueError where a correlation matrix is not positive definite.
    Savalei (2021). Peer: ``lavaan`` ``cfi.robust``, ``rmsea.robust`` with all indicators ordered.
    """
    size = len(inverse)
    chisq = plain = baseline = baseline_trace = 0.0
    crossed, meat, curved = np.zeros((3, size, size))
    for one in groups:
        if min(np.linalg.eigvalsh(matrix)[0] for matrix in (one.sample, one.implied)) < SINGULAR:
            raise ValueError("the matrix of polychoric correlations is not positive definite")
        within = float(np.linalg.slogdet(one.sample)[1])
        misfit = float(np.linalg.slogdet(one.implied)[1]) - within - len(one.sample)
        chisq += one.n * (misfit + float(np.trace(np.linalg.solve(one.implied, one.sample))))
        baseline -= one.n * within
        weight = normal_weight(one.implied)
        pulled = one.weight[:, None] * one.slopes
        through = one.nacov @ pulled
        plain += float(np.sum(weight * one.nacov))
        baseline_trace += float(np.trace(one.nacov))
        crossed += one.n * (through.T @ weight @ one.slopes)
        meat += one.n * (pulled.T @ through)
        curved += one.n * (one.slopes.T @ weight @ one.slopes)
    trace = (
        plain - 2.0 * float(np.sum(inverse * crossed)) + float(np.trace(inverse @ meat @ inverse @ curved))
    )
    return NormalDiscrepancy(chisq, trace, baseline, baseline_trace)


def normal_weight(correlation: Floats) -> Floats:
    """V (c, c) with e'Ve = tr[(Sigma^-1 E)^2] / 2 for the residuals e of the correlations below the diagonal.

    V_(ij),(kl) = s^ik s^jl + s^il s^jk with s^.. the elements of Sigma^-1.
    """
    inverse = np.linalg.inv(correlation)
    row, column = below_diagonal(len(correlation))
    straight = inverse[np.ix_(row, row)] * inverse[np.ix_(column, column)]
    return np.asarray(straight + inverse[np.ix_(row, column)] * inverse[np.ix_(column, row)])
