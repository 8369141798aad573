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
