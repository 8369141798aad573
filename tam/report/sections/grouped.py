"""Items under their constructs."""

from __future__ import annotations

from tam.report.context import Context


def grouped_items(context: Context) -> dict[str, list[str]]:
    """Items by construct, in the order of the study."""
    groups: dict[str, list[str]] = {}
    for name, item in context.part("measurement", "items").items():
        groups.setdefault(str(item.get("construct") or ""), []).append(name)
    return groups
