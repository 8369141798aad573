"""A fit as plain data: the shape of ``tam fit --json``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tam.engine.group_results import explained
from tam.engine.inference import EstimateColumns
from tam.engine.measures import plain
from tam.engine.table_rows import ParameterTable, Row

if TYPE_CHECKING:
    from tam.engine.fit import Fit


class Estimated(Protocol):
    """A fit of whatever kind, as far as its estimates go."""

    @property
    def table(self) -> ParameterTable: ...
    @property
    def columns(self) -> EstimateColumns: ...


NUMBERS = ("est", "se", "z", "p", "ci_low", "ci_high", "std", "std_se", "std_lv")


def estimate_records(fit: Estimated) -> list[dict[str, Any]]:
    """A record per row of the parameter table and per defined parameter; nan where there is no number."""
    defined = [
        Row(one.left, ":=", one.right, label=one.left) for one in fit.table.relations if one.operator == ":="
    ]
    columns = fit.columns
    return [
        {
            "lhs": row.lhs,
            "op": row.op,
            "rhs": row.rhs,
            "group": row.group,
            "label": row.label,
            "free": row.free,
            **{name: float(getattr(columns, name)[at]) for name in NUMBERS},
        }
        for at, row in enumerate((*fit.table.rows, *defined))
    ]


def fit_record(fit: Fit, not_converged: str) -> dict[str, Any]:
    """The whole result; None where a number does not exist, its reason in ``unavailable``."""
    measures, reasons = plain(fit.measures)
    reasons["bootstrap"] = "no bootstrap was asked for"
    estimates = _without_nan(fit._estimate_records())
    several = len(fit.groups) > 1
    sizes = dict(zip(map(str, fit.groups), fit.solution.sizes)) if several else {}
    record = {
        "estimator": fit.options.estimator,
        "missing": fit.options.missing,
        "engine": "tam",
        "n": {"total": fit.n, "groups": sizes},
        "converged": fit.converged,
        "admissible": fit.admissible,
        "iterations": fit.iterations,
        "estimates": estimates,
        "measures": measures,
        "r2": {label: dict(one) for label, one in fit.r2.items()} if several else dict(fit.r2),
        "bootstrap": None,
        "unavailable": reasons | _estimate_reasons(fit, estimates, not_converged) | _r2_reasons(fit),
        "problems": [one.to_dict() for one in fit.problems],
    }
    if several:
        record["groups_chisq"] = dict(fit.group_chisq)
    return record


def estimates_with_reasons(
    fit: Estimated, reason: Callable[[str], str]
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The estimates of a fit by likelihood of the answers themselves, None where a number does not exist, and
    for free parameters why: ``reason`` of the name of the column."""
    estimates: list[dict[str, Any]] = _without_nan(estimate_records(fit))
    absent: dict[str, str] = {}
    for row in estimates:
        label = f"{row['lhs']} {row['op']} {row['rhs']}".strip()
        lacking = [name for name in ("se", "std", "std_se") if row[name] is None and row["free"]]
        absent |= {f"estimates.{label}.{name}": reason(name) for name in lacking}
    return estimates, absent


def _without_nan(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {name: None if isinstance(value, float) and np.isnan(value) else value for name, value in row.items()}
        for row in records
    ]


def _estimate_reasons(fit: Fit, estimates: list[dict[str, Any]], not_converged: str) -> dict[str, str]:
    """Why a free parameter lacks a number; fixed ones have no standard error by nature."""
    reasons = {
        "est": "its formula has no value here",
        "se": "a constraint holds it at this value",
        "std": "a variance it is divided by is not positive",
        "std_se": "a variance it is divided by is not positive",
        "std_lv": "a variance it is divided by is not positive",
    }
    absent = {}
    for row in estimates:
        for name, reason in reasons.items():
            if row[name] is None and (name != "se" or row["free"] or row["op"] == ":="):
                label = f"{row['lhs']} {row['op']} {row['rhs']}".strip()
                place = label if row["group"] is None else f"{row['group']}.{label}"
                absent[f"estimates.{place}.{name}"] = reason if fit.converged else not_converged
    return absent


def _r2_reasons(fit: Fit) -> dict[str, str]:
    found = {}
    for label, structure in zip(fit.groups, fit.solution.structures):
        known = fit.r2 if label is None else fit.r2[label]
        for _, name in explained(structure):
            if name not in known:
                place = name if label is None else f"{label}.{name}"
                found[f"r2.{place}"] = "its residual variance is negative"
    return found
