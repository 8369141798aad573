"""A case of each regime of the Johnson-Neyman region, with bounds worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tam.stats.johnson_neyman import johnson_neyman, region_within, share_within

UNIT = np.eye(2)


def test_outside_when_the_interaction_is_significant() -> None:
    # (0 + 3 z)^2 = 4 (1 + z^2)  ->  5 z^2 = 4
    region = johnson_neyman(0.0, 3.0, UNIT, 2.0)

    assert region.regime == "outside"
    assert region.bounds == pytest.approx((-math.sqrt(0.8), math.sqrt(0.8)))


def test_inside_when_only_the_effect_at_the_middle_is_significant() -> None:
    # (3 + z)^2 = 4 (1 + z^2)  ->  3 z^2 - 6 z - 5 = 0
    region = johnson_neyman(3.0, 1.0, UNIT, 2.0)

    assert region.regime == "inside"
    assert region.bounds == pytest.approx((1 - math.sqrt(8 / 3), 1 + math.sqrt(8 / 3)))


def test_nowhere_when_neither_reaches_it() -> None:
    region = johnson_neyman(1.0, 0.5, UNIT, 2.0)

    assert (region.regime, region.bounds, region.intervals) == ("nowhere", (), ())


def test_everywhere_when_the_effect_does_not_change_and_is_significant() -> None:
    region = johnson_neyman(3.0, 0.0, np.diag([1.0, 0.0]), 2.0)

    assert (region.regime, region.bounds) == ("everywhere", ())
    assert bool(region.covers(1e9))


@pytest.mark.parametrize(
    ("focal", "covariance", "regime", "bound"), [(3.0, 0.5, "above", -0.625), (-3.0, -0.5, "below", 0.625)]
)
def test_one_bound_when_the_interaction_is_exactly_at_the_critical_value(
    focal: float, covariance: float, regime: str, bound: float
) -> None:
    # b3 / se is 2 = c, so the squares cancel: 9 +- 12 z = 4 +- 4 z
    region = johnson_neyman(focal, 2.0, np.array([[1.0, covariance], [covariance, 1.0]]), 2.0)

    assert region.regime == regime
    assert region.bounds == pytest.approx((bound,))


@pytest.mark.parametrize(
    ("low", "high", "regime"),
    [(-0.5, 2.5, "everywhere"), (3, 9, "nowhere"), (-9, 0, "above"), (0, 9, "below"), (-9, 9, "inside")],
)
def test_regime_of_the_values_that_occur(low: float, high: float, regime: str) -> None:
    # the bounds are -0.633 and 2.633
    assert region_within(johnson_neyman(3.0, 1.0, UNIT, 2.0), low, high).regime == regime


def test_a_range_between_two_outer_bounds_is_nowhere_and_across_both_outside() -> None:
    region = johnson_neyman(0.0, 3.0, UNIT, 2.0)

    assert region_within(region, -0.5, 0.5).regime == "nowhere"
    assert region_within(region, -2, 2).regime == "outside"
    assert share_within(region, [-2, -0.5, 0.5, 2, np.nan]) == 0.5
