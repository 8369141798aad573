"""``tam fit --interaction``: which models and options every way of estimating takes, on data with known
values; what it refuses, and with which way out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

ROWS = 900


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    """Three correlated factors, an observed column, a second-order factor of three, and two outcomes."""
    rng = np.random.default_rng(12)
    x, z, w = np.linalg.cholesky([[1, 0.3, 0.2], [0.3, 1, 0.3], [0.2, 0.3, 1]]) @ rng.normal(size=(3, ROWS))
    o = rng.integers(1, 8, size=ROWS).astype(float)
    second = rng.normal(size=ROWS)
    parts = {name: 0.8 * second + 0.5 * rng.normal(size=ROWS) for name in "abc"}
    outcomes = {
        "y": 0.4 * x + 0.3 * z + 0.2 * w + 0.2 * x * z + 0.15 * z * w + 0.1 * x * w + 0.2 * x * z * w,
        "q": 0.4 * x + 0.3 * z + 0.2 * x * z + 0.15 * x * x,
        "v": 0.4 * x + 0.1 * o + 0.1 * x * (o - o.mean()),
        "s": 0.4 * x + 0.3 * second + 0.2 * x * second,
    }
    latents = {"x": x, "z": z, "w": w, **parts}
    latents |= {name: value + 0.6 * rng.normal(size=ROWS) for name, value in outcomes.items()}
    items = {
        f"{name}{k}": load * value + 0.4 * rng.normal(size=ROWS)
        for name, value in latents.items()
        for k, load in ((1, 1.0), (2, 0.9), (3, 1.1))
    }
    return pd.DataFrame({**items, "o": o})


def measured(*names: str) -> str:
    return "".join(f"{one} =~ {' + '.join(f'{one.lower()}{k}' for k in (1, 2, 3))}\n" for one in names)


THREE = "Y ~ X + Z + W + X:Z + Z:W + X:W + X:Z:W"
CASES = {
    "several": (measured("X", "Z", "W", "Y") + THREE, "lms"),
    "several by products": (measured("X", "Z", "W", "Y") + THREE, "dblcent"),
    "square": (measured("X", "Z", "Q") + "Q ~ X + Z + X:Z + X:X", "lms"),
    "square by QML": (measured("X", "Z", "Q") + "Q ~ X + Z + X:Z + X:X", "qml"),
    "square by products": (measured("X", "Z", "Q") + "Q ~ X + Z + X:Z + X:X", "dblcent"),
    "observed": (measured("X", "V") + "V ~ X + o + X:o", "lms"),
    "observed by products": (measured("X", "V") + "V ~ X + o + X:o", "dblcent"),
    "second order": (
        measured("X", "A", "B", "C", "S").replace("S =~ s1", "OUT =~ s1")
        + "S =~ A + B + C\nOUT ~ X + S + X:S",
        "lms",
    ),
}
TRUE = {
    "Y": {"X": 0.4, "Z": 0.3, "W": 0.2, "X:Z": 0.2, "Z:W": 0.15, "X:W": 0.1, "X:Z:W": 0.2},
    "Q": {"X": 0.4, "Z": 0.3, "X:Z": 0.2, "X:X": 0.15},
    "V": {"X": 0.4, "o": 0.1, "X:o": 0.1},
    # the second-order factor has the unit of its first part, .8 of ours
    "OUT": {"X": 0.4, "S": 0.3 / 0.8, "X:S": 0.2 / 0.8},
}


class Fitting:
    def __init__(self, tam: Any, folder: Path) -> None:
        self.tam, self.folder = tam, folder

    def __call__(self, model: str, data: pd.DataFrame, *arguments: str) -> Any:
        (self.folder / "m.lav").write_text(model, encoding="utf-8")
        data.to_csv(self.folder / "d.csv", index=False)
        given = ("--model", self.folder / "m.lav", "--data", self.folder / "d.csv")
        return self.tam("fit", *given, *arguments, "--json")


@pytest.fixture
def fitting(tam: Any, tmp_path: Path) -> Fitting:
    return Fitting(tam, tmp_path)


def paths(answer: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return {(row["lhs"], row["rhs"]): row for row in answer.json["result"]["estimates"] if row["op"] == "~"}


@pytest.mark.parametrize("case", CASES)
def test_the_population_is_found(fitting: Fitting, answers: pd.DataFrame, case: str) -> None:
    model, method = CASES[case]
    # an integral over two factors takes its time
    rows = answers.head(450) if case == "several" else answers
    # products of three leave errors that only the robust ones measure
    errors = ("--pairs", "matched", "--estimator", "MLR") if case == "several by products" else ()
    answer = fitting(model, rows, "--interaction", method, *errors)
    assert answer.code == 0, answer.out[:1500]
    result = answer.json["result"]
    assert result["converged"] and result["admissible"] and result["interaction"] == method
    found = paths(answer)
    for (outcome, name), row in found.items():
        assert abs(row["est"] - TRUE[outcome][name]) < 3.5 * row["se"], name
        assert row["std"] is not None and row["ci_low"] < row["est"] < row["ci_high"]
    assert len(found) == len(next(iter(TRUE[outcome] for outcome, _ in found)))
    if method == "lms":
        assert result["quadrature"]["converged"] is True
        assert result["lr_test"]["df"] == sum(":" in name for _, name in found)


@pytest.mark.parametrize("method", ["lms", "constrained", "dblcent"])
def test_missing_answers_and_robust_errors(fitting: Fitting, answers: pd.DataFrame, method: str) -> None:
    model = measured("X", "Z", "Q") + "Q ~ X + Z + X:Z"
    whole = paths(fitting(model, answers, "--interaction", method))["Q", "X:Z"]
    robust = fitting(model, answers, "--interaction", method, "--estimator", "MLR")
    holes = np.random.default_rng(3).random(answers.shape) < 0.04
    fewer = fitting(model, answers.mask(holes), "--interaction", method, "--missing", "fiml")
    assert robust.code == fewer.code == 0
    assert paths(robust)["Q", "X:Z"]["est"] == pytest.approx(whole["est"], abs=1e-7)
    assert paths(robust)["Q", "X:Z"]["se"] != whole["se"]
    assert fewer.json["result"]["n"]["total"] == ROWS
    assert paths(fewer)["Q", "X:Z"]["est"] == pytest.approx(whole["est"], abs=3 * whole["se"])


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        (("--interaction", "lms", "--group", "o"), ["excludes"]),
        (("--interaction", "lms", "--ordered", "all"), ["excludes"]),
        (("--interaction", "lms", "--bootstrap", "20"), ["excludes"]),
        (("--interaction", "qml", "--missing", "fiml"), ["excludes"]),
        (("--interaction", "constrained", "--bootstrap", "20"), ["excludes"]),
        (("--interaction", "constrained", "--std-lv"), ["excludes"]),
        (("--interaction", "constrained", "--engine", "semopy"), ["excludes"]),
    ],
)
def test_what_a_method_does_not_go_with(
    fitting: Fitting, answers: pd.DataFrame, arguments: Any, codes: list[str]
) -> None:
    answer = fitting(measured("X", "Z", "Q") + "Q ~ X + Z + X:Z", answers, *arguments)
    assert answer.code == 2 and answer.codes == codes


@pytest.mark.parametrize("method", ["residual", "constrained", "qml"])
def test_three_factors_at_once_are_for_lms_and_dblcent(
    fitting: Fitting, answers: pd.DataFrame, method: str
) -> None:
    model = measured("X", "Z", "W", "Y") + "Y ~ X + Z + W + X:Z:W"
    answer = fitting(model, answers, "--interaction", method)
    assert answer.code == 2
    assert "lms" in answer.json["problems"][0]["mend"].lower()


def test_a_person_reads_the_test_and_the_certificate(tam: Any, tmp_path: Path, answers: pd.DataFrame) -> None:
    (tmp_path / "m.lav").write_text(measured("X", "Z", "Q") + "Q ~ X + Z + X:Z", encoding="utf-8")
    answers.to_csv(tmp_path / "d.csv", index=False)
    given = ("--model", tmp_path / "m.lav", "--data", tmp_path / "d.csv", "--interaction")
    lms = tam("fit", *given, "lms").out
    assert "latent interaction by lms" in lms
    assert "against the model without products: chi-square(1)" in lms
    assert "certificate holds" in lms
    products = tam("fit", *given, "constrained").out
    assert "latent interaction by constrained, all pairs of items" in products and "chi-square(" in products
    assert "log-likelihood" in tam("fit", *given, "qml").out
