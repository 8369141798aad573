"""``tam screen``: what it tells, the flag table, the multiverse."""

from __future__ import annotations

import csv
import io
import shutil
from pathlib import Path

import pytest

from tam.content import content_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demonstration study, not run."""
    for name in ("study.toml", "export.csv"):
        shutil.copy(content_path("instruments", "demo", name), tmp_path / name)
    return tmp_path


def test_roles_flow_sets_indices_and_the_digest_are_told(tam, folder: Path) -> None:
    answer = tam("screen", folder, "--no-color")
    assert answer.code == 0
    for words in ("Participant flow", "eligible", "Flagged by exactly", "Indices", "Shown only", "digest"):
        assert words in answer.out
    assert "not stated when they were declared" in answer.out


def test_the_json_holds_what_is_told(tam, folder: Path) -> None:
    found = tam("screen", folder, "--json").json["result"]["screening"]
    assert {"declared", "indices", "sets", "n_flagged_twice"} <= set(found)
    assert len(found["declared"]["digest"]) == 64
    assert found["indices"]["mahalanobis"]["n"] + found["indices"]["mahalanobis"]["n_undefined"] == 420
    assert "multiverse" not in found


def test_the_flag_table_is_written_for_a_spreadsheet(tam, folder: Path) -> None:
    target = folder / "flags.csv"
    assert tam("screen", folder, "--to", target).code == 0
    rows = list(csv.DictReader(io.StringIO(target.read_text(encoding="utf-8-sig"))))
    assert len(rows) == 420
    assert rows[0]["row"] == "2"
    assert sum(row["excluded"] != "" for row in rows) == 43
    assert sum(int(row["attention"]) for row in rows) == 28
    assert not [cell for row in rows for cell in row.values() if cell[:1] in "=+@" and cell]


def test_the_multiverse_is_fitted_where_it_is_asked_for(tam, folder: Path) -> None:
    study = folder / "study.toml"
    text = study.read_text(encoding="utf-8")
    start, end = text.index("exclude = ["), text.index("missing_share = 0.2")
    study.write_text(f'{text[:start]}exclude = ["attention", "speed"]\n{text[end:]}', encoding="utf-8")
    told = tam("screen", folder, "--multiverse", "--no-color")
    assert "4 combinations of 2 declared rules" in told.out
    found = tam("screen", folder, "--multiverse", "--json").json["result"]["screening"]["multiverse"]
    assert found["n_specifications"] == 4
    assert len(found["paths"]) == 6
