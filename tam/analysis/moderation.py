"""Moderation: a latent interaction in the full structural model, its simple slopes, and the mean-score
check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tam.analysis.moderation_estimators import Question
from tam.analysis.moderation_found import Found, find
from tam.analysis.moderation_indirect import ModeratedMediation
from tam.analysis.moderation_likelihood import LIKELIHOODS
from tam.analysis.moderation_lms import LmsEvidence, lms_evidence
from tam.analysis.moderation_scores import ScoreRegression, mean_score, mean_scores, score_regression
from tam.analysis.moderation_slopes import (
    Line,
    ModeratorRange,
    Slope,
    indicators_of,
    simple_slopes,
    slope_lines,
)
from tam.analysis.probing import (
    InteractionSize,
    RegionOfSignificance,
    Surface,
    percentile_slopes,
    region_of_significance,
    surface,
)
from tam.analysis.triangulation import Triangulation, triangulated
from tam.errors import Problem, TamError, Unavailable, problem
from tam.spec.model import Model, Moderation, parse_moderation

if TYPE_CHECKING:
    import pandas as pd

    from tam.stats.resampling import IntervalMethod

Number = float | Unavailable
Agreement = Literal["same_conclusion", "different_conclusion"]

NOT_POSITIVE = "a variance is not positive"


@dataclass(frozen=True, slots=True)
class ModerationAnalysis:
    """One moderated path. ``est`` to ``ci_high`` are the coefficient of the latent product; ``std`` holds
    for predictor, moderator and outcome of unit variance, ``std_naive`` for a product of unit variance.
    ``measures`` are those of the whole model with the product. What could not be had is Unavailable with
    the reason. ``slopes`` are read at the moderator's mean and one standard deviation from it,
    ``percentile_slopes`` at percentiles of the respondents. ``method`` "lms" and "qml" need no
    ``indicators`` and no ``pairs``.
    ``lms`` is the likelihood-ratio test by LMS and the certificate of its quadrature."""

    predictor: str
    moderator: str
    outcome: str
    hypothesis: str | None
    method: str
    pairs: str | None
    indicators: tuple[str, ...]
    n: int
    est: Number
    se: Number
    z: Number
    p: Number
    ci_low: Number
    ci_high: Number
    std: Number
    std_naive: Number
    converged: bool
    admissible: bool
    measures: Mapping[str, Any]
    moderator_range: ModeratorRange | None
    slopes: tuple[Slope, ...]
    lines: tuple[Line, ...]
    composite: ScoreRegression | Unavailable
    agreement: Agreement | None
    johnson_neyman: RegionOfSignificance | Unavailable
    effect_size: InteractionSize | Unavailable
    percentile_slopes: tuple[Slope, ...]
    surface: Surface | None
    moderated_mediation: ModeratedMediation | None
    triangulation: Triangulation | None
    lms: LmsEvidence | Unavailable | None


@dataclass(frozen=True, slots=True)
class ModerationResult:
    """All moderations of a model in its order, and what a person must know about them."""

    analyses: tuple[ModerationAnalysis, ...]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    """One moderation and how it is to be analysed."""

    path: Moderation
    model: Model
    data: pd.DataFrame
    method: str
    pairs: str
    estimator: str
    missing: str
    level: float
    resampling: Mapping[str, Any]
    estimators: Sequence[str] | None

    @property
    def others(self) -> dict[str, Any]:
        """The same interaction by the other estimators, and what LMS says of it; None where not asked for."""
        asked, question = (
            self.estimators,
            Question(self.model, self.path, self.data, self.missing, self.level),
        )
        return {
            "triangulation": triangulated(question, asked) if asked is None or asked else None,
            "lms": lms_evidence(question) if asked is None or "lms" in asked else None,
        }

    @property
    def interaction(self) -> str:
        return f"{self.path.predictor}:{self.path.moderator}"


def moderation(
    model: Model,
    data: pd.DataFrame,
    *,
    method: str = "dblcent",
    pairs: str = "all",
    estimator: str = "ML",
    missing: str = "listwise",
    ci: float = 0.95,
    draws: int = 0,
    seed: int = 1,
    interval: IntervalMethod = "percentile",
    estimators: Sequence[str] | None = (),
    **how: Any,
) -> ModerationResult:
    """Every moderation of the model, each in the full structural model with that one interaction added.

    ``data``: the model's items and observed variables, complete rows unless ``missing`` is ``fiml``;
    ``method`` and ``pairs`` of the products as in ``product_indicators``, or ``method`` "constrained", "lms"
    or "qml"; ``ci`` the level of all intervals.
    ``draws`` resamples from ``seed`` give conditional indirect effects their intervals of kind ``interval``
    (no bca); ``estimators`` (None: all) stand beside it as in ``triangulate``; ``how`` (workers, scheduler,
    progress) goes to ``bootstrap_draws``.
    The mean-score regression is of complete rows. A moderation that cannot be estimated stands in the result
    with the reason and leaves the others alone.
    """
    analyses, problems = [], []
    resampling = {"draws": draws, "seed": seed, "method": "bc" if interval == "bca" else interval, **how}
    for path in model.moderations:
        request = _Request(path, model, data, method, pairs, estimator, missing, ci, resampling, estimators)
        analysis, found = _analyse(request)
        analyses.append(analysis)
        problems += found
    return ModerationResult(tuple(analyses), tuple(problems))


def _analyse(request: _Request) -> tuple[ModerationAnalysis, list[Problem]]:
    composite = _composite(request)
    try:
        _refuse_itself(request)
        found = find(
            request.method,
            f"{request.model.to_lavaan()}{request.path.outcome} ~ {request.interaction}\n",
            request.path,
            request.data,
            pairs=request.pairs,
            estimator=request.estimator,
            missing=request.missing,
            level=request.level,
        )
    except TamError as error:
        reason = "; ".join(one.what for one in error.problems)
        return _failed(request, reason, composite, (), {}), [_told(request, reason)]
    except np.linalg.LinAlgError:
        reason = "a matrix of the model could not be inverted"
        return _failed(request, reason, composite, (), {}), [_told(request, reason)]
    if not found.fit.converged:
        reason = "the model with the interaction did not converge"
        failed = _failed(request, reason, composite, found.indicators, found.fit.measures)
        return failed, [_told(request, reason), *found.problems]
    analysis = _estimated(request, found, composite)
    problems = [*found.problems, *_mediation_problems(analysis)]
    if not found.fit.admissible:
        problems.append(problem("moderation-inadmissible", moderation=str(request.path)))
    if analysis.agreement == "different_conclusion":
        problems.append(problem("moderation-disagreement", moderation=str(request.path)))
    return analysis, problems


def _refuse_itself(request: _Request) -> None:
    """A construct that moderates its own path is a curve, whose slopes are not read at a moderator."""
    path = request.path
    if path.predictor == path.moderator:
        items = request.model.measurement.get(path.predictor, (path.predictor,))
        raise TamError(problem("interaction-shared-item", items=list(items)))


def _mediation_problems(analysis: ModerationAnalysis) -> tuple[Problem, ...]:
    return analysis.moderated_mediation.problems if analysis.moderated_mediation else ()


def _estimated(
    request: _Request, found: Found, composite: ScoreRegression | Unavailable
) -> ModerationAnalysis:
    fit, path = found.fit, request.path
    values = found.numbers()
    numbers: dict[str, Any] = {
        name: _number(values[name], "the covariance matrix of the estimates could not be had")
        for name in ("est", "se", "z", "p", "ci_low", "ci_high")
    }
    numbers |= {name: _number(values[name], NOT_POSITIVE) for name in ("std", "std_naive")}
    parts = found.path_parts()
    place = parts.moderator_place
    scores = mean_score(found.data, indicators_of(fit), path.moderator)
    readable = np.isfinite([place.sd, parts.predictor_place.sd, parts.outcome_place.sd]).all()
    return ModerationAnalysis(
        **_head(request),
        indicators=found.indicators,
        n=fit.n,
        **numbers,
        converged=True,
        admissible=fit.admissible,
        measures=fit.measures,
        moderator_range=ModeratorRange(place.sd, place.mean, place.low, place.high) if readable else None,
        slopes=simple_slopes(parts, request.level) if readable else (),
        lines=slope_lines(parts) if readable else (),
        composite=composite,
        agreement=_agreement(numbers["ci_low"], numbers["ci_high"], composite),
        johnson_neyman=region_of_significance(parts, scores, request.level)
        if readable
        else Unavailable(NOT_POSITIVE),
        effect_size=found.size(),
        percentile_slopes=percentile_slopes(parts, scores, request.level) if readable else (),
        surface=surface(parts) if readable else None,
        moderated_mediation=found.mediation(request.model, parts, request.level, dict(request.resampling))
        if readable
        else None,
        **request.others,
    )


def _failed(
    request: _Request,
    reason: str,
    composite: ScoreRegression | Unavailable,
    indicators: tuple[str, ...],
    measures: Mapping[str, Any],
) -> ModerationAnalysis:
    names = ("est", "se", "z", "p", "ci_low", "ci_high", "std", "std_naive")
    missing: dict[str, Any] = dict.fromkeys(names, Unavailable(reason))
    return ModerationAnalysis(
        **_head(request),
        indicators=indicators,
        n=len(request.data),
        **missing,
        converged=False,
        admissible=False,
        measures=measures,
        moderator_range=None,
        slopes=(),
        lines=(),
        composite=composite,
        agreement=None,
        johnson_neyman=Unavailable(reason),
        effect_size=Unavailable(reason),
        percentile_slopes=(),
        surface=None,
        moderated_mediation=None,
        **request.others,
    )


def _head(request: _Request) -> dict[str, Any]:
    """What is known before anything is estimated."""
    path = request.path
    asked = (h.id for h in request.model.hypotheses if parse_moderation(h.path) == path)
    return {
        "predictor": path.predictor,
        "moderator": path.moderator,
        "outcome": path.outcome,
        "hypothesis": next(asked, None),
        "method": request.method,
        "pairs": None if request.method in LIKELIHOODS else request.pairs,
    }


def _composite(request: _Request) -> ScoreRegression | Unavailable:
    """The regression of mean scores with all predictors and controls of the outcome."""
    model, path = request.model, request.path
    parts = {**model.measurement, **model.second_order}
    predictors = model.predictors(path.outcome)
    try:
        scores = mean_scores(request.data.dropna(), parts, (path.outcome, *predictors))
        return score_regression(
            scores, path.outcome, predictors, path.predictor, path.moderator, request.level
        )
    except (ValueError, KeyError):
        return Unavailable("the mean scores of the outcome's predictors could not be analysed")


def _agreement(low: Number, high: Number, composite: ScoreRegression | Unavailable) -> Agreement | None:
    """Whether both analyses find an effect of the same sign, or both find none."""
    if isinstance(composite, Unavailable) or isinstance(low, Unavailable) or isinstance(high, Unavailable):
        return None
    same = _conclusion(low, high) == _conclusion(composite.ci_low, composite.ci_high)
    return "same_conclusion" if same else "different_conclusion"


def _conclusion(low: float, high: float) -> int:
    return 1 if low > 0 else -1 if high < 0 else 0


def _number(value: float, reason: str) -> Number:
    return float(value) if np.isfinite(value) else Unavailable(reason)


def _told(request: _Request, reason: str) -> Problem:
    return problem("moderation-not-estimated", moderation=str(request.path), reason=reason)
