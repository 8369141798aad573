"""``tam report``: every format for every reader from results.json alone, all files or none."""

from __future__ import annotations

import csv
import importlib.util
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

ROOT = Path(__file__).resolve().parents[2]
SMALL = ROOT / "tests" / "unit" / "report" / "small_results.json"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder with a results.json of three constructs and nothing else."""
    return Path(shutil.copy(SMALL, tmp_path / "results.json"))


def written(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_one_language_of_every_text_format(tam, results: Path, tmp_path: Path) -> None:
    run = tam("report", results, "--to", "html,csv,xlsx,markdown", "--lang", "en", "--out", tmp_path / "out")
    assert run.code in (0, 1), run.err
    names = written(tmp_path / "out")
    single = {name for name in names if "/" not in name}
    assert single == {"report.en.html", "report.en.xlsx", "report.en.md"}
    folders = {name.split("/")[0] for name in names - single}
    assert folders == {"report.en.tables", "report.en.figures"}
    page = (tmp_path / "out" / "report.en.md").read_text("utf-8")
    pictures = re.findall(r"\]\((report\.en\.figures/[^)]+)\)", page)
    assert pictures and set(pictures) <= names, "every link of the Markdown leads to its picture"


def test_a_folder_of_files_is_one_line_for_a_person_and_all_of_them_for_a_program(
    tam, results: Path, tmp_path: Path
) -> None:
    options = ("--to", "csv", "--lang", "en", "--out", tmp_path / "out")
    lines = tam("report", results, *options).out.splitlines()
    assert len(lines) == 2 and all(re.search(r"\(\d+ files\)$", line) for line in lines)
    files = tam("report", results, *options, "--json").json["result"]["files"]
    assert {Path(one).relative_to(tmp_path / "out").as_posix() for one in files} == written(tmp_path / "out")


def test_pictures_are_written_beside_each_other(tam, results: Path, tmp_path: Path) -> None:
    run = tam("report", results, "--to", "svg,png,pdf", "--lang", "zh", "--out", tmp_path / "out")
    if "font-without-chinese" in run.err:
        pytest.skip("no Chinese font is installed")
    names = written(tmp_path / "out")
    stems = {Path(name).stem for name in names}
    assert len(names) == 3 * len(stems) and all(name.startswith("report.zh.figures/") for name in names)
    one = next(iter(sorted(stems)))
    folder = tmp_path / "out" / "report.zh.figures"
    assert (folder / f"{one}.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / f"{one}.pdf").read_bytes().startswith(b"%PDF")
    assert 'lang="zh-CN"' in (folder / f"{one}.svg").read_text("utf-8")


@pytest.mark.parametrize("kind", ["docx", "latex"])
def test_documents_for_word_and_tex(tam, results: Path, tmp_path: Path, kind: str) -> None:
    if kind == "docx":
        pytest.importorskip("docx")
    run = tam("report", results, "--to", kind, "--lang", "en", "--out", tmp_path / "out")
    assert run.code in (0, 1), run.err
    names = written(tmp_path / "out")
    assert ({"report.en.docx"} if kind == "docx" else {"report.en.tex"}) <= names


def test_every_reader_has_an_edition_and_links_lead_to_the_others(tam, results: Path, tmp_path: Path) -> None:
    run = tam("report", results, "--audience", "academic,market,review", "--out", tmp_path / "out")
    assert run.code in (0, 1), run.err
    names = written(tmp_path / "out")
    assert len(names) == 6
    for name in names:
        page = (tmp_path / "out" / name).read_text("utf-8")
        links = set(re.findall(r'href="?(report\.[\w.]+\.html)', page))
        assert links and links <= names - {name}, name


def test_without_python_docx_nothing_is_written_and_it_says_what_to_install(
    tam, results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    run = tam("report", results, "--to", "html,docx", "--lang", "en", "--out", tmp_path / "out", "--json")
    assert (run.code, run.codes) == (2, ["docx-needs-extra"])
    assert 'pip install "tam-survey[docx]"' in run.json["problems"][0]["mend"]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--to", "odt"), "bad-option-value"),
        (("--audience", "everybody"), "bad-option-value"),
        (("--likert", "pie"), "bad-option-value"),
        (("--theme", "nowhere.toml"), "theme-not-found"),
        (("--templates", "nowhere"), "templates-not-found"),
    ],
)
def test_what_cannot_be_had_is_refused_before_anything_is_written(
    tam, results: Path, tmp_path: Path, arguments: tuple[str, ...], code: str
) -> None:
    run = tam("report", results, *arguments, "--out", tmp_path / "out", "--json")
    assert (run.code, run.codes) == (2, [code])
    assert not (tmp_path / "out").exists()


def test_a_theme_colours_the_page_and_its_pictures(tam, results: Path, tmp_path: Path) -> None:
    theme = tmp_path / "brand.toml"
    theme.write_text('organisation = "Lotus"\n[colours]\naccent = "#0b5d3b"\n', encoding="utf-8")
    options = ("--to", "html,svg", "--lang", "en", "--theme", theme, "--out", tmp_path / "out")
    run = tam("report", results, *options)
    assert run.code in (0, 1), run.err
    page = (tmp_path / "out" / "report.en.html").read_text("utf-8")
    assert "#0b5d3b" in page and "Lotus" in page
    pictures = (tmp_path / "out").rglob("*.svg")
    assert any("#0b5d3b" in one.read_text("utf-8") for one in pictures)


@pytest.mark.parametrize("name", ["report.en.html", "report.market.zh.html", "report.review.en.html"])
def test_every_edition_in_its_own_look_is_drawn_again_by_verify(
    tam, results: Path, tmp_path: Path, name: str
) -> None:
    theme = tmp_path / "brand.toml"
    theme.write_text('organisation = "Lotus"\n[colours]\naccent = "#0b5d3b"\n', encoding="utf-8")
    options = ("--audience", "academic,market,review", "--likert", "diverging", "--theme", theme)
    tam("report", results, *options, "--lang", "en,zh")
    theme.unlink()
    page = tmp_path / name
    about_text = {"verify-report-differs", "verify-report-not-drawn"}
    assert not about_text & set(tam("verify", page, "--json").codes)
    changed = re.sub(r"(<h1[^>]*>)", r"\1Better ", page.read_text("utf-8"))
    page.write_text(changed, encoding="utf-8")
    assert about_text & set(tam("verify", page, "--json").codes) == {"verify-report-differs"}


def test_the_review_of_a_publication_in_other_formats(tam, tmp_path: Path) -> None:
    tam("audit", "deng2015", "--report", tmp_path)
    before = (tmp_path / "report.review.en.html").read_bytes()
    run = tam("report", tmp_path / "review.json", "--to", "html,xlsx,markdown", "--lang", "en,zh")
    assert run.code == 0, run.err
    assert {"report.review.en.xlsx", "report.review.zh.md"} <= written(tmp_path)
    assert (tmp_path / "report.review.en.html").read_bytes() == before
    refused = tam("report", tmp_path / "review.json", "--audience", "market", "--json")
    assert refused.code == 2


@pytest.mark.slow
def test_a_second_run_writes_the_same_bytes_with_the_installed_command(results: Path, tmp_path: Path) -> None:
    def run(folder: Path, **environment: str) -> dict[str, bytes]:
        formats = "html,csv,xlsx,markdown,svg,png,pdf" + (",docx" if importlib.util.find_spec("docx") else "")
        command = ["report", str(results), "--to", formats, "--lang", "en", "--out", str(folder)]
        made = subprocess.run(
            [sys.executable, "-m", "tam", *command],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        assert made.returncode in (0, 1), made.stderr
        return {name: (folder / name).read_bytes() for name in written(folder)}

    first = run(tmp_path / "a", PYTHONHASHSEED="1", SOURCE_DATE_EPOCH="1")
    assert len(first) > 20
    assert first == run(tmp_path / "b", PYTHONHASHSEED="2", SOURCE_DATE_EPOCH="1700000000")


def test_tables_say_in_every_format_what_the_results_say(tam, results: Path, tmp_path: Path) -> None:
    tam("report", results, "--to", "csv,xlsx,markdown", "--lang", "en", "--out", tmp_path / "out")
    record: dict[str, Any] = json.loads(results.read_text("utf-8"))
    text = (tmp_path / "out" / "report.en.tables" / "01-hypotheses.csv").read_text("utf-8-sig")
    rows = {row[0]: row for row in csv.reader(io.StringIO(text))}
    sheet = load_workbook(tmp_path / "out" / "report.en.xlsx").worksheets[1]
    cells = {row[0].value: [cell.value for cell in row] for row in sheet.iter_rows(min_row=5)}
    page = (tmp_path / "out" / "report.en.md").read_text("utf-8")
    for one in record["structure"]["hypotheses"]:
        assert repr(one["est"]) in rows[one["id"]]
        assert one["est"] in [pytest.approx(value) for value in cells[one["id"]] if isinstance(value, float)]
        assert re.search(rf"\| {one['id']}\s+\|", page)


TABLE = "pu1,pu2,pu3,pi1,pi2,pi3\n" + "".join(
    ",".join(
        str(min(max(2 + row % 4 + (row * (shift + 3) // 5) % 3 - shift // 3, 1), 7)) for shift in range(6)
    )
    + "\n"
    for row in range(60)
)
STUDY = """
data = "answers.csv"
[constructs]
PU = ["pu1", "pu2", "pu3"]
PI = ["pi1", "pi2", "pi3"]
[scale]
min = 1
max = 7
[model]
paths = ["PI ~ PU"]
[options]
bootstrap = 0
cross_check = false
"""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "answers.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    return tmp_path / "study.toml"


def add(study: Path, table: str) -> None:
    study.write_text(STUDY + table, encoding="utf-8")


def test_a_study_says_which_reports_a_run_writes(tam, study: Path) -> None:
    add(study, '[report]\naudience = ["market", "review"]\nto = ["html", "xlsx"]\n')
    run = tam("run", study, "--out", study.parent / "out")
    assert run.code in (0, 1), run.err
    pages = {
        f"report.{audience}.en.{ending}" for audience in ("market", "review") for ending in ("html", "xlsx")
    }
    assert written(study.parent / "out") == {"results.json", *pages}


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("line", "code"),
    [('theme = "none.toml"', "theme-not-found"), ('templates = "none"', "templates-not-found")],
)
def test_a_look_that_is_not_there_is_told_before_anything_is_computed(
    tam, study: Path, command: str, line: str, code: str
) -> None:
    add(study, f"[report]\n{line}\n")
    run = tam(command, study, "--json")
    assert (run.code, run.codes) == (2, [code])
    assert written(study.parent) == {"study.toml", "answers.csv"}


def test_word_without_python_docx_is_told_before_anything_is_computed(
    tam, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(study, '[report]\nto = ["html", "docx"]\n')
    monkeypatch.setitem(sys.modules, "docx", None)
    run = tam("run", study, "--json")
    assert (run.code, run.codes) == (2, ["docx-needs-extra"])
    assert written(study.parent) == {"study.toml", "answers.csv"}
