"""Formulas of group comparisons, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine.bootstrap_setting import Task
from tam.engine.permutation import membership
from tam.stats.group_tests import (
    between_groups,
    equality_test,
    permutation_p,
    standardised_difference,
)


def test_two_independent_values_are_a_squared_z() -> None:
    found = equality_test(np.array([0.5, 0.2]), np.diag([0.04, 0.05]))
    assert found.chisq == pytest.approx(0.09 / 0.09)
    assert (found.df, found.p) == (1, pytest.approx(0.31731050786291415))


def test_estimates_without_a_covariance_are_refused() -> None:
    with pytest.raises(ValueError, match="covariance matrix"):
        equality_test(np.array([0.5, 0.2]), np.zeros((2, 2)))


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 6), st.integers(0, 10_000))
def test_the_order_of_the_groups_does_not_matter(groups: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values, root = rng.normal(size=groups), rng.normal(size=(groups, groups + 3))
    covariance = root @ root.T
    order = rng.permutation(groups)
    one = equality_test(values, covariance)
    other = equality_test(values[order], covariance[np.ix_(order, order)])
    assert one.chisq == pytest.approx(other.chisq, rel=1e-7)
    sizes = rng.integers(20, 200, groups).astype(float)
    assert between_groups(values, sizes) == pytest.approx(between_groups(values[order], sizes[order]))


def test_with_two_groups_the_statistic_orders_as_the_difference_does() -> None:
    sizes = np.array([30.0, 70.0])
    values = np.array([[0.0, 0.1], [0.0, -0.5], [0.2, 0.4]])
    assert list(np.argsort(between_groups(values, sizes))) == [0, 2, 1]


def test_the_observed_arrangement_counts_among_the_shuffles() -> None:
    assert permutation_p(1.0, np.array([0.5, 2.0, 1.0, 0.1])) == pytest.approx(3 / 5)
    assert permutation_p(9.0, np.zeros(499)) == pytest.approx(1 / 500)


def test_standardised_difference_and_its_slopes() -> None:
    d, slopes = standardised_difference(0.6, (1.0, 4.0), (50, 150))
    pooled = (50 * 1.0 + 150 * 4.0) / 200
    assert d == pytest.approx(0.6 / pooled**0.5)
    step = 1e-6
    for place, moved in enumerate(((0.6 + step, 1.0, 4.0), (0.6, 1.0 + step, 4.0), (0.6, 1.0, 4.0 + step))):
        other, _ = standardised_difference(moved[0], (moved[1], moved[2]), (50, 150))
        assert slopes[place] == pytest.approx((other - d) / step, rel=1e-4)
    with pytest.raises(ValueError, match="not positive"):
        standardised_difference(0.1, (-1.0, -1.0), (10, 10))


def test_a_shuffle_keeps_sizes_and_gives_every_row_one_group() -> None:
    held = membership([3, 5, 4], Task("draws", 7, 0, 20))
    assert [set(one.sum(axis=1)) for one in held] == [{3.0}, {5.0}, {4.0}]
    assert (sum(held) == 1.0).all()
    later = membership([3, 5, 4], Task("draws", 7, 10, 10))
    assert all((one[10:] == other).all() for one, other in zip(held, later, strict=True))
