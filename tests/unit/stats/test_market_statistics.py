"""Importance and shares at the ends of a scale, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tam.errors import Unavailable
from tam.stats.importance import (
    item_shares,
    mean_shares,
    points_per_point,
    quadrant_of,
    rescaled,
    score_slope,
)
from tam.stats.top_box import BoxShare, bottom_two, box_limits, top_two, wilson_limits

SEVEN = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)


def test_answers_become_points_from_0_to_100() -> None:
    assert rescaled(np.array([1.0, 4.0, 7.0]), 1, 7).tolist() == [0, 50, 100]
    assert rescaled(np.array([0.0, 3.0]), 0, 4).tolist() == [0, 75]


def test_points_per_point_do_not_depend_on_units() -> None:
    # two items each on 1 to 7, loadings 1 and .8: the mean rises by .9 / 6 of the scale, 15 points
    driver = score_slope(np.array([1.0, 0.8]), np.array([0.5, 0.5]), np.array([6.0, 6.0]))
    # one item on 0 to 10, loading 1: 10 points
    outcome = score_slope(np.array([1.0]), np.array([1.0]), np.array([10.0]))
    assert driver == pytest.approx(15) and outcome == pytest.approx(10)
    assert points_per_point(np.array(0.6), outcome, driver) == pytest.approx(0.4)


def test_item_shares_by_hand() -> None:
    # variance 1, loadings 1 and .5, error variances 1: weights lambda / theta are 1 and .5
    covariance = np.array([[2.0, 0.5], [0.5, 1.25]])
    equal = item_shares(covariance, np.array([1.0, 0.5]), np.array([6.0, 6.0]))
    assert equal == pytest.approx([2 / 3, 1 / 3])
    # on a scale twice as long a point of the common scale is two of the item's
    longer = item_shares(covariance, np.array([1.0, 0.5]), np.array([6.0, 12.0]))
    assert longer == pytest.approx([1 / 2, 1 / 2])


def test_parts_count_alike_in_a_mean_of_means() -> None:
    assert mean_shares([3, 2]).tolist() == pytest.approx([1 / 6, 1 / 6, 1 / 6, 1 / 4, 1 / 4])


@pytest.mark.parametrize(
    ("place", "quadrant"),
    [((0.5, 40), "improve"), ((0.5, 70), "maintain"), ((0.1, 40), "secondary"), ((0.1, 70), "saturated")],
)
def test_quarters_of_the_map(place: tuple[float, float], quadrant: str) -> None:
    assert quadrant_of(*place, (0.3, 60)) == quadrant


def test_top_and_bottom_two_of_seven() -> None:
    answers = np.array([1, 2, 3, 5, 6, 7, 7, np.nan])
    top, bottom = top_two(answers, SEVEN), bottom_two(answers, SEVEN)
    assert isinstance(top, BoxShare) and isinstance(bottom, BoxShare)
    assert (top.count, top.n, top.share) == (3, 7, 3 / 7)
    assert (bottom.count, bottom.n) == (2, 7)
    assert (top.ci_low, top.ci_high) == wilson_limits(3, 7)


def test_a_mean_counts_from_the_second_highest_answer_on() -> None:
    third = np.array([17 / 3, 6.0, (5 + 6 + 7) / 3, (6 + 6 + 7) / 3])
    found = top_two(third, SEVEN)
    assert isinstance(found, BoxShare) and found.count == 3


def test_wilson_stays_between_0_and_1() -> None:
    assert wilson_limits(0, 20)[0] == 0 and wilson_limits(20, 20)[1] == 1
    # z^2 / (n + z^2) for nobody of n
    assert wilson_limits(0, 20)[1] == pytest.approx(1.959963984540054**2 / (20 + 1.959963984540054**2))


def test_short_scales_and_no_answers_have_no_box() -> None:
    assert isinstance(box_limits((1.0, 2.0, 3.0)), Unavailable)
    assert isinstance(top_two(np.array([1.0, 2.0]), (1.0, 2.0, 3.0)), Unavailable)
    assert isinstance(top_two(np.array([np.nan]), SEVEN), Unavailable)
