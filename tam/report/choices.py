"""Each path as the study reports it and as other defensible choices have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context

MISSING_METHODS = ("listwise", "fiml", "mi")


def path_rows(context: Context) -> list[dict[str, Any]]:
    """Each path as the study reports it, and as other choices have it; nothing is computed."""
    multiverse = _by_path(context.rows("screening", "multiverse", "paths"))
    method = _by_path(context.rows("measurement", "method_bias", "paths"))
    methods = context.part("measurement", "missing_data", "comparison", "methods")
    missing = {name: _by_path((methods.get(name) or {}).get("paths") or ()) for name in MISSING_METHODS}
    compared = _by_path(context.rows("measurement", "missing_data", "comparison", "paths"))
    primary = context.get("structure", "missing")
    rows = []
    for path in context.rows("study", "model", "paths"):
        key = (path["outcome"], path["predictor"])
        estimate = next(
            (
                one
                for one in context.rows("structure", "estimates")
                if (one.get("lhs"), one.get("op"), one.get("rhs")) == (key[0], "~", key[1])
            ),
            None,
        )
        if estimate is None:
            continue
        rows.append(
            {
                "name": f"{key[1]} → {key[0]}",
                "std": estimate.get("std"),
                "multiverse": multiverse.get(key, {}),
                "missing": {
                    name: (found.get(key) or {}).get("std")
                    for name, found in missing.items()
                    if found and name != primary
                },
                "method": _method_estimates(method.get(key, {})),
                "changed": _changes(multiverse.get(key), compared.get(key), method.get(key)),
            }
        )
    return rows


def _by_path(entries: Any) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {(str(one.get("lhs")), str(one.get("rhs"))): one for one in entries}


def _method_estimates(entry: Mapping[str, Any]) -> dict[str, float | None]:
    after = entry.get("after_by_method") or {}
    return {str(name): one.get("std") for name, one in after.items() if isinstance(one, Mapping)}


def _changes(
    multiverse: Mapping[str, Any] | None, missing: Mapping[str, Any] | None, method: Mapping[str, Any] | None
) -> list[str]:
    """The choices under which the decision about a path is another one."""
    found = []
    share = (multiverse or {}).get("share_significant")
    if multiverse and (multiverse.get("sign_changes") or (share is not None and 0 < share < 1)):
        found.append("screening")
    if missing and missing.get("decision_changed"):
        found.append("missing")
    if method and method.get("decision_changed"):
        found.append("method")
    return found
