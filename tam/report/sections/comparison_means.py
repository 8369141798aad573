"""Latent means over one grouping, where the groups allow them to be compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Column, Group, Paragraph, Rich, Table, rich
from tam.report.grouped_model import differing_means
from tam.report.rows import interval_column, names_column, number_column, one_group, row
from tam.report.sections.comparison_names import group_labels, grouping_head, pair_name
from tam.report.sections.comparison_pairs import is_significant, shortened

_REFERENCE_UNIT = "reference_sd"


def mean_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """The sentence on latent means and the table of their differences; why not, where there are none."""
    means = grouping["invariance"].get("means")
    if not means:
        reason = context.reason("comparison", "groupings", str(index), "invariance", "means")
        return [Absent(context.say("absent.latent_means", reason=reason))]
    return [
        Paragraph(_sentence(context, means)),
        _means_table(context, grouping, means, index),
        _pairs_table(context, grouping, means, index),
    ]


def _sentence(context: Context, means: Mapping[str, Any]) -> Rich:
    differing = [context.label(one) for one in differing_means(context, means)]
    told = {
        "n": context.numbers.count(len(means["constructs"])),
        "constructs": context.words.listed(differing),
    }
    key = "text.latent_means_differ" if differing else "text.latent_means_alike"
    return (*context.say("text.latent_means_head"), *context.say(key, **told))


def _means_table(
    context: Context, grouping: Mapping[str, Any], means: Mapping[str, Any], index: int
) -> Table:
    """Means against the reference and the test that all groups have the same."""
    labels, numbers = group_labels(context, grouping), context.numbers
    groups = [str(one["id"]) for one in grouping["invariance"]["groups"]]
    columns = (
        names_column(context, "construct"),
        *(Column(rich(labels.get(group, group)), "number") for group in groups),
        *(number_column(context, key) for key in ("wald", "p_holm")),
    )
    rows = []
    for one in means["constructs"]:
        test = one.get("overall") or {}
        said = numbers.with_degrees(test.get("chisq"), test.get("df"))
        rows.append(
            row(
                context.named(str(one["construct"])),
                *(
                    numbers.degrees(one["means"].get(group))
                    if group == means["reference"]
                    else numbers.plain(one["means"].get(group))
                    for group in groups
                ),
                said,
                numbers.p(test.get("p_holm")),
            )
        )
    unit = "reference" if {one["unit"] for one in means["constructs"]} == {_REFERENCE_UNIT} else "item"
    reference = labels.get(means["reference"], means["reference"])
    return Table(
        f"latent-means-{index + 1}",
        context.say("tables.latent_means", by=grouping_head(context, grouping)),
        columns,
        one_group(rows),
        (context.say(f"notes.latent_means_{unit}", reference=reference),),
    )


def _pairs_table(
    context: Context, grouping: Mapping[str, Any], means: Mapping[str, Any], index: int
) -> Block:
    labels, numbers = group_labels(context, grouping), context.numbers
    columns = (
        names_column(context, "pair"),
        *(number_column(context, key) for key in ("latent_difference", "se", "p_holm")),
        interval_column(context),
        number_column(context, "d"),
        number_column(context, "d_interval", level=context.level),
    )
    groups = []
    for one in means["constructs"]:
        rows = [
            row(
                pair_name(labels, pair["test"]),
                numbers.plain(pair["test"].get("diff")),
                numbers.plain(pair["test"].get("se")),
                numbers.p(pair["test"].get("p_holm")),
                numbers.interval(pair["test"].get("ci_low"), pair["test"].get("ci_high")),
                numbers.plain(pair.get("d")),
                numbers.interval(pair.get("d_ci_low"), pair.get("d_ci_high")),
            )
            for pair in one["pairs"]
        ]
        groups.append(Group(tuple(rows), rich(context.label(str(one["construct"])))))
    n = sum(len(group.rows) for group in groups)
    table = Table(
        f"latent-mean-pairs-{index + 1}",
        context.say("tables.latent_mean_pairs", by=grouping_head(context, grouping)),
        columns,
        tuple(groups),
        (context.say("notes.latent_mean_pairs"),),
        folded=context.say("folded.latent_mean_pairs", n=numbers.count(n)),
    )
    significant = [
        [is_significant(context, pair["test"].get("p_holm")) for pair in one["pairs"]]
        for one in means["constructs"]
    ]
    return shortened(context, table, significant, "invariance.means.constructs[].pairs", index)
