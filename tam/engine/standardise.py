"""The standardised solution of every row of the parameter table, with its exact derivatives.

``std`` (lavaan's std.all) puts all variables at unit variance, ``std_lv`` only the latents. Paths are
multiplied by sd(predictor) / sd(outcome), intercepts divided by sd, variances divided by the total
variance, covariances divided by the standard deviations of the two terms themselves: residuals where there
are residuals.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.parameter_table import Row
from tam.engine.structure import Floats, Implied, Integers, Structure, add_columns


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """Where each row of the table stands: ``kind`` 0 path, 1 covariance, 2 intercept; ``i``, ``j`` in v;
    ``parameter``.

    All (rows,). For an intercept j = i.
    """

    kind: Integers
    i: Integers
    j: Integers
    parameter: Integers


@dataclass(frozen=True, slots=True)
class Standardised:
    """``value`` (rows,) and its derivative ``slope`` (rows, q); nan where a variance is not positive."""

    value: Floats
    slope: Floats


def row_places(structure: Structure, rows: Sequence[Row]) -> RowPlaces:
    place = {name: at for at, name in enumerate(structure.names)}
    kinds = {"=~": 0, "~": 0, "~~": 1, "~1": 2}
    found = []
    for row in rows:
        left, right = place[row.lhs], place[row.rhs or row.lhs]
        i, j = (right, left) if row.op == "=~" else (left, right)
        found.append((kinds[row.op], i, j, row.parameter))
    return RowPlaces(*np.array(found, dtype=np.intp).reshape(-1, 4).T)


def row_values(places: RowPlaces, at: Implied) -> Floats:
    """The unstandardised value of every row (..., rows)."""
    model = at.matrices
    paths = model.paths[..., places.i, places.j]
    covariances = model.covariances[..., places.i, places.j]
    return np.where(
        places.kind == 0, paths, np.where(places.kind == 1, covariances, model.intercepts[..., places.i])
    )


def standardised_values(structure: Structure, places: RowPlaces, at: Implied, *, latent_only: bool) -> Floats:
    """Standardised value of every row (..., rows), for one theta or a stack."""
    return np.asarray(
        row_values(places, at) * standardised_factors(structure, places, at, latent_only=latent_only)
    )


def standardised_factors(
    structure: Structure, places: RowPlaces, at: Implied, *, latent_only: bool
) -> Floats:
    """What multiplies each row (..., rows); nan where a variance it needs is not positive."""
    total = np.diagonal(at.total, axis1=-2, axis2=-1)
    own = np.diagonal(at.matrices.covariances, axis1=-2, axis2=-1)
    from_total, from_own = _exponents(structure, places, latent_only)
    with np.errstate(all="ignore"):
        half = np.log(np.where(total > 0, total, np.nan)) / 2.0
        half_own = np.log(np.where(own > 0, own, np.nan)) / 2.0
    return np.asarray(np.exp(_weighted(from_total, half) + _weighted(from_own, half_own)))


def _weighted(weights: Floats, logs: Floats) -> Floats:
    """logs @ weights', ignoring nan where the weight is 0."""
    clean = np.where(np.isnan(logs), 0.0, logs) @ weights.T
    hurt = np.isnan(logs).astype(float) @ np.abs(weights).T > 0
    return np.asarray(np.where(hurt, np.nan, clean))


def _exponents(structure: Structure, places: RowPlaces, latent_only: bool) -> tuple[Floats, Floats]:
    """Powers of the standard deviations that multiply each row: total and the terms' own, (rows, K)."""
    rows, size = len(places.kind), len(structure.names)
    counts = np.arange(size) < structure.latents if latent_only else np.ones(size, dtype=bool)
    total, own = np.zeros((rows, size)), np.zeros((rows, size))
    at = np.arange(rows)
    i, j, kind = places.i, places.j, places.kind
    total[at, j] += np.where(kind == 0, 1.0, 0.0)
    total[at, i] -= np.where((kind == 0) | (kind == 2), 1.0, 0.0)
    variance = (kind == 1) & (i == j)
    total[at, i] -= np.where(variance, 2.0, 0.0)
    covariance = (kind == 1) & (i != j)
    own[at, i] -= np.where(covariance, 1.0, 0.0)
    own[at, j] -= np.where(covariance, 1.0, 0.0)
    return total * counts, own * counts


def standardised(
    structure: Structure, places: RowPlaces, at: Implied, *, latent_only: bool = False
) -> Standardised:
    """Standardised values and their derivatives to theta, for one theta."""
    total, own = np.diag(at.total), np.diag(at.matrices.covariances)
    factor = standardised_factors(structure, places, at, latent_only=latent_only)
    value = row_values(places, at) * factor
    from_total, from_own = _exponents(structure, places, latent_only)
    with np.errstate(all="ignore"):
        log_total = _total_slopes(structure, at) / (2.0 * total[:, None])
        log_own = _own_slopes(structure) / (2.0 * own[:, None])
    log_total, log_own = (np.where(np.isfinite(part), part, 0.0) for part in (log_total, log_own))
    slope = np.zeros((len(value), len(structure.free)))
    free = places.parameter >= 0
    slope[np.flatnonzero(free), places.parameter[free]] = factor[free]
    slope += value[:, None] * (from_total @ log_total + from_own @ log_own)
    return Standardised(value, slope)


def _total_slopes(structure: Structure, at: Implied) -> Floats:
    """Derivative of every total variance G_kk (K, q): 2 C_ki G_jk per path, 2 w C_ks C_kt per covariance."""
    path, covariance = structure.paths, structure.covariances
    slopes = np.zeros((len(structure.names), len(structure.free)))
    by_path = 2.0 * at.effects[:, path.row] * at.total[:, path.column]
    add_columns(slopes, path.parameter, by_path)
    both = at.effects[:, covariance.row] * at.effects[:, covariance.column]
    add_columns(slopes, covariance.parameter, 2.0 * covariance.weight * both)
    return slopes


def _own_slopes(structure: Structure) -> Floats:
    """Derivative of every (residual) variance S_kk (K, q): 1 where the parameter is that variance."""
    cells = structure.covariances
    slopes = np.zeros((len(structure.names), len(structure.free)))
    diagonal = cells.row == cells.column
    slopes[cells.row[diagonal], cells.parameter[diagonal]] = 1.0
    return slopes
