"""Standardised residuals equal those of lavaan fits polished to a gradient below 1e-9, on our own survey."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.engine import fit_model
from tam.errors import TamError

HERE = Path(__file__).resolve().parent
GOLDEN: dict[str, Any] = json.loads((HERE / "lavaan_residuals.json").read_text(encoding="utf-8"))
DATA = pd.read_csv(HERE.parent.parent / "data" / "engine" / "tam.csv")
OPTIONS: dict[str, dict[str, Any]] = {
    "one": {},
    "means": {"meanstructure": True},
    "metric": {"group": "group", "group_equal": ("loadings",)},
    "scalar": {"group": "group", "group_equal": ("loadings", "intercepts")},
}


@pytest.mark.parametrize("name", OPTIONS)
def test_standardised_residuals(name: str) -> None:
    case = GOLDEN["cases"][name]
    assert case["gradient"] < 1e-9
    found = fit_model(GOLDEN["model"], DATA, **OPTIONS[name]).standardised_residuals
    tables = found.values() if isinstance(found, dict) else [found]
    for ours, theirs in zip(tables, case["cov"], strict=True):
        peer = np.array(theirs, dtype=float)
        known = ours.notna().to_numpy()
        # Where the model reproduces a variance whatever the data, lavaan's residual is rounding.
        assert np.abs(peer[~known]).max(initial=0.0) < 1e-4
        assert np.abs(ours.to_numpy()[known] - peer[known]).max() < 1e-6


def test_only_for_maximum_likelihood() -> None:
    with pytest.raises(TamError) as caught:
        _ = fit_model(GOLDEN["model"], DATA, estimator="GLS").standardised_residuals
    assert caught.value.problems[0].code == "residuals-only-ml"
