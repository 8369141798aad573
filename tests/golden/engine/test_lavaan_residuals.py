"""Standardised residuals equal those of lavaan fits polished to a gradient below 1e-9, on our own survey."""

from __future__ import annotations

import json
from collections.abc import Iterator
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


TOLERANCE = 1e-6


def paired_residuals(name: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """The residuals of every group: ours, lavaan's."""
    found = fit_model(GOLDEN["model"], DATA, **OPTIONS[name]).standardised_residuals
    tables = found.values() if isinstance(found, dict) else [found]
    for ours, theirs in zip(tables, GOLDEN["cases"][name]["cov"], strict=True):
        peer = np.array(theirs, dtype=float)
        known = ours.notna().to_numpy()
        # Where the model reproduces a variance whatever the data, lavaan's residual is rounding.
        assert np.abs(peer[~known]).max(initial=0.0) < 1e-4
        yield ours.to_numpy()[known], peer[known]


@pytest.mark.parametrize("name", OPTIONS)
def test_standardised_residuals(name: str) -> None:
    assert GOLDEN["cases"][name]["gradient"] < 1e-9
    for ours, theirs in paired_residuals(name):
        assert np.abs(ours - theirs).max() < TOLERANCE


def test_only_for_maximum_likelihood() -> None:
    with pytest.raises(TamError) as caught:
        _ = fit_model(GOLDEN["model"], DATA, estimator="GLS").standardised_residuals
    assert caught.value.problems[0].code == "residuals-only-ml"
