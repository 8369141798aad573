"""Compares answers of the command line with what lavaan printed, at the tolerances of the design."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ESTIMATE = 1e-4
"""Of max(1, |theirs|): lavaan's optimiser stops within about this of its own optimum."""
STATISTIC = 1e-4
"""Relative, of standard errors and statistics."""

MEASURES = {
    "npar": "npar",
    "chisq": "chisq",
    "df": "df",
    "pvalue": "pvalue",
    "baseline_chisq": "baseline.chisq",
    "baseline_df": "baseline.df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea_ci_low": "rmsea.ci.lower",
    "rmsea_ci_high": "rmsea.ci.upper",
    "rmsea_pvalue": "rmsea.pvalue",
    "srmr": "srmr",
    "loglik": "logl",
    "loglik_h1": "unrestricted.logl",
    "aic": "aic",
    "bic": "bic",
    "bic_adjusted": "bic2",
}


def golden(path: Path, *keys: str) -> Any:
    found = json.loads(path.read_text(encoding="utf-8"))
    for key in keys:
        found = found[key]
    return found


def name_of(row: Mapping[str, Any]) -> tuple[str, str, str]:
    """lavaan writes an intercept as ``x ~1`` and lets the covariance name its variables either way round."""
    lhs, op, rhs = row["lhs"], row["op"], row["rhs"]
    return (lhs, op, rhs) if op != "~~" or lhs <= rhs else (rhs, op, lhs)


def assert_same_estimates(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> int:
    """Every estimate that lavaan printed stands in ours with the same value and standard error."""
    by_name = {name_of(row): row for row in ours}
    for row in theirs:
        name = name_of(row)
        assert name in by_name, name
        mine = by_name[name]
        assert mine["est"] == pytest.approx(row["est"], abs=ESTIMATE * max(1.0, abs(row["est"]))), name
        if row["se"]:
            assert mine["se"] == pytest.approx(row["se"], rel=STATISTIC), name
        if row.get("std.all") is not None and row["op"] != ":=":
            assert mine["std"] == pytest.approx(row["std.all"], abs=ESTIMATE), name
    return len(theirs)


def assert_same_measures(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    for mine, name in MEASURES.items():
        assert ours[mine] == pytest.approx(theirs[name], rel=STATISTIC, abs=1e-6), mine
    assert ours["loglik"] >= theirs["logl"] - 1e-8 * theirs["ntotal"]


INFLUENCER = """\
title = "Influencer marketing"
data = {data}
language = ["en", "zh"]
seed = 1

[constructs]
SIC = ["sic_1", "sic_2", "sic_3", "sic_4", "sic_5", "sic_6", "sic_7"]
PIC = ["pic_1", "pic_2", "pic_3", "pic_4", "pic_5"]
PQ = ["pq_1", "pq_2", "pq_3", "pq_4"]
PL = ["pl_1", "pl_2", "pl_3", "pl_4"]
PI = ["pi_1", "pi_2", "pi_3", "pi_4", "pi_5"]

[scale]
min = 1
max = 7

[model]
paths = {paths}
moderate = ["PQ -> PI by PIC"]

[groups]
by = "influencer_group"

[options]
bootstrap = 100
meanstructure = true
pairs = "{pairs}"
"""


def influencer_study(folder: Path, reference: Path, paths: list[str], pairs: str = "matched") -> Path:
    """Real respondents, whose rows stay where they are, as a study of an inline instrument."""
    data = json.dumps(str((reference / "influencer" / "data.csv").resolve()))
    path = folder / "study.toml"
    path.write_text(INFLUENCER.format(data=data, paths=json.dumps(paths), pairs=pairs), encoding="utf-8")
    return path
