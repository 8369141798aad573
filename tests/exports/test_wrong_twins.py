"""Exports that must not be read: each is refused, or warned of, with the right problem."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from exports.chinese import tencent, wenjuan_original, wenjuanxing_sequence, wenjuanxing_text
from exports.fixtures import MIXED, NUMBERED, UP, Order
from exports.master import Table, master, write_text, write_workbook
from exports.reading import instrument
from exports.western import google_forms, limesurvey, qualtrics, redcap, surveymonkey
from tam.data import Responses, code_responses, read_table
from tam.errors import Problem, TamError
from tam.spec.instrument import ColumnRule

LIMESURVEY_RULES = {"ATT1": "ATT[1]", "ATT2": "ATT[2]", "ATT3": "ATT[3]"}


def coded(
    path: Path, *, order: Order | None = None, rules: dict[str, str] | None = None, **options: object
) -> Responses:
    ordered = replace(instrument(), sequence_order=dict(order or {}))
    columns = {name: ColumnRule(exact=column) for name, column in (rules or {}).items()}
    return code_responses(read_table(path, **options), ordered, columns)  # type: ignore[arg-type]


def refused(path: Path, **options: object) -> list[Problem]:
    with pytest.raises(TamError) as raised:
        coded(path, **options)  # type: ignore[arg-type]
    assert all(one.exit_code == 2 and one.mend for one in raised.value.problems)
    return list(raised.value.problems)


def text_rows(change: Callable[[int, int, object], object] | None = None, **options: object) -> Table:
    """Wenjuanxing's text form, every cell passed through ``change(row, column, cell)``."""
    rows = wenjuanxing_text(master(), **options)  # type: ignore[arg-type]
    if change is None:
        return rows
    return [[change(i, j, cell) for j, cell in enumerate(row)] for i, row in enumerate(rows)]


SEQUENCES = {
    "wenjuanxing": (lambda people: wenjuanxing_sequence(people, {}), {}, "wenjuanxing-sequence"),
    "wenjuan": (wenjuan_original, NUMBERED, "answers-are-positions"),
    "limesurvey": (limesurvey, LIMESURVEY_RULES, "answers-are-positions"),
    "surveymonkey": (lambda people: surveymonkey(people, numeric=True), {}, "answers-are-positions"),
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_positions_without_an_order_are_refused(name, tmp_path):
    rows, rules, code = SEQUENCES[name]
    path = write_text(tmp_path / "a.csv", rows(master()))
    (one,) = refused(path, rules=rules)
    assert one.code == code
    assert set(one.values["scales"]) == {"agree5", "fit7", "gender"}
    assert "sequence_order" in one.mend
    (one,) = refused(path, rules=rules, order={"agree5": "ascending", "gender": "ascending"})
    assert one.values["scales"] == ["fit7"]


def test_a_questionnaire_that_lists_the_scale_the_other_way_is_refused(tmp_path):
    """``1 非常同意`` beside a scale where 1 is 非常不同意: the number and the words contradict each other."""
    rows = text_rows(lambda i, j, cell: str(cell).replace("5 非常同意", "1 非常同意"), decorated=True)
    found = refused(write_text(tmp_path / "a.csv", rows))
    assert {one.code for one in found} == {"answer-contradicts-scale"}
    assert {one.values["value"] for one in found} == {"1 非常同意"}


def test_a_declared_order_that_the_text_form_contradicts_is_refused(tmp_path):
    write_workbook(tmp_path / "9_按文本_t_40_40.xlsx", wenjuanxing_text(master()))
    path = write_workbook(tmp_path / "9_按序号_t_40_40.xlsx", wenjuanxing_sequence(master(), dict(MIXED)))
    found = refused(path, order=UP)
    assert {one.code for one in found} == {"sequence-order-contradicted"}
    assert {one.values["scale"] for one in found} == {"agree5", "gender"}


def test_the_text_form_of_another_survey_is_refused(tmp_path):
    other = [list(row) for row in wenjuanxing_text(master())]
    for row in other[1:]:
        row[0] = 1000 + int(str(row[0]))
    write_text(tmp_path / "words.csv", other)
    path = write_text(tmp_path / "numbers.csv", wenjuanxing_sequence(master(), {}))
    (one,) = refused(path, text_form=tmp_path / "words.csv")
    assert one.code == "text-form-unpaired"


def test_a_text_form_whose_answers_were_changed_is_refused(tmp_path):
    words = wenjuanxing_text(master())
    column = 6  # PU1
    words[1][column] = "非常同意" if words[1][column] != "非常同意" else "不同意"
    write_text(tmp_path / "words.csv", words)
    path = write_text(tmp_path / "numbers.csv", wenjuanxing_sequence(master(), {}))
    found = refused(path, text_form=tmp_path / "words.csv")
    assert {one.code for one in found} == {"text-form-differs"}
    assert {one.where.item for one in found} == {"PU1"}


def test_two_text_forms_beside_are_none(tmp_path):
    for name in ("9_按文本_t_40_40.csv", "9_按文本_t_40_39.csv"):
        write_text(tmp_path / name, wenjuanxing_text(master()))
    path = write_text(tmp_path / "9_按序号_t_40_40.csv", wenjuanxing_sequence(master(), {}))
    (one,) = refused(path)
    assert one.code == "wenjuanxing-sequence"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_wording_that_the_scale_does_not_list_is_refused(language, tmp_path):
    word, other = {"zh": ("一般", "说不清"), "en": ("Neutral", "No idea")}[language]
    rows = text_rows(lambda i, j, cell: other if cell == word else cell, language=language)
    found = refused(write_text(tmp_path / "a.csv", rows))
    assert {one.code for one in found} == {"answer-not-on-scale"}
    assert {one.values["value"] for one in found} == {other}


def test_an_option_that_the_scale_does_not_list_is_refused(tmp_path):
    rows = text_rows(lambda i, j, cell: str(cell).replace("看视频", "看直播") if i else cell)
    found = refused(write_text(tmp_path / "a.csv", rows))
    assert {one.code for one in found} <= {"answer-not-on-scale", "more-answers-not-on-scale"}
    assert {one.where.item for one in found} == {"uses"}


def test_an_option_column_that_the_scale_does_not_list_is_refused(tmp_path):
    rows = tencent(master())
    rows[0] = [str(cell).replace(":看视频", ":看直播") for cell in rows[0]]
    found = refused(write_text(tmp_path / "a.csv", rows))
    assert [one.code for one in found] == ["option-column-unknown"]
    assert found[0].values["option"] == "看直播"


def test_a_missing_option_column_is_told(tmp_path):
    rows = tencent(master())
    place = next(i for i, cell in enumerate(rows[0]) if str(cell).endswith(":看视频"))
    responses = coded(write_text(tmp_path / "a.csv", [row[:place] + row[place + 1 :] for row in rows]))
    (one,) = [one for one in responses.problems if one.code == "options-without-column"]
    assert one.values["options"] == ["看视频"]
    assert [name for name in responses.variables if name.startswith("uses")] == ["uses:1", "uses:3", "uses:4"]


def test_an_option_ticked_by_the_words_of_another_is_refused(tmp_path):
    rows = tencent(master())
    rows = [
        [str(cell).replace("B.看视频", "B.下单") if i else cell for cell in row] for i, row in enumerate(rows)
    ]
    found = refused(write_text(tmp_path / "a.csv", rows))
    assert {one.code for one in found} == {"answer-contradicts-scale"}


def test_a_header_that_stands_twice_is_refused(tmp_path):
    rows = [[*row, row[6]] for row in wenjuanxing_text(master())]
    (one,) = refused(write_text(tmp_path / "a.csv", rows))
    assert (one.code, one.where.item) == ("duplicate-header", "PU1")
    assert "position" in one.mend


def test_a_wording_under_two_matrices_is_ambiguous_and_both_are_named(tmp_path):
    rows = google_forms(master())
    rows = [[*row, "Is that so? [I like reading notes.]" if i == 0 else "Fits"] for i, row in enumerate(rows)]
    (one,) = refused(write_text(tmp_path / "a.csv", rows))
    assert (one.code, one.where.item) == ("column-ambiguous", "ATT1")
    assert len(one.values["candidates"]) == 2


@pytest.mark.parametrize(
    ("rows", "declared", "found"),
    [
        (lambda people: tencent(people), "wenjuanxing", "tencent"),
        (lambda people: wenjuanxing_text(people), "qualtrics", "wenjuanxing"),
        (lambda people: qualtrics(people), "google_forms", "qualtrics"),
        (lambda people: limesurvey(people), "redcap", "limesurvey"),
    ],
)
def test_a_platform_declared_against_the_marks_of_another_is_refused(rows, declared, found, tmp_path):
    (one,) = refused(write_text(tmp_path / "a.csv", rows(master())), platform=declared)
    assert one.code == "platform-contradicted"
    assert (one.values["declared"], one.values["found"]) == (declared, found)


def test_a_declared_platform_without_its_marks_is_taken_with_a_warning(tmp_path):
    rows = [row[6:] for row in wenjuanxing_text(master())]
    table = read_table(write_text(tmp_path / "a.csv", rows), platform="wenjuanxing")
    assert [one.code for one in table.problems] == ["platform-marks-missing"]


def test_scores_that_are_turned_round_already_are_warned_of(tmp_path):
    """The platform gave reverse-keyed items their final scores: 6 - code and 8 - code."""
    rows = wenjuanxing_sequence(master(), {})
    places = {
        j: top
        for j, cell in enumerate(rows[0])
        for name, top in (("很少", 6), ("无聊", 8))
        if name in str(cell)
    }
    assert len(places) == 2

    def turned(j: int, cell: object) -> object:
        return places[j] - int(str(cell)) if j in places and int(str(cell)) > 0 else cell

    other = [rows[0], *([turned(j, cell) for j, cell in enumerate(row)] for row in rows[1:])]
    sound = coded(write_text(tmp_path / "1_按分数_t_40_40.csv", rows))
    wrong = coded(write_text(tmp_path / "2_按分数_t_40_40.csv", other))
    assert "scores-perhaps-reversed" not in [one.code for one in sound.problems]
    (one,) = [one for one in wrong.problems if one.code == "scores-perhaps-reversed"]
    assert one.values["items"] == ["PU3", "ATT2"]
    assert one.exit_code == 1


def test_several_rows_per_redcap_record_are_refused(tmp_path):
    rows = redcap(master())
    events = [["redcap_event_name", "baseline_arm_1"][min(i, 1)] for i in range(len(rows))]
    rows = [[row[0], event, *row[1:]] for row, event in zip(rows, events)]
    assert coded(write_text(tmp_path / "one.csv", rows)).n_rows == 40
    (one,) = refused(write_text(tmp_path / "two.csv", [*rows, *rows[1:4]]))
    assert (one.code, one.values["n"]) == ("redcap-repeats", 3)


def test_a_qualtrics_export_without_its_third_row_is_refused(tmp_path):
    rows = qualtrics(master())
    (one,) = refused(write_text(tmp_path / "a.csv", [*rows[:2], *rows[3:]]))
    assert one.code == "qualtrics-import-row-missing"


def test_numbers_of_options_in_the_wrong_order_would_be_reversed_scales(tmp_path):
    """What the refusals protect from: the same file read descending is the mirror image, not an error."""
    path = write_text(tmp_path / "a.csv", wenjuanxing_sequence(master(), {}))
    up = coded(path, order=UP).raw["PU1"]
    down = coded(path, order={**UP, "agree5": "descending"}).raw["PU1"]
    assert (up + down).dropna().unique().tolist() == [6]


def test_a_question_that_the_text_form_does_not_have_needs_an_order(tmp_path):
    column = 6  # PU1
    words = [row[:column] + row[column + 1 :] for row in wenjuanxing_text(master())]
    write_text(tmp_path / "words.csv", words)
    path = write_text(tmp_path / "numbers.csv", wenjuanxing_sequence(master(), {}))
    text_form = tmp_path / "words.csv"
    found = refused(path, text_form=text_form)
    assert {(one.code, one.where.item) for one in found} == {("text-form-differs", "PU1")}
    raw = coded(path, text_form=text_form, order={"agree5": "ascending"}).raw["PU1"]
    assert raw.tolist() == [one.codes["PU1"] for one in master()]
