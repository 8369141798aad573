"""The words and numbers of a meeting: plain names of what was asked about, scores, shares, intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Column, Rich
from tam.report.findings import outcome as last_outcome
from tam.report.interactions import scale_ends


def named(context: Context, construct: str) -> str:
    """The name of a construct as a brand team says it: ``Ease of use`` for perceived ease of use."""
    label = context.label(construct)
    short = label.removeprefix(context.word("market.perceived"))
    return short[:1].upper() + short[1:] if short else label


def within(context: Context, construct: str) -> str:
    """The same within a sentence: ``ease of use``, but ``KOL credibility``."""
    name = named(context, construct)
    return name if name[1:2].isupper() or not name[1:2].islower() else name[:1].lower() + name[1:]


def listed(context: Context, constructs: list[str]) -> str:
    return context.words.listed(within(context, one) for one in constructs)


def outcome_of(context: Context) -> str | None:
    """The construct everything leads to."""
    found = context.get("effects", "importance_performance", "outcome")
    return str(found) if found else last_outcome(context)


def other_outcomes(context: Context) -> list[str]:
    """What the model leads to beside the outcome of this edition."""
    paths, end = context.rows("study", "model", "paths"), outcome_of(context)
    predictors = {one["predictor"] for one in paths}
    ends = dict.fromkeys(str(one["outcome"]) for one in paths if one["outcome"] not in predictors)
    return [one for one in ends if one != end]


def outcome_words(context: Context) -> dict[str, str]:
    """The outcome at the start of a sentence and within one."""
    found = outcome_of(context)
    if found is None:
        return dict.fromkeys(("outcome", "outcome_head"), context.word("market.the_outcome"))
    return {"outcome": within(context, found), "outcome_head": named(context, found)}


def between(context: Context, low: Any, high: Any, digits: int = 2) -> dict[str, str]:
    """The ends of an interval as two places of a sentence."""
    return {"low": context.numbers.plain(low, digits), "high": context.numbers.plain(high, digits)}


def clear(low: Any, high: Any) -> bool:
    """Whether an interval leaves out zero."""
    return low is not None and high is not None and not low <= 0 <= high


def column(context: Context, key: str, kind: Any = "number", **values: str) -> Column:
    return Column(context.say(f"market.columns.{key}", **values), kind)


def ends_told(context: Context, construct: str) -> str:
    """``1 to 7``; nothing where the items of a construct differ in their scales."""
    ends = scale_ends(context, construct)
    if ends is None:
        return ""
    low, high = (context.numbers.plain(end, 0 if float(end).is_integer() else 1) for end in ends)
    return context.word("market.scale_ends", low=low, high=high)


def method_note(context: Context) -> Rich:
    """How the intervals of effects were made."""
    interval = context.part("effects", "interval")
    n = context.numbers.count(context.get("structure", "n", "total"))
    if interval.get("requested"):
        drawn = context.numbers.count(interval.get("used"))
        return context.say("market.notes.redrawn", n=n, draws=drawn, level=context.level)
    return context.say("market.notes.not_redrawn", n=n, level=context.level)


def placed(context: Context) -> Mapping[str, Mapping[str, Any]]:
    """The drivers on the importance-performance map by name."""
    rows = context.rows("effects", "importance_performance", "constructs")
    return {str(one["construct"]): one for one in rows}


def drivers(context: Context) -> list[Mapping[str, Any]]:
    """The total effects on the outcome, the largest in size first."""
    end = outcome_of(context)
    found = [one for one in context.rows("effects", "total") if one.get("outcome") == end]
    return sorted(found, key=lambda one: -abs(one.get("std") or 0.0))
