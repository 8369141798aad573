"""From a table of parameters and the statistics of ordered answers to a certified solution (WLSMV)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tam.engine.objective import joint
from tam.engine.ordinal_objective import LeastSquares
from tam.engine.ordinal_sample import OrdinalSample
from tam.engine.ordinal_structure import OrdinalStructure, statistic_slopes
from tam.engine.ordinal_table import ordinal_structure
from tam.engine.solution import Prepared, Solution, checked, compile_model, merged_starts, search
from tam.engine.starting_values import plain_starting_values, starting_values
from tam.engine.structure import Floats
from tam.engine.table_rows import ParameterTable
from tam.stats.scaled_shifted import GroupMoments, curvature_and_meat


@dataclass(frozen=True, slots=True)
class OrdinalSolution:
    """A solution with its ordered side: ``models`` of the groups, the ``sample`` they were fitted to."""

    solution: Solution
    models: tuple[OrdinalStructure, ...]
    sample: OrdinalSample

    @property
    def groups(self) -> tuple[GroupMoments, ...]:
        """Slopes, weights and asymptotic covariances at the solution."""
        points = self.solution.minimum.point.groups
        return tuple(
            GroupMoments(
                slopes=statistic_slopes(model, point.at).statistics,
                weight=1.0 / np.diag(moments.nacov),
                nacov=moments.nacov,
                cases=moments.n,
            )
            for model, point, moments in zip(self.models, points, self.sample.groups)
        )


@dataclass(frozen=True, slots=True)
class Sandwich:
    """``inverse`` (q, q) of the curvature sum n D'WD within the constraints, ``vcov`` (q, q) of theta."""

    inverse: Floats
    vcov: Floats


def solve_ordinal(table: ParameterTable, sample: OrdinalSample) -> OrdinalSolution:
    """Weighted least squares of all groups.

    Raises ``TamError`` if the model is not identified. A search that fails gives a solution that says so.
    """
    compiled = compile_model(table)
    compiled = replace(compiled, moments=sum(len(one.nacov) for one in sample.groups))
    models = tuple(
        ordinal_structure(
            structure, table.rows_of(at), tuple(sample.categories), whole.covariance, whole.means
        )
        for at, (structure, whole) in enumerate(zip(compiled.structures, sample.wholes))
    )
    parts = [LeastSquares.of(*one) for one in zip(models, sample.groups, sample.wholes)]
    sizes = tuple(one.n for one in sample.groups)
    start, plain = (_start(table, models, sample, sizes, cautious=cautious) for cautious in (False, True))
    ready = checked(compiled, Prepared(compiled.structures, sizes, joint(parts, sizes), start, plain))
    return OrdinalSolution(search(compiled, ready), models, sample)


def _start(
    table: ParameterTable,
    models: tuple[OrdinalStructure, ...],
    sample: OrdinalSample,
    sizes: tuple[int, ...],
    *,
    cautious: bool,
) -> Floats:
    """theta (q,): the structure's usual values, thresholds of the sample (averaged if shared), scalings 1."""
    values = plain_starting_values if cautious else starting_values
    rows = [table.rows_of(at) for at in range(len(models))]
    starts = [
        values(model.sampled, own, one.covariance, one.means)
        for model, own, one in zip(models, rows, sample.wholes)
    ]
    theta = merged_starts([model.structure for model in models], starts, sizes).copy()
    total, weight = np.zeros(len(theta)), np.zeros(len(theta))
    for model, one in zip(models, sample.groups):
        place = model.thresholds.parameter
        free = place >= 0
        np.add.at(total, place[free], one.n * np.concatenate([*one.thresholds, np.empty(0)])[free])
        np.add.at(weight, place[free], one.n)
        theta[model.scalings.parameter[model.scalings.parameter >= 0]] = 1.0
    theta[weight > 0] = (total / np.where(weight > 0, weight, 1.0))[weight > 0]
    for row in table.rows:
        if row.start is not None and row.free:
            theta[row.parameter] = row.start
    return theta


def sandwich(found: OrdinalSolution) -> Sandwich | None:
    """Robust covariance matrix of theta; None where the curvature is singular.

    V = n / (n - G) H^-1 M H^-1 with H = sum n_g D'WD and M = sum n_g D'W Gamma W D, G groups
    (lavaan's ``se = "robust.sem"``). Muthen, du Toit and Spisic (1997).
    """
    curvature, meat = curvature_and_meat(found.groups)
    basis = found.solution.space.basis
    inner = basis.T @ curvature @ basis
    scale = 1.0 / np.sqrt(np.where(np.diag(inner) > 0, np.diag(inner), 1.0))
    try:
        factor = np.linalg.cholesky(inner * np.outer(scale, scale))
    except np.linalg.LinAlgError:
        return None
    half = np.linalg.solve(factor, (basis * scale).T)
    inverse = np.asarray(half.T @ half)
    n, groups = found.sample.n, len(found.models)
    vcov = n / (n - groups) * (inverse @ meat @ inverse)
    return Sandwich(inverse, np.asarray((vcov + vcov.T) / 2.0))
