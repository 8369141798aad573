"""The section measurement.validity: what it says of constructs that are one, of bad answers, of odd names."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.validity import Validity, ratio_verdict, validity
from tam.errors import Unavailable
from tam.stats.validity import holm, shared_variances, target_coefficient
from tam.stats.validity_intervals import ratio_intervals

FEW = {"draws": 50}


def survey(
    n: int = 250, links: float = 0.4, sizes: tuple[int, ...] = (3, 3, 3), seed: int = 5, noise: float = 0.7
) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    """Answers of as many constructs as there are sizes, all correlated alike."""
    rng = np.random.default_rng(seed)
    k = len(sizes)
    factors = (
        rng.standard_normal((n, k)) @ np.linalg.cholesky(np.full((k, k), links) + (1 - links) * np.eye(k)).T
    )
    columns, constructs = {}, {}
    for at, size in enumerate(sizes):
        name = "ABCDEFG"[at]
        constructs[name] = [f"{name.lower()}{i}" for i in range(1, size + 1)]
        for item in constructs[name]:
            columns[item] = factors[:, at] + noise * rng.standard_normal(n)
    return pd.DataFrame(columns), constructs


def record(*args: Any, **options: Any) -> dict[str, Any]:
    found = validity(*args, **{**FEW, **options}).to_dict()
    json.dumps(found, allow_nan=False)
    return found


def test_constructs_that_are_one_are_not_distinct() -> None:
    values, constructs = survey()
    rng = np.random.default_rng(1)
    common = values[constructs["A"]].mean(axis=1)
    for item in constructs["B"]:
        values[item] = common + 0.5 * rng.standard_normal(len(values))
    found = record(values, constructs)
    one = next(pair for pair in found["distinct"] if (pair["a"], pair["b"]) == ("A", "B"))
    assert one["verdict"] == "not_distinct" or one["correlation"] > 0.95
    others = [pair["verdict"] for pair in found["distinct"] if "C" in (pair["a"], pair["b"])]
    assert others == ["distinct", "distinct"]
    ratio = next(pair for pair in found["htmt"]["pairs"] if (pair["a"], pair["b"]) == ("A", "B"))
    assert ratio["verdict"] == "not_below"


def test_the_same_factor_measured_twice_is_told_as_a_problem() -> None:
    values, _ = survey(sizes=(6, 3), seed=8)
    halves = {"A1": ["a1", "a2", "a3"], "A2": ["a4", "a5", "a6"], "B": ["b1", "b2", "b3"]}
    found = validity(values, halves, **FEW)
    assert [one.verdict for one in found.distinct] == ["not_distinct", "distinct", "distinct"]
    assert [problem.code for problem in found.problems] == ["constructs-not-distinct"]
    assert found.problems[0].exit_code == 0
    both = found.distinct[0]
    assert not isinstance(both.merged, Unavailable) and both.merged.df == 2
    assert not isinstance(both.fixed, Unavailable) and both.fixed.df == 1


def test_the_order_of_constructs_only_orders_the_pairs() -> None:
    values, constructs = survey(sizes=(3, 4, 3))
    turned = dict(reversed(constructs.items()))
    one, other = record(values, constructs), record(values, turned)
    ours = {frozenset((p["a"], p["b"])): p for p in one["distinct"]}
    for pair in other["distinct"]:
        same = ours[frozenset((pair["a"], pair["b"]))]
        assert pair["merged"]["chisq"] == pytest.approx(same["merged"]["chisq"], abs=1e-6)
        assert pair["fixed"]["chisq"] == pytest.approx(same["fixed"]["chisq"], abs=1e-6)
        assert pair["correlation"] == pytest.approx(same["correlation"], abs=1e-8)
    assert other["msv"] == pytest.approx({key: one["msv"][key] for key in other["msv"]})


def test_a_negative_correlation_is_fixed_at_minus_one() -> None:
    values, constructs = survey()
    values[constructs["B"]] *= -1
    plain, turned = record(survey()[0], constructs), record(values, constructs)
    for ours, theirs in zip(turned["distinct"], plain["distinct"]):
        negative = (ours["a"] == "B") != (ours["b"] == "B")
        sign = -1 if negative else 1
        assert ours["fixed"]["chisq"] == pytest.approx(theirs["fixed"]["chisq"], abs=1e-6)
        assert ours["merged"]["chisq"] == pytest.approx(theirs["merged"]["chisq"], abs=1e-6)
        # a construct points where most of its items do, so its correlations are those of the answers
        assert ours["correlation"] == pytest.approx(sign * theirs["correlation"], abs=1e-6)


def test_two_runs_are_identical_and_another_seed_moves_only_the_bootstrap() -> None:
    values, constructs = survey()
    one, again, other = (record(values, constructs, seed=seed) for seed in (3, 3, 4))
    assert one == again
    assert one["distinct"] == other["distinct"]
    assert one["htmt"]["pairs"][0]["est"] == other["htmt"]["pairs"][0]["est"]
    assert one["htmt"]["pairs"][0]["ci_high"] != other["htmt"]["pairs"][0]["ci_high"]


def test_a_missing_answer_takes_the_respondent_out() -> None:
    values, constructs = survey()
    gaps = values.copy()
    gaps.iloc[::10, 0] = np.nan
    found, expected = record(gaps, constructs), record(values.drop(values.index[::10]), constructs)
    assert found == expected and found["n"] == 225


def test_names_may_be_anything_and_shared() -> None:
    values, constructs = survey()
    odd = {"a b =~ c": ["A", 'x"; y'], "B": ["#3", "~~", "0*"], "A": ["π", "a1 + a2", "B"]}
    old = [item for items in constructs.values() for item in items]
    sizes = {"A": old[:2], "B": old[3:6], "C": old[6:9]}
    new = [item for items in odd.values() for item in items]
    renamed = values[[item for items in sizes.values() for item in items]].set_axis(new, axis=1)
    found, expected = record(renamed, odd), record(values, sizes)
    for ours, theirs in zip(found["distinct"], expected["distinct"]):
        assert ours["merged"] == theirs["merged"]
    assert [list(found["cross_loadings"]["items"])] == [new]


def test_a_construct_of_one_item_has_no_ratio_and_no_pair_test() -> None:
    values, constructs = survey(sizes=(1, 3, 3))
    found = record(values, constructs)
    with_one = [pair for pair in found["distinct"] if pair["a"] == "A"]
    assert all(pair["merged"] is None and pair["verdict"] is None for pair in with_one)
    assert all(pair["correlation"] is not None for pair in with_one)
    assert found["distinct"][2]["verdict"] == "distinct"
    assert [pair["est"] is None for pair in found["htmt"]["pairs"]] == [True, True, False]
    assert found["cross_loadings"]["items"]["a1"]["correlations"]["A"] is None
    assert found["cross_loadings"]["items"]["a1"]["own_is_largest"] is None
    assert "one item" in found["unavailable"]["distinct.0.merged"]


def test_one_construct_alone_has_no_pairs() -> None:
    values, constructs = survey(sizes=(4,))
    found = record(values, constructs)
    assert found["distinct"] == [] and found["htmt"] is None and found["msv"] == {"A": None}
    assert found["robust_tests"]["MLR"]["measures"]["df"] == 2


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda x: x.iloc[:2], "too few respondents answered every item"),
        (lambda x: x.assign(a1=4.0), "every answer is the same: a1"),
    ],
)
def test_answers_that_allow_nothing_say_why_everywhere(spoil: Any, reason: str) -> None:
    values, constructs = survey()
    found = record(spoil(values), constructs, {"W": ["A", "B", "C"]})
    assert found["htmt"] is None and found["second_order"] == {"W": None} and found["distinct"] == []
    assert all(reason in text for text in found["unavailable"].values())


def test_few_respondents_keep_what_needs_no_model() -> None:
    values, constructs = survey(n=8)
    found = record(values, constructs)
    assert found["robust_tests"]["ML"] is None and found["distinct"][0]["merged"] is None
    assert found["htmt"]["pairs"][0]["est"] is not None and found["cross_loadings"]["items"]
    assert "too few for a factor model" in found["unavailable"]["robust_tests.ML"]


def test_second_order_construct_among_others() -> None:
    rng = np.random.default_rng(3)
    whole = rng.standard_normal((400, 1))
    parts = 0.8 * whole + 0.6 * rng.standard_normal((400, 3))
    other = 0.5 * whole + rng.standard_normal((400, 1))
    answers = np.repeat(np.hstack([parts, other]), 3, axis=1) + 0.7 * rng.standard_normal((400, 12))
    constructs = {name: [f"{name}{i}" for i in (1, 2, 3)] for name in "PQRY"}
    values = pd.DataFrame(answers, columns=[item for items in constructs.values() for item in items])
    found = record(values, constructs, {"W": ["P", "Q", "R"]})["second_order"]["W"]
    assert found["alone"]["target_coefficient"] == pytest.approx(1.0, abs=1e-8)
    assert found["joint"]["second_against_first"]["df"] == 2
    assert found["joint"]["second_against_first"]["p_scaled"] > 0.05
    assert 0.9 < found["joint"]["target_coefficient"] <= 1
    assert found["joint"]["one_against_first"]["p_scaled"] < 1e-6
    for part in "PQR":
        loading = found["loadings"][part]
        assert loading["ci_low"] < 0.8 < loading["ci_high"]


def test_a_part_with_an_effect_of_its_own_costs_the_second_order_fit() -> None:
    rng = np.random.default_rng(4)
    whole = rng.standard_normal((500, 1))
    parts = 0.7 * whole + 0.7 * rng.standard_normal((500, 3))
    other = parts[:, :1] + 0.5 * rng.standard_normal((500, 1))
    answers = np.repeat(np.hstack([parts, other]), 3, axis=1) + 0.6 * rng.standard_normal((500, 12))
    constructs = {name: [f"{name}{i}" for i in (1, 2, 3)] for name in "PQRY"}
    values = pd.DataFrame(answers, columns=[item for items in constructs.values() for item in items])
    found = validity(values, constructs, {"W": ["P", "Q", "R"]}, **FEW)
    assert "second-order-costs-fit" in [problem.code for problem in found.problems]


def test_second_order_of_two_parts_needs_the_others() -> None:
    values, constructs = survey(n=400, links=0.6)
    found = record(values, constructs, {"W": ["A", "B"], "V": ["A", "Z"]})
    assert found["second_order"]["V"] is None
    assert found["second_order"]["W"]["alone"]["second_order"] is None
    assert found["unavailable"]["second_order.W.alone.second_order"]


def test_robust_tests_share_estimates_and_differ_in_scaling() -> None:
    values, constructs = survey()
    values = np.exp(values)
    found = record(values, constructs)["robust_tests"]
    measures = {name: one["measures"] for name, one in found.items()}
    assert measures["MLM"]["chisq"] == pytest.approx(measures["ML"]["chisq"])
    assert measures["MLM"]["chisq_scaled"] < measures["ML"]["chisq"]
    assert measures["ML"]["chisq_scaled"] is None


@pytest.mark.parametrize(
    ("upper", "verdict"),
    [(0.8499, "below_85"), (0.85, "below_90"), (0.8999, "below_90"), (0.90, "not_below")],
)
def test_the_upper_end_decides(upper: float, verdict: str) -> None:
    assert ratio_verdict(upper) == verdict


def test_an_absent_interval_has_no_verdict() -> None:
    gone = Unavailable("too few bootstrap samples gave a value")
    assert ratio_verdict(gone) is gone


def test_resamples_without_variation_are_not_used() -> None:
    answers = np.ones((12, 4))
    answers[0, 0] = answers[1, 1] = answers[2, 2] = answers[3, 3] = 5
    answers[4] = [2, 3, 2, 4]
    found = ratio_intervals(answers, {"A": [0, 1], "B": [2, 3]}, draws=200)[0][0]
    assert found.draws < 200


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx((0.03, 0.06, 0.06, 0.02))
    assert holm([]) == ()
    assert holm([0.9, 0.8]) == (1.0, 1.0)


def test_shared_variances_by_hand() -> None:
    table = {"A": {"A": 1.0, "B": 0.5, "C": -0.8}, "B": {"A": 0.5, "B": 1.0, "C": Unavailable("why not")}}
    largest, average = shared_variances(table)  # type: ignore[arg-type]
    assert (largest["A"], average["A"]) == pytest.approx((0.64, 0.445))
    assert largest["B"] == average["B"] == Unavailable("why not")


def test_target_coefficient_by_hand() -> None:
    assert target_coefficient(90.0, 100.0) == pytest.approx(0.9)


def test_the_result_is_frozen() -> None:
    values, constructs = survey()
    found = validity(values, constructs, **FEW)
    assert isinstance(found, Validity)
    with pytest.raises(AttributeError):
        found.n = 3  # type: ignore[misc]
