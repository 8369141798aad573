"""Robustness: every path under other screening rules, treatments of missing answers and method variance."""

from __future__ import annotations

from dataclasses import replace

from tam.report.context import Context
from tam.report.document import Block, Column, Section, Table
from tam.report.rows import one_group, row, words_column
from tam.report.sections.robustness import robustness_section
from tam.report.study_review.verdicts import agreed

KINDS = ("screening", "missing", "method", "estimators")


def other_choices_section(context: Context) -> Section:
    """The section of the academic report with the count of each kind of choice."""
    section = robustness_section(context)
    table = _table(context)
    added: tuple[Block, ...] = (table,) if table else ()
    return replace(section, blocks=(*section.blocks, *added))


def _table(context: Context) -> Table | None:
    tested = [one for one in context.rows("structure", "hypotheses") if one.get("agreement")]
    found = {str(kind["kind"]) for one in tested for kind in one["agreement"]["kinds"]}
    kinds = [kind for kind in KINDS if kind in found]
    if not kinds:
        return None
    columns = (
        words_column(context, "hypothesis"),
        *(Column(context.say(f"columns.agree_{kind}"), "verdict") for kind in kinds),
        Column(context.say("columns.all_choices"), "verdict"),
    )
    rows = []
    for one in tested:
        by_kind = {str(entry["kind"]): entry for entry in one["agreement"]["kinds"]}
        cells = (agreed(context, by_kind.get(kind)) for kind in kinds)
        rows.append(row(str(one["id"]), *cells, agreed(context, one["agreement"])))
    title, notes = context.say("tables.choices_by_kind"), (context.say("notes.choices_by_kind"),)
    return Table("choices-by-kind", title, columns, one_group(rows), notes)
