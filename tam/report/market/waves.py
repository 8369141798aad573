"""Waves of one study beside each other; why not, where there is one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.charts.market_rows import Marked, Rows, rows_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Figure, Group, Section, Table, rich
from tam.report.market.plain import column, named
from tam.report.market.segments import WAVE, grouping_blocks
from tam.report.rows import row
from tam.report.sections.comparison_names import group_labels

Tops = tuple[str, Mapping[str, Mapping[str, Any]]]
"""A construct, and by wave who is at the top of its scale."""


def waves_section(context: Context) -> Section:
    title = context.say("market.sections.waves")
    for index, grouping in enumerate(context.rows("comparison", "groupings")):
        if grouping.get("by") == WAVE:
            blocks: list[Block] = [*grouping_blocks(context, grouping, index)]
            blocks.extend(_top_two(context, grouping))
            return Section("waves", title, tuple(blocks))
    files = context.rows("study", "data", "files")
    key = "no_wave_groups" if len(files) > 1 else "one_wave"
    return Section("waves", title, (Absent(context.say(f"market.absent.{key}")),))


def _top_two(context: Context, grouping: Mapping[str, Any]) -> Iterator[Figure]:
    """Who is at the top of the scale in each wave; nothing where no score has a scale."""
    labels = group_labels(context, grouping)
    compared: list[Tops] = [
        (
            named(context, str(one["construct"])),
            {wave: own["top_two"] for wave, own in one["means"].items()},
        )
        for one in grouping.get("constructs") or ()
        if all(mean.get("top_two") for mean in one["means"].values())
    ]
    if not compared:
        return
    title, described = context.say("market.figures.wave_tops"), context.word("market.descriptions.wave_tops")
    groups = tuple(
        (name, tuple(_mark(context, labels.get(wave, wave), top) for wave, top in tops.items()))
        for name, tops in compared
    )
    rows = Rows(groups, context.word("market.axes.top_two"), zero=True, percent=True)
    chart = rows_chart(context, rows, "market-wave-tops", context.word("market.figures.wave_tops"), described)
    note = context.say("market.notes.box_scores", level=context.level)
    yield Figure("market-wave-tops", title, described, chart, _data(context, compared, labels), (note,))


def _mark(context: Context, label: str, top: Mapping[str, Any]) -> Marked:
    shown = context.numbers.percent(top["share"], 0)
    return Marked(label, top["share"], top["ci_low"], top["ci_high"], shown)


def _data(context: Context, compared: list[Tops], labels: Mapping[str, str]) -> Table:
    columns = (
        column(context, "segment", "name"),
        column(context, "top_two"),
        column(context, "interval", level=context.level),
        column(context, "n"),
    )
    groups = tuple(
        Group(tuple(_row(context, labels.get(wave, wave), top) for wave, top in tops.items()), rich(name))
        for name, tops in compared
    )
    return Table("market-wave-tops-data", context.say("market.figures.wave_tops"), columns, groups)


def _row(context: Context, label: str, top: Mapping[str, Any]) -> tuple[Cell, ...]:
    percent = context.numbers.percent
    between = context.say("market.from_to", low=percent(top["ci_low"]), high=percent(top["ci_high"]))
    return row(label, percent(top["share"]), between, context.numbers.count(top["n"]))
