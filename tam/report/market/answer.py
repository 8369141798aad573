"""The answer on one screen: a sentence and three cards, each with the way to its evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Card, Cards, Level, Paragraph, Rich, Section, rich
from tam.report.market.plain import (
    between,
    clear,
    drivers,
    listed,
    named,
    outcome_words,
    placed,
    within,
)
from tam.report.market.segments import tier_told
from tam.report.market.threshold import moderation_of, threshold_told

CONTENDER, FIRST = 0.10, 0.95
"""A driver that is first in fewer draws is no contender; one that is first in more is likely the first."""


def answer_section(context: Context) -> Section:
    lead = Paragraph(_lead(context), "lead")
    cards = Cards((_moves(context), _for_whom(context), _to_do(context)))
    limits = Paragraph(_limits(context), "small")
    return Section("answer", context.say("market.sections.answer"), (lead, cards, limits))


def contenders(context: Context) -> list[str]:
    """The drivers that may be the most important one, the strongest first; none where it is not known."""
    found = [
        (abs(one["std"]), name)
        for name, one in placed(context).items()
        if (one.get("leads") or 0) >= CONTENDER and clear(one.get("std_ci_low"), one.get("std_ci_high"))
    ]
    return [name for _, name in sorted(found, reverse=True)]


def _lead(context: Context) -> Rich:
    words, ranked = outcome_words(context), drivers(context)
    if not ranked:
        return context.say("market.lead.absent", reason=context.reason("effects"), **words)
    likely = [one for one in ranked if clear(one.get("std_ci_low"), one.get("std_ci_high"))]
    if not likely:
        return context.say("market.lead.none", **words)
    first = str(likely[0]["predictor"])
    close = contenders(context)
    leads = placed(context).get(first, {}).get("leads")
    if len(close) > 1 and (leads or 0) < FIRST:
        return context.say("market.lead.open", drivers=listed(context, close), **words)
    key = "likely" if leads is not None and leads >= FIRST else "unsure"
    return context.say(f"market.lead.{key}", driver=within(context, first), **words)


def _moves(context: Context) -> Card:
    words, ranked = outcome_words(context), drivers(context)
    head = context.say("market.cards.moves", **words)
    if not ranked:
        return _unknown(context, head, context.reason("effects"), "drivers")
    first = ranked[0]
    told = {
        "driver": within(context, str(first["predictor"])),
        "std": context.numbers.plain(first.get("std")),
        **between(context, first.get("std_ci_low"), first.get("std_ci_high")),
        **words,
    }
    if not clear(first.get("std_ci_low"), first.get("std_ci_high")):
        return _unknown(context, head, context.say("market.cards.moves_none", **told), "drivers")
    sign = "more" if first["std"] > 0 else "less"
    text = context.say(f"market.cards.moves_{sign}", **told)
    leads = placed(context).get(str(first["predictor"]), {}).get("leads")
    if leads is not None and len(ranked) > 1:
        share = context.numbers.percent(leads, 0)
        text = (*text, *context.say("market.cards.first_in", share=share))
    level: Level = "plain" if leads is not None and leads < FIRST else "good"
    return Card(head, rich(named(context, str(first["predictor"]))), text, level, "drivers")


def _for_whom(context: Context) -> Card:
    key = "for_whom" if _about_kols(context) else "for_whom_any"
    head, one = context.say(f"market.cards.{key}"), moderation_of(context)
    tiers = tier_told(context)
    if one is None:
        text = tiers or context.say("market.cards.no_moderation")
        return _unknown(context, head, text, "segments" if tiers else "threshold")
    told = threshold_told(context, one)
    text = (*told.sentence, *tiers)
    return Card(head, told.figure, text, "good" if told.shown else "caution", "threshold")


def _about_kols(context: Context) -> bool:
    """Whether the questions are about opinion leaders."""
    return any("KOL" in context.label(str(name)) for name in context.part("study", "constructs"))


def _to_do(context: Context) -> Card:
    words, found = outcome_words(context), placed(context)
    head = context.say("market.cards.to_do")
    if not found:
        why = context.reason("effects", "importance_performance")
        return _unknown(context, head, context.say("market.cards.to_do_absent", reason=why), "priorities")
    for quadrant in ("improve", "maintain"):
        chosen = _strongest(found, quadrant)
        if chosen is not None:
            return _hypothesis(context, head, chosen, quadrant, words)
    return _unknown(context, head, context.say("market.cards.to_do_none", **words), "priorities")


def _strongest(found: Mapping[str, Mapping[str, Any]], quadrant: str) -> Mapping[str, Any] | None:
    there = [one for one in found.values() if one.get("quadrant") == quadrant]
    return max(there, key=lambda one: float(one["std"])) if there else None


def _hypothesis(
    context: Context,
    head: Rich,
    one: Mapping[str, Any],
    quadrant: str,
    words: Mapping[str, str],
) -> Card:
    told = {
        "driver": within(context, str(one["construct"])),
        "rated": context.numbers.plain(one.get("performance"), 1),
        "middle": context.numbers.plain(
            context.get("effects", "importance_performance", "middle", "performance"), 1
        ),
        **words,
    }
    text = context.say(f"market.cards.to_do_{quadrant}", **told)
    level: Level = "good" if one.get("settled") else "plain"
    if not one.get("settled"):
        text = (*text, *context.say("market.cards.unsettled"))
    return Card(head, rich(named(context, str(one["construct"]))), text, level, "priorities")


def _unknown(context: Context, head: Rich, text: Rich, target: str) -> Card:
    return Card(head, context.say("market.cannot_tell"), text, "caution", target)


def _limits(context: Context) -> Rich:
    """What no reader may miss: one point in time, no causes; draft scales."""
    instrument = context.part("study", "instrument")
    draft = instrument.get("status") == "draft" and not instrument.get("inline")
    return (*context.say("market.limits.short"), *(context.say("market.limits.draft") if draft else ()))
