"""WLSMV fits equal lavaan's: estimates, robust standard errors, standardised solution, every measure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from wlsmv_peer import assert_close, differences, key, places

from tam.engine import Fit, fit_model

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "ordinal"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "wlsmv_cases.json").read_text("utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "wlsmv.json").read_text("utf-8"))["fits"]
#: lavaan's search stops within some 1e-6 of its optimum, its polychoric correlations within 1e-7.
TOLERANCE = 1e-5
#: With several groups lavaan 0.6-14 adds up the expectations of the groups' baseline discrepancies n / n_g
#: times too large; the expectation of a sum is the sum of the expectations.
OTHER_BASELINE = ("cfi_robust", "tli_robust")
#: Given predictors, lavaan puts the residual variance of an ordered variable that another ordered variable
#: predicts at 1, although its variance given the predictors is 1; its standardised values follow from that.
NOT_STANDARDISED = ("predictors_paths",)


def our_fit(name: str) -> Fit:
    case = CASES[name]
    data = pd.read_csv(DATA / "mixed.csv")
    if "rows" in case:
        data = data.iloc[case["rows"][0] - 1 : case["rows"][1]]
    options = {key: case[key] for key in ("group", "group_equal", "group_partial", "std_lv") if key in case}
    return fit_model(case["model"], data, ordered=tuple(case["ordered"]), **options)


@pytest.mark.parametrize("name", CASES)
def test_equal_to_lavaan(name: str) -> None:
    fit = our_fit(name)
    assert fit.converged and fit.admissible
    found = differences(fit, THEIRS[name])
    if name in NOT_STANDARDISED:
        found = replace(found, estimate=0.0, std=0.0, std_error=0.0)
        assert free_estimates(fit, THEIRS[name]) <= TOLERANCE
    assert_close(found, TOLERANCE, OTHER_BASELINE if "group" in CASES[name] else ())
    assert all(found.measures[index] < 1e-3 for index in OTHER_BASELINE)


def free_estimates(fit: Fit, theirs: dict[str, Any]) -> float:
    """Largest difference of the free parameters alone."""
    place = places(fit)
    gaps = [abs(fit.columns.est[place[key(row)]] - row["est"]) for row in theirs["estimates"] if row["se"]]
    return float(max(gaps))


#: Cases whose R squared was stored.
EXPLAINED = ("tam", "mixed", "yes_no", "ordered_mediator", "predictors")


@pytest.mark.parametrize("name", EXPLAINED)
def test_r2_equals_lavaan(name: str) -> None:
    theirs = THEIRS[name]["r2"]
    ours = our_fit(name).r2
    if isinstance(theirs, list):
        assert list(ours.values()) == pytest.approx(theirs, abs=TOLERANCE)
    else:
        assert dict(ours) == pytest.approx(theirs, abs=TOLERANCE)
