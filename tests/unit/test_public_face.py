"""``import tam``: the names that people write, and none of them heavy before it is used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tam


@pytest.mark.parametrize("name", tam.__all__)
def test_every_public_name_can_be_had(name: str) -> None:
    assert getattr(tam, name) is not None
    assert name in dir(tam)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="tam"):
        _ = tam.nonsense


def test_report_is_a_package_and_a_verb(tmp_path: Path) -> None:
    """``tam.report(...)`` works whether or not a module inside the package was imported before."""
    import tam.report.write as write

    assert callable(tam.report)
    assert tam.report.write is write


def test_a_study_runs_from_python_and_is_reported(tmp_path: Path) -> None:
    from tam.planning.demo import write_demo

    files = write_demo(tmp_path)
    text = files.study.read_text(encoding="utf-8").replace("bootstrap = 1000", "bootstrap = 10")
    files.study.write_text(text, encoding="utf-8")
    steps: list[str] = []
    analysis = tam.run(tam.load_study(files.study), steps.append)
    assert steps[0] == "reading" and len(steps) > 4
    page = tam.report(analysis, tmp_path / "report.html", language="zh")
    assert 'lang="zh' in page.read_text(encoding="utf-8")
    again = tam.report(json.loads(analysis.to_json()), tmp_path / "again.html", language="zh")
    assert again.read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("name", "begins"),
    [("a.html", b"<!DOCTYPE html>"), ("a.docx", b"PK"), ("a.xlsx", b"PK"), ("a.md", b"# "), ("a.tex", b"%")],
)
def test_the_ending_of_a_report_says_what_it_is(tmp_path: Path, name: str, begins: bytes) -> None:
    if name.endswith("docx"):
        pytest.importorskip("docx")
    results = json.loads(
        (Path(__file__).parent / "report" / "small_results.json").read_text(encoding="utf-8")
    )
    made = tam.report(results, tmp_path / name, audience="market", likert="diverging")
    assert made == tmp_path / name and made.read_bytes().startswith(begins)
    beside = {path.name for path in tmp_path.iterdir()} - {name}
    assert beside == {
        "a.md": {"report.market.en.figures"},
        "a.tex": {"report.market.en.figures", "report.market.en.tables"},
    }.get(name, set())
