"""The how-to on writing reports: its commands run, its theme file is read, the files it names are written."""

from __future__ import annotations

import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from end_to_end.conftest import Tam
from tam.spec.report_form import ReportForm

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "write-reports.md"
SAMPLE = Path(__file__).resolve().parents[1] / "data" / "results_sample.json"


def blocks(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


def test_every_command_writes_its_files(tam: Tam, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(SAMPLE, "results.json")
    theme = next(one for one in blocks("toml") if "[colours]" in one)
    Path("brand.toml").write_text(theme, encoding="utf-8")
    for command in "".join(blocks("sh")).splitlines():
        answer = tam(*shlex.split(command)[1:])
        assert answer.code in (0, 1), (command, answer.err)
    named = re.findall(r"`(report\.[a-z.]*en\.html)`", PAGE.read_text(encoding="utf-8"))
    assert len(named) == 3
    assert all((tmp_path / name).is_file() for name in named)
    assert (tmp_path / "for-the-editor" / "report.zh.docx").is_file()
    assert "Example Brand" in (tmp_path / "report.market.en.html").read_text(encoding="utf-8")


def test_the_table_of_the_study_file_is_read() -> None:
    table = next(one for one in blocks("toml") if "[report]" in one)
    ReportForm.model_validate(tomllib.loads(table)["report"])
