"""A fit whose estimates and standard errors are semopy's; what it is not trusted with is left out by name."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from tam.engine.fit import Fit
from tam.engine.inference import EstimateColumns, normal_tests
from tam.engine.semopy_engine import CannotState, SecondOpinion, estimate, statements_of
from tam.engine.structure import Floats
from tam.errors import TamError, problem


def fit_with_semopy(found: Fit) -> SemopyFit:
    """The same model and moments estimated by semopy. Raises TamError where semopy is not to be trusted."""
    if found.table.meanstructure:
        raise TamError(problem("excludes", first="--engine semopy", second="--meanstructure"))
    solution = found.solution
    try:
        statements, parameters = statements_of(found)
        theirs = estimate(
            statements,
            solution.structure.observed_names,
            solution.aim.covariance,
            found.n,
            (solution.theta[parameters], solution.minimum.point.implied.sigma),
        )
    except CannotState as refusal:
        raise TamError(refusal.reason) from None
    point = solution.objective.evaluate(theirs.estimates)
    if point is None:
        raise TamError(problem("second-engine-other-model"))
    moved = replace(solution, minimum=replace(solution.minimum, point=point))
    return SemopyFit(found.model, found.options, moved, found.sample, theirs=theirs)


@dataclass(frozen=True)
class SemopyFit(Fit):
    """Estimates and standard errors by semopy.

    Everything else (standardised values, fit measures, R2) is computed here from those estimates, because
    several of semopy's own statistics are known to be wrong.
    """

    theirs: SecondOpinion = field(kw_only=True)

    @property
    def vcov(self) -> Floats | None:
        """Not read from semopy."""
        return None

    @cached_property
    def columns(self) -> EstimateColumns:
        columns = super().columns
        se = np.full(len(columns.est), np.nan)
        for at, row in enumerate(self.table.rows):
            if row.free:
                se[at] = self.theirs.standard_errors[row.parameter]
        z, p, low, high = normal_tests(columns.est, se, self.options.ci)
        fixed = np.array(
            [not row.free for row in self.table.rows] + [False] * (len(se) - len(self.table.rows))
        )
        low, high = np.where(fixed, columns.est, low), np.where(fixed, columns.est, high)
        return replace(columns, se=se, z=z, p=p, ci_low=low, ci_high=high)

    def to_dict(self) -> dict[str, Any]:
        record = super().to_dict()
        reasons = {
            key: "not read from semopy" if key.endswith((".se", ".std_se")) else reason
            for key, reason in record["unavailable"].items()
        }
        return {
            **record,
            "engine": "semopy",
            "engine_version": self.theirs.version,
            "iterations": None,
            "unavailable": {**reasons, "iterations": "not read from semopy"},
        }
