"""What the comparison of groups did and what it cannot say, by how far their measurement is the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich, plain
from tam.report.sections.comparison_names import grouping_name

_SORTS = {
    "none": "untested",
    "configural": "configural",
    "thresholds": "configural",
    "partial_metric": "metric",
    "metric": "metric",
    "partial_scalar": "partial",
    "scalar": "supported",
    "strict": "supported",
}


def grouped_limits(context: Context) -> Iterator[Rich]:
    """One sentence for all groupings that share it, the gravest first."""
    sorts: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for index, grouping in enumerate(context.rows("comparison", "groupings")):
        sort = _SORTS.get(str(_level(grouping)), "untested")
        reason = _reason(context, index) if sort == "untested" else ""
        sorts.setdefault((sort, reason), []).append(grouping)
    order = list(dict.fromkeys(_SORTS.values()))
    for (sort, reason), groupings in sorted(sorts.items(), key=lambda one: order.index(one[0][0])):
        names = context.words.listed(grouping_name(context, one) for one in groupings)
        told = {"names": names, "reason": reason, "n": context.numbers.count(_smallest(groupings))}
        yield context.say(f"limits.invariance_{sort}", **told)
    if context.rows("comparison", "groupings") and context.rows("study", "model", "moderations"):
        yield context.say("limits.groups_interaction")


def _level(grouping: Mapping[str, Any]) -> Any:
    found = grouping.get("invariance") or {}
    return (found.get("level") or {}).get("id") if found.get("steps") else "none"


def _reason(context: Context, index: int) -> str:
    place = ("comparison", "groupings", str(index), "invariance", "steps")
    return plain(context.reason(*place)).rstrip(".。")


def _smallest(groupings: list[Mapping[str, Any]]) -> int | None:
    sizes = [
        one["n"] for grouping in groupings for one in (grouping.get("invariance") or {}).get("groups") or ()
    ]
    return min(sizes, default=None)


def grouped_method(context: Context) -> Iterator[Rich]:
    """The sentence of the method paragraph on measurement invariance, with the limits that were applied."""
    tested = [
        one for one in context.rows("comparison", "groupings") if (one.get("invariance") or {}).get("steps")
    ]
    criteria = [
        criterion
        for one in tested
        for step in one["invariance"]["steps"]
        for criterion in step.get("criteria") or ()
    ]
    limits = {str(one["name"]): context.numbers.bounded(one.get("limit"), 3) for one in criteria}
    if {"delta_cfi", "delta_rmsea"} <= set(limits):
        ordered = tested[0]["invariance"].get("estimator") == "WLSMV"
        told = {
            "by": context.words.listed(grouping_name(context, one) for one in tested),
            "steps": context.word("method.steps_ordered" if ordered else "method.steps"),
            "cfi": limits["delta_cfi"],
            "rmsea": limits["delta_rmsea"],
        }
        yield context.say("method.invariance", **told)
