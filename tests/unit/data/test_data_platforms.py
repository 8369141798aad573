"""Exports of survey platforms: recognised by evidence, read to the same codes as their plain twin."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from tam.data import code_responses, read_table
from tam.errors import TamError

META = ["序号", "提交答卷时间", "所用时间", "来源", "来源详情", "来自IP"]
QUESTIONS = [
    "1、KOL笔记能节省我的时间。",
    "2、KOL笔记很少能帮上忙。",
    "3、我喜欢KOL笔记。",
    "4、不好还是好？ ",
]
ANSWERS = [
    [
        "1",
        "2025/3/1 10:01:02",
        "123秒",
        "微信",
        "N/A",
        "1.2.3.4(广东-深圳)",
        "非常同意",
        "不同意",
        "一般",
        "-2",
    ],
    [
        "2",
        "2025/3/1 10:05:00",
        "1分5秒",
        "手机提交",
        "N/A",
        "1.2.3.4(广东-深圳)",
        "同意",
        "(空)",
        "(跳过)",
        "3",
    ],
    [
        "3",
        "2025/3/1 11:00:00",
        "61秒",
        "链接",
        "N/A",
        "5.6.7.8(北京)",
        "B.不同意",
        "2、不同意",
        "完全不同意",
        "0",
    ],
]
PLAIN = [["PU1", "PU2", "ATT1", "ATT2"], ["5", "2", "3", "-2"], ["4", "", "", "3"], ["2", "2", "1", "0"]]


def equal_codes(one, other):
    np.testing.assert_array_equal(one.values.to_numpy(), other.values.to_numpy())


@pytest.fixture
def twin(write, small):
    return code_responses(read_table(write(PLAIN, name="plain.csv")), small)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_wenjuanxing_text_export_reads_as_its_plain_twin(write, small, twin, encoding):
    table = read_table(write([META + QUESTIONS, *ANSWERS], encoding=encoding))
    assert table.platform == "wenjuanxing"
    assert any("所用时间" in one for one in table.evidence)
    equal_codes(code_responses(table, small), twin)


def test_a_wenjuanxing_workbook_reads_as_its_plain_twin(tmp_path, small, twin):
    book = openpyxl.Workbook()
    for row in [META + QUESTIONS, *ANSWERS]:
        book.active.append(row)
    book.save(tmp_path / "123456_按文本_调查_3_3.xlsx")
    table = read_table(tmp_path / "123456_按文本_调查_3_3.xlsx")
    assert (table.platform, table.form) == ("wenjuanxing", "text")
    equal_codes(code_responses(table, small), twin)


def test_an_old_workbook_reads_as_its_plain_twin(small, twin):
    """``old_workbook.xls`` holds the same answers in Excel 97 format (written once with xlwt 1.3.0)."""
    table = read_table(Path(__file__).with_name("old_workbook.xls"))
    assert table.platform == "wenjuanxing"
    equal_codes(code_responses(table, small), twin)


def test_what_wenjuanxing_records_about_a_response(write, small):
    meta = code_responses(read_table(write([META + QUESTIONS, *ANSWERS])), small).meta
    assert meta["seconds"].tolist() == [123, 65, 61]
    assert meta["id"].tolist() == ["1", "2", "3"]
    assert meta["source"].tolist() == ["微信", "手机提交", "链接"]
    assert meta["submitted"].iloc[0] == "2025/3/1 10:01:02"
    assert meta.index.tolist() == [2, 3, 4]


def test_equal_addresses_are_numbered_and_the_addresses_gone(write, small):
    responses = code_responses(read_table(write([META + QUESTIONS, *ANSWERS])), small)
    assert responses.meta["ip_group"].tolist() == ["1", "1", "2"]
    assert responses.dropped_columns == ("来源详情", "来自IP")
    assert "1.2.3.4" not in repr(responses.meta.to_dict()) + repr(responses.problems)


def test_skipped_and_blank_are_different_reasons(write, small):
    missing = code_responses(read_table(write([META + QUESTIONS, *ANSWERS])), small).missing
    assert missing.loc[3].tolist() == ["", "blank", "skipped_by_logic", ""]


def test_wenjuanxing_numbers_are_positions_and_refused_without_an_order(write, small):
    rows = [META + QUESTIONS, ["1", "", "9秒", "", "", "", "1", "2", "3", "4"]] * 1
    rows += [["2", "", "9秒", "", "", "", "5", "4", "-2", "-3"]]
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write(rows)), small)
    (one,) = raised.value.problems
    assert (one.code, one.exit_code) == ("wenjuanxing-sequence", 2)
    assert "sequence_order" in one.mend


@pytest.mark.parametrize("name", ["12_按序号_t_2_2.csv", "副本12_按序号_t_2_2.csv"])
def test_the_sequence_form_is_known_by_its_file_name(write, small, name):
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["1", "2", "3", "同意"],
        ["2"] + [""] * 5 + ["5", "4", "1", "1"],
    ]
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write(rows, name=name)), small)
    assert raised.value.problems[0].code == "wenjuanxing-sequence"


@pytest.mark.parametrize(("order", "expected"), [("ascending", [1, 4, 5, -3]), ("descending", [5, 2, 1, 3])])
def test_positions_are_read_in_the_declared_order(write, ordered, order, expected):
    """PU2 is reverse-keyed: position 2 of 5 is code 2, reversed 4; descending it is code 4, reversed 2."""
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["1", "2", "5", "1"],
        ["2"] + [""] * 5 + ["-2", "-3", "9", "7"],
    ]
    responses = code_responses(read_table(write(rows)), ordered(order))
    assert responses.values.iloc[0].tolist() == expected
    assert responses.missing.iloc[1].tolist() == ["blank", "skipped_by_logic", "out_of_range", ""]


def test_numbers_declared_plain_are_codes(write, small):
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["1", "2", "5", "1"],
        ["2"] + [""] * 5 + ["5", "4", "3", "2"],
    ]
    table = read_table(write(rows), platform="plain")
    assert code_responses(table, small).raw.iloc[0].tolist() == [1, 2, 5, 1]


def test_the_score_form_is_read_with_a_note(write, small):
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["1", "2", "5", "1"],
        ["2"] + [""] * 5 + ["5", "4", "3", "2"],
    ]
    table = read_table(write(rows, name="12_按分数_t_2_2.csv"))
    assert [one.code for one in table.problems] == ["wenjuanxing-scores"]
    assert code_responses(table, small).raw.iloc[1].tolist() == [5, 4, 3, 2]


def qualtrics_rows(third=True):
    header = [
        "StartDate",
        "Status",
        "IPAddress",
        "Duration (in seconds)",
        "ResponseId",
        "Q1_1",
        "Q1_2",
        "PU2",
        "X",
    ]
    texts = ["Startdatum", "Antworttyp", "IP", "Dauer", "ID"]
    texts += ["<b>KOL notes save me time.</b>", "I like KOL notes.", "seldom", "Bad or good?"]
    ids = [f'{{"ImportId":"QID{i}"}}' for i in range(9)]
    answers = [
        ["2025-03-01 10:00:00", "IP Address", "9.9.9.9", "200", "R_1", "Agree", "Neutral", "1", "-99"],
        ["2025-03-01 10:01:00", "Survey Preview", "9.9.9.8", "20", "R_2", "Strongly agree", "1", "5", "-2"],
    ]
    return [header, texts, *([ids] if third else []), *answers]


def test_a_qualtrics_export_is_known_by_its_json_row_in_any_language(write, small):
    table = read_table(write(qualtrics_rows()))
    assert table.platform == "qualtrics"
    assert "ImportId" in table.evidence[0]
    assert table.row_numbers == (4, 5)
    responses = code_responses(table, small)
    assert responses.raw.loc[4, ["PU1", "PU2", "ATT1"]].tolist() == [4, 1, 3]
    assert responses.missing.loc[4, "ATT2"] == "seen_unanswered"
    assert {m.item: m.how for m in responses.column_map}["ATT1"] == "wording (en)"
    assert responses.meta["seconds"].tolist() == [200, 20]
    assert responses.dropped_columns == ("IPAddress",)


def test_qualtrics_previews_are_counted(write):
    (note,) = read_table(write(qualtrics_rows())).problems
    assert (note.code, note.values["n"]) == ("preview-rows", 1)


def test_qualtrics_without_its_json_row_is_named(write):
    with pytest.raises(TamError) as raised:
        read_table(write(qualtrics_rows(third=False)))
    (one,) = raised.value.problems
    assert (one.code, one.where.row) == ("qualtrics-import-row-missing", 2)


def test_qualtrics_with_both_label_rows_removed_is_still_qualtrics(write):
    rows = qualtrics_rows()
    table = read_table(write([rows[0], *rows[3:]]))
    assert (table.platform, table.row_numbers) == ("qualtrics", (2, 3))


def test_a_platform_can_be_declared_and_an_unknown_one_is_refused(write):
    path = write(PLAIN)
    assert read_table(path, platform="wenjuanxing").platform == "wenjuanxing"
    with pytest.raises(TamError) as raised:
        read_table(path, platform="nobody")
    assert raised.value.problems[0].code == "platform-unknown"


def test_bare_numbers_on_a_scale_without_labels_are_read_with_a_warning(write, small):
    """Nothing in the file can tell codes from positions; the study file may have meant codes."""
    scales = {name: replace(scale, labels={}) for name, scale in small.scales.items()}
    unlabelled = replace(small, scales=scales, attention_checks={}, variables={})
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["1", "2", "5", "1"],
        ["2"] + [""] * 5 + ["5", "4", "3", "2"],
    ]
    responses = code_responses(read_table(write(rows)), unlabelled)
    assert responses.raw.iloc[0].tolist() == [1, 2, 5, 1]
    assert "wenjuanxing-positions-possible" in [one.code for one in responses.problems]


@pytest.mark.parametrize(
    ("started", "ended", "seconds"),
    [
        ("2025-03-01 10:00:00", "2025-03-01 10:02:03", 123),
        ("03/01/2025 11:59:00 PM", "03/02/2025 12:01:00 AM", 120),
        ("01/03/2025 23:59:00", "02/03/2025 00:01:00", 120),  # day first: else it took a month
        ("13/03/2025 10:00:00", "13/03/2025 10:00:59", 59),
        ("2025/3/1 10:00", "2025/3/1 下午 1:00", 10800),
        ("2025-03-01 10:00:00", "2025-03-01 09:00:00", float("nan")),
    ],
)
def test_a_duration_is_the_end_minus_the_start(write, small, started, ended, seconds):
    meta = ["Respondent ID", "Collector ID", "Start Date", "End Date"]
    rows = [
        [*meta, "PU1", "PU2", "ATT1", "ATT2"],
        [""] * 4 + ["Response"] * 4,
        ["1", "9", started, ended, "Agree", "Agree", "Neutral", "2"],
        ["2", "9", started, started, "Agree", "Neutral", "Neutral", "2"],
    ]
    found = code_responses(read_table(write(rows)), small).meta["seconds"].tolist()
    np.testing.assert_array_equal(found, [seconds, 0])


def test_a_surveymonkey_question_with_a_second_column_for_other_words(write, small):
    meta = ["Respondent ID", "Collector ID", "Start Date", "End Date"]
    rows = [
        [*meta, "PU1", "PU2", "ATT1", "ATT2", "Your gender", ""],
        [""] * 4 + ["Response"] * 5 + ["Other (please specify)"],
        ["1", "9", "", "", "Agree", "Agree", "Neutral", "2", "Male", ""],
        ["2", "9", "", "", "Agree", "Neutral", "Neutral", "2", "Female", "words"],
    ]  # fmt: skip
    found = code_responses(read_table(write(rows)), small)
    assert found.variables["gender"].tolist() == ["Male", "Female"]
    assert found.unused_columns == ("Collector ID", "Your gender [Other (please specify)]")


def test_answers_may_stand_in_tags(write, small):
    rows = [
        ["PU1", "PU2", "ATT1", "ATT2"],
        ["<b>Agree</b>", "2", "3", "1"],
        ["<p>Neutral </p>", "2", "3", "1"],
    ]
    assert code_responses(read_table(write(rows)), small).raw["PU1"].tolist() == [4, 3]


@pytest.mark.parametrize(
    "rows",
    [
        [["Timestamp", "PU1", "PU2"], ["2025/03/01 10:00:00", "1", "2"]],
        [["timestamp", "I like notes.", "I like videos."], ["1740823200", "1", "2"]],
        [["start", "finish", "Q1", "Q2"], ["1", "2", "3", "4"]],
        [["record_id", "PU1", "task_complete"], ["1", "2", "17"]],
        [["id", "submitdate", "PU1"], ["1", "2", "3"]],
        [["编号", "答题时长", "PU1"], ["1", "2", "3"]],
        [["V1", "V2", "V3", "V4"], ["1", "2", "3", "4"]],
    ],
)
def test_a_table_with_some_names_of_a_platform_is_still_a_plain_table(write, rows):
    assert read_table(write(rows)).platform == "plain"


def test_the_text_form_of_another_activity_is_not_taken(tmp_path, write, small):
    write([META + QUESTIONS, *ANSWERS], name="13_按文本_t_3_3.csv")
    rows = [
        META + QUESTIONS,
        ["1"] + [""] * 5 + ["5", "2", "3", "1"],
        ["2"] + [""] * 5 + ["4", "1", "1", "6"],
    ]
    table = read_table(write(rows, name="3_按序号_t_3_3.csv"))
    assert table.text_form is None


def test_a_surveymonkey_matrix_with_one_row_keeps_its_row(write, small):
    rows = [
        [
            "Respondent ID",
            "Collector ID",
            "Start Date",
            "End Date",
            "PU1",
            "How true is this?",
            "ATT1",
            "ATT2",
        ],
        [""] * 4 + ["回复", "KOL notes seldom help me.", "回复", "回复"],
        ["1", "9", "", "", "Agree", "Agree", "Neutral", "2"],
        ["2", "9", "", "", "Agree", "Neutral", "Disagree", "1"],
    ]
    found = {one.item: one for one in code_responses(read_table(write(rows)), small).column_map}
    assert (found["PU2"].position, found["PU2"].how) == (6, "wording (en), row of a matrix")
    assert found["PU1"].how == "name"
