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


@pytest.mark.parametrize("case", ["whole", "scalar"])
def test_the_p_value_of_bollen_and_stine_is_lavaans_up_to_chance(case: str) -> None:
    record = json.loads((VALUES / "lavaan_model_test.json").read_text())[case]
    fit = fit_model(MODEL, pd.read_csv(VALUES / "tam.csv"), **(SCALAR if case == "scalar" else {}))
    found = fit.bollen_stine(1000, seed=8)
    theirs = np.array(record["draws"])
    assert fit.measures["chisq"] == pytest.approx(record["chisq"], rel=1e-6)
    # two shares of R and R' draws differ by chance with this standard error; four of them
    both = (1 / found.used + 1 / len(theirs)) * 0.25
    assert abs(found.pvalue - record["p"]) < 4 * np.sqrt(both)
    # and the chi-squares of the draws have one distribution: means and variances within four standard errors
    error = np.sqrt(found.chisq.var() / found.used + theirs.var() / len(theirs))
    assert abs(found.chisq.mean() - theirs.mean()) < 4 * error
    spread = np.log(found.chisq.std() / theirs.std())
    assert abs(spread) < 4 * np.sqrt(1 / (2 * found.used) + 1 / (2 * len(theirs)))


def test_the_parametric_bootstrap_is_lavaans_up_to_chance() -> None:
    record = json.loads((VALUES / "lavaan_model_test.json").read_text())["parametric"]
    fit = fit_model(MODEL, pd.read_csv(VALUES / "tam.csv"))
    drawn = fit.bootstrap(2000, kind="parametric", seed=4).resampling.draws.theta
    record = {**record, "group": [1] * len(record["se"])}
    ratio = drawn[:, _columns(fit, record)].std(axis=0, ddof=1) / np.array(record["se"])
    # a standard deviation of R nearly normal draws has a relative error of 1 / sqrt(2 R)
    assert np.abs(np.log(ratio)).max() < 4 * np.sqrt(1 / 4000 + 1 / (2 * record["draws"]))
