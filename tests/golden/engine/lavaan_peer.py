"""Compares one of our fits with what lavaan printed for the same model and data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tam.engine import Fit

#: Our name of a measure -> lavaan's.
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
    "gfi": "gfi",
}
#: A probability lavaan rounds to 0 differs from ours by less than this.
SMALL = 1e-12

Table = Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]]


def records(table: Table) -> list[dict[str, Any]]:
    """Rows of a table stored by columns or by rows."""
    if isinstance(table, Mapping):
        return [dict(zip(table, row)) for row in zip(*table.values())]
    return [dict(row) for row in table]


def differences(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Largest |ours - theirs| / max(1, |theirs|); nan on one side only counts as infinite."""
    a, b = np.array(ours, dtype=float), np.array(theirs, dtype=float)
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    return float(np.nanmax(np.abs(a - b) / np.maximum(1.0, np.abs(b)), initial=0.0))


def relative(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Largest |ours - theirs| / |theirs|; where theirs is 0 the absolute difference."""
    a, b = np.array(ours, dtype=float), np.array(theirs, dtype=float)
    if (np.isnan(a) != np.isnan(b)).any():
        return float("inf")
    scale = np.where(np.abs(b) > SMALL, np.abs(b), 1.0)
    return float(np.nanmax(np.abs(a - b) / scale, initial=0.0))


def assert_same_rows(fit: Fit, theirs: list[dict[str, Any]]) -> None:
    ours = [(row.lhs, row.op, row.rhs) for row in fit.estimates.itertuples()]
    assert ours == [(row["lhs"], row["op"], row["rhs"]) for row in theirs]


def assert_estimates(fit: Fit, table: Table, tolerance: float) -> None:
    """Rows in lavaan's order; est and interval to ``tolerance`` of max(1, |value|), se relative."""
    theirs = records(table)
    assert_same_rows(fit, theirs)
    ours = fit.estimates
    assert differences(ours["est"], [row["est"] for row in theirs]) <= tolerance
    se = [
        row["se"] if row["se"] or fit_row.free else np.nan for row, fit_row in zip(theirs, ours.itertuples())
    ]
    se = [
        value if fit_row.free or fit_row.op == ":=" else np.nan
        for value, fit_row in zip(se, ours.itertuples())
    ]
    assert relative(ours["se"], se) <= tolerance
    z = [row["z"] for row in theirs]
    assert differences(ours["z"], [np.nan if value is None else value for value in z]) <= 10 * tolerance
    assert differences(ours["ci_low"], [row["ci.lower"] for row in theirs]) <= 2 * tolerance
    assert differences(ours["ci_high"], [row["ci.upper"] for row in theirs]) <= 2 * tolerance


def assert_standardised(fit: Fit, table: Table, tolerance: float) -> None:
    """``std`` and ``std_se`` of every row; lavaan differentiates numerically, good to about 2e-6."""
    theirs = records(table)
    assert_same_rows(fit, theirs)
    assert differences(fit.estimates["std"], [row["est.std"] for row in theirs]) <= tolerance
    assert differences(fit.estimates["std_se"], [row["se"] for row in theirs]) <= max(tolerance, 2e-6)


def assert_measures(fit: Fit, theirs: Mapping[str, Any], tolerance: float) -> None:
    """Every measure lavaan gives; the log-likelihood must not be lower than lavaan's by more than 1e-8 n."""
    for name, peer in MEASURES.items():
        ours = fit.measures[name]
        if theirs.get(peer) is None:
            assert not isinstance(ours, (int, float)), name
            continue
        if name.startswith("rmsea"):
            # RMSEA is a square root: near 0 a difference of chi-square shows in half as many digits.
            assert abs(ours - theirs[peer]) <= max(tolerance, tolerance**0.5 * 0.01), name
        else:
            assert relative([ours], [theirs[peer]]) <= tolerance, name
    assert fit.measures["loglik"] >= theirs["logl"] - 1e-8 * fit.n
    assert fit.measures["aic"] <= theirs["aic"] + 2e-8 * fit.n


def assert_r2(fit: Fit, theirs: Mapping[str, float], tolerance: float) -> None:
    assert set(fit.r2) == {name for name, value in theirs.items() if value is not None}
    assert differences(list(fit.r2.values()), [theirs[name] for name in fit.r2]) <= tolerance


def assert_group_r2(fit: Fit, theirs: Mapping[str, Mapping[str, float]], tolerance: float) -> None:
    """R2 of each group; lavaan gives them in the groups' order."""
    for label, ours, peer in zip(fit.groups, fit.r2.values(), theirs.values(), strict=True):
        assert set(ours) == {name for name, value in peer.items() if value is not None}, label
        assert differences(list(ours.values()), [peer[name] for name in ours]) <= tolerance
