"""What a fit with missing answers reports: sandwich errors, measures, factor scores of incomplete rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tam.engine.fiml_fit import incomplete_groups
from tam.engine.fiml_measures import incomplete_measures
from tam.engine.fiml_robust import incomplete_robust_parts
from tam.engine.fiml_sample import Incomplete
from tam.engine.fiml_scores import completed_rows
from tam.engine.measures import NAMES
from tam.engine.robust import sandwich
from tam.engine.robust_fit import RobustInference
from tam.engine.solution import Solution
from tam.engine.structure import Floats
from tam.errors import Unavailable


def incomplete_inference(
    solution: Solution, samples: Sequence[Incomplete], point: Any = None, information: str | None = None
) -> RobustInference:
    """Robust inference of incomplete cases: information and products of casewise scores.

    ``point``: where on the objective, the solution if it is None; ``information``: "observed" (also None) or
    "expected" given the patterns.
    """
    at = solution.minimum.point if point is None else point
    expected = information == "expected"
    found = solution.objective.information(at) if expected else solution.objective.hessian(at)
    curvature = np.asarray(solution.n / 2.0 * found)
    groups = incomplete_groups(solution, samples, at)
    parts = incomplete_robust_parts(groups, curvature, solution.space, expected=expected)
    return RobustInference("MLR", curvature, parts, sandwich(curvature, parts.meat, solution.space))


def all_measures(
    solution: Solution, samples: Sequence[Incomplete], robust: RobustInference | None, estimator: str
) -> dict[str, Any]:
    """Every measure of ``NAMES``; ``robust`` is needed with estimator "MLR"."""
    groups = incomplete_groups(solution, samples)
    parts = robust.parts if robust is not None and estimator == "MLR" else None
    found = incomplete_measures(solution, groups, parts)
    absent = Unavailable(f"estimator {estimator} has no scaled test")
    return {name: found.get(name, absent) for name in NAMES}


def rows_for_scores(solution: Solution, samples: Sequence[Incomplete]) -> tuple[Floats, ...]:
    """The rows (n, p) of every group with gaps filled by their expectations."""
    return tuple(
        completed_rows(point.at, sample.patterns, sample.rows)
        for sample, point in zip(samples, solution.minimum.point.groups)
    )
