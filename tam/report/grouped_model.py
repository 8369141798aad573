"""What the model of several groups found over one grouping, as the clauses of one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Level
from tam.report.judged_fit import judge_fit, reported_indices

Told = tuple[Level, dict[str, tuple[str, Any]], dict[str, str]]


def grouped_model(context: Context, grouping: Mapping[str, Any]) -> Told | None:
    """Level, numbers and names of the finding; None where the model was not fitted to the groups."""
    found = grouping.get("invariance") or {}
    level = str((found.get("level") or {}).get("id"))
    if not found.get("steps") or level == "none":
        return None
    measures = f"group_findings.measures_{level}"
    start = poor_start(found)
    n_free = context.numbers.count(len(found["level"].get("free") or ()))
    names = {
        "by": context.text(grouping.get("label")) or str(grouping.get("by")),
        "measures": context.word(measures, n_free=n_free),
        "start": context.word("group_findings.start_poor") if start else "",
        "paths": _paths(context, found.get("paths")),
        "means": _means(context, found.get("means")),
    }
    sound = bool(found["level"].get("paths")) and not start
    return ("plain" if sound else "caution", {}, names)


def poor_start(found: Mapping[str, Any]) -> dict[str, Any] | None:
    """CFI, RMSEA and SRMR of the model that all steps build on, where it misses a guide value by itself."""
    measures = (found["steps"][0].get("fit") or {}).get("measures") or {}
    if judge_fit(measures) not in {"mixed", "poor"}:
        return None
    return {name: measures.get(key) for name, key in reported_indices(measures).items()}


def differing_paths(context: Context, paths: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Paths whose adjusted overall test is significant."""
    return [one for one in paths.get("paths") or () if differs(context, one)]


def differing_means(context: Context, means: Mapping[str, Any]) -> list[str]:
    """Constructs whose adjusted overall test is significant."""
    return [str(one["construct"]) for one in means.get("constructs") or () if differs(context, one)]


def differs(context: Context, one: Mapping[str, Any]) -> bool:
    p = (one.get("overall") or {}).get("p_holm")
    return p is not None and p < context.alpha


def _paths(context: Context, paths: Mapping[str, Any] | None) -> str:
    if not paths:
        return context.word("group_findings.paths_absent")
    differing = differing_paths(context, paths)
    if not differing:
        n = context.numbers.count(len(paths["paths"]))
        return context.word("group_findings.paths_alike", n_paths=n)
    names = context.words.listed(f"{one['predictor']} → {one['outcome']}" for one in differing)
    return context.word("group_findings.paths_differ", paths=names)


def _means(context: Context, means: Mapping[str, Any] | None) -> str:
    if not means:
        return context.word("group_findings.means_absent")
    differing = differing_means(context, means)
    if not differing:
        return context.word("group_findings.means_alike")
    names = context.words.listed(context.label(one) for one in differing)
    return context.word("group_findings.means_differ", constructs=names)
