"""Studies of several files: stacked, told apart by wave, every row told by file and row."""

from __future__ import annotations

import io
import json
from pathlib import Path

import openpyxl
import pytest
from conftest import INSTRUMENT

from tam.analysis.reading import read_study_data
from tam.cli.console import open_console
from tam.cli.main import run
from tam.data.stacking import with_sources
from tam.errors import TamError
from tam.spec.study_file import load_study

WORDS = {1: "非常不同意", 2: "不同意", 3: "中立", 4: "同意", 5: "非常同意"}
STUDY = """
title = "Two waves"
instrument = "small.yaml"
{data}
[model]
paths = ["ATT ~ PU"]
[groups]
by = "wave"
"""
PLAIN = (
    "id,PU1,PU2,ATT1,ATT2,gender\nR_0000000001,5,1,4,2,1\nR_0000000002,4,2,5,3,2\nR_0000000003,9,3,2,-1,1\n"
)


def exported(path: Path, rows: list[list[object]]) -> Path:
    """A Wenjuanxing workbook in words, with a phone number."""
    book = openpyxl.Workbook()
    meta = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP", "1、您的手机号"]
    texts = ["KOL笔记能节省我的时间。", "KOL笔记很少能帮上忙。", "我喜欢KOL笔记。", "不好还是好？"]
    book.active.append([*meta, *(f"{i}、{text}" for i, text in enumerate(texts, 2))])
    for number, phone, pu1, pu2, att1, att2 in rows:
        answers = [WORDS[code] for code in (pu1, pu2, att1)]
        source = ["微信", "N/A", f"10.0.0.{number}(广东-深圳)"]
        book.active.append([number, f"2025/3/1 10:0{number}:00", "120秒", *source, phone, *answers, att2])
    book.save(path)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(INSTRUMENT, encoding="utf-8")
    (tmp_path / "wave1.csv").write_text(PLAIN, encoding="utf-8")
    exported(tmp_path / "wave2.xlsx", [[1, "13800000001", 2, 5, 1, -2], [2, "13800000002", 3, 4, 2, 1]])
    return tmp_path


def study(folder: Path, data: str):
    (folder / "study.toml").write_text(STUDY.format(data=data), encoding="utf-8")
    return load_study(folder)


def test_files_of_two_platforms_are_stacked_each_read_by_itself(folder):
    _, found = read_study_data(study(folder, 'data = ["wave1.csv", "wave2.xlsx"]'))
    assert found.values.index.tolist() == [1, 2, 3, 4, 5]
    assert found.source.to_numpy().tolist() == [
        ["wave1.csv", 2],
        ["wave1.csv", 3],
        ["wave1.csv", 4],
        ["wave2.xlsx", 2],
        ["wave2.xlsx", 3],
    ]
    assert found.variables["wave"].tolist() == ["wave1"] * 3 + ["wave2"] * 2
    assert found.raw["PU2"].tolist() == [1, 2, 3, 5, 4]
    assert found.values["PU2"].tolist() == [5, 4, 3, 1, 2]
    assert [one.platform for one in found.files] == ["plain", "wenjuanxing"]
    assert found.platform == "plain, wenjuanxing"
    assert found.n_rows == 5
    by_file = {one.file: {m.item: m.how for m in one.column_map} for one in found.files}
    assert by_file["wave1.csv"]["PU1"] == "name"
    assert by_file["wave2.xlsx"]["PU1"].startswith("wording (zh)")
    assert by_file["wave2.xlsx"].keys() >= {"PU1", "PU2", "ATT1", "ATT2"}


def test_an_answer_out_of_range_is_told_with_its_file_and_found_by_its_running_number(folder):
    _, found = read_study_data(study(folder, 'data = ["wave2.xlsx", "wave1.csv"]'))
    (one,) = found.out_of_range
    assert (one.row, one.item, one.value) == (5, "PU1", "9")
    place = next(p.where for p in found.problems if p.code == "value-out-of-range")
    assert (place.file, place.row) == ("wave1.csv", 4)


def test_the_long_form_names_wave_and_columns_for_each_file(folder):
    renamed = PLAIN.replace("PU1", "Q1").replace("id,", "nr,")
    (folder / "wave1.csv").write_text(renamed, encoding="utf-8")
    data = """
    [[files]]
    file = "wave1.csv"
    wave = "t1"
    columns = { PU1 = "Q1", id = "nr" }
    [[files]]
    file = "wave2.xlsx"
    wave = "t2"
    platform = "wenjuanxing"
    """
    _, found = read_study_data(study(folder, data))
    assert found.variables["wave"].tolist() == ["t1"] * 3 + ["t2"] * 2
    assert found.values["PU1"].tolist()[0] == 5


def test_a_variable_of_one_file_is_empty_for_the_others_and_told(folder):
    _, found = read_study_data(study(folder, 'data = ["wave1.csv", "wave2.xlsx"]'))
    assert found.variables["gender"].tolist()[:3] == ["Male", "Female", "Male"]
    assert found.variables["gender"].isna().tolist() == [False] * 3 + [True] * 2
    note = next(one for one in found.problems if one.code == "file-without-column")
    assert "gender" in note.what
    assert note.where.file == "wave2.xlsx"


def test_what_is_wrong_in_any_file_is_told_together(folder):
    (folder / "wave1.csv").write_text(PLAIN.replace("PU1", "X"), encoding="utf-8")
    (folder / "wave3.csv").write_text(PLAIN.replace(",4,2,1\n", ",great,2,1\n"), encoding="utf-8")
    with pytest.raises(TamError) as raised:
        read_study_data(study(folder, 'data = ["wave1.csv", "wave2.xlsx", "wave3.csv"]'))
    found = {(one.code, one.where.file) for one in raised.value.problems}
    assert found == {("column-missing", "wave1.csv"), ("answer-not-on-scale", "wave3.csv")}


def test_overlapping_exports_are_told_and_flagged(folder):
    (folder / "wave1b.csv").write_text(PLAIN.replace("R_0000000001", "R_0000000009"), encoding="utf-8")
    loaded = study(folder, 'data = ["wave1.csv", "wave1b.csv"]')
    _, found = read_study_data(loaded)
    note = next(one for one in found.problems if one.code == "respondents-in-several-files")
    assert note.values["n"] == 2
    assert (note.values["file"], note.values["row"], note.values["first_row"]) == ("wave1b.csv", 3, 3)
    assert found.meta["id"].duplicated().tolist() == [False, False, False, False, True, True]


def test_running_numbers_of_two_exports_are_no_duplicates_unless_the_time_is_the_same(folder):
    exported(folder / "other.xlsx", [[1, "13800000007", 2, 5, 1, -2], [3, "13800000008", 3, 4, 2, 1]])
    _, found = read_study_data(study(folder, 'data = ["wave2.xlsx", "other.xlsx"]'))
    assert found.meta["id"].duplicated().tolist() == [False, False, True, False]
    book = openpyxl.load_workbook(folder / "other.xlsx")
    book.active["B2"] = "2025/3/2 11:00:00"
    book.save(folder / "other.xlsx")
    _, found = read_study_data(study(folder, 'data = ["wave2.xlsx", "other.xlsx"]'))
    assert not found.meta["id"].duplicated().any()


def test_the_same_phone_in_two_files_is_found_and_stays_out_of_everything(folder):
    exported(folder / "other.xlsx", [[7, "+86 138-0000-0002", 2, 5, 1, -2], [8, "13900000000", 3, 4, 2, 1]])
    _, found = read_study_data(study(folder, 'data = ["wave2.xlsx", "other.xlsx"]'))
    note = next(one for one in found.problems if one.code == "respondents-in-several-files")
    assert note.values["n"] == 1
    assert found.meta["phone_group"].tolist() == ["1", "2", "2", "3"]
    assert "1380000" not in repr(found) + found.meta.to_string()


def test_two_readings_give_the_same_numbers_though_the_salt_differs(folder):
    loaded = study(folder, 'data = ["wave1.csv", "wave2.xlsx"]')
    first, second = read_study_data(loaded)[1], read_study_data(loaded)[1]
    assert first.meta.equals(second.meta)
    assert first.sha256 == second.sha256


def test_the_digest_covers_every_file_and_their_order(folder):
    orders = ('["wave1.csv", "wave2.xlsx"]', '["wave2.xlsx", "wave1.csv"]')
    digests = {read_study_data(study(folder, f"data = {order}"))[1].sha256 for order in orders}
    (folder / "wave1.csv").write_text(PLAIN + "R_0000000004,5,1,4,2,1\n", encoding="utf-8")
    digests.add(read_study_data(study(folder, 'data = ["wave1.csv", "wave2.xlsx"]'))[1].sha256)
    assert len(digests) == 3


def test_a_copy_of_a_file_is_a_warning(folder):
    (folder / "copy.csv").write_text(PLAIN, encoding="utf-8")
    _, found = read_study_data(study(folder, 'data = ["wave1.csv", "copy.csv"]'))
    assert "same-file-content" in {one.code for one in found.problems if one.exit_code == 1}


def test_files_of_one_name_in_two_folders_are_told_apart(folder):
    for name in ("spring", "autumn"):
        (folder / name).mkdir()
        (folder / name / "export.csv").write_text(PLAIN.replace("R_00", f"{name}_"), encoding="utf-8")
    _, found = read_study_data(study(folder, 'data = ["spring/export.csv", "autumn/export.csv"]'))
    assert found.source["file"].unique().tolist() == ["spring/export.csv", "autumn/export.csv"]
    assert found.variables["wave"].unique().tolist() == ["spring/export", "autumn/export"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ('data = ["wave1.csv", "./wave1.csv"]', "file-named-twice"),
        ('data = ["wave1.csv", "none.csv"]', "data-not-found"),
        ("data = []", "no-data-named"),
        ("", "no-data-named"),
        ('data = "wave1.csv"\n[[files]]\nfile = "wave2.xlsx"', "two-data"),
        ('[[files]]\nfile = "wave1.csv"\nwafe = "t1"', "unknown-key"),
        ("[[files]]\nwave = 't1'", "missing-key"),
    ],
)
def test_files_named_wrongly(folder, data, code):
    with pytest.raises(TamError) as raised:
        study(folder, data)
    assert code in {one.code for one in raised.value.problems}


def test_an_instrument_with_a_variable_called_wave_is_refused(folder):
    text = INSTRUMENT.replace(
        "variables:\n", "variables:\n  wave: {role: group, scale: gender, text: {en: Wave}}\n"
    )
    (folder / "small.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(TamError) as raised:
        study(folder, 'data = ["wave1.csv", "wave2.xlsx"]')
    assert [one.code for one in raised.value.problems] == ["wave-name-taken"]


def test_one_file_in_a_list_is_the_same_as_one_file(folder):
    text = PLAIN + "R_0000000004,5,1,4,2,1\n"
    (folder / "wave1.csv").write_text(text, encoding="utf-8")
    ungrouped = STUDY.replace('[groups]\nby = "wave"\n', "")
    found = []
    for data in ('data = "wave1.csv"', 'data = ["wave1.csv"]', '[[files]]\nfile = "wave1.csv"'):
        (folder / "study.toml").write_text(ungrouped.format(data=data), encoding="utf-8")
        found.append(read_study_data(load_study(folder))[1])
    assert all(one.values.equals(found[0].values) for one in found)
    assert all(one.source is None and one.files == () and one.sha256 == found[0].sha256 for one in found)


def test_tam_screen_tells_file_and_row(folder):
    (folder / "wave1b.csv").write_text(PLAIN.replace("R_0000000001", "R_0000000009"), encoding="utf-8")
    study(folder, 'data = ["wave1.csv", "wave1b.csv"]\n[screening]\nexclude = ["duplicate_id"]')
    arguments, out = ["screen", str(folder), "--json"], io.StringIO()
    run(arguments, open_console(arguments, {}, out, io.StringIO()))
    excluded = json.loads(out.getvalue())["result"]["screening"]["excluded"]
    assert [(one["file"], one["row"], one["value"]) for one in excluded] == [
        ("wave1b.csv", 3, "wave1.csv, 3"),
        ("wave1b.csv", 4, "wave1.csv, 4"),
    ]


def test_the_record_of_one_file_is_left_alone():
    section = {"flags": [{"row": 7, "rules": ["speed"]}], "excluded": []}
    assert with_sources(section, None) == section
