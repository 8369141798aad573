"""study.toml is read strictly; what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tam.errors import Problem, TamError
from tam.spec.study import GroupBy, Study, TierGrouping
from tam.spec.study_file import load_study

GOOD = """\
title = "A study"
data = "answers.csv"
language = ["en", "zh"]
seed = 7

[constructs]
PU = ["pu1", "-pu2"]
PI = ["pi1", "pi2"]

[scale]
min = 1
max = 7

[model]
paths = ["PI ~ PU"]
controls = {PI = ["age"]}

[columns]
pu1 = "Q7_1"
pu2 = {match = "^Q8"}
pi1 = 4

[groups]
by = "tier"

[screening]
exclude = ["speed", "attention"]

[options]
bootstrap = 200
"""


def write(folder: Path, text: str) -> Path:
    (folder / "answers.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


def load(folder: Path, text: str) -> Study:
    return load_study(write(folder, text))


def problems_of(folder: Path, text: str) -> dict[str, Problem]:
    with pytest.raises(TamError) as raised:
        load(folder, text)
    return {one.code: one for one in raised.value.problems}


def test_an_inline_instrument(tmp_path: Path) -> None:
    study = load(tmp_path, GOOD)
    assert study.instrument.inline and study.instrument.items["pu2"].reverse
    assert study.model.to_lavaan() == "PU =~ pu1 + pu2\nPI =~ pi1 + pi2\nPI ~ PU + age\n"
    assert study.model.observed == ("age",)
    assert study.columns["pu2"].match == "^Q8" and study.columns["pi1"].position == 4
    assert study.groups == (GroupBy("tier"),)
    assert study.screening.exclude == ("attention", "speed")
    assert study.options.bootstrap == 200 and study.options.estimator == "ML"
    assert study.languages == ("en", "zh") and study.seed == 7


def test_a_shipped_instrument_brings_its_model(tmp_path: Path) -> None:
    text = 'instrument = "kol-tam"\ndata = "answers.csv"\n'
    text += '[groups]\ntier = {from = "followers", scheme = "xhs"}\n'
    study = load(tmp_path, text)
    assert study.model.id == "kol-tam" and study.model.moderations
    assert study.groups == (TierGrouping("followers", "xhs"),)
    assert study.title == study.instrument.title


def test_the_nearest_study_upward_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, GOOD)
    (tmp_path / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "a" / "b")
    assert load_study().seed == 7
    assert load_study(tmp_path).seed == 7


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("seed = 7", "sead = 7", "unknown-key", 4),
        ("bootstrap = 200", "bootstraps = 200", "unknown-key", 30),
        ('"attention"]', '"atention"]', "bad-value", 27),
        ("[model]\n", "[model]\nuse = 'kol-tam'\n", "two-models", 15),
        ('data = "answers.csv"', 'data = "answer.csv"', "data-not-found", 2),
        ('paths = ["PI ~ PU"]', 'paths = ["PI ~ PU", "PU ~ PI"]', "cyclic-path", 15),
        ('paths = ["PI ~ PU"]', 'paths = ["PI = PU"]', "bad-path", 15),
        ("min = 1", "min = 8", "scale-limits", 10),
        ('"-pu2"', '"-pu1"', "duplicate-id", 7),
        ('"-pu2"', '"pu 2"', "bad-identifier", 7),
        ('language = ["en", "zh"]', 'language = "fr"', "bad-value", 3),
        ("seed = 7", "seed = = 7", "toml-syntax", 4),
        ('by = "tier"', 'tier = {from = "f", scheme = "none"}', "unknown-tier-scheme", 24),
        ("[scale]\nmin = 1\nmax = 7\n", "", "no-scale-limits", 6),
        ("bootstrap = 200", 'interaction = "lmx"', "bad-value", 30),
        ("bootstrap = 200", 'estimator = "WLSMV"\nmissing = "fiml"', "ordered-with-fiml", 29),
    ],
)
def test_every_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    found = problems_of(tmp_path, GOOD.replace(old, new, 1))
    assert code in found, found
    assert (found[code].where.file, found[code].where.line) == ("study.toml", line)
    assert found[code].exit_code == 2


def test_a_misspelt_key_gets_a_suggestion(tmp_path: Path) -> None:
    assert (
        problems_of(tmp_path, GOOD.replace("bootstrap =", "bootstrp ="))["unknown-key"].values["suggestion"]
        == "bootstrap"
    )


def test_no_study_no_instrument_no_model(tmp_path: Path) -> None:
    with pytest.raises(TamError) as raised:
        load_study(tmp_path / "nowhere")
    assert raised.value.problems[0].code == "study-not-found"
    assert "no-instrument" in problems_of(tmp_path, 'data = "answers.csv"\n')
    text = 'data = "answers.csv"\n[constructs]\nA = ["a"]\n[scale]\nmin = 1\nmax = 5\n'
    assert "no-model" in problems_of(tmp_path, text)
