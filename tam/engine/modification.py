"""Modification indices: what freeing one fixed or absent parameter would bring (Sorbom 1989)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.objective import joint, parts_of
from tam.engine.parameter_table import Row
from tam.engine.solution import Solution
from tam.engine.standardise import row_places, standardised_factors
from tam.engine.structure import Cells, Floats, Implied, Structure

if TYPE_CHECKING:
    import pandas


def modification_indices(solution: Solution, n: int, smallest: float = 0.0) -> pandas.DataFrame:
    """lhs op rhs (group) mi epc sepc_lv sepc_all of every parameter that is fixed or absent, largest first.

    mi = n/2 g^2 / (H_zz - H_zt H_tt^-1 H_tz), epc = -g / (same), with g and the expected Hessian H of F;
    ``sepc_*`` is the expected change standardised by the latents, by all variables. Peer:
    ``lavaan::modindices(fit)``.
    """
    import pandas

    rows = [_candidates(solution, group) for group in range(len(solution.structures))]
    wide = widened(solution.structures, rows)
    names = ["lhs", "op", "rhs", "mi", "epc", "sepc_lv", "sepc_all"]
    if not any(rows):
        return pandas.DataFrame(columns=names)
    point = solution.minimum.point
    parts = [replace(part, structure=one) for part, one in zip(parts_of(solution.objective), wide)]
    slope = joint(parts, solution.sizes).gradient(point)
    curvature = joint_information(parts, point.groups, solution.sizes)
    q = len(solution.compiled.table.free)
    basis = solution.space.basis
    inner = basis.T @ curvature[:q, :q] @ basis
    across = curvature[q:, :q] @ basis
    left = np.diag(curvature)[q:] - np.sum(across * np.linalg.solve(inner, across.T).T, axis=1)
    # A parameter that repeats what the free ones already do has nothing left: its index is undefined.
    useful = left > 1e-9 * np.diag(curvature)[q:]
    safe = np.where(useful, left, 1.0)
    epc = -slope[q:] / safe
    flat = [row for own in rows for row in own]
    table = pandas.DataFrame(
        {
            "lhs": [row.lhs for row in flat],
            "op": [row.op for row in flat],
            "rhs": [row.rhs for row in flat],
            "mi": n / 2.0 * slope[q:] ** 2 / safe,
            "epc": epc,
            "sepc_lv": epc * _factors(wide, rows, solution.implied, latent_only=True),
            "sepc_all": epc * _factors(wide, rows, solution.implied, latent_only=False),
        }
    )
    if len(rows) > 1:
        table.insert(3, "group", [row.group for row in flat])
    table = table[useful & (table["mi"] >= smallest)]
    result: pandas.DataFrame = table.sort_values("mi", ascending=False, kind="stable")
    return result.reset_index(drop=True)


def joint_information(parts: Sequence[Any], points: Sequence[Any], sizes: Sequence[int]) -> Floats:
    """Expected Hessian of all groups (q, q); that of least squares without its (n - 1) / n, as in lavaan."""
    total = [
        size / sum(sizes) * part.information(at) / getattr(part.aim, "share", 1.0)
        for part, at, size in zip(parts, points, sizes)
    ]
    return np.asarray(sum(total))


def _factors(
    structures: Sequence[Structure], rows: Sequence[list[Row]], at: Sequence[Implied], *, latent_only: bool
) -> Floats:
    """What standardises the rows of all groups, one group after the other."""
    parts = [
        standardised_factors(structure, row_places(structure, own), model, latent_only=latent_only)
        for structure, own, model in zip(structures, rows, at)
        if own
    ]
    return np.concatenate(parts)


def _candidates(solution: Solution, group: int) -> list[Row]:
    """Fixed parameters of a group, and loadings, residual covariances and regressions it does not have."""
    table, structure = solution.compiled.table, solution.structures[group]
    variables, rows = table.variables, table.rows_of(group)
    present = {(row.lhs, row.op, row.rhs) for row in rows}
    present |= {(row.rhs, "~~", row.lhs) for row in rows if row.op == "~~"}
    latent, exogenous = structure.latent_names, set(variables.exogenous)
    loaded = [name for name in variables.observed if name in variables.indicators]
    pure = [name for name in variables.observed if name not in exogenous]
    structural = [name for name in (*latent, *variables.observed) if _is_structural(name, solution)]
    wished = [(f, "=~", x) for f in latent for x in loaded]
    wished += [(a, "~~", b) for i, a in enumerate(pure) for b in pure[i + 1 :]]
    wished += [(a, "~~", b) for i, a in enumerate(latent) for b in latent[i + 1 :]]
    wished += [
        (y, "~", x)
        for y in structural
        for x in structural
        if y != x and y not in exogenous and (x, "=~", y) not in present
    ]
    label = table.groups[group]
    fixed = [row for row in rows if row.fixed is not None and row.op in ("=~", "~", "~~", "~1")]
    absent = [Row(lhs, op, rhs, group=label) for lhs, op, rhs in wished if (lhs, op, rhs) not in present]
    return [*fixed, *absent]


def _is_structural(name: str, solution: Solution) -> bool:
    variables = solution.compiled.table.variables
    in_regression = name in variables.outcomes or name in variables.predictors
    return in_regression and name not in variables.indicators


def widened(structures: Sequence[Structure], rows: Sequence[list[Row]]) -> tuple[Structure, ...]:
    """The structures with one more free parameter per row, all at the value they have now."""
    q = len(structures[0].free)
    names = (*structures[0].free, *(row.name for own in rows for row in own))
    done, first = [], q
    for structure, own in zip(structures, rows):
        done.append(_widened_by(structure, own, first, names))
        first += len(own)
    return tuple(done)


def _widened_by(structure: Structure, rows: list[Row], first: int, names: tuple[str, ...]) -> Structure:
    """One group's structure; its new parameters stand from ``first`` on among ``names``."""
    places = row_places(structure, rows)
    numbered = first + np.arange(len(rows))

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
    intercepts = more(structure.intercepts, 2)
    gather: Floats = np.zeros((len(paths) + len(covariances), len(names)))
    parameter = np.concatenate([paths.parameter, covariances.parameter])
    gather[np.arange(len(parameter)), parameter] = 1.0
    return replace(
        structure, free=names, paths=paths, covariances=covariances, intercepts=intercepts, gather=gather
    )
