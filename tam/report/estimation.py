"""How the structural model was estimated, in words: estimator, missing answers, standard errors."""

from __future__ import annotations

from tam.report.context import Context

_ROBUST_ERRORS = {"MLR", "MLM", "WLSMV"}
_CONTINUOUS = {"ML", "MLR", "MLM", "GLS", "ULS"}
_NORMAL_ERRORS = {"ML", "GLS"}


def estimator(context: Context) -> str:
    """The code of the estimator, empty where none is recorded."""
    return str(context.get("structure", "estimator") or "")


def estimator_name(context: Context) -> str:
    """``maximum likelihood``; the code itself where it has no words."""
    key = f"estimators.{estimator(context)}"
    return context.word(key) if key in context.words else estimator(context)


def with_all_answers(context: Context) -> bool:
    """Whether incomplete answers were used (full information maximum likelihood)."""
    return bool(context.get("structure", "missing") == "fiml")


def asks_normality(context: Context) -> bool:
    """Whether tests and standard errors rest on multivariate normal answers."""
    return estimator(context) in _NORMAL_ERRORS and not has_robust_errors(context)


def treats_as_continuous(context: Context) -> bool:
    return estimator(context) in _CONTINUOUS


def has_robust_errors(context: Context) -> bool:
    """Whether standard errors allow for answers that are not normal."""
    return estimator(context) in _ROBUST_ERRORS or context.get("structure", "se") == "robust"
