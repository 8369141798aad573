"""Every broken study gets its problem with place and mend from ``tam check``, and never a traceback.

Exit codes: 2 where something must be changed first (an answer that cannot be coded, a cyclic path), 1 where
the data are flagged (a value out of range), 0 where odd text is merely data.
"""

from __future__ import annotations

import importlib.util
import io
import json
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tam.cli.console import open_console
from tam.cli.main import run

BROKEN = Path(__file__).resolve().parent.parent / "broken"


def _load_maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("broken_make", BROKEN / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


make = _load_maker()


@dataclass(frozen=True)
class Expected:
    """What must come out: the exit code, codes that must be among those told, the place of the first."""

    exit: int
    codes: tuple[str, ...] = ()
    where: dict[str, Any] = field(default_factory=dict)


DATA = {"file": "data.csv"}
STUDY = {"file": "study.toml"}


def data(code: str, **where: Any) -> Expected:
    return Expected(2, (code,), DATA | where)


def study(code: str, **where: Any) -> Expected:
    return Expected(2, (code,), STUDY | where)


EXPECTED = {
    "sound": Expected(0),
    "sound-in-words": Expected(0),
    "encoding-latin-1": Expected(1, ("encoding-guessed",), DATA | {"line": 1}),
    "encodings-mixed": data("encodings-mixed"),
    "encoding-utf-16-without-mark": Expected(0),
    "encoding-name-unknown": data("encoding-name-unknown"),
    "missing-data-file": study("data-not-found", line=2),
    "statistics-file-damaged": Expected(2, ("statistics-file-damaged",), {"file": "data.sav"}),
    "two-data": study("two-data", line=2),
    "file-named-twice": study("file-named-twice", line=2),
    "data-is-a-folder": Expected(2, ("data-file-is-folder",), {"file": "folder"}),
    "unsupported-extension": Expected(2, ("data-format-unsupported",), {"file": "data.docx"}),
    "web-page-named-xls": Expected(2, ("workbook-is-web-page",), {"file": "data.xls"}),
    "empty-file": data("data-file-empty"),
    "header-only": data("no-answers", row=1),
    "one-row": data("too-few-rows"),
    "nul-bytes": data("nul-bytes", line=5),
    "huge-cell": data("cell-too-large", row=9),
    "quote-not-closed": data("quote-not-closed", row=2),
    "ragged-rows": data("row-too-wide", row=12),
    "short-rows": Expected(0, ("row-too-short",), DATA | {"row": 62}),
    "duplicate-header": data("duplicate-header", row=1, column="pu1", item="pu1"),
    "missing-column": data("column-missing", row=1, item="pu2"),
    "qualtrics-without-json-row": data("qualtrics-import-row-missing", row=2),
    "wenjuanxing-sequence-form": data("wenjuanxing-sequence", item="pu1"),
    "text-for-a-code": data("answer-not-on-scale", row=8, column="pi1", item="pi1"),
    "word-not-on-the-scale": data("answer-not-on-scale", item="pu1"),
    "label-contradicts-code": data("answer-contradicts-scale", row=61, column="pu1", item="pu1"),
    "value-out-of-range": Expected(
        1, ("value-out-of-range",), DATA | {"row": 12, "column": "pi2", "item": "pi2"}
    ),
    "constant-item": data("item-without-variance", column="pu2", item="pu2"),
    "item-without-answers": data("item-without-answers", column="pu2", item="pu2"),
    "html-injection": Expected(0),
    "formula-injection": Expected(0),
    "duplicate-respondents": Expected(0, ("respondents-flagged",), DATA),
    "everybody-excluded": data("everybody-excluded"),
    "exclusion-not-applicable": Expected(1, ("exclusion-not-applicable",), DATA),
    "regular-expression-bomb": data("column-pattern-unsafe", item="pu1"),
    "item-mapped-twice": data("column-claimed-twice", column="pu2", item="pu2"),
    "column-rule-for-nobody": Expected(2, ("column-rule-unknown-name",), {"item": "pu11"}),
    "column-position-outside": data("column-position-outside", item="pu1"),
    "toml-syntax-error": study("toml-syntax", line=9),
    "study-in-gbk": study("toml-syntax"),
    "misspelt-key": study("unknown-key", line=1),
    "misspelt-rule": study("bad-value", line=16),
    "reversed-scale": study("scale-limits"),
    "duplicate-ids": study("duplicate-id", line=6),
    "unknown-instrument": Expected(2, ("unknown-instrument",)),
    "instrument-item-of-no-construct": Expected(
        2, ("item-of-no-construct",), {"file": "instrument.yaml", "line": 29}
    ),
    "unknown-construct": study("unknown-construct"),
    "cyclic-path": study("cyclic-path", line=13),
    "unidentified-model": Expected(2, ("not-identified",)),
    "unknown-group": study("unknown-group"),
    "workbook-cut-short": Expected(2, ("workbook-damaged",), {"file": "data.xlsx"}),
    "workbook-with-a-far-cell": Expected(2, ("workbook-too-large",), {"file": "data.xlsx"}),
}


def check(folder: Path, *options: str) -> tuple[int, str, str]:
    """``tam check`` in this process: exit code, stdout, stderr."""
    out, err = io.StringIO(), io.StringIO()
    arguments = ["check", str(folder), *options]
    return run(arguments, open_console(arguments, {}, out, err)), out.getvalue(), err.getvalue()


def folder_of(case: str, tmp_path: Path) -> Path:
    if case in make.WORKBOOK_CASES:
        folder: Path = make.write_workbook_case(case, tmp_path)
        return folder
    return BROKEN / case


def test_every_case_has_an_expectation() -> None:
    assert set(EXPECTED) == {*make.CASES, *make.WORKBOOK_CASES}
    assert sum(one.exit > 0 for one in EXPECTED.values()) >= 24


@pytest.mark.parametrize("case", list(make.CASES))
def test_the_stored_case_is_what_its_script_writes(case: str, tmp_path: Path) -> None:
    written = make.write_case(case, tmp_path)
    new = {path.relative_to(written): path.read_bytes() for path in written.rglob("*") if path.is_file()}
    stored = {
        path.relative_to(BROKEN / case): path.read_bytes()
        for path in (BROKEN / case).rglob("*")
        if path.is_file()
    }
    assert stored == new


@pytest.mark.parametrize("case", list(EXPECTED))
def test_check_tells_the_problem_its_place_and_its_mend(case: str, tmp_path: Path) -> None:
    expected = EXPECTED[case]
    code, out, err = check(folder_of(case, tmp_path), "--json")
    assert "Traceback" not in out + err
    answer = json.loads(out)
    problems = answer["problems"]
    assert (code, answer["ok"]) == (expected.exit, expected.exit == 0), problems
    found = {one["code"]: one for one in reversed(problems)}
    assert set(expected.codes) <= set(found), problems
    if expected.codes:
        where = found[expected.codes[0]]["where"]
        assert {key: where[key] for key in expected.where} == expected.where
    for one in problems:
        assert one["mend"].strip()
        assert one["why"].strip()
        assert "{" not in one["what"].replace("{{", "") or case.endswith("injection")
    if expected.exit == 2:
        assert answer["result"] is None


@pytest.mark.parametrize("case", list(EXPECTED))
def test_people_are_told_in_plain_text_without_control_characters(case: str, tmp_path: Path) -> None:
    code, out, err = check(folder_of(case, tmp_path), "--no-color")
    assert code == EXPECTED[case].exit
    told = out + err
    assert "Traceback" not in told
    assert not [char for char in told if not char.isprintable() and char not in "\n\t"]
    for expected in EXPECTED[case].codes:
        assert expected in told


def test_hostile_names_come_out_as_the_text_they_are() -> None:
    _, out, _ = check(BROKEN / "html-injection", "--json")
    unused = json.loads(out)["result"]["unused_columns"]
    assert unused == ["<script>alert('h')</script>", "{{ 7*7 }}", "x\x1b]0;title\x07"]


def test_every_row_of_a_repeated_respondent_is_found_and_excluded() -> None:
    """60 sound respondents, every tenth of them once more: six repeats in rows 62 to 67."""
    _, out, _ = check(BROKEN / "duplicate-respondents", "--json")
    (note,) = (one for one in json.loads(out)["problems"] if one["code"] == "respondents-flagged")
    assert (note["values"]["n"], note["values"]["excluded"]) == (6, 6)


@pytest.mark.parametrize("case", ["cyclic-path", "value-out-of-range", "text-for-a-code", "html-injection"])
def test_the_installed_command_says_the_same(case: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tam", "check", str(BROKEN / case), "--json"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == EXPECTED[case].exit
    assert "Traceback" not in done.stdout + done.stderr
    told = {one["code"] for one in json.loads(done.stdout)["problems"]}
    assert set(EXPECTED[case].codes) <= told
