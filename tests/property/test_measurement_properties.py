"""What must hold for any scale: coefficients do not depend on units, order or the direction told twice."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tam.analysis.reliability import reversed_answers
from tam.errors import Unavailable
from tam.stats import reliability
from tam.stats.descriptives import (
    answer_counts,
    constant_columns,
    correlation_matrix,
    covariance_matrix,
    item_statistics,
)
from tam.stats.dimensionality import is_singular, kmo
from tam.stats.factor import one_factor_minres
from tam.stats.partial_least_squares import rho_a
from tam.stats.validity import htmt, htmt2

# Six items that share a factor, so that every coefficient exists.
seeds = st.integers(0, 2**32 - 1)
likert = arrays(
    np.float64, st.tuples(st.integers(5, 40), st.integers(2, 6)), elements=st.integers(1, 7).map(float)
)
few = settings(max_examples=40, deadline=None)


def scale(seed: int, items: int = 6, n: int = 30) -> np.ndarray:
    rng = np.random.default_rng(seed)
    raw = 4 + rng.standard_normal((n, 1)) + rng.standard_normal((n, items))
    return np.clip(np.round(raw * 1.2), 1, 7) + 0.01 * rng.standard_normal((n, items))


def matrices(answers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    covariance = covariance_matrix(answers)
    return covariance, correlation_matrix(covariance)


@few
@given(seeds, st.floats(0.1, 50), st.floats(-100, 100))
def test_units_and_origin_do_not_matter(seed: int, unit: float, origin: float) -> None:
    answers = scale(seed)
    one, other = matrices(answers), matrices(origin + unit * answers)
    assert reliability.cronbach_alpha(other[0]) == pytest.approx(reliability.cronbach_alpha(one[0]), abs=1e-8)
    assert reliability.item_rest_correlations(other[0]) == pytest.approx(
        reliability.item_rest_correlations(one[0]), abs=1e-8
    )
    assert reliability.omega_total(other[1]) == pytest.approx(reliability.omega_total(one[1]), abs=1e-8)


@few
@given(seeds, st.lists(st.floats(0.2, 5), min_size=6, max_size=6))
def test_what_rests_on_correlations_ignores_the_unit_of_each_item(seed: int, units: list[float]) -> None:
    answers = scale(seed)
    one, other = matrices(answers)[1], matrices(answers * np.array(units))[1]
    blocks = {"A": [0, 1, 2], "B": [3, 4, 5]}
    assert htmt(other, blocks)["A"]["B"] == pytest.approx(htmt(one, blocks)["A"]["B"])
    assert htmt2(other, blocks)["A"]["B"] == pytest.approx(htmt2(one, blocks)["A"]["B"])
    assert rho_a(other, [[0, 1, 2], [3, 4, 5]]) == pytest.approx(rho_a(one, [[0, 1, 2], [3, 4, 5]]))
    assert reliability.standardised_alpha(other) == pytest.approx(reliability.standardised_alpha(one))


@few
@given(seeds, st.permutations(range(6)))
def test_the_order_of_items_does_not_matter(seed: int, order: list[int]) -> None:
    answers = scale(seed)
    one, other = matrices(answers), matrices(answers[:, order])
    assert reliability.cronbach_alpha(other[0]) == pytest.approx(reliability.cronbach_alpha(one[0]))
    assert reliability.omega_total(other[1]) == pytest.approx(reliability.omega_total(one[1]), abs=1e-7)
    moved = np.array(reliability.alpha_if_dropped(one[0]), dtype=float)[order]
    assert reliability.alpha_if_dropped(other[0]) == pytest.approx(moved)
    assert one_factor_minres(other[1]).loadings == pytest.approx(
        one_factor_minres(one[1]).loadings[order], abs=1e-6
    )


@few
@given(seeds)
def test_htmt_is_symmetric_and_does_not_see_direction(seed: int) -> None:
    answers = scale(seed)
    turned = answers * np.array([1, -1, 1, 1, 1, -1])
    blocks = {"A": [0, 1, 2], "B": [3, 4, 5]}
    for ratio in (htmt, htmt2):
        table = ratio(matrices(answers)[1], blocks)
        assert table["A"]["B"] == table["B"]["A"]
        assert table["A"]["A"] == table["B"]["B"] == 1.0
        assert ratio(matrices(turned)[1], blocks)["A"]["B"] == pytest.approx(table["A"]["B"])


@few
@given(likert)
def test_reversing_twice_changes_nothing_and_reversing_all_keeps_alpha(answers: np.ndarray) -> None:
    import pandas as pd

    table = pd.DataFrame(answers, columns=[f"q{i}" for i in range(answers.shape[1])])
    reverse = dict.fromkeys(table.columns, (1.0, 7.0))
    once = reversed_answers(table, reverse)
    pd.testing.assert_frame_equal(reversed_answers(once, reverse), table)
    one, other = (reliability.cronbach_alpha(covariance_matrix(t.to_numpy())) for t in (table, once))
    assert isinstance(one, Unavailable) is isinstance(other, Unavailable)
    assert isinstance(one, Unavailable) or other == pytest.approx(one, abs=1e-8)


@few
@given(likert)
def test_bounds(answers: np.ndarray) -> None:
    covariance = covariance_matrix(answers)
    alpha = reliability.cronbach_alpha(covariance)
    if not isinstance(alpha, Unavailable):
        low, high = reliability.feldt_interval(alpha, *answers.shape)
        assert low <= alpha <= high <= 1 or alpha == 1
    for rest in reliability.item_rest_correlations(covariance):
        assert isinstance(rest, Unavailable) or abs(rest) <= 1 + 1e-9
    if constant_columns(answers).any():
        return
    correlation = correlation_matrix(covariance)
    if not is_singular(correlation):
        adequacy = kmo(correlation)
        assert isinstance(adequacy, Unavailable) or 0 <= adequacy.overall <= 1


@few
@given(likert)
def test_counts_add_up_and_statistics_are_numbers_or_reasons(answers: np.ndarray) -> None:
    column = answers[:, 0]
    found = item_statistics(column, codes=range(1, 8))
    assert sum(found.counts.values()) == found.n == len(column)
    assert set(found.counts) == {str(code) for code in range(1, 8)}
    assert answer_counts(column) == {code: n for code, n in found.counts.items() if n}
    for value in (found.mean, found.sd, found.skew, found.kurtosis):
        assert isinstance(value, Unavailable) or np.isfinite(value)


@few
@given(st.lists(st.floats(0.05, 0.95), min_size=3, max_size=8))
def test_minres_recovers_an_exact_factor_and_omega_is_composite_reliability(loadings: list[float]) -> None:
    column = np.array(loadings)
    correlation = np.outer(column, column)
    np.fill_diagonal(correlation, 1.0)
    expected = reliability.composite_reliability(column)
    assert reliability.omega_total(correlation) == pytest.approx(expected, abs=1e-6)
