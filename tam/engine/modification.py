"""Modification indices: what freeing one fixed or absent parameter would bring (Sorbom 1989)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.objective import parts_of
from tam.engine.parameter_table import Row
from tam.engine.solution import Solution, only
from tam.engine.standardise import row_places, standardised_factors
from tam.engine.structure import Cells, Floats, Structure

if TYPE_CHECKING:
    import pandas


def modification_indices(solution: Solution, n: int, smallest: float = 0.0) -> pandas.DataFrame:
    """lhs op rhs mi epc sepc_lv sepc_all of every parameter that is fixed or absent, largest index first.

    mi = n/2 g^2 / (H_zz - H_zt H_tt^-1 H_tz), epc = -g / (same), with g and the expected Hessian H of F;
    ``sepc_*`` is the expected change standardised by the latents, by all variables. Peer:
    ``lavaan::modindices(fit)``.
    """
    import pandas

    rows = _candidates(solution)
    names = ["lhs", "op", "rhs", "mi", "epc", "sepc_lv", "sepc_all"]
    if not rows:
        return pandas.DataFrame(columns=names)
    wide = _widened(solution.structure, rows)
    point = solution.minimum.point
    objective = replace(only(parts_of(solution.objective)), structure=wide)
    slope, curvature = objective.gradient(point), objective.information(point)
    q = len(solution.structure.free)
    basis = solution.space.basis
    inner = basis.T @ curvature[:q, :q] @ basis
    across = curvature[q:, :q] @ basis
    left = np.diag(curvature)[q:] - np.sum(across * np.linalg.solve(inner, across.T).T, axis=1)
    # A parameter that repeats what the free ones already do has nothing left: its index is undefined.
    useful = left > 1e-9 * np.diag(curvature)[q:]
    safe = np.where(useful, left, 1.0)
    epc = -slope[q:] / safe
    places = row_places(solution.structure, rows)
    table = pandas.DataFrame(
        {
            "lhs": [row.lhs for row in rows],
            "op": [row.op for row in rows],
            "rhs": [row.rhs for row in rows],
            "mi": n / 2.0 * slope[q:] ** 2 / safe,
            "epc": epc,
            "sepc_lv": epc * standardised_factors(wide, places, point.implied, latent_only=True),
            "sepc_all": epc * standardised_factors(wide, places, point.implied, latent_only=False),
        }
    )
    table = table[useful & (table["mi"] >= smallest)]
    result: pandas.DataFrame = table.sort_values("mi", ascending=False, kind="stable")
    return result.reset_index(drop=True)


def _candidates(solution: Solution) -> list[Row]:
    """Loadings, residual covariances and regressions the model does not have."""
    table, structure = solution.compiled.table, solution.structure
    variables = table.variables
    present = {(row.lhs, row.op, row.rhs) for row in table.rows}
    present |= {(row.rhs, "~~", row.lhs) for row in table.rows if row.op == "~~"}
    latent, exogenous = structure.latent_names, set(variables.exogenous)
    loaded = [name for name in variables.observed if name in variables.indicators]
    pure = [name for name in variables.observed if name not in exogenous]
    structural = [name for name in (*latent, *variables.observed) if _is_structural(name, solution)]
    wished = [(f, "=~", x) for f in latent for x in loaded]
    wished += [(a, "~~", b) for i, a in enumerate(pure) for b in pure[i + 1 :]]
    wished += [
        (a, "~~", b) for i, a in enumerate(latent) for b in latent[i + 1 :] if not _indicator(a, b, solution)
    ]
    wished += [
        (y, "~", x)
        for y in structural
        for x in structural
        if y != x and y not in exogenous and (x, "=~", y) not in present
    ]
    return [Row(lhs, op, rhs) for lhs, op, rhs in wished if (lhs, op, rhs) not in present]


def _is_structural(name: str, solution: Solution) -> bool:
    variables = solution.compiled.table.variables
    in_regression = name in variables.outcomes or name in variables.predictors
    return in_regression and name not in variables.indicators


def _indicator(a: str, b: str, solution: Solution) -> bool:
    return any(row.op == "=~" and {row.lhs, row.rhs} == {a, b} for row in solution.compiled.table.rows)


def _widened(structure: Structure, rows: list[Row]) -> Structure:
    """The structure with one more free parameter per row, all at the value they have now (zero)."""
    q = len(structure.free)
    places = row_places(structure, rows)
    numbered = q + np.arange(len(rows))

    def more(cells: Cells, kind: int) -> Cells:
        new = places.kind == kind
        i, j = places.i[new], places.j[new]
        return Cells(
            np.concatenate([cells.row, i]),
            np.concatenate([cells.column, j]),
            np.concatenate([cells.parameter, numbered[new]]),
            np.concatenate([cells.weight, np.where((i == j) & (kind == 1), 0.5, 1.0)]),
        )

    paths, covariances = more(structure.paths, 0), more(structure.covariances, 1)
    gather: Floats = np.zeros((len(paths) + len(covariances), q + len(rows)))
    parameter = np.concatenate([paths.parameter, covariances.parameter])
    gather[np.arange(len(parameter)), parameter] = 1.0
    free = (*structure.free, *(row.name for row in rows))
    return replace(structure, free=free, paths=paths, covariances=covariances, gather=gather)
