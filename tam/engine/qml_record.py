"""Measures of a QML fit and the result as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.fit_record import estimates_with_reasons
from tam.engine.lms_standardise import implied_moments
from tam.engine.measures import NAMES, plain, without_solution
from tam.errors import Unavailable
from tam.stats import fit_indices

if TYPE_CHECKING:
    from tam.engine.qml_fit import QmlFit

NOT_CONVERGED = "the search did not converge"
NO_SATURATED = "QML has no saturated model"
NO_ERRORS = "the covariance matrix of the estimates could not be had"


def qml_measures(fit: QmlFit) -> dict[str, Any]:
    """Every measure of ``tam.engine.measures.NAMES``: the likelihood (of the approximation) and the
    information criteria, the rest ``Unavailable``."""
    if not fit.converged:
        return without_solution(NOT_CONVERGED)
    npar, n, loglik = fit.compiled.npar, fit.n, fit.loglik
    found: dict[str, Any] = {
        "npar": npar,
        "loglik": loglik,
        "aic": fit_indices.aic(loglik, npar),
        "bic": fit_indices.bic(loglik, npar, n),
        "bic_adjusted": fit_indices.bic_adjusted(loglik, npar, n),
    }
    return {name: found.get(name, Unavailable(NO_SATURATED)) for name in NAMES}


def explained_shares(fit: QmlFit) -> dict[str, float]:
    """Explained share of the variance of every latent outcome and item, products counted."""
    at, structure = implied_moments(fit.setup.model, fit.theta), fit.setup.model.structure
    residual, total = np.diagonal(at.matrices.covariances), np.diagonal(at.total)
    found = [k for k in range(len(structure.names)) if at.matrices.paths[k].any() or k == fit.setup.outcome]
    return {
        structure.names[k]: float(1.0 - residual[k] / total[k])
        for k in found
        if total[k] > 0 and residual[k] >= 0
    }


def qml_record(fit: QmlFit) -> dict[str, Any]:
    """The whole result; None where a number does not exist, its reason in ``unavailable``."""
    measures, reasons = plain(fit.measures)
    reasons["bootstrap"] = "no bootstrap was asked for"
    estimates, absent = estimates_with_reasons(fit, lambda _: NO_ERRORS if fit.converged else NOT_CONVERGED)
    reasons |= absent
    return {
        "estimator": fit.options.estimator,
        "missing": fit.options.missing,
        "engine": "tam",
        "interaction": "qml",
        "n": {"total": fit.n, "groups": {}},
        "converged": fit.converged,
        "admissible": fit.admissible,
        "iterations": fit.maximum.iterations,
        "estimates": estimates,
        "measures": measures,
        "r2": explained_shares(fit),
        "bootstrap": None,
        "unavailable": reasons,
        "problems": [one.to_dict() for one in fit.problems],
    }
