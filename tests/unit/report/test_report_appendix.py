"""The appendix: what it publishes can be read by the command it names, and refused moments say why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_results import small_results

from tam.engine.moments_file import read_moments
from tam.report.academic import academic_document
from tam.report.context import context_for
from tam.report.data_files import csv_files
from tam.report.document import Section, Table, plain
from tam.report.sections.appendix import appendix_section

MOMENTS = {
    "basis": "complete",
    "n": 108,
    "variables": ["pu1", "pu2", "pi1"],
    "means": [3.1234567, 2.9, 4.05],
    "sds": [1.0123456, 0.98, 1.2],
    "correlations": [1.0, 0.51234567, 1.0, 0.3, -0.25, 1.0],
}


def results() -> dict[str, Any]:
    made = small_results()
    made["structure"]["sample_moments"] = MOMENTS
    return made


def table(section: Section, key: str) -> Table:
    return next(block for block in section.blocks if isinstance(block, Table) and block.key == key)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_file_of_the_moments_is_what_the_command_reads(language: str, tmp_path: Path) -> None:
    """In full precision, whatever the report prints."""
    files = csv_files(academic_document(context_for(results(), language)))
    (name,) = [one for one in files if one.endswith("-moments.csv")]
    file = tmp_path / "moments.csv"
    file.write_text(files[name], encoding="utf-8")
    found = read_moments(file, 108)
    assert found.names == ("pu1", "pu2", "pi1") and found.means is not None
    assert found.means.tolist() == MOMENTS["means"]
    assert found.covariance[1, 0] == pytest.approx(0.51234567 * 1.0123456 * 0.98, rel=1e-12)
    assert found.covariance[2, 2] == pytest.approx(1.44, rel=1e-12)


def test_printed_correlations_have_three_digits_and_no_false_zeros() -> None:
    rows = table(appendix_section(context_for(results(), "en")), "moments").groups[0].rows
    assert [plain(cell.text) for cell in rows[1]] == ["pu2", ".512", "1", ""]
    assert [plain(cell.text) for cell in rows[2]] == ["pi1", ".300", "−.250", "1"]


@pytest.mark.parametrize(
    ("language", "said"), [("en", "27 moments of 264 answers"), ("zh", "以 27 个统计量概括 264 个作答")]
)
def test_moments_that_would_betray_people_are_absent_with_the_reason(language: str, said: str) -> None:
    made = small_results()
    made["structure"]["sample_moments"] = None
    made["structure"]["unavailable"]["sample_moments"] = (
        "27 moments of 264 answers would say too much about the 44 respondents: at most a tenth is published"
    )
    section = appendix_section(context_for(made, language))
    text = " ".join(plain(getattr(block, "text", ())) for block in section.blocks)
    tables = [block.key for block in section.blocks if isinstance(block, Table)]
    assert said in text and tables == ["parameters"]


def test_every_parameter_is_listed_fixed_ones_without_interval() -> None:
    made = results()
    made["structure"]["estimates"].append(
        {"lhs": "PU", "op": "=~", "rhs": "pu1", "label": "", "free": False, "est": 1.0, "se": None, "z": None}
        | {"p": None, "ci_low": 1.0, "ci_high": 1.0, "std": 0.8, "std_se": None, "std_lv": 0.9}
    )
    rows = table(appendix_section(context_for(made, "en")), "parameters").groups[0].rows
    assert len(rows) == 3
    assert [plain(cell.text) for cell in rows[2]] == ["PU =~ pu1", "1.000", "–", "–", "–", "", "0.800"]
