"""Robust inference of a solution: its groups, information, meat and the covariance matrix of theta."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.robust import GroupAtSolution, Robust, constrained_inverse, robust_parts
from tam.engine.robust_casewise import cases_of
from tam.engine.solution import Solution
from tam.engine.structure import Floats
from tam.errors import Problem, TamError, problem

#: Estimators with the estimates of ML and robust inference; the value says of which kind.
ROBUST_ESTIMATORS = ("MLM", "MLR")
OWN_INFORMATION = {"MLM": "expected", "MLR": "observed"}


def kind_of(estimator: str, se: str) -> str | None:
    """The kind of robust inference that options ask for; None for none. Robust errors with ML are MLM's."""
    if estimator in ROBUST_ESTIMATORS:
        return estimator
    return "MLM" if estimator == "ML" and se == "robust" else None


def raise_without_rows(estimator: str, se: str, rows: Floats | None) -> None:
    """Raise ``TamError`` where robust inference was asked for and only moments were given."""
    if rows is None and kind_of(estimator, se) is not None:
        raise TamError(problem("robust-needs-rows", estimator=estimator))


def robust_problems(robust: RobustInference | None) -> tuple[Problem, ...]:
    """What a person must know about robust inference."""
    return (problem("robust-errors-unavailable"),) if robust is not None and robust.vcov is None else ()


@dataclass(frozen=True, slots=True)
class RobustInference:
    """``curvature`` (q, q) the information of all cases, ``parts`` meat and traces, ``vcov`` (q, q) of theta;
    None where the information is not positive definite."""

    kind: str
    curvature: Floats
    parts: Robust
    vcov: Floats | None


def robust_inference(
    solution: Solution, rows: Sequence[Floats], kind: str, point: Any = None, information: str | None = None
) -> RobustInference:
    """Robust inference from the complete rows (n_g, p) of every group; ``kind`` "MLM" or "MLR".

    ``point``: where on the objective, the solution if it is None; ``information``: "expected" or "observed",
    None for what the kind is made of.
    """
    at = solution.minimum.point if point is None else point
    objective = solution.objective
    expected = (information or OWN_INFORMATION[kind]) == "expected"
    found = objective.information(at) if expected else objective.hessian(at)
    curvature = np.asarray(solution.n / 2.0 * found)
    parts = robust_parts(complete_groups(solution, rows, at), curvature, solution.space, kind)
    bread = constrained_inverse(curvature, solution.space)
    return RobustInference(
        kind, curvature, parts, None if bread is None else np.asarray(bread @ parts.meat @ bread)
    )


def complete_groups(solution: Solution, rows: Sequence[Floats], point: Any) -> tuple[GroupAtSolution, ...]:
    """Every group at a point of the objective."""
    exogenous = solution.compiled.table.variables.exogenous
    groups = []
    for structure, own, at in zip(solution.structures, rows, point.groups):
        given = np.zeros(len(structure.observed_names), dtype=bool)
        given[structure.exogenous - structure.latents] = True
        predicting = np.array([name in exogenous for name in structure.observed_names], dtype=bool)
        cases = cases_of(own, given)
        groups.append(GroupAtSolution(structure, at.implied, at.inverse, cases, own.mean(axis=0), predicting))
    return tuple(groups)
