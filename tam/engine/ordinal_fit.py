"""``fit_model(..., ordered=...)``: thresholds, polychoric correlations, WLSMV; the result is a ``Fit``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NoReturn

from tam.engine.admissibility import admissibility_problems
from tam.engine.fit import NOT_CONVERGED, Fit, Options
from tam.engine.groups import grouped
from tam.engine.inference import EstimateColumns
from tam.engine.measures import without_solution
from tam.engine.moments import Moments
from tam.engine.ordinal_inference import ordinal_columns
from tam.engine.ordinal_measures import ordinal_measures
from tam.engine.ordinal_sample import ordered_names, ordinal_sample
from tam.engine.ordinal_solution import OrdinalSolution, Sandwich, sandwich, solve_ordinal
from tam.engine.ordinal_table import ordinal_table
from tam.engine.parameter_table import classify
from tam.engine.sample import Sample, complete_sample
from tam.engine.structure import Floats
from tam.engine.syntax import parse_model
from tam.engine.table_rows import Grouping, ParameterTable, Variables
from tam.errors import Problem, TamError, Where, problem

if TYPE_CHECKING:
    from tam.engine.groups import Given

ESTIMATOR = "WLSMV"
#: What ``fit_model`` passes where no estimator was asked for; ordered variables then imply WLSMV.
DEFAULT = "ML"
#: Both mean the robust ones: weighted least squares has no others.
STANDARD_ERRORS = ("standard", "robust")
INFORMATION = ("expected",)


def fit_ordinal(
    model: str,
    data: Given,
    *,
    ordered: Sequence[str],
    estimator: str = ESTIMATOR,
    missing: str = "listwise",
    se: str = "standard",
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    information: str | None = None,
    std_lv: bool = False,
    ci: float = 0.95,
) -> OrdinalFit:
    """Fit a model with ordered variables by weighted least squares (``lavaan::sem(ordered = ...)``).

    ``ordered`` names indicators and outcomes, or is ("all",). Arguments and errors as ``fit_model``.
    """
    options = Options(
        estimator=ESTIMATOR,
        missing=missing,
        meanstructure=True,
        std_lv=std_lv,
        fixed_x=True,
        ci=ci,
        se=se,
        group=group,
        group_equal=tuple(group_equal),
        group_partial=tuple(group_partial),
        information=information,
    )
    _raise_for_options(options, data, ordered, estimator)
    syntax = parse_model(model)
    given = grouped(data, group)
    grouping = Grouping(given.labels, tuple(group_equal), tuple(group_partial))
    variables = classify(syntax)
    _raise_for_products(variables)
    names = ordered_names(variables, ordered)
    complete = complete_sample(given, variables.observed, means=False)
    found = ordinal_sample(
        complete.complete_rows,
        given.labels,
        variables.observed,
        names,
        variables.exogenous,
        complete.problems,
    )
    table = ordinal_table(syntax, found.categories, std_lv=std_lv, grouping=grouping)
    solution = solve_ordinal(table, found)
    sample = _polychoric(complete, solution)
    return OrdinalFit(model, options, solution.solution, sample, ordinal=solution)


def _raise_for_options(options: Options, data: Given, ordered: Sequence[str], estimator: str) -> None:
    found = []
    if not ordered:
        found.append(problem("ordered-nothing"))
    if estimator not in (ESTIMATOR, DEFAULT):
        found.append(problem("ordered-estimator", estimator=estimator))
    if options.missing != "listwise":
        found.append(problem("ordered-fiml"))
    offered = (("se", options.se, STANDARD_ERRORS), ("information", options.information, INFORMATION))
    found += [
        problem("option-not-offered", option=option, value=value, offered=values)
        for option, value, values in offered
        if value is not None and value not in values
    ]
    if not 0.0 < options.ci < 1.0:
        found.append(problem("level-out-of-range", value=options.ci))
    if isinstance(data, (Moments, Mapping)):
        found.append(problem("ordered-moments"))
    if found:
        raise TamError(found)


def _raise_for_products(variables: Variables) -> None:
    """Products of ordered answers have no thresholds of their own."""
    products = [name for name in variables.observed if ":" in name]
    if products:
        raise TamError(problem("ordered-interaction", Where(column=products[0]), name=products[0]))


def _polychoric(sample: Sample, found: OrdinalSolution) -> Sample:
    """The sample with the covariances that were fitted in place of those of the numbers."""
    groups = tuple(
        replace(one, moments=Moments(found.sample.names, whole.covariance, whole.means, own.n))
        for one, whole, own in zip(sample.groups, found.sample.wholes, found.sample.groups)
    )
    return Sample(groups, found.sample.problems)


@dataclass(frozen=True)
class OrdinalFit(Fit):
    """A fit with ordered variables.

    ``moments`` are those of the latent responses: thresholds stand in ``ordinal``. Standard errors are
    robust, the test is mean- and variance-adjusted.
    """

    ordinal: OrdinalSolution

    @property
    def n(self) -> int:
        return self.ordinal.sample.n

    @cached_property
    def _sandwich(self) -> Sandwich | None:
        return sandwich(self.ordinal)

    @property
    def vcov(self) -> Floats | None:
        """Robust covariance matrix (q, q) of theta; None where the curvature is singular or nothing
        converged."""
        return self._sandwich.vcov if self.converged and self._sandwich else None

    @property
    def robust(self) -> None:
        """Weighted least squares has its own sandwich and its own scaled tests."""

    @cached_property
    def columns(self) -> EstimateColumns:
        return ordinal_columns(self.ordinal, self.vcov, self.options.ci)

    @cached_property
    def measures(self) -> Mapping[str, Any]:
        if not self.converged:
            return without_solution(NOT_CONVERGED)
        return ordinal_measures(self.ordinal, self._sandwich)

    @cached_property
    def _inadmissible(self) -> tuple[Problem, ...]:
        return tuple(_inadmissibilities(self.ordinal, self.table))

    def modification_indices(self, smallest: float = 0.0) -> NoReturn:  # noqa: ARG002 the base's argument
        raise TamError(problem("ordered-modification"))

    def factor_scores(self, method: str = "regression") -> NoReturn:  # noqa: ARG002 the base's argument
        raise TamError(problem("ordered-scores"))


def _inadmissibilities(found: OrdinalSolution, table: ParameterTable) -> list[Problem]:
    """Of every group: what ``admissibility_problems`` sees, and ordered items explained beyond 100 %."""
    problems = []
    for model, point in zip(found.models, found.solution.minimum.point.groups):
        implied = point.implied
        names = model.structure.names
        for at in model.responses:
            residual = float(implied.matrices.covariances[at, at])
            if residual < 0:
                problems.append(problem("negative-variance", variable=names[at], value=f"{residual:.4g}"))
        if problems:
            continue
        problems += admissibility_problems(model.structure, table, implied)
    return problems
