"""Second derivatives of the statistics a model with ordered variables implies.

The residual variances s of the ordered variables depend on theta through Var(u*) = 1 / delta^2. For any
multipliers m_u, tr(Q Sigma) = tr[(Q + diag m) Sigma] - sum m_u / delta_u^2 holds along that dependence; with
the m for which the right side does not change with s, second derivatives of s never enter.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from tam.engine.maximum_likelihood import second_order, second_order_means
from tam.engine.ordinal_structure import OrdinalPoint, OrdinalStructure, Slopes, scaling_slopes
from tam.engine.structure import Cells, Floats
from tam.stats.ordinal_moments import below_diagonal


def pulled_curvature(model: OrdinalStructure, point: OrdinalPoint, slopes: Slopes, pull: Floats) -> Floats:
    """sum_k pull_k d2 statistic_k / dtheta2 (q, q), for ``pull`` (m,) in the order of the statistics."""
    p = len(model.ordered)
    row, column = below_diagonal(p)
    begin = len(pull) - len(row)
    on_own, on_variances, on_covariances = np.split(pull, [begin - int((~model.ordered).sum()), begin])
    delta = point.scalings
    inner = np.zeros((p, p))
    inner[row, column] = inner[column, row] = on_covariances * delta[row] * delta[column] / 2.0
    place = np.flatnonzero(~model.ordered)
    inner[place, place] = on_variances
    total = _covariance_part(model, point, slopes, inner)
    total += _own_part(model, point, slopes, on_own)
    by_delta = scaling_slopes(model)
    if by_delta.any():
        total += _scaling_part(model, point, slopes, on_covariances, by_delta)
    return total


def _covariance_part(model: OrdinalStructure, point: OrdinalPoint, slopes: Slopes, inner: Floats) -> Floats:
    """tr(Q d2Sigma) (q, q) with the residual variances following, scalings in front of Sigma held."""
    structure, at = model.structure, model.responses
    q, extra = len(structure.free), len(at)
    reach = point.implied.effects[np.ix_(model.modelled, at)]
    squared = point.implied.effects[np.ix_(at, at)] ** 2
    multipliers = (
        -np.linalg.solve(squared.T, np.sum(reach * (inner @ reach), axis=0)) if extra else np.empty(0)
    )
    balanced = inner.copy()
    place = np.flatnonzero(model.ordered)
    balanced[place, place] += multipliers
    cells = structure.covariances
    longer = Cells(
        row=np.concatenate([cells.row, at]),
        column=np.concatenate([cells.column, at]),
        parameter=np.concatenate([cells.parameter, q + np.arange(extra)]),
        weight=np.concatenate([cells.weight, np.full(extra, 0.5)]),
    )
    observed = len(structure.observed_names)
    seen = model.modelled - structure.latents
    whole = np.zeros((observed, observed))
    whole[np.ix_(seen, seen)] = balanced
    by_cell = second_order(replace(structure, covariances=longer), point.implied, whole)
    parameter = np.concatenate([structure.paths.parameter, longer.parameter])
    gather = np.zeros((len(parameter), q + extra))
    gather[np.arange(len(parameter)), parameter] = 1.0
    chain = gather[:, :q] + gather[:, q:] @ slopes.residual
    total = np.asarray(chain.T @ by_cell @ chain)
    parameter = model.scalings.parameter[model.ordered]
    free = parameter >= 0
    # d2(1 / delta^2) = 6 / delta^4
    curve = -6.0 * multipliers[free] / point.scalings[model.ordered][free] ** 4
    np.add.at(total, (parameter[free], parameter[free]), curve)
    return total


def _own_part(model: OrdinalStructure, point: OrdinalPoint, slopes: Slopes, pull: Floats) -> Floats:
    """Thresholds delta (tau - mu), means mu and slopes on x: pull' d2 of them (q, q)."""
    delta, variable, place = point.scalings, model.thresholds.variable, model.own_places
    summed = np.bincount(variable, weights=pull[place.cuts], minlength=len(delta))
    weights = -delta * summed
    weights[~model.ordered] = pull[place.means]
    total = np.zeros((len(model.structure.free),) * 2)
    if model.structure.meanstructure:
        total += second_order_means(model.structure, point.implied, _on_observed(model, weights))
    total += _predictor_part(model, point, delta[:, None] * pull[place.slopes])
    by_delta = scaling_slopes(model)
    if by_delta.any():
        moved = -summed[:, None] * slopes.mu
        free = model.thresholds.parameter >= 0
        by_cut = np.zeros((len(delta), total.shape[0]))
        np.add.at(by_cut, (variable[free], model.thresholds.parameter[free]), pull[place.cuts][free])
        on_given = np.einsum("pr,prq->pq", pull[place.slopes], slopes.on_given)
        turn = by_delta.T @ (moved + by_cut + on_given)
        total += turn + turn.T
    return total


def _on_observed(model: OrdinalStructure, weights: Floats) -> Floats:
    """Weights of the modelled variables (p,) among all observed ones."""
    whole = np.zeros(len(model.structure.observed_names))
    whole[model.modelled - model.structure.latents] = weights
    return whole


def _predictor_part(model: OrdinalStructure, point: OrdinalPoint, pull: Floats) -> Floats:
    """pull' d2 (q, q) of the effects of x, ``pull`` (p, r): means under an intercept of 1 for x alone."""
    none = np.empty(0, dtype=np.intp)
    bare = replace(model.structure, intercepts=Cells(none, none, none, np.empty(0)))
    total = np.zeros((len(model.structure.free),) * 2)
    for number, x in enumerate(model.given):
        one = replace(point.implied, mean=point.implied.effects[:, x])
        total += second_order_means(bare, one, _on_observed(model, pull[:, number]))
    return total


def _scaling_part(
    model: OrdinalStructure, point: OrdinalPoint, slopes: Slopes, pull: Floats, by_delta: Floats
) -> Floats:
    """What the scalings add to pull' d2(delta_i delta_j Sigma_ij) (q, q)."""
    row, column = below_diagonal(len(model.ordered))
    delta, sigma = point.scalings, point.sigma[row, column]
    moved = delta[column][:, None] * by_delta[row] + delta[row][:, None] * by_delta[column]
    turn = moved.T @ (pull[:, None] * slopes.sigma)
    turn += by_delta[row].T @ ((pull * sigma)[:, None] * by_delta[column])
    return np.asarray(turn + turn.T)
