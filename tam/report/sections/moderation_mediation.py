"""Indirect effects that run over a moderated path: at levels of the moderator, and their index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Block, Bullets, Cell, Column, Group, Paragraph, Rich, Table, rich
from tam.report.interactions import names_of
from tam.report.rows import interval_column, number_column, row
from tam.report.sections.moderation_slopes import level_name

_MOST_TOLD = 8
"""Routes with a sentence of their own; the table has all."""


def mediation_blocks(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    """Nothing for results written before these were, or where no region could be had either."""
    found, names = one.get("moderated_mediation"), names_of(context, one)
    if found is None:
        if "moderated_mediation" in one and one.get("johnson_neyman") is not None:
            yield Paragraph(context.say("text.no_conditional", **names))
        return
    yield Paragraph(context.say("text.conditional", **names))
    told = [
        _sentence(context, one, route, ("moderation", "analyses", str(index), "moderated_mediation"), k)
        for k, route in enumerate(found["routes"][:_MOST_TOLD])
    ]
    yield Bullets(tuple(told))
    yield _table(context, found, names, index)
    yield Paragraph(_interval(context, found.get("interval") or {}), "small")


def route_name(route: Mapping[str, Any]) -> str:
    return " → ".join([str(route["predictor"]), *map(str, route.get("via") or ()), str(route["outcome"])])


def _sentence(
    context: Context, one: Mapping[str, Any], route: Mapping[str, Any], place: tuple[str, ...], k: int
) -> Rich:
    numbers, index = context.numbers, route["index"]
    low, high = index.get("ci_low"), index.get("ci_high")
    told = names_of(context, one) | {"route": route_name(route), "index": numbers.plain(index["est"])}
    if low is None or high is None:
        reason = context.reason(*place, "routes", str(k), "index", "ci_low")
        return context.say("text.index_no_interval", **told, reason=reason)
    told |= {"interval": numbers.interval(low, high)}
    if low <= 0 <= high:
        return context.say("text.index_not_shown", **told)
    first, last = route["effects"][0], route["effects"][-1]
    for name, effect in (("low", first), ("high", last)):
        told[name] = numbers.plain(effect["est"])
        told[f"{name}_interval"] = numbers.interval(effect.get("ci_low"), effect.get("ci_high"))
    return context.say("text.index_rises" if low > 0 else "text.index_falls", **told)


def _table(context: Context, found: Mapping[str, Any], names: Mapping[str, str], index: int) -> Table:
    columns = (
        Column(context.say("columns.moderator_at", **names), "name"),
        number_column(context, "scale_value"),
        *(number_column(context, key) for key in ("b", "se")),
        interval_column(context),
        number_column(context, "beta"),
    )
    groups = tuple(
        Group(
            (
                *(_row(context, level_name(context, str(one["at"])), one) for one in route["effects"]),
                _row(context, context.word("levels.index"), route["index"]),
            ),
            rich(route_name(route)),
        )
        for route in found["routes"]
    )
    level = context.numbers.level((found.get("interval") or {}).get("level"))
    notes = (context.say("notes.conditional", level=level, **names),)
    return Table(
        f"conditional-{index + 1}", context.say("tables.conditional", **names), columns, groups, notes
    )


def _row(context: Context, name: str, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        name,
        numbers.plain(one.get("moderator_scale")),
        numbers.plain(one.get("est")),
        numbers.plain(one.get("se")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        numbers.plain(one.get("std")),
    )


def _interval(context: Context, interval: Mapping[str, Any]) -> Rich:
    numbers = context.numbers
    method = f"interval_methods.{interval.get('method')}"
    if not interval.get("requested"):
        return context.say("text.no_resamples")
    return context.say(
        "text.bootstrap",
        method=context.word(method) if method in context.words else str(interval.get("method")),
        level=numbers.level(interval.get("level")),
        seed=context.numbers.name(interval.get("seed")),
        **{
            name: numbers.count(interval.get(name))
            for name in ("requested", "used", "failed", "inadmissible")
        },
    )
