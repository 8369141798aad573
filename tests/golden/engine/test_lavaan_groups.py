"""Several groups, ULS and GLS equal lavaan fits polished to a gradient below 1e-9 to 1e-6."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lavaan_peer import (
    MEASURES,
    assert_estimates,
    assert_group_r2,
    assert_r2,
    assert_standardised,
    differences,
    records,
    relative,
)

from tam.engine import Fit, fit_model

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "engine"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "groups_cases.json").read_text(encoding="utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "lavaan_groups.json").read_text(encoding="utf-8"))["cases"]
TOLERANCE = 1e-6
#: Of modification indices, which divide by small differences.
INDEX_TOLERANCE = 1e-5
OPTIONS = (
    "group", "group_equal", "group_partial", "meanstructure", "std_lv", "fixed_x", "estimator", "information",
)  # fmt: skip


def our_fit(name: str) -> Fit:
    case = CASES[name]
    data = pd.read_csv(DATA / f"{case.get('data', 'tam')}.csv")
    data = data.assign(**{item: data[item] * by for item, by in case.get("scale", {}).items()})
    at = np.arange(len(data))
    data = data.assign(thirds=[f"g{row % 3}" for row in at], uneven=np.where(at < 80, "few", "many"))
    return fit_model(case["model"], data, **{key: case[key] for key in OPTIONS if key in case})


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    return {name: our_fit(name) for name in CASES}


@pytest.mark.parametrize("name", CASES)
def test_equal_to_polished_lavaan(fits: dict[str, Fit], name: str) -> None:
    theirs, fit = THEIRS[name], fits[name]
    assert theirs["gradient"] < 1e-9
    assert fit.converged
    assert fit.solution.minimum.point.value / 2 <= theirs["fx"] + 1e-12
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_standardised(fit, theirs["std"], TOLERANCE)
    assert differences(fit.estimates["std_lv"], theirs["std_lv"]) <= TOLERANCE
    if len(fit.groups) == 1:
        assert_r2(fit, theirs["r2"], TOLERANCE)
        return
    assert_group_r2(fit, theirs["r2"], TOLERANCE)
    assert list(fit.groups) == theirs["groups"]
    assert list(fit.solution.sizes) == theirs["sizes"]
    assert relative(list(fit.group_chisq.values()), theirs["by_group"]) <= TOLERANCE


@pytest.mark.parametrize("name", CASES)
def test_measures(fits: dict[str, Fit], name: str) -> None:
    fit, theirs = fits[name], THEIRS[name]["fm"]
    for measure, peer in MEASURES.items():
        ours = fit.measures[measure]
        if theirs.get(peer) is None:
            assert not isinstance(ours, (int, float)), measure
        elif measure.startswith("rmsea"):
            # RMSEA is a square root: near 0 a difference of chi-square shows in half as many digits.
            assert abs(ours - theirs[peer]) <= 1e-5, measure
        elif measure == "pvalue":
            # lavaan's is 1 minus a probability: absolute rounding of 1e-16 at best.
            assert abs(ours - theirs[peer]) <= TOLERANCE * theirs[peer] + 1e-12
        else:
            assert relative([ours], [theirs[peer]]) <= TOLERANCE, measure


Indices = list[tuple[tuple[str, ...], list[float], list[float]]]


def paired_indices(name: str, fit: Fit) -> Indices:
    """Row, our four values (index and changes) and lavaan's."""
    theirs = THEIRS[name].get("mi")
    if not theirs or CASES[name].get("information") == "observed":
        return []
    labels = [str(label) for label in fit.groups]
    ours = {
        (row.lhs, row.op, row.rhs, getattr(row, "group", "None")): row
        for row in fit.modification_indices().itertuples()
    }
    found = []
    for row in records(theirs):
        label = labels[row["group"] - 1] if "group" in row else "None"
        key = (row["lhs"], row["op"], row["rhs"], label)
        if row["op"] == "~~":
            key = key if key in ours else (row["rhs"], "~~", row["lhs"], label)
        if key not in ours:
            # lavaan also lets what is given depend on the model.
            assert row["lhs"] in fit.table.variables.exogenous
            continue
        one = ours[key]
        if row["op"] == "~~" and row["lhs"] == row["rhs"]:
            # lavaan gives the standardised variance itself instead of its standardised change.
            one = one._replace(sepc_lv=row["sepc.lv"], sepc_all=row["sepc.all"])
        values = [one.mi, one.epc, one.sepc_lv, one.sepc_all]
        found.append((key, values, [row[name] for name in ("mi", "epc", "sepc.lv", "sepc.all")]))
    return found


@pytest.mark.parametrize("name", CASES)
def test_modification_indices(fits: dict[str, Fit], name: str) -> None:
    for key, ours, theirs in paired_indices(name, fits[name]):
        assert differences(ours, theirs) <= INDEX_TOLERANCE, key
