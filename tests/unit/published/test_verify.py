"""Results held against each other, and results files that strangers send."""

from __future__ import annotations

import base64
import gzip
import html
import json
from pathlib import Path
from typing import Any

import pytest

from tam.analysis.analysis import SCHEMA, Analysis
from tam.analysis.embedded import embedded_in, with_results
from tam.analysis.evidence import SEAL, results_digest, sealed
from tam.errors import TamError
from tam.published.comparing import compare, difference_size
from tam.published.comparing_results import compare_results
from tam.published.pack import read_pack
from tam.published.report_text import differing_places
from tam.published.results_file import DEEPEST, parse_results, read_results_file
from tam.published.study_again import study_again
from tam.published.verify import verify
from tam.spec.study_file import load_study

SMALLEST: dict[str, Any] = {
    "schema": SCHEMA,
    "trusted": True,
    "study": {"language": ["en"], "data": {"file": "a.csv"}},
    "flow": [],
    "screening": {},
    "measurement": {"items": {"pu1": {"mean": 4.5}}},
    "structure": {"estimates": [{"lhs": "PI", "op": "~", "rhs": "PU", "est": 0.25, "label": ""}]},
    "problems": [],
    "provenance": {"tam": "0", "packages": {}},
}


def codes(raised: pytest.ExceptionInfo[TamError]) -> list[str]:
    return [one.code for one in raised.value.problems]


def changed(**sections: Any) -> dict[str, Any]:
    return {**SMALLEST, **sections}


# --- comparing


def test_a_difference_is_named_where_a_person_looks_for_it() -> None:
    other = changed(structure={"estimates": [{**SMALLEST["structure"]["estimates"][0], "est": 0.26}]})
    found = compare(SMALLEST, other)
    (one,) = found.differences
    assert one.path == "structure.estimates[0 PI ~ PU].est"
    assert (one.kind, one.table) == ("number", "structure.estimates")
    assert one.size == pytest.approx(0.01)
    assert found.beyond(0.02) == () and found.beyond(0.001) == (one,)


@pytest.mark.parametrize(
    ("stored", "found", "size"),
    [(0.25, 0.26, 0.01), (1000.0, 1001.0, 1 / 1001), (0.0, 1e-9, 1e-9), (-1.0, 1.0, 2.0), (10**400, 1, None)],
)
def test_small_numbers_are_compared_absolutely_and_large_ones_relatively(
    stored: float, found: float, size: float | None
) -> None:
    expected = float("inf") if size is None else size
    assert difference_size(stored, found) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("stored", "found", "kind"),
    [
        ({"a": 1}, {"a": "1"}, "type"),
        ({"a": True}, {"a": 1}, "type"),
        ({"a": None}, {"a": 0.0}, "type"),
        ({"a": "x"}, {"a": "y"}, "text"),
        ({"a": 1}, {}, "missing"),
        ({}, {"a": 1}, "added"),
        ({"a": [1]}, {"a": [1, 2]}, "length"),
    ],
)
def test_what_is_no_number_differs_without_a_size(
    stored: dict[str, Any], found: dict[str, Any], kind: str
) -> None:
    (one,) = compare(stored, found).differences
    assert one.kind == kind and one.size == float("inf")


def test_a_whole_number_equals_the_same_number_written_as_a_fraction() -> None:
    assert compare({"a": 1}, {"a": 1.0}).differences == ()


def test_software_and_names_of_files_are_no_differences() -> None:
    mine = changed(
        study={"language": ["en"], "data": {"file": "mine.csv"}},
        provenance={"tam": "0", "packages": {"numpy": "9"}},
    )
    assert compare_results(SMALLEST, mine).differences == ()


# --- the digest in the results


def test_the_digest_does_not_see_layout_and_sees_every_digit() -> None:
    turned = dict(reversed(SMALLEST.items()))
    assert results_digest(turned) == results_digest(SMALLEST)
    stamped = changed(provenance={**SMALLEST["provenance"], SEAL: "x"})
    assert results_digest(stamped) == results_digest(SMALLEST)
    text = json.dumps(SMALLEST).replace("0.25", "0.2500000000000001")
    assert results_digest(json.loads(text)) != results_digest(SMALLEST)


def test_sealed_results_agree_with_their_own_digest_once_written_and_read() -> None:
    sections = {name: SMALLEST[name] for name in ("study", "flow", "screening", "measurement", "structure")}
    made = Analysis(
        **sections, effects=None, moderation=None, comparison=None, problems=[], provenance={"tam": "0"}
    )
    record = json.loads(sealed(made).to_json())
    assert record["provenance"][SEAL] == results_digest(record)
    assert "capsule" not in record
    assert json.loads(Analysis.from_json(json.dumps(record)).to_json()) == record


# --- files that strangers send


def written(folder: Path, text: str, name: str = "results.json") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


DEEP = "[" * (DEEPEST + 5) + "]" * (DEEPEST + 5)
PLAIN = json.dumps(SMALLEST)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not-a-results-file"),
        ("{", "not-a-results-file"),
        ("[" * 100_000, "not-a-results-file"),
        (PLAIN.replace("4.5", "NaN"), "not-a-results-file"),
        (PLAIN.replace("4.5", "Infinity"), "not-a-results-file"),
        (PLAIN.replace("4.5", "1e999"), "not-a-results-file"),
        (PLAIN.replace("4.5", "9" * 5000), "not-a-results-file"),
        (PLAIN.replace("4.5", DEEP), "not-a-results-file"),
        (PLAIN.replace('"flow": []', '"flow": [], "flow": []'), "not-a-results-file"),
        (PLAIN.replace('"flow": []', '"flow": {}'), "not-a-results-file"),
        (PLAIN.replace(SCHEMA, "tam-results/9"), "results-schema"),
        ("[]", "results-schema"),
        ("null", "results-schema"),
        (PLAIN + PLAIN, "not-a-results-file"),
    ],
)
def test_what_is_no_results_file_is_told(text: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(TamError) as raised:
        read_results_file(written(tmp_path, text))
    assert codes(raised) == [code]


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    (tmp_path / "results.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TamError) as raised:
        read_results_file(tmp_path / "results.json")
    assert codes(raised) == ["not-a-results-file"]
    for path in (tmp_path / "absent.json", tmp_path):
        with pytest.raises(TamError) as raised:
            read_results_file(path)
        assert codes(raised) == ["file-not-readable"]


def test_a_file_beyond_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tam.published.results_file.LARGEST", 100)
    with pytest.raises(TamError) as raised:
        read_results_file(written(tmp_path, PLAIN))
    assert codes(raised) == ["file-too-large"]


# --- results in a report

PAGE = '<!DOCTYPE html>\n<html lang="en">\n<body>\n<p>b = 0.25</p>\n</body>\n</html>\n'
HOSTILE = changed(flow=["</template><script>alert(1)</script><!-- \u2028 &amp; ]]>"])


def test_a_page_gives_back_the_very_results_it_was_given(tmp_path: Path) -> None:
    page = with_results(PAGE, HOSTILE, language="en", languages=("en", "zh"))
    assert "<script" not in page and page.count("</template>") == 1
    assert with_results(page, SMALLEST, language="zh") == page
    found = read_results_file(written(tmp_path, page, "report.en.html"))
    assert found.results == HOSTILE
    assert found.page is not None and found.page.page == PAGE
    assert (found.page.language, found.page.languages, found.page.audience) == (
        "en",
        ("en", "zh"),
        "academic",
    )


HOLDING = with_results(PAGE, SMALLEST, language="en")
SCRIPT = '<script type="application/json" id="tam-results">{}</script><p>'


@pytest.mark.parametrize(
    ("page", "code"),
    [
        (PAGE, "report-without-results"),
        (PAGE.replace("<p>", SCRIPT), "report-without-results"),
        (HOLDING * 2, "report-twice"),
        (HOLDING.partition("</template>")[0], "report-without-results"),
        (HOLDING.replace("H4sI", "<b>", 1), "report-without-results"),
        (HOLDING.replace("H4sI", "H4sJ", 1), "report-without-results"),
        (HOLDING.replace('"gzip"', '"rar"'), "report-without-results"),
        (HOLDING.replace("</template>", "QUFB</template>"), "report-without-results"),
        (HOLDING.replace("</template>", "====</template>"), "report-without-results"),
        ("<html>" + "<!--" * 50_000, "report-without-results"),
    ],
)  # fmt: skip
def test_pages_that_hold_no_readable_results(page: str, code: str) -> None:
    with pytest.raises(TamError) as raised:
        embedded_in(page, "report.en.html")
    assert codes(raised) == [code]


def test_packed_results_are_the_same_bytes_each_time_and_open_without_tam() -> None:
    packed = HOLDING.partition('packing="gzip">')[2].partition("</template>")[0]
    assert with_results(PAGE, SMALLEST, language="en") == HOLDING
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == SMALLEST
    assert len(with_results(PAGE, changed(flow=["same"] * 10_000), language="en")) < 2_000


def test_a_page_of_the_first_version_holds_its_results_as_they_are() -> None:
    plain = html.escape(json.dumps(HOSTILE, ensure_ascii=False), quote=False)
    words = 'data-language="zh" data-languages="en,zh" data-audience="academic"'
    found = embedded_in(
        PAGE.replace("</body>", f'<template id="tam-results" {words}>{plain}</template>\n</body>'), "r"
    )
    assert (json.loads(found.text), found.language, found.page) == (HOSTILE, "zh", PAGE)


def test_a_page_cannot_unpack_without_end() -> None:
    page = with_results(PAGE, changed(flow=["0" * 5_000_000]), language="en")
    assert len(page) < 20_000
    with pytest.raises(TamError) as raised:
        embedded_in(page, "report.html", largest=2_000_000)
    assert codes(raised) == ["file-too-large"]


@pytest.mark.parametrize("kept", [20, 60, 100])
def test_a_page_whose_results_end_early_holds_none(kept: int) -> None:
    head, opens, packed = HOLDING.partition('packing="gzip">')
    with pytest.raises(TamError) as raised:
        embedded_in(head + opens + packed[:kept] + "</template>", "report.html")
    assert codes(raised) == ["report-without-results"]


def test_a_changed_digit_inside_packed_results_is_found(tmp_path: Path) -> None:
    honest = changed(provenance={**SMALLEST["provenance"], SEAL: results_digest(SMALLEST)})
    forged = {**honest, "measurement": {"items": {"pu1": {"mean": 4.6}}}}
    for results, agrees in ((honest, True), (forged, False)):
        page = with_results(PAGE, results, language="en")
        file = read_results_file(written(tmp_path, page, "report.html"))
        digests = verify(file, None, draw=lambda *_one: PAGE).digests
        assert [one.agrees for one in digests if one.what == "results"] == [agrees]


def test_results_that_cannot_be_drawn_are_told_and_stop_nothing(tmp_path: Path) -> None:
    def breaks(*_given: Any) -> str:
        raise KeyError("estimates")

    page = with_results(PAGE, SMALLEST, language="en")
    found = verify(read_results_file(written(tmp_path, page, "report.html")), None, draw=breaks)
    assert [one.code for one in found.problems][:2] == ["verify-report-not-drawn", "verify-not-recomputed"]
    assert found.verdict == "differs"


@pytest.mark.parametrize(
    "words", ['data-language="../../secret"', 'data-languages="en,xx"', 'data-audience="../a"']
)
def test_a_page_cannot_name_files(words: str, tmp_path: Path) -> None:
    name = words.partition("=")[0]
    page = with_results(PAGE, SMALLEST, language="en", languages=("en",))
    for said in ("en", "academic"):
        page = page.replace(f'{name}="{said}"', words)
    drawn: list[object] = []
    found = verify(
        read_results_file(written(tmp_path, page, "report.html")),
        None,
        draw=lambda *one: str(drawn.append(one)),
    )
    assert found.problems[0].code == "verify-report-not-drawn" and not drawn


# --- the text of a report

TABLE = """<section id="paths" aria-labelledby="paths-head">
<table>
<caption><span class="number">Table 1</span> <span class="title">Paths</span></caption>
<thead>
<tr><th scope="col" class="text">Path</th><th scope="col" class="number"><i>b</i></th></tr>
</thead>
<tbody>
<tr><th scope="row" class="name">PU &rarr; PI</th>
<td class="number">0.25</td>
</tr>
</tbody>
</table>
<p>The path is 0.25.</p>
</section>
"""


def test_a_changed_cell_is_told_with_table_row_and_column() -> None:
    (one,) = differing_places(TABLE.replace('<td class="number">0.25', '<td class="number">0.35'), TABLE)
    assert (one.line, one.section, one.printed, one.expected) == (9, "paths", "0.35", "0.25")
    assert one.place == "Table 1 Paths, PU → PI, b"


def test_a_changed_sentence_and_a_lost_line_are_told() -> None:
    (one,) = differing_places(TABLE.replace("path is 0.25", "path is 0.2"), TABLE)
    assert (one.line, one.printed, one.expected) == (13, "The path is 0.2.", "The path is 0.25.")
    (lost,) = differing_places(TABLE.replace("<p>The path is 0.25.</p>\n", ""), TABLE)
    assert (lost.printed, lost.expected) == ("", "The path is 0.25.")


def test_a_page_that_is_another_page_ends_in_a_few_places() -> None:
    assert 0 < len(differing_places("x\n" * 5000, TABLE * 300)) <= 50
    assert differing_places(TABLE, TABLE) == ()


# --- a study from its results


def test_a_study_is_written_again_from_its_results(tmp_path: Path) -> None:
    from tam.analysis.study_record import study_record
    from tam.data import code_responses, read_table

    (tmp_path / "a.csv").write_text("pu1,pu2,q7,age\n1,7,3,30\n2,6,4,40\n", encoding="utf-8")
    (tmp_path / "study.toml").write_text(
        'title = { en = "A \\"quoted\\" title", zh = "题目" }\ndata = "a.csv"\nseed = 3\n'
        '[constructs]\nPU = ["pu1", "-pu2"]\nPI = ["pi1"]\n[scale]\nmin = 1\nmax = 7\n'
        '[model]\npaths = ["PI ~ PU"]\ncontrols = { PI = ["age"] }\n[columns]\npi1 = "q7"\n'
        '[screening]\nexclude = ["speed"]\ndeclared = { when = "before", date = "2026-03-01" }\n'
        '[options]\nestimator = "MLR"\nci = 0.9\n',
        encoding="utf-8",
    )
    study = load_study(tmp_path)
    responses = code_responses(read_table(study.data), study.instrument, study.columns)
    record = json.loads(json.dumps(study_record(study, study.instrument, responses)))
    text = study_again({"study": record}, [tmp_path / "a.csv"], "results.json")
    (tmp_path / "again").mkdir()
    written(tmp_path / "again", text, "study.toml")
    again = load_study(tmp_path / "again")
    assert (again.title, again.seed, again.options, again.screening) == (
        study.title, study.seed, study.options, study.screening,
    )  # fmt: skip
    assert again.model.to_lavaan() == study.model.to_lavaan()
    assert (again.columns, again.instrument.items) == (study.columns, study.instrument.items)


def test_a_questionnaire_of_one_s_own_needs_the_study_file() -> None:
    asked = {"id": "mine", "inline": False, "digest": "0"}
    study = {"title": {}, "language": ["en"], "seed": 1, "simulated": None, "instrument": asked}
    with pytest.raises(TamError) as raised:
        study_again({"study": study}, [Path("a.csv")], "results.json")
    assert codes(raised) == ["verify-needs-study"]


@pytest.mark.parametrize(
    "study", [{}, {"title": 5}, {"title": {}, "language": [], "seed": 1, "simulated": 1}]
)
def test_a_study_section_that_is_none_is_told(study: dict[str, Any]) -> None:
    with pytest.raises(TamError) as raised:
        study_again({"study": study}, [Path("a.csv")], "results.json")
    assert codes(raised) == ["not-a-results-file"]


# --- packs that strangers send


def pack(folder: Path, model: str, expected: str = "lhs,op,rhs,est,se\nPI,~,PU,0.2,0.1\n") -> Path:
    written(folder, "pu1,pi1\n1,2\n2,3\n3,1\n", "answers.csv")
    written(folder, model, "model.lav")
    written(folder, expected, "expected_model.csv")
    written(folder, 'system("touch here")', "fit_lavaan.R")
    return folder


def test_a_pack_is_read_without_its_script(tmp_path: Path) -> None:
    found = read_pack(pack(tmp_path, "# a comment\nPI   ~ PU\n"))
    (model,) = found.models
    assert model.text.split() == ["PI", "~", "PU"] and model.rows == (("PI", "~", "PU", 0.2, 0.1),)
    assert found.estimator == "ML" and "system" not in found.answers
    assert not (tmp_path / "here").exists()


@pytest.mark.parametrize(
    "model",
    [
        'PI ~ a*PU\nx := system("touch here")',
        "PI ~ a*PU\nx := a^2",
        "PI ~ a*PU\na == 1",
        'PI ~ system("x")*PU',
    ],
)
def test_models_that_r_would_evaluate_are_refused(model: str, tmp_path: Path) -> None:
    with pytest.raises(TamError):
        read_pack(pack(tmp_path, model))


@pytest.mark.parametrize(
    "expected",
    ["", "a,b\n1,2\n", "lhs,op,rhs,est,se\nPI,~,PU,nan,0.1\n", "lhs,op,rhs,est,se\nPI,~,PU,x,0.1\n"],
)
def test_expected_values_that_are_none_are_told(expected: str, tmp_path: Path) -> None:
    if expected == "":
        assert read_pack(pack(tmp_path, "PI ~ PU", expected)).models[0].rows == ()
        return
    with pytest.raises(TamError) as raised:
        read_pack(pack(tmp_path, "PI ~ PU", expected))
    assert codes(raised) == ["pack-unreadable"]


def test_results_are_parsed_as_they_were_written() -> None:
    assert parse_results(PLAIN, "results.json") == SMALLEST
