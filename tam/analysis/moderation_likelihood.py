"""A moderated path by LMS or QML, read as the one by product indicators is: the factors' own product takes
the place of the measured one.

Under both the product's moments follow from its factors: for normal predictor and moderator, as deviations
from their means, Var(XZ) = Var(X) Var(Z) + Cov(X, Z)^2, and the product is uncorrelated with them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tam.analysis.moderation_indirect import (
    ModeratedMediation,
    by_delta,
    delta_limits,
    mediation_of,
    route_scale,
    route_values,
    routes_over,
)
from tam.analysis.moderation_slopes import PROBES, Moderated, Placement, indicators_of, placed
from tam.analysis.probing import InteractionSize, size_of
from tam.engine.lms_fit import LmsFit, fit_lms
from tam.engine.lms_moments import Nonlinear, Term
from tam.engine.lms_standardise import implied_moments
from tam.engine.qml_fit import QmlFit, fit_qml
from tam.engine.structure import Floats, matrices
from tam.errors import TamError, Unavailable, problem
from tam.stats.indirect import delta_standard_errors

if TYPE_CHECKING:
    import pandas as pd

    from tam.spec.model import Model, Moderation

LikelihoodFit = LmsFit | QmlFit
LIKELIHOODS = ("lms", "qml")
#: A step into the imaginary numbers: its square vanishes against any number.
STEP = 1e-30


def fit_likelihood(
    method: str, text: str, data: pd.DataFrame, *, estimator: str, missing: str, level: float
) -> LikelihoodFit:
    """The model with its product by LMS or QML; MLR for standard errors by the sandwich. Raises ``TamError``
    as ``fit_lms`` and ``fit_qml`` do, and for what they cannot be combined with."""
    if method == "lms":
        return fit_lms(text, data, estimator=estimator, missing=missing, ci=level)
    if estimator not in ("ML", "MLR"):
        raise TamError(problem("excludes", first="--interaction qml", second=f"--estimator {estimator}"))
    if missing != "listwise":
        raise TamError(problem("excludes", first="--interaction qml", second="--missing fiml"))
    return fit_qml(text, data, se="robust" if estimator == "MLR" else "standard", ci=level)


def likelihood_path(fit: LikelihoodFit, data: pd.DataFrame, path: Moderation) -> Moderated:
    """What slopes and lines are made of. The coefficients of predictor and moderator are those at the other's
    mean, which the model may imply to be other than 0."""
    model = _model(fit)
    at = implied_moments(model, fit.theta)
    place = {name: i for i, name in enumerate(model.structure.names)}
    x, z = place[path.predictor], place[path.moderator]
    parts, names = indicators_of(fit), model.structure.names
    own, product = _coefficients(fit, path, fit.theta)
    swapped, _ = _coefficients(fit, path, fit.theta, moderator=True)
    slopes = _coefficients(fit, path, _moved(fit)).imag / STEP

    def put(name: str) -> Placement:
        return placed(names, at, parts, data, name)

    return Moderated(
        float(own),
        float(swapped),
        float(product),
        None if fit.vcov is None else np.asarray(slopes @ fit.vcov @ slopes.T),
        float(at.total[x, z]),
        put(path.predictor),
        put(path.moderator),
        put(path.outcome),
    )


def _model(fit: LikelihoodFit) -> Nonlinear:
    return fit.mixed if isinstance(fit, LmsFit) else fit.setup.model


def _moved(fit: LikelihoodFit) -> Any:
    """theta (q, q), each parameter by itself a step into the imaginary numbers: exact derivatives."""
    return fit.theta + 1j * STEP * np.eye(len(fit.theta))


def _term(fit: LikelihoodFit, model: Nonlinear, path: Moderation) -> Term:
    """The product of the path in the equation of its outcome."""
    rows = [fit.table.rows[at] for at in fit.compiled.product_rows]
    name = f"{path.predictor}:{path.moderator}"
    return next(
        term
        for row, term in zip(rows, model.terms, strict=True)
        if (row.lhs, row.rhs) == (path.outcome, name)
    )


def _product(fit: LikelihoodFit, path: Moderation, theta: Any) -> Any:
    """The product's coefficient (...,) at theta (..., q)."""
    term = _term(fit, _model(fit), path)
    return theta[..., term.parameter] if term.parameter >= 0 else term.value + 0 * theta[..., 0]


def _coefficients(fit: LikelihoodFit, path: Moderation, theta: Any, *, moderator: bool = False) -> Any:
    """Coefficient of the predictor at the moderator's mean (of the moderator at the predictor's), and of the
    product: (2, ...) at theta (..., q)."""
    sides = (path.moderator, path.predictor) if moderator else (path.predictor, path.moderator)
    model = _model(fit)
    own, other, y = (model.structure.names.index(name) for name in (*sides, path.outcome))
    product = _product(fit, path, theta)
    paths = matrices(model.structure, theta).paths
    return np.stack([paths[..., y, own] + product * _mean(fit, path, theta, other), product])


def _mean(fit: LikelihoodFit, path: Moderation, theta: Any, place: int) -> Any:
    """Mean (...,) of a factor as it enters the product: that of an observed one is taken out."""
    model = _model(fit)
    term = _term(fit, model, path)
    centre = term.centre if place == term.linear else 0.0
    return implied_moments(model, theta).mean[..., place] - centre


def product_deviation(fit: LikelihoodFit, path: Moderation) -> tuple[float, float]:
    """Standard deviation of the product of predictor and moderator, and of the outcome."""
    model = _model(fit)
    at = implied_moments(model, fit.theta)
    place = {name: i for i, name in enumerate(model.structure.names)}
    x, z, y = place[path.predictor], place[path.moderator], place[path.outcome]
    product = at.total[x, x] * at.total[z, z] + at.total[x, z] ** 2
    with np.errstate(invalid="ignore"):
        return float(np.sqrt(product)), float(np.sqrt(at.total[y, y]))


def likelihood_size(fit: LikelihoodFit, path: Moderation) -> InteractionSize | Unavailable:
    """R2 change and f2 of the product, which nothing else in the equation explains."""
    model = _model(fit)
    at = implied_moments(model, fit.theta)
    y = model.structure.names.index(path.outcome)
    variance, residual = float(at.total[y, y]), float(at.matrices.covariances[y, y])
    if not 0 < residual <= variance:
        return Unavailable("a variance is not positive")
    product = float(_product(fit, path, fit.theta))
    own = (product * product_deviation(fit, path)[0]) ** 2
    return size_of(1 - residual / variance, own / variance)


def likelihood_mediation(
    model: Model, fit: LikelihoodFit, path: Moderation, place: Placement, level: float
) -> ModeratedMediation | None:
    """The indirect effects over ``path`` as ``moderated_mediation`` has them, errors and intervals by the
    delta method: a resample would need an integral or a search of its own."""
    compiled = _model(fit)
    names = compiled.structure.names
    routes = list(routes_over(model, path, names))
    if not routes:
        return None
    at = implied_moments(compiled, fit.theta)
    moderator = names.index(path.moderator)
    probes = [share * place.sd for share in PROBES.values()]

    def values(theta: Any) -> Any:
        paths, change = matrices(compiled.structure, theta).paths, _product(fit, path, theta)
        mean = _mean(fit, path, theta, moderator)
        # route_values reads at deviations from 0: the path is brought to the moderator's mean before
        y, x = names.index(path.outcome), names.index(path.predictor)
        paths = paths.copy()
        paths[..., y, x] += change * mean
        return np.stack(
            [one for route in routes for one in route_values(paths, change, route, probes)], axis=-1
        )

    estimates = values(fit.theta)
    errors = _errors(fit, values, len(estimates))
    scales = [route_scale(at, route) for route in routes]
    columns = (estimates, errors, *delta_limits(estimates, errors, level))
    return ModeratedMediation(by_delta(level), mediation_of(routes, place, probes, scales, *columns))


def _errors(fit: LikelihoodFit, values: Any, count: int) -> Floats:
    if fit.vcov is None:
        return np.full(count, np.nan)
    return np.asarray(delta_standard_errors(values(_moved(fit)).imag.T / STEP, fit.vcov))
