"""Who answered and who counts: participant flow, screening rules, exclusions, missing answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.flow import flow_chart
from tam.report.context import Context
from tam.report.document import Absent, Block, Column, Figure, Paragraph, Rich, Section, Subheading, Table
from tam.report.rows import cell, number_column, one_group, row, words_column

SHOWN_EXCLUSIONS = 40


def sample_section(context: Context) -> Section:
    blocks: list[Block] = []
    if context.rows("flow"):
        blocks.append(_flow_figure(context))
    else:
        blocks.append(Absent(context.reason("flow")))
    blocks.append(Subheading("screening", context.say("headings.screening")))
    if context.rows("screening", "rules"):
        blocks.append(Paragraph(_screening_sentence(context)))
        blocks.append(_rules_table(context))
        blocks.extend(_exclusions(context))
        blocks.append(Subheading("missing", context.say("headings.missing")))
        blocks.extend(_missing(context))
    else:
        blocks.append(Absent(context.reason("screening")))
    return Section("sample", context.say("sections.sample"), tuple(blocks))


def rule_name(context: Context, rule: str | None) -> str:
    key = f"rules.{rule}"
    return context.word(key) if key in context.words else str(rule or "")


def step_name(context: Context, step: Mapping[str, Any]) -> str:
    if step.get("rule"):
        return context.word("steps.excluded", rule=rule_name(context, str(step["rule"])))
    key = f"steps.{step.get('step')}"
    return context.word(key) if key in context.words else str(step.get("step"))


def _flow_figure(context: Context) -> Figure:
    steps = context.rows("flow")
    labels = [step_name(context, step) for step in steps]
    columns = (
        words_column(context, "step"),
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


def _screening_sentence(context: Context) -> Rich:
    part = context.part("screening")
    told = {name: context.numbers.count(part.get(f"n_{name}")) for name in ("read", "flagged", "excluded", "kept")}
    declared = context.rows("study", "screening", "exclude")
    rules = context.words.listed(rule_name(context, str(rule)) for rule in declared)
    key = "text.screening" if declared else "text.screening_none"
    return context.say(key, rules=rules, **told)


def _rules_table(context: Context) -> Table:
    columns = (
        words_column(context, "rule"),
        words_column(context, "parameters"),
        number_column(context, "flagged"),
        words_column(context, "consequence"),
    )
    rows = []
    for rule in context.rows("screening", "rules"):
        if not rule.get("applicable", True):
            reason = context.foreign(str(rule["reason"])) if rule.get("reason") else ()
            consequence = (*context.say("values.not_applicable"), *context.say("absent.because", reason=reason))
            rows.append(row(rule_name(context, rule["rule"]), "", context.numbers.count(None), cell(consequence)))
            continue
        consequence = context.say("values.excludes" if rule.get("excludes") else "values.flags_only")
        rows.append(
            row(
                rule_name(context, rule["rule"]),
                _parameters(context, rule.get("parameters") or {}),
                context.numbers.count(rule.get("n_flagged")),
                consequence,
            )
        )
    return Table(
        "screening", context.say("tables.screening"), columns, one_group(rows), (context.say("notes.screening"),)
    )


def _parameters(context: Context, parameters: Mapping[str, Any]) -> str:
    """The thresholds of a rule: ``limit 0.2``; names without a word of their own are shown as they are."""
    shown = []
    for name, value in parameters.items():
        key = f"parameters.{name}"
        label = context.word(key) if key in context.words else str(name)
        shown.append(f"{label} {_value(context, value)}".strip())
    return context.word("list.clause").join(shown)


def _value(context: Context, value: Any) -> str:
    if isinstance(value, bool):
        return context.word("values.yes" if value else "values.no")
    if isinstance(value, (list, tuple)):
        return context.word("list.comma").join(_value(context, one) for one in value)
    if isinstance(value, Mapping):
        pairs = (f"{name}: {_value(context, one)}" for name, one in value.items())
        return context.word("list.comma").join(pairs)
    if isinstance(value, float):
        return f"{value:.4g}".replace("-", "\u2212")
    return "" if value is None else str(value)


def _exclusions(context: Context) -> list[Block]:
    excluded = context.rows("screening", "excluded")
    if not excluded:
        return [Paragraph(context.say("text.nobody_excluded"))]
    columns = (
        number_column(context, "row"),
        words_column(context, "rule"),
        Column(context.say("columns.value"), "number"),
        Column(context.say("columns.threshold"), "number"),
    )
    rows = [
        row(
            str(one.get("row")),
            rule_name(context, one.get("rule")),
            _value(context, one.get("value")),
            _value(context, one.get("threshold")),
        )
        for one in excluded[:SHOWN_EXCLUSIONS]
    ]
    notes = [context.say("notes.exclusions")]
    if len(excluded) > SHOWN_EXCLUSIONS:
        counts = {"shown": str(SHOWN_EXCLUSIONS), "total": context.numbers.count(len(excluded))}
        notes.append(context.say("notes.exclusions_more", **counts))
    return [Table("exclusions", context.say("tables.exclusions"), columns, one_group(rows), tuple(notes))]


def _missing(context: Context) -> list[Block]:
    entries = [one for one in context.rows("screening", "missing") if one.get("n_missing")]
    if not entries:
        return [Paragraph(context.say("text.nothing_missing"))]
    columns = (
        words_column(context, "item"),
        number_column(context, "missing"),
        number_column(context, "share"),
        words_column(context, "reasons"),
    )
    rows = [
        row(
            str(one["item"]),
            context.numbers.count(one["n_missing"]),
            context.numbers.percent(one.get("share")),
            _reasons(context, one.get("reasons") or {}),
        )
        for one in entries
    ]
    notes = (context.say(f"notes.missing_{_missing_method(context)}"),)
    return [Table("missing", context.say("tables.missing"), columns, one_group(rows), notes)]


def _missing_method(context: Context) -> str:
    return "fiml" if context.get("structure", "missing") == "fiml" else "listwise"


def _reasons(context: Context, reasons: Mapping[str, Any]) -> str:
    shown = []
    for reason, count in reasons.items():
        key = f"missing_reasons.{reason}"
        name = context.word(key) if key in context.words else str(reason)
        shown.append(f"{name} ({context.numbers.count(count)})")
    return context.word("list.clause").join(shown)
