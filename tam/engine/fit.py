"""``fit_model``: a model text and data in, a ``Fit`` out.

``Fit`` holds the solution; everything else (standard errors, standardised solution, measures, R2,
modification indices, factor scores) is computed when it is first asked for, so a fit that is only a step of
something larger stays cheap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from tam.display import shown_in_notebooks
from tam.engine import group_results
from tam.engine.admissibility import group_problems
from tam.engine.fiml_sample import option_problems
from tam.engine.group_results import by_group
from tam.engine.groups import grouped
from tam.engine.inference import EstimateColumns, estimate_columns
from tam.engine.measures import without_solution
from tam.engine.methods import METHODS, Method
from tam.engine.moments import Moments
from tam.engine.options import Options as Options
from tam.engine.parameter_table import ParameterTable, build_table
from tam.engine.robust_fit import RobustInference, kind_of, raise_without_rows, robust_problems
from tam.engine.sample import Sample, raise_for_empty_interactions
from tam.engine.solution import Solution, compile_model, expected_vcov, search
from tam.engine.structure import Floats, Structure
from tam.engine.syntax import parse_model
from tam.engine.table_rows import Grouping
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    import pandas

    from tam.engine.bootstrap_test import BollenStine
    from tam.engine.groups import Given
    from tam.engine.wald import WaldTest
    from tam.stats.scaled_tests import DifferenceTest

#: What can be asked for; each absent one is refused by name.
ESTIMATORS = (*dict.fromkeys(estimator for estimator, _ in METHODS), "WLSMV")
MISSING = tuple(dict.fromkeys(missing for _, missing in METHODS))
STANDARD_ERRORS = ("standard", "robust")
INFORMATION = ("expected", "observed")

NOT_CONVERGED = "the search did not converge"


def fit_model(
    model: str,
    data: Given,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    se: str = "standard",
    information: str | None = None,
    group: str | None = None,
    group_equal: Sequence[str] = (),
    group_partial: Sequence[str] = (),
    ordered: tuple[str, ...] = (),
    meanstructure: bool = False,
    std_lv: bool = False,
    fixed_x: bool = True,
    ci: float = 0.95,
) -> Fit:
    """Fit a model in lavaan syntax to a table or to moments, with the automatic rules of ``lavaan::sem``.

    ``data``: a table whose columns the model names (rows with a missing answer in any of them are left out
    and counted), ``Moments`` with divisor n - 1, or moments by group. ``group``: the column that holds the
    groups; ``group_equal`` kinds of parameters that are equal across them ("loadings", "intercepts", ...),
    ``group_partial`` parameters that are not all the same ("F=~x2", "x2~1"). ``information``: "expected" or
    "observed", None for the estimator's own. ``ci``: level of the confidence intervals, in (0, 1).

    Raises ``TamError`` with every problem found if nothing can be computed. A solution that is not to be
    trusted (no convergence, a negative variance) is returned and says so: ``converged``, ``admissible``,
    ``problems``.
    """
    if ordered or estimator == "WLSMV":
        from tam.engine.ordinal_fit import fit_ordinal

        return fit_ordinal(
            model,
            data,
            ordered=ordered,
            estimator=estimator,
            missing=missing,
            se=se,
            group=group,
            group_equal=group_equal,
            group_partial=group_partial,
            information=information,
            std_lv=std_lv,
            ci=ci,
        )
    options = Options(
        estimator,
        missing,
        meanstructure,
        std_lv,
        fixed_x,
        ci,
        se,
        group,
        tuple(group_equal),
        tuple(group_partial),
        information,
    )
    raise_for_options(options)
    method = METHODS[estimator, missing]
    given = grouped(data, group)
    table = build_table(
        parse_model(model),
        meanstructure=meanstructure or method.means,
        std_lv=std_lv,
        fixed_x=fixed_x,
        grouping=Grouping(given.labels, options.group_equal, options.group_partial),
    )
    raise_for_empty_interactions(table)
    compiled = compile_model(table)
    sample = method.read(given, compiled)
    if not sample.incomplete:
        raise_without_rows(estimator, se, sample.complete_rows[0] if sample.complete_rows else None)
    return Fit(model, options, search(compiled, method.prepare(compiled, sample)), sample)


def raise_for_options(options: Options) -> None:
    """Raise ``TamError`` for everything asked that is not offered."""
    asked = (
        ("estimator", options.estimator, ESTIMATORS),
        ("missing", options.missing, MISSING),
        ("se", options.se, STANDARD_ERRORS),
        ("information", options.information or INFORMATION[0], INFORMATION),
    )
    found = [
        problem("option-not-offered", option=option, value=value, offered=offered)
        for option, value, offered in asked
        if value not in offered
    ]
    if options.missing == "fiml" and options.estimator in ESTIMATORS:
        found += option_problems(options.estimator)
    elif not found and options.se not in METHODS[options.estimator, options.missing].errors:
        offered = METHODS[options.estimator, options.missing].errors
        found.append(problem("option-not-offered", option="se", value=options.se, offered=offered))
    if not 0.0 < options.ci < 1.0:
        found.append(problem("level-out-of-range", value=options.ci))
    if found:
        raise TamError(found)


@dataclass(frozen=True)
class Fit:
    """A fitted model.

    ``theta`` (q,) are the free parameters, ``free`` their names (the label, or ``lhs op rhs`` without
    blanks), ``vcov`` (q, q) their covariance matrix.
    """

    model: str
    options: Options
    solution: Solution
    sample: Sample

    _repr_html_ = shown_in_notebooks

    # --- the solution

    @property
    def resampled(self) -> bool:
        """Whether a resample of the rows can be fitted as this fit was."""
        return True

    @property
    def table(self) -> ParameterTable:
        return self.solution.compiled.table

    @property
    def method(self) -> Method:
        return METHODS[self.options.estimator, self.options.missing]

    @property
    def groups(self) -> tuple[str | None, ...]:
        """Labels of the groups in order of first appearance; (None,) with one group."""
        return self.table.groups

    @property
    def structure(self) -> Structure:
        """Of the only group; raises ``TamError`` with several."""
        return self.solution.structure

    @property
    def moments(self) -> Moments:
        """The sample moments of the only group, divisor n - 1, in the model's order of variables."""
        return self.sample.moments

    @property
    def n(self) -> int:
        """Cases of all groups."""
        return self.solution.n

    @property
    def theta(self) -> Floats:
        return self.solution.theta

    @property
    def free(self) -> tuple[str, ...]:
        return self.table.free

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix (q, q) of theta; None where the information is singular or nothing converged."""
        return self._vcov if self.converged else None

    @cached_property
    def _vcov(self) -> Floats | None:
        if self.robust is not None:
            return self.robust.vcov
        information = self.options.information or self.method.information
        return self.method.vcov(self.solution, information)

    @property
    def complete_rows(self) -> tuple[Floats, ...]:
        """The complete rows (n_g, p) of every group; empty for a fit from moments."""
        return self.sample.complete_rows

    @cached_property
    def robust(self) -> RobustInference | None:
        """Sandwich and scaled tests of the robust estimators; None for the others."""
        kind = kind_of(self.options.estimator, self.options.se)
        if kind is None or not self.converged:
            return None
        return self.method.robust(self.solution, self.sample, kind, self.options.information)

    @property
    def converged(self) -> bool:
        return self.solution.converged

    @property
    def iterations(self) -> int:
        return self.solution.minimum.iterations

    @cached_property
    def _inadmissible(self) -> tuple[Problem, ...]:
        return tuple(group_problems(self.solution))

    @property
    def admissible(self) -> bool:
        return self.converged and not self._inadmissible

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything a person must know about this fit; none of it stopped the computation."""
        robust = robust_problems(self.robust)
        return (*self.sample.problems, *self.solution.problems, *self._inadmissible, *robust)

    # --- what follows from it

    @cached_property
    def columns(self) -> EstimateColumns:
        """The estimates as arrays, in the rows' order: the parameter table, then the defined parameters."""
        return estimate_columns(self.solution, self.vcov, self.options.ci)

    @cached_property
    def estimates(self) -> pandas.DataFrame:
        """lhs op rhs group label free est se z p ci_low ci_high std std_se std_lv, in lavaan's order."""
        import pandas

        return pandas.DataFrame(self._estimate_records()).astype({"free": bool})

    def _estimate_records(self) -> list[dict[str, Any]]:
        from tam.engine.fit_record import estimate_records

        return estimate_records(self)

    @cached_property
    def measures(self) -> Mapping[str, Any]:
        """Fit measures by name; a number or ``Unavailable`` with the reason."""
        if not self.converged:
            return without_solution(NOT_CONVERGED)
        return self.method.measures(self.solution, self.sample, self.robust, self.options.estimator)

    @property
    def group_chisq(self) -> Mapping[str, float]:
        """What each group adds to the chi-square; empty with one group or without solution."""
        if not self.converged or len(self.groups) == 1:
            return {}
        points = zip(self.groups, self.solution.sizes, self.solution.minimum.point.groups)
        return {str(label): float(size * point.value) for label, size, point in points}

    @cached_property
    def r2(self) -> Any:
        """Explained share of the variance by variable; with several groups by group, then by variable."""
        return self._each(group_results.explained_shares)

    @cached_property
    def implied(self) -> Any:
        """Model-implied covariance matrix of the observed variables (p, p); by group if there are several."""
        return self._each(group_results.implied_covariance)

    @cached_property
    def residuals(self) -> Any:
        """Correlation residuals (p, p), sample minus implied (lavaan's type "cor"); by group if several."""
        return self._each(group_results.correlation_residuals, [aim.covariance for aim in self.solution.aims])

    @cached_property
    def standardised_residuals(self) -> Any:
        """Covariance residuals divided by their standard errors (p, p), estimator ML; by group if several."""
        from tam.engine.standardised_residuals import standardised_residuals

        expected = expected_vcov(self.solution) if self.converged else None
        if (self.options.estimator, self.options.missing) != ("ML", "listwise") or expected is None:
            raise TamError(problem("residuals-only-ml", estimator=self.options.estimator))
        names = [structure.observed_names for structure in self.solution.structures]
        found = standardised_residuals(self.solution, expected)
        return by_group(self.groups, [group_results.square(*part) for part in zip(found, names)])

    @cached_property
    def latent_covariance(self) -> Any:
        """Model-implied covariance matrix of the latents (k, k); by group if there are several."""
        return self._each(group_results.latent_covariance)

    def _each(self, function: Any, *more: Sequence[Any]) -> Any:
        """The function of every group's structure and implied moments."""
        parts = zip(self.solution.structures, self.solution.implied, *more)
        return by_group(self.groups, [function(*part) for part in parts])

    def modification_indices(self, smallest: float = 0.0) -> pandas.DataFrame:
        """Fixed and absent parameters: how much chi-square would fall were they free; their likely value."""
        from tam.engine.modification import modification_indices

        return modification_indices(self.solution, self.n, smallest)

    def factor_scores(self, method: str = "regression") -> pandas.DataFrame:
        """Factor scores of every row analysed, "regression" or "bartlett"; raises ``TamError`` for a fit from
        moments."""
        from tam.engine.factor_scores import factor_scores

        return factor_scores(self.solution, self.sample, method)

    def compare(self, other: Fit, method: str = "default") -> DifferenceTest:
        """Difference test of two nested fits, in either order: plain for ML, scaled for robust estimators.

        ``method``: "chisq", "satorra.bentler.2001", "satorra.bentler.2010" or "satorra.2000".
        """
        from tam.engine.robust_comparison import compare

        return compare(self, other, method)

    def wald(self, constraints: str) -> WaldTest:
        """Wald test that equations between labels, such as ``"a == b; c == 0"``, hold together."""
        from tam.engine.wald import wald_test

        return wald_test(self, constraints)

    def bootstrap(
        self,
        n: int = 1000,
        seed: int = 1,
        interval: Literal["percentile", "bc", "bca"] = "percentile",
        **how: Any,
    ) -> Fit:
        """The same fit with standard errors and intervals from ``n`` resamples of its rows.

        ``how``: ``kind``, ``workers``, ``scheduler`` and ``progress`` of ``reported_fit.bootstrapped``.
        """
        from tam.engine.reported_fit import bootstrapped

        return bootstrapped(self, n, seed, interval, **how)

    def bollen_stine(self, n: int = 1000, seed: int = 1, **how: Any) -> BollenStine:
        """The chi-square beside those of ``n`` resamples of rows for which the model holds."""
        from tam.engine.bootstrap_test import bollen_stine

        return bollen_stine(self, n, seed, **how)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data; None where a number does not exist, its reason in ``unavailable``."""
        from tam.engine.fit_record import fit_record

        return fit_record(self, NOT_CONVERGED)
