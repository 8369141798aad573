"""Who answered, and how far to trust it: the sample, the scales, the model, the limits, in plain words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.choices import path_rows
from tam.report.context import Context
from tam.report.document import Absent, Block, Bullets, Column, Pairs, Rich, Section, Table, rich
from tam.report.findings import RELIABILITY_GUIDE
from tam.report.judged_fit import judge_fit
from tam.report.market.plain import column, named
from tam.report.rows import cell, one_group, row

GOOD = 0.80
"""Reliability from which on differences between groups of people are measured well."""


def trust_section(context: Context) -> Section:
    blocks: list[Block] = [Bullets(tuple(_lines(context)))]
    constructs = context.part("measurement", "constructs")
    blocks.append(_table(context, constructs) if constructs else Absent(context.reason("measurement")))
    blocks.append(Bullets(tuple(_limits(context))))
    return Section("trust", context.say("market.sections.trust"), tuple(blocks))


def _lines(context: Context) -> Iterator[Rich]:
    steps = {str(one.get("step")): one for one in context.rows("flow")}
    if steps:
        counts = {
            name: context.numbers.count((steps.get(step) or {}).get("n_left"))
            for name, step in (("read", "exported"), ("kept", "screened"), ("used", "analysed"))
        }
        yield context.say("market.trust.sample", **counts)
    yield context.say("market.trust.who")
    judged = judge_fit(context.part("structure", "measures"))
    if judged:
        yield context.say(f"market.trust.fit_{judged}")
    yield from _choices(context)


def _choices(context: Context) -> Iterator[Rich]:
    """Relations that another defensible choice would decide otherwise."""
    changed = [one for one in path_rows(context) if one["changed"]]
    if changed:
        names = context.words.listed(_plain_path(context, str(one["name"])) for one in changed)
        yield context.say("market.trust.choices", paths=names)
    elif path_rows(context) and context.part("screening", "multiverse"):
        yield context.say("market.trust.choices_none")


def _plain_path(context: Context, name: str) -> str:
    return " → ".join(named(context, one.strip()) for one in name.split("→"))


def _table(context: Context, constructs: Mapping[str, Any]) -> Table:
    columns = (
        column(context, "driver", "name"),
        Column(context.say("market.columns.precision"), "verdict"),
        column(context, "reliability"),
        column(context, "questions"),
    )
    rows = []
    for name, one in constructs.items():
        value = one.get("composite_reliability")
        value = one.get("omega") if value is None else value
        value = one.get("alpha") if value is None else value
        verdict = _precision(value)
        rows.append(
            row(
                named(context, name),
                cell(context.say(f"market.precision.{verdict}"), "caution" if verdict == "weak" else "plain"),
                context.numbers.plain(value),
                context.numbers.count(one.get("k")),
            )
        )
    title = context.say("market.tables.reliability")
    told = {"good": context.numbers.plain(GOOD), "least": context.numbers.plain(RELIABILITY_GUIDE)}
    note = context.say("market.notes.reliability", **told)
    return Table("market-reliability", title, columns, one_group(rows), (note,))


def _precision(value: float | None) -> str:
    if value is None:
        return "unknown"
    return "good" if value >= GOOD else "enough" if value >= RELIABILITY_GUIDE else "weak"


def _limits(context: Context) -> Iterator[Rich]:
    if context.get("study", "simulated"):
        yield context.say("market.limits.simulated")
    yield context.say("market.limits.one_time")
    yield context.say("market.limits.said")
    yield context.say("market.limits.sample")
    if context.get("study", "instrument", "inline"):
        yield context.say("market.limits.inline")
    elif context.get("study", "instrument", "status") == "draft":
        yield context.say("market.limits.draft_long")
    yield context.say("market.limits.test")


TERMS = (
    *("strength", "likely", "cannot_tell", "interval", "redrawn", "score", "rating"),
    *("top_two", "threshold", "alike", "precision"),
)
"""Words of this edition that stand for a term of the academic report."""


def glossary_section(context: Context) -> Section:
    """The plain words beside the terms of the academic report."""
    entries = [
        (context.say(f"market.glossary.{key}"), context.say(f"market.glossary.{key}_is")) for key in TERMS
    ]
    for name in context.part("study", "constructs"):
        if named(context, name) != name:
            entries.append((rich(named(context, name)), context.named(name)))
    return Section("glossary", context.say("market.sections.glossary"), (Pairs(tuple(entries)),))
