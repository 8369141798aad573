"""``fit_qml``: a model with latent products by quasi-maximum likelihood.

Klein and Muthen (2007), Quasi-maximum likelihood estimation of structural equation models with multiple
interaction and quadratic effects. Against LMS no integral is taken: the distribution of the outcome given the
other answers is taken to be normal with its true, uneven mean and variance. It is a little less efficient and
less sensitive to factors that are not normal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.display import shown_in_notebooks
from tam.engine.admissibility import admissibility_problems
from tam.engine.fit import Fit, raise_for_options
from tam.engine.groups import grouped
from tam.engine.inference import EstimateColumns, columns_of
from tam.engine.lms_model import LmsModel, lms_model, nonlinear
from tam.engine.lms_moments import Nonlinear
from tam.engine.lms_standardise import implied_moments, row_parts
from tam.engine.methods import METHODS
from tam.engine.moments import Moments
from tam.engine.options import Options
from tam.engine.parameter_table import ParameterTable
from tam.engine.qml_likelihood import Setup
from tam.engine.qml_record import qml_measures, qml_record
from tam.engine.qml_search import QuasiMaximum, maximise
from tam.engine.solution import compile_model, inverse_in, search
from tam.engine.structure import Floats
from tam.engine.syntax import parse_model
from tam.errors import Problem, TamError, problem
from tam.stats import fit_indices

if TYPE_CHECKING:
    import pandas

    from tam.engine.groups import Given


@dataclass(frozen=True)
class QmlFit:
    """A model with latent products, fitted by QML.

    ``theta`` (q,) are the free parameters, ``vcov`` (q, q) their covariance matrix: the inverse observed
    information, or with ``se="robust"`` the sandwich, which allows for the normal approximation. ``loglik``
    is that of the approximation.
    """

    model: str
    options: Options
    compiled: LmsModel
    setup: Setup
    maximum: QuasiMaximum
    linear: Fit

    _repr_html_ = shown_in_notebooks

    @property
    def table(self) -> ParameterTable:
        return self.compiled.table

    @property
    def groups(self) -> tuple[str | None, ...]:
        return self.table.groups

    @property
    def n(self) -> int:
        return self.setup.n

    @property
    def theta(self) -> Floats:
        return self.maximum.point.theta

    @property
    def loglik(self) -> float:
        """Without that of the ``fixed.x`` variables alone, which the model takes as given (as lavaan)."""
        structure = self.setup.model.structure
        columns = structure.exogenous - structure.latents
        if not len(columns):
            return self.maximum.point.value
        part = np.cov(self.setup.rows[:, columns], rowvar=False, bias=True).reshape(
            len(columns), len(columns)
        )
        return self.maximum.point.value - fit_indices.loglikelihood(part, part, self.n)

    @property
    def converged(self) -> bool:
        return self.maximum.converged

    @cached_property
    def _inadmissible(self) -> tuple[Problem, ...]:
        moments = implied_moments(self.setup.model, self.theta)
        return tuple(admissibility_problems(self.setup.model.structure, self.table, moments))

    @property
    def admissible(self) -> bool:
        """No negative variance, no covariance matrix that is not one."""
        return self.converged and not self._inadmissible

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything a person must know about this fit; none of it stopped the computation."""
        steps = self.maximum.iterations
        own = () if self.converged else (problem("not-converged", iterations=steps, parameters=["-"]),)
        return (*self.linear.sample.problems, *own, *self._inadmissible)

    @cached_property
    def measures(self) -> Mapping[str, Any]:
        """Fit measures by name; a number or ``Unavailable`` with the reason."""
        return qml_measures(self)

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data (the shape of ``Fit.to_dict``)."""
        return qml_record(self)

    @cached_property
    def vcov(self) -> Floats | None:
        """Covariance matrix (q, q) of theta; None where the information is singular or nothing converged."""
        if not self.converged:
            return None
        bread = inverse_in(self.maximum.information, self.compiled.space)
        if bread is None or self.options.se != "robust":
            return bread
        return np.asarray(bread @ (self.maximum.scores.T @ self.maximum.scores) @ bread)

    @cached_property
    def columns(self) -> EstimateColumns:
        """The estimates as arrays, in the rows' order: the parameter table, then the defined parameters."""
        compiled = self.compiled
        parts = row_parts(compiled, self.setup.model, self.theta)
        return columns_of(self.table, compiled.relations, compiled.space, parts, self.vcov, self.options.ci)

    @cached_property
    def estimates(self) -> pandas.DataFrame:
        """lhs op rhs group label free est se z p ci_low ci_high std std_se std_lv; a product's rhs is
        ``X:Z``."""
        import pandas

        from tam.engine.fit_record import estimate_records

        return pandas.DataFrame(estimate_records(self)).astype({"free": bool})


def fit_qml(
    model: str, data: Given, *, se: str = "standard", std_lv: bool = False, ci: float = 0.95
) -> QmlFit:
    """Fit a model in lavaan syntax with products ``X:Z`` or squares ``X:X`` in the equation of one latent
    outcome.

    That outcome predicts nothing, has no residual covariances, and every product is of two of its predictors;
    complete rows. Raises ``TamError`` where the model is none of this kind, or nothing can be computed; a
    solution that is not to be trusted says so (``converged``, ``admissible``).
    """
    if isinstance(data, (Moments, Mapping)):
        raise TamError(problem("interaction-needs-rows", name="X:Z"))
    options = Options("ML", "listwise", True, std_lv, True, ci, se, information="observed")
    raise_for_options(replace(options, se="standard", information=None))
    compiled = lms_model(parse_model(model), [str(name) for name in data.columns], std_lv=std_lv)
    linear = _linear_fit(model, compiled, options, data)
    setup = _setup(compiled, linear)
    start = np.zeros(len(compiled.table.free))
    start[compiled.kept] = linear.theta
    found = maximise(setup, compiled.space, start)
    if found is None:
        raise TamError(problem("no-starting-values"))
    return QmlFit(model, options, compiled, setup, found, linear)


def _linear_fit(model: str, compiled: LmsModel, options: Options, data: pandas.DataFrame) -> Fit:
    """The model with every coefficient of a product at 0."""
    plain = replace(options, se="standard", information=None)
    method = METHODS["ML", "listwise"]
    linear = compile_model(compiled.linear_table)
    sample = method.read(grouped(data, None), linear)
    return Fit(model, plain, search(linear, method.prepare(linear, sample)), sample)


def _setup(compiled: LmsModel, linear: Fit) -> Setup:
    """The variables by their part in the quasi-likelihood."""
    base = linear.structure
    structure = replace(
        compiled.structure, base_covariances=base.base_covariances, base_intercepts=base.base_intercepts
    )
    rows = linear.complete_rows[0]
    model = nonlinear(compiled, structure, dict(zip(structure.observed_names, rows.mean(axis=0).tolist())))
    at = linear.solution.minimum.point.implied.matrices
    outcome = _only_outcome(compiled, model, at.paths, at.covariances)
    items = np.flatnonzero(at.paths[:, outcome])
    fixed = [k for k in items if _is_fixed(compiled, structure.names[k], structure.names[outcome])]
    scaling = int(fixed[0] if fixed else items[0])
    observed = np.arange(structure.latents, len(structure.names))
    factors = np.flatnonzero(at.paths[outcome])
    named = [int(place) for one in model.terms for place in _sides(model, one)]
    factors = np.unique([*factors, *named])
    position = {int(place): k for k, place in enumerate(factors)}
    pairs = np.array([[position[place] for place in _sides(model, one)] for one in model.terms])
    return Setup(
        model,
        outcome,
        scaling,
        np.array([k for k in items if k != scaling], dtype=np.intp),
        np.setdiff1d(observed, items),
        factors,
        model.terms,
        pairs,
        rows,
    )


def _sides(model: Nonlinear, term: Any) -> list[int]:
    """Places in v of a product's factors."""
    nodes = [int(model.conditioned[k]) for k in term.nodes]
    return nodes if term.linear < 0 else [*nodes, int(term.linear)]


def _is_fixed(compiled: LmsModel, item: str, outcome: str) -> bool:
    rows = compiled.table.rows
    return any((row.lhs, row.op, row.rhs, row.free) == (outcome, "=~", item, False) for row in rows)


def _only_outcome(compiled: LmsModel, model: Nonlinear, paths: Floats, covariances: Floats) -> int:
    """The one latent outcome of all products; raises ``TamError`` where QML cannot be used."""
    structure = compiled.structure
    outcomes = {one.outcome for one in model.terms}
    outcome = min(outcomes)
    items = np.flatnonzero(paths[:, outcome])
    apart = np.setdiff1d(np.arange(len(paths)), [outcome])
    reasons = (
        len(outcomes) > 1,
        outcome >= structure.latents,
        bool((items < structure.latents).any()),
        bool(covariances[outcome, apart].any()),
        bool(covariances[np.ix_(items, np.setdiff1d(np.arange(len(paths)), items))].any()),
        bool(paths[items][:, apart].any()),
        any(len(_sides(model, one)) != 2 or one.centre for one in model.terms),
        not len(items),
    )
    if any(reasons):
        raise TamError(
            problem("interaction-qml-one-outcome", outcomes=[structure.names[k] for k in sorted(outcomes)])
        )
    return outcome
