"""Do the paths hold: the path diagram, model fit, explained variance, every path."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.coefficients import coefficient_figures
from tam.report.context import Context
from tam.report.diagram.block import diagram_figures
from tam.report.document import Absent, Block, Paragraph, Rich, Section, Table
from tam.report.rows import (
    cell,
    interval_column,
    names_column,
    number_column,
    one_group,
    row,
    sentences_column,
    words_column,
)
from tam.report.sections.fit import fit_table
from tam.report.sections.local_fit import local_fit_blocks


def structure_section(context: Context) -> Section:
    if not context.rows("structure", "estimates"):
        absent = (Absent(context.reason("structure")),)
        return Section("structure", context.say("sections.structure"), absent)
    blocks: list[Block] = []
    blocks.extend(diagram_figures(context))
    blocks.extend(coefficient_figures(context))
    blocks.append(_paths_table(context))
    blocks.append(fit_table(context))
    blocks.extend(local_fit_blocks(context))
    blocks.append(_variance_table(context))
    blocks.append(Paragraph(engines_sentence(context)))
    return Section("structure", context.say("sections.structure"), tuple(blocks))


def regressions(context: Context) -> list[Mapping[str, Any]]:
    """The structural paths among the estimates, in the order of the model; loadings left out."""
    return [one for one in context.rows("structure", "estimates") if one.get("op") == "~"]


def _paths_table(context: Context) -> Table:
    numbers = context.numbers
    columns = (
        names_column(context, "path"),
        words_column(context, "hypothesis"),
        *(number_column(context, key) for key in ("b", "se", "z", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    hypotheses = {
        (one["outcome"], one["predictor"]): one.get("hypothesis")
        for one in context.rows("study", "model", "paths")
    }
    rows = []
    for one in regressions(context):
        hypothesis = hypotheses.get((one["lhs"], one["rhs"]))
        rows.append(
            row(
                f"{context.label(one['rhs'])} → {context.label(one['lhs'])}",
                hypothesis or "",
                numbers.plain(one.get("est")),
                numbers.plain(one.get("se")),
                numbers.plain(one.get("z")),
                numbers.p(one.get("p")),
                numbers.interval(one.get("ci_low"), one.get("ci_high")),
                numbers.plain(one.get("std")),
            )
        )
    return Table(
        "paths",
        context.say("tables.paths"),
        columns,
        one_group(rows),
        (context.say("notes.paths", level=context.level),),
    )


def _variance_table(context: Context) -> Table | Absent:
    latents = context.part("study", "constructs")
    values = {
        name: value
        for name, value in context.part("structure", "r2").items()
        if isinstance(value, (int, float)) and (name in latents or not latents)
    }
    outcomes = {one["lhs"] for one in regressions(context)}
    shown = {name: value for name, value in values.items() if name in outcomes}
    if not shown:
        return Absent(context.reason("structure", "r2"))
    columns = (
        names_column(context, "outcome"),
        number_column(context, "r2"),
        sentences_column(context, "predictors"),
    )
    rows = [
        row(
            context.named(name),
            context.numbers.bounded(value),
            cell(
                context.words.listed(
                    context.label(one["rhs"]) for one in regressions(context) if one["lhs"] == name
                )
            ),
        )
        for name, value in shown.items()
    ]
    return Table("variance", context.say("tables.variance"), columns, one_group(rows))


def engines_sentence(context: Context) -> Rich:
    """The sentence on the second estimation engine."""
    check = context.part("structure", "cross_check")
    verdict = str(check.get("verdict") or "absent")
    told = {
        "engine": str(check.get("engine") or ""),
        "version": str(check.get("version") or ""),
        "difference": context.numbers.scientific(check.get("max_se_difference")),
        "parameter": str(check.get("parameter") or ""),
        "limit": context.numbers.scientific(check.get("limit")),
        "reason": context.foreign(str(check.get("reason") or "")),
    }
    if verdict not in {"agree", "differ", "skipped"}:
        return context.say("engines.absent")
    return context.say(f"engines.{verdict}", **told)
