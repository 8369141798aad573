"""One latent interaction by every estimator that can be had, and whether the verdict depends on which.

The estimators agree when their assumptions hold. They differ in what they assume: product indicators ask
little of distributions but choose products; LMS and QML take factors and residuals to be normal; scores with
a correction take reliabilities as known; plain scores take answers to be free of error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tam.analysis.moderation_estimators import (
    FAMILIES,
    Answer,
    NotConverged,
    Question,
    applicable,
    available,
)
from tam.errors import TamError, Unavailable

if TYPE_CHECKING:
    import pandas as pd

    from tam.spec.model import Model, Moderation

Number = float | Unavailable
Decision = Literal["positive", "negative", "none"]
Kind = Literal["stable", "depends", "undecided"]

#: The estimator the others are held against: the one that the moderation itself reports.
REFERENCE = "dblcent"
#: What a whole run can afford: all but QML, which takes longer than the others together where a model has
#: many items, and is close to LMS.
QUICK = tuple(name for name in FAMILIES if name != "qml")

NOT_CONVERGED = "the model with the interaction did not converge"
NO_ERRORS = "the covariance matrix of the estimates could not be had"
NO_MATRIX = "a matrix of the model could not be inverted"
NOT_POSITIVE = "a variance is not positive"
NO_SCORES = "the mean scores of the outcome's predictors could not be analysed"


@dataclass(frozen=True, slots=True)
class Estimate:
    """The interaction by one estimator.

    ``est``, ``se`` and the interval in the units of that estimator's scores or markers; ``std`` and its
    interval for predictor, moderator and outcome of unit variance, the scale on which estimators compare (the
    interval is that of ``est`` on this scale, so both decide alike). ``decision``: ``positive`` or
    ``negative`` when the interval leaves out 0, else ``none``; None, with the ``reason`` in words, where
    there is no estimate that can be used.
    """

    estimator: str
    family: str
    est: Number
    se: Number
    p: Number
    ci_low: Number
    ci_high: Number
    std: Number
    std_ci_low: Number
    std_ci_high: Number
    n: int
    converged: bool
    admissible: bool
    decision: Decision | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentence as data: ``stable`` (all ``n_usable`` estimators decide alike, ``decision``), ``depends``
    (``dissenting`` decide otherwise than the others, and ``hinge`` is the choice that separates them) or
    ``undecided`` (fewer than two estimators can be used).

    ``hinge``: ``standard_errors`` (only the robust ones), ``pairs`` (only matched pairs), ``products`` (only
    other ways of forming products), ``normality`` (only LMS and QML), ``measurement_error`` (only plain
    scores), ``scores`` (methods on scores), ``several`` (no single choice). ``low`` and ``high`` the smallest
    and largest standardised estimate.
    """

    kind: Kind
    decision: Decision | None
    n_usable: int
    n_tried: int
    dissenting: tuple[str, ...]
    hinge: str | None
    low: Number
    high: Number


@dataclass(frozen=True, slots=True)
class Triangulation:
    """One moderation by all estimators."""

    predictor: str
    moderator: str
    outcome: str
    level: float
    estimates: tuple[Estimate, ...]
    verdict: Verdict


def triangulate(
    model: Model,
    data: pd.DataFrame,
    path: Moderation,
    *,
    estimators: Sequence[str] | None = None,
    missing: str = "listwise",
    ci: float = 0.95,
) -> Triangulation:
    """The moderation ``path`` of the model by all ``estimators`` (None: every one there is).

    ``data`` as for ``moderation``; with ``missing`` ``fiml`` products and LMS use incomplete rows, scores
    only complete ones. Estimators that are not made for the model are left out; one that fails stands in the
    table with the reason.
    """
    return triangulated(Question(model, path, data, missing, ci), estimators)


def triangulated(question: Question, estimators: Sequence[str] | None = None) -> Triangulation:
    """The same of a question that others may ask too."""
    path = question.path
    offered = available()
    asked = [name for name in offered if estimators is None or name in estimators]
    chosen = [name for name in asked if applicable(name, question)]
    table = tuple(_tried(name, offered[name], question) for name in chosen)
    return Triangulation(path.predictor, path.moderator, path.outcome, question.level, table, verdict(table))


def _tried(name: str, estimator: Callable[[Question], Answer], question: Question) -> Estimate:
    try:
        answer = estimator(question)
    except TamError as error:
        return _without(name, question, "; ".join(one.what for one in error.problems))
    except NotConverged:
        return _without(name, question, NOT_CONVERGED)
    except np.linalg.LinAlgError:
        return _without(name, question, NO_MATRIX)
    except ValueError:
        return _without(name, question, NO_SCORES)
    scale = answer.std / answer.est if answer.est else np.nan
    usable = bool(np.isfinite([answer.ci_low, answer.ci_high]).all())
    return Estimate(
        estimator=name,
        family=FAMILIES[name],
        est=_number(answer.est, NOT_CONVERGED),
        se=_number(answer.se, NO_ERRORS),
        p=_number(answer.p, NO_ERRORS),
        ci_low=_number(answer.ci_low, NO_ERRORS),
        ci_high=_number(answer.ci_high, NO_ERRORS),
        std=_number(answer.std, NOT_POSITIVE),
        std_ci_low=_number(answer.ci_low * scale, NO_ERRORS),
        std_ci_high=_number(answer.ci_high * scale, NO_ERRORS),
        n=answer.n,
        converged=True,
        admissible=answer.admissible,
        decision=_decision(answer.ci_low, answer.ci_high) if usable else None,
        reason=None if usable else NO_ERRORS,
    )


def _without(name: str, question: Question, reason: str) -> Estimate:
    lacking = Unavailable(reason)
    return Estimate(
        estimator=name,
        family=FAMILIES[name],
        est=lacking,
        se=lacking,
        p=lacking,
        ci_low=lacking,
        ci_high=lacking,
        std=lacking,
        std_ci_low=lacking,
        std_ci_high=lacking,
        n=len(question.data),
        converged=False,
        admissible=False,
        decision=None,
        reason=reason,
    )


def _number(value: float, reason: str) -> Number:
    return float(value) if np.isfinite(value) else Unavailable(reason)


def _decision(low: float, high: float) -> Decision:
    return "positive" if low > 0 else "negative" if high < 0 else "none"


def verdict(table: Sequence[Estimate]) -> Verdict:
    """Whether all usable estimators decide alike, and if not on which choice it hangs.

    An inadmissible solution does not count. The others are held against what most of them decide; with as
    many on each side, against the reference.
    """
    usable = {one.estimator: one for one in table if one.decision is not None and one.admissible}
    values = [one.std for one in usable.values() if not isinstance(one.std, Unavailable)]
    spread = (min(values), max(values)) if values else (Unavailable(NOT_CONVERGED),) * 2
    counts = (len(usable), len(table))
    if len(usable) < 2:
        return Verdict("undecided", None, *counts, (), None, *spread)
    most = _majority([(name, str(one.decision)) for name, one in usable.items()])
    against = tuple(name for name, one in usable.items() if one.decision != most)
    decision: Decision = next(d for d in ("positive", "negative", "none") if d == most)
    if not against:
        return Verdict("stable", decision, *counts, (), None, *spread)
    return Verdict("depends", decision, *counts, against, hinge(against, tuple(usable)), *spread)


def _majority(decisions: Sequence[tuple[str, str]]) -> str:
    counts: dict[str, int] = {}
    for _, one in decisions:
        counts[one] = counts.get(one, 0) + 1
    largest = [one for one, count in counts.items() if count == max(counts.values())]
    reference = dict(decisions).get(REFERENCE)
    return reference if reference in largest else largest[0]


def hinge(against: Sequence[str], usable: Sequence[str]) -> str:
    """The choice that separates those that decide otherwise from the rest."""
    families = {FAMILIES[name] for name in against}
    whole = {name for name in usable if FAMILIES[name] in families} == set(against)
    if set(against) == {"dblcent_robust"}:
        return "standard_errors"
    if set(against) == {"dblcent_matched"}:
        return "pairs"
    if families == {"products"}:
        return "products"
    if families == {"likelihood"}:
        return "normality"
    if families == {"observed_scores"}:
        return "measurement_error"
    if whole and families <= {"corrected_scores", "observed_scores"}:
        return "scores"
    return "several"
