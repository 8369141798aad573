"""What rests on the joint confirmatory factor analysis, against lavaan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tam.analysis.measurement import measurement
from tam.analysis.reliability import reliability_result

HERE = Path(__file__).parent
SIMULATED = HERE.parents[1] / "data" / "tam_sim"
PEER = json.loads((HERE / "peer_values.json").read_text(encoding="utf-8"))

CLOSED = 1e-8  # the peer prints 15 digits of a formula without iteration
MINRES = 2e-6  # psych stops its optimiser where the gradient of the uniquenesses is about 1e-6
POLISHED = 3e-6  # lavaan restarted from its own solution three times still moves in the sixth digit
DEFAULT = 1e-4  # lavaan's default optimiser stops within 1e-5 to 1e-4 of its optimum


def simulated(name: str = "tam_sim_missing.csv") -> pd.DataFrame:
    return pd.read_csv(SIMULATED / name).astype(float)


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    return reliability_result(simulated(), PEER["scales"], {"PU4": (1, 7), "TRU3": (1, 7)}).to_dict()


@pytest.mark.parametrize("scale", PEER["scales"])
def test_each_scale_of_answers_with_gaps(record: dict[str, Any], scale: str) -> None:
    golden, found = PEER["reliability"][scale], record["constructs"][scale]
    for name in ("n", "alpha", "alpha_ci_low", "alpha_ci_high", "alpha_std", "mean_inter_item_r"):
        assert found[name] == pytest.approx(golden[name], abs=CLOSED)
    assert found["omega"] == pytest.approx(golden["omega"], abs=MINRES)
    items = found["items"].values()
    assert [one["item_rest_r"] for one in items] == pytest.approx(golden["r_drop"], abs=CLOSED)
    assert [one["alpha_if_dropped"] for one in items] == pytest.approx(golden["alpha_drop"], abs=CLOSED)


def test_ratios_and_adequacy_are_listwise_over_all_scales(record: dict[str, Any]) -> None:
    names = list(PEER["scales"])
    for key in ("htmt", "htmt2"):
        for name, row in zip(names, PEER[key]):
            assert [record[key][name][other] for other in names] == pytest.approx(row, abs=CLOSED)
    assert record["kmo"]["overall"] == pytest.approx(PEER["kmo"]["overall"], abs=CLOSED)
    assert record["kmo"]["items"] == pytest.approx(PEER["kmo"]["items"], abs=CLOSED)
    assert record["bartlett"]["chisq"] == pytest.approx(PEER["bartlett"]["chisq"], rel=CLOSED)


def test_loadings_with_intervals_and_latent_correlations() -> None:
    table = simulated().assign(PU4=lambda t: 8 - t["PU4"], TRU3=lambda t: 8 - t["TRU3"])
    found = measurement(table, PEER["scales"]).to_dict()
    assert found["n_complete"] == found["cfa"]["n"] == PEER["n_complete"]
    keys = {"est": "est.std", "se": "se", "z": "z", "ci_low": "ci.lower", "ci_high": "ci.upper"}
    for golden in PEER["loadings"]:
        loading = found["items"][golden["rhs"]]["loading"]
        for ours, theirs in keys.items():
            assert loading[ours] == pytest.approx(golden[theirs], rel=POLISHED * 10, abs=POLISHED)
    for golden in PEER["latent"]:
        value = found["latent_correlations"][golden["lhs"]][golden["rhs"]]
        assert value == pytest.approx(golden["est.std"], abs=POLISHED)
        assert found["fornell_larcker"][golden["rhs"]][golden["lhs"]] == value
    for name, value in PEER["measures"].items():
        assert found["cfa"]["measures"][name] == pytest.approx(value, rel=1e-6, abs=1e-7)
    for name, golden in PEER["reliability"].items():
        assert found["constructs"][name]["mean"] == pytest.approx(golden["mean"], abs=CLOSED)
        assert found["constructs"][name]["sd"] == pytest.approx(golden["sd"], abs=CLOSED)


def test_scales_of_one_two_and_three_items_together() -> None:
    golden = PEER["mixed"]
    table = simulated()
    found = measurement(table, golden["scales"]).to_dict()
    for line in golden["loadings"]:
        loading = found["items"][line["rhs"]]["loading"]
        assert loading["est"] == pytest.approx(line["est.std"], abs=POLISHED)
        if line["rhs"] == "PI1":
            assert loading["se"] is None
        else:
            assert loading["se"] == pytest.approx(line["se"], rel=POLISHED * 10)
    for line in golden["latent"]:
        value = found["latent_correlations"][line["lhs"]][line["rhs"]]
        assert value == pytest.approx(line["est.std"], abs=POLISHED)
    for name, value in golden["measures"].items():
        if (
            name != "npar"
        ):  # the peer frees the variance of the single item's construct instead of its loading
            assert found["cfa"]["measures"][name] == pytest.approx(value, rel=1e-6, abs=1e-7)
    two = PEER["two_item"]
    for name in ("n", "alpha", "alpha_ci_low", "alpha_ci_high", "alpha_std", "mean_inter_item_r"):
        assert found["constructs"]["A"][name] == pytest.approx(two[name], abs=CLOSED)


def test_composite_reliability_and_ave_of_the_complete_survey() -> None:
    golden = json.loads((SIMULATED / "expected.json").read_text(encoding="utf-8"))
    reverse = {"PU4": (1.0, 7.0), "TRU3": (1.0, 7.0)}
    found = reliability_result(simulated("tam_sim_complete.csv"), PEER["scales"], reverse).to_dict()
    for scale, values in golden["CR"].items():
        construct = found["constructs"][scale]
        assert construct["composite_reliability"] == pytest.approx(values["CR"], abs=DEFAULT)
        assert construct["ave"] == pytest.approx(values["AVE"], abs=DEFAULT)
        for item, line in construct["items"].items():
            assert line["loading"] == pytest.approx(golden["cfa"]["loadings"][item], abs=DEFAULT)


@pytest.mark.reference
@pytest.mark.parametrize(
    "name",
    ["HolzingerSwineford1939", "PoliticalDemocracy", "bergami_bagozzi", "influencer", "satisfaction_bank",
     "tam_ebook", "utaut2_trello"],
)  # fmt: skip
def test_factor_model_of_reference_data(reference: Path, name: str) -> None:
    folder = reference / name
    scales = json.loads((folder / "golden" / "meta.json").read_text(encoding="utf-8"))["constructs"]
    scales = {scale: items if isinstance(items, list) else [items] for scale, items in scales.items()}
    golden = json.loads((folder / "golden" / "validity.json").read_text(encoding="utf-8"))
    table = pd.read_csv(folder / "data.csv")[[i for items in scales.values() for i in items]].astype(float)
    found = measurement(table, scales).to_dict()
    for scale, values in golden["handmade"].items():
        if len(scales[scale]) > 1:
            construct = found["constructs"][scale]
            assert construct["composite_reliability"] == pytest.approx(values["CR"], abs=DEFAULT)
            assert construct["ave"] == pytest.approx(values["AVE"], abs=DEFAULT)
        loadings = [found["items"][item]["loading"]["est"] for item in scales[scale]]
        assert loadings == pytest.approx(values["loadings"], abs=DEFAULT)
    order = golden["cor_lv"]["names"]
    for a, row in zip(golden["cor_lv"]["rows"], golden["cor_lv"]["values"]):
        assert [found["latent_correlations"][a][b] for b in order] == pytest.approx(row, abs=DEFAULT)
