"""The estimators of one latent interaction, each as a function of the same question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from scipy.stats import norm

from tam.analysis.moderation_scores import ScoreRegression, mean_scores, score_regression
from tam.analysis.moderation_two_stage import two_stage
from tam.engine.fit import fit_model
from tam.engine.products_fit import fit_interactions
from tam.engine.single_indicator import fit_single_indicators
from tam.stats.interaction import standardised_interaction

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine.lms_fit import LmsFit
    from tam.engine.products_constrained import ConstrainedFit
    from tam.engine.qml_fit import QmlFit
    from tam.spec.model import Model, Moderation

#: Estimators in the order of the table, by what sort of method they are.
FAMILIES = {
    "dblcent": "products",
    "dblcent_robust": "products",
    "dblcent_matched": "products",
    "residual": "products",
    "unconstrained": "products",
    "constrained": "products",
    "lms": "likelihood",
    "qml": "likelihood",
    "single_indicator": "corrected_scores",
    "factor_scores": "corrected_scores",
    "observed_scores": "observed_scores",
}


class NotConverged(Exception):
    """An estimator's search did not end at a solution."""


@dataclass(frozen=True)
class Question:
    """What every estimator is asked: the model with this one interaction. LMS is fitted once, for all who
    ask."""

    model: Model
    path: Moderation
    data: pd.DataFrame
    missing: str
    level: float

    @property
    def text(self) -> str:
        path = self.path
        return f"{self.model.to_lavaan()}{path.outcome} ~ {path.predictor}:{path.moderator}\n"

    @cached_property
    def lms(self) -> LmsFit:
        """The fit by LMS. Raises ``TamError`` where the model cannot be fitted so."""
        from tam.engine.lms_fit import fit_lms

        return fit_lms(self.text, self.data, missing=self.missing, ci=self.level)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an estimator gives: the coefficient, its limits, and its standardised value."""

    est: float
    se: float
    p: float
    ci_low: float
    ci_high: float
    std: float
    n: int
    admissible: bool = True


def applicable(name: str, question: Question) -> bool:
    """Whether an estimator is made for the model: constraints on a product's mean are for sides that nothing
    predicts and that have items."""
    if name not in ("unconstrained", "constrained"):
        return True
    model, sides = question.model, (question.path.predictor, question.path.moderator)
    outcomes = {path.outcome for path in model.paths}
    return all(side in model.constructs and side not in outcomes for side in sides)


def available() -> dict[str, Callable[[Question], Answer]]:
    """The estimators there are, in the order of the table."""
    found: dict[str, Callable[[Question], Answer]] = {
        "dblcent": lambda question: _by_products(question, "dblcent", "all", "ML"),
        "dblcent_robust": lambda question: _by_products(question, "dblcent", "all", "MLR"),
        "dblcent_matched": lambda question: _by_products(question, "dblcent", "matched", "ML"),
        "residual": lambda question: _by_products(question, "residual", "all", "ML"),
        "unconstrained": lambda question: _by_products(question, "unconstrained", "all", "ML"),
        "constrained": _by_constrained,
        "lms": _by_lms,
        "qml": _by_qml,
        "single_indicator": _by_single_indicators,
        "factor_scores": _by_factor_scores,
        "observed_scores": _by_observed_scores,
    }
    return {name: found[name] for name in FAMILIES if name in found}


def _by_products(question: Question, method: str, pairs: str, estimator: str) -> Answer:
    found = fit_interactions(
        question.text,
        question.data,
        method=method,
        pairs=pairs,
        estimator=estimator,
        missing=question.missing,
        ci=question.level,
    )
    fit = found.fit
    if not fit.converged:
        raise NotConverged
    path = question.path
    name = f"{path.predictor}:{path.moderator}"
    (row,) = (
        k for k, one in enumerate(fit.table.rows) if (one.lhs, one.op, one.rhs) == (path.outcome, "~", name)
    )
    columns = fit.columns
    return Answer(
        est=float(columns.est[row]),
        se=float(columns.se[row]),
        p=float(columns.p[row]),
        ci_low=float(columns.ci_low[row]),
        ci_high=float(columns.ci_high[row]),
        std=next(one.std for one in found.interactions if one.outcome == path.outcome),
        n=fit.n,
        admissible=fit.admissible,
    )


def _by_constrained(question: Question) -> Answer:
    from tam.engine.products_constrained import fit_constrained

    found = fit_constrained(question.text, question.data, missing=question.missing, ci=question.level)
    return _of_table(question, found)


def _normal_answer(est: float, se: float, std: float, level: float, n: int, admissible: bool) -> Answer:
    reach = float(norm.ppf((1 + level) / 2)) * se
    p = float(2 * norm.sf(abs(est / se)))
    return Answer(est, se, p, est - reach, est + reach, std, n, admissible)


def _by_lms(question: Question) -> Answer:
    return _of_table(question, question.lms)


def _by_qml(question: Question) -> Answer:
    from tam.engine.qml_fit import fit_qml

    return _of_table(question, fit_qml(question.text, question.data.dropna(), ci=question.level))


def _of_table(question: Question, fit: LmsFit | QmlFit | ConstrainedFit) -> Answer:
    if not fit.converged:
        raise NotConverged
    path, columns = question.path, fit.columns
    name = f"{path.predictor}:{path.moderator}"
    (at,) = (
        k for k, one in enumerate(fit.table.rows) if (one.lhs, one.op, one.rhs) == (path.outcome, "~", name)
    )
    return Answer(
        est=float(columns.est[at]),
        se=float(columns.se[at]),
        p=float(columns.p[at]),
        ci_low=float(columns.ci_low[at]),
        ci_high=float(columns.ci_high[at]),
        std=float(columns.std[at]),
        n=fit.n,
        admissible=fit.admissible,
    )


def _by_single_indicators(question: Question) -> Answer:
    model, path, data = question.model, question.path, question.data
    parts: dict[str, tuple[str, ...]] = dict(model.measurement)
    # a second-order construct is measured by the means of its parts
    inner = dict.fromkeys(one for names in model.second_order.values() for one in names)
    means = mean_scores(data, model.measurement, inner)
    data = data.join(means.rename(columns={name: f"{name} mean" for name in inner}))
    parts |= {name: tuple(f"{one} mean" for one in names) for name, names in model.second_order.items()}
    found = fit_single_indicators(
        data,
        parts,
        path.outcome,
        model.predictors(path.outcome),
        path.predictor,
        path.moderator,
        ci=question.level,
    )
    if not found.fit.converged:
        raise NotConverged
    fit = found.fit
    return _normal_answer(found.est, found.se, found.std, question.level, fit.n, fit.admissible)


def _by_factor_scores(question: Question) -> Answer:
    model, path = question.model, question.path
    fit = fit_model(model.to_lavaan(), question.data, missing=question.missing)
    if not fit.converged:
        raise NotConverged
    found, std = two_stage(
        fit,
        question.data,
        path.outcome,
        model.predictors(path.outcome),
        path.predictor,
        path.moderator,
        question.level,
    )
    return _of_regression(found, std, fit.admissible)


def _by_observed_scores(question: Question) -> Answer:
    model, path = question.model, question.path
    predictors = model.predictors(path.outcome)
    parts = {**model.measurement, **model.second_order}
    scores = mean_scores(question.data.dropna(), parts, (path.outcome, *predictors))
    found = score_regression(scores, path.outcome, predictors, path.predictor, path.moderator, question.level)
    sides = (path.predictor, path.moderator, path.outcome)
    std = standardised_interaction(found.est, *(float(scores[name].std()) for name in sides))
    return _of_regression(found, float(std), True)


def _of_regression(found: ScoreRegression, std: float, admissible: bool) -> Answer:
    return Answer(found.est, found.se, found.p, found.ci_low, found.ci_high, std, found.n, admissible)
