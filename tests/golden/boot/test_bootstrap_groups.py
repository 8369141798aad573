"""Several groups, missing answers and the model test against lavaan (values/make_groups.R)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.engine import fit_model
from tam.engine.bootstrap import bootstrap_setting
from tam.engine.bootstrap_chunk import estimate, make_batch
from tam.engine.bootstrap_incomplete import estimate_incomplete, make_incomplete_batch
from tam.engine.bootstrap_setting import Task
from tam.engine.fit import Fit

VALUES = Path(__file__).parent / "values"
GAPS = VALUES.parents[2] / "data" / "engine" / "tam_mis.csv"
MODEL = (VALUES / "tam.lav").read_text()
SCALAR = {"group": "group", "group_equal": ("loadings", "intercepts")}


def _columns(fit: Fit, record: dict[str, Any]) -> list[int]:
    """Our parameter for each of lavaan's; a covariance may be written either way round."""
    place: dict[tuple[str, ...], int] = {}
    for row in fit.table.rows:
        if row.free:
            group = 1 if row.group is None else fit.groups.index(row.group) + 1
            place.setdefault((row.lhs, row.op, row.rhs, str(group)), row.parameter)
    place |= {(rhs, op, lhs, g): k for (lhs, op, rhs, g), k in place.items() if op == "~~"}
    keys = zip(record["lhs"], record["op"], record["rhs"], map(str, record["group"]), strict=True)
    return [place[key] for key in keys]


def _counts(groups: list[np.ndarray], rows: list[list[int]], draw: int) -> list[np.ndarray]:
    whole = np.bincount(np.array(rows[draw]) - 1, minlength=sum(len(one) for one in groups))
    return [whole[one].astype(float)[None] for one in groups]


@pytest.mark.parametrize("case", ["scalar", "fiml"])
def test_named_resamples_are_estimated_as_lavaan_does(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record = json.loads((VALUES / "lavaan_groups.json").read_text())[case]
    data = pd.read_csv(VALUES / "tam.csv" if case == "scalar" else GAPS)
    fit = fit_model(MODEL, data, **(SCALAR if case == "scalar" else {"missing": "fiml"}))
    setting = bootstrap_setting(fit)
    of_group = data["group"].to_numpy()
    groups = (
        [np.flatnonzero(of_group == g) for g in fit.groups] if case == "scalar" else [np.arange(len(data))]
    )
    theirs = np.array(record["estimates"])
    columns = _columns(fit, record)
    for draw in range(len(record["rows"])):
        counts = _counts(groups, record["rows"], draw)
        for module in ("bootstrap_setting", "bootstrap_incomplete"):
            monkeypatch.setattr(f"tam.engine.{module}.counts_of", lambda *_, drawn=counts: drawn)
        task = Task("draws", 1, 0, 1)
        if case == "scalar":
            found = estimate(setting, make_batch(setting), task)
        else:
            found = estimate_incomplete(setting, make_incomplete_batch(setting), task)
        assert found.converged.all()
        ours = found.theta[0, columns]
        assert np.abs((ours - theirs[draw]) / np.maximum(1, np.abs(theirs[draw]))).max() < 1e-4
