"""Standard errors, tests and intervals of every row, unstandardised and standardised, by the delta method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.parameter_table import ParameterTable
from tam.engine.relations import Relations, defined_jacobian, defined_values
from tam.engine.solution import Solution
from tam.engine.standardise import Standardised, row_places, row_values, standardised
from tam.engine.structure import Affine, Floats


@dataclass(frozen=True, slots=True)
class EstimateColumns:
    """Columns of the table of estimates, each (rows + defined,); nan where there is no number.

    ``jacobian`` and ``std_jacobian`` (rows + defined, q) are the derivatives of ``est`` and ``std`` to theta.
    """

    est: Floats
    se: Floats
    z: Floats
    p: Floats
    ci_low: Floats
    ci_high: Floats
    std: Floats
    std_se: Floats
    std_lv: Floats
    jacobian: Floats
    std_jacobian: Floats


def estimate_columns(solution: Solution, vcov: Floats | None, level: float) -> EstimateColumns:
    """All columns at the solution; ``level`` of the intervals in (0, 1)."""
    compiled = solution.compiled
    return columns_of(compiled.table, compiled.relations, solution.space, _rows(solution), vcov, level)


def columns_of(
    table: ParameterTable,
    relations: Relations,
    space: Affine,
    parts: tuple[Standardised, Standardised, Standardised],
    vcov: Floats | None,
    level: float,
) -> EstimateColumns:
    """All columns from the ``parts``: unstandardised, standardised and latent-standardised rows."""
    free = np.array([row.free for row in table.rows], dtype=bool)
    firsts = first_rows_of(table)
    raw, std, latent = (_with_defined(rows, relations, firsts) for rows in parts)
    tested = np.concatenate([free, np.ones(len(raw.value) - len(free), dtype=bool)])
    # A parameter that constraints hold at a number has no sampling error to estimate.
    held = ~np.any(raw.slope @ space.basis, axis=1)
    se = np.where(tested & ~held, _standard_errors(raw.slope, vcov), np.nan)
    z, p, low, high = normal_tests(raw.value, se, level)
    fixed = ~tested
    return EstimateColumns(
        est=raw.value,
        se=se,
        z=z,
        p=p,
        ci_low=np.where(fixed, raw.value, low),
        ci_high=np.where(fixed, raw.value, high),
        std=std.value,
        std_se=np.where(np.isnan(std.value), np.nan, _standard_errors(std.slope, vcov)),
        std_lv=latent.value,
        jacobian=raw.slope,
        std_jacobian=std.slope,
    )


def _rows(solution: Solution) -> tuple[Standardised, Standardised, Standardised]:
    """Unstandardised, standardised and latent-standardised rows of all groups, in the table's order."""
    table = solution.compiled.table
    parts = []
    for at, (structure, implied) in enumerate(zip(solution.structures, solution.implied)):
        places = row_places(structure, table.rows_of(at))
        slope = np.zeros((len(places.kind), len(structure.free)))
        free = places.parameter >= 0
        slope[np.flatnonzero(free), places.parameter[free]] = 1.0
        raw = Standardised(row_values(places, implied), slope)
        std = standardised(structure, places, implied)
        parts.append((raw, std, standardised(structure, places, implied, latent_only=True)))
    raw, std, latent = (stacked(kind) for kind in zip(*parts))
    return raw, std, latent


def stacked(parts: Sequence[Standardised]) -> Standardised:
    """The rows of all groups, one group after the other."""
    if len(parts) == 1:
        return parts[0]
    return Standardised(
        np.concatenate([part.value for part in parts]), np.vstack([part.slope for part in parts])
    )


def first_rows(solution: Solution) -> dict[str, int]:
    """Label -> the first row that carries it: the one whose standardised value a defined parameter uses."""
    return first_rows_of(solution.compiled.table)


def first_rows_of(table: ParameterTable) -> dict[str, int]:
    """Label -> the first row that carries it, of a parameter table."""
    found: dict[str, int] = {}
    for at, row in enumerate(table.rows):
        if row.label and row.free:
            found.setdefault(row.label, at)
    return found


def _with_defined(rows: Standardised, relations: Relations, firsts: dict[str, int]) -> Standardised:
    """Append the defined parameters, computed from the rows' values."""
    if not relations.definitions:
        return rows
    values = {label: rows.value[at] for label, at in firsts.items()}
    slopes = {label: rows.slope[at] for label, at in firsts.items()}
    order = relations.written
    with np.errstate(all="ignore"):
        defined = defined_values(relations, values)
        chain = defined_jacobian(relations, values, slopes, rows.slope.shape[1])
    more = np.array([_finite(defined[name]) for name in order])
    more_slopes = np.array([chain[name] for name in order])
    return Standardised(np.concatenate([rows.value, more]), np.vstack([rows.slope, more_slopes]))


def _finite(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    return number if np.isfinite(number) else float("nan")


def _standard_errors(slope: Floats, vcov: Floats | None) -> Floats:
    """sqrt(slope vcov slope') per row; nan without vcov."""
    if vcov is None:
        return np.full(len(slope), np.nan)
    variance = np.einsum("ij,jk,ik->i", slope, vcov, slope, optimize=True)
    # Cancellation leaves variances of -1e-17 where a parameter is determined exactly.
    return np.asarray(np.sqrt(np.where(np.isfinite(variance), np.maximum(variance, 0.0), np.nan)))


def normal_tests(est: Floats, se: Floats, level: float) -> tuple[Floats, Floats, Floats, Floats]:
    """z = est / se, two-sided p, and the limits est -+ quantile * se; nan where se is 0 or nan."""
    from scipy import special

    with np.errstate(all="ignore"):
        z = np.where(se > 0, est / se, np.nan)
    p = 2.0 * special.ndtr(-np.abs(z))
    reach = special.ndtri(0.5 + level / 2.0) * se
    return z, np.asarray(p), est - reach, est + reach
