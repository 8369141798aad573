"""Who answered and who counts: participant flow, screening rules, exclusions, missing answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.flow import flow_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Figure, Section, Subheading, Table
from tam.report.rows import names_column, number_column, one_group, row
from tam.report.sections.screening import missing_blocks, rule_name, screening_blocks


def sample_section(context: Context) -> Section:
    blocks: list[Block] = []
    if context.rows("flow"):
        blocks.append(flow_figure(context))
    else:
        blocks.append(Absent(context.reason("flow")))
    blocks.append(Subheading("screening", context.say("headings.screening")))
    if context.rows("screening", "rules"):
        blocks.extend(screening_blocks(context))
        blocks.append(Subheading("missing", context.say("headings.missing")))
        blocks.extend(missing_blocks(context))
    else:
        blocks.append(Absent(context.reason("screening")))
    return Section("sample", context.say("sections.sample"), tuple(blocks))


def step_name(context: Context, step: Mapping[str, Any]) -> str:
    name = str(step.get("step"))
    if step.get("rule") and step["rule"] != name:
        return context.word("steps.excluded", rule=rule_name(context, str(step["rule"])))
    return context.word(f"steps.{name}") if f"steps.{name}" in context.words else name


def flow_figure(context: Context) -> Figure:
    steps = context.rows("flow")
    labels = [step_name(context, step) for step in steps]
    columns = (
        names_column(context, "step"),
        number_column(context, "removed"),
        number_column(context, "left"),
    )
    rows = [
        row(label, context.numbers.count(step.get("n_removed")), context.numbers.count(step.get("n_left")))
        for label, step in zip(labels, steps)
    ]
    data = Table("flow-data", context.say("tables.flow"), columns, one_group(rows))
    read, used = steps[0].get("n_left"), steps[-1].get("n_left")
    told = {"read": context.numbers.count(read), "used": context.numbers.count(used)}
    svg = flow_chart(context, steps, labels)
    return Figure(
        "flow",
        context.say("figures.flow", **told),
        context.word("descriptions.flow", **told),
        svg,
        data,
        (context.say("notes.flow"),),
    )
