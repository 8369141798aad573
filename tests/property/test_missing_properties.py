"""What must hold for any table: units, order of rows and columns, and how often nothing is missing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tam.analysis.distributions import distributions
from tam.analysis.missing_data import LittleResult, little_of, missing_data
from tam.errors import Unavailable
from tam.spec.model import Model, Path
from tam.spec.study import Options
from tam.spec.text import Text
from tam.stats.descriptives import covariance_matrix
from tam.stats.descriptives_answers import most_common, relative_entropy
from tam.stats.mardia import mardia, with_divisor_n_minus_1
from tam.stats.missing_patterns import missing_patterns, missingness_tests
from tam.stats.outliers import squared_distances
from tam.stats.rubin import pool

few = settings(max_examples=20, deadline=None)
seeds = st.integers(0, 2**32 - 1)
masks = arrays(np.bool_, st.tuples(st.integers(1, 30), st.integers(1, 12)))
holes = arrays(
    np.float64,
    st.tuples(st.integers(1, 25), st.integers(1, 5)),
    elements=st.one_of(st.integers(1, 7).map(float), st.just(float("nan"))),
)


def gapped(seed: int, n: int = 80, k: int = 5, share: float = 0.08) -> np.ndarray:
    rng = np.random.default_rng(seed)
    rows = rng.standard_normal((n, 1)) + rng.standard_normal((n, k))
    return np.where(rng.random((n, k)) < share, np.nan, rows)


def names(k: int) -> list[str]:
    return [f"q{i}" for i in range(k)]


@few
@given(masks, st.randoms(use_true_random=False))
def test_patterns_count_every_row_once_whatever_the_order(mask: np.ndarray, chance: object) -> None:
    found = missing_patterns(mask)
    assert found.counts.sum() == len(mask)
    assert (found.missing[found.of_row] == mask).all()
    assert len({tuple(row) for row in found.missing}) == len(found.counts)
    assert (np.diff(found.counts) <= 0).all()
    order = np.random.default_rng(len(mask)).permutation(len(mask))
    again = missing_patterns(mask[order])
    assert (again.missing == found.missing).all() and (again.counts == found.counts).all()


@few
@given(seeds, st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_littles_test_knows_no_units_and_no_order(seed: int, unit: float, origin: float) -> None:
    rows = gapped(seed)
    one = little_of(rows, names(5))
    assume(isinstance(one, LittleResult))
    assert isinstance(one, LittleResult)
    order = np.random.default_rng(seed).permutation(len(rows))
    for other in (origin + unit * rows, rows[order], rows[:, ::-1], rows * np.array([1, 9, 1, 0.1, -3])):
        again = little_of(other, names(5))
        assert isinstance(again, LittleResult)
        assert again.chisq == pytest.approx(one.chisq, rel=1e-6)
        assert (again.df, again.n_patterns) == (one.df, one.n_patterns)
    assert one.chisq >= 0 and 0 <= one.p <= 1


@few
@given(holes)
def test_any_table_is_described_and_every_answer_counted(rows: np.ndarray) -> None:
    import pandas as pd

    table = pd.DataFrame(rows, columns=names(rows.shape[1]))
    # The model reads items that everybody answered: fitting is not what is tried here.
    whole = pd.DataFrame(np.ones((len(rows), 2)), columns=["a", "b"])
    model = Model("m", Text("M", "模"), {"A": ("a",), "B": ("b",)}, {}, (Path("B", "A"),))
    found = missing_data(model, table.join(whole), options=Options(imputations=2), seed=1)
    assert found.n_missing == np.isnan(rows).sum() == sum(item.n_missing for item in found.items)
    assert sum(one.n for one in found.patterns) == len(rows)
    found.to_dict()  # raises where a number is not one
    distributions(table).to_dict()


@few
@given(holes)
def test_tests_of_missingness_are_numbers(rows: np.ndarray) -> None:
    found = missingness_tests(rows)
    for values in (found.difference, found.t, found.df, found.p):
        assert np.isfinite(values).all()
    assert ((found.p >= 0) & (found.p <= 1)).all() and (found.df >= 1 - 1e-9).all()
    assert (found.item != found.other).all()


@few
@given(seeds, st.integers(2, 30), st.floats(5, 1e6), st.floats(0.01, 10))
def test_rubins_rules(seed: int, m: int, complete_df: float, unit: float) -> None:
    rng = np.random.default_rng(seed)
    estimates, variances = rng.normal(0, 1, (m, 3)), rng.uniform(0.1, 2, (m, 3))
    one = pool(estimates, variances, complete_df)
    assert (one.se**2 >= one.within).all()
    assert (one.df > 0).all() and (one.df <= complete_df * (1 + 1e-12)).all()
    assert ((one.fmi >= 0) & (one.fmi <= 1)).all()
    assert ((one.ci_low < one.est) & (one.est < one.ci_high)).all()
    scaled = pool(unit * estimates, unit**2 * variances, complete_df)
    assert scaled.est == pytest.approx(unit * one.est) and scaled.se == pytest.approx(unit * one.se)
    assert scaled.df == pytest.approx(one.df) and scaled.fmi == pytest.approx(one.fmi)
    same = pool(np.repeat(estimates[:1], m, axis=0), np.repeat(variances[:1], m, axis=0), np.inf)
    assert same.se == pytest.approx(np.sqrt(variances[0]))
    assert (same.df > 1e20).all() and (same.fmi < 1e-12).all()


@few
@given(seeds)
def test_mardia_knows_no_units_no_order_and_no_turning(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.standard_exponential((50, 4)) @ rng.standard_normal((4, 4))
    one = mardia(rows)
    turned = rows @ (rng.standard_normal((4, 4)) + 4 * np.eye(4)) + 7
    for other in (mardia(turned), mardia(rows[::-1]), mardia(rows[:, ::-1])):
        assert other.skewness == pytest.approx(one.skewness, rel=1e-5)
        assert other.kurtosis == pytest.approx(one.kurtosis, rel=1e-5)
    centred = rows - rows.mean(axis=0)
    g = centred @ np.linalg.inv(centred.T @ centred / 50) @ centred.T
    assert one.skewness == pytest.approx((g**3).mean(), rel=1e-6)
    assert one.kurtosis == pytest.approx((np.diag(g) ** 2).mean(), rel=1e-6)
    assert with_divisor_n_minus_1(one).skewness < one.skewness


@few
@given(seeds, st.integers(3, 8))
def test_distances_sum_to_what_algebra_says(seed: int, k: int) -> None:
    rows = np.random.default_rng(seed).standard_normal((40, k))
    distances = squared_distances(rows, rows.mean(axis=0), covariance_matrix(rows))
    assert distances.sum() == pytest.approx(39 * k)
    assert (distances >= 0).all() and (distances <= 39**2 / 40 + 1e-9).all()


@few
@given(arrays(np.float64, st.integers(1, 50), elements=st.integers(1, 7).map(float)))
def test_entropy_and_the_most_common_answer(given_answers: np.ndarray) -> None:
    entropy, common = relative_entropy(given_answers, range(1, 8)), most_common(given_answers)
    assert not isinstance(entropy, Unavailable) and not isinstance(common, Unavailable)
    assert 0 <= entropy <= 1
    assert (entropy == 0) == (len(set(given_answers)) == 1) == (common[1] == 1)
    assert common[1] >= 1 / 7 and common[0] in given_answers
