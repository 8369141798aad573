"""Every export of every platform reads to the same coded table as its plain twin."""

from __future__ import annotations

import pandas as pd
import pytest

from exports.fixtures import FIXTURES, Fixture
from exports.master import ITEMS, MATRIX, master

BY_NAME = {one.name: one for one in FIXTURES}


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one.reset_index(drop=True), other.reset_index(drop=True))


def test_the_plain_twin_holds_what_was_drawn(twin):
    """The twin itself against the master table: 5 - code + 1 and 7 - code + 1 for the two reversed items."""
    found = twin(True)
    for row, one in zip(found.values.index, master()):
        for item in ITEMS:
            code = one.codes[item]
            if isinstance(code, int):
                expected = {"PU3": 6, "ATT2": 8}.get(item, 2 * code) - code
                assert found.values.loc[row, item] == expected
                assert found.missing.loc[row, item] == ""
            else:
                assert pd.isna(found.values.loc[row, item])
                assert found.missing.loc[row, item] == code
    assert found.variables.loc[2, ["reasons:1", "reasons:2", "reasons:3"]].sum() == 6
    assert found.variables["uses:1"].isna().sum() == 1


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda one: one.name)
def test_an_export_reads_as_its_plain_twin(fixture: Fixture, export, twin):
    found, expected = export(fixture.name), twin(fixture.skips)
    assert found.platform == fixture.platform
    assert any(fixture.evidence in one for one in found.evidence), found.evidence
    same(found.values, expected.values)
    same(found.raw, expected.raw)
    same(found.missing, expected.missing)
    same(found.checks, expected.checks)
    same(found.variables, expected.variables)


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda one: one.name)
def test_what_the_platform_recorded(fixture: Fixture, export):
    found = export(fixture.name)
    if fixture.seconds:
        assert found.meta["seconds"].tolist() == [one.seconds for one in master()]
    else:
        assert "seconds" not in found.meta
    if fixture.ids:
        assert found.meta["id"].tolist() == [str(one.id) for one in master()]
    stopped = [one.id == 4 and "two header" not in fixture.name for one in master()]
    if fixture.finished:
        assert found.meta["finished"].tolist() == ["no" if one else "yes" for one in stopped]
    kept = repr(found.meta.to_dict()) + repr([one.to_dict() for one in found.problems])
    assert "192.0.2." not in kept


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda one: one.name)
def test_every_column_says_how_it_was_found(fixture: Fixture, export):
    found = export(fixture.name)
    assert all(one.how for one in found.column_map)
    names = {one.item for one in found.column_map}
    assert {*ITEMS, "AC1", "gender", "age", "followers", "reasons:1"} <= names | (
        {"reasons:1"} if "reasons" in names else set()
    )


def test_there_are_enough_of_them_and_no_name_stands_twice():
    assert len(BY_NAME) == len(FIXTURES) >= 25
    assert {one.platform for one in FIXTURES} == {
        "wenjuanxing", "wenjuan", "tencent", "qualtrics", "surveymonkey", "google_forms", "limesurvey",
        "redcap", "plain",
    }  # fmt: skip


def test_pages_are_timed_where_the_platform_times_them(export):
    timing = export("qualtrics, choice text").timing
    assert timing["T1"].tolist() == [one.id + 0.5 for one in master()]
    assert timing["T2"].tolist() == [12.25] * 40
    groups = export("limesurvey, codes").timing
    assert groups["12"].tolist() == [10.5] * 40
    assert groups["13"].tolist() == [float(one.id) for one in master()]


def test_columns_of_shown_order_are_named_and_left_out(export):
    found = export("qualtrics, choice text")
    (note,) = [one for one in found.problems if one.code == "order-columns-ignored"]
    assert note.values["columns"] == ["FL_5_DO", "Q4_DO_1", "Q4_DO_2"]


def test_previews_are_counted(export):
    found = export("qualtrics, choice text")
    (note,) = [one for one in found.problems if one.code == "preview-rows"]
    assert note.values["n"] == 1


def test_rows_of_a_matrix_are_found_by_their_wording(export):
    for name in ("google forms", "surveymonkey", "wenjuanxing text, Excel 97", "limesurvey, full text"):
        found = {one.item: one.how for one in export(name).column_map}
        assert {found[item] for item in MATRIX} <= {
            "wording (en), row of a matrix",
            "wording (zh), row of a matrix",
        }


def test_options_say_which_words_named_them(export):
    how_found = {
        "wenjuanxing score": "labels of all options under question 6",
        "tencent": "label of the option in the wording",
        "redcap, raw": "code of the option in the header",
        "limesurvey, codes": "number of the option (sq001) in the header",
        "wenjuan original": "code of the option in the header",
    }
    for name, how in how_found.items():
        found = {one.item: one.how for one in export(name).column_map}
        assert found["uses:1"] == how, name
