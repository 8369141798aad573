"""What must hold for any scale: range of each coefficient, and what it does not depend on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tam.errors import Unavailable
from tam.stats import reliability, split_half
from tam.stats import reliability_stacks as stacks
from tam.stats.delta_intervals import (
    average_variance_gradient,
    composite_reliability_gradient,
    interval_below_one,
)
from tam.stats.descriptives import correlation_matrix, covariance_matrix
from tam.stats.factor import minres
from tam.stats.omega_hierarchical import OmegaHierarchical, omega_hierarchical
from tam.stats.ordinal_reliability import ordinal_reliability
from tam.stats.partial_least_squares import rho_a

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(3, 7)
few = settings(max_examples=30, deadline=None)


def answers(seed: int, items: int, n: int = 60) -> np.ndarray:
    """Seven-point answers to items that share a factor."""
    rng = np.random.default_rng(seed)
    return np.clip(np.round(4 + rng.standard_normal((n, 1)) + rng.standard_normal((n, items))), 1, 7)


def coefficients(found: np.ndarray) -> dict[str, float]:
    """Every coefficient of a scale that has one."""
    covariance = covariance_matrix(found)
    assume((np.diag(covariance) > 0).all())
    correlation = correlation_matrix(covariance)
    blocks = [list(range(len(covariance) - 1)), [len(covariance) - 1]]
    values = {
        "alpha": reliability.cronbach_alpha(covariance),
        "alpha_std": reliability.standardised_alpha(correlation),
        "mean_inter_item_r": reliability.mean_inter_item_correlation(correlation),
        "omega": reliability.omega_total(correlation),
        "split_half": split_half.split_half(covariance),
        "guttman_lambda4": split_half.guttman_lambda4(covariance),
        "rho_a": rho_a(correlation, blocks)[0],
    }
    for name, of_items in (
        ("item_rest_r", reliability.item_rest_correlations(covariance)),
        ("alpha_if_dropped", reliability.alpha_if_dropped(covariance)),
        ("omega_if_dropped", reliability.omega_if_dropped(correlation)),
    ):
        values |= {f"{name}_{at}": one for at, one in enumerate(of_items)}
    return {name: value for name, value in values.items() if not isinstance(value, Unavailable)}


def same(one: dict[str, float], other: dict[str, float], but: tuple[str, ...] = ()) -> None:
    kept = [name for name in one if not name.startswith(but or ("-",))]
    assert set(one) == set(other)
    assert [other[name] for name in kept] == pytest.approx([one[name] for name in kept], abs=1e-6)


@few
@given(seeds, sizes)
def test_no_coefficient_exceeds_one(seed: int, items: int) -> None:
    found = coefficients(answers(seed, items))
    assert {"alpha", "split_half", "guttman_lambda4"} <= set(found)
    assert all(value <= 1 + 1e-12 for name, value in found.items() if name != "rho_a")
    assert all(abs(value) <= 1 + 1e-12 for name, value in found.items() if name.startswith("item_rest"))
    if items % 2 == 0:
        assert found["guttman_lambda4"] >= found["alpha"] - 1e-12


@few
@given(seeds, sizes)
def test_turning_every_item_round_changes_nothing(seed: int, items: int) -> None:
    given_answers = answers(seed, items)
    same(coefficients(given_answers), coefficients(8 - given_answers))


@few
@given(seeds, sizes, st.floats(0.1, 20), st.floats(-50, 50))
def test_the_unit_of_the_scale_changes_nothing(seed: int, items: int, unit: float, origin: float) -> None:
    given_answers = answers(seed, items)
    same(coefficients(given_answers), coefficients(origin + unit * given_answers))


@few
@given(seeds, st.lists(st.floats(0.2, 5), min_size=5, max_size=5))
def test_the_unit_of_each_item_matters_only_to_sums_of_raw_answers(seed: int, units: list[float]) -> None:
    given_answers = answers(seed, 5)
    raw = ("alpha_if", "split_half", "guttman", "item_rest")
    one, other = coefficients(given_answers), coefficients(given_answers * np.array(units))
    one.pop("alpha"), other.pop("alpha")
    same(one, other, raw)


@few
@given(seeds, st.permutations(range(6)))
def test_only_the_odd_even_split_depends_on_the_order_of_items(seed: int, order: list[int]) -> None:
    given_answers = answers(seed, 6)
    one, other = coefficients(given_answers), coefficients(given_answers[:, order])
    for name in ("alpha", "alpha_std", "mean_inter_item_r", "omega", "guttman_lambda4"):
        assert other[name] == pytest.approx(one[name], abs=1e-6)


@few
@given(seeds)
def test_two_items_have_one_standardised_reliability(seed: int) -> None:
    correlation = correlation_matrix(covariance_matrix(answers(seed, 2)))
    both = split_half.spearman_brown(correlation)
    assert both == pytest.approx(reliability.standardised_alpha(correlation), abs=1e-12)
    assert both == pytest.approx(split_half.guttman_lambda4(correlation), abs=1e-12)


@few
@given(st.floats(-0.95, 1), st.floats(0.05, 0.95))
def test_stepping_up_the_correlation_of_two_parts(r: float, share: float) -> None:
    whole = float(split_half.stepped_up(r, share))
    assert whole <= 1 + 1e-12 and (whole >= 0) == (r >= 0)
    assert whole == pytest.approx(float(split_half.stepped_up(r, 1 - share)), abs=1e-9)
    if r >= 0:
        assert whole >= r - 1e-12


@settings(max_examples=15, deadline=None)
@given(seeds, st.integers(2, 5))
def test_ordinal_coefficients_use_only_the_order_of_answers(seed: int, items: int) -> None:
    given_answers = answers(seed, items, n=150)
    one, other = ordinal_reliability(given_answers), ordinal_reliability(given_answers**3)
    turned = ordinal_reliability(8 - given_answers)
    if isinstance(one.alpha, Unavailable):
        return
    for name in ("alpha", "alpha_ci_low", "alpha_ci_high"):
        value = getattr(one, name)
        assert getattr(other, name) == pytest.approx(value, abs=1e-9)
        assert getattr(turned, name) == pytest.approx(value, abs=1e-5)
    assert one.alpha_ci_low < one.alpha < one.alpha_ci_high < 1


@settings(max_examples=15, deadline=None)
@given(seeds, st.sampled_from([8, 1]))
def test_omega_hierarchical_lies_between_zero_and_omega_total(seed: int, turn: int) -> None:
    rng = np.random.default_rng(seed)
    groups = np.repeat(rng.standard_normal((300, 3)), 3, axis=1)
    raw = 0.7 * rng.standard_normal((300, 1)) + 0.6 * groups + 0.5 * rng.standard_normal((300, 9))
    correlation = correlation_matrix(covariance_matrix(raw if turn == 1 else turn - raw))
    found = omega_hierarchical(correlation, 3)
    if isinstance(found, Unavailable):
        return
    assert 0 <= found.omega_hierarchical <= found.omega_total <= 1
    order = rng.permutation(9)
    moved = omega_hierarchical(correlation[np.ix_(order, order)], 3)
    assert isinstance(moved, OmegaHierarchical)
    assert moved.omega_hierarchical == pytest.approx(found.omega_hierarchical, abs=1e-5)
    whole = found.general[:, None] * found.general + found.group @ found.group.T
    assert whole == pytest.approx(minres_communal(correlation), abs=1e-6)


def minres_communal(correlation: np.ndarray) -> np.ndarray:
    """With three group factors Schmid and Leiman's loadings reproduce what the group factors reproduce."""
    loadings = minres(correlation, 3).loadings
    return loadings @ loadings.T


@few
@given(st.lists(st.floats(0.1, 0.95), min_size=2, max_size=8))
def test_gradients_of_composite_reliability_and_ave(values: list[float]) -> None:
    loadings, width = np.array(values), 1e-6
    for formula, gradient in (
        (reliability.composite_reliability, composite_reliability_gradient),
        (reliability.average_variance_extracted, average_variance_gradient),
    ):
        for at, slope in enumerate(gradient(loadings)):
            step = width * np.eye(len(loadings))[at]
            rise = float(formula(loadings + step)) - float(formula(loadings - step))  # type: ignore[arg-type]
            assert slope == pytest.approx(rise / (2 * width), abs=1e-7)
    assert float(reliability.composite_reliability(loadings)) <= 1  # type: ignore[arg-type]
    assert 0 <= float(reliability.average_variance_extracted(loadings)) <= 1  # type: ignore[arg-type]


@few
@given(st.floats(-3, 0.999), st.floats(1e-6, 0.5), st.floats(0.5, 0.99))
def test_an_interval_below_one_holds_the_coefficient(value: float, se: float, level: float) -> None:
    assume(2.6 * se / (1 - value) < 50)  # wider ones are told to be undefined
    low, high = interval_below_one(value, se, level)
    assert not isinstance(low, Unavailable) and not isinstance(high, Unavailable)
    assert low < value < high < 1 + 1e-12


@few
@given(seeds, sizes)
def test_one_formula_for_a_matrix_and_a_stack(seed: int, items: int) -> None:
    several = np.stack([covariance_matrix(answers(seed + add, items)) for add in range(3)])
    assume((stacks.variances(several) > 0).all())
    found = {
        "alpha": stacks.alpha(several),
        "omega": stacks.omega(stacks.correlations(several)),
        "split_half": split_half.odd_even(several),
        "guttman_lambda4": split_half.best_split(several),
    }
    for add in range(3):
        alone = coefficients(answers(seed + add, items))
        for name, values in found.items():
            if name in alone:
                assert float(values[add]) == pytest.approx(alone[name], abs=1e-7)


def test_an_interval_without_a_standard_error_says_so() -> None:
    for se in (float("nan"), float("inf"), 0.0, 1e9):
        assert all(isinstance(end, Unavailable) for end in interval_below_one(0.5, se))
    assert all(isinstance(end, Unavailable) for end in interval_below_one(1.0, 0.1))
