"""Fit with missing answers on the scale of complete data: what CFI, TLI and RMSEA would be without gaps.

The chi-square of incomplete data weighs a misfit by how much of it was observed, so indices made of it grow
too good as answers go missing. Zhang and Savalei (2023) put the saturated moments and the model's moments
into the complete-data discrepancy F_C and take off what sampling error alone would add. With beta the
saturated moments, Omega their asymptotic covariance matrix, W the complete-data information about them, J
the observed one and M = I - D (D'J D)^-1 D'J the projection that removes what the model (slopes D)
explains, the expected n F_C of a correct model is tr(W M Omega M'); divided by df it is the factor c that
takes the part of a scaling factor in the formulas of robust indices. With random predictors,
``fixed_x=False``, lavaan 0.6-14 leaves the predictors' own moments out of W; here all moments count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.engine.fiml import moment_slopes
from tam.engine.fiml_baseline import (
    available_moments,
    baseline_moments,
    baseline_point,
    fitted_moments,
    pairwise_covariance,
)
from tam.engine.fiml_moments import MomentPoint, at_moments, moment_curvature, vech_places
from tam.engine.fiml_patterns import Patterns
from tam.engine.fiml_robust import IncompleteGroup
from tam.engine.fiml_scores import moment_score_products
from tam.engine.structure import Affine, Floats


@dataclass(frozen=True, slots=True)
class Corrected:
    """n F_C of the model and of the baseline model, and their expectations under a correct model
    (df times the factor c)."""

    chisq: float
    trace: float
    baseline_chisq: float
    baseline_trace: float


@dataclass(frozen=True, slots=True)
class _Weights:
    """Of one group, in the moments fitted: W, J and Omega, each times the number of cases (m, m)."""

    complete: Floats
    observed: Floats
    spread: Floats


def corrected_fit(groups: Sequence[IncompleteGroup], space: Affine, *, robust: bool) -> Corrected | None:
    """The complete-data discrepancies and their expectations; None where the data do not determine them.

    ``robust``: Omega is the sandwich (MLR), else the inverse of J (ML).
    """
    weights = [_weights(one, robust) for one in groups]
    baselines = [baseline_point(one.patterns, one.predicting) for one in groups]
    if any(one is None for one in (*weights, *baselines)):
        return None
    slopes = [
        (moment_slopes(one.structure, one.point.implied) @ space.basis)[fitted_moments(one.given)]
        for one in groups
    ]
    kept = [one for one in weights if one is not None]
    trace = _expectation(kept, slopes)
    baseline_slopes = [_selection(one) for one in groups]
    return Corrected(
        sum(_complete_discrepancy(one, one.point.at) for one in groups),
        trace,
        sum(_complete_discrepancy(one, at) for one, at in zip(groups, baselines) if at is not None),
        sum(_expectation([one], [slope]) for one, slope in zip(kept, baseline_slopes)),
    )


def _weights(group: IncompleteGroup, robust: bool) -> _Weights | None:
    patterns, saturated = group.patterns, group.saturated
    if not saturated.determined:
        return None
    places = fitted_moments(group.given)
    cells = np.ix_(places, places)
    whole = _complete(patterns, saturated.covariance, saturated.means)
    n = patterns.total
    at = at_moments(whole, saturated.covariance, saturated.means)
    assert at is not None
    complete = n / 2.0 * moment_curvature(whole, at, expected=True)[cells]
    observed = n / 2.0 * moment_curvature(patterns, saturated.point)[cells]
    spread = np.asarray(np.linalg.inv(observed), dtype=np.float64)
    if robust:
        products = moment_score_products(saturated.point, patterns, group.rows)[cells]
        spread = np.asarray(spread @ products @ spread)
    return _Weights(complete, observed, spread)


def _complete(patterns: Patterns, covariance: Floats, means: Floats) -> Patterns:
    """As if every case had answered everything, with these moments."""
    seen = np.ones((1, len(means)), dtype=bool)
    of_row = np.zeros(0, dtype=np.intp)
    return Patterns(seen, np.array([patterns.total]), means[None], covariance[None], of_row)


def _complete_discrepancy(group: IncompleteGroup, at: MomentPoint) -> float:
    """n F_C of one group: the complete-data discrepancy between saturated moments and those of ``at``."""
    saturated = group.saturated
    whole = _complete(group.patterns, saturated.covariance, saturated.means)
    model = at_moments(whole, at.sigma, at.mu)
    best = at_moments(whole, saturated.covariance, saturated.means)
    if model is None or best is None:
        return float("nan")
    return group.patterns.total * (model.value - best.value)


def _selection(group: IncompleteGroup) -> Floats:
    """Slopes of the fitted moments (m, b) to the baseline model's parameters: its own moments."""
    places = fitted_moments(group.given)
    own = baseline_moments(group.predicting, group.given)
    return np.asarray((places[:, None] == own).astype(float))


def _expectation(weights: Sequence[_Weights], slopes: Sequence[Floats]) -> float:
    """Sum over groups of tr(W M Omega M'), M made with the slopes (m, r) of all groups' moments.

    Expanded so that only sums of (r, r) matrices join the groups: with K = (D'J D)^-1,
    tr(W Omega) - 2 tr(K D'J Omega W D) + tr(D'W D K D'J Omega J D K).
    """
    joint = np.linalg.inv(sum(d.T @ one.observed @ d for one, d in zip(weights, slopes)))
    seen = sum(d.T @ one.complete @ d for one, d in zip(weights, slopes))
    crossed = sum(d.T @ one.observed @ one.spread @ one.complete @ d for one, d in zip(weights, slopes))
    spread = sum(d.T @ one.observed @ one.spread @ one.observed @ d for one, d in zip(weights, slopes))
    whole = sum(float(np.sum(one.complete * one.spread.T)) for one in weights)
    return float(whole - 2.0 * np.trace(joint @ crossed) + np.trace(seen @ joint @ spread @ joint))


def incomplete_gfi(groups: Sequence[IncompleteGroup]) -> float:
    """GFI = 1 - e'V e / s'V s, averaged over groups by their size: s the available-case moments, e their
    residuals, V the expected information at the model given the patterns; at most 1. Moments among given
    variables count in neither.

    s holds means of the available answers and pairwise covariances times (n - 1)/n.
    Peer: ``lavaan::fitMeasures(fit, "gfi")`` with ``missing = "ml"``.
    """
    n = sum(one.patterns.total for one in groups)
    return sum(one.patterns.total / n * _gfi(one) for one in groups)


def _gfi(group: IncompleteGroup) -> float:
    patterns = group.patterns
    places = fitted_moments(group.given)
    i, j = vech_places(patterns.variables)
    means, _ = available_moments(patterns)
    covariance = pairwise_covariance(patterns) * (1.0 - 1.0 / patterns.total)
    sample = np.concatenate([covariance[i, j], means])
    model = np.concatenate([group.point.implied.sigma[i, j], group.point.implied.mu])
    weight = moment_curvature(patterns, group.point.at, expected=True)
    fitted = np.zeros_like(sample)
    fitted[places] = sample[places]
    away = sample - model
    return 1.0 - float(away @ weight @ away) / float(fitted @ weight @ fitted)
