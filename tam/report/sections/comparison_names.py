"""What groups, paths and parameters of a comparison are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Rich


def grouping_name(context: Context, grouping: Mapping[str, Any]) -> str:
    """What the groups are called, within a sentence: ``platform``."""
    return context.text(grouping.get("label")) or str(grouping.get("by"))


def grouping_head(context: Context, grouping: Mapping[str, Any]) -> str:
    """The same for headings and captions: ``Platform``."""
    name = grouping_name(context, grouping)
    return name[:1].upper() + name[1:]


def group_labels(context: Context, grouping: Mapping[str, Any]) -> dict[str, str]:
    """Group id -> what readers call it."""
    return {
        str(group["id"]): context.text(group.get("label")) or str(group["id"])
        for group in (*(grouping.get("groups") or ()), *(grouping.get("too_small") or ()))
    }


def counted(context: Context, labels: Mapping[str, str], groups: Iterable[Mapping[str, Any]]) -> Rich:
    """``Head (n = 98), Middle (n = 95) and Tail (n = 91)``."""
    return context.words.listed_rich(
        context.say(
            "list.counted",
            name=labels.get(str(one["id"]), str(one["id"])),
            n=context.numbers.count(one.get("n")),
        )
        for one in groups
    )


def pair_name(labels: Mapping[str, str], pair: Mapping[str, Any]) -> str:
    """``Head − Tail``."""
    return " \u2212 ".join(labels.get(str(pair[side]), str(pair[side])) for side in ("a", "b"))


def path_name(context: Context, path: Mapping[str, Any]) -> str:
    """``Attitude → Purchase intention``."""
    return f"{context.label(str(path['predictor']))} \u2192 {context.label(str(path['outcome']))}"


def parameter_name(context: Context, parameter: str) -> str:
    """``loading of PU2`` for ``PU=~PU2``, ``intercept of PU2`` for ``PU2~1``."""
    if "=~" in parameter:
        return context.word("parameters.loading", item=parameter.partition("=~")[2])
    return context.word("parameters.intercept", item=parameter.partition("~")[0])
