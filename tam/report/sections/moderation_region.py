"""For whom: the Johnson-Neyman region as a sentence, a table and a picture over the respondents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.charts.johnson_neyman import johnson_neyman_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Column, Figure, Group, Paragraph, Table, rich
from tam.report.interactions import (
    bound_values,
    curve_of,
    names_of,
    observed_bounds,
    region_of,
    region_pieces,
    region_told,
)
from tam.report.rows import interval_column, number_column, one_group, row, words_column


def region_blocks(context: Context, one: Mapping[str, Any], index: int) -> Iterator[Block]:
    """Nothing for results that were written before regions were."""
    if "johnson_neyman" not in one:
        return
    told, region = region_told(context, one), region_of(one)
    if told is None or region is None:
        reason = context.reason("moderation", "analyses", str(index), "johnson_neyman")
        yield Absent(context.say("absent.johnson_neyman", reason=reason))
        return
    key, values = told
    yield Paragraph(context.say(f"findings.{key}", **values), "lead")
    if not _shown(one):
        yield Paragraph(context.say("text.region_without_interaction", **names_of(context, one)))
    if region.get("curve") and region.get("histogram"):
        yield _figure(context, one, region, index)
    else:
        yield Absent(context.say("absent.johnson_neyman_figure", **names_of(context, one)))
    yield _table(context, one, region, index)


def _shown(one: Mapping[str, Any]) -> bool:
    """Whether the interval of the interaction leaves out zero."""
    low, high = one.get("ci_low"), one.get("ci_high")
    return low is not None and high is not None and not low <= 0 <= high


def _table(context: Context, one: Mapping[str, Any], region: Mapping[str, Any], index: int) -> Table:
    numbers, names = context.numbers, names_of(context, one)
    columns = (
        Column(rich(names["moderator"]), "text"),
        number_column(context, "share_of_respondents"),
        words_column(context, "effect_sign"),
    )
    bounds, pieces = observed_bounds(region), list(region_pieces(one, region))
    rows = [
        row(
            context.say(f"region_rows.{part}", **bound_values(context, part, bounds)),
            numbers.percent(share),
            context.say(f"region_rows.{'positive' if positive else 'negative'}"),
        )
        for part, positive, share in pieces
    ]
    if not pieces:
        whole, shown = (context.say(f"region_rows.{key}") for key in ("everywhere", "not_shown"))
        rows.append(row(whole, numbers.percent(None), shown))
    if len(pieces) == 2:
        share = numbers.percent(region["share_in_region"])
        rows.append(row(context.say("region_rows.together"), share, numbers.plain(None)))
    told = names | {
        "n": numbers.count(region["n"]),
        "level": numbers.level(region.get("level")),
        "critical": numbers.plain(region.get("critical")),
    }
    notes = [context.say("notes.region", **told)]
    beyond = [
        numbers.plain(one["moderator_scale"]) for one in region.get("bounds") or () if not one.get("observed")
    ]
    if beyond:
        notes.append(context.say("notes.region_unobserved", bounds=context.words.listed(beyond)))
    title = context.say("tables.region", **names)
    return Table(f"region-{index + 1}", title, columns, one_group(rows), tuple(notes))


def _figure(context: Context, one: Mapping[str, Any], region: Mapping[str, Any], index: int) -> Figure:
    names, numbers = names_of(context, one), context.numbers
    level = numbers.level(region.get("level"))
    title = context.say("figures.johnson_neyman", **names)
    return Figure(
        f"johnson-neyman-{index + 1}",
        title,
        context.word("descriptions.johnson_neyman", **names),
        johnson_neyman_chart(context, one, region, f"johnson-neyman-{index + 1}"),
        Table(
            f"johnson-neyman-data-{index + 1}",
            title,
            _data_columns(context, names),
            _data(context, one, region),
        ),
        (context.say("notes.johnson_neyman", n=numbers.count(region["n"]), level=level, **names),),
    )


def _data_columns(context: Context, names: Mapping[str, str]) -> tuple[Column, ...]:
    return (
        Column(rich(names["moderator"]), "name"),
        number_column(context, "effect_at"),
        interval_column(context),
        number_column(context, "respondents_there"),
    )


def _data(context: Context, one: Mapping[str, Any], region: Mapping[str, Any]) -> tuple[Group, ...]:
    numbers = context.numbers
    none = numbers.plain(None)
    curve = tuple(
        row(
            numbers.plain(point["moderator_scale"]),
            numbers.plain(point["est"]),
            numbers.interval(point["ci_low"], point["ci_high"]),
            none,
        )
        for point in curve_of(region)
    )
    edges, counts = region["histogram"]["edges"], region["histogram"]["counts"]
    bars = tuple(
        row(
            context.say("levels.from_to", low=numbers.plain(edges[i]), high=numbers.plain(edges[i + 1])),
            *(none, none),
            numbers.count(count),
        )
        for i, count in enumerate(counts)
    )
    shares = tuple(
        row(
            context.say(f"marks.{'positive' if positive else 'negative'}", share=numbers.percent(share)),
            *(none, none, none),
        )
        for _, positive, share in region_pieces(one, region)
    )
    return (
        Group(curve, context.say("slope_groups.effect_at")),
        Group(bars, context.say("slope_groups.respondents")),
        Group(shares),
    )
