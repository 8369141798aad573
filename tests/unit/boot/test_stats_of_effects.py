"""Formulas of paths, slopes and intervals against hand calculation."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tam.stats.indirect import (
    delta_standard_errors,
    directed_paths,
    find_cycle,
    path_product,
    total_effects,
)
from tam.stats.interaction import (
    interaction_line,
    naively_standardised_interaction,
    simple_slope,
    standardised_interaction,
)
from tam.stats.resampling import (
    bias_correction,
    bootstrap_interval,
    draw_counts,
    empirical_quantile,
    jackknife_acceleration,
    resampled_moments,
)

EDGES = [("A", "B"), ("B", "C"), ("A", "C"), ("C", "D"), ("B", "D")]


def test_every_route_through_mediators_is_found_once_shortest_first() -> None:
    assert directed_paths(EDGES, "A", "D", 10) == (("A", "B", "D"), ("A", "C", "D"), ("A", "B", "C", "D"))
    assert directed_paths(EDGES, "A", "C", 10) == (("A", "B", "C"),)
    assert directed_paths(EDGES, "D", "A", 10) == ()


def test_too_many_routes_are_refused_not_listed() -> None:
    layers = [(f"n{i}", f"n{j}") for i in range(20) for j in range(i + 1, 20)]
    with pytest.raises(OverflowError):
        directed_paths(layers, "n0", "n19", 200)


@pytest.mark.parametrize(
    ("edges", "circle"),
    [
        (EDGES, None),
        ([("A", "B"), ("B", "A")], {"A", "B"}),
        ([("A", "A")], {"A"}),
        ([("X", "A"), ("A", "B"), ("B", "C"), ("C", "A")], {"A", "B", "C"}),
    ],
)
def test_circles_are_named(edges: list[tuple[str, str]], circle: set[str] | None) -> None:
    found = find_cycle(edges)
    if circle is None:
        assert found is None
    else:
        assert found is not None and set(found) == circle and found[0] == found[-1]
        assert all(step in edges for step in pairwise(found))


def test_total_effect_is_the_sum_of_all_routes() -> None:
    # A -> B .5, A -> C .2, B -> C .4, C -> D .3, B -> D .1
    b = np.zeros((4, 4))
    b[1, 0], b[2, 0], b[2, 1], b[3, 2], b[3, 1] = 0.5, 0.2, 0.4, 0.3, 0.1
    total = total_effects(b)
    assert total[2, 0] == pytest.approx(0.2 + 0.5 * 0.4)
    assert total[3, 0] == pytest.approx(0.5 * 0.1 + 0.2 * 0.3 + 0.5 * 0.4 * 0.3)
    assert path_product(b, (0, 1, 2, 3)) == pytest.approx(0.5 * 0.4 * 0.3)


def test_delta_method_is_sobels_formula_for_two_paths() -> None:
    a, b, se_a, se_b = 0.5, 0.4, 0.1, 0.2
    se = delta_standard_errors(np.array([[b, a]]), np.diag([se_a**2, se_b**2]))
    assert se[0] == pytest.approx(np.sqrt(a**2 * se_b**2 + b**2 * se_a**2))


def test_slope_and_its_error_by_hand() -> None:
    covariance = np.array([[0.04, -0.01], [-0.01, 0.09]])
    est, se = simple_slope(0.3, 0.2, covariance, -1.5)
    assert est == pytest.approx(0.3 - 0.3)
    assert se == pytest.approx(np.sqrt(0.04 + 2 * (-1.5) * (-0.01) + 2.25 * 0.09))


def test_standardised_interaction_is_that_of_standardised_variables() -> None:
    # y = 2 x z with sd(x) = 3, sd(z) = 4, sd(y) = 5: y/5 = b (x/3)(z/4) with b = 2 * 3 * 4 / 5
    assert standardised_interaction(2.0, 3.0, 4.0, 5.0) == pytest.approx(4.8)
    assert naively_standardised_interaction(2.0, 10.0, 5.0) == pytest.approx(4.0)


def test_line_passes_through_the_expected_values() -> None:
    y = interaction_line(np.array([-1.0, 2.0]), 0.5, focal=0.4, moderator=0.3, product=0.2, covariance_xz=0.1)
    assert y == pytest.approx([-0.4 + 0.15 + 0.2 * (-0.5 - 0.1), 0.8 + 0.15 + 0.2 * (1.0 - 0.1)])


def test_moments_of_a_resample_are_those_of_its_rows() -> None:
    rng = np.random.default_rng(3)
    data = rng.normal(size=(40, 3)) + 100
    centred = data - data.mean(axis=0)
    counts = draw_counts(40, 5, rng)
    means, covariances = resampled_moments(centred, counts)
    for k in range(5):
        rows = np.repeat(data, counts[k].astype(int), axis=0)
        assert means[k] + data.mean(axis=0) == pytest.approx(rows.mean(axis=0), rel=1e-12)
        assert covariances[k] == pytest.approx(np.cov(rows.T, bias=True), rel=1e-9)


def test_counts_draw_as_many_rows_as_there_are() -> None:
    counts = draw_counts(17, 200, np.random.default_rng(1))
    assert (counts.sum(axis=1) == 17).all() and counts.min() == 0 and counts.max() > 2


def test_quantile_that_falls_on_an_order_statistic_is_that_draw() -> None:
    draws = np.arange(1.0, 1000.0)[::-1, None]  # 999 draws: 2.5 % is the 25th, 97.5 % the 975th
    low, high = bootstrap_interval(draws, np.array([500.0]), 0.95)
    assert (low[0], high[0]) == pytest.approx((25.0, 975.0))
    assert empirical_quantile(draws, np.array([0.0001]))[0] == 1.0


def test_percentile_interval_of_an_increasing_function_is_the_function_of_the_interval() -> None:
    draws = np.random.default_rng(2).normal(size=(999, 1))
    low, high = bootstrap_interval(draws, np.array([0.0]), 0.95)
    low_exp, high_exp = bootstrap_interval(np.exp(draws), np.array([1.0]), 0.95)
    assert (np.exp(low[0]), np.exp(high[0])) == pytest.approx((low_exp[0], high_exp[0]))


def test_bc_without_bias_is_the_percentile_interval_and_bca_without_acceleration_is_bc() -> None:
    draws = np.random.default_rng(2).normal(size=(999, 1))
    median = np.median(draws, axis=0)
    assert bias_correction(draws, median)[0] == pytest.approx(0, abs=1e-12)
    assert np.ravel(bootstrap_interval(draws, median, 0.9, "bc")) == pytest.approx(
        np.ravel(bootstrap_interval(draws, median, 0.9)), abs=1e-9
    )
    off = median + 0.3
    assert bootstrap_interval(draws, off, 0.9, "bca", np.zeros(1)) == bootstrap_interval(
        draws, off, 0.9, "bc"
    )


def test_an_estimate_beyond_all_draws_gives_finite_ends() -> None:
    draws = np.linspace(0, 1, 50)[:, None]
    low, high = bootstrap_interval(draws, np.array([5.0]), 0.95, "bc")
    assert 0 <= low[0] <= high[0] <= 1


def test_missing_draws_are_left_out_column_by_column() -> None:
    draws = np.random.default_rng(4).normal(size=(200, 2))
    broken = draws.copy()
    broken[:50, 1] = np.nan
    low, high = bootstrap_interval(broken, np.zeros(2), 0.9)
    alone = bootstrap_interval(draws[50:, 1:], np.zeros(1), 0.9)
    assert low[0] == bootstrap_interval(draws, np.zeros(2), 0.9)[0][0]
    assert (low[1], high[1]) == (alone[0][0], alone[1][0])
    assert np.isnan(bootstrap_interval(np.full((10, 1), np.nan), np.zeros(1), 0.9)[0]).all()


def test_acceleration_by_hand_and_of_a_constant() -> None:
    left_out = np.array([[1.0], [2.0], [6.0]])
    d = np.array([2.0, 1.0, -3.0])
    assert jackknife_acceleration(left_out)[0] == pytest.approx((d**3).sum() / (6 * (d**2).sum() ** 1.5))
    assert jackknife_acceleration(np.full((5, 1), 0.3))[0] == 0.0


def test_bca_needs_the_acceleration() -> None:
    with pytest.raises(ValueError, match="acceleration"):
        bootstrap_interval(np.zeros((10, 1)), np.zeros(1), 0.9, "bca")
