"""Answers become codes by the words of the scale alone; what cannot be coded has its place and mend."""

from __future__ import annotations

import math

import pytest

from tam.data import code_responses, read_table
from tam.errors import TamError
from tam.spec.instrument import ColumnRule

HEADER = ["PU1", "PU2", "ATT1", "ATT2"]
FILL = ["3", "3", "3", "0"]


def code_one(write, instrument, cell, column="PU1", **more):
    """Responses to a table whose second respondent gave ``cell``."""
    row = [cell if name == column else fill for name, fill in zip(HEADER, FILL)]
    return code_responses(read_table(write([HEADER, FILL, row])), instrument, **more)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("5", 5),
        (" 5 ", 5),
        ("５", 5),
        ("5.0", 5),
        ("④", 4),
        ("5分", 5),
        ("非常同意", 5),
        ("完全同意", 5),
        ("Strongly agree", 5),
        ("strongly  AGREE ", 5),
        ("Ｓｔｒｏｎｇｌｙ　ａｇｒｅｅ", 5),
        ("E.非常同意", 5),
        ("A、非常同意", 5),
        ("1、非常同意", 5),
        ("1. Disagree", 2),
        ("5 非常同意", 5),
        ("5非常同意", 5),
        ("5=Strongly agree", 5),
        ("5(非常同意)", 5),
        ("非常同意（5）", 5),
        ("一般", 3),
        ("\u200b同意\ufeff", 4),
    ],
)
def test_a_listed_word_or_a_bare_code_is_coded(write, small, cell, code):
    assert code_one(write, small, cell).values.loc[3, "PU1"] == code


@pytest.mark.parametrize(
    "cell",
    ["比较同意", "还行", "agree somewhat", "同意吧", "yes", "TRUE", "同意┋不同意", "5 or 4", "1.5.", "五"],
)
def test_a_word_the_scale_does_not_list_is_never_given_a_code(write, small, cell):
    with pytest.raises(TamError) as raised:
        code_one(write, small, cell)
    (one,) = raised.value.problems
    assert (one.code, one.exit_code) == ("answer-not-on-scale", 2)
    assert (one.where.row, one.where.column, one.where.item) == (3, "PU1", "PU1")
    assert one.values["value"] == cell
    assert "aliases" in one.mend
    assert "missing_codes" in one.mend


def test_a_number_beside_a_label_must_be_its_code(write, small):
    with pytest.raises(TamError) as raised:
        code_one(write, small, "1 非常同意")
    assert raised.value.problems[0].code == "answer-contradicts-scale"


@pytest.mark.parametrize("cell", ["8", "0", "99", "3.5", "-1"])
def test_a_number_outside_the_scale_is_missing_and_reported(write, small, cell):
    responses = code_one(write, small, cell)
    assert math.isnan(responses.values.loc[3, "PU1"])
    assert responses.missing.loc[3, "PU1"] == "out_of_range"
    (outside,) = responses.out_of_range
    assert (outside.row, outside.column, outside.item, outside.value) == (3, "PU1", "PU1", cell)
    (one,) = (p for p in responses.problems if p.code == "value-out-of-range")
    assert (one.where.row, one.exit_code) == (3, 1)


@pytest.mark.parametrize("cell", ["²", "5²", "½"])
def test_raised_digits_are_no_answers(write, small, cell):
    with pytest.raises(TamError):
        code_one(write, small, cell)


def test_a_fraction_is_an_answer_only_where_the_scale_has_no_labels(write, small):
    assert code_one(write, small, "1.5", column="ATT2").values.loc[3, "ATT2"] == 1.5


def test_reverse_keys_turn_the_value_and_leave_the_raw_answer(write, small):
    responses = code_one(write, small, "1", column="PU2")
    assert responses.raw.loc[3, "PU2"] == 1
    assert responses.values.loc[3, "PU2"] == 5


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("", "blank"),
        ("   ", "blank"),
        ("-99", "seen_unanswered"),
        ("－９９", "seen_unanswered"),
        ("不适用", "not_applicable"),
    ],
)
def test_missing_codes_keep_their_reason(write, small, cell, reason):
    responses = code_one(write, small, cell)
    assert math.isnan(responses.values.loc[3, "PU1"])
    assert responses.missing.loc[3, "PU1"] == reason
    assert responses.out_of_range == ()


def test_a_literal_na_is_an_answer_like_any_other(write, small):
    """Only what the instrument lists means missing; nothing is missing because a library thinks so."""
    with pytest.raises(TamError) as raised:
        code_one(write, small, "NA")
    assert raised.value.problems[0].values["value"] == "NA"


def test_every_fault_of_a_file_is_told_at_once(write, small):
    rows = [HEADER, ["hm", "3", "3", "0"], ["hm", "oh", "3", "0"], ["3", "3", "3", "0"]]
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write(rows)), small)
    found = [(p.where.item, p.where.row, p.values["n"], p.values["rows"]) for p in raised.value.problems]
    assert found == [("PU1", 2, 2, [2, 3]), ("PU2", 3, 1, [3])]


def test_a_wrong_column_is_not_listed_without_end(write, small):
    rows = [HEADER, *([f"text {i}", "3", "3", "0"] for i in range(50))]
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write(rows)), small)
    assert len(raised.value.problems) == 21
    assert raised.value.problems[-1].code == "more-answers-not-on-scale"
    assert raised.value.problems[-1].values["n"] == 30


@pytest.mark.parametrize(
    ("cell", "count"),
    [
        ("12.3万", 123_000),
        ("1,200,000", 1_200_000),
        ("2亿", 200_000_000),
        ("8.5w", 85_000),
        ("850K", 850_000),
        ("1.2m", 1_200_000),
        ("5000粉丝", 5000),
        ("３０００", 3000),
        ("0", 0),
    ],
)
def test_follower_counts_are_read_as_written(write, small, cell, count):
    rows = [[*HEADER, "followers"], [*FILL, cell], [*FILL, "1"]]
    assert code_responses(read_table(write(rows)), small).variables.loc[2, "followers"] == count


@pytest.mark.parametrize("cell", ["10万+", "about 5000", "很多", "1-2万"])
def test_a_bound_or_a_guess_is_no_count(write, small, cell):
    rows = [[*HEADER, "followers"], [*FILL, cell], [*FILL, "1"]]
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write(rows)), small)
    assert raised.value.problems[0].where.item == "followers"


def test_variables_are_words_or_numbers_and_may_be_absent(write, small):
    rows = [[*HEADER, "gender", "AGE"], [*FILL, "男", "2５"], [*FILL, "Female", "200"], [*FILL, "", ""]]
    responses = code_responses(read_table(write(rows)), small)
    assert responses.variables["gender"].fillna("-").tolist() == ["Male", "Female", "-"]
    assert responses.variables["age"].tolist() == pytest.approx([25, math.nan, math.nan], nan_ok=True)
    (note,) = (p for p in responses.problems if p.code == "optional-columns-missing")
    assert note.values["items"] == ["AC1", "followers"]
    assert [p.where.item for p in responses.problems if p.code == "value-out-of-range"] == ["age"]


def test_an_item_nobody_answered_and_one_without_variance_are_told(write, small):
    rows = [HEADER, ["1", "2", "3", ""], ["1", "3", "2", ""], ["1", "2", "3", ""]]
    found = {
        p.code: p.where.item for p in code_responses(read_table(write(rows)), small).problems if p.exit_code
    }
    assert found == {"item-without-variance": "PU1", "item-without-answers": "ATT2"}


def test_one_respondent_is_not_enough(write, small):
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write([HEADER, FILL])), small)
    assert raised.value.problems[0].code == "too-few-rows"


PERSONAL = [
    "姓名",
    "2、您的手机号码是？",
    "E-mail",
    "RecipientLastName",
    "LocationLatitude",
    "微信号",
    "IPAddress",
]


def test_personal_columns_are_dropped_unless_asked_for(write, small):
    rows = [[*HEADER, *PERSONAL, "comment"], [*FILL, *"abcdefg", "x"], [*FILL, *"hijklmn", "y"]]
    table = read_table(write(rows))
    dropped = code_responses(table, small)
    assert dropped.dropped_columns == tuple(PERSONAL)
    assert dropped.unused_columns == ("comment",)
    assert set(dropped.meta.columns) == {"ip_group", "account_group"}
    assert dropped.meta["account_group"].tolist() == ["1", "2"]  # equal or not, and nothing else
    kept = code_responses(table, small, keep_personal=True)
    assert kept.dropped_columns == ()
    assert kept.meta["姓名"].tolist() == ["a", "h"]


def test_a_column_an_item_points_to_is_never_dropped(write, small):
    rows = [["PU1", "PU2", "ATT1", "IP"], FILL, FILL]
    responses = code_responses(read_table(write(rows)), small, {"ATT2": ColumnRule(exact="IP")})
    assert responses.dropped_columns == ()
    assert responses.values["ATT2"].tolist() == [0, 0]


def test_hostile_text_outside_the_scales_is_data(write, small):
    header = [*HEADER, "<script>alert(1)</script>", "=cmd|' /C calc'!A0"]
    rows = [header, [*FILL, "<img src=x onerror=alert(1)>", "=1+1"], [*FILL, "'; DROP TABLE", "@SUM(A1)"]]
    responses = code_responses(read_table(write(rows)), small)
    assert responses.unused_columns == tuple(header[4:])
    assert not [p for p in responses.problems if p.exit_code == 2]


def test_the_table_is_not_changed_by_coding(write, small):
    table = read_table(write([HEADER, ["同意", "2", "3", "1"], FILL]))
    before = table.rows.copy()
    code_responses(table, small)
    assert table.rows.equals(before)


def test_a_study_may_say_where_the_platform_recorded_time_and_number(write, small):
    rows = [[*HEADER, "respondent no", "t"], [*FILL, "a", "2分3秒"], [*FILL, "b", "61"]]
    rules = {"id": ColumnRule(exact="respondent no"), "seconds": ColumnRule(position=6)}
    responses = code_responses(read_table(write(rows)), small, rules)
    assert responses.meta["id"].tolist() == ["a", "b"]
    assert responses.meta["seconds"].tolist() == [123, 61]
    assert responses.unused_columns == ()
    assert [m.item for m in responses.column_map[-2:]] == ["id", "seconds"]


def test_a_rule_for_a_column_that_is_not_there_is_a_problem_even_for_time(write, small):
    with pytest.raises(TamError) as raised:
        code_responses(read_table(write([HEADER, FILL, FILL])), small, {"seconds": ColumnRule(exact="t")})
    assert raised.value.problems[0].code == "column-missing"
