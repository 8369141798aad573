"""Closed-form coefficients and minres against psych, semTools and seminr."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.errors import Unavailable
from tam.stats import dimensionality, reliability
from tam.stats.descriptives import correlation_matrix, covariance_matrix, item_statistics
from tam.stats.factor import one_factor_minres
from tam.stats.partial_least_squares import rho_a
from tam.stats.validity import htmt, htmt2

HERE = Path(__file__).parent
SIMULATED = HERE.parents[1] / "data" / "tam_sim"

CLOSED = 1e-8  # the peers print 12 digits or more of a formula without iteration
MINRES = 2e-6  # psych stops its optimiser where the gradient of the uniquenesses is about 1e-6


def simulated(name: str) -> pd.DataFrame:
    """The simulated survey with its two reverse-keyed items turned round."""
    table = pd.read_csv(SIMULATED / name).astype(float)
    return table.assign(PU4=8 - table["PU4"], TRU3=8 - table["TRU3"])


def load(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


EXPECTED = load(SIMULATED / "expected.json")
PEER = load(HERE / "peer_values.json")
SCALES: dict[str, list[str]] = PEER["scales"]
NAMES = [item for items in SCALES.values() for item in items]
BLOCKS = {name: [NAMES.index(item) for item in items] for name, items in SCALES.items()}


@pytest.fixture(scope="module")
def correlation() -> np.ndarray:
    return correlation_matrix(covariance_matrix(simulated("tam_sim_complete.csv")[NAMES].to_numpy()))


@pytest.mark.parametrize("scale", SCALES)
def test_reliability_of_complete_answers(scale: str) -> None:
    golden = EXPECTED["scales"][scale]
    covariance = covariance_matrix(simulated("tam_sim_complete.csv")[SCALES[scale]].to_numpy())
    matrix, alpha = correlation_matrix(covariance), reliability.cronbach_alpha(covariance)
    assert not isinstance(alpha, Unavailable)
    assert alpha == pytest.approx(golden["alpha"], abs=CLOSED)
    assert reliability.standardised_alpha(matrix) == pytest.approx(golden["alpha_std"], abs=CLOSED)
    assert reliability.feldt_interval(alpha, 400, len(covariance)) == pytest.approx(
        golden["feldt"], abs=CLOSED
    )
    assert reliability.item_rest_correlations(covariance) == pytest.approx(golden["r_drop"], abs=CLOSED)
    assert reliability.alpha_if_dropped(covariance) == pytest.approx(golden["alpha_drop"], abs=CLOSED)
    assert reliability.omega_total(matrix) == pytest.approx(golden["omega_total_1f_minres"], abs=MINRES)


@pytest.mark.parametrize("scale", ["PU", "TRU"])
def test_alpha_of_the_scale_with_its_item_left_backwards(scale: str) -> None:
    table = pd.read_csv(SIMULATED / "tam_sim_complete.csv").astype(float)
    covariance = covariance_matrix(table[SCALES[scale]].to_numpy())
    expected = EXPECTED["scales"][scale]["alpha_unreversed"]
    assert reliability.cronbach_alpha(covariance) == pytest.approx(expected, abs=CLOSED)


def test_adequacy_and_sphericity(correlation: np.ndarray) -> None:
    found = dimensionality.kmo(correlation)
    assert not isinstance(found, Unavailable)
    assert found.overall == pytest.approx(EXPECTED["kmo"], abs=CLOSED)
    assert found.items == pytest.approx(EXPECTED["kmo_items"], abs=CLOSED)
    test = dimensionality.bartlett_sphericity(correlation, 400)
    assert not isinstance(test, Unavailable)
    assert test.chisq == pytest.approx(EXPECTED["bartlett"]["chisq"], rel=CLOSED)
    assert test.df == EXPECTED["bartlett"]["df"]


@pytest.mark.parametrize(("ratio", "key"), [(htmt, "htmt"), (htmt2, "htmt2")])
def test_heterotrait_monotrait_ratios(correlation: np.ndarray, ratio: Any, key: str) -> None:
    table = ratio(correlation, BLOCKS)
    for row, golden in (
        EXPECTED[key].items() if isinstance(EXPECTED[key], dict) else zip(SCALES, EXPECTED[key])
    ):
        assert list(table[row].values()) == pytest.approx(golden, abs=CLOSED)


def test_parallel_analysis_sees_what_psych_sees(correlation: np.ndarray) -> None:
    golden = EXPECTED["parallel"]
    found = dimensionality.parallel_analysis(correlation, 400)
    assert not isinstance(found, Unavailable)
    assert found.components.observed == pytest.approx(golden["pc"], abs=CLOSED)
    assert found.factors.observed == pytest.approx(golden["fa"], abs=MINRES)
    assert (found.components.suggested, found.factors.suggested) == (golden["ncomp"], golden["nfact"])


def test_composite_reliability_and_ave_from_the_peer_s_loadings() -> None:
    for scale, items in SCALES.items():
        loadings = np.array([EXPECTED["cfa"]["loadings"][item] for item in items])
        golden = EXPECTED["CR"][scale]
        assert reliability.composite_reliability(loadings) == pytest.approx(golden["CR"], abs=CLOSED)
        assert reliability.average_variance_extracted(loadings) == pytest.approx(golden["AVE"], abs=CLOSED)


def test_item_statistics_of_answers_with_gaps() -> None:
    table = simulated("tam_sim_missing.csv")
    for golden in PEER["items"]:
        found = item_statistics(table[golden["item"]].to_numpy())
        assert found.n == golden["n"] and found.n_missing == len(table) - golden["n"]
        for name in ("mean", "sd", "skew", "kurtosis", "min", "max"):
            assert getattr(found, name) == pytest.approx(golden[name], abs=CLOSED)


def mobi() -> tuple[dict[str, Any], np.ndarray, list[list[int]]]:
    golden = load(HERE / "mobi_seminr.json")
    matrix = np.eye(24)
    for i, row in enumerate(golden["correlation_rows_below_diagonal"]):
        matrix[i, : len(row)] = matrix[: len(row), i] = row
    names = [item for items in golden["constructs"].values() for item in items]
    return golden, matrix, [[names.index(i) for i in items] for items in golden["constructs"].values()]


def test_rho_a_along_given_paths_is_seminr_s() -> None:
    golden, matrix, blocks = mobi()
    names = list(golden["constructs"])
    before = [[names.index(cause) for cause in golden["paths"].get(name, [])] for name in names]
    found = dict(zip(names, rho_a(matrix, blocks, before)))
    assert isinstance(found.pop("Complaints"), Unavailable)
    # seminr stops when the weights move by less than 1e-7
    assert found == pytest.approx(golden["rho_a"], abs=1e-8)


def test_standardised_alpha_and_htmt_are_seminr_s() -> None:
    golden, matrix, blocks = mobi()
    rows = dict(zip(golden["constructs"], blocks))
    for name, alpha in golden["alpha"].items():
        within = matrix[np.ix_(rows[name], rows[name])]
        assert reliability.standardised_alpha(within) == pytest.approx(alpha, abs=CLOSED)
    table = htmt(matrix, rows)
    for pair, value in golden["htmt"].items():
        a, b = pair.split("-")
        assert table[a][b] == pytest.approx(value, abs=CLOSED)


REFERENCE = ["HolzingerSwineford1939", "PoliticalDemocracy", "bergami_bagozzi", "bfi", "influencer",
             "satisfaction_bank", "tam_ebook", "utaut2_trello"]  # fmt: skip


def reference_table(folder: Path) -> tuple[pd.DataFrame, dict[str, list[str]]]:
    meta = load(folder / "golden" / "meta.json")
    scales: dict[str, list[str]] = {
        name: items if isinstance(items, list) else [items] for name, items in meta["constructs"].items()
    }
    table = pd.read_csv(folder / "data.csv")
    if folder.name == "bfi":
        turned = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
        table = table.assign(**{item: 7 - table[item] for item in turned})
    return table[[item for items in scales.values() for item in items]].astype(float), scales


@pytest.mark.reference
@pytest.mark.parametrize("name", REFERENCE)
def test_reliability_of_reference_data(reference: Path, name: str) -> None:
    table, scales = reference_table(reference / name)
    for scale, golden in load(reference / name / "golden" / "reliability.json").items():
        if len(scales[scale]) < 2:
            continue
        covariance = covariance_matrix(table[scales[scale]].dropna().to_numpy())
        alpha = reliability.cronbach_alpha(covariance)
        assert alpha == pytest.approx(golden["alpha_raw"], abs=CLOSED)
        matrix = correlation_matrix(covariance)
        assert reliability.standardised_alpha(matrix) == pytest.approx(golden["alpha_std"], abs=CLOSED)
        assert reliability.mean_inter_item_correlation(matrix) == pytest.approx(
            golden["average_r"], abs=CLOSED
        )
        assert not isinstance(alpha, Unavailable)
        interval = reliability.feldt_interval(alpha, golden["n"], len(covariance))
        assert interval == pytest.approx(golden["feldt95"], abs=CLOSED)
        drop = [line["r_drop"] for line in golden["item_total"]]
        assert reliability.item_rest_correlations(covariance) == pytest.approx(drop, abs=CLOSED)
        if "alpha_drop" in golden:
            without = [line["alpha_if_deleted"] for line in golden["alpha_drop"]]
            assert reliability.alpha_if_dropped(covariance) == pytest.approx(without, abs=CLOSED)


@pytest.mark.reference
@pytest.mark.parametrize("name", REFERENCE)
def test_omega_of_reference_data(reference: Path, name: str) -> None:
    table, scales = reference_table(reference / name)
    for scale, golden in load(HERE / "psych_omega.json")["omega"][name].items():
        matrix = correlation_matrix(covariance_matrix(table[scales[scale]].dropna().to_numpy()))
        assert reliability.omega_total(matrix) == pytest.approx(golden, abs=MINRES)


@pytest.mark.reference
@pytest.mark.parametrize("name", REFERENCE)
def test_descriptives_of_reference_data(reference: Path, name: str) -> None:
    table, _ = reference_table(reference / name)
    golden = load(reference / name / "golden" / "descriptives.json")
    keys = {"mean": "mean", "sd": "sd", "skew": "skew_type2_spss", "kurtosis": "kurtosis_type2_spss"}
    for line in golden["describe"]:
        if line["var"] not in table:
            continue
        found = item_statistics(table[line["var"]].to_numpy())
        assert (found.n, found.n_missing) == (line["n"], line["n_missing"])
        for ours, theirs in keys.items():
            assert getattr(found, ours) == pytest.approx(line[theirs], abs=CLOSED)
    used = list(golden["cor"]["cov_listwise"]["names"])
    covariance = covariance_matrix(table[used].dropna().to_numpy())
    assert covariance == pytest.approx(np.array(golden["cor"]["cov_listwise"]["values"]), abs=CLOSED)
    matrix, n = correlation_matrix(covariance), golden["cor"]["n_listwise"]
    adequacy, test = dimensionality.kmo(matrix), dimensionality.bartlett_sphericity(matrix, n)
    assert not isinstance(adequacy, Unavailable) and not isinstance(test, Unavailable)
    assert adequacy.overall == pytest.approx(golden["cor"]["KMO"]["overall"], abs=CLOSED)
    assert adequacy.items == pytest.approx(list(golden["cor"]["KMO"]["items"].values()), abs=CLOSED)
    assert test.chisq == pytest.approx(golden["cor"]["bartlett"]["chisq"], rel=CLOSED)
    assert test.df == golden["cor"]["bartlett"]["df"]


@pytest.mark.reference
@pytest.mark.parametrize("name", REFERENCE)
def test_ratios_of_reference_data(reference: Path, name: str) -> None:
    table, scales = reference_table(reference / name)
    golden = load(reference / name / "golden" / "validity.json")
    names = [item for items in scales.values() for item in items]
    matrix = correlation_matrix(covariance_matrix(table[names].dropna().to_numpy()))
    blocks = {scale: [names.index(item) for item in items] for scale, items in scales.items()}
    for key, ratio in {"htmt": htmt, "htmt2": htmt2}.items():
        found = ratio(matrix, blocks)
        order = golden[key]["names"]
        ours = [[found[a][b] for b in order] for a in order]
        assert np.array(ours, dtype=float) == pytest.approx(np.array(golden[key]["values"]), abs=CLOSED)


def test_minres_loadings_reproduce_the_best_fit(correlation: np.ndarray) -> None:
    """No other start finds a smaller sum of squared residuals."""
    best = residual_sum(correlation, one_factor_minres(correlation).loadings)
    rng = np.random.default_rng(11)
    from scipy.optimize import minimize

    for _ in range(3):
        start = rng.uniform(-0.9, 0.9, len(correlation))
        other = minimize(lambda l: residual_sum(correlation, l), start, method="BFGS")
        assert best <= other.fun + 1e-10


def residual_sum(correlation: np.ndarray, loadings: np.ndarray) -> float:
    residual = correlation - np.outer(loadings, loadings)
    return float((residual[np.tril_indices(len(loadings), -1)] ** 2).sum())
