"""The table ``[report]`` of a study: what may be asked for, each once; what a slip is told."""

from __future__ import annotations

from pathlib import Path

import pytest

import tam
from tam.cli.commands.report import AUDIENCES as SAID_AUDIENCES
from tam.cli.commands.report import FORMATS as SAID_FORMATS
from tam.cli.commands.report import LIKERT as SAID_LIKERT
from tam.errors import TamError
from tam.report.editions import EDITIONS
from tam.report.files import _WRITERS
from tam.spec.report_options import AUDIENCES, FORMATS, LIKERT, ReportOptions

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
"""


def load(folder: Path, table: str) -> ReportOptions:
    (folder / "answers.csv").write_text("pu1,pu2,pu3,pi1,pi2,pi3\n1,2,3,4,5,6\n", encoding="utf-8")
    (folder / "study.toml").write_text(STUDY + table, encoding="utf-8")
    return tam.load_study(folder / "study.toml").report


def test_academic_html_unless_asked_otherwise(tmp_path: Path) -> None:
    assert load(tmp_path, "") == ReportOptions(("academic",), ("html",), "stacked", None, None)


def test_what_is_asked_for_each_once(tmp_path: Path) -> None:
    asked = load(
        tmp_path,
        '[report]\naudience = ["market", "academic", "market"]\nto = "docx"\nlikert = "diverging"\n'
        'theme = "looks/brand.toml"\ntemplates = "own"\n',
    )
    assert asked.audience == ("market", "academic") and asked.to == ("docx",)
    assert asked.likert == "diverging"
    assert asked.theme == tmp_path / "looks" / "brand.toml" and asked.templates == tmp_path / "own"


@pytest.mark.parametrize(
    ("line", "code", "told"),
    [
        ('audiences = ["academic"]', "unknown-key", "audience"),
        ('audience = ["brand"]', "bad-value", "market"),
        ('audience = "brand"', "bad-value", "market"),
        ('to = ["word"]', "bad-value", "docx"),
        ('likert = "pie"', "bad-value", "diverging"),
        ("audience = []", "bad-value", "at least one"),
        ("to = []", "bad-value", "at least one"),
        ("theme = 3", "bad-value", "string"),
    ],
)
def test_a_slip_names_its_line_and_what_there_is(tmp_path: Path, line: str, code: str, told: str) -> None:
    with pytest.raises(TamError) as caught:
        load(tmp_path, f"[report]\n{line}\n")
    [problem] = caught.value.problems
    assert problem.code == code
    assert problem.where.line == len(STUDY.splitlines()) + 2
    assert told in f"{problem.what} {problem.mend}"


def test_the_command_the_study_and_the_writers_know_the_same() -> None:
    assert SAID_FORMATS == FORMATS and SAID_AUDIENCES == AUDIENCES and SAID_LIKERT == LIKERT
    assert set(EDITIONS) == set(AUDIENCES)
    assert {"html", *_WRITERS} == set(FORMATS)
