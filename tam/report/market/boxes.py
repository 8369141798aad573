"""How people answered: who gave one of the two highest answers, question by question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.market_rows import Marked, Rows, rows_chart
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Cell,
    Figure,
    Group,
    Paragraph,
    Rich,
    Section,
    Table,
    plain,
    rich,
)
from tam.report.market.plain import column, named, outcome_of
from tam.report.market.priorities import wording
from tam.report.rows import row


def boxes_section(context: Context) -> Section:
    title = context.say("market.sections.boxes")
    constructs = context.part("measurement", "constructs")
    items = context.part("measurement", "items")
    known = {name: one for name, one in items.items() if one.get("top_two")}
    if not known:
        why = context.reason("measurement", "items") if items else context.reason("measurement")
        return Section("boxes", title, (Absent(context.say("market.absent.boxes", reason=why)),))
    ordered = _ordered(context, list(constructs))
    blocks: list[Block] = [Paragraph(_extremes(context, known))]
    scores = {name: constructs[name] for name in ordered if constructs[name].get("top_two")}
    if scores:
        blocks.append(_scores_figure(context, scores))
    blocks.append(_items_figure(context, ordered, known))
    return Section("boxes", title, tuple(blocks))


def _ordered(context: Context, names: list[str]) -> list[str]:
    """The outcome first, the rest as in the questionnaire."""
    end = outcome_of(context)
    return [end, *(name for name in names if name != end)] if end in names else names


def _extremes(context: Context, items: Mapping[str, Mapping[str, Any]]) -> Rich:
    """The question with most and the one with fewest of the highest answers."""
    ranked = sorted(items, key=lambda name: items[name]["top_two"]["share"])
    most, least = ranked[-1], ranked[0]
    told = {
        "most": wording(context, most),
        "most_share": context.numbers.percent(items[most]["top_two"]["share"], 0),
        "least": wording(context, least),
        "least_share": context.numbers.percent(items[least]["top_two"]["share"], 0),
    }
    return context.say("market.text.boxes", **told)


def _mark(context: Context, label: str, one: Mapping[str, Any]) -> Marked:
    top = one["top_two"]
    shown = context.numbers.percent(top["share"], 0)
    return Marked(label, top["share"], top["ci_low"], top["ci_high"], shown)


def _scores_figure(context: Context, scores: Mapping[str, Mapping[str, Any]]) -> Figure:
    title = context.say("market.figures.box_scores")
    described = context.word("market.descriptions.box_scores")
    marks = tuple(_mark(context, named(context, name), one) for name, one in scores.items())
    rows = Rows((("", marks),), context.word("market.axes.top_two"), zero=True, percent=True)
    told = context.word("market.figures.box_scores")
    chart = rows_chart(context, rows, "market-box-scores", told, described)
    data = Table(
        "market-box-scores-data",
        title,
        _columns(context, "driver"),
        (Group(tuple(_row(context, rich(named(context, name)), one) for name, one in scores.items())),),
    )
    notes = (context.say("market.notes.box_scores", level=context.level),)
    return Figure("market-box-scores", title, described, chart, data, notes)


def _items_figure(context: Context, ordered: list[str], items: Mapping[str, Mapping[str, Any]]) -> Figure:
    title = context.say("market.figures.box_items")
    described = context.word("market.descriptions.box_items")
    groups = [
        (name, {item: one for item, one in items.items() if one.get("construct") == name}) for name in ordered
    ]
    groups = [(name, own) for name, own in groups if own]
    marks = tuple(
        (
            named(context, name),
            tuple(_mark(context, plain(wording(context, item)), one) for item, one in own.items()),
        )
        for name, own in groups
    )
    rows = Rows(marks, context.word("market.axes.top_two"), zero=True, percent=True, above=True)
    told = context.word("market.figures.box_items")
    chart = rows_chart(context, rows, "market-box-items", told, described)
    data = Table(
        "market-box-items-data",
        title,
        _columns(context, "wording", "sentence"),
        tuple(
            Group(
                tuple(_row(context, wording(context, item), one) for item, one in own.items()),
                rich(named(context, name)),
            )
            for name, own in groups
        ),
    )
    notes = (context.say("market.notes.box_items", level=context.level),)
    return Figure("market-box-items", title, described, chart, data, notes)


def _columns(context: Context, key: str, kind: Any = "name") -> tuple[Any, ...]:
    return (
        column(context, key, kind),
        column(context, "top_two"),
        column(context, "interval", level=context.level),
        column(context, "bottom_two"),
        column(context, "mean"),
        column(context, "n"),
    )


def _row(context: Context, label: Rich, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, top, bottom = context.numbers, one["top_two"], one.get("bottom_two") or {}
    return row(
        label,
        numbers.percent(top["share"]),
        context.say(
            "market.from_to",
            low=numbers.percent(top["ci_low"]),
            high=numbers.percent(top["ci_high"]),
        ),
        numbers.percent(bottom.get("share")),
        numbers.plain(one.get("mean")),
        numbers.count(top["n"]),
    )
