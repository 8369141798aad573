"""What is worth testing first: the importance-performance map of drivers and of single questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tam.report.charts.market_map import Point, map_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Bullets, Cell, Figure, Paragraph, Rich, Section, Table, rich
from tam.report.market.plain import column, listed, method_note, named, outcome_words
from tam.report.rows import one_group, row

QUADRANTS = ("improve", "maintain", "secondary", "saturated")
MOST_NAMED = 3
"""Questions named as worth testing; the others stand in the table."""


def priorities_section(context: Context) -> Section:
    words = outcome_words(context)
    title = context.say("market.sections.priorities")
    found = context.part("effects", "importance_performance")
    placed = [one for one in found.get("constructs") or () if one.get("performance") is not None]
    if not placed:
        why = context.reason("effects", "importance_performance")
        return Section("priorities", title, (Absent(context.say("market.absent.map", reason=why)),))
    blocks: list[Block] = [Paragraph(context.say("market.text.map", **words))]
    if (found.get("middle") or {}).get("importance") is None:
        blocks.append(Absent(context.say("market.absent.one_driver")))
    blocks.append(Bullets(tuple(_placed_told(context, placed))))
    blocks.append(_constructs_figure(context, placed, found, words))
    blocks.extend(_item_blocks(context, found, words))
    return Section("priorities", title, tuple(blocks))


def _placed_told(context: Context, placed: Sequence[Mapping[str, Any]]) -> Iterator[Rich]:
    for quadrant in QUADRANTS:
        there = [one for one in placed if one.get("quadrant") == quadrant]
        if there:
            names = listed(context, [str(one["construct"]) for one in there])
            settled = [str(one["construct"]) for one in there if one.get("settled")]
            key = "settled" if len(settled) == len(there) else "open"
            told = context.say(f"market.quadrants.{quadrant}_told", drivers=names)
            yield (*told, *context.say(f"market.quadrants.{key}"))
    rest = [str(one["construct"]) for one in placed if one.get("quadrant") is None]
    if rest:
        yield context.say("market.quadrants.none_told", drivers=listed(context, rest))


def _constructs_figure(
    context: Context,
    placed: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any],
    words: Mapping[str, str],
) -> Figure:
    title = context.say("market.figures.map", **words)
    points = [
        Point(
            named(context, str(one["construct"])),
            one["std"],
            one["performance"],
            (one.get("std_ci_low"), one.get("std_ci_high")),
            (one.get("performance_ci_low"), one.get("performance_ci_high")),
            one.get("quadrant") == "improve",
        )
        for one in placed
        if one.get("std") is not None
    ]
    described = context.word("market.descriptions.map", **words)
    chart = map_chart(
        context,
        points,
        found["middle"],
        "market-map",
        context.word("market.figures.map", **words),
        described,
    )
    columns = (
        column(context, "driver", "name"),
        column(context, "quadrant", "name"),
        column(context, "strength"),
        column(context, "interval", level=context.level),
        column(context, "rating"),
        column(context, "interval", level=context.level),
        column(context, "n"),
    )
    data = Table("market-map-data", title, columns, one_group(_row(context, one) for one in placed))
    notes = (*_rule(context, found["middle"]), method_note(context))
    return Figure("market-map", title, described, chart, data, notes)


def _rule(context: Context, middle: Mapping[str, Any]) -> Iterator[Rich]:
    if middle.get("importance") is not None:
        told = {
            "strength": context.numbers.plain(middle["importance"]),
            "rating": context.numbers.plain(middle["performance"], 1),
        }
        yield context.say("market.notes.map_rule", **told)
    yield context.say("market.notes.map")


def quadrant_told(context: Context, one: Mapping[str, Any]) -> Rich:
    quadrant = one.get("quadrant")
    return context.say(f"market.quadrants.{quadrant}" if quadrant else "market.cannot_tell")


def _row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        named(context, str(one["construct"])),
        quadrant_told(context, one),
        numbers.plain(one.get("std")),
        numbers.interval(one.get("std_ci_low"), one.get("std_ci_high")),
        numbers.plain(one.get("performance"), 1),
        numbers.interval(one.get("performance_ci_low"), one.get("performance_ci_high"), 1),
        numbers.count(one.get("n")),
    )


def _item_blocks(context: Context, found: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Block]:
    items = [one for one in found.get("items") or () if one.get("performance") is not None]
    known = [one for one in items if one.get("std") is not None]
    if not known:
        yield Absent(context.say("market.absent.items"))
        return
    improve = [one for one in known if one.get("quadrant") == "improve"]
    improve.sort(key=lambda one: -float(one["std"]))
    if improve:
        wordings = [wording(context, str(one["item"])) for one in improve[:MOST_NAMED]]
        quoted = context.words.listed_rich(
            context.say("market.text.quoted", wording=text, driver=named(context, str(one["construct"])))
            for text, one in zip(wordings, improve)
        )
        yield Paragraph(context.say("market.text.items_first", items=quoted))
    else:
        yield Paragraph(context.say("market.text.items_none"))
    yield _items_figure(context, known, found["item_middle"], words)


def wording(context: Context, item: str) -> Rich:
    """What the respondents read, reversed questions marked; the item's name where there is no wording."""
    asked = context.part("study", "items", item)
    text = context.told(asked.get("text")) or rich(item)
    return context.say("market.text.reversed", wording=text) if asked.get("reverse") else text


def _items_figure(
    context: Context,
    items: Sequence[Mapping[str, Any]],
    middle: Mapping[str, Any],
    words: Mapping[str, str],
) -> Figure:
    title = context.say("market.figures.item_map", **words)
    points = [
        Point(str(one["item"]), one["std"], one["performance"], highlighted=one.get("quadrant") == "improve")
        for one in items
    ]
    described = context.word("market.descriptions.item_map", **words)
    chart = map_chart(
        context,
        points,
        middle,
        "market-item-map",
        context.word("market.figures.item_map", **words),
        described,
    )
    columns = (
        column(context, "item", "text"),
        column(context, "wording", "sentence"),
        column(context, "quadrant", "name"),
        column(context, "share"),
        column(context, "strength"),
        column(context, "rating"),
        column(context, "interval", level=context.level),
        column(context, "n"),
    )
    data = Table("market-item-map-data", title, columns, one_group(_item_row(context, one) for one in items))
    return Figure("market-item-map", title, described, chart, data, (context.say("market.notes.item_map"),))


def _item_row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        str(one["item"]),
        wording(context, str(one["item"])),
        quadrant_told(context, one),
        numbers.percent(one.get("share"), 0),
        numbers.plain(one.get("std")),
        numbers.plain(one.get("performance"), 1),
        numbers.interval(one.get("performance_ci_low"), one.get("performance_ci_high"), 1),
        numbers.count(one.get("n")),
    )
