"""Starting values from the sample moments, in the data's own units.

Each latent gets loadings and a variance from a principal-axis factor of its indicators; its covariances
with everything else follow from weights that are unbiased for it; regressions, residual variances and
covariances are then read off that covariance matrix of all variables. Second-order factors are treated the
same way, from their factors' covariances.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.parameter_table import Row
from tam.engine.structure import Floats, Structure

#: Bounds of a communality while starting values are sought; outside, the first step would begin at a
#: Heywood case.
COMMUNALITY = (0.1, 0.9)
#: A fixed loading below this says nothing of its latent's size; dividing by it would overflow.
LEAST_LOADING = 1e-8
#: Largest starting correlation of exogenous variables and of residuals.
EXOGENOUS_CORRELATION, RESIDUAL_CORRELATION = 0.9, 0.5


def starting_values(
    structure: Structure,
    rows: Sequence[Row],
    covariance: Floats,
    means: Floats | None,
) -> Floats:
    """theta (q,) to begin with, 0 where a parameter is none of this group's.

    ``rows`` of the group; ``covariance`` (p, p) and ``means`` (p,) in the order of the structure.
    """
    whole = _covariance_of_all(structure, rows, covariance)
    paths = _paths(structure, whole)
    residual = (np.eye(len(whole)) - paths) @ whole @ (np.eye(len(whole)) - paths).T
    theta = np.zeros(len(structure.free))
    cells = structure.paths
    theta[cells.parameter] = paths[cells.row, cells.column]
    _set_covariances(structure, whole, residual, theta)
    if structure.meanstructure and means is not None:
        expected = np.concatenate([np.zeros(structure.latents), means])
        theta[structure.intercepts.parameter] = (expected - paths @ expected)[structure.intercepts.row]
    for row in rows:
        if row.start is not None and row.free:
            theta[row.parameter] = row.start
    return theta


def plain_starting_values(
    structure: Structure,
    rows: Sequence[Row],
    covariance: Floats,
    means: Floats | None,
) -> Floats:
    """A cautious second start: small loadings, no regressions, half of every variance unexplained."""
    deviations = np.sqrt(np.diag(covariance))
    scale = np.concatenate([np.ones(structure.latents), deviations])
    markers = {row.lhs: row.rhs for row in reversed(rows) if row.op == "=~" and row.fixed}
    place = {name: at for at, name in enumerate(structure.names)}
    for _ in range(structure.latents):
        for latent, marker in markers.items():
            scale[place[latent]] = 0.7 * scale[place[marker]]
    theta = np.zeros(len(structure.free))
    cells = structure.paths
    first_order = (cells.column < structure.latents) & (cells.row >= structure.latents)
    ratio = 0.7 * scale[cells.row] / scale[cells.column]
    theta[cells.parameter] = np.where(first_order, ratio, 0.0)
    diagonal = structure.covariances.row == structure.covariances.column
    own = structure.covariances.row
    theta[structure.covariances.parameter] = np.where(diagonal, 0.5 * scale[own] ** 2, 0.0)
    if structure.meanstructure and means is not None:
        seen = structure.intercepts.row >= structure.latents
        where = structure.intercepts.row[seen] - structure.latents
        theta[structure.intercepts.parameter[seen]] = means[where]
    return theta


def _covariance_of_all(structure: Structure, rows: Sequence[Row], covariance: Floats) -> Floats:
    """A guess of Cov(v) (K, K): the sample's for observed variables, built up latent by latent."""
    size, first = len(structure.names), structure.latents
    place = {name: at for at, name in enumerate(structure.names)}
    whole = np.zeros((size, size))
    whole[first:, first:] = covariance
    known = set(range(first, size))
    loadings: dict[int, list[Row]] = {at: [] for at in range(first)}
    for row in rows:
        if row.op == "=~" and row.lhs != row.rhs:
            loadings[place[row.lhs]].append(row)
    variances = {place[row.lhs]: row for row in rows if row.op == "~~" and row.lhs == row.rhs}
    waiting = list(range(first))
    while waiting:
        ready = [at for at in waiting if all(place[row.rhs] in known for row in loadings[at])] or waiting[:1]
        for latent in ready:
            own = [row for row in loadings[latent] if place[row.rhs] in known]
            _add_latent(whole, latent, [place[row.rhs] for row in own], own, variances[latent], known)
            known.add(latent)
        waiting = [at for at in waiting if at not in known]
    return whole


def _add_latent(
    whole: Floats, latent: int, own: Sequence[int], rows: Sequence[Row], variance: Row, known: set[int]
) -> None:
    """Fill in the row of one latent in the covariance matrix of all variables."""
    fixed_variance = variance.fixed if variance.fixed else 1.0
    if not own:
        whole[latent, latent] = fixed_variance
        return
    block = whole[np.ix_(own, own)]
    raw = _one_factor(block)
    scale = _scale(raw, rows, np.sqrt(np.diag(block)), fixed_variance)
    loading, total = raw / scale, scale**2
    unique = np.maximum(np.diag(block) - raw**2, 0.05 * np.diag(block))
    weights = (loading / unique) / np.sum(loading**2 / unique)
    others = sorted(known - set(own))
    whole[latent, others] = weights @ whole[np.ix_(own, others)]
    whole[latent, list(own)] = loading * total
    limit = EXOGENOUS_CORRELATION * np.sqrt(np.abs(total * np.diag(whole)))
    whole[latent] = np.clip(whole[latent], -limit, limit)
    whole[latent, list(own)] = loading * total
    whole[:, latent] = whole[latent]
    whole[latent, latent] = total


def _one_factor(block: Floats) -> Floats:
    """Loadings (m,) on a factor of variance 1 by principal axes, in the units of the indicators."""
    deviations: Floats = np.sqrt(np.maximum(np.diag(block), 1e-300))
    correlation = block / np.outer(deviations, deviations)
    count = len(block)
    if count == 1:
        return np.asarray(deviations * COMMUNALITY[1] ** 0.5)
    if count == 2:
        shared = float(np.clip(abs(correlation[0, 1]), *COMMUNALITY)) ** 0.5
        return np.asarray(deviations * np.array([shared, shared if correlation[0, 1] >= 0 else -shared]))
    communality = np.clip(np.abs(correlation - np.eye(count)).max(axis=1), *COMMUNALITY)
    loading: Floats = np.sqrt(communality)
    for _ in range(10):
        reduced = correlation.copy()
        np.fill_diagonal(reduced, communality)
        values, vectors = np.linalg.eigh(reduced)
        loading = vectors[:, -1] * np.sqrt(max(values[-1], COMMUNALITY[0]))
        communality = np.clip(loading**2, *COMMUNALITY)
    sign = 1.0 if loading.sum() >= 0 else -1.0
    return np.asarray(sign * np.sign(loading) * np.sqrt(communality) * deviations)


def _scale(raw: Floats, rows: Sequence[Row], deviations: Floats, fixed_variance: float) -> float:
    """Standard deviation of the latent that gives its fixed loadings their values; negative: sign flipped."""
    marked = [(at, row.fixed) for at, row in enumerate(rows) if row.fixed]
    if not marked:
        return float(np.sqrt(abs(fixed_variance)))
    guesses = []
    for at, value in marked:
        size = max(abs(raw[at]), 0.3 * deviations[at])
        held = np.copysign(max(abs(float(value)), LEAST_LOADING), float(value))
        guesses.append(np.copysign(size, raw[at]) / held)
    return float(np.mean(guesses)) or 1.0


def _paths(structure: Structure, whole: Floats) -> Floats:
    """A (K, K): every variable regressed on its predictors, the fixed paths held."""
    cells = structure.paths
    paths = structure.base_paths.copy()
    alone = np.bincount(cells.row, minlength=len(whole))[cells.row] == 1
    alone &= ~np.asarray(structure.base_paths.any(axis=1))[cells.row]
    variances = 1.01 * np.abs(np.diag(whole))[cells.column]
    alone &= variances > 0
    single, cause = cells.row[alone], cells.column[alone]
    paths[single, cause] = whole[cause, single] / variances[alone]
    for outcome in np.unique(cells.row[~alone]):
        free = cells.column[cells.row == outcome]
        fixed = np.flatnonzero(structure.base_paths[outcome])
        cross = whole[free, outcome] - whole[np.ix_(free, fixed)] @ structure.base_paths[outcome, fixed]
        gram = whole[np.ix_(free, free)]
        gram = gram + np.diag(0.01 * np.abs(np.diag(gram)))
        paths[outcome, free] = np.linalg.lstsq(gram, cross, rcond=None)[0]
    return paths


def _set_covariances(structure: Structure, whole: Floats, residual: Floats, theta: Floats) -> None:
    """Residual variances at least a tenth of the variance; covariances within reach of them."""
    own = np.abs(np.diag(whole))
    variances = np.clip(np.diag(residual), 0.1 * own, own)
    incoming = set(np.flatnonzero(structure.base_paths.any(axis=1))) | set(structure.paths.row)
    cells = structure.covariances
    for i, j, parameter in zip(cells.row, cells.column, cells.parameter):
        if i == j:
            theta[parameter] = variances[i]
            continue
        share = RESIDUAL_CORRELATION if i in incoming or j in incoming else EXOGENOUS_CORRELATION
        limit = share * float(np.sqrt(variances[i] * variances[j]))
        theta[parameter] = float(np.clip(residual[i, j], -limit, limit))
