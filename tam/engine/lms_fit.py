"""``fit_lms``: a model with latent products by maximum likelihood (latent moderated structural equations).

Klein and Moosbrugger (2000), Maximum likelihood estimation of latent interaction effects with the LMS
method. No product of items is formed: the likelihood is that of the answers themselves, a continuous mixture
of normal distributions. Factors and residuals are taken to be normal. There is no saturated model, hence no
chi-square; the test is the likelihood ratio against the model without products. Every result carries the
certificate of its quadrature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.display import shown_in_notebooks
from tam.engine.admissibility import admissibility_problems
from tam.engine.fit import Fit, raise_for_options
from tam.engine.group_results import explained, latent_covariance, square
from tam.engine.groups import grouped
from tam.engine.inference import EstimateColumns, columns_of
from tam.engine.lms_data import answers_of
from tam.engine.lms_model import LmsModel, lms_model, main_effect_notes, nonlinear
from tam.engine.lms_moments import Nonlinear
from tam.engine.lms_record import lms_measures, lms_record, lr_test
from tam.engine.lms_search import Certificate, Maximum, maximise
from tam.engine.lms_standardise import implied_moments, row_parts
from tam.engine.methods import METHODS
from tam.engine.moments import Moments
from tam.engine.options import Options
from tam.engine.parameter_table import ParameterTable
from tam.engine.products import product_indicators
from tam.engine.products_expand import interaction_names
from tam.engine.solution import compile_model, inverse_in, search
from tam.engine.structure import Floats, Implied
from tam.engine.syntax import Syntax, parse_model
from tam.errors import Problem, TamError, problem

if TYPE_CHECKING:
    import pandas

    from tam.engine.groups import Given

ESTIMATORS = ("ML", "MLR")


def fit_lms(
    model: str,
    data: Given,
    *,
    estimator: str = "ML",
    missing: str = "listwise",
    se: str = "standard",
    std_lv: bool = False,
    fixed_x: bool = True,
    ci: float = 0.95,
    integrate: Sequence[str] | None = None,
) -> LmsFit:
    """Fit a model in lavaan syntax with products of latents on the right of ``~``: ``Y ~ X + Z + X:Z``.

    Products may be several, squares (``X:X``), of three variables, of a latent and an observed one (whose
    deviation from its sample mean enters), of outcomes that themselves depend on no product. ``estimator``
    "ML" or "MLR" (robust standard errors and a scaled test); ``missing`` "listwise" or "fiml"; ``integrate``
    the latent variables to integrate over, None for the first of the smallest sets that will do: the answer
    does not depend on it. Latent means are 0, intercepts of observed variables free, as in lavaan.

    Raises ``TamError`` if nothing can be computed; a solution that is not to be trusted says so.
    """
    options = Options(
        estimator, missing, True, std_lv, fixed_x, ci, "robust" if estimator == "MLR" else se,
        information="observed",
    )  # fmt: skip
    _raise_for(options)
    if isinstance(data, (Moments, Mapping)):
        raise TamError(problem("interaction-needs-rows", name="X:Z"))
    syntax = parse_model(model)
    data = _with_observed_products(syntax, data)
    compiled = lms_model(syntax, [str(name) for name in data.columns], std_lv=std_lv, integrate=integrate)
    if compiled.relations.inequalities:
        raise TamError(problem("excludes", first="--interaction lms", second="<, >"))
    linear = _linear_fit(model, compiled, options, data)
    mixed, rows = _sampled(compiled, linear)
    start = np.zeros(len(compiled.table.free))
    start[compiled.kept] = linear.theta
    start = _starting(compiled, start)
    found = maximise(mixed, answers_of(rows), compiled.space, start, compiled.integrated)
    if found is None:
        raise TamError(problem("no-starting-values"))
    return LmsFit(model, options, compiled, mixed, found, linear, rows)


def _raise_for(options: Options) -> None:
    if options.estimator not in ESTIMATORS:
        where = f"--estimator {options.estimator}"
        raise TamError(problem("excludes", first="--interaction lms", second=where))
    raise_for_options(replace(options, se="standard", information=None))


def _with_observed_products(syntax: Syntax, data: pandas.DataFrame) -> pandas.DataFrame:
    """The table with a column for every product of two columns: such a product needs no integral."""
    import pandas

    columns = {str(name) for name in data.columns}
    latent = {name for formula in syntax.formulas if formula.operator == "=~" for name in formula.left}
    added = []
    for name in interaction_names(syntax):
        left, *right = sides = name.split(":")
        both_columns = set(sides) <= columns and not set(sides) & latent
        if name not in columns and both_columns and len(right) == 1 and right != [left]:
            added.append(product_indicators(data, [left], right, names=(left, right[0])).table)
    return pandas.concat([data, *added], axis=1) if added else data


def _linear_fit(model: str, compiled: LmsModel, options: Options, data: pandas.DataFrame) -> Fit:
    """The model with every coefficient of a product at 0, by the engine."""
    plain = replace(options, se="standard", information=None)
    method = METHODS[options.estimator, options.missing]
    linear = compile_model(compiled.linear_table)
    sample = method.read(grouped(data, None), linear)
    return Fit(model, plain, search(linear, method.prepare(linear, sample)), sample)


def _sampled(compiled: LmsModel, linear: Fit) -> tuple[Nonlinear, Floats]:
    """The compiled products with the sample moments of ``fixed.x`` variables, and the rows analysed."""
    base = linear.structure
    structure = replace(
        compiled.structure, base_covariances=base.base_covariances, base_intercepts=base.base_intercepts
    )
    incomplete = linear.sample.incomplete
    rows = incomplete[0].rows if incomplete else linear.complete_rows[0]
    means = dict(zip(structure.observed_names, np.nanmean(rows, axis=0).tolist()))
    return nonlinear(compiled, structure, means), rows


def _starting(compiled: LmsModel, start: Floats) -> Floats:
    """Starting values that the text gives for products, brought into the space of the constraints."""
    for at in compiled.product_rows:
        row = compiled.table.rows[at]
        if row.free and row.start is not None:
            start[row.parameter] = row.start
    space = compiled.space
    return np.asarray(space.offset + space.basis @ (np.linalg.pinv(space.basis) @ (start - space.offset)))


@dataclass(frozen=True)
class LmsFit:
    """A model with latent products, fitted by LMS.

    ``theta`` (q,) are the free parameters, ``free`` their names, ``vcov`` (q, q) their covariance matrix:
    the inverse observed information, or with MLR and ``se="robust"`` the sandwich. ``linear`` is the fit
    without products.
    """

    model: str
    options: Options
    compiled: LmsModel
    mixed: Nonlinear
    maximum: Maximum
    linear: Fit
    rows: Floats

    _repr_html_ = shown_in_notebooks

    @property
    def table(self) -> ParameterTable:
        return self.compiled.table

    @property
    def groups(self) -> tuple[str | None, ...]:
        return self.table.groups

    @property
    def n(self) -> int:
        return len(self.rows)

    @property
    def theta(self) -> Floats:
        return self.maximum.point.theta

    @property
    def free(self) -> tuple[str, ...]:
        return self.table.free

    @property
    def converged(self) -> bool:
        return self.maximum.converged

    @property
    def iterations(self) -> int:
        return self.maximum.iterations

    @property
    def quadrature(self) -> Certificate:
        """What doubling the nodes changed."""
        return self.maximum.certificate

    @cached_property
    def vcov(self) -> Floats | None:
        """Covariance matrix (q, q) of theta; None where the information is singular or nothing converged."""
        if not self.converged:
            return None
        bread = inverse_in(self.maximum.information, self.compiled.space)
        if bread is None or self.options.se != "robust":
            return bread
        scores = self.maximum.scores
        return np.asarray(bread @ (scores.T @ scores) @ bread)

    @cached_property
    def implied_moments(self) -> Implied:
        """Moments of all variables, products counted."""
        return implied_moments(self.mixed, self.theta)

    @cached_property
    def implied(self) -> pandas.DataFrame:
        """Model-implied covariance matrix of the observed variables (p, p)."""
        return square(self.implied_moments.sigma, self.mixed.structure.observed_names)

    @cached_property
    def latent_covariance(self) -> pandas.DataFrame:
        """Model-implied covariance matrix of the latents (k, k)."""
        return latent_covariance(self.mixed.structure, self.implied_moments)

    @cached_property
    def _inadmissible(self) -> tuple[Problem, ...]:
        return tuple(admissibility_problems(self.mixed.structure, self.table, self.implied_moments))

    @property
    def admissible(self) -> bool:
        return self.converged and not self._inadmissible

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything a person must know about this fit; none of it stopped the computation."""
        own = main_effect_notes(self.table, self.compiled.products)
        if not self.converged:
            own.append(problem("not-converged", iterations=self.iterations, parameters=["-"]))
        certificate = self.quadrature
        if self.converged and not certificate.converged:
            change = f"{certificate.delta_loglik:.2g}"
            own.append(problem("lms-quadrature-open", nodes=certificate.nodes, change=change))
        return (*self.linear.sample.problems, *own, *self._inadmissible)

    @cached_property
    def columns(self) -> EstimateColumns:
        """The estimates as arrays, in the rows' order: the parameter table, then the defined parameters."""
        parts = row_parts(self.compiled, self.mixed, self.theta)
        compiled = self.compiled
        return columns_of(self.table, compiled.relations, compiled.space, parts, self.vcov, self.options.ci)

    @cached_property
    def estimates(self) -> pandas.DataFrame:
        """lhs op rhs group label free est se z p ci_low ci_high std std_se std_lv; a product's rhs is
        ``X:Z``."""
        import pandas

        from tam.engine.fit_record import estimate_records

        return pandas.DataFrame(estimate_records(self)).astype({"free": bool})

    @cached_property
    def measures(self) -> Mapping[str, Any]:
        """Fit measures by name; a number or ``Unavailable`` with the reason."""
        return lms_measures(self)

    @cached_property
    def lr_test(self) -> Mapping[str, Any]:
        """Likelihood-ratio test against the model without products: chisq, df, pvalue, scaling_factor,
        loglik_linear; a number or ``Unavailable``."""
        return lr_test(self)

    @cached_property
    def r2(self) -> dict[str, float]:
        """Explained share of the variance by variable, products counted."""
        at, structure = self.implied_moments, self.mixed.structure
        outcomes = {term.outcome for term in self.mixed.terms}
        known = dict(explained(structure))
        order = {at: structure.names[at] for at in [*known, *sorted(outcomes - known.keys())]}
        residual = at.matrices.covariances
        return {
            name: float(1.0 - residual[i, i] / at.total[i, i])
            for i, name in order.items()
            if at.total[i, i] > 0 and residual[i, i] >= 0
        }

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data (the shape of ``Fit.to_dict``), with ``quadrature`` and ``lr_test``."""
        return lms_record(self)
