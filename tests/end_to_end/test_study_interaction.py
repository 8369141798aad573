"""A study that asks for LMS: run, report, references and export; and what is refused on reading."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.engine.lms_fit import fit_lms

STUDY = """\
title = "For whom"
data = "answers.csv"
language = ["en", "zh"]
[constructs]
X = ["x1", "x2"]
Z = ["z1", "z2"]
Y = ["y1", "y2"]
[scale]
min = 1
max = 7
[model]
paths = ["Y ~ X"]
moderate = ["X -> Y by Z"]
[options]
bootstrap = 0
interaction = "{method}"
"""
MODEL = "X =~ x1 + x2\nZ =~ z1 + z2\nY =~ y1 + y2\nY ~ X + Z + X:Z\n"


@pytest.fixture
def study(tmp_path: Path) -> Path:
    rng = np.random.default_rng(4)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=250).T
    y = 0.4 * x + 0.3 * z + 0.4 * x * z + 0.6 * rng.normal(size=250)
    table = {
        f"{name}{k}": np.clip(np.round(1.1 * load * value + 0.5 * rng.normal(size=250) + 4), 1, 7).astype(int)
        for name, value in (("x", x), ("z", z), ("y", y))
        for k, load in ((1, 1.0), (2, 0.9))
    }
    pd.DataFrame(table).to_csv(tmp_path / "answers.csv", index=False)
    return tmp_path


def asked(folder: Path, method: str) -> Path:
    (folder / "study.toml").write_text(STUDY.format(method=method), encoding="utf-8")
    return folder / "study.toml"


def test_lms_from_the_study_to_the_report(tam: Any, study: Path) -> None:
    assert tam("run", asked(study, "lms")).code == 0
    (analysis,) = json.loads((study / "results.json").read_text(encoding="utf-8"))["moderation"]["analyses"]
    table = fit_lms(MODEL, pd.read_csv(study / "answers.csv")).estimates
    row = table[(table.op == "~") & (table.rhs == "X:Z")].iloc[0]
    assert (analysis["method"], analysis["pairs"], analysis["indicators"]) == ("lms", None, [])
    assert analysis["est"] == pytest.approx(row.est, abs=1e-6)
    assert analysis["se"] == pytest.approx(row.se, rel=1e-5)
    assert analysis["std"] == pytest.approx(row["std"], abs=1e-6)
    assert analysis["lms"]["quadrature"]["converged"] is True
    assert [one["at"] for one in analysis["slopes"]] == ["-1 sd", "mean", "+1 sd"]
    assert analysis["johnson_neyman"]["bounds"] and analysis["effect_size"]["delta_r2"] > 0.05
    english, chinese = ((study / f"report.{one}.html").read_text(encoding="utf-8") for one in ("en", "zh"))
    assert "without product indicators" in english and "无需乘积指标" in chinese
    cited = {one["key"] for one in tam("cite", study / "results.json", "--json").json["result"]["references"]}
    assert {"klein2000", "aguinis2005"} <= cited
    assert tam("export", study / "study.toml", "--to", "lavaan").code == 0
    script = (study / "export" / "fit_lavaan.R").read_text(encoding="utf-8")
    assert "by lms; products stand in its place here" in script


@pytest.mark.parametrize(
    ("method", "line", "code"),
    [
        ("qml", 'missing = "fiml"', "interaction-excludes"),
        ("lms", 'estimator = "ULS"', "interaction-excludes"),
        ("lmx", "", "bad-value"),
    ],
)
def test_what_a_method_does_not_go_with_is_refused(
    tam: Any, study: Path, method: str, line: str, code: str
) -> None:
    path = asked(study, method)
    path.write_text(path.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    answer = tam("run", path, "--json")
    assert answer.code == 2 and answer.codes == [code]
    assert not (study / "results.json").exists()
