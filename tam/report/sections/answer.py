"""The answer first: what was asked, what the data say, each hypothesis with its verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Bullets, Cell, Column, Level, Paragraph, Rich, Section, Table
from tam.report.findings import findings
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

LEVELS: Mapping[str, Level] = {
    "supported": "good",
    "not_supported": "plain",
    "opposite": "caution",
    "unavailable": "caution",
}


def answer_section(context: Context) -> Section:
    blocks: list[Block] = []
    told = [context.say(f"findings.{one.key}", **one.values(context)) for one in findings(context)]
    if told:
        blocks.append(Paragraph(told[0], "lead"))
    if told[1:]:
        blocks.append(Bullets(tuple(told[1:])))
    blocks.append(_hypotheses_table(context))
    return Section("answer", context.say("sections.answer"), tuple(blocks))


def _hypotheses_table(context: Context) -> Table | Absent:
    tested = context.rows("structure", "hypotheses")
    if not tested:
        return Absent(context.say("absent.hypotheses"))
    statements = {one["id"]: one for one in context.rows("study", "model", "hypotheses")}
    columns = (
        words_column(context, "hypothesis"),
        Column(context.say("columns.verdict"), "verdict"),
        sentences_column(context, "statement"),
        names_column(context, "path"),
        number_column(context, "b"),
        interval_column(context),
        number_column(context, "beta"),
        number_column(context, "p"),
    )
    rows = [_hypothesis_row(context, one, statements.get(one["id"], {})) for one in tested]
    notes = [context.say("notes.hypotheses", level=context.level)]
    if any(one.get("source") == "moderation" for one in tested):
        notes.append(context.say("notes.hypotheses_moderation"))
    if any(one.get("source") == "effects" for one in tested):
        notes.append(context.say("notes.hypotheses_effects", method=_interval_method(context)))
    notes.append(context.say("notes.not_supported"))
    return Table("hypotheses", context.say("tables.hypotheses"), columns, one_group(rows), tuple(notes))


def _hypothesis_row(context: Context, one: Mapping[str, Any], model: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    verdict = str(one.get("verdict") or "unavailable")
    said: Rich = context.say(f"verdicts.{verdict}")
    if verdict == "unavailable" and one.get("reason"):
        said = (*said, *context.say("absent.because", reason=context.foreign(str(one["reason"]))))
    return row(
        str(one["id"]),
        cell(said, LEVELS.get(verdict, "plain")),
        context.told(model.get("statement")) or context.path(str(one.get("path", ""))),
        context.path(str(one.get("path", ""))),
        numbers.plain(one.get("est")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        numbers.plain(one.get("std")),
        numbers.p(one.get("p")),
    )


def _interval_method(context: Context) -> str:
    method = str(context.get("effects", "interval", "method") or "")
    key = f"interval_methods.{method}"
    return context.word(key) if key in context.words else method
