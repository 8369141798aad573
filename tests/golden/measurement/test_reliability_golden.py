"""Split halves, ordinal coefficients, omega hierarchical and delta-method intervals against psych and lavaan;
rho_A against a calculation by hand."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.reliability import reliability_result
from tam.errors import Unavailable
from tam.stats import reliability, split_half
from tam.stats.descriptives import correlation_matrix, covariance_matrix
from tam.stats.factor import minres, one_factor_minres
from tam.stats.omega_hierarchical import OmegaHierarchical, omega_hierarchical
from tam.stats.ordinal_reliability import Polychoric, ordinal_reliability, polychoric
from tam.stats.partial_least_squares import rho_a

HERE = Path(__file__).parent
SIMULATED = HERE.parents[1] / "data" / "tam_sim"
LEFT_OUT: dict[str, dict[str, str]] = runpy.run_path(str(HERE / "left_out.py"))["LEFT_OUT"]
PEER = json.loads((HERE / "psych_reliability.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((SIMULATED / "expected.json").read_text(encoding="utf-8"))
SCALES: dict[str, list[str]] = json.loads((HERE / "peer_values.json").read_text(encoding="utf-8"))["scales"]

REFERENCE = ["HolzingerSwineford1939", "PoliticalDemocracy", "bergami_bagozzi", "bfi", "influencer",
             "satisfaction_bank", "tam_ebook", "utaut2_trello"]  # fmt: skip
CLOSED = 1e-8
ITERATIVE = 1e-5  # psych's searches stop at gradients of about 1e-5
LAVAAN = 1e-6  # lavaan's searches of one correlation are better
PSYCH_POLYCHORIC = 3e-5  # psych::polychoric stops up to 2e-5 short of the maximum that lavaan and we find


def simulated() -> pd.DataFrame:
    table = pd.read_csv(SIMULATED / "tam_sim_complete.csv").astype(float)
    return table.assign(PU4=8 - table["PU4"], TRU3=8 - table["TRU3"])


def answers(scale: str) -> np.ndarray:
    return simulated()[SCALES[scale]].to_numpy()


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    sets = {"CRED": ["EXP", "TRU", "ATR"]}
    return reliability_result(simulated(), SCALES, bootstrap=0, second_order=sets).to_dict()


def check_halves(covariance: np.ndarray, golden: dict[str, Any]) -> None:
    k = len(covariance)
    correlation = split_half.half_correlation(covariance, np.arange(k) % 2 == 0)
    assert float(correlation) == pytest.approx(golden["r_odd_even"], abs=CLOSED)
    best = split_half.guttman_lambda4(covariance)
    assert not isinstance(best, Unavailable) and best >= golden["lambda4"] - CLOSED
    if k % 2 == 0:
        assert best == pytest.approx(golden["lambda4"], abs=CLOSED)
        assert split_half.split_half(covariance) == pytest.approx(golden["spearman_brown"], abs=CLOSED)


def check_ordinal(found: np.ndarray, golden: dict[str, Any]) -> None:
    matrix = polychoric(found)
    assert isinstance(matrix, Polychoric)
    assert matrix.correlation == pytest.approx(np.array(golden["correlation"]), abs=LAVAAN)
    coefficients = ordinal_reliability(found)
    assert coefficients.alpha == pytest.approx(golden["alpha"], abs=LAVAAN)
    assert coefficients.alpha == pytest.approx(golden["psych_alpha"], abs=ITERATIVE)
    assert [coefficients.alpha_ci_low, coefficients.alpha_ci_high] == pytest.approx(golden["ci"], abs=LAVAAN)
    assert coefficients.omega == pytest.approx(golden["omega"], abs=ITERATIVE)


@pytest.mark.parametrize("scale", SCALES)
def test_split_halves(scale: str) -> None:
    check_halves(covariance_matrix(answers(scale)), PEER["tam_sim"][scale])


@pytest.mark.parametrize("scale", SCALES)
def test_ordinal_coefficients(scale: str) -> None:
    check_ordinal(answers(scale), PEER["tam_sim"][scale]["ordinal"])


def test_polychoric_correlations_and_ordinal_alpha_of_the_simulated_survey() -> None:
    found = polychoric(answers("PU"))
    assert isinstance(found, Polychoric)
    golden = np.array(list(EXPECTED["polychoric_PU"].values()))
    assert found.correlation == pytest.approx(golden, abs=PSYCH_POLYCHORIC)
    alpha = ordinal_reliability(answers("PU")).alpha
    assert alpha == pytest.approx(EXPECTED["ordinal_alpha_PU"], abs=ITERATIVE)


def test_omega_without_each_item() -> None:
    golden = PEER["tam_sim"]["PU"]["omega_if_dropped"]
    found = reliability.omega_if_dropped(correlation_matrix(covariance_matrix(answers("PU"))))
    assert found == pytest.approx(golden, abs=ITERATIVE)
    three = reliability.omega_if_dropped(correlation_matrix(covariance_matrix(answers("PEOU"))))
    assert all(isinstance(one, Unavailable) for one in three)


@pytest.mark.parametrize("scale", SCALES)
def test_composite_reliability_and_ave_with_delta_intervals(record: dict[str, Any], scale: str) -> None:
    for name in ("composite_reliability", "ave"):
        golden, found = PEER["tam_sim"][scale][name], record["constructs"][scale]
        ends = [found[f"{name}_ci_low"], found[f"{name}_ci_high"]]
        assert found[name] == pytest.approx(golden["est"], abs=LAVAAN)
        assert ends == pytest.approx(golden["ci"], abs=LAVAAN)


def test_omega_hierarchical_of_credibility(record: dict[str, Any]) -> None:
    items = [item for scale in ("EXP", "TRU", "ATR") for item in SCALES[scale]]
    found = omega_hierarchical(correlation_matrix(covariance_matrix(simulated()[items].to_numpy())), 3)
    assert isinstance(found, OmegaHierarchical)
    assert found.general == pytest.approx(PEER["credibility"]["general"], abs=ITERATIVE)
    for golden in (EXPECTED["credibility_omega"], PEER["credibility"]):
        assert found.omega_hierarchical == pytest.approx(golden["omega_h"], abs=ITERATIVE)
        assert found.omega_total == pytest.approx(golden["omega_total"], abs=ITERATIVE)
    assert record["second_order"]["CRED"]["omega_hierarchical"] == found.omega_hierarchical
    assert record["second_order"]["CRED"]["n"] == 400


def test_rho_a_by_hand_from_the_correlations_with_a_single_item() -> None:
    """With a second construct of one item the weights are the correlations with it: 4, 3, 2 times a constant.

    w'w = 29, w'Sw = 29 + 2 (12 * .6 + 8 * .5 + 6 * .4) = 56.2, w'(S - diag S)w = 27.2,
    w'(ww' - diag ww')w = 29^2 - (256 + 81 + 16) = 488; rho_A = 29^2 * 27.2 / 488 / 56.2.
    """
    matrix = np.array([[1, 0.6, 0.5, 0.4], [0.6, 1, 0.4, 0.3], [0.5, 0.4, 1, 0.2], [0.4, 0.3, 0.2, 1]])
    first, second = rho_a(matrix, [[0, 1, 2], [3]])
    assert first == pytest.approx(29**2 * 27.2 / 488 / 56.2, abs=1e-12)
    assert isinstance(second, Unavailable)


def test_rho_a_by_hand_of_equal_weights_is_spearman_brown() -> None:
    """Two items that correlate alike with everything get the same weight: rho_A = 2r / (1 + r)."""
    r = {0: 0.5, 1: 0.7}
    matrix = np.full((4, 4), 0.3)
    for j, value in r.items():
        matrix[2 * j : 2 * j + 2, 2 * j : 2 * j + 2] = value
    np.fill_diagonal(matrix, 1.0)
    assert rho_a(matrix, [[0, 1], [2, 3]]) == pytest.approx([2 / 3, 1.4 / 1.7], abs=1e-12)


def bfi(reference: Path) -> pd.DataFrame:
    table = pd.read_csv(reference / "bfi" / "data.csv")
    items = [f"{letter}{number}" for letter in "ACENO" for number in range(1, 6)]
    turned = {item: 7 - table[item] for item in ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]}
    return table.assign(**turned)[items].dropna().astype(float)


@pytest.mark.reference
def test_reliability_of_twenty_five_personality_items(reference: Path) -> None:
    table = bfi(reference)
    found = omega_hierarchical(correlation_matrix(covariance_matrix(table.to_numpy())), 5)
    golden = PEER["bfi"]["hierarchical"]
    assert isinstance(found, OmegaHierarchical)
    assert found.omega_hierarchical == pytest.approx(golden["omega_h"], abs=ITERATIVE)
    assert found.omega_total == pytest.approx(golden["omega_total"], abs=ITERATIVE)
    neurotic = table[[f"N{number}" for number in range(1, 6)]].to_numpy()
    covariance = covariance_matrix(neurotic)
    check_halves(covariance, PEER["bfi"]["N"])
    check_ordinal(neurotic, PEER["bfi"]["N"]["ordinal"])
    dropped = reliability.omega_if_dropped(correlation_matrix(covariance))
    assert dropped == pytest.approx(PEER["bfi"]["N"]["omega_if_dropped"], abs=ITERATIVE)


@pytest.mark.reference
@pytest.mark.parametrize("name", REFERENCE)
def test_every_field_of_the_reference_is_compared_or_left_out_with_a_reason(
    reference: Path, name: str
) -> None:
    compared = {"items", "n", "alpha_raw", "alpha_std", "average_r", "feldt95", "alpha_drop", "item_total"}
    golden = json.loads((reference / name / "golden" / "reliability.json").read_text(encoding="utf-8"))
    table = pd.read_csv(reference / name / "data.csv")
    for fields in golden.values():
        assert set(fields) - compared - {"spearman_brown"} == {"guttman6", "alpha_ase"}
        assert {"guttman6", "alpha_ase"} <= set(LEFT_OUT["reliability.json"])
        for line in fields["item_total"]:
            left = {key.removeprefix("item_total.") for key in LEFT_OUT["reliability.json"]}
            assert set(line) - left == {"item", "r_drop"}
        if "spearman_brown" in fields:
            matrix = correlation_matrix(covariance_matrix(table[fields["items"]].dropna().to_numpy(float)))
            found = split_half.spearman_brown(matrix)
            assert found == pytest.approx(fields["spearman_brown"], abs=CLOSED)
    validity = json.loads((reference / name / "golden" / "validity.json").read_text(encoding="utf-8"))
    left = {key for key in validity if key.startswith("semTools")} - {"semTools_alpha_modelbased"}
    assert left <= set(LEFT_OUT["validity.json"])


@pytest.mark.reference
@pytest.mark.parametrize("name", ["influencer", "bfi", "tam_ebook", "utaut2_trello"])
def test_alpha_of_those_who_answered_every_item_is_semtools(reference: Path, name: str) -> None:
    meta = json.loads((reference / name / "golden" / "meta.json").read_text(encoding="utf-8"))
    golden = json.loads((reference / name / "golden" / "validity.json").read_text(encoding="utf-8"))
    scales = meta["constructs"]
    table = bfi(reference) if name == "bfi" else pd.read_csv(reference / name / "data.csv")
    complete = table[[item for items in scales.values() for item in items]].dropna().astype(float)
    for scale, value in golden["semTools_alpha_modelbased"].items():
        found = reliability.cronbach_alpha(covariance_matrix(complete[scales[scale]].to_numpy()))
        assert found == pytest.approx(value, abs=CLOSED)


@pytest.mark.parametrize("factors", [1, 2, 3, 4])
def test_minres_is_at_its_minimum_and_one_factor_is_a_special_case(factors: int) -> None:
    items = [item for block in SCALES.values() for item in block]
    matrix = correlation_matrix(covariance_matrix(simulated()[items].to_numpy()))
    found = minres(matrix, factors)
    assert found.converged and not found.improper
    residual = matrix - found.loadings @ found.loadings.T
    assert np.diag(residual) == pytest.approx(found.uniquenesses, abs=1e-10)
    off = residual - np.diag(np.diag(residual))
    # the gradient of the sum of squares with respect to every loading
    assert np.abs(off @ found.loadings).max() < 1e-10
    assert found.objective == pytest.approx((off**2).sum() / 2, abs=1e-12)
    if factors == 1:
        assert found.loadings[:, 0] == pytest.approx(one_factor_minres(matrix).loadings, abs=1e-10)
