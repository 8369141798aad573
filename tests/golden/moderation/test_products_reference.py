"""Further product-indicator models against lavaan (products_peer.R) and modsem, on modsem's oneInt data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tam.analysis.lavaan_fit import fit
from tam.engine.products_constrained import fit_constrained

pytestmark = pytest.mark.reference

MEASURES = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\n"
CASES = {
    "unconstrained": ("Y ~ X + Z + X:Z\n", "unconstrained"),
    "quadratic": ("Y ~ X + Z + X:X\n", "dblcent"),
    "both": ("Y ~ X + Z + X:Z + X:X\n", "dblcent"),
}


@pytest.fixture(scope="module")
def data(reference: Path) -> pd.DataFrame:
    return pd.read_csv(reference / "modsem_oneInt" / "data.csv")


@pytest.mark.parametrize("case", CASES)
def test_equals_lavaan(data: pd.DataFrame, case: str) -> None:
    theirs = json.loads((Path(__file__).parent / "products_peer.json").read_text())[case]
    paths, method = CASES[case]

    ours = fit(MEASURES + paths, data, interaction=method)

    assert ours.measures["npar"] == theirs["fit"]["npar"]
    assert ours.measures["df"] == theirs["fit"]["df"]
    assert ours.measures["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-5)
    assert ours.measures["loglik"] > theirs["fit"]["logl"] - 1e-8 * len(data)
    _same_paths(ours.estimates, theirs["paths"], {"XZ": "X:Z", "XX": "X:X"})


def test_constrained_products_equal_lavaan(data: pd.DataFrame) -> None:
    theirs = json.loads((Path(__file__).parent / "products_peer.json").read_text())["constrained_matched"]

    ours = fit_constrained(MEASURES + "Y ~ X + Z + X:Z\n", data, pairs="matched")

    assert ours.converged and ours.admissible
    for name in ("npar", "df"):
        assert ours.measures[name] == theirs["fit"][name]
    assert ours.measures["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-5)
    assert ours.measures["loglik"] > theirs["fit"]["logl"] - 1e-8 * len(data)
    _same_paths(ours.estimates, theirs["paths"], {"XZ": "X:Z"})
    # all pairs: the derived covariances of errors are right where the model holds, as in these simulated data
    every = fit_constrained(MEASURES + "Y ~ X + Z + X:Z\n", data)
    assert every.converged and every.measures["npar"] == ours.measures["npar"]
    assert every.measures["pvalue"] > 0.01


def test_robust_errors_of_constrained_products_are_those_of_lavaan(data: pd.DataFrame) -> None:
    """lavaan ends with a gradient of .02 here: 3e-4 instead of 1e-4."""
    theirs = json.loads((Path(__file__).parent / "products_peer.json").read_text())["constrained_robust"]

    ours = fit_constrained(MEASURES + "Y ~ X + Z + X:Z\n", data, pairs="matched", estimator="MLR")

    assert ours.measures["chisq_scaled"] == pytest.approx(theirs["fit"]["chisq.scaled"], rel=3e-4)
    assert ours.measures["scaling_factor"] == pytest.approx(theirs["fit"]["chisq.scaling.factor"], rel=3e-4)
    _same_paths(ours.estimates, theirs["paths"], {"XZ": "X:Z"}, 3e-4)


def test_uncentred_products_equal_modsem(reference: Path, data: pd.DataFrame) -> None:
    theirs = json.loads((reference / "modsem_oneInt" / "golden" / "oneInt_pind.json").read_text())

    ours = fit(theirs["model"], data, interaction="uncentred")

    assert ours.measures["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-6)
    paths = [row for row in theirs["parameter_estimates"] if row["op"] == "~"]
    _same_paths(ours.estimates, paths, {"XZ": "X:Z"})


def _same_paths(
    table: pd.DataFrame, theirs: list[dict[str, Any]], names: dict[str, str], errors: float = 1e-4
) -> None:
    rows = {row.rhs: row for row in table[table.op == "~"].itertuples()}
    assert len(rows) == len(theirs)
    for other in theirs:
        mine = rows[names.get(other["rhs"], other["rhs"])]
        assert mine.est == pytest.approx(other["est"], abs=1e-4)
        assert mine.se == pytest.approx(other["se"], rel=errors)
