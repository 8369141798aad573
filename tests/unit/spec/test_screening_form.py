"""The table [screening] of study.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from tam.errors import Problem, TamError
from tam.spec.screening import Accepted, Declared, ExcludeIf, ScreeningOptions, rules_digest
from tam.spec.study_file import load_study

HEAD = """
data = "answers.csv"
[constructs]
A = ["a1", "a2"]
B = ["b1", "b2"]
[scale]
min = 1
max = 7
[model]
paths = ["B ~ A"]
"""


def load(folder: Path, text: str) -> ScreeningOptions:
    (folder / "answers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "study.toml").write_text(HEAD + text, encoding="utf-8")
    return load_study(folder / "study.toml").screening


def problems(folder: Path, text: str) -> list[Problem]:
    with pytest.raises(TamError) as raised:
        load(folder, text)
    return list(raised.value.problems)


def test_nothing_said_is_the_default_of_the_options(tmp_path):
    assert load(tmp_path, "") == ScreeningOptions()
    assert load(tmp_path, "[screening]") == ScreeningOptions()


def test_everything_that_can_be_said(tmp_path):
    options = load(
        tmp_path,
        """
        [screening]
        exclude = ["speed", "consent"]
        exclude_if = { at_least = 2, of = ["synonyms", "attention"] }
        consent = { agreed = ["yes", 1] }
        target = { age = { min = 18, max = 60 } }
        declared = { when = "before", date = 2026-03-01, reference = "https://osf.io/abcde" }
        synonyms = 0.1
        autocorrelation = 0.8
        multiverse = false
        """,
    )
    assert options.exclude == ("consent", "speed")
    assert options.exclude_if == ExcludeIf(2, ("attention", "synonyms"))
    assert options.consent == (Accepted("agreed", ("yes", "1")),)
    assert options.target == (Accepted("age", low=18.0, high=60.0),)
    assert options.declared == Declared("before", "2026-03-01", "https://osf.io/abcde")
    assert (options.synonyms, options.autocorrelation, options.multiverse) == (0.1, 0.8, False)


def test_the_digest_does_not_hang_on_how_the_file_is_written(tmp_path):
    one = load(tmp_path, '[screening]\nexclude = ["speed", "attention"]\nmin_seconds_per_item = 2')
    other = load(tmp_path, '[screening]\nmin_seconds_per_item = 2.0\nexclude = ["attention", "speed"] # same')
    assert rules_digest(one) == rules_digest(other)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('exclude = ["same_address"]', "rule-reports-only"),
        ('exclude_if = { at_least = 1, of = ["same_address"] }', "rule-reports-only"),
        ('exclude_if = { at_least = 3, of = ["speed", "attention"] }', "exclude-if-unreachable"),
        ('exclude_if = { at_least = 2, of = ["speed", "speed"] }', "exclude-if-unreachable"),
        ("consent = { agreed = [] }", "no-accepted-answer"),
        ("target = { age = {} }", "no-accepted-answer"),
        ('declared = { when = "before", date = "01.03.2026" }', "bad-value"),
        ('declared = { when = "perhaps" }', "bad-value"),
        ('declared = { date = "2026-03-01" }', "missing-key"),
        ("near_duplicates = 0.4", "bad-value"),
        ("mahalanobis = 0", "bad-value"),
        ("long_sting = 0.4", "unknown-key"),
        ('exclude = ["sped"]', "bad-value"),
    ],
)
def test_what_cannot_be_is_told_with_its_line(tmp_path, text, code):
    (one,) = problems(tmp_path, f"[screening]\n{text}")
    assert one.code == code
    assert one.where.line == len(HEAD.splitlines()) + 2


def test_a_column_that_nobody_has_is_told(tmp_path):
    from tam.analysis.reading import read_study_data

    rows = ["a1,a2,b1,b2,Q1", *(f"{1 + i % 7},{1 + i % 5},{1 + i % 4},{1 + i % 6},yes" for i in range(20))]
    text = '[screening]\nconsent = { Q2 = ["yes"] }'
    (tmp_path / "study.toml").write_text(HEAD + text, encoding="utf-8")
    (tmp_path / "answers.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(TamError) as raised:
        read_study_data(load_study(tmp_path / "study.toml"))
    (one,) = raised.value.problems
    assert one.code == "unknown-screening-column"
    assert "Q1" in one.mend


def test_a_column_that_the_instrument_does_not_know_is_read_as_written(tmp_path):
    from tam.analysis.reading import read_study_data
    from tam.analysis.screening import screen

    answers = [(1 + i % 7, 1 + i % 5, 1 + i % 4, 1 + i % 6) for i in range(20)]
    rows = ["a1,a2,b1,b2,Q1,age"]
    rows += [
        f"{a},{b},{c},{d},{'no' if i == 3 else 'yes'},{15 + i}" for i, (a, b, c, d) in enumerate(answers)
    ]
    text = '[screening]\nconsent = { Q1 = ["Yes"] }\ntarget = { age = { min = 18 } }\nexclude = ["consent"]'
    (tmp_path / "study.toml").write_text(HEAD + text, encoding="utf-8")
    (tmp_path / "answers.csv").write_text("\n".join(rows), encoding="utf-8")
    study = load_study(tmp_path / "study.toml")
    instrument, responses = read_study_data(study)
    found = screen(responses, instrument, study.screening)
    assert found.flags.index[found.flags["outside_target"]].tolist() == [2, 3, 4]
    assert [(one.row, one.rule) for one in found.excluded] == [(5, "consent")]
