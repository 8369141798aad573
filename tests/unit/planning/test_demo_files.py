"""The stored demonstration study: reproducible, marked as simulated, planted as truth.yaml says."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from tam.content import content_path
from tam.errors import TamError
from tam.planning.demo import FILES, write_demo
from tam.planning.demo_content import demo_content, load_plan
from tam.spec.instrument_file import load_instrument
from tam.spec.study_file import load_study

FOLDER = content_path("instruments", "demo")
PLAN = load_plan()
INSTRUMENT = load_instrument("kol-tam")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    text = (FOLDER / "export.csv").read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "truth.yaml").read_text(encoding="utf-8"))
    return loaded


def column(rows: list[dict[str, str]], question: str) -> str:
    """The header of an item, a check or a variable of the instrument."""
    for part in (INSTRUMENT.items, INSTRUMENT.attention_checks, INSTRUMENT.variables):
        if question in part:
            wording = part[question].text.zh
            return next(name for name in rows[0] if re.fullmatch(rf"\d+、{re.escape(wording or '')}", name))
    raise KeyError(question)


def test_the_generator_makes_the_stored_files(truth: dict[str, Any]) -> None:
    export, planted = demo_content(PLAN)
    assert export == (FOLDER / "export.csv").read_bytes()
    assert planted == truth["planted"] and truth["seed"] == PLAN["seed"]


def test_every_row_says_that_it_is_simulated(rows: list[dict[str, str]]) -> None:
    assert len(rows) == 420
    for row in rows:
        assert "模拟数据 simulated" in row["来源详情"] and str(PLAN["seed"]) in row["来源详情"]
        assert "generating.yaml" in row["来源详情"] and PLAN["instrument"] in row["来源详情"]
        assert re.match(r"(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}\(", row["来自IP"])
    study = load_study(FOLDER / "study.toml")
    assert study.simulated is not None and study.seed == PLAN["seed"]
    assert "imulated" in (study.simulated.en or "") and "模拟数据" in (study.simulated.zh or "")


def test_the_planted_rows_are_as_many_as_planned(truth: dict[str, Any]) -> None:
    planned = {kind: n for kind, n in PLAN["respondents"].items() if kind != "attentive"}
    assert {kind: len(found) for kind, found in truth["planted"].items()} == planned


def test_planted_rows_are_what_they_are_called(rows: list[dict[str, str]], truth: dict[str, Any]) -> None:
    items = [column(rows, item) for item in INSTRUMENT.items]
    planted = truth["planted"]

    def answers(row: int) -> list[str]:
        return [rows[row - 2][name] for name in items]

    assert all(len(set(answers(row))) == 1 for row in planted["straight_line"])
    assert all(rows[row - 2][column(rows, "AC1")] != "不同意" for row in planted["inattentive"])
    assert all("不可以" in rows[row - 2][column(rows, "AC2")] for row in planted["refused"])
    assert all(int(rows[row - 2]["所用时间"].removesuffix("秒")) < 50 for row in planted["speeder"])
    assert all(answers(row).count("(空)") == 9 for row in planted["quit"])
    for one in planted["duplicate"]:
        assert answers(one["row"]) == answers(one["copy_of"])
        assert rows[one["row"] - 2]["来自IP"] == rows[one["copy_of"] - 2]["来自IP"]
        assert one["row"] > one["copy_of"]


def test_missing_answers_and_skips_are_there_in_moderation(rows: list[dict[str, str]]) -> None:
    items = [column(rows, item) for item in INSTRUMENT.items]
    blank = sum(row[name] == "(空)" for row in rows for name in items) / (len(rows) * len(items))
    assert 0.005 < blank < 0.05
    followers = column(rows, "followers")
    for row in rows:
        assert (row[followers] == "(跳过)") == row[column(rows, "platform")].startswith("微信")


def test_answered_tier_and_follower_count_agree(rows: list[dict[str, str]]) -> None:
    scheme, word = INSTRUMENT.tier_schemes["xhs"], {"head": "头部", "middle": "腰部", "tail": "尾部"}
    tiers: Counter[str] = Counter()
    for row in rows:
        count = row[column(rows, "followers")]
        if count.isdigit():
            tier = scheme.classify(float(count))
            assert tier is not None and row[column(rows, "kol_tier")].startswith(word[tier])
            tiers[tier] += 1
    assert all(tiers[tier] > 80 for tier in word)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_demo(tmp_path / "new" / "demo")
    before = {name: (first.folder / name).read_bytes() for name in FILES}
    assert write_demo(first.folder) == first
    assert before == {name: (first.folder / name).read_bytes() for name in FILES}
    assert load_study(first.study).instrument.id == "kol-tam"


def test_somebody_elses_files_are_left_alone(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    with pytest.raises(TamError) as caught:
        write_demo(tmp_path)
    assert [one.code for one in caught.value.problems] == ["demo-file-in-the-way"] * 2
    assert all((tmp_path / name).read_text(encoding="utf-8") == "mine" for name in FILES)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(TamError) as caught:
        write_demo(tmp_path / "file" / "demo")
    assert [one.code for one in caught.value.problems] == ["demo-not-writable"]
