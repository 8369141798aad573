"""Distinctness, second-order construct and robust tests of the survey against lavaan and semTools."""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parent))

from validity_peers import EXPECTED_FIELDS, HERE, LEFT_OUT, SCALES, SIMULATED, load, simulated

from tam.analysis.confirmatory import confirmatory
from tam.analysis.validity import validity
from tam.stats.validity_intervals import ratio_intervals

CLOSED = 1e-8  # formulas without iteration
ITERATIVE = 1e-5  # lavaan's optimiser, tightened as far as it goes, still moves in the sixth digit
DEFAULT = 1e-4  # lavaan's default optimiser stops within 1e-5 to 1e-4 of its optimum

PEER = load(HERE / "peer_values.json")
EXPECTED = load(SIMULATED / "expected.json")
BLOCKS = {name: [list(simulated()).index(item) for item in items] for name, items in SCALES.items()}


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    parts = {"CRED": ["EXP", "TRU", "ATR"]}
    return validity(simulated(), SCALES, parts, estimator="MLR", draws=200).to_dict()


@pytest.fixture(scope="module")
def record_mlm() -> dict[str, Any]:
    return validity(simulated(), SCALES, estimator="MLM", draws=20).to_dict()


def same_test(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Plain and scaled difference; the scaling factors are traces of estimates in the sixth digit."""
    scaled = theirs[ours["method"]]
    assert ours["df"] == theirs["plain"]["df"] == scaled["df"]
    assert ours["chisq"] == pytest.approx(theirs["plain"]["chisq"], rel=ITERATIVE, abs=ITERATIVE)
    assert ours["chisq_scaled"] == pytest.approx(scaled["chisq"], rel=ITERATIVE, abs=ITERATIVE)
    # a probability of 1e-80 moves by a hundred times the relative error of its chi-square
    assert ours["p_scaled"] == pytest.approx(scaled["p"], rel=200 * ITERATIVE)


@pytest.mark.parametrize("case", PEER["pairs"], ids=lambda one: f"{one['estimator']}-{one['a']}-{one['b']}")
def test_pairs_merged_and_fixed_are_lavaan_s(
    record: dict[str, Any], record_mlm: dict[str, Any], case: dict[str, Any]
) -> None:
    found = record if case["estimator"] == "MLR" else record_mlm
    pair = next(one for one in found["distinct"] if (one["a"], one["b"]) == (case["a"], case["b"]))
    same_test(pair["merged"], case["merged"])
    same_test(pair["fixed"], case["fixed"])
    assert pair["merged"]["method"] == pair["fixed"]["method"] == "satorra.2000.scaled"


def test_merged_pairs_and_correlations_are_semtools_s(record: dict[str, Any]) -> None:
    for one, golden in zip(record["distinct"], PEER["semtools_merged"], strict=True):
        assert (one["a"], one["b"]) == (golden["lhs"], golden["rhs"])
        assert one["correlation"] == pytest.approx(golden["est"], abs=DEFAULT)
        assert one["merged"]["df"] == golden["Df diff"]
        # semTools starts from one side only and stops at a local optimum in some weakly related pairs
        assert one["merged"]["chisq"] <= golden["Chisq diff"] * (1 + DEFAULT)
        if one["correlation"] > 0.3:
            assert one["merged"]["chisq"] == pytest.approx(golden["Chisq diff"], rel=DEFAULT)


SUMMARY = {
    "chisq": "chisq",
    "df": "df",
    "pvalue": "pvalue",
    "chisq_scaled": "chisq.scaled",
    "pvalue_scaled": "pvalue.scaled",
    "cfi": "cfi",
    "cfi_robust": "cfi.robust",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper",
    "rmsea_robust": "rmsea.robust",
    "srmr": "srmr",
    "aic": "aic",
    "bic": "bic",
}


def test_second_order_models_are_lavaan_s(record: dict[str, Any]) -> None:
    found, golden = record["second_order"]["CRED"], PEER["second_order"]
    models = {
        "first": found["alone"]["first_order"],
        "second": found["alone"]["second_order"],
        "single": found["alone"]["one_factor"],
        "joint": found["joint"]["second_order"],
    }
    for name, ours in models.items():
        for key, theirs in SUMMARY.items():
            assert ours[key] == pytest.approx(golden[name][theirs], rel=ITERATIVE, abs=ITERATIVE), (name, key)
    cost = found["joint"]["second_against_first"]
    same_test(cost, golden)
    alone = found["alone"]["one_against_first"]
    assert alone["chisq_scaled"] == pytest.approx(golden["single_against_first"]["chisq"], rel=ITERATIVE)
    base = record["robust_tests"]["MLR"]["measures"]["chisq"]
    assert found["joint"]["target_coefficient"] == pytest.approx(
        base / golden["joint"]["chisq"], rel=ITERATIVE
    )
    assert found["alone"]["target_coefficient"] == pytest.approx(1.0, abs=CLOSED)
    assert found["alone"]["second_against_first"] is None
    for line in golden["loadings"]:
        ours = found["loadings"][line["rhs"]]
        assert ours["est"] == pytest.approx(line["est.std"], abs=ITERATIVE)
        assert ours["se"] == pytest.approx(line["se"], abs=ITERATIVE)
        assert ours["ci_low"] == pytest.approx(line["ci.lower"], abs=ITERATIVE)
        assert ours["ci_high"] == pytest.approx(line["ci.upper"], abs=ITERATIVE)


@pytest.mark.parametrize("estimator", ["MLR", "MLM"])
def test_robust_measures_are_lavaan_s(record: dict[str, Any], estimator: str) -> None:
    golden, ours = PEER["robust"][estimator], record["robust_tests"][estimator]["measures"]
    names = {
        **SUMMARY,
        "cfi_scaled": "cfi.scaled",
        "tli_robust": "tli.robust",
        "rmsea_scaled": "rmsea.scaled",
    }
    for key, theirs in names.items():
        assert ours[key] == pytest.approx(golden[theirs], rel=ITERATIVE, abs=ITERATIVE), key


def test_expected_cross_loadings_are_lavaan_s(record: dict[str, Any]) -> None:
    found = record["cross_loadings"]["expected"]
    golden = PEER["expected"]
    assert [(one["construct"], one["item"]) for one in found] == [(one["lhs"], one["rhs"]) for one in golden]
    for ours, theirs in zip(found, golden):
        assert ours["mi"] == pytest.approx(theirs["mi"], rel=ITERATIVE)
        assert ours["epc"] == pytest.approx(theirs["epc"], rel=ITERATIVE)
        assert ours["std"] == pytest.approx(theirs["sepc.all"], rel=ITERATIVE)


def test_ratios_and_delta_intervals_are_lavaan_s() -> None:
    found = ratio_intervals(simulated().to_numpy(), BLOCKS, draws=20)
    golden = {line["lhs"]: line for line in PEER["ratios"]}
    for prefix, pairs in zip("hg", found):
        for pair in pairs:
            line = golden[f"{prefix}_{pair.a}_{pair.b}"]
            assert pair.est == pytest.approx(line["est"], abs=1e-7)  # the peer's saturated model is searched
            assert pair.se == pytest.approx(line["se"], rel=ITERATIVE)
            assert pair.delta_ci_low == pytest.approx(line["ci.lower"], abs=ITERATIVE)
            assert pair.delta_ci_high == pytest.approx(line["ci.upper"], abs=ITERATIVE)


@pytest.mark.parametrize(("place", "key"), [(0, "htmt"), (1, "htmt2")])
def test_ratios_are_semtools_s(place: int, key: str) -> None:
    found = ratio_intervals(simulated().to_numpy(), BLOCKS, draws=20)[place]
    names = list(SCALES)
    for golden in (PEER[key], EXPECTED[key]):
        table = [golden[name] for name in names] if isinstance(golden, dict) else golden
        for pair in found:
            value = table[names.index(pair.a)][names.index(pair.b)]
            assert pair.est == pytest.approx(value, abs=CLOSED)


def test_bootstrap_spreads_as_the_delta_method_says(record: dict[str, Any]) -> None:
    """Where the ratio is far from its lower end, both intervals must be of like width."""
    for pair in record["htmt"]["pairs"]:
        if pair["est"] > 0.3:
            width = pair["ci_high"] - pair["ci_low"]
            assert width == pytest.approx(pair["delta_ci_high"] - pair["delta_ci_low"], rel=0.25)


def test_factor_model_of_the_survey() -> None:
    found = confirmatory(simulated(), SCALES)
    for item, golden in EXPECTED["cfa"]["loadings"].items():
        assert found.loading(item) == pytest.approx(golden, abs=DEFAULT)
    for name, golden in EXPECTED["cfa"]["fit"].items():
        assert found.fit.measures[name] == pytest.approx(golden, rel=ITERATIVE)  # type: ignore[union-attr]
    for a, row in zip(SCALES, EXPECTED["cfa"]["latent_cor"].values()):
        assert list(found.latent_correlations[a].values()) == pytest.approx(row, abs=DEFAULT)


def test_shared_variances_follow_from_the_peer_s_correlations(record: dict[str, Any]) -> None:
    table = dict(zip(SCALES, EXPECTED["cfa"]["latent_cor"].values()))
    for k, name in enumerate(SCALES):
        squares = [value**2 for j, value in enumerate(table[name]) if j != k]
        assert record["msv"][name] == pytest.approx(max(squares), abs=DEFAULT)
        assert record["asv"][name] == pytest.approx(sum(squares) / len(squares), abs=DEFAULT)


def test_own_cross_loading_is_psych_s_corrected_one(record: dict[str, Any]) -> None:
    answers = simulated()
    for name, items in SCALES.items():
        golden = dict(zip(items, EXPECTED["scales"][name]["r_drop"]))
        for item in items:
            found = record["cross_loadings"]["items"][item]["correlations"]
            assert found[name] == pytest.approx(golden[item], abs=CLOSED)
            for other in SCALES:
                if other != name:
                    total = answers[SCALES[other]].sum(axis=1)
                    assert found[other] == pytest.approx(np.corrcoef(answers[item], total)[0, 1], abs=CLOSED)


def test_holm_adjusts_all_pairs_together(record: dict[str, Any]) -> None:
    """Peer: p.adjust(p, "holm"), by hand: sorted, times what is left, running maximum."""
    p = [one["merged"]["p_scaled"] for one in record["distinct"]]
    order = np.argsort(p)
    expected = np.minimum(1, np.maximum.accumulate(np.array(p)[order] * np.arange(len(p), 0, -1)))
    found = np.array([one["merged"]["p_scaled_holm"] for one in record["distinct"]])[order]
    assert found == pytest.approx(expected)
    assert len(p) == len(list(combinations(SCALES, 2)))


def test_every_field_of_the_survey_s_values_is_compared_or_left_out() -> None:
    for field in EXPECTED:
        assert field in EXPECTED_FIELDS or field in LEFT_OUT["expected.json"], field
