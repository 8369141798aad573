"""For whom: the latent interaction beside the composite one, simple slopes and their picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.slopes import slopes_chart
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Cell,
    Column,
    Figure,
    Group,
    Paragraph,
    Section,
    Subheading,
    Table,
    rich,
)
from tam.report.rows import interval_column, names_column, number_column, one_group, row


def moderation_section(context: Context) -> Section:
    title = context.say("sections.moderation")
    analyses = context.rows("moderation", "analyses")
    if not analyses:
        key = "absent.no_moderation" if not context.rows("study", "model", "moderations") else None
        text = context.say(key) if key else context.reason("moderation")
        return Section("moderation", title, (Absent(text),))
    blocks: list[Block] = []
    for index, one in enumerate(analyses):
        if len(analyses) > 1:
            blocks.append(Subheading(f"moderation-{index + 1}", rich(interaction(context, one))))
        blocks.extend(_analysis(context, one, index))
    return Section("moderation", title, tuple(blocks))


def interaction(context: Context, one: Mapping[str, Any]) -> str:
    """``Attitude × KOL credibility → Purchase intention``."""
    names = [context.label(str(one.get(key))) for key in ("predictor", "moderator", "outcome")]
    return f"{names[0]} × {names[1]} → {names[2]}"


def _analysis(context: Context, one: Mapping[str, Any], index: int) -> list[Block]:
    reason = context.reason("moderation", "analyses", str(index))
    if one.get("est") is None:
        return [Absent(context.say("absent.moderation", name=interaction(context, one), reason=reason))]
    measured = "text.moderation_method" if one.get("indicators") else "text.moderation_method_likelihood"
    blocks: list[Block] = [Paragraph(context.say(measured, **_method(context, one)))]
    if one.get("converged") is False or one.get("admissible") is False:
        blocks.append(Paragraph(context.say("text.moderation_not_trusted")))
    blocks.append(_interaction_table(context, one, index))
    if one.get("agreement"):
        blocks.append(Paragraph(context.say(f"text.agreement_{one['agreement']}")))
    if one.get("slopes"):
        blocks.append(_slopes_table(context, one, index))
    if one.get("lines"):
        blocks.append(_slopes_figure(context, one, index))
    return blocks


def _method(context: Context, one: Mapping[str, Any]) -> dict[str, str]:
    names = {key: context.label(str(one.get(key))) for key in ("predictor", "moderator", "outcome")}
    method = f"interaction_methods.{one.get('method')}"
    pairs = f"pairs.{one.get('pairs')}"
    return names | {
        "method": context.word(method) if method in context.words else str(one.get("method")),
        "pairs": context.word(pairs) if pairs in context.words else str(one.get("pairs")),
        "k": context.numbers.count(len(one.get("indicators") or ())),
        "n": context.numbers.count(one.get("n")),
    }


def _interaction_table(context: Context, one: Mapping[str, Any], index: int) -> Table:
    numbers = context.numbers
    columns = (
        names_column(context, "model"),
        *(number_column(context, key) for key in ("n", "b", "se", "statistic", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    rows = [_estimate_row(context, "models.latent", one, "z", numbers.plain(one.get("std")))]
    composite = one.get("composite")
    notes = [context.say("notes.interaction")]
    if composite:
        rows.append(_estimate_row(context, "models.composite", composite, "t", numbers.plain(None)))
        r2 = {
            "r2": numbers.bounded(composite.get("r2")),
            "delta_r2": numbers.bounded(composite.get("delta_r2"), 3),
        }
        notes.append(context.say("notes.interaction_composite", **r2))
    else:
        notes.append(
            context.say(
                "notes.no_composite", reason=context.reason("moderation", "analyses", str(index), "composite")
            )
        )
    title = context.say("tables.interaction", name=interaction(context, one))
    return Table(f"interaction-{index + 1}", title, columns, one_group(rows), tuple(notes))


def _estimate_row(
    context: Context, key: str, one: Mapping[str, Any], statistic: str, std: str
) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        context.say(key),
        numbers.count(one.get("n")),
        numbers.plain(one.get("est")),
        numbers.plain(one.get("se")),
        numbers.plain(one.get(statistic)),
        numbers.p(one.get("p")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        std,
    )


def _at(context: Context, at: str) -> str:
    key = f"at.{at.replace(' ', '_').replace('-', 'minus_').replace('+', 'plus_')}"
    return context.word(key) if key in context.words else at


def _slopes_table(context: Context, one: Mapping[str, Any], index: int) -> Table:
    numbers, moderator = context.numbers, context.label(str(one.get("moderator")))
    columns = (
        Column(context.say("columns.moderator_at", moderator=moderator), "name"),
        number_column(context, "scale_value"),
        *(number_column(context, key) for key in ("b", "se", "z", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    rows = [
        row(
            _at(context, str(slope["at"])),
            numbers.plain(slope.get("moderator_scale")),
            numbers.plain(slope.get("est")),
            numbers.plain(slope.get("se")),
            numbers.plain(slope.get("z")),
            numbers.p(slope.get("p")),
            numbers.interval(slope.get("ci_low"), slope.get("ci_high")),
            numbers.plain(slope.get("std")),
        )
        for slope in one["slopes"]
    ]
    names = {key: context.label(str(one.get(key))) for key in ("predictor", "outcome")}
    title = context.say("tables.slopes", moderator=moderator, **names)
    return Table(
        f"slopes-{index + 1}",
        title,
        columns,
        one_group(rows),
        (context.say("notes.slopes", moderator=moderator),),
    )


def _slopes_figure(context: Context, one: Mapping[str, Any], index: int) -> Figure:
    numbers = context.numbers
    names = {key: context.label(str(one.get(key))) for key in ("predictor", "moderator", "outcome")}
    labels = [_at(context, str(line["at"])) for line in one["lines"]]
    columns = (
        Column(context.say("columns.moderator_at", moderator=names["moderator"]), "name"),
        Column(rich(names["predictor"]), "number"),
        Column(context.say("columns.expected", outcome=names["outcome"]), "number"),
    )
    groups = tuple(
        Group(
            tuple(row(label, numbers.plain(line["x"][end]), numbers.plain(line["y"][end])) for end in (0, -1))
        )
        for label, line in zip(labels, one["lines"])
    )
    data = Table(f"slopes-data-{index + 1}", context.say("figures.slopes", **names), columns, groups)
    return Figure(
        f"slopes-{index + 1}",
        context.say("figures.slopes", **names),
        context.word("descriptions.slopes", **names),
        slopes_chart(context, one, labels),
        data,
        (context.say("notes.slopes_figure", n=numbers.count(one.get("n")), **names),),
    )
