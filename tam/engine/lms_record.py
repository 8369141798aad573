"""Measures of an LMS fit, its test against the linear model, and the result as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.fit_record import estimates_with_reasons
from tam.engine.lms_data import answers_of
from tam.engine.lms_likelihood import Mixture
from tam.engine.lms_moments import Nonlinear
from tam.engine.measures import NAMES, plain, without_solution
from tam.engine.solution import inverse_in
from tam.engine.structure import Floats
from tam.errors import Unavailable
from tam.stats import fit_indices
from tam.stats.quadrature import equally_spaced

if TYPE_CHECKING:
    from tam.engine.lms_fit import LmsFit

NOT_CONVERGED = "the search did not converge"
NO_SATURATED = "LMS has no saturated model"
LINEAR_FAILED = "the model without the interaction did not converge"
PLAIN_TEST = "the plain likelihood ratio needs no scaling factor; it belongs to robust standard errors"
NOTHING_FREE = "no coefficient of a product is free"
NOT_POSITIVE = "the scaling factor is not positive"


def lms_measures(fit: LmsFit) -> dict[str, Any]:
    """Every measure of ``tam.engine.measures.NAMES``: likelihood and information criteria, the rest
    ``Unavailable``."""
    if not fit.converged:
        return without_solution(NOT_CONVERGED)
    npar, n = fit.compiled.npar, fit.n
    loglik = fit.maximum.point.value - given_likelihood(fit)
    found: dict[str, Any] = {
        "npar": npar,
        "loglik": loglik,
        "aic": fit_indices.aic(loglik, npar),
        "bic": fit_indices.bic(loglik, npar, n),
        "bic_adjusted": fit_indices.bic_adjusted(loglik, npar, n),
    }
    return {name: found.get(name, Unavailable(NO_SATURATED)) for name in NAMES}


def given_likelihood(fit: LmsFit) -> float:
    """Log-likelihood of the ``fixed.x`` variables alone, which the model takes as given (as lavaan)."""
    structure = fit.mixed.structure
    columns = structure.exogenous - structure.latents
    if not len(columns):
        return 0.0
    part = np.cov(fit.rows[:, columns], rowvar=False, bias=True).reshape(len(columns), len(columns))
    return fit_indices.loglikelihood(part, part, fit.n)


def lr_test(fit: LmsFit) -> dict[str, Any]:
    """Likelihood-ratio test against the model without products.

    chi-square = 2 (l1 - l0); with robust errors divided by c = (p1 c1 - p0 c0) / (p1 - p0) with
    c_j = tr(information^-1 cross-product of scores) / p_j of either model (Satorra and Bentler 2001, as
    Mplus describes it for log-likelihoods).
    """
    names = ("chisq", "df", "pvalue", "scaling_factor", "loglik_linear")
    if not fit.converged or not fit.linear.converged:
        reason = NOT_CONVERGED if not fit.converged else LINEAR_FAILED
        return dict.fromkeys(names, Unavailable(reason))
    loglik, linear = fit.measures["loglik"], fit.linear.measures["loglik"]
    df = fit.compiled.npar - fit.linear.solution.compiled.npar
    found = {"df": df, "loglik_linear": linear, "scaling_factor": Unavailable(PLAIN_TEST)}
    chisq = max(2.0 * (loglik - linear), 0.0)
    if df <= 0:
        return found | {"chisq": Unavailable(NOTHING_FREE), "pvalue": Unavailable(NOTHING_FREE)}
    if fit.options.se == "robust":
        factor = _scaling(fit) - _linear_scaling(fit)
        if not factor > 0:
            return found | dict.fromkeys(("chisq", "pvalue", "scaling_factor"), Unavailable(NOT_POSITIVE))
        factor /= df
        found |= {"scaling_factor": factor}
        chisq /= factor
    return found | {"chisq": chisq, "pvalue": fit_indices.pvalue(chisq, df)}


def _scaling(fit: LmsFit) -> float:
    """tr(information^-1 cross-product of the scores) of the fit."""
    inverse = inverse_in(fit.maximum.information, fit.compiled.space)
    return _trace(inverse, fit.maximum.scores)


def _linear_scaling(fit: LmsFit) -> float:
    """The same of the model without products: the mixture with one node and nothing conditioned on."""
    linear = fit.linear
    model = Nonlinear(linear.structure, (), np.zeros(0, dtype=np.intp))
    mixture = Mixture(model, answers_of(fit.rows), equally_spaced(np.zeros(0), 1.0))
    point = mixture.evaluate(linear.theta)
    if point is None:
        return float("nan")
    hessian, scores = mixture.curvature(point)
    return _trace(inverse_in(-hessian, linear.solution.space), scores)


def _trace(inverse: Floats | None, scores: Floats) -> float:
    return float("nan") if inverse is None else float(np.sum(inverse * (scores.T @ scores)))


def lms_record(fit: LmsFit) -> dict[str, Any]:
    """The whole result; None where a number does not exist, its reason in ``unavailable``."""
    measures, reasons = plain(fit.measures)
    test, test_reasons = plain(fit.lr_test)
    reasons |= {f"lr_test.{name}": reason for name, reason in test_reasons.items()}
    reasons["bootstrap"] = "no bootstrap was asked for"
    estimates, absent = estimates_with_reasons(fit, lambda name: _reason(fit, name))
    reasons |= absent
    return {
        "estimator": fit.options.estimator,
        "missing": fit.options.missing,
        "engine": "tam",
        "interaction": "lms",
        "n": {"total": fit.n, "groups": {}},
        "converged": fit.converged,
        "admissible": fit.admissible,
        "iterations": fit.iterations,
        "estimates": estimates,
        "measures": measures,
        "r2": dict(fit.r2),
        "bootstrap": None,
        "quadrature": {**asdict(fit.quadrature), "variables": list(fit.quadrature.variables)},
        "lr_test": test,
        "unavailable": reasons,
        "problems": [one.to_dict() for one in fit.problems],
    }


def _reason(fit: LmsFit, name: str) -> str:
    if not fit.converged:
        return NOT_CONVERGED
    return (
        "a constraint holds it at this value"
        if name == "se"
        else "a variance it is divided by is not positive"
    )
