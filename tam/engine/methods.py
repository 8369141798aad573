"""What each estimator does at each station between data and inference: one line per estimator.

A method reads the sample, makes of it what the search minimises, and says what follows from the minimum. The
search itself, identification, bounds and the standardised solution are the same for all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tam.engine.fiml_fit import incomplete_sample_of, prepare_incomplete
from tam.engine.fiml_inference import all_measures, incomplete_inference
from tam.engine.groups import GroupedData
from tam.engine.least_squares import least_squares_part, least_squares_vcov
from tam.engine.measures import fit_measures, least_squares_measures
from tam.engine.robust_fit import RobustInference, robust_inference
from tam.engine.robust_measures import with_scaled
from tam.engine.sample import Sample, complete_sample
from tam.engine.solution import Compiled, Prepared, Solution, expected_vcov, observed_vcov, prepare
from tam.engine.structure import Floats


def normal_vcov(solution: Solution, information: str) -> Floats | None:
    """Covariance matrix of theta (q, q) by likelihood theory; None where the information is singular."""
    return expected_vcov(solution) if information == "expected" else observed_vcov(solution)


@dataclass(frozen=True, slots=True)
class Method:
    """How an estimator treats a kind of data.

    ``read``: the sample of a compiled model. ``prepare``: objective and starting values, checked for
    identification. ``robust``: sandwich and scaled tests of a kind ("MLM", "MLR") from the
    "expected" or "observed" information, None for the kind's own. ``measures``: every fit
    measure, given the robust inference (None without) and the estimator's name. ``information``: which one
    standard errors come from unless asked otherwise. ``means``: the mean structure is always on.
    ``errors``: the standard errors offered. ``vcov``: covariance matrix of theta from "expected" or
    "observed" information.
    """

    read: Callable[[GroupedData, Compiled], Sample]
    prepare: Callable[[Compiled, Sample], Prepared]
    robust: Callable[[Solution, Sample, str, str | None], RobustInference]
    measures: Callable[[Solution, Sample, RobustInference | None, str], dict[str, Any]]
    information: str = "expected"
    means: bool = False
    errors: tuple[str, ...] = ("standard", "robust")
    vcov: Callable[[Solution, str], Floats | None] = normal_vcov


def _complete(data: GroupedData, compiled: Compiled) -> Sample:
    structure = compiled.structures[0]
    return complete_sample(data, structure.observed_names, means=structure.meanstructure)


def _prepared(compiled: Compiled, sample: Sample) -> Prepared:
    return prepare(compiled, [one.moments for one in sample.groups])


def _robust(solution: Solution, sample: Sample, kind: str, information: str | None) -> RobustInference:
    return robust_inference(solution, sample.complete_rows, kind, information=information)


def _measures(
    solution: Solution, sample: Sample, robust: RobustInference | None, estimator: str
) -> dict[str, Any]:
    return with_scaled(fit_measures(solution), robust, estimator, solution.n, len(sample.groups))


def _incomplete_robust(
    solution: Solution, sample: Sample, _kind: str, information: str | None
) -> RobustInference:
    return incomplete_inference(solution, sample.incomplete, information=information)


NORMAL = Method(_complete, _prepared, _robust, _measures)
INCOMPLETE = Method(
    incomplete_sample_of,
    lambda compiled, sample: prepare_incomplete(compiled, sample.incomplete),
    _incomplete_robust,
    lambda solution, sample, robust, estimator: all_measures(solution, sample.incomplete, robust, estimator),
    information="observed",
    means=True,
)


def _least_squares(estimator: str) -> Method:
    part = partial(least_squares_part, estimator)
    return Method(
        _complete,
        lambda compiled, sample: prepare(compiled, [one.moments for one in sample.groups], part),
        _robust,
        lambda solution, *_: least_squares_measures(solution, estimator),
        errors=("standard",),
        vcov=least_squares_vcov,
    )


#: (estimator, missing) -> method.
METHODS: Mapping[tuple[str, str], Method] = {
    ("ML", "listwise"): NORMAL,
    ("MLM", "listwise"): NORMAL,
    ("MLR", "listwise"): NORMAL,
    ("ULS", "listwise"): _least_squares("ULS"),
    ("GLS", "listwise"): _least_squares("GLS"),
    ("ML", "fiml"): INCOMPLETE,
    ("MLR", "fiml"): INCOMPLETE,
}
