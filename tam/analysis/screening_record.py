"""The section ``screening`` of the results: rules, flags and how they overlap, indices, declaration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.screening_verdict import Verdict
from tam.spec.screening import ScreeningOptions, role_of, rules_digest

if TYPE_CHECKING:
    from tam.analysis.screening import Screening

QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)


def screening_record(screening: Screening) -> dict[str, Any]:
    """Everything that was found, as plain JSON."""
    flags, options = screening.flags, screening.options
    flagged = flags.any(axis=1)
    return {
        "rules": [_rule_record(one, options) for one in screening.verdicts],
        "flags": _flag_records(flags[flagged]),
        "overlap": _overlap(flags),
        "sets": _sets(flags),
        "excluded": [
            {"row": one.row, "rule": one.rule, "value": one.value, "threshold": one.threshold}
            for one in screening.excluded
        ],
        "n_read": len(flags),
        "n_flagged": int(flagged.sum()),
        "n_flagged_twice": int((flags.sum(axis=1) >= 2).sum()),
        "n_flagged_kept": int(flagged.loc[list(screening.kept)].sum()),
        "n_excluded": len(screening.excluded),
        "n_kept": len(screening.kept),
        "missing": [dict(one) for one in screening.missing],
        "declared": declared_record(options),
        "indices": {one.rule: describe(one.index) for one in screening.verdicts if one.index is not None},
    }


def declared_record(options: ScreeningOptions) -> dict[str, Any]:
    """When the rules were fixed, as the study says, and the digest that tells them from any other rules."""
    declared = options.declared
    return {
        "when": declared.when,
        "date": declared.date,
        "reference": declared.reference,
        "digest": rules_digest(options),
    }


def describe(index: NDArray[np.float64]) -> dict[str, Any]:
    """How a statistic is distributed over those for whom it is defined; quantiles by their percent."""
    values = index[~np.isnan(index)]
    record: dict[str, Any] = {"n": len(values), "n_undefined": len(index) - len(values)}
    if not len(values):
        return record | dict.fromkeys(("mean", "sd", "min", "max")) | {"quantiles": {}}
    quantiles = np.quantile(values, QUANTILES)
    return record | {
        "mean": float(values.mean()),
        "sd": float(values.std(ddof=1)) if len(values) > 1 else None,
        "min": float(values.min()),
        "max": float(values.max()),
        "quantiles": {
            f"{share:.0%}": float(value) for share, value in zip(QUANTILES, quantiles, strict=True)
        },
    }


def _rule_record(verdict: Verdict, options: ScreeningOptions) -> dict[str, Any]:
    condition = options.exclude_if
    return {
        "rule": verdict.rule,
        "description_key": verdict.rule,
        "role": role_of(verdict.rule),
        "counts": options.counts(verdict.rule),
        "parameters": dict(verdict.parameters),
        "applicable": verdict.applicable,
        "reason": verdict.reason,
        "n_flagged": int(verdict.flagged.sum()),
        "excludes": verdict.rule in options.exclude and verdict.applicable,
        "in_exclude_if": condition is not None and verdict.rule in condition.of and verdict.applicable,
        "found": dict(verdict.found),
    }


def _flag_records(flags: pd.DataFrame) -> list[dict[str, Any]]:
    names = np.array(flags.columns, dtype=object)
    rows = flags.to_numpy()
    return [{"row": int(row), "rules": list(names[rows[i]])} for i, row in enumerate(flags.index)]


def _overlap(flags: pd.DataFrame) -> list[dict[str, Any]]:
    """How many respondents two rules flag together; pairs without any are left out."""
    together = flags.to_numpy(dtype=np.int64)
    counts = together.T @ together
    pairs = combinations(range(flags.shape[1]), 2)
    names: Sequence[str] = list(flags.columns)
    return [{"rules": [names[a], names[b]], "n": int(counts[a, b])} for a, b in pairs if counts[a, b]]


def _sets(flags: pd.DataFrame) -> list[dict[str, Any]]:
    """How many respondents are flagged by exactly these rules and no other; the most frequent first."""
    names = list(flags.columns)
    patterns, counts = np.unique(flags.to_numpy(dtype=bool), axis=0, return_counts=True)
    found = [
        {"rules": [name for name, hit in zip(names, pattern, strict=True) if hit], "n": int(n)}
        for pattern, n in zip(patterns, counts, strict=True)
    ]
    order = {name: i for i, name in enumerate(names)}
    return sorted(
        (one for one in found if one["rules"]),
        key=lambda one: (-one["n"], len(one["rules"]), [order[name] for name in one["rules"]]),
    )
