"""Which way of estimating a moderation goes with which model is asked when the study is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tam.errors import TamError
from tam.spec.study_file import load_study

STUDY = """\
data = "answers.csv"
[constructs]
A = ["a1", "a2"]
B = ["b1", "b2"]
C = ["c1", "c2"]
D = ["d1", "d2"]
[scale]
min = 1
max = 7
[model]
paths = ["C ~ A", "D ~ C"]
moderate = ["{moderation}"]
[options]
{options}
"""
LAST, MIDDLE, FREE = "C -> D by B", "A -> C by B", "A -> C by B"


def codes(folder: Path, moderation: str, *options: str) -> list[str]:
    (folder / "answers.csv").write_text("a1\n1\n", encoding="utf-8")
    text = STUDY.format(moderation=moderation, options="\n".join(options))
    (folder / "study.toml").write_text(text, encoding="utf-8")
    try:
        load_study(folder)
    except TamError as error:
        assert all(one.where.line is not None and one.where.file == "study.toml" for one in error.problems)
        assert all("interaction" in one.mend or "dblcent" in one.mend for one in error.problems)
        return [one.code for one in error.problems]
    return []


@pytest.mark.parametrize("method", ["dblcent", "residual", "meancentred", "lms"])
@pytest.mark.parametrize("moderation", [LAST, MIDDLE])
def test_methods_for_every_moderation(tmp_path: Path, method: str, moderation: str) -> None:
    assert codes(tmp_path, moderation, f'interaction = "{method}"') == []


@pytest.mark.parametrize("method", ["unconstrained", "constrained"])
def test_methods_for_constructs_that_nothing_predicts(tmp_path: Path, method: str) -> None:
    assert codes(tmp_path, FREE, f'interaction = "{method}"') == []
    assert codes(tmp_path, LAST, f'interaction = "{method}"') == ["interaction-unconstrained-sides"]


def test_qml_is_for_an_outcome_that_predicts_nothing(tmp_path: Path) -> None:
    assert codes(tmp_path, LAST, 'interaction = "qml"') == []
    assert codes(tmp_path, MIDDLE, 'interaction = "qml"') == ["interaction-qml-one-outcome"]


@pytest.mark.parametrize(
    ("method", "option"),
    [
        ("lms", 'estimator = "GLS"'),
        ("lms", 'estimator = "MLM"'),
        ("qml", 'missing = "fiml"'),
        ("constrained", 'estimator = "ULS"'),
    ],
)
def test_options_that_a_method_does_not_go_with(tmp_path: Path, method: str, option: str) -> None:
    moderation = LAST if method == "qml" else MIDDLE
    assert codes(tmp_path, moderation, f'interaction = "{method}"', option) == ["interaction-excludes"]


def test_lms_of_two_columns_is_refused(tmp_path: Path) -> None:
    assert codes(tmp_path, "age -> D by income", 'interaction = "lms"') == ["interaction-lms-columns"]
