"""Item statistics against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tam.errors import Unavailable
from tam.stats.descriptives import (
    constant_columns,
    correlation_matrix,
    covariance_matrix,
    excess_kurtosis,
    item_statistics,
    skewness,
)


def test_shape_of_five_answers_by_hand() -> None:
    # mean 4, m2 = (9+4+1+0+36)/5 = 10, m3 = (-27-8-1+0+216)/5 = 36, m4 = (81+16+1+0+1296)/5 = 278.8
    found = item_statistics(np.array([1.0, 2.0, np.nan, 3.0, 4.0, 10.0]))
    assert (found.n, found.n_missing, found.mean, found.min, found.max) == (5, 1, 4.0, 1.0, 10.0)
    assert found.sd == pytest.approx(np.sqrt(50 / 4))
    assert found.skew == pytest.approx(36 / 10**1.5 * np.sqrt(20) / 3)
    assert found.kurtosis == pytest.approx((6 * (278.8 / 100 - 3) + 6) * 4 / (3 * 2))


def test_answers_nobody_gave_are_counted_as_zero() -> None:
    counts = item_statistics(np.array([2.0, 2.0, 4.0]), codes=(1, 2, 3, 4, 5)).counts
    assert counts == {"1": 0, "2": 2, "3": 0, "4": 1, "5": 0}
    assert list(counts) == ["1", "2", "3", "4", "5"]


def test_an_answer_off_the_scale_and_a_fraction_are_counted_as_they_are() -> None:
    assert item_statistics(np.array([2.5, 9.0]), codes=(1, 2)).counts == {"1": 0, "2": 0, "2.5": 1, "9": 1}


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_too_few_answers_give_reasons_not_numbers(n: int) -> None:
    found = item_statistics(np.arange(1.0, n + 1))
    assert isinstance(found.kurtosis, Unavailable)
    assert isinstance(found.skew, Unavailable) is (n < 3)
    assert isinstance(found.sd, Unavailable) is (n < 2)
    assert isinstance(found.mean, Unavailable) is (n < 1)


def test_a_constant_item_has_no_shape_but_a_mean() -> None:
    found = item_statistics(np.full(30, 0.1))
    assert found.mean == pytest.approx(0.1)
    assert isinstance(found.skew, Unavailable) and isinstance(found.kurtosis, Unavailable)


def test_symmetry_has_no_skew() -> None:
    assert skewness(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == pytest.approx(0)
    assert excess_kurtosis(np.array([1.0, 2.0, 3.0, 4.0, 5.0])) == pytest.approx(-1.2)


def test_matrices_by_hand() -> None:
    answers = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 8.0]])
    covariance = covariance_matrix(answers)
    assert covariance == pytest.approx(np.array([[4.0, 6.0], [6.0, 12.0]]))
    assert correlation_matrix(covariance)[0, 1] == pytest.approx(6 / np.sqrt(48))
    assert constant_columns(np.array([[1.0, 2.0], [1.0, 3.0]])).tolist() == [True, False]
