"""``fit_model``: a model text and data in, a ``Fit`` out.

``Fit`` holds the solution; everything else (standard errors, standardised solution, measures, R2,
modification indices, factor scores) is computed when it is first asked for, so a fit that is only a step of
something larger stays cheap.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tam.engine.admissibility import admissibility_problems
from tam.engine.fiml_fit import incomplete_sample_of, prepare_incomplete
from tam.engine.fiml_sample import option_problems
from tam.engine.inference import EstimateColumns, estimate_columns
from tam.engine.measures import fit_measures, plain, without_solution
from tam.engine.moments import Moments
from tam.engine.parameter_table import ParameterTable, Row, build_table
from tam.engine.robust_fit import (
    RobustInference,
    kind_of,
    raise_without_rows,
    robust_inference,
    robust_problems,
)
from tam.engine.robust_measures import with_scaled
from tam.engine.sample import Sample, raise_for_empty_interactions, sample_of
from tam.engine.solution import Solution, compile_model, expected_vcov, observed_vcov, search, solve
from tam.engine.structure import Floats, Structure
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    import pandas

    from tam.stats.scaled_tests import DifferenceTest

#: What can be asked for now; each absent one is refused by name.
ESTIMATORS = ("ML", "MLM", "MLR", "WLSMV")
MISSING = ("listwise", "fiml")
STANDARD_ERRORS = ("standard", "robust")

NOT_CONVERGED = "the search did not converge"


def fit_model(
    model: str,
    data: pandas.DataFrame | Moments,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    se: str = "standard",
    group: str | None = None,
    ordered: tuple[str, ...] = (),
    meanstructure: bool = False,
    std_lv: bool = False,
    fixed_x: bool = True,
    ci: float = 0.95,
) -> Fit:
    """Fit a model in lavaan syntax to a table or to moments, with the automatic rules of ``lavaan::sem``.

    ``data``: a table whose columns the model names (rows with a missing answer in any of them are left out
    and counted), or ``Moments`` with divisor n - 1. ``ci``: level of the confidence intervals, in (0, 1).

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
            std_lv=std_lv,
            ci=ci,
        )
    _raise_for_options(estimator, missing, se, group, ordered, ci)
    incomplete = missing == "fiml"
    meanstructure = meanstructure or incomplete
    table = build_table(parse_model(model), meanstructure=meanstructure, std_lv=std_lv, fixed_x=fixed_x)
    raise_for_empty_interactions(table)
    compiled = compile_model(table)
    if incomplete:
        sample = incomplete_sample_of(data, compiled)
        solution = search(compiled, prepare_incomplete(compiled, sample.incomplete))
    else:
        sample = sample_of(data, compiled.structure)
        raise_without_rows(estimator, se, sample.rows)
        solution = solve(compiled, [sample.moments])
    options = Options(estimator, missing, meanstructure, std_lv, fixed_x, ci, se)
    return Fit(model, options, solution, sample)


def _raise_for_options(
    estimator: str, missing: str, se: str, group: str | None, ordered: tuple[str, ...], ci: float
) -> None:
    asked = (
        ("estimator", estimator, ESTIMATORS),
        ("missing", missing, MISSING),
        ("se", se, STANDARD_ERRORS),
    )
    found = [
        problem("option-not-offered", option=option, value=value, offered=offered)
        for option, value, offered in asked
        if value not in offered
    ]
    if group is not None:
        found.append(problem("option-not-offered", option="group", value=group, offered=("-",)))
    if ordered:
        found.append(
            problem("option-not-offered", option="ordered", value=", ".join(ordered), offered=("-",))
        )
    if missing == "fiml" and estimator in ESTIMATORS:
        found += option_problems(estimator)
    if not 0.0 < ci < 1.0:
        found.append(problem("level-out-of-range", value=ci))
    if found:
        raise TamError(found)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked of ``fit_model``."""

    estimator: str
    missing: str
    meanstructure: bool
    std_lv: bool
    fixed_x: bool
    ci: float
    se: str = "standard"


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

    # --- the solution

    @property
    def table(self) -> ParameterTable:
        return self.solution.compiled.table

    @property
    def structure(self) -> Structure:
        return self.solution.structure

    @property
    def moments(self) -> Moments:
        """The sample moments analysed, divisor n - 1, in the model's order of variables."""
        return self.sample.moments

    @property
    def n(self) -> int:
        return self.sample.moments.nobs

    @property
    def theta(self) -> Floats:
        return self.solution.theta

    @property
    def free(self) -> tuple[str, ...]:
        return self.structure.free

    @property
    def vcov(self) -> Floats | None:
        """Covariance matrix (q, q) of theta; None where the information is singular or nothing converged."""
        return self._vcov if self.converged else None

    @cached_property
    def _vcov(self) -> Floats | None:
        if self.robust is not None:
            return self.robust.vcov
        return observed_vcov(self.solution) if self.sample.incomplete else expected_vcov(self.solution)

    @property
    def complete_rows(self) -> tuple[Floats, ...]:
        """The complete rows (n_g, p) of every group; empty for a fit from moments."""
        return () if self.sample.rows is None else (self.sample.rows,)

    @cached_property
    def robust(self) -> RobustInference | None:
        """Sandwich and scaled tests of the robust estimators; None for the others."""
        kind = kind_of(self.options.estimator, self.options.se)
        if kind is None or not self.converged:
            return None
        if self.sample.incomplete:
            from tam.engine.fiml_inference import incomplete_inference

            return incomplete_inference(self.solution, self.sample.incomplete)
        return robust_inference(self.solution, self.complete_rows, kind)

    @property
    def converged(self) -> bool:
        return self.solution.converged

    @property
    def iterations(self) -> int:
        return self.solution.minimum.iterations

    @cached_property
    def _inadmissible(self) -> tuple[Problem, ...]:
        return tuple(admissibility_problems(self.structure, self.table, self.solution.minimum.point.implied))

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
        defined = [
            Row(one.left, ":=", one.right, label=one.left)
            for one in self.table.relations
            if one.operator == ":="
        ]
        columns = self.columns
        numbers = ("est", "se", "z", "p", "ci_low", "ci_high", "std", "std_se", "std_lv")
        return [
            {
                "lhs": row.lhs,
                "op": row.op,
                "rhs": row.rhs,
                "group": row.group,
                "label": row.label,
                "free": row.free,
                **{name: float(getattr(columns, name)[at]) for name in numbers},
            }
            for at, row in enumerate((*self.table.rows, *defined))
        ]

    @cached_property
    def measures(self) -> Mapping[str, Any]:
        """Fit measures by name; a number or ``Unavailable`` with the reason."""
        if not self.converged:
            return without_solution(NOT_CONVERGED)
        if self.sample.incomplete:
            from tam.engine.fiml_inference import all_measures

            return all_measures(self.solution, self.sample.incomplete, self.robust, self.options.estimator)
        return with_scaled(fit_measures(self.solution, self.n), self.robust, self.options.estimator, self.n)

    @cached_property
    def r2(self) -> Mapping[str, float]:
        """Explained share of the variance of every variable with an arrow coming in: 1 - residual / total."""
        at = self.solution.minimum.point.implied
        return {
            name: float(1.0 - at.matrices.covariances[i, i] / at.total[i, i])
            for i, name in _explained(self.structure)
            if at.total[i, i] > 0 and at.matrices.covariances[i, i] >= 0
        }

    @cached_property
    def implied(self) -> pandas.DataFrame:
        """Model-implied covariance matrix of the observed variables (p, p), divisor n."""
        return _square(self.solution.minimum.point.implied.sigma, self.structure.observed_names)

    @cached_property
    def residuals(self) -> pandas.DataFrame:
        """Correlation residuals (p, p): sample minus implied correlations (lavaan's ``type = "cor"``)."""
        pair = (self.solution.aim.covariance, self.solution.minimum.point.implied.sigma)
        sample, model = (part / np.sqrt(np.outer(np.diag(part), np.diag(part))) for part in pair)
        return _square(sample - model, self.structure.observed_names)

    @cached_property
    def latent_covariance(self) -> pandas.DataFrame:
        """Model-implied covariance matrix of the latents (k, k)."""
        k = self.structure.latents
        return _square(self.solution.minimum.point.implied.total[:k, :k], self.structure.latent_names)

    def modification_indices(self, smallest: float = 0.0) -> pandas.DataFrame:
        """Fixed and absent parameters: how much chi-square would fall were they free; their likely value."""
        from tam.engine.modification import modification_indices

        return modification_indices(self.solution, self.n, smallest)

    def factor_scores(self) -> pandas.DataFrame:
        """Regression factor scores of every complete row; raises ``TamError`` for a fit from moments."""
        from tam.engine.factor_scores import regression_scores

        return regression_scores(self.solution, self.sample)

    def compare(self, other: Fit, method: str = "default") -> DifferenceTest:
        """Difference test of two nested fits, in either order: plain for ML, scaled for robust estimators.

        ``method``: "chisq", "satorra.bentler.2001", "satorra.bentler.2010" or "satorra.2000".
        """
        from tam.engine.robust_comparison import compare

        return compare(self, other, method)

    def bootstrap(
        self, n: int = 1000, seed: int = 1, interval: Literal["percentile", "bc", "bca"] = "percentile"
    ) -> Fit:
        """The same fit with standard errors and intervals from ``n`` resamples of its rows."""
        from tam.engine.reported_fit import bootstrapped

        return bootstrapped(self, n, seed, interval)

    # --- out

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data; None where a number does not exist, its reason in ``unavailable``."""
        measures, reasons = plain(self.measures)
        reasons["bootstrap"] = "no bootstrap was asked for"
        estimates = [
            {
                name: None if isinstance(value, float) and np.isnan(value) else value
                for name, value in row.items()
            }
            for row in self._estimate_records()
        ]
        return {
            "estimator": self.options.estimator,
            "missing": self.options.missing,
            "engine": "tam",
            "n": {"total": self.n, "groups": {}},
            "converged": self.converged,
            "admissible": self.admissible,
            "iterations": self.iterations,
            "estimates": estimates,
            "measures": measures,
            "r2": dict(self.r2),
            "bootstrap": None,
            "unavailable": reasons | self._estimate_reasons(estimates) | self._r2_reasons(),
            "problems": [one.to_dict() for one in self.problems],
        }

    def _estimate_reasons(self, estimates: list[dict[str, Any]]) -> dict[str, str]:
        """Why a free parameter lacks a number; fixed ones have no standard error by nature."""
        reasons = {
            "est": "its formula has no value here",
            "se": "a constraint holds it at this value",
            "std": "a variance it is divided by is not positive",
            "std_se": "a variance it is divided by is not positive",
            "std_lv": "a variance it is divided by is not positive",
        }
        absent = {}
        for row in estimates:
            for name, reason in reasons.items():
                if row[name] is None and (name != "se" or row["free"] or row["op"] == ":="):
                    label = f"{row['lhs']} {row['op']} {row['rhs']}".strip()
                    absent[f"estimates.{label}.{name}"] = reason if self.converged else NOT_CONVERGED
        return absent

    def _r2_reasons(self) -> dict[str, str]:
        return {
            f"r2.{name}": "its residual variance is negative"
            for _, name in _explained(self.structure)
            if name not in self.r2
        }


def _explained(structure: Structure) -> list[tuple[int, str]]:
    """Places and names of variables with an arrow coming in: observed first, as lavaan lists them."""
    incoming = set(np.flatnonzero(structure.base_paths.any(axis=1))) | set(structure.paths.row)
    k = structure.latents
    order = [*range(k, len(structure.names)), *range(k)]
    return [(at, structure.names[at]) for at in order if at in incoming]


def _square(matrix: Floats, names: tuple[str, ...]) -> pandas.DataFrame:
    import pandas

    return pandas.DataFrame(matrix.copy(), index=list(names), columns=list(names))
