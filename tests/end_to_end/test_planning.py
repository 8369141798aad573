"""``tam simulate`` and ``tam power`` as a person meets them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

PATHS = ("--paths", "PU~PEOU=.5", "ATT~PU=.4", "ATT~PEOU=.2", "--items", "3")
DAVIS = ("--paths", "PU~PEOU=.5", "ATT~PU=.4,ATT~PEOU=.2", "BI~ATT=.4", "BI~PU=.2")


def test_a_simulated_survey_has_its_truth_beside_it(tam, tmp_path: Path) -> None:
    target = tmp_path / "answers.csv"
    words = (
        "--points",
        "7",
        "--missing",
        ".05",
        "--careless",
        ".1",
        "--n",
        "120",
        "--seed",
        "3",
        "--to",
        target,
    )
    answer = tam("simulate", *PATHS, *words, "--json")
    assert answer.code == 0
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == [f"{name}{i}" for name in ("peou", "pu", "att") for i in (1, 2, 3)]
    assert len(rows) == 121
    cells = [cell for row in rows[1:] for cell in row]
    assert set(cells) == {"", *"1234567"}
    truth = json.loads((tmp_path / "answers.truth.json").read_text(encoding="utf-8"))
    assert truth["missing"]["answers"] == cells.count("")
    assert sum(len(found) for found in truth["careless"]["rows"].values()) == 12
    assert "PU ~ 0.5*PEOU" in truth["population"]
    assert {**truth, "files": answer.json["result"]["files"]} == answer.json["result"]
    first = target.read_bytes()
    assert tam("simulate", *PATHS, *words).code == 0
    assert target.read_bytes() == first


def test_what_is_simulated_can_be_fitted(tam, tmp_path: Path) -> None:
    target = tmp_path / "answers.csv"
    made = tam("simulate", "--model", "davis-tam", *DAVIS, "--n", "4000", "--to", target, "--json").json[
        "result"
    ]
    model = tmp_path / "model.lav"
    model.write_text(made["fitted"], encoding="utf-8")
    fitted = tam("fit", "--model", model, "--data", target, "--std-lv", "--json").json["result"]
    found = {(row["lhs"], row["rhs"]): row["std"] for row in fitted["estimates"] if row["op"] == "~"}
    assert found[("PU", "PEOU")] == pytest.approx(0.5, abs=0.06)
    assert found[("BI", "PU")] == pytest.approx(0.2, abs=0.06)


def test_groups_stand_in_a_column(tam, tmp_path: Path) -> None:
    target = tmp_path / "answers.csv"
    words = ("--paths", "PU~PEOU=.5/.1", "--groups", "head=1,tail=3", "--n", "200", "--to", target)
    answer = tam("simulate", *words, "--json")
    assert answer.json["result"]["groups"] == {"head": 50, "tail": 150}
    with target.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "group"
    assert [row[0] for row in rows].count("head") == 50


def test_power_answers_with_its_error(tam) -> None:
    words = (*PATHS, "--n", "100,200", "--replications", "200", "--workers", "1")
    answer = tam("power", *words, "--json")
    assert answer.code == 0
    result = answer.json["result"]
    assert [one["n"] for one in result["sizes"]] == [100, 200]
    for size in result["sizes"]:
        assert size["used"] + size["failed"] == size["replications"] == 200
        for effect in size["effects"]:
            assert effect["ci_low"] <= effect["power"] <= effect["ci_high"]
            assert 0 <= effect["mc_error"] < 0.04
    powers = [size["effects"][2]["power"] for size in result["sizes"]]
    assert powers[0] < powers[1]
    shown = tam("power", *words)
    assert "PEOU -> PU -> ATT" in shown.out
    assert "Monte Carlo error" in shown.out
    assert shown.out == tam("power", *words).out


def test_power_searches_n_and_the_smallest_effect(tam) -> None:
    words = (
        "--n",
        "150",
        "--for-power",
        ".8",
        "--smallest-effect",
        "--effect",
        "ATT~PU",
        "--replications",
        "200",
    )
    answer = tam("power", *PATHS, *words, "--workers", "1", "--json")
    assert answer.code == 0
    result = answer.json["result"]
    needed = result["for_power"]["effects"][0]
    assert needed["ci_low"] <= needed["n"] <= needed["ci_high"]
    assert result["for_power"]["n"] == needed["n"]
    smallest = result["smallest_effects"][0]
    assert 0.2 < smallest["smallest"] < 0.5
    assert smallest["n"] == 150


def test_an_absent_effect_needs_more_than_there_is(tam) -> None:
    words = ("--paths", "PU~PEOU=0", "--items", "3", "--for-power", ".8", "--largest-n", "400")
    answer = tam("power", *words, "--replications", "100", "--workers", "1", "--json")
    result = answer.json["result"]
    assert result["for_power"]["effects"][0]["n"] is None
    assert result["unavailable"]["for_power.effects.0.n"] == "even 400 respondents are not enough"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ((), ["planning-nothing-to-plan"]),
        (("--paths", "PU~PEOU"), ["planning-path-unreadable"]),
        (("--model", "davis-tam"), ["planning-value-missing"]),
        (("--model", "davis-tan", "--paths", "PU~PEOU=.5"), ["unknown-model"]),
        (("--model", "absent.lav"), ["file-not-readable"]),
        (("--paths", "PU~PEOU=1.2"), ["planning-variance-exceeded"]),
        (("--paths", "PU~PEOU=.5", "--reliability", "2"), ["planning-number"]),
        (("--paths", "PU~PEOU=.5", "--careless", ".1"), ["planning-needs-points"]),
        (("--paths", "PU~PEOU=.5", "--groups", "one=1"), ["planning-groups-unreadable"]),
        (("--paths", "PU~PEOU=.5", "--points", "5", "--thresholds=1,0"), ["planning-cuts-unreadable"]),
    ],
)
@pytest.mark.parametrize("command", ["simulate", "power"])
def test_what_cannot_be_planned_is_said(tam, tmp_path: Path, monkeypatch, command: str, words, codes) -> None:
    monkeypatch.chdir(tmp_path)
    answer = tam(command, *words, "--json")
    assert answer.code == 2
    assert answer.codes == codes
    assert not list(tmp_path.iterdir())


def test_power_refuses_what_does_not_go_together(tam) -> None:
    assert tam("power", *PATHS, "--smallest-effect", "--json").codes == ["needs-also"]
    assert tam("power", *PATHS, "--n", "5", "--json").codes == ["planning-too-few"]
    assert tam("power", *PATHS, "--effect", "PI~ATT", "--json").codes == ["planning-effect-unknown"]
