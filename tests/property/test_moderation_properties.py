"""What must hold of Johnson-Neyman regions, whatever the estimates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tam.stats.interaction import simple_slope
from tam.stats.johnson_neyman import johnson_neyman, region_within, share_within

CRITICAL = float(norm.ppf(0.975))

coefficients = st.floats(-3, 3).map(lambda value: round(value, 4))
errors = st.floats(0.01, 2)


@st.composite
def conditional_effects(draw):
    """b1, b3 and their covariance matrix, positive definite."""
    se1, se3, r = draw(errors), draw(errors), draw(st.floats(-0.95, 0.95))
    across = r * se1 * se3
    return draw(coefficients), draw(coefficients), np.array([[se1**2, across], [across, se3**2]])


def ratio(b1: float, b3: float, covariance: np.ndarray, at: float) -> float:
    effect, se = simple_slope(b1, b3, covariance, at)
    return abs(effect) / se


@given(conditional_effects())
def test_at_each_bound_the_ratio_is_the_critical_value(effects) -> None:
    region = johnson_neyman(*effects, CRITICAL)

    for bound in region.bounds:
        assert ratio(*effects, bound) == pytest.approx(CRITICAL, rel=1e-6)


@given(conditional_effects(), st.floats(-50, 50))
def test_a_value_is_in_the_region_when_the_effect_there_is_significant(effects, at: float) -> None:
    region = johnson_neyman(*effects, CRITICAL)
    distance = ratio(*effects, at) - CRITICAL

    if abs(distance) > 1e-6:
        assert bool(region.covers(at)) == (distance > 0)


@given(conditional_effects())
def test_a_significant_interaction_is_significant_outside_and_another_inside_or_nowhere(effects) -> None:
    _, b3, covariance = effects
    distance = abs(b3) / np.sqrt(covariance[1, 1]) - CRITICAL

    regime = johnson_neyman(*effects, CRITICAL).regime

    if abs(distance) > 1e-6:
        assert regime == "outside" if distance > 0 else regime in ("inside", "nowhere")


@given(conditional_effects(), st.floats(-5, 0), st.floats(0.1, 5))
def test_regime_of_a_range_says_where_in_the_range_effects_are_significant(effects, low, width) -> None:
    region = region_within(johnson_neyman(*effects, CRITICAL), low, low + width)
    inner = np.linspace(low, low + width, 41)
    significant = region.covers(inner)

    assert all(low < bound < low + width for bound in region.bounds)
    if region.regime == "everywhere":
        assert significant.all()
    elif region.regime == "nowhere":
        assert not significant.any()
    elif region.regime in ("above", "below"):
        (bound,) = region.bounds
        kept = inner > bound if region.regime == "above" else inner < bound
        assert (significant == kept).all()
    elif region.regime == "inside":
        assert (significant == ((inner >= region.bounds[0]) & (inner <= region.bounds[1]))).all()
    else:
        assert (significant == ((inner <= region.bounds[0]) | (inner >= region.bounds[1]))).all()


@given(conditional_effects(), st.lists(st.floats(-10, 10), min_size=1, max_size=50))
def test_share_counts_the_values_with_a_significant_effect(effects, values) -> None:
    region = johnson_neyman(*effects, CRITICAL)
    ratios = np.array([ratio(*effects, value) for value in values])

    if (np.abs(ratios - CRITICAL) > 1e-6).all():
        assert share_within(region, values) == pytest.approx((ratios > CRITICAL).mean())
