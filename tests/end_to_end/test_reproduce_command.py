"""``tam reproduce`` as a person meets it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

COMES_OUT = """key: small_paper
kind: reproduce
title: A paper that comes out
n: '200'
variables: [A, B, C]
matrix:
- '1'
- .30 1
- .50 .40 1
model: C ~ A + B
printed:
- {what: path, lhs: C, op: '~', rhs: A, value: '.42', t_printed: '6.77'}
- {what: path, lhs: C, op: '~', rhs: B, value: '.27'}
- {what: R2, lhs: C, op: R2, rhs: '', value: 32%}
"""


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    path = tmp_path / "paper.yaml"
    path.write_text(COMES_OUT, encoding="utf-8")
    return path


def test_a_paper_that_comes_out(tam, paper: Path) -> None:
    answer = tam("reproduce", paper, "--json")
    assert answer.code == 0
    assert answer.codes == []
    result = answer.json["result"]
    assert result["key"] == "small_paper"
    assert result["summary"]["exact"] == 4
    told = tam("reproduce", paper)
    assert told.code == 0
    for words in ("small_paper", "ols-std", "positive definite", "C~A", ".42", "exact"):
        assert words in told.out


def test_a_paper_that_does_not(tam, paper: Path) -> None:
    paper.write_text(COMES_OUT.replace("value: '.27'", "value: '.72'"), encoding="utf-8")
    answer = tam("reproduce", paper, "--json")
    assert answer.code == 1
    assert answer.codes == ["reproduce-differs"]
    value = answer.json["result"]["values"][2]
    assert (value["verdict"], value["printed"]) == ("minor", ".72") or value["verdict"] in (
        "major", "unreachable",
    )  # fmt: skip
    told = tam("reproduce", paper)
    assert "1 of 4 computable values" in told.err
    assert ".72" in told.out


def test_an_impossible_matrix_is_told_with_the_cells(tam, paper: Path) -> None:
    paper.write_text(COMES_OUT.replace("- .30 1", "- '-.90 1'"), encoding="utf-8")
    answer = tam("reproduce", paper, "--json")
    assert answer.code == 1
    assert "reproduce-matrix" in answer.codes
    matrix = answer.json["result"]["matrix"]
    assert matrix["positive_definite"] is False
    assert {(one["row"], one["column"]) for one in matrix["suspects"]} >= {("B", "A")}
    assert "impossible" not in answer.out.lower() or "No positive definite" in tam("reproduce", paper).out


def test_a_file_that_cannot_be_used(tam, tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text("kind: reproduce\nvariables: [A, B]\nmatrix: ['1', '.3 1 4']\n", encoding="utf-8")
    assert tam("reproduce", broken, "--json").code == 2
    assert tam("reproduce", tmp_path / "absent.yaml", "--json").code == 2
    assert tam("reproduce", "no-such-paper", "--json").codes == ["unknown-publication"]


def test_tables_without_a_matrix_are_sent_to_the_audit(tam, tmp_path: Path) -> None:
    tables = tmp_path / "tables.yaml"
    tables.write_text(
        "key: tables\nkind: audit\ntitle: Only tables\n"
        "sums:\n- {what: total, of: ['.10', '.20'], printed: '.30'}\n",
        encoding="utf-8",
    )
    answer = tam("reproduce", tables, "--json")
    assert answer.code == 2
    assert answer.codes == ["reproduce-nothing"]


def test_a_hostile_title_is_shown_as_text(tam, paper: Path) -> None:
    paper.write_text(
        COMES_OUT.replace("A paper that comes out", '"\\e[31m<script>alert(1)</script>"'), encoding="utf-8"
    )
    told = tam("reproduce", paper)
    assert "\x1b[31m" not in told.out


def test_the_result_can_be_written(tam, paper: Path, tmp_path: Path) -> None:
    target = tmp_path / "found.json"
    answer = tam("reproduce", paper, "--write", target, "--json")
    assert json.loads(target.read_text(encoding="utf-8")) == answer.json["result"]


def test_two_runs_are_the_same(tam, paper: Path) -> None:
    assert tam("reproduce", paper, "--json").out == tam("reproduce", paper, "--json").out


def test_the_shipped_publications_are_listed_and_all_are_done_in_a_minute(tam) -> None:
    listed = tam("reproduce", "--json").json["result"]["publications"]
    assert all(one["key"] and one["values"] for one in listed)
    start = time.monotonic()
    answer = tam("reproduce", "--all", "--json")
    assert time.monotonic() - start < 60
    assert answer.code in (0, 1)
    done = answer.json["result"]["publications"]
    assert [one["key"] for one in done] == [one["key"] for one in listed]
    told = tam("reproduce", "--all")
    assert all(one["key"] in told.out for one in listed)


def test_a_name_and_all_exclude_each_other(tam) -> None:
    assert tam("reproduce", "some", "--all", "--json").code == 2
