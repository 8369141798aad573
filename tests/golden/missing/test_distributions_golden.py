"""Skewness, kurtosis, Mardia, Henze-Zirkler and distances against psych, mnormt, base R."""

from __future__ import annotations

import json
import runpy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.distributions import Distributions, distributions
from tam.errors import Unavailable
from tam.spec.instrument import Scale
from tam.stats.descriptives import item_statistics
from tam.stats.mardia import mardia, with_divisor_n_minus_1
from tam.stats.multivariate_normality import henze_zirkler

HERE = Path(__file__).parent
LEFT_OUT: dict[str, dict[str, str]] = runpy.run_path(str(HERE / "left_out.py"))["LEFT_OUT"]
DATA = HERE.parents[1] / "data"
CLOSED = 1e-8  # no iteration; the peers print 12 digits or more

PEER: dict[str, Any] = json.loads((HERE / "peer_values.json").read_text(encoding="utf-8"))
EXPECTED = json.loads((DATA / "tam_sim" / "expected.json").read_text(encoding="utf-8"))
SURVEYS = (
    "HolzingerSwineford1939",
    "PoliticalDemocracy",
    "bergami_bagozzi",
    "bfi",
    "influencer",
    "satisfaction_bank",
    "tam_ebook",
    "utaut2_trello",
)
REVERSED = {"bfi": ("A1", "C4", "C5", "E1", "E2", "O2", "O5")}


def simulated(which: str) -> pd.DataFrame:
    table = pd.read_csv(DATA / "tam_sim" / f"tam_sim_{which}.csv").astype(float)
    return table.assign(PU4=8 - table["PU4"], TRU3=8 - table["TRU3"])


@pytest.fixture(scope="module")
def complete() -> Distributions:
    return distributions(simulated("complete"))


def test_items() -> None:
    table = simulated("missing")
    scale = Scale("agree7", "ordinal", 1, 7)
    found = distributions(table, dict.fromkeys(table.columns, scale))
    assert found.shape_type == 2
    for row in PEER["items"]:
        ours = found.items[row["item"]]
        for name in row.keys() - {"item", "_row"}:
            assert getattr(ours, name) == pytest.approx(row[name], rel=CLOSED, abs=CLOSED), name


def test_mardia_with_both_divisors(complete: Distributions) -> None:
    for ours, theirs in (
        (complete.mardia, EXPECTED["mardia_ml"]),
        (complete.mardia_n_minus_1, EXPECTED["mardia_nminus1"]),
    ):
        assert not isinstance(ours, Unavailable)
        assert ours.skewness == pytest.approx(theirs["b1p"], rel=CLOSED)
        assert ours.skewness_chisq == pytest.approx(theirs["skew"], rel=CLOSED)
        assert ours.kurtosis == pytest.approx(theirs["b2p"], rel=CLOSED)
        assert ours.kurtosis_z == pytest.approx(theirs["kurt_z"], rel=CLOSED)


@pytest.mark.parametrize("name", ["mardia", "airquality_mardia"])
def test_mardia_against_psych_and_mnormt(name: str) -> None:
    table = (
        simulated("complete")
        if name == "mardia"
        else pd.read_csv(DATA / "missing" / "airquality.csv").dropna()
    )
    ours, theirs = mardia(table.to_numpy(dtype=float)), PEER[name]
    other = with_divisor_n_minus_1(ours)
    assert (ours.n, ours.k) == (theirs["n"], theirs["k"])
    assert (ours.divisor, other.divisor) == ("n", "n - 1")
    for field, value in theirs["nminus1"].items():
        assert getattr(other, field) == pytest.approx(value, rel=CLOSED, abs=1e-15), field
    for field, value in theirs["ml"].items():
        assert getattr(ours, field) == pytest.approx(value, rel=CLOSED), field


@pytest.mark.parametrize("name", ["tam_sim", "airquality"])
def test_henze_zirkler(name: str) -> None:
    table = (
        simulated("complete")
        if name == "tam_sim"
        else pd.read_csv(DATA / "missing" / "airquality.csv").dropna()
    )
    ours, theirs = henze_zirkler(table.to_numpy(dtype=float)), PEER["henze_zirkler"][name]
    assert not isinstance(ours, Unavailable)
    assert ours.n == theirs["n"]
    assert ours.hz == pytest.approx(theirs["hz"], rel=CLOSED)
    assert ours.p == pytest.approx(theirs["p"], rel=1e-5, abs=1e-12)  # far in the tail of the lognormal


def test_far_respondents(complete: Distributions) -> None:
    assert not isinstance(complete.outliers, Unavailable)
    theirs = PEER["outliers"]
    assert [one.row + 1 for one in complete.outliers.farthest] == theirs["row"]
    assert [one.d2 for one in complete.outliers.farthest] == pytest.approx(theirs["d2"], rel=CLOSED)
    assert [one.p for one in complete.outliers.farthest] == pytest.approx(theirs["p"], rel=CLOSED)
    assert complete.outliers.n_far == theirs["n_far"]
    assert theirs["sum"] == pytest.approx((complete.outliers.n - 1) * complete.outliers.k)


@pytest.mark.reference
@pytest.mark.parametrize("survey", SURVEYS)
def test_surveys_of_the_reference_folder(reference: Path, survey: str) -> None:
    golden = json.loads((reference / survey / "golden" / "descriptives.json").read_text(encoding="utf-8"))
    names = [row["var"] for row in golden["describe"]]
    table = pd.read_csv(reference / survey / "data.csv")[names].astype(float)
    for name in REVERSED.get(survey, ()):
        table[name] = 7 - table[name]
    found = distributions(table)
    assert found.n_complete == golden["n_complete"]
    for row in golden["describe"]:
        ours = found.items[row["var"]]
        assert ours.n == row["n"] == found.n - row["n_missing"]
        assert ours.skew == pytest.approx(row["skew_type2_spss"], abs=CLOSED)
        assert ours.kurtosis == pytest.approx(row["kurtosis_type2_spss"], abs=CLOSED)
        plain = item_statistics(table[row["var"]].to_numpy())
        for field in ("mean", "sd", "min", "max"):
            assert getattr(plain, field) == pytest.approx(row[field], abs=CLOSED)


@pytest.mark.reference
@pytest.mark.parametrize("survey", SURVEYS)
def test_mardia_of_the_reference_folder(reference: Path, survey: str) -> None:
    golden = json.loads((reference / survey / "golden" / "descriptives.json").read_text(encoding="utf-8"))[
        "cor"
    ]
    names = golden["cov_listwise"]["names"]
    table = pd.read_csv(reference / survey / "data.csv")[names].astype(float)
    for name in REVERSED.get(survey, ()):
        table[name] = 7 - table[name]
    ours = with_divisor_n_minus_1(mardia(table.dropna().to_numpy()))
    theirs = golden["mardia"]
    for field, name in (
        ("skewness", "b1p"),
        ("skewness_chisq", "skew"),
        ("skewness_chisq_small", "small_skew"),
        ("kurtosis", "b2p"),
        ("kurtosis_z", "kurtosis_z"),
    ):
        assert getattr(ours, field) == pytest.approx(theirs[name], rel=CLOSED), field
    assert np.isclose(ours.skewness_p, theirs["p_skew"], rtol=CLOSED, atol=1e-12)


COMPARED = {
    *("describe.var", "describe.n", "describe.n_missing", "describe.mean", "describe.sd"),
    *("describe.min", "describe.max", "describe.skew_type2_spss", "describe.kurtosis_type2_spss"),
    *("n_complete", "cor.mardia"),
}


@pytest.mark.reference
@pytest.mark.parametrize("survey", SURVEYS)
def test_every_other_field_is_left_out_for_a_reason(reference: Path, survey: str) -> None:
    golden = json.loads((reference / survey / "golden" / "descriptives.json").read_text(encoding="utf-8"))
    fields = {f"describe.{name}" for row in golden["describe"] for name in row}
    fields |= {f"cor.{name}" for name in golden["cor"]} | (golden.keys() - {"describe", "cor"})
    assert fields - COMPARED == fields & set(LEFT_OUT["descriptives.json"])
