"""Bootstrap intervals of reliability: what is resampled, what is repeatable, what stays where one fails."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.analysis.reliability import reliability_result
from tam.analysis.scale_intervals import NOT_ASKED, Bootstrap, Interval, intervals
from tam.errors import TamError, Unavailable
from tam.stats import moment_resampling as resampling
from tam.stats import reliability_stacks as stacks
from tam.stats.descriptives import correlation_matrix, covariance_matrix
from tam.stats.factor import one_factor_loadings, one_factor_minres
from tam.stats.omega_draws import omega_hierarchical_stack
from tam.stats.omega_hierarchical import OmegaHierarchical, omega_hierarchical
from tam.stats.partial_least_squares import mode_a_weights, rho_a, rho_a_stack

SCALES = {"A": ["a1", "a2", "a3", "a4"], "B": ["b1", "b2", "b3"], "C": ["c1", "c2"], "D": ["d1"]}


def table(n: int = 200, seed: int = 3, missing: float = 0.0) -> pd.DataFrame:
    """Seven-point answers; scales A to D share a general factor."""
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(n)
    columns = {}
    for items in SCALES.values():
        latent = 0.6 * common + 0.8 * rng.standard_normal(n)
        for item in items:
            raw = 4 + 1.2 * (0.8 * latent + 0.6 * rng.standard_normal(n))
            columns[item] = np.clip(np.round(raw), 1, 7)
    found = pd.DataFrame(columns)
    return found.mask(rng.random(found.shape) < missing)


def resampled(answers: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Covariances of the rows repeated as often as drawn, listwise: the slow way."""
    rows = np.repeat(answers, counts.astype(int), axis=0)
    return np.cov(rows[~np.isnan(rows).any(axis=1)].T)


def test_moments_of_resamples_are_those_of_the_repeated_rows() -> None:
    answers = table(missing=0.05)[SCALES["A"]].to_numpy()
    rng = np.random.default_rng(1)
    moments = resampling.unit_moments(answers, resampling.random_groups(len(answers), rng))
    counts = resampling.drawn_counts(len(answers), 20, rng)
    assert (counts.sum(axis=1) == len(answers)).all()
    found = resampling.covariances(moments, counts)
    for at in range(20):
        assert found[at] == pytest.approx(resampled(answers, counts[at]), abs=1e-12)
    one_left_out = resampling.covariances(moments, resampling.left_out_counts(len(answers)))
    assert one_left_out[5] == pytest.approx(resampled(np.delete(answers, 5, axis=0), np.ones(199)), abs=1e-12)


def test_many_respondents_are_drawn_in_groups_of_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resampling, "MOST_UNITS", 50)
    groups = resampling.random_groups(1230, np.random.default_rng(1))
    sizes = np.bincount(groups)
    assert len(sizes) == 50 and sizes.min() >= 24 and sizes.max() <= 25
    answers = table(1230, missing=0.02)[SCALES["A"]].to_numpy()
    whole = resampling.covariances(resampling.unit_moments(answers, groups), np.ones((1, 50)))[0]
    assert whole == pytest.approx(resampled(answers, np.ones(1230)), abs=1e-12)


def test_groups_of_respondents_give_intervals_of_the_same_width(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = table(3000)
    single = intervals(answers, SCALES, Bootstrap(2000), 0.95).scales["A"].scale["alpha"]
    monkeypatch.setattr(resampling, "MOST_UNITS", 1000)
    found = intervals(answers, SCALES, Bootstrap(2000), 0.95)
    assert not isinstance(found.resampled, Unavailable) and found.resampled.grouped
    assert width(found.scales["A"].scale["alpha"]) == pytest.approx(width(single), rel=0.1)


def width(interval: Interval) -> float:
    return float(interval.high) - float(interval.low)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_normal_answers_have_nearly_the_interval_of_feldt(method: str) -> None:
    rng = np.random.default_rng(8)
    values = pd.DataFrame(rng.standard_normal((400, 1)) + rng.standard_normal((400, 4)), columns=list("abcd"))
    found = reliability_result(values, {"X": list("abcd")}, bootstrap=4000, interval=method).to_dict()  # type: ignore[arg-type]
    scale = found["constructs"]["X"]
    for end in ("ci_low", "ci_high"):
        assert scale[f"alpha_boot_{end}"] == pytest.approx(scale[f"alpha_{end}"], abs=0.01)
        assert scale[f"omega_{end}"] == pytest.approx(scale[f"alpha_{end}"], abs=0.015)


def test_the_seed_settles_every_digit() -> None:
    first, again = (reliability_result(table(), SCALES, bootstrap=50, seed=4).to_dict() for _ in range(2))
    other = reliability_result(table(), SCALES, bootstrap=50, seed=5).to_dict()
    assert first == again
    assert first["constructs"]["A"]["omega_ci_low"] != other["constructs"]["A"]["omega_ci_low"]
    assert first["constructs"]["A"]["omega"] == other["constructs"]["A"]["omega"]


def test_without_a_bootstrap_the_analytic_intervals_stay() -> None:
    record = reliability_result(table(), SCALES, bootstrap=0).to_dict()
    scale = record["constructs"]["A"]
    assert record["bootstrap"] is None and record["unavailable"]["bootstrap"] == NOT_ASKED
    assert record["unavailable"]["constructs.A.omega_ci_low"] == NOT_ASKED
    for name in ("alpha", "composite_reliability", "ave", "ordinal_alpha", "ordinal_omega"):
        assert scale[f"{name}_ci_low"] < scale[name] < scale[f"{name}_ci_high"]


def test_a_scale_of_one_item_has_no_reliability_and_says_so() -> None:
    record = reliability_result(table(), SCALES, bootstrap=50).to_dict()
    single = record["constructs"]["D"]
    numbers = {key for key, value in single.items() if key not in ("n", "n_joint", "k", "items") and value}
    assert numbers == set()
    reasons = record["unavailable"]
    assert all("one item" in reasons[f"constructs.D.{key}"] for key in ("alpha", "omega", "rho_a", "ave"))
    two = record["constructs"]["C"]
    assert two["spearman_brown"] == pytest.approx(two["alpha_std"])
    assert two["spearman_brown_ci_low"] < two["spearman_brown"] < two["spearman_brown_ci_high"]
    assert two["omega"] is None and two["split_half"] is None and two["ordinal_alpha"] is not None


def test_each_coefficient_has_its_own_respondents() -> None:
    answers = table(missing=0.05)
    record = reliability_result(answers, SCALES, bootstrap=50).to_dict()
    for name, items in SCALES.items():
        scale = record["constructs"][name]
        assert scale["n"] == len(answers[items].dropna())
        assert scale["n_joint"] == len(answers.dropna())


def test_an_item_that_never_varies_leaves_what_does_not_need_it() -> None:
    record = reliability_result(table().assign(a4=3.0), SCALES, bootstrap=50).to_dict()
    scale, other = record["constructs"]["A"], record["constructs"]["B"]
    assert scale["omega"] is None and scale["ordinal_alpha"] is None and scale["alpha_std_ci_low"] is None
    assert scale["alpha"] is not None and scale["alpha_boot_ci_low"] < scale["alpha"]
    assert scale["split_half"] is not None and scale["guttman_lambda4_ci_high"] is not None
    assert other["omega_ci_low"] < other["omega"] < other["omega_ci_high"]


def test_answers_that_are_no_categories_have_no_ordinal_coefficients() -> None:
    values = table() + np.linspace(0, 0.5, 200)[:, None]
    record = reliability_result(values, SCALES, bootstrap=0).to_dict()
    assert record["constructs"]["A"]["ordinal_alpha"] is None
    assert "10 different answers" in record["unavailable"]["constructs.A.ordinal_alpha"]
    assert record["constructs"]["A"]["omega"] is not None


def test_rho_a_of_many_resamples_is_that_of_each() -> None:
    answers = table()[[item for items in SCALES.values() for item in items]].to_numpy()
    blocks = [[0, 1, 2, 3], [4, 5, 6], [7, 8], [9]]
    rng = np.random.default_rng(2)
    moments = resampling.unit_moments(answers, np.arange(200))
    stack = stacks.correlations(resampling.covariances(moments, resampling.drawn_counts(200, 15, rng)))
    start = mode_a_weights(correlation_matrix(covariance_matrix(answers)), blocks)
    assert not isinstance(start, Unavailable)
    found = rho_a_stack(stack, blocks, start)
    for at in range(15):
        alone = rho_a(stack[at], blocks)
        assert found[at, :3] == pytest.approx(alone[:3], abs=1e-7)
        assert np.isnan(found[at, 3]) and isinstance(alone[3], Unavailable)


def test_omega_hierarchical_of_many_resamples_is_that_of_each() -> None:
    answers = table(400)[[*SCALES["A"], *SCALES["B"], *SCALES["C"]]].to_numpy()
    whole = correlation_matrix(covariance_matrix(answers))
    moments = resampling.unit_moments(answers, np.arange(400))
    counts = resampling.drawn_counts(400, 25, np.random.default_rng(6))
    stack = stacks.correlations(resampling.covariances(moments, counts))
    found = omega_hierarchical_stack(stack, whole, 3)
    compared = 0
    for at, matrix in enumerate(stack):
        alone = omega_hierarchical(matrix, 3)
        if isinstance(alone, OmegaHierarchical) and np.isfinite(found[at, 0]):
            assert found[at] == pytest.approx([alone.omega_hierarchical, alone.omega_total], abs=1e-4)
            compared += 1
    assert compared > 12


def test_loadings_of_a_stack_with_a_constant_item_miss_only_there() -> None:
    answers = table()[SCALES["A"]].to_numpy()
    sound = correlation_matrix(covariance_matrix(answers))
    broken = np.full((4, 4), np.nan)
    found = one_factor_loadings(np.stack([sound, broken, sound]))
    assert found[0] == pytest.approx(one_factor_minres(sound).loadings, abs=1e-9)
    assert np.isnan(found[1]).all() and (found[2] == found[0]).all()


def test_a_second_order_construct_needs_three_scales_that_were_given() -> None:
    rng = np.random.default_rng(4)
    groups = np.repeat(rng.standard_normal((400, 3)), 3, axis=1)
    raw = 0.7 * rng.standard_normal((400, 1)) + 0.6 * groups + 0.5 * rng.standard_normal((400, 9))
    scales = {name: [f"{name}{at}" for at in range(3)] for name in "ABC"}
    values = pd.DataFrame(raw, columns=[item for items in scales.values() for item in items])
    sets = {"G": ["A", "B", "C"], "H": ["A", "B"]}
    record = reliability_result(values, scales, bootstrap=50, second_order=sets).to_dict()
    general, two = record["second_order"]["G"], record["second_order"]["H"]
    assert 0 < general["omega_hierarchical"] < general["omega_total"] < 1
    assert general["omega_hierarchical_ci_low"] < general["omega_hierarchical_ci_high"] < 1
    assert set(general["general"]) == {item for items in scales.values() for item in items}
    assert two["omega_hierarchical"] is None and two["n"] == 400 and two["k"] == 6
    assert "three group factors" in record["unavailable"]["second_order.H.omega_hierarchical"]


@pytest.mark.parametrize("sets", [{"G": ["A", "B", "Z"]}, {"A": ["A", "B", "C"]}, {"G": ["A", "A", "B"]}])
def test_a_second_order_construct_of_unknown_scales_is_refused(sets: dict[str, list[str]]) -> None:
    with pytest.raises(TamError) as caught:
        reliability_result(table(), SCALES, second_order=sets)
    assert [one.code for one in caught.value.problems] == ["scale-second-order-unknown"]
