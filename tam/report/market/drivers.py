"""What goes with the outcome, the strongest first, with what these answers can and cannot tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.market_rows import Marked, Rows, rows_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Bullets, Cell, Figure, Paragraph, Rich, Section, Table
from tam.report.market.plain import (
    between,
    clear,
    column,
    drivers,
    listed,
    method_note,
    named,
    other_outcomes,
    outcome_of,
    outcome_words,
    placed,
    within,
)
from tam.report.rows import one_group, row


def drivers_section(context: Context) -> Section:
    words = outcome_words(context)
    title = context.say("market.sections.drivers", **words)
    ranked = drivers(context)
    if not ranked:
        return Section("drivers", title, (Absent(context.reason("effects")),))
    blocks: list[Block] = [Paragraph(_explained(context, words))]
    blocks.append(Bullets(tuple(_told(context, one, words) for one in ranked)))
    blocks.append(_figure(context, ranked, words))
    return Section("drivers", title, tuple(blocks))


def _explained(context: Context, words: Mapping[str, str]) -> Rich:
    r2 = context.part("structure", "r2").get(outcome_of(context) or "")
    text = context.say("market.text.strength", **words)
    if isinstance(r2, (int, float)):
        share = context.numbers.percent(r2, 0)
        text = (*text, *context.say("market.text.explained", share=share, **words))
    others = other_outcomes(context)
    if others:
        text = (*text, *context.say("market.text.other_outcomes", others=listed(context, others)))
    return text


def verdict_of(one: Mapping[str, Any]) -> str:
    """``more``, ``less`` or ``cannot_tell``."""
    if not clear(one.get("std_ci_low"), one.get("std_ci_high")):
        return "cannot_tell"
    return "more" if (one.get("std") or 0) > 0 else "less"


def _told(context: Context, one: Mapping[str, Any], words: Mapping[str, str]) -> Rich:
    told = {
        "driver": named(context, str(one["predictor"])),
        "within": within(context, str(one["predictor"])),
        "std": context.numbers.plain(one.get("std")),
        **between(context, one.get("std_ci_low"), one.get("std_ci_high")),
        **words,
    }
    known = one.get("std_ci_low") is not None
    return context.say(f"market.driver.{verdict_of(one) if known else 'no_interval'}", **told)


def _figure(context: Context, ranked: list[Mapping[str, Any]], words: Mapping[str, str]) -> Figure:
    title = context.say("market.figures.drivers", **words)
    marks = [
        Marked(
            named(context, str(one["predictor"])),
            one.get("std"),
            one.get("std_ci_low"),
            one.get("std_ci_high"),
            context.numbers.plain(one.get("std")),
            hollow=verdict_of(one) == "cannot_tell",
        )
        for one in ranked
    ]
    described = context.word("market.descriptions.drivers", **words)
    chart = rows_chart(
        context,
        Rows((("", tuple(marks)),), context.word("market.axes.strength"), zero=True),
        "market-drivers",
        context.word("market.figures.drivers", **words),
        described,
    )
    notes = (context.say("market.notes.drivers"), method_note(context))
    return Figure("market-drivers", title, described, chart, _data(context, ranked, title, words), notes)


def _data(context: Context, ranked: list[Mapping[str, Any]], title: Rich, words: Mapping[str, str]) -> Table:
    columns = (
        column(context, "driver", "name"),
        column(context, "verdict", "name"),
        column(context, "strength"),
        column(context, "interval", level=context.level),
        column(context, "leads"),
        column(context, "points", **words),
        column(context, "interval", level=context.level),
    )
    return Table("market-drivers-data", title, columns, one_group(_row(context, one) for one in ranked))


def _row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, at = context.numbers, placed(context).get(str(one["predictor"]), {})
    return row(
        named(context, str(one["predictor"])),
        context.say(f"market.verdicts.{verdict_of(one)}"),
        numbers.plain(one.get("std")),
        numbers.interval(one.get("std_ci_low"), one.get("std_ci_high")),
        numbers.percent(at.get("leads"), 0),
        numbers.plain(at.get("importance")),
        numbers.interval(at.get("ci_low"), at.get("ci_high")),
    )
