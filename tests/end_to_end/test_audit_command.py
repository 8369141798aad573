"""``tam audit`` as a person and a script meet it."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import pytest

PAPER = """\
title: A paper
n: '312'
software: AMOS
constructs:
- {name: PU, loadings: ['0.80', '0.80'], AVE: '0.70', CR: '0.78'}
- {name: PI, loadings: ['0.81', '0.79'], AVE: '0.64', CR: '0.78', rho_A: '1.02'}
"""
TABLE = "Construct\tItem\tLoading\tCR\tAVE\nPU\tPU1\t0.80\t0.78\t0.64\n\tPU2\t0.80\nwhat is this 5\n"


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.yaml"
    path.write_text(PAPER, "utf-8")
    return path


def test_the_answer_of_the_command(tam: Any, paper: Path) -> None:
    answer = tam("audit", paper, "--json")
    assert answer.code == 1
    result = answer.json["result"]
    assert set(result) == {"key", "checks", "summary", "unavailable"}
    assert result["summary"] == {"consistent": 5, "inconsistent": 1, "undecidable": 1}
    (wrong,) = [one for one in result["checks"] if one["verdict"] == "inconsistent"]
    assert wrong == {
        "rule": "ave_from_loadings",
        "where": "PU",
        "printed": "0.70",
        "recomputed": 0.64,
        "low": 0.632025,
        "high": 0.648025,
        "verdict": "inconsistent",
        "severity": "major",
        "note": "",
    }


def test_a_person_reads_objections_first(tam: Any, paper: Path) -> None:
    out = tam("audit", paper).out
    assert "7 checks: 5 consistent, 1 inconsistent, 1 undecidable." in out
    assert out.index("ave_from_loadings") < out.index("coefficient_limits") < out.index("cr_from_loadings")
    assert "0.6320 to 0.6480" in out
    assert out.count("cr_at_least_ave") == 1
    assert tam("audit", paper, "--all").out.count("cr_at_least_ave") == 2


def test_a_clean_paper_exits_with_zero(tam: Any, tmp_path: Path) -> None:
    path = tmp_path / "paper.yaml"
    path.write_text(PAPER.replace("0.70", "0.64"), "utf-8")
    assert tam("audit", path).code == 0


def test_tables_are_shown_as_understood_before_any_verdict(tam: Any, tmp_path: Path) -> None:
    path = tmp_path / "copied.txt"
    path.write_text(TABLE, "utf-8")
    answer = tam("audit", path, "--n", "300")
    assert answer.code == 0
    assert (
        answer.out.index("Understood") < answer.out.index("0.80 0.80") < answer.out.index("Audit of copied")
    )
    assert "line 4: what is this 5" in answer.out
    assert "audit-lines-ignored" in answer.err
    record = tam("audit", path, "--json").json["result"]["understood"]
    assert record["ignored"] == [{"file": "", "line": 4, "text": "what is this 5"}]
    assert record["tables"][0]["rows"][0][:3] == ["PU", "2", "0.80 0.80"]


def test_tables_can_be_pasted(tam: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pasted = io.TextIOWrapper(io.BytesIO(TABLE.replace("0.64", "0.46").encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", pasted)
    answer = tam("audit", "--paste", "--json")
    assert answer.code == 1
    assert answer.json["result"]["key"] == "pasted"


def test_what_cannot_be_audited_says_why(tam: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert tam("audit", "--json").codes == ["audit-needs-file"]
    assert tam("audit", "x.yaml", "--paste", "--json").codes == ["audit-needs-file"]
    assert tam("audit", tmp_path / "none.yaml", "--json").codes == ["file-not-readable"]
    assert tam("audit", tmp_path, "--json").codes == ["audit-no-tables"]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"1" * 400_000)))
    assert tam("audit", "--paste", "--json").codes == ["audit-text-too-long"]
    assert tam("audit", "no-such-publication", "--json").code == 2


def test_rules_are_explained_in_both_languages(tam: Any) -> None:
    assert "AVE = mean of l^2" in tam("explain", "ave_from_loadings").out
    assert "由载荷重算 AVE" in tam("explain", "ave_from_loadings", "--lang", "zh").out
    assert tam("explain", "positive_definite").code == 0


def test_hostile_names_are_shown_harmlessly(tam: Any, tmp_path: Path) -> None:
    path = tmp_path / "copied.txt"
    path.write_text("Construct\tCR\tAVE\n\x1b[31m<script>alert(1)</script>\t0.60\t0.70\n", "utf-8")
    answer = tam("audit", path)
    assert answer.code == 1
    assert "\x1b" not in answer.out
