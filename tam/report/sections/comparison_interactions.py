"""Interactions over one grouping: compared on observed scores, the latent ones not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Group, Paragraph, Rich, Table
from tam.report.rows import interval_column, names_column, number_column
from tam.report.sections.comparison_names import group_labels, grouping_head
from tam.report.sections.comparison_paths import against_reference


def interaction_blocks(context: Context, grouping: Mapping[str, Any], index: int) -> list[Block]:
    """Nothing where the model has no interaction."""
    if not context.rows("study", "model", "moderations"):
        return []
    found = grouping.get("interactions")
    if not found:
        reason = context.reason("comparison", "groupings", str(index), "interactions")
        return [Absent(context.say("absent.group_interactions", reason=reason))]
    return [Paragraph(_sentence(context, found)), _table(context, grouping, found, index)]


def interaction_name(context: Context, one: Mapping[str, Any]) -> str:
    """``Attitude × KOL credibility → Purchase intention``."""
    names = [context.label(str(one[key])) for key in ("predictor", "moderator", "outcome")]
    return f"{names[0]} × {names[1]} → {names[2]}"


def _sentence(context: Context, found: Mapping[str, Any]) -> Rich:
    differing = [
        interaction_name(context, one) for one in found["interactions"] if one["p_holm"] < context.alpha
    ]
    key = "text.group_interactions_differ" if differing else "text.group_interactions_alike"
    told = {"names": context.words.listed(differing)}
    return (*context.say("text.group_interactions_head"), *context.say(key, **told))


def _table(context: Context, grouping: Mapping[str, Any], found: Mapping[str, Any], index: int) -> Table:
    labels, numbers = group_labels(context, grouping), context.numbers
    columns = (
        names_column(context, "pair"),
        *(number_column(context, key) for key in ("b_difference", "se", "t", "p")),
        interval_column(context),
    )
    groups = []
    for one in found["interactions"]:
        told = {
            "name": interaction_name(context, one),
            "slope": numbers.plain(one.get("est")),
            "chisq": numbers.plain(one.get("chisq")),
            "df": numbers.degrees(one.get("df")),
            "p": numbers.p_equals(one.get("p_holm")),
        }
        rows = [against_reference(context, labels, found["reference"], other) for other in one["groups"]]
        groups.append(Group(tuple(rows), context.say("list.reference_interaction", **told)))
    reference = labels.get(found["reference"], found["reference"])
    return Table(
        f"group-interactions-{index + 1}",
        context.say("tables.group_interactions", by=grouping_head(context, grouping)),
        columns,
        tuple(groups),
        (context.say("notes.group_interactions", reference=reference),),
    )
