"""Words of strangers survive a proposal's files unchanged, and can add or change nothing in them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tam.data.proposal import LONGEST_WORDING, tidy
from tam.data.proposal_study import study_toml
from tam.data.proposal_table import propose_from_table
from tam.data.proposal_yaml import comment, instrument_yaml, quoted
from tam.data.table import Table
from tam.spec.instrument_file import load_instrument
from tam.spec.study_file import load_study

WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)
NASTY = st.sampled_from(
    [
        'PU1"]\nreverse: true\n#',
        "x: {role: demographic}\n  y: 1",
        "'; drop: all",
        "- item",
        "# not a comment",
        "{{7*7}}",
        "!!python/object/apply:os.system [id]",
        "&a *a",
        "=cmd|' /C calc'!A0",
        '""" \\u0000 \\',
        "[model]\npaths = []",
        "null",
        "\u2028\u2029\x85\ufeff",
        "%YAML 1.2\n---",
        "第1题(\u202etxt.exe)",
        "\U0001f600 emoji \x7f \x00",
        "*",
        "",
        "no",
        "  ",
        "a" * 3000,
    ]
)
KEYS = {
    "schema", "id", "version", "title", "languages", "status", "response_scales", "missing_codes",
    "constructs", "items", "attention_checks", "variables",
}  # fmt: skip
STUDY_KEYS = {
    "title", "instrument", "data", "language", "seed", "model", "columns", "groups", "screening", "options",
}  # fmt: skip


def table(header: Sequence[str], columns: Sequence[Sequence[str]]) -> Table:
    """A table as reading leaves it."""
    return Table(
        file="export.csv",
        sha256="0" * 64,
        platform="plain",
        evidence=(),
        encoding="utf-8",
        separator=",",
        sheet=None,
        header=tuple(header),
        rows=pd.DataFrame({i: list(cells) for i, cells in enumerate(columns)}, dtype=object),
        row_numbers=tuple(range(2, 2 + len(columns[0]))),
    )


def written(exported: Table, folder: Path, name: str = "study") -> tuple[dict, dict]:
    """The files of a proposal, read by the general readers; the project's own reader must agree."""
    proposal = propose_from_table(exported, name).proposal
    (folder / "data.csv").touch()
    for language in ("en", "zh"):
        text = instrument_yaml(proposal, language)
        (folder / "instrument.yaml").write_bytes(text.encode("utf-8"))
        loaded = load_instrument(folder / "instrument.yaml")
        assert replace(loaded, digest="") == proposal.instrument
    study = study_toml(proposal, "instrument.yaml", "data.csv", "en")
    (folder / "study.toml").write_bytes(study.encode("utf-8"))
    if proposal.paths:
        rules = load_study(folder / "study.toml").columns
        assert {name: rule.exact or rule.position for name, rule in rules.items()} == dict(proposal.columns)
    return yaml.safe_load(text), tomllib.loads(study)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(WORDS | NASTY, min_size=4, max_size=4), st.lists(WORDS | NASTY, min_size=3, max_size=3))
def test_headers_and_labels_survive(tmp_path: Path, names: list[str], labels: list[str]) -> None:
    header = ["PEOU1", "PEOU2", "PU1", "PU2R", *names]
    numbers = [str(1 + i % 5) for i in range(20)]
    words = [labels[i % 3] for i in range(20)]
    rows = [numbers, numbers, numbers, numbers[::-1], words, words[::-1], numbers, words]
    instrument, study = written(table(header, rows), tmp_path)
    assert set(instrument) <= KEYS
    assert set(study) == STUDY_KEYS
    assert study["model"] == {"paths": ["PU ~ PEOU"]}
    assert study["screening"] == {"exclude": []}
    assert [one["id"] for one in instrument["items"]][:4] == ["PEOU1", "PEOU2", "PU1", "PU2R"]
    shown = [one["text"] for one in instrument.get("variables", {}).values()]
    assert all(len(text) <= LONGEST_WORDING for one in shown for text in one.values())


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | NASTY)
def test_quoted_text_reads_back_in_both_formats(text: str) -> None:
    plain = text.encode("utf-8", errors="replace").decode("utf-8")
    line = quoted(text)
    assert "\n" not in line
    assert yaml.safe_load(f"key: {line}") == {"key": plain}
    assert tomllib.loads(f"key = {line}") == {"key": plain}


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=600) | NASTY)
def test_comments_hold_nothing_but_comments(text: str) -> None:
    lines = comment(text, "  ")
    block = "\n".join(["a: 1", *lines, "b: 2"])
    assert yaml.safe_load(block) == {"a": 1, "b": 2}
    assert all(len(line) < 450 for line in lines)


@given(st.text(max_size=3000), st.integers(1, 400))
def test_tidy_text_is_one_line_of_limited_length(text: str, limit: int) -> None:
    plain = tidy(text, limit)
    assert len(plain) <= limit
    assert all(char.isprintable() for char in plain)


def test_a_title_of_code_stays_a_title(tmp_path: Path) -> None:
    numbers = [str(1 + i % 5) for i in range(20)]
    exported = table(["PU1", "PU2"], [numbers, numbers[::-1]])
    nasty = 'x"\nseed = 99\n[options]\nengine = "evil'
    instrument, study = written(exported, tmp_path, nasty)
    assert study["seed"] == 1
    assert study["options"] == {"bootstrap": 1000, "ci": 0.95}
    assert instrument["status"] == "draft"


def test_a_star_among_the_answers_takes_no_other_answer(tmp_path: Path) -> None:
    """``*`` stands for every answer that a scale does not list; an answer must not become it."""
    numbers = [str(1 + i % 5) for i in range(20)]
    stars = ["*" if i % 2 else "yes" for i in range(20)]
    instrument, _ = written(table(["PU1", "PU2", "odd"], [numbers, numbers, stars]), tmp_path)
    assert "odd" not in instrument.get("variables", {})


def test_many_columns_are_cut_and_told() -> None:
    numbers = [str(1 + i % 5) for i in range(12)]
    wide = table([f"x{i}_{i}" for i in range(2100)], [numbers] * 2100)
    proposal = propose_from_table(wide, "wide").proposal
    assert proposal.left_out[-1].because.key == "too_many"
    assert proposal.left_out[-1].because.values["n"] == 100


@pytest.mark.parametrize("word", ["no", "yes", "true", "~", "1e3", "0x1F", "2020-01-01", ".inf"])
def test_words_that_yaml_takes_for_something_else_stay_words(tmp_path: Path, word: str) -> None:
    numbers = [str(1 + i % 5) for i in range(20)]
    answers = [word if i % 2 else "other words" for i in range(20)]
    instrument, _ = written(table(["PU1", "PU2", word], [numbers, numbers, answers]), tmp_path)
    scales = instrument["response_scales"]
    labels = [label["en"] for one in scales.values() for label in one.get("labels", {}).values()]
    assert word in labels
