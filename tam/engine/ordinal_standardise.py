"""Unstandardised and standardised values of every row of a model with ordered variables, with derivatives.

As ``tam.engine.standardise``, and beyond it: thresholds are divided by the response's standard deviation,
scalings become 1, and the residual variances of ordered variables move with theta although they are
no parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.ordinal_structure import (
    OrdinalPoint,
    OrdinalStructure,
    Slopes,
    total_slopes,
    with_predictors,
)
from tam.engine.ordinal_table import SCALING, THRESHOLD
from tam.engine.standardise import Standardised
from tam.engine.structure import Floats, Implied
from tam.engine.table_rows import Row


@dataclass(frozen=True, slots=True)
class RowColumns:
    """One group's rows: as estimated, standardised, standardised by the latents only."""

    raw: Standardised
    std: Standardised
    std_lv: Standardised


def row_columns(
    model: OrdinalStructure, point: OrdinalPoint, slopes: Slopes, rows: Sequence[Row]
) -> RowColumns:
    """Values (rows,) and derivatives (rows, q) of one group's rows at a point."""
    whole = with_predictors(model, point)
    raw = _raw(model, point, whole, slopes, rows)
    total, own = _powers(model, rows)
    latent = np.arange(total.shape[1]) < model.structure.latents
    logs = _log_deviations(model, whole, slopes)
    std = _scaled(raw, total, own, logs)
    scaling = np.array([row.op == SCALING for row in rows], dtype=bool)
    return RowColumns(
        raw=raw,
        std=Standardised(np.where(scaling, 1.0, std.value), np.where(scaling[:, None], 0.0, std.slope)),
        std_lv=_scaled(raw, total * latent, own * latent, logs),
    )


def _raw(
    model: OrdinalStructure, point: OrdinalPoint, whole: Implied, slopes: Slopes, rows: Sequence[Row]
) -> Standardised:
    place = {name: at for at, name in enumerate(model.structure.names)}
    of_modelled = {int(at): number for number, at in enumerate(model.modelled)}
    cuts = _threshold_places(model)
    responses = {int(at): number for number, at in enumerate(model.responses)}
    matrices = whole.matrices
    value = np.zeros(len(rows))
    slope = np.zeros((len(rows), len(model.structure.free)))
    for at, row in enumerate(rows):
        i, j = place[row.lhs], place.get(row.rhs, -1)
        if row.free:
            slope[at, row.parameter] = 1.0
        if row.op == "=~":
            value[at] = matrices.paths[j, i]
        elif row.op == "~":
            value[at] = matrices.paths[i, j]
        elif row.op == "~~":
            value[at] = matrices.covariances[i, j]
            if i == j and i in responses:
                slope[at] = slopes.residual[responses[i]]
        elif row.op == "~1":
            value[at] = matrices.intercepts[i]
        elif row.op == THRESHOLD:
            value[at] = point.thresholds[cuts[of_modelled[i]] + int(row.rhs[1:]) - 1]
        else:
            value[at] = point.scalings[of_modelled[i]]
    return Standardised(value, slope)


def _threshold_places(model: OrdinalStructure) -> dict[int, int]:
    """Modelled variable -> place of its first threshold."""
    found: dict[int, int] = {}
    for at, variable in enumerate(model.thresholds.variable):
        found.setdefault(int(variable), at)
    return found


def _powers(model: OrdinalStructure, rows: Sequence[Row]) -> tuple[Floats, Floats]:
    """Powers of the standard deviations that multiply each row: total and the terms' own, (rows, K)."""
    place = {name: at for at, name in enumerate(model.structure.names)}
    total, own = np.zeros((2, len(rows), len(place)))
    for at, row in enumerate(rows):
        i, j = place[row.lhs], place.get(row.rhs, -1)
        if row.op in ("=~", "~"):
            outcome, predictor = (j, i) if row.op == "=~" else (i, j)
            total[at, predictor] += 1.0
            total[at, outcome] -= 1.0
        elif row.op == "~~" and i == j:
            total[at, i] = -2.0
        elif row.op == "~~":
            own[at, [i, j]] = -1.0
        elif row.op in ("~1", THRESHOLD):
            total[at, i] = -1.0
    return total, own


@dataclass(frozen=True, slots=True)
class _Logs:
    """Logarithms of the standard deviations, total and own (K,), nan where the variance is not positive, and
    their derivatives (K, q)."""

    total: Floats
    own: Floats
    total_slopes: Floats
    own_slopes: Floats


def _log_deviations(model: OrdinalStructure, whole: Implied, slopes: Slopes) -> _Logs:
    total, own = np.diag(whole.total), np.diag(whole.matrices.covariances)
    by_total = total_slopes(model, whole, slopes.residual)
    own_slopes = np.zeros_like(by_total)
    cells = model.structure.covariances
    diagonal = cells.row == cells.column
    own_slopes[cells.row[diagonal], cells.parameter[diagonal]] = 1.0
    own_slopes[model.responses] = slopes.residual
    with np.errstate(all="ignore"):
        logs = [np.log(np.where(part > 0, part, np.nan)) / 2.0 for part in (total, own)]
        turned = [part / (2.0 * by[:, None]) for part, by in ((by_total, total), (own_slopes, own))]
    clean = [np.where(np.isfinite(part), part, 0.0) for part in turned]
    return _Logs(logs[0], logs[1], clean[0], clean[1])


def _scaled(raw: Standardised, total: Floats, own: Floats, logs: _Logs) -> Standardised:
    factor = np.exp(_weighted(total, logs.total) + _weighted(own, logs.own))
    value = raw.value * factor
    slope = raw.slope * factor[:, None]
    slope = slope + value[:, None] * (total @ logs.total_slopes + own @ logs.own_slopes)
    return Standardised(value, slope)


def _weighted(powers: Floats, logs: Floats) -> Floats:
    """powers @ logs, nan only where a power of a nan is asked for."""
    clean = powers @ np.where(np.isnan(logs), 0.0, logs)
    hurt = np.abs(powers) @ np.isnan(logs).astype(float) > 0
    return np.asarray(np.where(hurt, np.nan, clean))
