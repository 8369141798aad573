"""Fits with missing answers equal polished lavaan fits to 1e-6, on our own simulated surveys."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lavaan_peer import assert_estimates, assert_measures, assert_standardised
from robust_peer import ROBUST, assert_robust_measures

from tam.engine import Fit, fit_model
from tam.engine.fiml_patterns import patterns_of
from tam.engine.saturated import saturated_moments

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "fiml_cases.json").read_text(encoding="utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "lavaan_fiml.json").read_text(encoding="utf-8"))["cases"]
TOLERANCE = 1e-6
CORRECTED = tuple(name for name in ROBUST if "_robust" in name)
#: With random predictors lavaan leaves their moments out of the complete-data weight; here all count.
LEAVES_OUT_RANDOM_PREDICTORS = ("controls_free_x", "saturated")

#: Observed predictors taken as given: rows without them are left out.
GIVEN = {
    "controls": ("age", "sex"),
    "groups_controls": ("age", "sex"),
    "path_analysis": ("peou1", "kol1"),
}


def data_of(name: str) -> pd.DataFrame:
    data = CASES[name].get("data", "tam_mis")
    folder = "tam_sim" if data == "tam_sim_missing" else "engine"
    return pd.read_csv(DATA / folder / f"{data}.csv")


def our_fit(name: str, estimator: str) -> Fit:
    case = CASES[name]
    options = {key: case[key] for key in ("std_lv", "fixed_x", "group") if key in case}
    if "group_equal" in case:
        options["group_equal"] = tuple(case["group_equal"])
    return fit_model(case["model"], data_of(name), estimator=estimator, missing="fiml", **options)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("name", CASES)
def test_equal_to_polished_lavaan(name: str, estimator: str) -> None:
    theirs = THEIRS[name][estimator]
    fit = our_fit(name, estimator)
    assert THEIRS[name]["gradient"] < 1e-9
    assert fit.converged
    assert fit.solution.minimum.point.value / 2 <= theirs["fx"] + 1e-12
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_standardised(fit, theirs["std"], TOLERANCE)
    if theirs["fm"]["srmr"] < TOLERANCE:
        # A saturated model reproduces its moments; lavaan's are good to what its EM leaves.
        assert fit.measures["srmr"] < TOLERANCE
        theirs["fm"]["srmr"] = fit.measures["srmr"]
    assert_measures(fit, theirs["fm"], TOLERANCE)
    found = fit.r2 if CASES[name].get("group") else {None: fit.r2}
    assert len(found) == len(theirs["r2"])
    for ours, peer in zip(
        found.values(), theirs["r2"].values() if CASES[name].get("group") else theirs["r2"]
    ):
        assert ours.keys() == peer.keys()
        assert np.allclose([ours[key] for key in ours], [peer[key] for key in ours], atol=TOLERANCE)


@pytest.mark.parametrize("name", CASES)
def test_scaled_and_robust_measures(name: str) -> None:
    fit, theirs = our_fit(name, "MLR"), THEIRS[name]["MLR"]["fm"]
    if name in LEAVES_OUT_RANDOM_PREDICTORS:
        theirs = theirs | {ROBUST[one]: fit.measures[one] for one in CORRECTED}
    assert_robust_measures(fit, theirs, 2 * TOLERANCE)


@pytest.mark.parametrize("name", sorted(THEIRS))
def test_saturated_moments(name: str) -> None:
    """lavaan's EM stops when the log-likelihood gains less than 1e-9."""
    case, data = CASES[name], data_of(name)
    parts = [part for _, part in data.groupby(case["group"], sort=False)] if "group" in case else [data]
    for part, theirs in zip(parts, THEIRS[name]["h1"]):
        rows = part[theirs["names"]].to_numpy(dtype=float)
        rows = rows[~np.isnan(rows).all(axis=1)]
        given = [column in GIVEN.get(name, ()) for column in theirs["names"]]
        rows = rows[~np.isnan(rows[:, given]).any(axis=1)]
        best = saturated_moments(patterns_of(rows))
        assert best is not None
        assert np.allclose(best.covariance, theirs["cov"], atol=2e-6 * np.max(theirs["cov"]))
        assert np.allclose(best.means, theirs["mean"], atol=2e-6 * np.max(np.abs(theirs["mean"])))
