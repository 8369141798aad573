"""What the scaled difference tests need of two nested fits beyond their chi-squares and scaling factors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.linalg

from tam.engine.structure import Affine, Floats, Implied, Structure, derivatives

#: Singular values of the map from the restricted to the larger model below this share of the largest are
#: directions that the restricted model lacks.
LACKING = 1e-8


def moment_slopes(structure: Structure, implied: Implied, order: Sequence[int] | None = None) -> Floats:
    """Derivatives of a group's moments (means if modelled, then the lower triangle of Sigma) to theta.

    ``order``: places of the observed variables in the order wanted, their own if it is None.
    """
    slopes = derivatives(structure, implied)
    own = list(range(len(implied.sigma))) if order is None else list(order)
    left, right = slopes.left[own], slopes.right[own]
    i, j = np.tril_indices(len(own))
    by_cell = (left[i] * right[j] + left[j] * right[i]) * slopes.weight
    result = by_cell if structure.gather is None else by_cell @ structure.gather
    return result if slopes.mu is None else np.vstack([slopes.mu[own], result])


def constraint_rows(larger: Floats, restricted: Floats) -> Floats:
    """Rows (r, k): the constraints on the larger model's free directions that give the restricted model.

    ``larger`` (m, k) and ``restricted`` (m, l): derivatives of the same moments to the free directions of
    each model at its own estimates. The restricted model's directions are regressed on the larger one's and
    the constraints are what stands at right angles to them (the "delta" method). Satorra (2000).
    Peer: ``lavaan::lavTestLRT(A.method = "delta")``.
    """
    image = np.linalg.lstsq(larger, restricted, rcond=None)[0]
    return np.asarray(scipy.linalg.null_space(image.T, rcond=LACKING).T)


def difference_weights(curvature: Floats, meat: Floats, space: Affine, rows: Floats) -> Floats:
    """The matrix (r, r) whose eigenvalues weigh the chi-squares that the plain difference is a sum of.

    With P the inverse information and M the meat over the free directions, a the constraints ``rows``:
    (a P M P a') (a P a')^-1. ``curvature`` and ``meat`` (q, q) of the larger model, in the same units.
    Satorra (2000).
    """
    basis = space.basis
    spread = np.linalg.solve(basis.T @ curvature @ basis, rows.T)
    weighed = spread.T @ (basis.T @ meat @ basis) @ spread
    return np.asarray(np.linalg.solve(rows @ spread, weighed).T)
