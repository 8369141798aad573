"""Construct scores across groups: means with intervals, Welch tests, pairwise comparisons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.captions import group_sizes
from tam.report.charts.groups import groups_chart
from tam.report.charts.parts import MOST_ROWS, in_parts, part_key, part_title
from tam.report.context import Context
from tam.report.document import Absent, Block, Figure, Group, Paragraph, Rich, Table, rich
from tam.report.rows import interval_column, names_column, number_column, one_group, row
from tam.report.sections.comparison_names import group_labels, grouping_head, pair_name
from tam.report.sections.comparison_pairs import shortened
from tam.report.sections.pasted import excludes_zero


def score_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """Means, tests and pairs of the observed scores of one grouping."""
    compared = [one for one in grouping.get("constructs") or () if one.get("means")]
    if not compared:
        return [Absent(context.say("absent.scores"))]
    blocks: list[Block] = [Paragraph(_opening(context, grouping))]
    blocks += _means_figures(context, grouping, compared, index)
    blocks.append(_welch_table(context, grouping, compared, index))
    if any(one.get("pairs") for one in compared):
        blocks.append(Paragraph(_differing_pairs(context, grouping, compared)))
        blocks.append(_pairs_table(context, grouping, compared, index))
    return blocks


def _opening(context: Context, grouping: Mapping[str, Any]) -> Rich:
    """What the scores are, and a caution where the scales are not shown to measure the same."""
    level = (grouping.get("invariance") or {}).get("level") or {}
    caution = context.say("text.scores_caution") if level and not level.get("means") else ()
    return (*context.say("text.scores_head"), *caution)


def _means_figures(
    context: Context, grouping: Mapping[str, Any], compared: list[Mapping[str, Any]], index: int
) -> list[Figure]:
    """Every construct in every group, in parts where there are many."""
    parts = in_parts([len(one["means"]) + 1 for one in compared], MOST_ROWS)
    return [
        _means_figure(
            context,
            grouping,
            compared[part],
            part_key(f"means-{index + 1}", nth, len(parts)),
            (nth, len(parts)),
        )
        for nth, part in enumerate(parts)
    ]


def _means_figure(
    context: Context,
    grouping: Mapping[str, Any],
    compared: list[Mapping[str, Any]],
    key: str,
    part: tuple[int, int],
) -> Figure:
    labels, numbers = group_labels(context, grouping), context.numbers
    columns = (
        names_column(context, "group"),
        *(number_column(context, key) for key in ("n", "mean", "sd")),
        interval_column(context),
    )
    groups = []
    for one in compared:
        rows = [
            row(
                labels.get(group, group),
                numbers.count(mean.get("n")),
                numbers.plain(mean.get("mean")),
                numbers.plain(mean.get("sd")),
                numbers.interval(mean.get("ci_low"), mean.get("ci_high")),
            )
            for group, mean in one["means"].items()
        ]
        groups.append(Group(tuple(rows), rich(context.label(one["construct"]))))
    by = grouping_head(context, grouping)
    said = context.text(grouping.get("label")) or str(grouping.get("by"))
    sizes = group_sizes(context, grouping.get("groups") or (), labels)
    data = Table(f"{key}-data", context.say("tables.means", by=by), columns, tuple(groups))
    return Figure(
        key,
        part_title(context, context.say("figures.means", by=said), *part),
        context.word("descriptions.means", by=said),
        groups_chart(context, compared, labels, key, said),
        data,
        (context.say("notes.means", level=context.level), *sizes),
    )


def _welch_table(
    context: Context, grouping: Mapping[str, Any], compared: list[Mapping[str, Any]], index: int
) -> Table:
    numbers = context.numbers
    columns = (
        names_column(context, "construct"),
        *(number_column(context, key) for key in ("f", "df1", "df2", "p", "p_holm", "eta_squared")),
    )
    rows = []
    for one in compared:
        welch = one.get("welch") or {}
        rows.append(
            row(
                context.named(one["construct"]),
                numbers.plain(welch.get("F")),
                numbers.degrees(welch.get("df1")),
                numbers.degrees(welch.get("df2")),
                numbers.p(welch.get("p")),
                numbers.p(welch.get("p_holm")),
                numbers.bounded(welch.get("eta_squared"), 3),
            )
        )
    by = grouping_head(context, grouping)
    note = context.say("notes.welch")
    return Table(f"welch-{index + 1}", context.say("tables.welch", by=by), columns, one_group(rows), (note,))


def _differing_pairs(
    context: Context, grouping: Mapping[str, Any], compared: list[Mapping[str, Any]]
) -> Rich:
    """The pairs of groups whose adjusted interval excludes zero, by construct."""
    labels = group_labels(context, grouping)
    told = []
    for one in compared:
        pairs = [pair_name(labels, pair) for pair in one.get("pairs") or () if excludes_zero(pair)]
        if pairs:
            values = {"construct": context.label(one["construct"]), "pairs": context.words.listed(pairs)}
            told.append(context.word("list.in_construct", **values))
    if not told:
        return context.say("text.pairs_alike")
    return context.say("text.pairs_differ", pairs=context.word("list.clause").join(told))


def _pairs_table(
    context: Context, grouping: Mapping[str, Any], compared: list[Mapping[str, Any]], index: int
) -> Block:
    labels, numbers = group_labels(context, grouping), context.numbers
    columns = (
        names_column(context, "pair"),
        *(number_column(context, key) for key in ("difference", "se", "t", "df", "p_adjusted")),
        interval_column(context),
        number_column(context, "hedges_g"),
    )
    groups = []
    for one in compared:
        rows = []
        for pair in one.get("pairs") or ():
            rows.append(
                row(
                    pair_name(labels, pair),
                    numbers.plain(pair.get("diff")),
                    numbers.plain(pair.get("se")),
                    numbers.plain(pair.get("t")),
                    numbers.degrees(pair.get("df")),
                    numbers.p(pair.get("p")),
                    numbers.interval(pair.get("ci_low"), pair.get("ci_high")),
                    numbers.plain(pair.get("hedges_g")),
                )
            )
        groups.append(Group(tuple(rows), rich(context.label(one["construct"]))))
    by = grouping_head(context, grouping)
    notes = (context.say("notes.pairs", level=context.level),)
    table = Table(
        f"pairs-{index + 1}",
        context.say("tables.pairs", by=by),
        columns,
        tuple(groups),
        notes,
        folded=context.say("folded.pairs", n=context.numbers.count(sum(len(group.rows) for group in groups))),
    )
    significant = [[excludes_zero(pair) for pair in one.get("pairs") or ()] for one in compared]
    return shortened(context, table, significant, "constructs[].pairs", index)
