"""Our fits equal lavaan fits polished to a gradient below 1e-9 to 1e-6, on our own simulated survey."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lavaan_peer import assert_estimates, assert_measures, assert_r2, assert_standardised, differences

from tam.engine import Fit, fit_model

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "engine"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "polished_cases.json").read_text(encoding="utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "lavaan_polished.json").read_text(encoding="utf-8"))["cases"]
TOLERANCE = 1e-6


def our_fit(name: str) -> Fit:
    case = CASES[name]
    data = pd.read_csv(DATA / f"{case.get('data', 'tam')}.csv")
    if "rows" in case:
        data = data.iloc[case["rows"][0] - 1 : case["rows"][1]]
    data = data.assign(**{item: data[item] * by for item, by in case.get("scale", {}).items()})
    options = {key: case[key] for key in ("meanstructure", "std_lv", "fixed_x") if key in case}
    return fit_model(case["model"], data, **options)


@pytest.mark.parametrize("name", CASES)
def test_equal_to_polished_lavaan(name: str) -> None:
    theirs = THEIRS[name]
    assert theirs["gradient"] < 1e-9
    fit = our_fit(name)
    assert fit.converged
    assert fit.admissible == theirs["admissible"]
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_measures(fit, theirs["fm"], TOLERANCE)
    if theirs["admissible"]:
        assert_standardised(fit, theirs["std"], TOLERANCE)
        assert differences(fit.estimates["std_lv"], theirs["std_lv"]) <= TOLERANCE
        assert_r2(fit, theirs["r2"], TOLERANCE)
    assert fit.solution.minimum.point.value / 2 <= theirs["fx"] + 1e-12
