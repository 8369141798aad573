"""Every check of the printed tables: the objections first, then what cannot be told, then what agrees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Column, Level, Paragraph, Section, Table, rich
from tam.report.review.topics import topic_name
from tam.report.rows import cell, names_column, number_column, one_group, row, sentences_column, words_column

LEVELS: Mapping[str, Level] = {"consistent": "good", "inconsistent": "bad", "undecidable": "plain"}
DIGITS = 4


def audit_section(context: Context) -> Section:
    title, checks = context.say("sections.audit"), context.rows("audit", "checks")
    if not checks:
        return Section("audit", title, (Absent(context.say("review.not_audited")),))
    blocks: list[Block] = []
    for verdict in ("inconsistent", "undecidable", "consistent"):
        found = [one for one in checks if one.get("verdict") == verdict]
        if found:
            blocks.append(_table(context, verdict, found))
        elif verdict == "inconsistent":
            blocks.append(Paragraph(context.say("review.no_objection")))
    return Section("audit", title, tuple(blocks))


def _table(context: Context, verdict: str, checks: Sequence[Mapping[str, Any]]) -> Table:
    columns = (
        words_column(context, "rule"),
        names_column(context, "where"),
        number_column(context, "printed"),
        number_column(context, "obtained"),
        number_column(context, "consistent_range"),
        Column(context.say("columns.verdict"), "verdict"),
        sentences_column(context, "note"),
    )
    folded = verdict != "inconsistent"
    told = {"n": context.numbers.count(len(checks))}
    return Table(
        f"audit-{verdict}",
        context.say(f"tables.audit_{verdict}"),
        columns,
        one_group(_row(context, verdict, one) for one in checks),
        (context.say("notes.audit"),) if not folded else (),
        folded=context.say(f"folded.audit_{verdict}", **told) if folded else (),
    )


def _row(context: Context, verdict: str, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        topic_name(str(one.get("rule")), context.language),
        str(one.get("where") or ""),
        str(one.get("printed") or ""),
        numbers.plain(one.get("recomputed"), DIGITS),
        numbers.interval(one.get("low"), one.get("high"), DIGITS),
        cell(context.say(f"review.checks.{verdict}"), LEVELS[verdict]),
        context.foreign(str(one["note"])) if one.get("note") else rich(""),
    )
