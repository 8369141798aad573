"""The section measurement.dimensionality: names, order and signs of factors; what is told of odd items."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.dimensionality import dimensionality
from tam.errors import Unavailable
from tam.stats.dimensionality import ParallelAnalysis
from tam.stats.exploratory_factor import degrees_of_freedom, exploratory_factors
from tam.stats.map_test import minimum_average_partial
from tam.stats.rotation import oblimin, promax, unrotated, varimax

FEW = {"replications": 40}


def survey(seed: int = 2, n: int = 300) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    rng = np.random.default_rng(seed)
    factors = rng.standard_normal((n, 3)) @ np.linalg.cholesky(np.full((3, 3), 0.3) + 0.7 * np.eye(3)).T
    answers = np.repeat(factors, 4, axis=1) + 0.7 * rng.standard_normal((n, 12))
    constructs = {name: [f"{name.lower()}{i}" for i in range(1, 5)] for name in ("B", "C", "A")}
    return pd.DataFrame(answers, columns=[i for items in constructs.values() for i in items]), constructs


def record(*args: Any, **options: Any) -> dict[str, Any]:
    found = dimensionality(*args, **{**FEW, **options}).to_dict()
    json.dumps(found, allow_nan=False)
    return found


@pytest.mark.parametrize("rotation", ["none", "varimax", "oblimin", "promax", "promax_stats"])
@pytest.mark.parametrize("extraction", ["minres", "ml", "pa", "components"])
def test_factors_carry_the_names_and_the_order_of_constructs(extraction: str, rotation: str) -> None:
    values, constructs = survey()
    efa = record(values, constructs, extraction=extraction, rotation=rotation)["efa"]
    assert [one["factor"] for one in efa["factors"]] == ["B", "C", "A"]
    if rotation != "none":
        for name, items in constructs.items():
            assert all(efa["loadings"][item][name] > 0.5 for item in items)
            assert all(efa["strongest"][item] == name for item in items)
    total = sum(one["ss_loadings"] for one in efa["factors"])
    assert total == pytest.approx(sum(efa["communalities"].values()))
    assert efa["factors"][-1]["cumulative"] == pytest.approx(total / 12)
    for item in values:
        assert efa["communalities"][item] + efa["uniquenesses"][item] == pytest.approx(1.0)
        shared = sum(efa["loadings"][item][f] * efa["structure"][item][f] for f in "BCA")
        assert shared == pytest.approx(efa["communalities"][item])


def test_a_scale_turned_round_only_changes_the_sign_of_correlations() -> None:
    values, constructs = survey()
    turned = values.copy()
    turned[constructs["C"]] *= -1
    one, other = (record(x, constructs)["efa"] for x in (values, turned))
    for item in constructs["C"]:
        assert other["loadings"][item]["C"] == pytest.approx(one["loadings"][item]["C"])
    ours, theirs = (x["factor_correlations"]["B"]["C"] for x in (one, other))
    assert theirs == pytest.approx(-ours)


def test_an_item_that_gathers_elsewhere_is_told() -> None:
    values, constructs = survey()
    values["b1"] = values[constructs["C"]].mean(axis=1) + 0.3 * np.random.default_rng(1).standard_normal(300)
    found = dimensionality(values, constructs, **FEW)
    told = [problem for problem in found.problems if problem.code == "item-loads-elsewhere"]
    assert [(one.where.item, one.values["other"]) for one in told] == [("b1", "C")]
    assert "b1" in told[0].what and told[0].exit_code == 0


def test_the_suggested_numbers_stand_beside_the_number_of_constructs() -> None:
    values, constructs = survey()
    numbers = record(values, constructs)["suggested"]
    assert numbers == {
        "constructs": 3,
        "parallel_factors": 3,
        "parallel_components": 3,
        "map": 3,
        "eigenvalues_above_one": 3,
    }
    assert dimensionality(values, constructs, **FEW).problems == ()
    halves = {**{k: v for k, v in constructs.items() if k != "A"}, "A1": ["a1", "a2"], "A2": ["a3", "a4"]}
    codes = [problem.code for problem in dimensionality(values, halves, **FEW).problems]
    assert "factor-number-differs" in codes


def test_more_factors_than_constructs_are_numbered() -> None:
    values, constructs = survey()
    efa = record(values, constructs, n_factors=5)["efa"]
    assert [one["factor"] for one in efa["factors"]] == ["B", "C", "A", "F1", "F2"]
    assert efa["factors"][3]["ss_loadings"] >= efa["factors"][4]["ss_loadings"]
    fewer = record(values, constructs, n_factors=2)["efa"]
    assert [one["construct"] for one in fewer["factors"]] != [None, None] and len(fewer["factors"]) == 2


def test_a_parallel_analysis_at_hand_is_not_made_again() -> None:
    values, constructs = survey()
    first = dimensionality(values, constructs, **FEW).parallel_analysis
    assert isinstance(first, ParallelAnalysis)
    again = dimensionality(values, constructs, parallel=first)
    assert again.parallel_analysis is first


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda x: x.iloc[:2], "too few respondents"),
        (lambda x: x.assign(a1=1.0), "every answer is the same: a1"),
    ],
)
def test_answers_that_allow_nothing_say_why(spoil: Any, reason: str) -> None:
    values, constructs = survey()
    found = record(spoil(values), constructs)
    assert found["efa"] is None and found["map"] is None and found["kmo"] is None
    assert all(reason in text for text in found["unavailable"].values())


def test_two_items_have_no_factors_and_say_so() -> None:
    values, _ = survey()
    found = record(values, {"A": ["a1", "a2"]})
    assert found["efa"] is None and "too few" in found["unavailable"]["efa"]
    assert found["kmo"]["overall"] == pytest.approx(0.5)


def test_an_item_that_is_the_sum_of_others_makes_everything_singular() -> None:
    values, constructs = survey()
    values["a4"] = values["a1"] + values["a2"]
    found = record(values, constructs)
    assert found["efa"] is None and "singular" in found["unavailable"]["efa"]


def test_one_construct_is_one_unrotated_factor() -> None:
    values, constructs = survey()
    efa = record(values, {"A": constructs["A"]})["efa"]
    assert efa["rotation"] == "none" and efa["factor_correlations"] == {"A": {"A": 1.0}}
    assert all(efa["loadings"][item]["A"] > 0.6 for item in constructs["A"])


def test_heywood_cases_are_told() -> None:
    truth = np.array([0.999, 0.6, 0.5, 0.4])
    correlation = np.outer(truth, truth)
    correlation[0, 1] = correlation[1, 0] = 0.75
    np.fill_diagonal(correlation, 1.0)
    found = exploratory_factors(correlation, 200, 1, extraction="ml")
    assert not isinstance(found, Unavailable) and found.improper


def test_two_runs_are_identical() -> None:
    values, constructs = survey()
    assert record(values, constructs, seed=4) == record(values, constructs, seed=4)


@pytest.mark.parametrize(("p", "m", "expected"), [(9, 3, 12), (4, 1, 2), (5, 2, 1), (4, 2, -1), (3, 1, 0)])
def test_degrees_of_freedom(p: int, m: int, expected: int) -> None:
    assert degrees_of_freedom(p, m) == expected


def test_a_saturated_solution_has_no_test() -> None:
    correlation = np.array([[1, 0.5, 0.4], [0.5, 1, 0.3], [0.4, 0.3, 1]])
    found = exploratory_factors(correlation, 100, 1)
    assert not isinstance(found, Unavailable) and not isinstance(found.fit, Unavailable)
    assert found.fit.chisq == pytest.approx(0.0, abs=1e-8) and isinstance(found.fit.p, Unavailable)
    # three variables, one factor: l1 = root of r12 r13 / r23
    assert found.communalities[0] == pytest.approx(0.5 * 0.4 / 0.3)


def test_map_by_hand() -> None:
    """Three items, equal correlations of .5: after one component every partial correlation is -.5."""
    correlation = np.full((3, 3), 0.5) + 0.5 * np.eye(3)
    found = minimum_average_partial(correlation)
    assert not isinstance(found, Unavailable)
    assert found.average_squared == pytest.approx((0.25, 0.25)) and found.average_fourth[0] == pytest.approx(
        0.0625
    )
    assert isinstance(minimum_average_partial(np.eye(2)), Unavailable)


def test_rotations_of_one_factor_change_nothing_but_its_sign() -> None:
    loadings = -np.array([[0.8], [0.7], [0.2]])
    for found in (unrotated(loadings), varimax(loadings), oblimin(loadings), promax(loadings)):
        assert found.loadings == pytest.approx(-loadings) and found.converged


def test_a_variable_without_loadings_does_not_disturb_the_others() -> None:
    loadings = np.array([[0.8, 0.3], [0.7, 0.2], [0.1, 0.9], [0.0, 0.0], [0.2, 0.7]])
    for rotate in (varimax, oblimin, promax):
        found = rotate(loadings)  # type: ignore[operator]
        assert np.isfinite(found.loadings).all() and found.loadings[3] == pytest.approx(0.0)


def test_kaiser_s_normalisation_changes_the_weights_of_rows() -> None:
    loadings = np.array([[0.9, 0.1], [0.8, 0.3], [0.2, 0.4], [0.1, 0.3], [0.3, 0.5]])
    assert np.abs(varimax(loadings).loadings - varimax(loadings, kaiser=False).loadings).max() > 1e-4
    assert np.abs(oblimin(loadings).loadings - oblimin(loadings, kaiser=True).loadings).max() > 1e-4
    assert np.abs(promax(loadings).loadings - promax(loadings, variant="stats").loadings).max() > 1e-4
    assert np.abs(promax(loadings).loadings - promax(loadings, power=3).loadings).max() > 1e-4
