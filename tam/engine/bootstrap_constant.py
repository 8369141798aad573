"""Means as covariances with a constant, so that a mean structure is a covariance structure.

With a variable that is 1 for everybody, variance 1 and an arrow to every variable with an intercept, the
moments about zero are the covariance matrix of the longer list

    S* = [S + m m', m; m', 1]        Sigma* = [Sigma + mu mu', mu; mu', 1]

and log|Sigma*| + tr(S* Sigma*^-1) - log|S*| - (p + 1) is log|Sigma| + tr(S Sigma^-1) - log|S| - p
+ (m - mu)' Sigma^-1 (m - mu): the discrepancy of means and covariances is that of covariances alone.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tam.engine.structure import Cells, Floats, Structure

#: The name of the constant; no variable of a model can be called so.
CONSTANT = "1"


def with_constant(structure: Structure) -> Structure:
    """The structure with the constant as its last observed variable and intercepts as its paths."""
    size = len(structure.names)
    intercepts, paths = structure.intercepts, structure.paths
    count = len(intercepts)
    lifted = Cells(
        np.concatenate([paths.row, intercepts.row]),
        np.concatenate([paths.column, np.full(count, size, dtype=np.intp)]),
        np.concatenate([paths.parameter, intercepts.parameter]),
        np.concatenate([paths.weight, np.ones(count)]),
    )
    parameter = np.concatenate([lifted.parameter, structure.covariances.parameter])
    gather = np.zeros((len(parameter), len(structure.free)))
    gather[np.arange(len(parameter)), parameter] = 1.0
    nothing = np.zeros(0, dtype=np.intp)
    longer = replace(
        structure,
        names=(*structure.names, CONSTANT),
        meanstructure=False,
        paths=lifted,
        intercepts=Cells(nothing, nothing, nothing, np.zeros(0)),
        core=np.append(structure.core, size),
        exogenous_means=nothing,
        gather=gather,
    )
    return with_constant_in_bases(longer, structure)


def with_constant_in_bases(longer: Structure, structure: Structure) -> Structure:
    """``longer`` with the fixed cells of ``structure``, for one sample or a stack of them."""
    intercepts, covariances = structure.base_intercepts, structure.base_covariances
    size = len(structure.names)
    paths = np.zeros((*intercepts.shape[:-1], size + 1, size + 1))
    paths[..., :size, :size] = structure.base_paths
    paths[..., :size, size] = intercepts
    wider = np.zeros((*covariances.shape[:-2], size + 1, size + 1))
    wider[..., :size, :size] = covariances
    wider[..., size, size] = 1.0
    return replace(longer, base_paths=paths, base_covariances=wider, base_intercepts=np.zeros(size + 1))


def moments_about_zero(covariances: Floats, means: Floats) -> Floats:
    """S* (r, p + 1, p + 1) of covariances (r, p, p) and means (r, p)."""
    r, p = means.shape
    longer = np.empty((r, p + 1, p + 1))
    longer[:, :p, :p] = covariances + means[:, :, None] * means[:, None, :]
    longer[:, :p, p] = longer[:, p, :p] = means
    longer[:, p, p] = 1.0
    return longer
