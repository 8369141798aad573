"""Is there one answer? The rank of the model's Jacobian where the parameters are in general position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.objective import Objective
from tam.engine.structure import Affine, Floats
from tam.errors import Problem, problem

#: Eigenvalue of the information, scaled to unit diagonal, below which a direction moves nothing. The
#: information is a squared Jacobian, so this is a relative change of the moments of 1e-6 or less.
FLAT = 1e-12


def identification_problems(
    objective: Objective, space: Affine, start: Floats, names: Sequence[str], *, df: int, moments: int
) -> list[Problem]:
    """What keeps the parameters from being determined by the moments; empty if nothing does."""
    npar = space.basis.shape[1]
    found = []
    if df < 0:
        found.append(problem("more-parameters-than-moments", npar=npar, moments=moments, df=df))
    loose = loose_parameters(objective, space, start, names)
    if loose:
        found.append(problem("not-identified", parameters=loose))
    return found


def loose_parameters(objective: Objective, space: Affine, start: Floats, names: Sequence[str]) -> list[str]:
    """Free parameters (``names``, (q,)) that can move together without moving any moment; empty if there
    are none.

    The rank is taken near ``start``, moved off any special values (equal loadings, zero paths) by fixed odd
    shifts.
    """
    if not space.basis.size:
        return []
    wave = np.sin(1.0 + np.arange(len(start)) * 2.3)
    for size in (0.2, 0.05, 0.01, 0.0):
        size_of = np.abs(start) + 0.3 * np.median(np.abs(start)) * (start == 0)
        moved = start + size * wave * size_of
        inside = space.offset + space.basis @ (np.linalg.pinv(space.basis) @ (moved - space.offset))
        point = objective.evaluate(inside)
        if point is not None:
            curvature = space.basis.T @ objective.information(point) @ space.basis
            return flat_directions(curvature, space, names)
    return []


def flat_directions(curvature: Floats, space: Affine, names: Sequence[str]) -> list[str]:
    """Names of parameters in the null space of a curvature matrix (r, r) over z, the most involved first."""
    diagonal = np.diag(curvature)
    dead = ~(diagonal > 0)
    scale = 1.0 / np.sqrt(np.where(dead, 1.0, diagonal))
    scaled = curvature * np.outer(scale, scale)
    scaled[dead, :] = scaled[:, dead] = 0.0
    values, vectors = np.linalg.eigh(scaled)
    flat = values < FLAT
    if not flat.any():
        return []
    involved = np.abs(vectors[:, flat]).max(axis=1)
    weight = np.abs(space.basis) @ np.where(involved > 0.05, involved, 0.0)
    order = np.argsort(-weight, kind="stable")
    return [names[at] for at in order if weight[at] > 0.05]
