"""Robust inference with missing answers: what the sandwich and the scaled tests need.

The scaled test is that of Yuan and Bentler (2000) in the form Mplus prints: traces of observed information
against score products, for the saturated, the fitted and the baseline model, each at its own estimates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.fiml import FimlPoint
from tam.engine.fiml_baseline import baseline_moments, baseline_point, fitted_moments
from tam.engine.fiml_moments import MomentPoint, moment_curvature
from tam.engine.fiml_patterns import Booleans, Patterns
from tam.engine.fiml_scores import casewise_scores, moment_score_products
from tam.engine.robust import Robust, model_trace
from tam.engine.saturated import Saturated
from tam.engine.structure import Affine, Floats, Integers, Structure


@dataclass(frozen=True, slots=True)
class IncompleteGroup:
    """One group at a theta: ``rows`` (n, p) with nan; ``given`` (p,) the ``fixed.x`` variables and
    ``predicting`` (p,) those that keep their covariances in the baseline model."""

    structure: Structure
    patterns: Patterns
    saturated: Saturated
    point: FimlPoint
    rows: Floats
    given: Booleans
    predicting: Booleans


def incomplete_robust_parts(
    groups: Sequence[IncompleteGroup], curvature: Floats, space: Affine, *, expected: bool = False
) -> Robust:
    """Meat (q, q) and traces of all groups; ``curvature`` (q, q) the information of all cases, observed or,
    given the patterns, ``expected``.

    Peer: ``vcov`` and ``chisq.scaling.factor`` of a lavaan fit with estimator "MLR" and missing "ml".
    """
    meat = np.zeros_like(curvature)
    whole = baseline = 0.0
    for one in groups:
        scores = casewise_scores(one.structure, one.point.implied, one.point.at, one.patterns, one.rows)
        meat += scores.T @ scores
        whole += _trace_at(one, one.saturated.point, fitted_moments(one.given), expected)
        at = baseline_point(one.patterns, one.predicting)
        own = baseline_moments(one.predicting, one.given)
        baseline += np.nan if at is None else _trace_at(one, at, own, expected)
    return Robust(meat, whole - model_trace(curvature, meat, space), whole - baseline)


def _trace_at(group: IncompleteGroup, at: MomentPoint, places: Integers, expected: bool) -> float:
    """tr(A^-1 B) of the moments at ``places``, where the likelihood is maximal in them."""
    patterns = group.patterns
    cells = np.ix_(places, places)
    information = patterns.total / 2.0 * moment_curvature(patterns, at, expected=expected)[cells]
    products = moment_score_products(at, patterns, group.rows)[cells]
    return float(np.trace(np.linalg.solve(information, products)))
