"""Mplus input: nothing that Mplus would refuse, and only words of inputs that Mplus has run."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.analysis.export_expected import expected_values
from tam.analysis.export_mplus import LONGEST_LINE, mplus_data, mplus_input, mplus_names
from tam.cli.console import open_console
from tam.cli.main import run
from tam.engine import fit_model
from tam.spec.study import Options

DATA = pd.read_csv(Path(__file__).resolve().parents[2] / "data" / "engine" / "tam.csv")
MODEL = """PEOU =~ peou1 + peou2 + peou3
Useful_at_work =~ pu1 + l*pu2 + l*pu3
PI =~ pi1 + pi2 + pi3
ATT =~ att1 + att2
Useful_at_work ~ a*PEOU
PI ~ b*Useful_at_work
ATT ~ PEOU
pi1 ~~ 0.00001*pi3
a_long_name_of_an_effect := a*b^2
"""


def written(model: str = MODEL, table: pd.DataFrame = DATA, **options: object) -> str:
    chosen = Options(**options)  # type: ignore[arg-type]
    fit = fit_model(model, table, meanstructure=chosen.meanstructure, std_lv=chosen.std_lv)
    columns = [str(name) for name in table.columns]
    return mplus_input("Title; analysis", fit.table, columns, "mplus.dat", chosen, expected_values(fit))


def commands(text: str) -> str:
    """The input without its comments."""
    return "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("!"))


def test_names_are_short_unique_and_no_commands() -> None:
    asked = ["pu1", "PU1", "usefulness1", "with", "2nd", "pu1.att1", "易用", "V1", "_x", "ON"]
    found = mplus_names(asked)
    assert list(found) == asked
    assert found["pu1"] == "pu1"
    assert found["V1"] == "V1"
    assert len({name.lower() for name in found.values()}) == len(asked)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,7}", name) for name in found.values())
    assert not {name.lower() for name in found.values()} & {"with", "on"}


def test_lines_are_short_and_ascii() -> None:
    text = written(table=DATA.rename(columns={"kol1": "一个很长的名字" * 20, "kol2": "x; MODEL: a BY b"}))
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 90
    assert LONGEST_LINE <= 90
    assert "a BY b" not in commands(text)


def test_every_parameter_is_said() -> None:
    text = commands(written())
    for statement in (
        "V1 BY pu1@1;", "V1 BY pu2* (LAB1);", "V1 BY pu3* (LAB1);", "PI BY pi2*;", "V1 ON PEOU* (LAB2);",
        "PI WITH ATT*;", "pi1 WITH pi3@0.00001;", "peou1*;", "NEW(LAB4);", "LAB4 = LAB2*LAB3**2;",
        "MODEL = NOMEANSTRUCTURE;", "INFORMATION = EXPECTED;",
    ):  # fmt: skip
        assert statement in text, statement
    assert text.count(":") == 7
    means = commands(written(meanstructure=True))
    assert "[peou1*];" in means
    assert "[PEOU@0];" in means
    assert "NOMEANSTRUCTURE" not in means


def test_covariances_that_mplus_adds_are_taken_away() -> None:
    model = "A =~ pu1 + pu2 + pu3\nB =~ att1 + att2 + att3\nA ~~ 0*B\nC =~ pi1 + pi2 + pi3\nC ~ A"
    text = commands(written(model))
    assert "A WITH B@0;" in text
    assert "A WITH C" not in text
    assert "B WITH C@0;" in text


def test_expected_values_stand_in_comments() -> None:
    text = written()
    fit = fit_model(MODEL, DATA)
    row = next(one for one in fit.estimates.itertuples() if (one.lhs, one.op) == ("PI", "~"))
    assert f"! PI ON V1  {row.est:.6f}  {row.se:.6f}" in text
    assert f"! chisq  {fit.measures['chisq']:.6g}" in text


def test_answers_are_numbers_with_a_mark_for_none() -> None:
    table = pd.DataFrame({"a": [1.0, np.nan], "b": [0.1, 2e-5]})
    assert mplus_data(table) == "1 0.1\n-999999 2e-05\n"


@pytest.mark.reference
def test_words_are_those_of_inputs_that_mplus_has_run(reference: Path) -> None:
    """Every word of ours that is no name stands in the inputs printed in genuine outputs of Mplus."""
    known: set[str] = set()
    for path in (reference / "mplus_peer").rglob("*.out"):
        text = path.read_text(encoding="utf-8", errors="replace")
        inside = text.partition("INPUT INSTRUCTIONS")[2].partition("INPUT READING TERMINATED")[0]
        known |= set(re.findall(r"[a-z]+", inside.lower()))
    text = commands(written(meanstructure=True) + written())
    names = {one.lower() for one in [*DATA.columns, "PEOU", "PI", "ATT", "V1", "mplus", "dat"]}
    words = {
        word for word in re.findall(r"[a-z_0-9]+", text.partition("DATA")[2].lower()) if not word[0].isdigit()
    }
    ours = {word for word in words if word not in names and not word.startswith("lab")}
    # MODEL CONSTRAINT with NEW is not among the peer's inputs; it is described in the manual of Mplus.
    assert ours - known <= {"usevariables", "constraint", "new"}


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R is not here")
def test_lavaan_agrees_with_what_is_exported(tmp_path: Path) -> None:
    """The exported script runs in R and passes; with a changed expectation it stops."""
    has_lavaan = subprocess.run(["Rscript", "-e", "library(lavaan)"], capture_output=True, check=False)
    if has_lavaan.returncode:
        pytest.skip("lavaan is not here")
    (tmp_path / "answers.csv").write_text(DATA.drop(columns="group").to_csv(index=False), encoding="utf-8")
    (tmp_path / "study.toml").write_text(STUDY, encoding="utf-8")
    words = ["export", str(tmp_path), "--out", str(tmp_path / "out"), "--json"]
    assert run(words, open_console(words, {}, Sink(), Sink())) == 0
    passed = rscript(tmp_path / "out")
    assert passed.returncode == 0, passed.stderr
    assert "lavaan agrees" in passed.stdout
    values = tmp_path / "out" / "expected_model.csv"
    lines = values.read_text(encoding="utf-8").splitlines()
    at = next(k for k, line in enumerate(lines) if line.startswith("PU,=~,pu2"))
    lines[at] = "PU,=~,pu2,1.5,0.05"
    values.write_text("\n".join(lines) + "\n", encoding="utf-8")
    stopped = rscript(tmp_path / "out")
    assert stopped.returncode != 0
    assert "estimates differ" in stopped.stderr


STUDY = """title = "A survey"
data = "answers.csv"
seed = 1
[constructs]
PU = ["pu1", "pu2", "pu3", "pu4"]
PI = ["pi1", "pi2", "pi3", "pi4"]
[scale]
min = 1
max = 7
[model]
paths = ["PI ~ PU"]
"""


class Sink:
    """Swallows what a command prints."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return None

    def isatty(self) -> bool:
        return False


def rscript(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["Rscript", "fit_lavaan.R"], cwd=folder, capture_output=True, text=True, check=False, timeout=300
    )
