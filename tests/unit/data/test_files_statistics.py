"""SPSS and Stata files: labels, declared missing values, encodings, case numbers."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from foreign_files import write_ods

from tam.cli.console import open_console
from tam.cli.main import run
from tam.data import code_responses, read_numeric, read_table
from tam.errors import TamError

ROOT = Path(__file__).resolve().parents[3]
WORDS = {1.0: "非常不同意", 2.0: "不同意", 3.0: "一般", 4.0: "同意", 5.0: "非常同意", -9.0: "拒答"}
BACKWARDS = {1.0: "非常同意", 2.0: "同意", 3.0: "中立", 4.0: "不同意", 5.0: "非常不同意"}
FRAME = pd.DataFrame(
    {
        "PU1": [5.0, 4.0, -9.0, 99.0, np.nan],
        "PU2": [2.0, 1.0, 3.0, 4.0, 5.0],
        "ATT1": [1.0, 2.0, 3.0, 4.0, 5.0],
        "ATT2": [-3.0, 0.0, 3.0, 1.0, 2.0],
        "gender": [1.0, 2.0, 1.0, 2.0, 1.0],
        "remark": ["好", "", "x", "y", "z"],
    }
)


def write_sav(path: Path, labels: Mapping[str, Mapping[Any, str]], frame: pd.DataFrame = FRAME) -> Path:
    pyreadstat.write_sav(
        frame,
        path,
        column_labels={"PU1": "KOL笔记能节省我的时间。"},
        variable_value_labels=dict(labels),
        missing_ranges={"PU1": [{"lo": -9, "hi": -1}, {"lo": 99, "hi": 99}]} if "PU1" in frame else None,
        compress=path.suffix == ".zsav",
    )
    return path


@pytest.mark.parametrize("name", ["data.sav", "data.zsav"])
def test_an_spss_file_is_read_with_its_labels_and_reasons(tmp_path, small, name):
    table = read_table(
        write_sav(tmp_path / name, {"PU1": WORDS, "PU2": WORDS, "gender": {1.0: "男", 2.0: "女"}})
    )
    assert table.header == tuple(FRAME.columns)
    assert table.row_numbers == (1, 2, 3, 4, 5)
    assert "SPSS system file" in table.evidence[0]
    responses = code_responses(table, small)
    np.testing.assert_array_equal(responses.raw["PU1"], [5, 4, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(responses.values["PU2"], [4, 5, 3, 2, 1])
    assert responses.missing["PU1"].tolist() == ["", "", "user_missing:-9", "user_missing:99", "blank"]
    assert responses.variables["gender"].tolist() == ["Male", "Female", "Male", "Female", "Male"]
    assert not responses.out_of_range


def test_every_value_of_a_declared_range_keeps_its_own_reason(tmp_path, small):
    frame = FRAME.assign(PU1=[-9.0, -1.0, -5.0, 0.5, 3.0])
    responses = code_responses(read_table(write_sav(tmp_path / "data.sav", {}, frame)), small, needed=["PU1"])
    assert responses.missing["PU1"].tolist()[:3] == ["user_missing:-9", "user_missing:-1", "user_missing:-5"]
    assert [one.value for one in responses.out_of_range] == ["0.5"]


def test_labels_decide_where_all_are_known_whatever_the_numbers(tmp_path, small):
    """An export that counts options from the top: the words are right, the numbers are positions."""
    table = read_table(write_sav(tmp_path / "data.sav", {"ATT1": BACKWARDS}))
    assert code_responses(table, small).raw["ATT1"].tolist() == [5, 4, 3, 2, 1]


def test_numbers_decide_where_the_labels_are_foreign(tmp_path, small):
    foreign = {code: f"Stufe {code:g} von fünf" for code in (1.0, 2.0, 3.0, 4.0, 5.0)}
    table = read_table(write_sav(tmp_path / "data.sav", {"ATT1": foreign}))
    assert code_responses(table, small).raw["ATT1"].tolist() == [1, 2, 3, 4, 5]


def test_numbers_decide_where_only_the_ends_are_labelled_and_agree(tmp_path, small):
    table = read_table(
        write_sav(tmp_path / "data.sav", {"ATT1": {1.0: "Strongly disagree", 5.0: "Strongly agree"}})
    )
    assert code_responses(table, small).raw["ATT1"].tolist() == [1, 2, 3, 4, 5]


def test_labelled_ends_that_contradict_their_numbers_are_refused(tmp_path, small):
    """Whether 2 then means "agree" or "disagree" cannot be known."""
    table = read_table(
        write_sav(tmp_path / "data.sav", {"ATT1": {1.0: "Strongly agree", 5.0: "Strongly disagree"}})
    )
    with pytest.raises(TamError) as raised:
        code_responses(table, small)
    assert {one.code for one in raised.value.problems} == {"answer-contradicts-scale"}


def test_a_column_is_found_by_its_variable_label(tmp_path, small):
    frame = FRAME.rename(columns={"PU1": "V17"})
    pyreadstat.write_sav(frame, tmp_path / "data.sav", column_labels={"V17": "3. KOL笔记能节省我的时间。"})
    responses = code_responses(read_table(tmp_path / "data.sav"), small, needed=["PU1"])
    assert next(one for one in responses.column_map if one.item == "PU1").column == "V17"


@pytest.mark.parametrize("version", [15, 14, 12, 10])
def test_stata_files_of_all_versions_with_extended_missing_values(tmp_path, small, version):
    frame = pd.DataFrame({"PU1": [5, 4, "a", "z", 3], "PU2": [2.0, 1.0, 3.0, 4.0, 5.0]})
    pyreadstat.write_dta(
        frame,
        tmp_path / "data.dta",
        version=version,
        missing_user_values={"PU1": ["a", "z"]},
        variable_value_labels={"PU1": {1: "Strongly disagree", 5: "Strongly agree", "a": "refused"}},
    )
    table = read_table(tmp_path / "data.dta")
    responses = code_responses(table, small, needed=["PU1", "PU2"])
    np.testing.assert_array_equal(responses.raw["PU1"], [5, 4, np.nan, np.nan, 3])
    assert responses.missing["PU1"].tolist() == ["", "", "user_missing:.a", "user_missing:.z", ""]
    assert "Stata" in table.evidence[0]


def test_a_portable_file(tmp_path):
    pyreadstat.write_por(FRAME[["PU2", "ATT1"]].rename(columns=str.upper), tmp_path / "data.por")
    table = read_table(tmp_path / "data.por")
    assert table.header == ("PU2", "ATT1")
    assert table.rows[0].tolist() == ["2", "1", "3", "4", "5"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_an_old_stata_file_without_a_mark_of_its_encoding_is_read_as_chinese(tmp_path, encoding):
    """Files before version 14 do not say their encoding; read as Western, every label would be noise."""
    words = ["同意", "不同意", "中立"]
    stored = [word.encode(encoding) for word in words]
    places = [f"{'ABC'[i]}" * len(one) for i, one in enumerate(stored)]
    pyreadstat.write_dta(pd.DataFrame({"x": places}), tmp_path / "data.dta", version=12)
    content = (tmp_path / "data.dta").read_bytes()
    for place, one in zip(places, stored):
        content = content.replace(place.encode(), one)
    (tmp_path / "data.dta").write_bytes(content)
    table = read_table(tmp_path / "data.dta")
    assert table.rows[0].tolist() == words
    assert table.encoding == encoding


def test_a_western_file_stays_western(tmp_path):
    pyreadstat.write_dta(pd.DataFrame({"x": ["EtE", "deja vu"]}), tmp_path / "data.dta", version=12)
    content = (tmp_path / "data.dta").read_bytes().replace(b"EtE", b"\xe9t\xe9")
    (tmp_path / "data.dta").write_bytes(content)
    assert read_table(tmp_path / "data.dta").rows[0].tolist() == ["été", "deja vu"]


def test_the_content_decides_about_the_format_not_the_name(tmp_path):
    path = write_sav(tmp_path / "data.sav", {}).rename(tmp_path / "data.csv")
    assert read_table(path).header == tuple(FRAME.columns)


def test_numbers_for_tam_fit_and_tam_reliability(tmp_path):
    path = write_sav(tmp_path / "data.sav", {"gender": {1.0: "男", 2.0: "女"}})
    frame = read_numeric(path, ["PU1", "ATT1"], text_columns=["gender"])
    np.testing.assert_array_equal(frame["PU1"], [5, 4, np.nan, np.nan, np.nan])
    assert frame["gender"].tolist() == ["男", "女", "男", "女", "男"]


def test_text_in_a_numeric_column_is_told_with_its_case(tmp_path):
    with pytest.raises(TamError) as raised:
        read_numeric(write_sav(tmp_path / "data.sav", {}), ["remark"])
    assert raised.value.problems[0].code == "not-a-number"
    assert raised.value.problems[0].where.row == 1


@pytest.mark.parametrize("name", ["data.sav", "data.zsav", "data.dta", "data.por"])
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.95])
def test_a_cut_file_is_one_problem(tmp_path, name, kept):
    path = tmp_path / name
    frame = pd.DataFrame({"X": np.arange(500.0), "Y": np.arange(500.0) % 7})
    if path.suffix in (".sav", ".zsav"):
        pyreadstat.write_sav(frame, path, compress=path.suffix == ".zsav")
    elif path.suffix == ".dta":
        pyreadstat.write_dta(frame, path)
    else:
        pyreadstat.write_por(frame, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(kept * len(content))])
    with pytest.raises(TamError) as raised:
        read_table(path)
    assert [one.code for one in raised.value.problems] == ["statistics-file-damaged"]


def told(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    run(list(arguments), open_console(list(arguments), {}, out, io.StringIO()))
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize("suffix", ["sav", "dta", "xlsx", "ods"])
def test_tam_fit_and_tam_reliability_find_the_same_in_every_format(tmp_path, suffix):
    frame = pd.read_csv(ROOT / "tests/data/tam_sim/tam_sim_complete.csv").select_dtypes("number")
    names = [name for name in frame if name.startswith(("PU", "PI"))][:6]
    frame = frame[names].astype(float)
    frame.to_csv(tmp_path / "data.csv", index=False)
    path = tmp_path / f"data.{suffix}"
    if suffix == "sav":
        pyreadstat.write_sav(frame, path, variable_value_labels={names[0]: {1.0: "Strongly disagree"}})
    elif suffix == "dta":
        pyreadstat.write_dta(frame, path)
    elif suffix == "xlsx":
        frame.to_excel(path, index=False)
    else:
        write_ods(path, ("s", [names, *frame.to_numpy().tolist()]))
    (tmp_path / "model.lav").write_text(f"F =~ {' + '.join(names[:4])}\n", encoding="utf-8")
    results = []
    for data in (tmp_path / "data.csv", path):
        fit = told("fit", "--model", str(tmp_path / "model.lav"), "--data", str(data), "--json")
        scale = f"F={','.join(names[:4])}"
        reliability = told("reliability", "--data", str(data), "--scale", scale, "--json")
        results.append((fit["result"]["estimates"], reliability["result"]["constructs"]))
    assert results[0] == results[1]
    assert results[0][0]


def test_tam_reliability_tells_which_sheet_it_took(tmp_path):
    rows = [["a", "b", "c"], *([i % 5 + 1, (i * 2) % 5 + 1, (i * 3) % 7] for i in range(40))]
    path = write_ods(tmp_path / "data.ods", ("answers", rows), ("notes", [["x"]]))
    answer = told("reliability", "--data", str(path), "--scale", "F=a,b,c", "--json")
    assert "sheet-chosen" in {one["code"] for one in answer["problems"]}
