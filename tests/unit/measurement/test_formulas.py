"""Reliability, validity and dimensionality formulas against values worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tam.errors import Unavailable
from tam.stats import dimensionality, reliability
from tam.stats.factor import one_factor_minres
from tam.stats.partial_least_squares import mode_a_weights, path_scheme, rho_a
from tam.stats.validity import fornell_larcker, htmt, htmt2


def equal_correlations(k: int, r: float) -> np.ndarray:
    return np.full((k, k), r) + (1 - r) * np.eye(k)


def one_factor(loadings: list[float]) -> np.ndarray:
    column = np.array(loadings)[:, None]
    implied = column @ column.T
    np.fill_diagonal(implied, 1.0)
    return implied


def test_alpha_of_parallel_items_is_spearman_brown() -> None:
    # k r / (1 + (k - 1) r) with r = .5 and k = 4: 2 / 2.5
    correlation = equal_correlations(4, 0.5)
    assert reliability.cronbach_alpha(correlation) == pytest.approx(0.8)
    assert reliability.standardised_alpha(correlation) == pytest.approx(0.8)
    assert reliability.omega_total(correlation) == pytest.approx(0.8)
    assert reliability.mean_inter_item_correlation(correlation) == pytest.approx(0.5)


def test_alpha_by_hand() -> None:
    covariance = np.array([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 1.0]])
    assert reliability.cronbach_alpha(covariance) == pytest.approx(3 / 2 * (1 - 6 / 10))
    assert reliability.alpha_if_dropped(covariance) == pytest.approx([2 * (1 - 4 / 6), 0.0, 2 * (1 - 5 / 7)])
    # item 1 with the sum of items 2 and 3: covariance 1, variances 2 and 3 + 1 + 2
    assert reliability.item_rest_correlations(covariance)[0] == pytest.approx(1 / np.sqrt(12))


def test_feldt_interval_bounds_the_estimate_and_is_wider_for_fewer_people() -> None:
    low, high = reliability.feldt_interval(0.8, 200, 5)
    lower, higher = reliability.feldt_interval(0.8, 20, 5)
    assert lower < low < 0.8 < high < higher < 1
    assert reliability.feldt_interval(0.8, 200, 5, level=0.9)[0] > low


def test_three_items_have_a_closed_solution() -> None:
    # l1 = sqrt(r12 r13 / r23) and so on
    solution = one_factor_minres(one_factor([0.9, 0.6, 0.5]))
    assert solution.converged
    assert solution.loadings == pytest.approx([0.9, 0.6, 0.5], abs=1e-9)


def test_a_stack_of_matrices_is_solved_as_each_alone() -> None:
    stack = np.stack([one_factor([0.9, 0.6, 0.5, 0.4]), one_factor([0.3, 0.8, 0.7, 0.6])])
    together = one_factor_minres(stack).loadings
    assert together == pytest.approx(np.stack([one_factor_minres(one).loadings for one in stack]), abs=1e-9)


def test_a_heywood_case_stops_at_the_boundary() -> None:
    # r12 r13 / r23 = .9 * .9 / .5 > 1: no admissible loading reproduces the correlations
    correlation = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, 0.5], [0.9, 0.5, 1.0]])
    solution = one_factor_minres(correlation)
    assert solution.converged
    assert solution.loadings[0] == pytest.approx(np.sqrt(0.995))
    # given l1, the best l2 = l3 = l solves 2 (.9 - l1 l)(-l1) 2 + 2 (.5 - l^2)(-2 l) = 0
    l1, l = solution.loadings[0], solution.loadings[1]
    assert l1 * (0.9 - l1 * l) + l * (0.5 - l**2) == pytest.approx(0, abs=1e-10)


def test_composite_reliability_and_ave_by_hand() -> None:
    loadings = np.array([0.8, 0.6])
    # (1.4)^2 = 1.96, errors .36 + .64 = 1
    assert reliability.composite_reliability(loadings) == pytest.approx(1.96 / 2.96)
    assert reliability.average_variance_extracted(loadings) == pytest.approx(0.5)


@pytest.mark.parametrize(
    "coefficient",
    [reliability.cronbach_alpha, reliability.standardised_alpha, reliability.omega_total],
)
def test_one_item_has_no_reliability(coefficient: object) -> None:
    assert isinstance(coefficient(np.eye(1)), Unavailable)  # type: ignore[operator]


def test_what_needs_three_items_says_so() -> None:
    two = equal_correlations(2, 0.4)
    assert isinstance(reliability.omega_total(two), Unavailable)
    assert all(isinstance(one, Unavailable) for one in reliability.alpha_if_dropped(two))
    assert reliability.standardised_alpha(two) == pytest.approx(0.8 / 1.4)
    assert isinstance(reliability.composite_reliability(np.array([1.0])), Unavailable)
    assert isinstance(reliability.average_variance_extracted(np.array([1.0])), Unavailable)


def test_items_that_cancel_out_have_no_alpha() -> None:
    assert isinstance(reliability.cronbach_alpha(np.array([[1.0, -1.0], [-1.0, 1.0]])), Unavailable)


def test_htmt_by_hand() -> None:
    correlation = np.eye(4)
    for (i, j), r in {(0, 1): 0.5, (2, 3): 0.8, (0, 2): 0.4, (0, 3): -0.1, (1, 2): 0.2, (1, 3): 0.3}.items():
        correlation[i, j] = correlation[j, i] = r
    blocks = {"A": [0, 1], "B": [2, 3]}
    assert htmt(correlation, blocks)["A"]["B"] == pytest.approx(0.25 / np.sqrt(0.4))
    geometric = (0.4 * 0.1 * 0.2 * 0.3) ** 0.25
    assert htmt2(correlation, blocks)["B"]["A"] == pytest.approx(geometric / np.sqrt(0.4))
    assert htmt(correlation, blocks)["A"]["A"] == 1.0


def test_htmt_of_a_single_item_is_unavailable_for_its_pairs_only() -> None:
    correlation = equal_correlations(5, 0.5)
    table = htmt(correlation, {"A": [0, 1], "B": [2, 3], "C": [4]})
    assert table["A"]["B"] == pytest.approx(1.0)
    assert isinstance(table["A"]["C"], Unavailable) and isinstance(table["C"]["B"], Unavailable)


def test_fornell_larcker_has_roots_on_its_diagonal() -> None:
    gone = Unavailable("why")
    table = fornell_larcker({"A": 0.64, "B": gone}, {"A": {"A": 1.0, "B": 0.3}, "B": {"A": 0.3, "B": 1.0}})
    assert table == {"A": {"A": pytest.approx(0.8), "B": 0.3}, "B": {"A": 0.3, "B": gone}}


def test_kmo_and_bartlett_of_two_items_by_hand() -> None:
    # With two items the partial correlation is the correlation: KMO .5; ln det = ln(1 - r^2)
    correlation = equal_correlations(2, 0.6)
    adequacy = dimensionality.kmo(correlation)
    assert not isinstance(adequacy, Unavailable)
    assert adequacy.overall == pytest.approx(0.5) and adequacy.items == pytest.approx((0.5, 0.5))
    test = dimensionality.bartlett_sphericity(correlation, 101)
    assert not isinstance(test, Unavailable)
    assert test.chisq == pytest.approx(-(100 - 9 / 6) * np.log(0.64)) and test.df == 1 and 0 < test.p < 1e-9


def test_singular_and_tiny_matrices_are_named() -> None:
    for matrix in (equal_correlations(3, 1.0), np.eye(1)):
        assert isinstance(dimensionality.kmo(matrix), Unavailable)
        assert isinstance(dimensionality.bartlett_sphericity(matrix, 50), Unavailable)
    assert isinstance(dimensionality.kmo(np.eye(3)), Unavailable)
    assert isinstance(dimensionality.parallel_analysis(np.eye(2), 50), Unavailable)
    assert isinstance(dimensionality.parallel_analysis(np.eye(5), 5), Unavailable)


def test_parallel_analysis_finds_planted_dimensions_and_repeats_itself() -> None:
    correlation = np.kron(np.eye(3), equal_correlations(4, 0.5))
    first = dimensionality.parallel_analysis(correlation, 300, seed=7, replications=100)
    again = dimensionality.parallel_analysis(correlation, 300, seed=7, replications=100)
    other = dimensionality.parallel_analysis(correlation, 300, seed=8, replications=100)
    assert first == again and first != other
    assert not isinstance(first, Unavailable)
    assert (first.components.suggested, first.factors.suggested) == (3, 3)
    assert (first.percentile, first.replications, first.seed) == (95.0, 100, 7)
    assert sum(first.components.observed) == pytest.approx(12)


def test_random_correlations_behave_like_correlations_of_random_answers() -> None:
    # Under independence r has mean 0 and variance 1 / (n - 1); 40,000 values have a standard error of the
    # variance of .7 %, so 4 % is more than five of them.
    found = dimensionality.random_correlations(np.random.default_rng(3), 25, 5, 4000)
    off_diagonal = found[:, *np.tril_indices(5, -1)]
    assert np.diagonal(found, axis1=1, axis2=2) == pytest.approx(1.0)
    assert off_diagonal.mean() == pytest.approx(0, abs=0.006)
    assert off_diagonal.var() == pytest.approx(1 / 24, rel=0.04)


def test_rho_a_of_two_blocks_by_hand() -> None:
    # Equal correlations within (a) and between (c) leave equal weights: rho_A is then alpha, 2a / (1 + a).
    correlation = np.array(
        [[1.0, 0.5, 0.2, 0.2], [0.5, 1.0, 0.2, 0.2], [0.2, 0.2, 1.0, 0.6], [0.2, 0.2, 0.6, 1.0]]
    )
    assert rho_a(correlation, [[0, 1], [2, 3]]) == pytest.approx([1 / 1.5, 1.2 / 1.6])


def test_rho_a_of_unequal_weights_by_hand() -> None:
    # x1, x2 with y (one item): w is proportional to (.6, .3). w'Sw = .36 + .09 + 2 (.6)(.3)(.5) = .63;
    # w'w = .45; w'(S - I)w = .18; w'(ww' - diag)w = .45^2 - (.6^4 + .3^4) = .0648; in units of w'Sw = 1:
    # (.45 / .63)^2 (.18 / .63) / (.0648 / .63^2) = .45^2 * .18 / (.63 * .0648)
    correlation = np.array([[1.0, 0.5, 0.6], [0.5, 1.0, 0.3], [0.6, 0.3, 1.0]])
    first, second = rho_a(correlation, [[0, 1], [2]])
    assert first == pytest.approx(0.45**2 * 0.18 / (0.63 * 0.0648))
    assert isinstance(second, Unavailable)


def test_the_path_scheme_regresses_on_what_comes_before() -> None:
    composites = np.array([[1.0, 0.5, 0.4], [0.5, 1.0, 0.3], [0.4, 0.3, 1.0]])
    inner = path_scheme(composites, [[], [0], [0, 1]])
    assert inner[:, 0] == pytest.approx([0, 0.5, 0.4])
    assert inner[:, 1] == pytest.approx([0.5, 0, 0.3])
    # third on first and second: (.4 - .5 * .3, .3 - .5 * .4) / .75
    assert inner[:, 2] == pytest.approx([0.25 / 0.75, 0.1 / 0.75, 0])


def test_composites_have_unit_variance() -> None:
    correlation = one_factor([0.9, 0.8, 0.7, 0.6])
    weights = mode_a_weights(correlation, [[0, 1], [2, 3]])
    assert not isinstance(weights, Unavailable)
    assert np.diag(weights.T @ correlation @ weights) == pytest.approx([1, 1])


def test_rho_a_needs_another_construct_that_is_related() -> None:
    assert all(isinstance(one, Unavailable) for one in rho_a(np.eye(2), [[0, 1]]))
    unrelated = np.kron(np.eye(2), equal_correlations(2, 0.5))
    assert all(isinstance(one, Unavailable) for one in rho_a(unrelated, [[0, 1], [2, 3]]))
