"""Compares a WLSMV fit with what lavaan wrote about the same model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine import Fit
from tam.errors import Unavailable

#: Our names of measures that lavaan spells otherwise (dots for underscores aside).
NAMES = {"scaling_factor": "chisq.scaling.factor"}
#: lavaan gives these for every estimator; under weighted least squares they stand for nothing.
IGNORED = ("loglik", "loglik_h1", "aic", "bic", "bic_adjusted")


@dataclass(frozen=True)
class Differences:
    """Largest differences: estimates relative to max(1, |theirs|), errors relative, the rest absolute."""

    estimate: float
    error: float
    std: float
    std_error: float
    measures: Mapping[str, float]
    rows: int


def lavaan_name(name: str) -> str:
    found = NAMES.get(name, name.replace("_", "."))
    found = found.replace(".ci.low", ".ci.lower").replace(".ci.high", ".ci.upper")
    for kind in ("scaled", "robust"):
        for end in ("lower", "upper"):
            found = found.replace(f"rmsea.{kind}.ci.{end}", f"rmsea.ci.{end}.{kind}")
    return found


def differences(fit: Fit, theirs: Mapping[str, Any]) -> Differences:
    """``theirs``: estimates, standardised (lists of rows), measures as ``wlsmv.R`` writes them."""
    place = places(fit)
    columns = fit.columns
    gaps: dict[str, list[float]] = {"est": [0.0], "se": [0.0], "std": [0.0], "std_se": [0.0]}
    for row in theirs["estimates"]:
        at = place[key(row)]
        gaps["est"].append(abs(columns.est[at] - row["est"]) / max(1.0, abs(row["est"])))
        if row["se"]:
            gaps["se"].append(abs(columns.se[at] / row["se"] - 1.0))
        if row.get("std.all") is not None:
            gaps["std"].append(abs(columns.std[at] - row["std.all"]))
    for row in theirs.get("standardised") or ():
        if row.get("se") is not None:
            gaps["std_se"].append(abs(columns.std_se[place[key(row)]] - row["se"]))
    largest = {name: float(np.max(values)) for name, values in gaps.items()}
    return Differences(
        largest["est"],
        largest["se"],
        largest["std"],
        largest["std_se"],
        measure_gaps(fit, theirs["measures"]),
        len(theirs["estimates"]),
    )


def places(fit: Fit) -> dict[tuple[Any, ...], int]:
    """(lhs, op, rhs, group from 1) -> place in the columns; covariances in both orders."""
    groups = list(fit.table.groups)
    found: dict[tuple[Any, ...], int] = {}
    for at, row in enumerate(fit.table.rows):
        number = groups.index(row.group) + 1
        found[(row.lhs, row.op, row.rhs, number)] = at
        if row.op == "~~":
            found[(row.rhs, row.op, row.lhs, number)] = at
    for at, name in enumerate(fit.solution.compiled.relations.written):
        found[(name, ":=")] = len(fit.table.rows) + at
    return found


def key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    if row["op"] == ":=":
        return (row["lhs"], ":=")
    return (row["lhs"], row["op"], row["rhs"] or "", row.get("group") or 1)


def measure_gaps(fit: Fit, theirs: Mapping[str, Any]) -> dict[str, float]:
    """Relative differences of the measures; infinite where only one of the two gives a number."""
    gaps = {}
    for name, value in fit.measures.items():
        if name in IGNORED:
            assert isinstance(value, Unavailable)
            continue
        other = theirs.get(lavaan_name(name))
        if isinstance(value, Unavailable) or other is None:
            gaps[name] = 0.0 if isinstance(value, Unavailable) and other is None else float("inf")
        else:
            gaps[name] = abs(value - other) / max(1.0, abs(other))
    return gaps


def assert_close(found: Differences, tolerance: float, but: Sequence[str] = ()) -> None:
    assert found.estimate <= tolerance
    assert found.error <= tolerance
    assert found.std <= tolerance
    assert found.std_error <= tolerance
    assert {name: gap for name, gap in found.measures.items() if gap > tolerance and name not in but} == {}
