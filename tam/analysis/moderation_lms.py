"""What LMS adds to a moderation: the likelihood-ratio test, and the certificate of its quadrature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tam.engine.lms_search import Certificate
from tam.errors import TamError, Unavailable

if TYPE_CHECKING:
    from tam.analysis.moderation_estimators import Question

Number = float | Unavailable
NOT_CONVERGED = "the model with the interaction did not converge"
NO_MATRIX = "a matrix of the model could not be inverted"


@dataclass(frozen=True, slots=True)
class LmsEvidence:
    """The likelihood-ratio test of the interaction by LMS, and how exact its integral is.

    ``loglik`` and ``loglik_linear`` of the model with and without the interaction, of the same answers;
    ``lr_chisq`` twice their difference, on ``lr_df`` degrees of freedom; ``quadrature`` what doubling the
    nodes changed.
    """

    loglik: Number
    loglik_linear: Number
    lr_chisq: Number
    lr_df: int
    lr_p: Number
    quadrature: Certificate


def lms_evidence(question: Question) -> LmsEvidence | Unavailable:
    """The evidence for one moderation; Unavailable with the reason where LMS finds no solution."""
    try:
        fit = question.lms
    except TamError as error:
        return Unavailable("; ".join(one.what for one in error.problems))
    except np.linalg.LinAlgError:
        return Unavailable(NO_MATRIX)
    if not fit.converged:
        return Unavailable(NOT_CONVERGED)
    test = fit.lr_test
    return LmsEvidence(
        fit.measures["loglik"],
        test["loglik_linear"],
        test["chisq"],
        test["df"],
        test["pvalue"],
        fit.quadrature,
    )
