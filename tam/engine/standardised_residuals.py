"""Residuals of the covariances divided by their standard errors.

With D the derivatives of the moments to theta, V the covariance matrix of theta and A the normal-theory
information about a group's moments at the model, the residuals of a group are (I - D V n A) times the
sampling errors of its moments; what the other groups' errors add through V is left out and the sampling
covariance of the moments is the normal-theory one at the sample's own covariances, both as in lavaan. Every
sum over pairs of moments is a trace of p x p matrices, so no matrix of pairs is formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.solution import Solution
from tam.engine.structure import Floats, Implied, Structure, derivatives

#: A residual whose sampling variance is below this share of the moment's own does not vary.
FIXED = 1e-9


@dataclass(frozen=True, slots=True)
class _Group:
    """``slopes`` D (m, q) of the lower triangle of Sigma, ``sampled`` Gamma A D (m, q), ``meat`` (q, q)
    D' A Gamma A D of all modelled moments, ``own`` Gamma_ii (m,)."""

    slopes: Floats
    sampled: Floats
    meat: Floats
    own: Floats


def standardised_residuals(solution: Solution, vcov: Floats) -> tuple[Floats, ...]:
    """(s_ij - sigma_ij) / its standard error (p, p) for every group; nan where the model must fit exactly.

    ``vcov`` (q, q) from the expected information. Joreskog and Sorbom.
    Peer: ``lavaan::residuals(fit, type = "standardized")$cov``.
    """
    covariances = [aim.covariance for aim in solution.aims]
    groups = [_group(*part) for part in zip(solution.structures, solution.implied, covariances, strict=True)]
    found = []
    for n, one, covariance, at in zip(solution.sizes, groups, covariances, solution.implied):
        variance = one.own / n - 2.0 * np.sum((one.slopes @ vcov) * one.sampled, axis=1)
        variance += n * np.sum((one.slopes @ (vcov @ one.meat @ vcov)) * one.slopes, axis=1)
        known = np.where(variance > FIXED * one.own / n, variance, np.nan)
        i, j = np.tril_indices(len(covariance))
        residual = np.full_like(covariance, np.nan)
        residual[i, j] = residual[j, i] = (covariance - at.sigma)[i, j] / np.sqrt(known)
        found.append(residual)
    return tuple(found)


def _group(structure: Structure, at: Implied, covariance: Floats) -> _Group:
    slopes = derivatives(structure, at)
    i, j = np.tril_indices(len(covariance))
    by_cell = (slopes.left[i] * slopes.right[j] + slopes.left[j] * slopes.right[i]) * slopes.weight
    lower = by_cell if structure.gather is None else by_cell @ structure.gather
    q, p = lower.shape[1], len(covariance)
    sigma = np.zeros((q, p, p))
    sigma[:, i, j] = sigma[:, j, i] = lower.T
    inverse = np.asarray(np.linalg.inv(at.sigma), dtype=np.float64)
    pulled = inverse @ sigma @ inverse
    sampled = covariance @ pulled @ covariance
    meat = 0.5 * pulled.reshape(q, -1) @ sampled.reshape(q, -1).T
    if slopes.mu is not None:
        tilted = inverse @ slopes.mu
        meat = meat + tilted.T @ covariance @ tilted
    variances = np.diag(covariance)
    own = variances[i] * variances[j] + covariance[i, j] ** 2
    return _Group(lower, sampled[:, i, j].T, meat, own)
