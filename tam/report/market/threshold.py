"""From which rating of the moderator on a driver matters, and how many respondents are there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tam.report.charts.market_threshold import threshold_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Figure, Group, Paragraph, Rich, Section, Table
from tam.report.interactions import FEW, bound_values, observed_bounds, region_of, region_pieces
from tam.report.market.plain import clear, column, ends_told, named, outcome_of, within
from tam.report.rows import row


@dataclass(frozen=True, slots=True)
class Threshold:
    """``figure``: in a few words for a card; ``shown``: whether the answers tell anything."""

    figure: Rich
    sentence: Rich
    shown: bool


def moderations(context: Context) -> list[tuple[int, Mapping[str, Any]]]:
    """The moderations that could be estimated, with their places; those of the outcome first."""
    found = [
        (index, one)
        for index, one in enumerate(context.rows("moderation", "analyses"))
        if one.get("est") is not None
    ]
    end = outcome_of(context)
    return sorted(found, key=lambda pair: pair[1].get("outcome") != end)


def moderation_of(context: Context) -> Mapping[str, Any] | None:
    found = moderations(context)
    return found[0][1] if found else None


def threshold_section(context: Context) -> Section:
    title, found = context.say("market.sections.threshold"), moderations(context)
    if not found:
        asked = context.rows("study", "model", "moderations")
        why = context.reason("moderation") if asked else context.say("market.absent.no_moderation")
        return Section("threshold", title, (Absent(why),))
    blocks: list[Block] = []
    for index, one in found:
        blocks.append(Paragraph(threshold_told(context, one).sentence, "lead"))
        region = region_of(one)
        if region is None:
            reason = context.reason("moderation", "analyses", str(index), "johnson_neyman")
            blocks.append(Absent(context.say("market.absent.threshold", reason=reason)))
            continue
        blocks.append(Paragraph(_few_told(context, one, region)))
        if region.get("histogram"):
            blocks.append(_figure(context, one, region, index))
    return Section("threshold", title, tuple(blocks))


def names_told(context: Context, one: Mapping[str, Any]) -> dict[str, str]:
    keys = ("predictor", "moderator", "outcome")
    told = {key: within(context, str(one.get(key))) for key in keys}
    told |= {f"{key}_head": named(context, str(one.get(key))) for key in keys}
    ends = ends_told(context, str(one.get("moderator")))
    return told | {"scale": context.word("market.on_scale", ends=ends) if ends else ""}


def main_piece(one: Mapping[str, Any], region: Mapping[str, Any]) -> tuple[str, bool, float] | None:
    """The part of the region that holds most respondents."""
    return max(region_pieces(one, region), key=lambda piece: piece[2], default=None)


def threshold_told(context: Context, one: Mapping[str, Any]) -> Threshold:
    told, region = names_told(context, one), region_of(one)
    if not clear(one.get("ci_low"), one.get("ci_high")):
        key = "market.threshold.not_shown"
        return Threshold(context.say("market.cannot_tell"), context.say(key, **told), False)
    rising = "rising" if one["est"] > 0 else "falling"
    depends = context.say("market.threshold.depends") if _depends(one) else ()
    piece = main_piece(one, region) if region is not None else None
    if region is None or piece is None:
        figure = context.say(f"market.threshold.{rising}_figure", **told)
        return Threshold(figure, (*context.say(f"market.threshold.{rising}", **told), *depends), True)
    part, positive, share = piece
    told |= bound_values(context, part, observed_bounds(region))
    told["share"] = context.numbers.percent(share, 0)
    sign = "more" if positive else "less"
    sentence = context.say(f"market.threshold.{part}_{sign}", **told)
    if part == "everywhere":
        sentence = (*sentence, *context.say(f"market.threshold.{rising}_also", **told))
    figure = context.say(f"market.threshold.{part}_figure", **told)
    return Threshold(figure, (*sentence, *depends), True)


def _depends(one: Mapping[str, Any]) -> bool:
    """Whether other estimators of the interaction decide otherwise."""
    return ((one.get("triangulation") or {}).get("verdict") or {}).get("kind") == "depends"


def _few_told(context: Context, one: Mapping[str, Any], region: Mapping[str, Any]) -> Rich:
    """What a threshold is, and that hardly anybody stands at its other end where that is so."""
    text = context.say("market.text.threshold", **names_told(context, one))
    small = [share for *_, share in region_pieces(one, region) if share < FEW]
    if len(list(region_pieces(one, region))) == 2 and small:
        share = context.numbers.percent(min(small), 1)
        text = (*text, *context.say("market.text.threshold_few", share=share))
    return text


def _figure(context: Context, one: Mapping[str, Any], region: Mapping[str, Any], index: int) -> Figure:
    told = names_told(context, one)
    key = f"market-threshold-{index + 1}"
    title = context.say("market.figures.threshold", **told)
    described = context.word("market.descriptions.threshold", **told)
    chart = threshold_chart(
        context, one, region, key, context.word("market.figures.threshold", **told), described
    )
    note = context.say(
        "market.notes.threshold",
        n=context.numbers.count(region["n"]),
        level=context.numbers.level(region.get("level")),
        **told,
    )
    return Figure(key, title, described, chart, _data(context, one, region, key, title), (note,))


def _data(
    context: Context, one: Mapping[str, Any], region: Mapping[str, Any], key: str, title: Rich
) -> Table:
    numbers, bounds = context.numbers, observed_bounds(region)
    columns = (
        column(context, "rating_of", "name", moderator=named(context, str(one["moderator"]))),
        column(context, "people"),
        column(context, "share_people"),
    )
    pieces: list[tuple[Cell, ...]] = [
        row(
            context.say(f"market.pieces.{part}", **bound_values(context, part, bounds)),
            numbers.plain(None),
            numbers.percent(share),
        )
        for part, _, share in region_pieces(one, region)
    ]
    edges, counts = region["histogram"]["edges"], region["histogram"]["counts"]
    bars = [
        row(
            context.say("market.from_to", low=numbers.plain(edges[i]), high=numbers.plain(edges[i + 1])),
            numbers.count(count),
            numbers.plain(None),
        )
        for i, count in enumerate(counts)
    ]
    groups = (
        Group(tuple(pieces), context.say("market.pieces.head")),
        Group(tuple(bars), context.say("market.pieces.answers")),
    )
    return Table(f"{key}-data", title, columns, tuple(group for group in groups if group.rows))
