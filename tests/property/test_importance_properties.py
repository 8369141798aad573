"""Shares of items and of answers: what holds whatever the numbers are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tam.stats.importance import item_shares, points_per_point, quadrant_of, rescaled, score_slope
from tam.stats.top_box import wilson_limits

positive = st.floats(0.1, 5.0)


@given(st.lists(st.tuples(positive, positive, positive), min_size=2, max_size=6), positive)
def test_shares_add_up_and_follow_no_unit(items: list[tuple[float, float, float]], unit: float) -> None:
    loadings, errors, ranges = (np.array(column) for column in zip(*items))
    covariance = np.outer(loadings, loadings) + np.diag(errors)
    shares = item_shares(covariance, loadings, ranges)
    assert shares.sum() == pytest.approx(1) and (shares > 0).all()
    # uncorrelated errors: proportional to lambda / theta, on the common scale
    weights = loadings / errors * ranges
    assert shares == pytest.approx(weights / weights.sum(), rel=1e-6)
    # an item told in another unit, its scale in the same, has the same share
    scaling = np.ones(len(items))
    scaling[0] = unit
    turned = item_shares(covariance * np.outer(scaling, scaling), loadings * scaling, ranges * scaling)
    assert turned == pytest.approx(shares, rel=1e-6)


@given(positive, positive, positive, positive)
def test_points_follow_no_unit_of_the_latent_variables(
    effect: float, loading: float, unit_x: float, unit_y: float
) -> None:
    one = np.array([1.0])
    base = points_per_point(
        np.array(effect), score_slope(one, one, one), score_slope(one * loading, one, one)
    )
    turned = points_per_point(
        np.array(effect * unit_x / unit_y),
        score_slope(one * unit_y, one, one),
        score_slope(one * loading * unit_x, one, one),
    )
    assert turned == pytest.approx(base)


@given(st.integers(1, 5000), st.data())
def test_wilson_holds_the_share_and_is_symmetric(n: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, n))
    low, high = wilson_limits(count, n)
    assert 0 <= low <= count / n <= high <= 1
    assert wilson_limits(n - count, n) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@given(st.floats(-1, 1), st.floats(0, 100), st.floats(-1, 1), st.floats(0, 100))
def test_every_place_is_in_one_quarter(x: float, y: float, cut_x: float, cut_y: float) -> None:
    quadrant = quadrant_of(x, y, (cut_x, cut_y))
    assert (quadrant in ("improve", "maintain")) == (x >= cut_x)
    assert (quadrant in ("maintain", "saturated")) == (y >= cut_y)


@given(st.floats(-10, 10), st.floats(0.5, 10), st.floats(0, 1))
def test_points_run_from_0_to_100(low: float, length: float, part: float) -> None:
    assert rescaled(np.array(low + part * length), low, low + length) == pytest.approx(100 * part, abs=1e-9)
