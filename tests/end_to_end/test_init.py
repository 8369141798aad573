"""``tam init`` from exports of every platform and Qualtrics questionnaires; questionnaires as documents."""

from __future__ import annotations

import csv
import io
import json
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import yaml
from exports.fixtures import FIXTURES, Fixture
from exports.master import ITEMS, master

from end_to_end import qsf_survey
from tam.content import content_path
from tam.data import code_responses, read_table
from tam.spec.instrument_file import load_instrument
from tam.spec.study_file import load_study

NUMBERS_OF_OPTIONS = {
    "wenjuanxing sequence, ascending",
    "wenjuanxing sequence, descending",
    "wenjuanxing sequence, text form named",
    "wenjuan original",
    "surveymonkey, numbers",
    "limesurvey, codes",
}
"""Exports of nothing but the numbers of the options, without their text form beside them."""
POSITIONS = {"wenjuanxing-sequence", "answers-are-positions"}


def write_csv(path: Path, header: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    out = io.StringIO()
    csv.writer(out).writerows([header, *rows])
    path.write_text(out.getvalue(), encoding="utf-8")
    return path


def tam_export(path: Path, names: Sequence[str], n: int = 120) -> Path:
    """Answers from 1 to 7 of four constructs with three items each; every third item turned round."""
    draw = np.random.default_rng(7)
    factors = draw.standard_normal((n, 4)) @ np.linalg.cholesky(np.full((4, 4), 0.4) + 0.6 * np.eye(4)).T
    columns = []
    for i in range(12):
        answers = np.clip(np.round(4 + 1.4 * factors[:, i // 3] + 0.8 * draw.standard_normal(n)), 1, 7)
        columns.append(8 - answers if i % 3 == 2 else answers)
    gender = ["female" if one < 0.5 else "male" for one in draw.random(n)]
    rows = [[*(int(column[k]) for column in columns), gender[k], 20 + k % 40] for k in range(n)]
    return write_csv(path, [*names, "gender", "age"], rows)


NAMES = [f"{stem}{i}" for stem in ("PEOU", "PU", "ATT", "PI") for i in (1, 2, 3)]


def test_a_proposal_that_checks(tam, tmp_path: Path) -> None:
    """Names of the technology acceptance model: its paths are proposed and tam check passes."""
    export = tam_export(tmp_path / "answers.csv", NAMES)
    answer = tam("init", tmp_path / "study", "--from", export, "--json")
    assert answer.code == 0
    assert answer.codes == ["proposal-to-check"]
    result = answer.json["result"]
    assert {name: one["items"] for name, one in result["constructs"].items()} == {
        stem: [f"{stem}{i}" for i in (1, 2, 3)] for stem in ("PEOU", "PU", "ATT", "PI")
    }
    assert [one["item"] for one in result["reversed"]] == ["PEOU3", "PU3", "ATT3", "PI3"]
    assert all("-0." in why for one in result["reversed"] for why in one["why"])
    assert result["paths"] == ["PU ~ PEOU", "ATT ~ PEOU + PU", "PI ~ PU + ATT"]
    assert (result["variables"], result["to_edit"]) == (["gender", "age"], [])
    assert tam("check", tmp_path / "study").code == 0


def test_the_files_say_that_they_are_a_proposal_and_what_it_rests_on(tam, tmp_path: Path) -> None:
    export = tam_export(tmp_path / "answers.csv", NAMES)
    tam("init", tmp_path, "--from", export)
    instrument = (tmp_path / "instrument.yaml").read_text(encoding="utf-8")
    study = (tmp_path / "study.toml").read_text(encoding="utf-8")
    assert instrument.startswith("# A PROPOSAL TO EDIT")
    assert study.startswith("# A PROPOSAL TO EDIT")
    assert "# guessed from the names PU1, PU2, PU3\n" in instrument
    assert "item-rest correlation -0." in instrument
    assert "# PROPOSAL: the paths of the technology acceptance model" in study
    assert yaml.safe_load(instrument)["status"] == "draft"
    assert tomllib.loads(study)["data"] == "answers.csv"


def test_a_proposal_in_chinese(tam, tmp_path: Path) -> None:
    names = [f"{stem}{i}" for stem in ("感知易用性", "感知有用性", "态度", "购买意愿") for i in (1, 2, 3)]
    export = tam_export(tmp_path / "作答 数据.csv", names)
    answer = tam("init", tmp_path / "研究", "--from", export, "--lang", "zh", "--json")
    assert answer.code == 0
    assert list(answer.json["result"]["constructs"]) == ["PEOU", "PU", "ATT", "PI"]
    assert (tmp_path / "研究" / "instrument.yaml").read_text(encoding="utf-8").startswith("# 待修改的草案")
    assert load_study(tmp_path / "研究").instrument.title.zh == "作答 数据"
    assert tam("check", tmp_path / "研究").code == 0


def test_without_known_constructs_the_paths_are_left_to_edit(tam, tmp_path: Path) -> None:
    names = [f"{stem}{i}" for stem in ("ALPHA", "BETA", "GAMMA", "DELTA") for i in (1, 2, 3)]
    answer = tam("init", tmp_path, "--from", tam_export(tmp_path / "a.csv", names), "--json")
    assert answer.code == 1
    assert answer.codes == ["proposal-to-check", "proposal-to-finish"]
    assert [one["code"] for one in answer.json["result"]["to_edit"]] == ["no-model"]
    study = tmp_path / "study.toml"
    text = study.read_text(encoding="utf-8")
    assert '# paths = ["BETA ~ ALPHA", "GAMMA ~ BETA"]' in text
    assert tam("check", tmp_path, "--json").codes == ["no-model"]
    study.write_text(text.replace("# paths", "paths"), encoding="utf-8")
    assert tam("check", tmp_path).code == 0


def test_marks_in_names_and_answers_are_weighed_against_each_other(tam, tmp_path: Path) -> None:
    """PU3R runs against its scale; ATT2R does not: turned round before the export."""
    names = [{"PU3": "PU3R", "ATT2": "ATT2R"}.get(name, name) for name in NAMES]
    answer = tam("init", tmp_path, "--from", tam_export(tmp_path / "a.csv", names), "--json")
    reversed_ = [one["item"] for one in answer.json["result"]["reversed"]]
    assert reversed_ == ["PEOU3", "PU3R", "ATT3", "PI3"]
    text = " ".join((tmp_path / "instrument.yaml").read_text(encoding="utf-8").replace("#", " ").split())
    assert "by its name, and by the answers" in text
    assert "perhaps turned round already" in text


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda one: one.name)
def test_every_export_gives_a_proposal_that_codes_it_as_its_makers_would(
    fixture: Fixture, tam, tmp_path: Path
) -> None:
    """Six items in two scales, the two reversed ones found, every code that of the master table."""
    export = fixture.write(tmp_path, master())
    answer = tam("init", tmp_path / "study", "--from", export, "--json")
    result = answer.json["result"]
    assert [len(one["items"]) for one in result["constructs"].values()] == [3, 3]
    items = [item for one in result["constructs"].values() for item in one["items"]]
    assert [one["item"] for one in result["reversed"]] == [items[2], items[4]]
    left = {one["code"] for one in result["to_edit"]}
    text = (tmp_path / "study" / "study.toml").read_text(encoding="utf-8")
    open_order = "# sequence_order = {" in text
    assert open_order == (fixture.name in NUMBERS_OF_OPTIONS)
    assert open_order == bool(left & POSITIONS)
    assert ("no-model" in left) == (not result["paths"])
    assert left <= {"no-model", *POSITIONS}
    assert answer.code == bool(left)
    if not open_order:
        instrument = load_instrument(tmp_path / "study" / "instrument.yaml")
        study = tmp_path / "study" / "study.toml"
        study.write_text(text.replace("# paths", "paths"), encoding="utf-8")
        loaded = load_study(study)
        coded = code_responses(read_table(loaded.data, platform=loaded.platform), instrument, loaded.columns)
        for name, item in zip(ITEMS, items, strict=True):
            expected = [one.codes[name] for one in master()]
            given = [None if np.isnan(v) else int(v) for v in coded.raw[item]]
            assert given == [code if isinstance(code, int) else None for code in expected], name


@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_numbers_of_options_wait_for_their_order(tam, tmp_path: Path, order: str) -> None:
    (fixture,) = [one for one in FIXTURES if one.name == "limesurvey, codes"]
    export = fixture.write(tmp_path, master())
    tam("init", tmp_path / "study", "--from", export)
    study = tmp_path / "study" / "study.toml"
    text = study.read_text(encoding="utf-8").replace("# paths", "paths")
    study.write_text(text, encoding="utf-8")
    assert "answers-are-positions" in tam("check", tmp_path / "study", "--json").codes
    declared = text.replace("# sequence_order", "sequence_order").replace("ascending", order)
    study.write_text(declared, encoding="utf-8")
    assert tam("check", tmp_path / "study").code == 0


def test_the_demonstration_falls_into_its_seven_scales(tam, tmp_path: Path) -> None:
    """Headers without names: the answers alone tell 23 neighbouring questions apart."""
    answer = tam("init", tmp_path, "--from", content_path("instruments", "demo", "export.csv"), "--json")
    constructs = answer.json["result"]["constructs"]
    assert [len(one["items"]) for one in constructs.values()] == [4, 4, 3, 3, 3, 3, 3]
    assert [one["item"] for one in answer.json["result"]["reversed"]] == ["S1_4", "S2_4", "S6_3"]
    assert answer.json["result"]["attention_checks"] == ["AC1", "AC2"]


def test_a_letter_before_all_numbers_only_counts(tam, tmp_path: Path) -> None:
    """``s1`` .. ``s12``: one letter for all columns names no construct; the answers part them."""
    export = tam_export(tmp_path / "a.csv", [f"s{i}" for i in range(1, 13)], n=300)
    answer = tam("init", tmp_path / "study", "--from", export, "--json")
    constructs = answer.json["result"]["constructs"]
    assert [len(one["items"]) for one in constructs.values()] == [3, 3, 3, 3]


@pytest.mark.reference
def test_the_keys_of_a_known_questionnaire_are_found(tam, tmp_path: Path, reference: Path) -> None:
    """25 items of five traits from 2,800 respondents: the seven items that psych's key lists as reversed."""
    answer = tam("init", tmp_path, "--from", reference / "bfi" / "data.csv", "--json")
    constructs = answer.json["result"]["constructs"]
    assert {name: len(one["items"]) for name, one in constructs.items()} == dict.fromkeys("ACENO", 5)
    assert [one["item"] for one in answer.json["result"]["reversed"]] == [
        "A1", "C4", "C5", "E1", "E2", "O2", "O5",
    ]  # fmt: skip
    assert {one["scale"] for one in constructs.values()} == {"from1to6"}


def test_personal_columns_and_contacts_are_left_out(tam, tmp_path: Path) -> None:
    export = tam_export(tmp_path / "a.csv", NAMES)
    rows = list(csv.reader(io.StringIO(export.read_text(encoding="utf-8"))))
    extra = [[f"Name {i}", f"someone{i}@example.org", f"1380013{8000 + i}"] for i in range(len(rows) - 1)]
    path = write_csv(
        tmp_path / "b.csv",
        [*rows[0], "您的姓名", "how to reach you", "mobile"],
        [a + b for a, b in zip(rows[1:], extra)],
    )
    answer = tam("init", tmp_path / "study", "--from", path, "--json")
    left = {one["column"]: one["why"] for one in answer.json["result"]["left_out"]}
    assert set(left) == {"您的姓名", "how to reach you", "mobile"}
    assert set(left.values()) == {"personal: dropped on reading"}
    written = b"".join(one.read_bytes() for one in (tmp_path / "study").iterdir())
    assert b"example.org" not in written
    assert b"1380013" not in written


def test_value_labels_of_a_statistics_file(tam, tmp_path: Path) -> None:
    import pandas as pd
    import pyreadstat

    export = pd.read_csv(tam_export(tmp_path / "a.csv", NAMES))
    export["gender"] = export["gender"].map({"female": 1.0, "male": 2.0})
    ends = {1.0: "Strongly disagree", 7.0: "Strongly agree"}
    pyreadstat.write_sav(
        export,
        str(tmp_path / "a.sav"),
        column_labels={"PU1": "Notes save me time."},
        variable_value_labels={**dict.fromkeys(NAMES, ends), "gender": {1.0: "女", 2.0: "男"}},
    )
    answer = tam("init", tmp_path / "study", "--from", tmp_path / "a.sav", "--json")
    assert answer.code == 0
    instrument = load_instrument(tmp_path / "study" / "instrument.yaml")
    scale = instrument.scales[instrument.items["PU1"].scale]
    assert (scale.min, scale.max, len(instrument.scales)) == (1, 7, 3)
    assert {code: label.en for code, label in scale.labels.items()} == {
        1: "Strongly disagree",
        7: "Strongly agree",
    }
    assert instrument.items["PU1"].text.en == "Notes save me time."
    assert instrument.scales["gender_options"].labels[2].zh == "男"


def test_answers_whose_codes_differ_elsewhere_are_told(tam, tmp_path: Path) -> None:
    words = ["非常不同意", "比较不同意", "一般", "比较同意", "非常同意"]
    rows = [[words[i % 5], words[(i + i // 5) % 5]] for i in range(40)]
    answer = tam("init", tmp_path, "--from", write_csv(tmp_path / "a.csv", ["PU1", "PU2"], rows), "--json")
    (note,) = [one for one in answer.json["problems"] if one["code"] == "proposal-labels-ambiguous"]
    assert note["values"]["labels"] == ["一般", "比较不同意", "比较同意"]


def test_a_scale_whose_end_nobody_chose_takes_the_range_of_the_others(tam, tmp_path: Path) -> None:
    rows = [[1 + i % 7, 1 + (i * 3) % 7, 2 + i % 5, 3 + i % 4] for i in range(60)]
    path = write_csv(tmp_path / "a.csv", ["PU1", "PU2", "ATT1", "ATT2"], rows)
    tam("init", tmp_path, "--from", path)
    instrument = load_instrument(tmp_path / "instrument.yaml")
    assert {instrument.items[name].scale for name in ("PU1", "ATT1")} == {"from1to7"}
    text = (tmp_path / "instrument.yaml").read_text(encoding="utf-8")
    assert "CHECK both ends" in text


def test_nothing_is_replaced_and_nothing_half_written(tam, tmp_path: Path) -> None:
    export = tam_export(tmp_path / "a.csv", NAMES)
    (tmp_path / "instrument.yaml").write_text("my work", encoding="utf-8")
    answer = tam("init", tmp_path, "--from", export, "--json")
    assert (answer.code, answer.codes) == (2, ["would-overwrite"])
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.csv", "instrument.yaml"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--from", "absent.csv"], "data-file-missing"),
        (["--from", "absent.qsf"], "file-not-readable"),
        (["--from", "notes.docx"], "data-format-unsupported"),
        (["--from", "x.csv", "--instrument", "kol-tam"], "bad-usage"),
        (["--platform", "plain"], "bad-usage"),
        (["--instrument", "kol-tm"], "unknown-instrument"),
    ],
)
def test_what_cannot_be_started(tam, tmp_path: Path, arguments: list[str], code: str) -> None:
    places = [str(tmp_path / one) if "." in one and one[0] != "-" else one for one in arguments]
    answer = tam("init", tmp_path / "study", *places, "--json")
    assert (answer.code, answer.codes) == (2, [code])
    assert not (tmp_path / "study").exists()


def test_an_export_without_scales(tam, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ["city", "name of pet"], [["Lund", f"pet {i}"] for i in range(30)])
    answer = tam("init", tmp_path, "--from", path, "--json")
    assert answer.code == 1
    assert "proposal-without-scales" in answer.codes
    load_instrument(tmp_path / "instrument.yaml")


def test_a_qualtrics_questionnaire(tam, tmp_path: Path) -> None:
    (tmp_path / "survey.qsf").write_text(qsf_survey.text(), encoding="utf-8")
    answer = tam("init", tmp_path / "study", "--from", tmp_path / "survey.qsf", "--json")
    assert answer.code == 0
    assert answer.codes == ["proposal-to-check", "proposal-scale-downward"]
    instrument = load_instrument(tmp_path / "study" / "instrument.yaml")
    assert instrument.first_order() == {"PU": ("PU_1", "PU_2", "PU_4"), "PI": ("buy_now", "buy_plan")}
    assert [name for name, item in instrument.items.items() if item.reverse] == ["PU_4"]
    text = instrument.items["PU_1"].text
    assert (text.en, text.zh) == ("Notes save me time.", "笔记能节省我的时间。")
    scale = instrument.scales[instrument.items["PU_1"].scale]
    assert [(code, one.en, one.zh) for code, one in scale.labels.items()][4] == (
        5,
        "Strongly agree",
        "非常同意",
    )
    downward = instrument.scales[instrument.items["buy_now"].scale]
    assert downward.labels[1].en == "Strongly agree"
    assert list(instrument.scales["gender_options"].labels) == [1, 2, 9]
    assert instrument.variables["uses"].type == "multiple"
    assert answer.json["result"]["left_out"][-1]["column"] == "bin"
    header = (tmp_path / "study" / "data.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert header.split(",") == ["PU_1", "PU_2", "PU_4", "buy_now", "buy_plan", "gender", "uses", "age"]


def test_answers_to_a_qualtrics_questionnaire_fit_its_proposal(tam, tmp_path: Path) -> None:
    """The columns that Qualtrics exports: tags with the number of the row, texts or recode values."""
    (tmp_path / "survey.qsf").write_text(qsf_survey.text(), encoding="utf-8")
    tam("init", tmp_path / "study", "--from", tmp_path / "survey.qsf")
    words = [one[0] for one in qsf_survey.AGREE.values()]
    header = ["ResponseId", "PU_1", "PU_2", "PU_4", "buy_now", "buy_plan", "gender", "uses", "age"]
    draw = np.random.default_rng(1)
    rows = [
        [f"R_{i}", *(words[one] for one in draw.integers(0, 5, 5)), "Female", "Notes,Live", 20 + i]
        for i in range(60)
    ]
    (tmp_path / "study" / "data.csv").unlink()
    write_csv(tmp_path / "study" / "data.csv", header, rows)
    answer = tam("check", tmp_path / "study", "--json")
    assert answer.code == 0, answer.codes
    found = {one["item"] for one in answer.json["result"]["columns"]}
    assert {"PU_1", "buy_now", "gender", "uses", "age"} <= found


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"SurveyElements": [', "qsf-unreadable"),
        (b"\xff\xfe\x00broken", "qsf-unreadable"),
        (b"[]", "qsf-unreadable"),
        (b'{"SurveyElements": {"a": 1}}', "qsf-unreadable"),
        (b"[" * 100_000, "qsf-unreadable"),
        (b'{"SurveyElements": []}', "qsf-without-questions"),
        (b'{"SurveyElements": [1, null, "x", {"Element": "SQ"}, {"Element": "SQ", "Payload": []}]}',
         "qsf-without-questions"),
        (b'{"SurveyElements": [{"Element": "SQ", "Payload": {"QuestionType": "MC", "Selector": "SAVR",'
         b' "Choices": {"1": {"Display": "same"}, "2": {"Display": "same"}}}}]}', "qsf-without-questions"),
        (b'{"SurveyElements": [{"Element": "SQ", "Payload": {"QuestionType": ["MC"], "Choices": 5}}]}',
         "qsf-without-questions"),
    ],
)  # fmt: skip
def test_broken_questionnaire_files(tam, tmp_path: Path, content: bytes, code: str) -> None:
    (tmp_path / "survey.qsf").write_bytes(content)
    answer = tam("init", tmp_path / "study", "--from", tmp_path / "survey.qsf", "--json")
    assert (answer.code, answer.codes) == (2, [code])
    assert not (tmp_path / "study").exists()


def test_too_large_a_questionnaire_file_is_not_read(tam, tmp_path: Path) -> None:
    with (tmp_path / "survey.qsf").open("wb") as file:
        file.truncate(50_000_001)
    answer = tam("init", tmp_path / "study", "--from", tmp_path / "survey.qsf", "--json")
    assert answer.codes == ["qsf-unreadable"]


def test_a_hostile_questionnaire_file(tam, tmp_path: Path) -> None:
    """Markup, formulas, half characters and giant numbers stay text of limited length."""
    questions = [
        qsf_survey.choice(1, "=cmd|' /C x'!A0", "<script>alert(1)</script>Pick &lt;b&gt;", ["a\ud800", "b"]),
        qsf_survey.matrix(2, "X", ("x" * 9000, "x"), {"1": ("row", "行"), "2": ("other", "别")},
                          RecodeValues={"1": "9" * 5000, "2": "2"}),
    ]  # fmt: skip
    path = tmp_path / "survey.qsf"
    path.write_text(json.dumps(qsf_survey.survey(questions, SurveyName='x"\nseed = 9')), encoding="utf-8")
    answer = tam("init", tmp_path / "study", "--from", path, "--json")
    assert answer.code == 0
    instrument = load_instrument(tmp_path / "study" / "instrument.yaml")
    (variable,) = instrument.variables.values()
    assert variable.text.en == "Pick <b>"
    assert max(len(one.text.get("en")) for one in instrument.items.values()) <= 500
    page = (tmp_path / "study" / "questionnaire.en.html").read_text(encoding="utf-8")
    assert "Pick &lt;b&gt;" in page
    template = (tmp_path / "study" / "data.csv").read_text(encoding="utf-8-sig")
    assert "'=cmd" in template
    assert tomllib.loads((tmp_path / "study" / "study.toml").read_text(encoding="utf-8"))["seed"] == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_questionnaire_as_a_word_document(tam, tmp_path: Path, language: str) -> None:
    docx = pytest.importorskip("docx")
    from docx.oxml.ns import qn

    for folder in ("one", "two"):
        assert tam("init", tmp_path / folder, "--instrument", "davis-tam", "--lang", language).code == 0
    name = f"questionnaire.{language}.docx"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    document = docx.Document(str(tmp_path / "one" / name))
    instrument = load_instrument("davis-tam")
    headings = [one.text for one in document.paragraphs if one.style.name.startswith(("Heading", "Title"))]
    assert headings[0] == instrument.title.get(language)
    assert headings[-1] == {"en": "Codebook", "zh": "编码手册"}[language]
    for style in ("Normal", "Heading 1", "Title"):
        fonts = document.styles[style].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in ("SimSun", "SimHei")
        assert fonts.get(qn("w:eastAsiaTheme")) is None
    cells = [cell.text for table in document.tables[:-1] for cell in table.columns[0].cells]
    paragraphs = [one.text for one in document.paragraphs]
    for item in instrument.items.values():
        assert sum(cell.endswith(item.text.get(language)) for cell in cells) == 1, item.id
    for variable in instrument.variables.values():
        assert any(one.endswith(variable.text.get(language)) for one in paragraphs), variable.id
    assert document.tables[0].rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    names = [cell.text for cell in document.tables[-1].columns[0].cells]
    assert set(instrument.items) <= set(names)


def test_without_the_package_for_word_everything_else_is_written(tam, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    answer = tam("init", tmp_path, "--instrument", "davis-tam", "--json")
    assert (answer.code, answer.codes) == (0, ["docx-not-installed"])
    assert sorted(one.name for one in tmp_path.iterdir()) == [
        "codebook.csv",
        "data.csv",
        "questionnaire.en.html",
        "study.toml",
    ]


def test_the_template_has_the_columns_of_the_codebook(tam, tmp_path: Path) -> None:
    tam("init", tmp_path, "--instrument", "kol-tam")
    template = (tmp_path / "data.csv").read_text(encoding="utf-8-sig").splitlines()
    codebook = list(csv.DictReader(io.StringIO((tmp_path / "codebook.csv").read_text(encoding="utf-8-sig"))))
    assert template[0].split(",") == [row["item"] for row in codebook]
    assert len(template) == 1
