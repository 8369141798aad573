"""Simple slopes at standard deviations and percentiles of the moderator, and their picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.charts.slopes import slopes_chart
from tam.report.context import Context
from tam.report.document import Cell, Column, Figure, Group, Table, rich
from tam.report.interactions import names_of
from tam.report.rows import interval_column, number_column, row


def level_name(context: Context, at: str) -> str:
    """``-1 sd`` and ``p16`` as a reader sees them."""
    if at[:1] == "p" and at[1:].replace(".", "", 1).isdigit():
        return context.word("levels.percentile", n=at[1:])
    key = f"at.{at.replace(' ', '_').replace('-', 'minus_').replace('+', 'plus_')}"
    return context.word(key) if key in context.words else at


def slopes_table(context: Context, one: Mapping[str, Any], index: int) -> Table:
    names = names_of(context, one)
    columns = (
        Column(context.say("columns.moderator_at", **names), "name"),
        number_column(context, "scale_value"),
        *(number_column(context, key) for key in ("b", "se", "z", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    percentiles = one.get("percentile_slopes") or ()
    groups = [Group(_rows(context, one.get("slopes") or ()), context.say("slope_groups.sd"))]
    notes = [context.say("notes.slopes", **names)]
    if percentiles:
        groups.append(Group(_rows(context, percentiles), context.say("slope_groups.percentiles")))
        notes.append(context.say("notes.slopes_percentiles"))
    else:
        groups = [Group(groups[0].rows)]
    title = context.say("tables.slopes", **names)
    return Table(f"slopes-{index + 1}", title, columns, tuple(groups), tuple(notes))


def _rows(context: Context, slopes: Sequence[Mapping[str, Any]]) -> tuple[tuple[Cell, ...], ...]:
    numbers = context.numbers
    return tuple(
        row(
            level_name(context, str(slope["at"])),
            numbers.plain(slope.get("moderator_scale")),
            numbers.plain(slope.get("est")),
            numbers.plain(slope.get("se")),
            numbers.plain(slope.get("z")),
            numbers.p(slope.get("p")),
            numbers.interval(slope.get("ci_low"), slope.get("ci_high")),
            numbers.plain(slope.get("std")),
        )
        for slope in slopes
    )


def slopes_figure(context: Context, one: Mapping[str, Any], index: int) -> Figure:
    numbers, names = context.numbers, names_of(context, one)
    labels = [level_name(context, str(line["at"])) for line in one["lines"]]
    scale = {str(slope["at"]): slope.get("moderator_scale") for slope in one.get("slopes") or ()}
    columns = (
        Column(context.say("columns.moderator_at", **names), "name"),
        number_column(context, "scale_value"),
        Column(rich(names["predictor"]), "number"),
        Column(context.say("columns.expected", **names), "number"),
    )
    groups = tuple(
        Group(
            tuple(
                row(
                    label,
                    numbers.plain(scale.get(str(line["at"])), 1),
                    numbers.plain(line["x"][end]),
                    numbers.plain(line["y"][end]),
                )
                for end in (0, -1)
            )
        )
        for label, line in zip(labels, one["lines"])
    )
    notes = [context.say("notes.slopes_figure", n=numbers.count(one.get("n")), **names)]
    if (one.get("johnson_neyman") or {}).get("histogram"):
        notes.append(context.say("notes.slopes_levels", **names))
    data = Table(f"slopes-data-{index + 1}", context.say("figures.slopes", **names), columns, groups)
    return Figure(
        f"slopes-{index + 1}",
        context.say("figures.slopes", **names),
        context.word("descriptions.slopes", **names),
        slopes_chart(context, one, labels),
        data,
        tuple(notes),
    )
