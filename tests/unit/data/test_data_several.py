"""Questions with several answers: whatever way they are written, one column per option."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tam.data import code_responses, read_table
from tam.errors import TamError
from tam.spec.instrument import ColumnRule, Label, Scale, Variable
from tam.spec.text import Text

OPTIONS = Scale(
    "uses",
    "nominal",
    labels={
        1: Label("Reading, saving notes", "阅读"),
        2: Label("Videos", "看视频", ("Clips",)),
        3: Label("Something else", "其他"),
    },
)
FILL = {"PU1": "3", "PU2": "3", "ATT1": "3", "ATT2": "0"}
BLANK = [np.nan] * 3


@pytest.fixture
def uses(small):
    """The small instrument with a question that takes several answers, or another variable in its place."""

    def make(kind="multiple", scale=OPTIONS):
        variable = Variable(
            "uses", "demographic", Text("What do you do?", "您做什么？"), scale.id, None, kind
        )
        return replace(small, variables={"uses": variable}, scales={**small.scales, scale.id: scale})

    return make


@pytest.fixture
def marks(write, uses):
    """The marks (respondents by options) of a table with these extra columns."""

    def read(header, *rows, kind="multiple", scale=OPTIONS, rules=None, platform=None):
        table = [[*FILL, *header], *([*FILL.values(), *row] for row in rows)]
        found = code_responses(
            read_table(write(table), platform=platform), uses(kind, scale), rules or {}
        ).variables
        return found[[name for name in found if name.startswith("uses:")]].to_numpy().tolist()

    return read


def equal(found, expected):
    np.testing.assert_array_equal(np.array(found, dtype=float), np.array(expected, dtype=float))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("阅读┋看视频", [1, 1, 0]),
        ("A.阅读┋C.其他〖直播〗", [1, 0, 1]),
        ("Reading, saving notes, Videos", [1, 1, 0]),
        ("Videos; Reading, saving notes", [1, 1, 0]),
        ("clips,something ELSE", [0, 1, 1]),
        ("1,3", [1, 0, 1]),
        ("2", [0, 1, 0]),
        ("Videos, Clips", [0, 1, 0]),
        ("", BLANK),
    ],
)
def test_all_options_in_one_cell(marks, cell, expected):
    equal(marks(["uses"], [cell], ["阅读"]), [expected, [1, 0, 0]])


@pytest.mark.parametrize("cell", ["阅读┋逛街", "Videos, shopping"])
def test_an_answer_in_the_cell_that_is_no_option_is_refused(marks, cell):
    with pytest.raises(TamError) as raised:
        marks(["uses"], [cell], ["阅读"])
    (one,) = raised.value.problems
    assert (one.code, one.where.item) == ("answer-not-on-scale", "uses")


def test_a_number_that_is_no_option_is_missing_as_on_every_scale(marks):
    equal(marks(["uses"], ["1,7"], ["1,2"]), [BLANK, [1, 1, 0]])


@pytest.mark.parametrize(
    ("header", "rules"),
    [
        (["uses:1", "uses:2", "uses:3"], None),
        (["uses___1", "uses___2", "uses___3"], None),
        (["uses[SQ001]", "uses[SQ002]", "uses[SQ003]"], None),
        (["uses_3", "uses_1", "uses_2"], None),
        (["您做什么？:阅读", "您做什么？:看视频", "您做什么？:其他"], None),
        (["Q6_1", "Q6_2", "Q6_3"], {"uses": ColumnRule(exact="Q6")}),
        (["第6题(阅读)", "第6题(看视频)", "第6题(其他)"], {"uses": ColumnRule(exact="Q6")}),
        (["第6题(其他)", "第6题(阅读)", "第6题(看视频)"], None),
        (["w阅读", "w (看视频)", "w (其他)"], {"uses": ColumnRule(match=r"^w \(")}),
    ],
)
def test_a_column_per_option_is_found_by_what_its_header_says(write, uses, header, rules):
    table = [[*FILL, *header], [*FILL.values(), "1", "0", "1"], [*FILL.values(), "0", "1", "0"]]
    path = write(table)
    found = code_responses(read_table(path), uses(), rules or {})
    columns = {one.item: one.column for one in found.column_map if one.item.startswith("uses:")}
    for item, column in columns.items():
        place = header.index(column)
        assert found.variables[item].tolist() == [[1, 0], [0, 1], [1, 0]][place]
    absent = [one for one in found.problems if one.code == "options-without-column"]
    assert len(columns) + sum(len(one.values["options"]) for one in absent) == 3


def test_two_columns_for_one_option_are_ambiguous(marks):
    with pytest.raises(TamError) as raised:
        marks(["What do you do? [Videos]", "What do you do? [Clips]"], ["1", "0"], ["0", "1"])
    assert [one.code for one in raised.value.problems if one.exit_code == 2] == ["column-ambiguous"]


def test_two_questions_with_the_same_options_are_not_told_apart_without_a_number(write, uses):
    header = ["第6题(阅读)", "第6题(看视频)", "第7题(阅读)", "第7题(看视频)"]
    table = [[*FILL, *header], [*FILL.values(), "1", "0", "0", "1"], [*FILL.values(), "1", "1", "0", "0"]]
    path = write(table)
    assert "uses:1" not in code_responses(read_table(path), uses()).variables
    found = code_responses(read_table(path), uses(), {"uses": ColumnRule(exact="第7题")})
    assert found.variables["uses:2"].tolist() == [1, 0]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["1", "0", "1"], [1, 0, 1]),
        (["Y", "", ""], [1, 0, 0]),
        (["A.阅读", "", "C.其他〖直播〗"], [1, 0, 1]),
        (["Checked", "Unchecked", "Unchecked"], [1, 0, 0]),
        (["", "2", ""], [0, 1, 0]),
        (["0", "0", "0"], [0, 0, 0]),
        (["", "", ""], BLANK),
    ],
)
def test_a_tick_in_every_spelling(marks, cells, expected):
    equal(marks(["uses:1", "uses:2", "uses:3"], cells, ["1", "1", "1"]), [expected, [1, 1, 1]])


def test_a_reason_for_no_answer_in_the_columns_is_missing(marks):
    equal(marks(["uses:1", "uses:2", "uses:3"], ["-99"] * 3, ["1", "0", "0"]), [BLANK, [1, 0, 0]])


def test_a_ranking_is_read_from_one_cell_and_from_columns(marks):
    equal(marks(["uses"], ["看视频→阅读"], ["其他→看视频→阅读"], kind="ranking"), [[2, 1, np.nan], [3, 2, 1]])
    columns = ["uses:1", "uses:2", "uses:3"]
    equal(marks(columns, ["2", "1", ""], ["3", "2", "1"], kind="ranking"), [[2, 1, np.nan], [3, 2, 1]])


def test_an_alias_may_take_every_other_answer(marks):
    labels = {**OPTIONS.labels, 3: Label("Something else", "其他", ("*",))}
    scale = replace(OPTIONS, labels=labels)
    equal(marks(["uses"], ["Videos, live shows"], ["阅读"], scale=scale), [[0, 1, 1], [1, 0, 0]])
    equal(marks(["uses"], ["live"], ["阅读"], scale=scale), [[0, 0, 1], [1, 0, 0]])


def test_a_question_with_several_answers_needs_options(tmp_path):
    from tam.spec.instrument_file import load_instrument

    path = tmp_path / "one.yaml"
    text = (Path(__file__).parents[2] / "exports" / "instrument.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace("type: multiple, scale: uses", "type: multiple, scale: years"), encoding="utf-8"
    )
    with pytest.raises(TamError) as raised:
        load_instrument(path)
    assert [one.code for one in raised.value.problems] == ["several-answers-need-options"]
