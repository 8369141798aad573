"""The commands around a study: run, report, check, screen, init, export, cite; simulated and real answers."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from architecture.json_schema import faults

from end_to_end.peers import golden, influencer_study
from tam.cli.summary import MOST_LINES

PAGES = [
    f"report.{audience}{language}.html"
    for audience in ("", "market.", "review.")
    for language in ("en", "zh")
]
"""Every edition in both languages, as the demonstration's study asks."""


def test_the_demonstration_leaves_what_it_promises(demo: Path) -> None:
    names = {path.name for path in demo.iterdir()}
    assert names == {"study.toml", "export.csv", "results.json", *PAGES}


def test_a_second_run_writes_the_same_bytes_and_says_what_the_tutorial_shows(
    tam, demo: Path, tmp_path: Path
) -> None:
    answer = tam("run", demo, "--out", tmp_path)
    assert answer.code == 0
    for name in ("results.json", *PAGES):
        assert (tmp_path / name).read_bytes() == (demo / name).read_bytes(), name
    said = answer.out.splitlines()
    assert len(said) <= MOST_LINES
    assert "simulated" in answer.out and "H1" in answer.out and "results.json" in said[-1]
    page = (Path(__file__).resolve().parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shown = page.partition("tam run my-study\n```\n\n```text\n")[2].partition("```")[0].splitlines()
    without_engine = [line for line in shown if "two engines" not in line]
    assert without_engine == said[: len(without_engine)]
    assert any(line.startswith("two engines agree") for line in said)


def test_the_report_comes_from_the_results_alone(tam, demo: Path, tmp_path: Path) -> None:
    """Neither the data nor the study file is there; the pages are the same to the byte."""
    shutil.copy(demo / "results.json", tmp_path)
    answer = tam("report", tmp_path / "results.json", "--audience", "academic,market,review")
    assert answer.code == 0
    for name in PAGES:
        assert (tmp_path / name).read_bytes() == (demo / name).read_bytes(), name


def test_flags_beat_the_file(tam, demo: Path, tmp_path: Path) -> None:
    answer = tam(
        *(
            "run",
            demo,
            "--out",
            tmp_path,
            "--bootstrap",
            "30",
            "--seed",
            "9",
            "--level",
            "0.9",
            "--lang",
            "zh",
        ),
        "--json",
    )
    interval = answer.json["result"]["effects"]["interval"]
    assert (interval["requested"], interval["seed"], interval["level"]) == (30, 9, 0.9)
    pages = ["report.market.zh.html", "report.review.zh.html", "report.zh.html"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [*pages, "results.json"]


def test_results_keep_their_shape(demo: Path) -> None:
    results = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    sections = [
        "study",
        "flow",
        "screening",
        "measurement",
        "structure",
        "effects",
        "moderation",
        "comparison",
        "problems",
        "provenance",
    ]
    assert set(sections) <= set(results)


def test_check_says_how_every_column_was_understood(tam, demo: Path) -> None:
    answer = tam("check", demo, "--json")
    assert answer.code == 0
    result = answer.json["result"]
    assert {row["item"] for row in result["columns"]} >= {"PEOU1", "PU1", "ATT1", "PI1", "EXP1", "platform"}
    assert result["n_rows"] == 420
    assert result["data"]["platform"] == "wenjuanxing"
    spoken = tam("check", demo)
    assert "PEOU1" in spoken.out
    assert "kol-tam" in spoken.out


def test_commands_find_the_study_upward(tam, demo: Path, tmp_path: Path, monkeypatch) -> None:
    shutil.copytree(demo, tmp_path / "study")
    inner = tmp_path / "study" / "notes" / "deeper"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert tam("check", "--json").code == 0


def test_screening_is_told_with_rules_flow_and_rows(tam, demo: Path) -> None:
    result = tam("screen", demo, "--json").json["result"]
    assert result["flow"][0]["n_left"] == 420
    removed = sum(step["n_removed"] for step in result["flow"])
    assert result["flow"][-1]["n_left"] == 420 - removed
    assert {row["rule"] for row in result["screening"]["excluded"]} <= {
        rule["rule"] for rule in result["screening"]["rules"] if rule["excludes"]
    }


def test_init_writes_a_study_that_checks_and_runs(tam, demo: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    answer = tam("init", folder, "--instrument", "kol-tam", "--lang", "zh", "--json")
    assert answer.code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "codebook.csv",
        "data.csv",
        "questionnaire.zh.docx",
        "questionnaire.zh.html",
        "study.toml",
    ]
    shutil.copy(demo / "export.csv", folder / "data.csv")
    assert tam("check", folder, "--json").code == 0


def test_init_never_replaces_a_file(tam, tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text("my work", encoding="utf-8")
    answer = tam("init", tmp_path, "--json")
    assert answer.code == 2
    assert answer.codes == ["would-overwrite"]
    assert [path.name for path in tmp_path.iterdir()] == ["study.toml"]
    assert (tmp_path / "study.toml").read_text(encoding="utf-8") == "my work"


def test_the_codebook_opens_as_text_in_a_spreadsheet(tam, tmp_path: Path) -> None:
    tam("init", tmp_path, "--instrument", "davis-tam")
    text = (tmp_path / "codebook.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows[0]["item"]
    for row in rows:
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "@")), (name, cell)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_shipped_instrument_can_start_a_study(tam, tmp_path: Path, language: str) -> None:
    from tam.spec.instrument_file import shipped_instruments

    for name in shipped_instruments():
        assert tam("init", tmp_path / name, "--instrument", name, "--lang", language, "--json").code == 0


def test_the_exported_model_is_the_same_model(tam, demo: Path, tmp_path: Path) -> None:
    """The exported files give back, through ``tam fit``, the very estimates of the study's results."""
    answer = tam("export", demo, "--to", "lavaan,semopy", "--out", tmp_path, "--json")
    assert answer.code == 0
    names = {path.name for path in tmp_path.iterdir()}
    expected = {"expected_model.csv", "expected_moderation_1.csv"}
    assert (
        names == {"fit_lavaan.R", "fit_semopy.py", "model.lav", "moderation_1.lav", "answers.csv"} | expected
    )
    results = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    fitted = tam("fit", "--model", tmp_path / "model.lav", "--data", tmp_path / "answers.csv", "--json").json[
        "result"
    ]
    for mine, theirs in zip(fitted["estimates"], results["structure"]["estimates"], strict=True):
        assert mine["est"] == pytest.approx(theirs["est"], abs=1e-9)
    moderated = tam(
        "fit", "--model", tmp_path / "moderation_1.lav", "--data", tmp_path / "answers.csv", "--json"
    ).json["result"]
    interaction = next(
        row for row in moderated["estimates"] if (row["lhs"], row["rhs"]) == ("PI", "ATT.CRED")
    )
    assert interaction["est"] == pytest.approx(results["moderation"]["analyses"][0]["est"], abs=1e-8)


def test_export_writes_a_script_for_every_program(tam, demo: Path, tmp_path: Path) -> None:
    answer = tam("export", demo, "--to", "modsem,seminr", "--out", tmp_path, "--json")
    assert (answer.code, answer.codes) == (0, [])
    modsem = (tmp_path / "fit_modsem.R").read_text(encoding="utf-8")
    assert 'method = "dblcent"' in modsem and 'method = "lms"' in modsem
    assert "CRED =~ EXP_parcel" in (tmp_path / "modsem_1.lav").read_text(encoding="utf-8")
    expected = pd.read_csv(tmp_path / "expected_modsem_1.csv")
    assert list(expected[expected.rhs == "ATT:CRED"].method) == ["dblcent", "lms"]
    seminr = (tmp_path / "fit_seminr.R").read_text(encoding="utf-8")
    assert 'higher_composite("CRED", c("EXP", "TRU", "ATR"), method = two_stage' in seminr
    assert set(pd.read_csv(tmp_path / "expected_seminr.csv").table) == {"reliability", "htmt"}


def test_only_methods_that_were_used_are_cited(tam, demo: Path, tmp_path: Path) -> None:
    whole = tam("cite", demo / "results.json", "--json").json["result"]
    keys = {one["key"] for one in whole["references"]}
    assert {"lin2010", "games1976", "henseler2015", "rosseel2012"} <= keys
    assert any("Davis" in one["cite"] for one in whole["sources"])
    results = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    results["moderation"] = results["comparison"] = None
    less = tmp_path / "results.json"
    less.write_text(json.dumps(results), encoding="utf-8")
    fewer = {one["key"] for one in tam("cite", less, "--json").json["result"]["references"]}
    assert not fewer & {"lin2010", "games1976", "hedges1981", "aiken1991"}


@pytest.mark.parametrize("text", ["", "{}", "[1, 2]", '{"schema": "tam-results/0.1"}', "not json at all"])
@pytest.mark.parametrize("command", ["report", "cite"])
def test_a_file_that_holds_no_results_is_named(tam, tmp_path: Path, command: str, text: str) -> None:
    (tmp_path / "results.json").write_text(text, encoding="utf-8")
    answer = tam(command, tmp_path / "results.json", "--json")
    assert answer.code == 2
    assert answer.json["problems"][0]["where"]["file"] == "results.json"


@pytest.mark.parametrize("command", ["check", "screen", "run", "export"])
def test_a_study_that_is_not_there_is_named(tam, tmp_path: Path, command: str) -> None:
    answer = tam(command, tmp_path / "nowhere", "--json")
    assert answer.code == 2
    assert answer.codes == ["study-not-found"]


# --- real respondents ---------------------------------------------------------------------------


@pytest.mark.reference
@pytest.mark.parametrize(
    ("paths", "key"),
    [
        (["PI ~ PQ + PIC"], "simple_PQxPIC"),
        (["PL ~ SIC", "PQ ~ SIC", "PI ~ SIC + PL + PQ + PIC"], "PQxPIC"),
    ],
)
def test_competence_moderates_quality_as_semtools_says(
    tam, reference: Path, tmp_path: Path, paths: list[str], key: str
) -> None:
    study = influencer_study(tmp_path, reference, paths)
    result = tam("run", study, "--bootstrap", "0", "--json").json["result"]
    analysis = result["moderation"]["analyses"][0]
    path = reference / "influencer" / "golden" / "latent_interaction.json"
    theirs = golden(path, key, "dblMC_matched", "fit")
    expected = next(row for row in theirs["parameter_estimates"] if (row["lhs"], row["rhs"]) == ("PI", "XZ"))
    assert analysis["est"] == pytest.approx(expected["est"], abs=1e-4)
    assert analysis["se"] == pytest.approx(expected["se"], rel=1e-4)
    assert analysis["std_naive"] == pytest.approx(expected["std.all"], abs=1e-4)


@pytest.fixture(scope="session")
def schema() -> dict:
    path = Path(__file__).resolve().parents[2] / "docs" / "reference" / "results.schema.json"
    return json.loads(path.read_text(encoding="utf-8"))


def test_the_results_of_the_demonstration_keep_to_the_schema(demo: Path, schema: dict) -> None:
    results = json.loads((demo / "results.json").read_text(encoding="utf-8"))
    assert not list(faults(results, schema))


@pytest.mark.reference
def test_the_results_of_a_plain_table_keep_to_the_schema(
    tam, reference: Path, tmp_path: Path, schema: dict
) -> None:
    study = influencer_study(tmp_path, reference, ["PI ~ PQ + PIC", "wtp ~ PI"])
    tam("run", study, "--bootstrap", "20", "-q")
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert not list(faults(results, schema))


INLINE = """\
data = "table.csv"
[constructs]
A = ["a1", "a2", "-a3"]
B = ["b1", "b2", "b3"]
[scale]
min = 1
max = 5
[model]
paths = ["B ~ A"]
[options]
bootstrap = 20
"""


def test_a_plain_numeric_table_needs_no_questionnaire(tam, tmp_path: Path, schema: dict) -> None:
    """Six items, one of them reversed; the path comes out positive although a3 runs the other way."""
    import numpy as np

    rng = np.random.default_rng(11)
    a = rng.standard_normal(200)
    b = 0.6 * a + 0.8 * rng.standard_normal(200)
    true = np.column_stack([a, a, -a, b, b, b])
    coded = np.clip(np.rint(true + 0.7 * rng.standard_normal(true.shape) + 3), 1, 5).astype(int)
    lines = ["a1,a2,a3,b1,b2,b3", *(",".join(map(str, row)) for row in coded)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(INLINE, encoding="utf-8")
    answer = tam("run", tmp_path, "--json")
    assert answer.code == 0, answer.json["problems"]
    estimates = answer.json["result"]["structure"]["estimates"]
    path = next(row for row in estimates if (row["lhs"], row["op"], row["rhs"]) == ("B", "~", "A"))
    assert path["ci_low"] > 0
    loading = next(row for row in estimates if row["rhs"] == "a3" and row["op"] == "=~")
    assert loading["est"] > 0
    results = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert not list(faults(results, schema))
