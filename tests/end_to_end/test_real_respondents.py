"""Real respondents through ``tam run``: measurement and ML numbers equal those of lavaan, psych and semTools.

The data may not be redistributed and stay in the reference folder; so do the peers' values.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from end_to_end.peers import ESTIMATE, MEASURES, influencer_study

pytestmark = pytest.mark.reference

PATHS = ["PL ~ SIC", "PQ ~ SIC", "PI ~ SIC + PL + PQ + PIC", "wtp ~ PI"]


@pytest.fixture(scope="module")
def golden(reference: Path) -> Path:
    return reference / "influencer" / "golden"


@pytest.fixture(scope="module")
def results(reference: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("influencer")
    influencer_study(folder, reference, PATHS, pairs="all")
    done = subprocess.run(
        [sys.executable, "-m", "tam", "run", str(folder), "-q"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "report.en.html").stat().st_size > 10_000
    return json.loads((folder / "results.json").read_text(encoding="utf-8"))


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def test_measures_are_lavaans(results: dict[str, Any], golden: Path) -> None:
    theirs, ours = read(golden / "sem.json")["ML"]["fit"], results["structure"]["measures"]
    for name, peer in MEASURES.items():
        assert ours[name] == pytest.approx(theirs[peer], rel=1e-4), name
    assert ours["loglik"] >= theirs["logl"] - 1e-8 * 222


def test_estimates_and_errors_are_lavaans(results: dict[str, Any], golden: Path) -> None:
    ours = {(e["lhs"], e["op"], e["rhs"]): e for e in results["structure"]["estimates"]}
    compared = 0
    for theirs in read(golden / "sem.json")["ML"]["parameter_estimates"]:
        if theirs["op"] == ":=":
            continue
        key = (theirs["lhs"], theirs["op"], theirs["rhs"])
        one = ours.get(key) or ours[(key[2], key[1], key[0])]
        assert one["est"] == pytest.approx(theirs["est"], rel=ESTIMATE, abs=ESTIMATE), key
        assert one["std"] == pytest.approx(theirs["std.all"], rel=ESTIMATE, abs=ESTIMATE), key
        if theirs["se"]:
            assert one["se"] == pytest.approx(theirs["se"], rel=ESTIMATE), key
        compared += 1
    assert compared == 95


def test_indirect_effects_are_lavaans(results: dict[str, Any], golden: Path) -> None:
    defined = {p["lhs"]: p for p in read(golden / "sem.json")["ML"]["parameter_estimates"] if p["op"] == ":="}
    effects = results["effects"]
    routes = {(e["predictor"], *e["via"], e["outcome"]): e for e in effects["indirect"]}
    pairs = {(e["predictor"], e["outcome"]): e for e in effects["total_indirect"]}
    totals = {(e["predictor"], e["outcome"]): e for e in effects["total"]}
    for name, one in {
        "ind_PL": routes[("SIC", "PL", "PI")],
        "ind_PQ": routes[("SIC", "PQ", "PI")],
        "total_ind": pairs[("SIC", "PI")],
        "total": totals[("SIC", "PI")],
    }.items():
        assert one["est"] == pytest.approx(defined[name]["est"], rel=ESTIMATE, abs=ESTIMATE), name
        assert one["se"] == pytest.approx(defined[name]["se"], rel=ESTIMATE), name


def test_scales_are_psychs_and_semtools(results: dict[str, Any], golden: Path) -> None:
    reliability, validity = read(golden / "reliability.json"), read(golden / "validity.json")
    ours = results["measurement"]
    for construct, found in ours["constructs"].items():
        theirs = reliability[construct]
        assert found["alpha"] == pytest.approx(theirs["alpha_raw"], abs=1e-9)
        assert found["alpha_std"] == pytest.approx(theirs["alpha_std"], abs=1e-9)
        assert [found["alpha_ci_low"], found["alpha_ci_high"]] == pytest.approx(theirs["feldt95"], abs=1e-9)
        assert found["ave"] == pytest.approx(validity["handmade"][construct]["AVE"], abs=ESTIMATE)
        assert found["composite_reliability"] == pytest.approx(
            validity["handmade"][construct]["CR"], abs=ESTIMATE
        )
    names = validity["htmt"]["names"]
    for row, a in enumerate(names):
        for column, b in enumerate(names):
            assert ours["htmt"][a][b] == pytest.approx(validity["htmt"]["values"][row][column], abs=1e-9)


def test_moderation_uses_every_pair_and_both_ways_are_reported(results: dict[str, Any]) -> None:
    (analysis,) = results["moderation"]["analyses"]
    assert (analysis["predictor"], analysis["outcome"], analysis["moderator"]) == ("PQ", "PI", "PIC")
    assert analysis["n"] == 222
    assert len(analysis["indicators"]) == 4 * 5
    assert analysis["composite"]["n"] == 222


def test_the_second_engine_agrees(results: dict[str, Any]) -> None:
    check = results["structure"]["cross_check"]
    assert check["verdict"] == "agree" and check["max_se_difference"] < 1e-3
