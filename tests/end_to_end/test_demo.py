"""The demonstration study through the public doors: read, screened and analysed as its truth says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

import tam
from tam.analysis.screening import Screening, screen
from tam.content import content_path
from tam.data import Responses, code_responses, read_table
from tam.planning.demo import write_demo
from tam.spec.study import Study

TRUTH = yaml.safe_load(content_path("instruments", "demo", "truth.yaml").read_text(encoding="utf-8"))
PLANTED = {
    kind: [one["row"] if isinstance(one, dict) else one for one in rows]
    for kind, rows in TRUTH["planted"].items()
}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    return tam.load_study(write_demo(tmp_path_factory.mktemp("demo")).study)


@pytest.fixture(scope="module")
def responses(study: Study) -> Responses:
    return code_responses(read_table(study.data), study.instrument, study.columns)


@pytest.fixture(scope="module")
def screening(study: Study, responses: Responses) -> Screening:
    return screen(responses, study.instrument, study.screening)


@pytest.fixture(scope="module")
def analysis(demonstration: Path) -> dict[str, Any]:
    record: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return record


def test_the_export_is_recognised_and_every_answer_coded(responses: Responses) -> None:
    assert responses.platform == "wenjuanxing"
    assert responses.n_rows == len(responses.values) == 420
    assert set(responses.dropped_columns) >= {"来自IP"}
    assert {reason for column in responses.missing.to_numpy() for reason in column} == {"", "blank"}
    assert not responses.out_of_range


@pytest.mark.parametrize(
    ("kind", "found"),
    [
        ("straight_line", 10),
        ("speeder", 7),
        ("inattentive", 6),
        ("refused", 2),
        ("quit", 4),
        ("duplicate", 6),
        ("random", 8),  # of 9: one picked the right answer of the attention check by luck
    ],
)
def test_planted_respondents_are_found(kind: str, found: int, screening: Screening) -> None:
    assert screening.flags.loc[PLANTED[kind]].any(axis=1).sum() == found


def test_no_attentive_respondent_is_flagged(screening: Screening) -> None:
    """False flags: none of 376."""
    planted = {row for rows in PLANTED.values() for row in rows}
    attentive = [row for row in screening.flags.index if row not in planted]
    assert len(attentive) == 376
    assert not screening.flags.loc[attentive].any(axis=None)
    assert len(screening.kept) == 377


def test_the_estimates_hold_the_population_values(analysis: dict[str, Any]) -> None:
    found = {
        f"{one['lhs']} ~ {one['rhs']}": one for one in analysis["structure"]["estimates"] if one["op"] == "~"
    }
    assert set(found) == set(TRUTH["population"]["paths"])
    for name, true in TRUTH["population"]["paths"].items():
        assert found[name]["ci_low"] < true["est"] < found[name]["ci_high"], name
    latent = analysis["moderation"]["analyses"][0]
    assert latent["ci_low"] < TRUTH["population"]["interaction"]["est"] < latent["ci_high"]


def test_what_is_true_is_supported_and_what_is_not_is_not(analysis: dict[str, Any]) -> None:
    """PEOU -> ATT (H2) is zero in the generating model; all others are positive."""
    verdicts = {one["id"]: one["verdict"] for one in analysis["structure"]["hypotheses"]}
    assert verdicts == {f"H{i}": "not_supported" if i == 2 else "supported" for i in range(1, 8)}


def test_the_fit_is_good_and_the_engines_agree(analysis: dict[str, Any]) -> None:
    structure = analysis["structure"]
    assert structure["converged"] and structure["admissible"]
    assert structure["measures"]["cfi"] > 0.95 and structure["measures"]["rmsea"] < 0.05
    assert structure["cross_check"]["verdict"] == "agree"


def test_tiers_differ_in_trust_and_not_in_ease(analysis: dict[str, Any]) -> None:
    tiers, platforms = analysis["comparison"]["groupings"]
    p = {one["construct"]: one["welch"]["p"] for one in tiers["constructs"]}
    assert p["TRU"] < 0.001 and p["PEOU"] > 0.05
    means = {group: one["mean"] for group, one in tiers["constructs"][5]["means"].items()}
    assert tiers["constructs"][5]["construct"] == "TRU"
    assert means["head"] < means["middle"] < means["tail"]
    assert tiers["n_unclassified"] > 0
    assert [one["id"] for one in platforms["too_small"]] == ["WeChat (official accounts or Channels)"]


def test_the_results_say_that_the_data_are_simulated(analysis: dict[str, Any]) -> None:
    said = analysis["study"]["simulated"]
    assert "Simulated" in said["en"] and "模拟数据" in said["zh"]
    assert analysis["study"]["seed"] == TRUTH["seed"]


@pytest.mark.slow
def test_a_second_run_gives_the_same_bytes(study: Study, analysis: dict[str, Any], tmp_path: Path) -> None:
    again = tam.load_study(write_demo(tmp_path / "demo").study)
    assert json.loads(tam.run(again).to_json()) == analysis
