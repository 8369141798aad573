"""The reviewer's report as a user asks for it: beside a reproduction or an audit, whole or not at all."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

FILES = ["report.review.en.html", "report.review.zh.html", "review.json"]


@pytest.mark.parametrize("command", ["reproduce", "audit"])
def test_a_report_is_written_beside_the_verdicts(tam: Any, tmp_path: Path, command: str) -> None:
    run = tam(command, "deng2015", "--report", tmp_path / "review", "--json")
    assert run.code in (0, 1)
    assert sorted(path.name for path in (tmp_path / "review").iterdir()) == FILES
    assert sorted(Path(one).name for one in run.json["result"]["files"]) == FILES
    record = json.loads((tmp_path / "review" / "review.json").read_text(encoding="utf-8"))
    assert record["schema"] == "tam-review/0.1"
    if command == "reproduce":
        assert record["reproduction"]["summary"] == run.json["result"]["summary"]
    else:
        assert record["audit"]["checks"] == run.json["result"]["checks"]
    page = (tmp_path / "review" / "report.review.en.html").read_text(encoding="utf-8")
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    counts = record["reproduction"]["summary"]
    assert f"{counts['exact']} come out to the printed digits" in text or "All 18 printed values" in text
    for one in record["reproduction"]["values"]:
        assert one["printed"] in text


def test_a_list_of_publications_has_no_report(tam: Any, tmp_path: Path) -> None:
    run = tam("reproduce", "--report", tmp_path / "review")
    assert run.code == 2 and "needs-also" in run.err
    assert not (tmp_path / "review").exists()
