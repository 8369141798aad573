"""Standard errors, tests and intervals of every row of a model with ordered variables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.inference import EstimateColumns, first_rows, normal_tests
from tam.engine.ordinal_solution import OrdinalSolution
from tam.engine.ordinal_standardise import row_columns
from tam.engine.ordinal_structure import statistic_slopes
from tam.engine.relations import defined_jacobian, defined_values
from tam.engine.solution import Solution
from tam.engine.standardise import Standardised
from tam.engine.structure import Floats


def ordinal_columns(found: OrdinalSolution, vcov: Floats | None, level: float) -> EstimateColumns:
    """All columns at the solution, in the table's order; ``level`` of the intervals in (0, 1)."""
    solution = found.solution
    raw, std, std_lv = (_with_defined(rows, solution) for rows in _rows(found))
    rows = solution.compiled.table.rows
    free = np.array([row.free for row in rows], dtype=bool)
    tested = np.concatenate([free, np.ones(len(raw.value) - len(free), dtype=bool)])
    # A parameter that constraints hold at a number has no sampling error to estimate.
    held = ~np.any(raw.slope @ solution.space.basis, axis=1)
    se = np.where(tested & ~held, _standard_errors(raw.slope, vcov), np.nan)
    z, p, low, high = normal_tests(raw.value, se, level)
    return EstimateColumns(
        est=raw.value,
        se=se,
        z=z,
        p=p,
        ci_low=np.where(tested, low, raw.value),
        ci_high=np.where(tested, high, raw.value),
        std=std.value,
        std_se=np.where(np.isnan(std.value), np.nan, _standard_errors(std.slope, vcov)),
        std_lv=std_lv.value,
        jacobian=raw.slope,
        std_jacobian=std.slope,
    )


def _rows(found: OrdinalSolution) -> Sequence[Standardised]:
    """Unstandardised, standardised and latent-standardised rows of all groups, in the table's order."""
    table = found.solution.compiled.table
    order: list[int] = []
    parts = []
    for at, (model, point) in enumerate(zip(found.models, found.solution.minimum.point.groups)):
        own = table.rows_of(at)
        place = {id(row): number for number, row in enumerate(table.rows)}
        order += [place[id(row)] for row in own]
        parts.append(row_columns(model, point.at, statistic_slopes(model, point.at), own))
    turned = np.argsort(np.array(order))
    return [
        Standardised(
            np.concatenate([getattr(part, name).value for part in parts])[turned],
            np.vstack([getattr(part, name).slope for part in parts])[turned],
        )
        for name in ("raw", "std", "std_lv")
    ]


def _with_defined(rows: Standardised, solution: Solution) -> Standardised:
    """Append the defined parameters, computed from the rows' values."""
    relations = solution.compiled.relations
    if not relations.definitions:
        return rows
    firsts = first_rows(solution)
    values = {label: float(rows.value[at]) for label, at in firsts.items()}
    slopes = {label: rows.slope[at] for label, at in firsts.items()}
    with np.errstate(all="ignore"):
        defined = defined_values(relations, values)
        chain = defined_jacobian(relations, values, slopes, rows.slope.shape[1])
    more = np.array([float(defined[name]) for name in relations.written])
    more = np.where(np.isfinite(more), more, np.nan)
    return Standardised(
        np.concatenate([rows.value, more]),
        np.vstack([rows.slope, *(chain[name] for name in relations.written)]),
    )


def _standard_errors(slope: Floats, vcov: Floats | None) -> Floats:
    """sqrt(slope vcov slope') per row; nan without vcov."""
    if vcov is None:
        return np.full(len(slope), np.nan)
    variance = np.sum((slope @ vcov) * slope, axis=1)
    # Cancellation leaves variances of -1e-17 where a parameter is determined exactly.
    return np.asarray(np.sqrt(np.where(np.isfinite(variance), np.maximum(variance, 0.0), np.nan)))
