"""Which rows FIML can use, and what is said about the others."""

from __future__ import annotations

import numpy as np
import pytest

from tam.engine.fiml_sample import incomplete_sample, left_out, option_problems
from tam.errors import TamError

NAMES = ("x", "y", "z")
NONE_GIVEN = np.zeros(3, dtype=bool)


def table(n: int = 30) -> np.ndarray:
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, 3)) + rng.normal(size=(n, 1))


def codes(error: TamError) -> set[str]:
    return {one.code for one in error.problems}


def test_rows_without_any_answer_are_counted_and_left_out() -> None:
    values = table()
    values[4] = np.nan
    values[7, 1] = np.nan
    sample = incomplete_sample(values, NAMES, NONE_GIVEN)
    assert len(sample.rows) == 29
    assert 4 not in sample.kept
    assert 7 in sample.kept
    assert sample.problems == ()
    (note,) = left_out(values, NAMES, NONE_GIVEN)
    assert note.code == "rows-without-answers"
    assert note.what.startswith("1 of 30 ")


def test_rows_without_a_given_predictor_are_left_out_by_name() -> None:
    values = table()
    values[[2, 5], 0] = np.nan
    values[9, 2] = np.nan
    sample = incomplete_sample(values, NAMES, np.array([True, False, False]))
    assert len(sample.rows) == 28
    (note,) = left_out(values, NAMES, np.array([True, False, False]))
    assert note.code == "rows-without-predictor"
    assert "x (2)" in note.what
    assert len(incomplete_sample(values, NAMES, NONE_GIVEN).rows) == 30


def test_moments_carry_the_divisor_of_a_sample() -> None:
    values = table()
    sample = incomplete_sample(values, NAMES, NONE_GIVEN)
    assert np.allclose(sample.moments.covariance, np.cov(values.T))
    assert np.allclose(sample.moments.means, values.mean(axis=0))
    assert sample.moments.nobs == 30


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda v: v[:, 1].fill(np.nan), "column-never-answered"),
        (lambda v: v[:, 2].fill(4.0), "model-column-constant"),
        (lambda v: v[3:].fill(np.nan), "model-too-few-rows"),
    ],
)
def test_what_cannot_be_used(change, code: str) -> None:  # type: ignore[no-untyped-def]
    values = table()
    change(values)
    with pytest.raises(TamError) as caught:
        incomplete_sample(values, NAMES, NONE_GIVEN)
    assert code in codes(caught.value)


def test_a_column_that_is_a_sum_of_others() -> None:
    values = table(60)
    values[:, 2] = values[:, 0] + values[:, 1]
    values[:20, 2] = np.nan
    values[40:, 1] = np.nan
    with pytest.raises(TamError) as caught:
        incomplete_sample(values, NAMES, NONE_GIVEN)
    assert codes(caught.value) & {"saturated-not-found", "covariance-not-definite", "model-columns-same"}


def test_a_pair_that_nobody_answered_together_is_named() -> None:
    values = table(60)
    values[:30, 0] = np.nan
    values[30:, 1] = np.nan
    sample = incomplete_sample(values, NAMES, NONE_GIVEN)
    assert [one.code for one in sample.problems] == ["pair-never-together"]
    assert "x - y" in sample.problems[0].what


def test_estimators_that_do_not_go_with_fiml() -> None:
    assert option_problems("ML") == option_problems("MLR") == []
    (found,) = option_problems("WLSMV")
    assert found.code == "fiml-needs-ml"
    assert "WLSMV" in found.what
