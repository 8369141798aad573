"""Who was left out, whether that was fixed beforehand, and what the paths are with everybody kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Paragraph, Section, Table
from tam.report.rows import names_column, number_column, one_group, row
from tam.report.sections.sample import flow_figure
from tam.report.sections.screening import declared_blocks


def left_out_section(context: Context) -> Section:
    blocks = [*_declared(context), *_flow(context), *_with_everybody(context)]
    return Section("left-out", context.say("sections.left_out"), tuple(blocks))


def _declared(context: Context) -> Iterator[Block]:
    """When the rules and the hypotheses were fixed, as the study says."""
    found = declared_blocks(context)
    yield from found or [Absent(context.reason("screening", "declared"))]
    tested = context.rows("structure", "hypotheses")
    if tested:
        declared = all(one.get("declared") for one in tested)
        key = "study_review.hypotheses_declared" if declared else "study_review.hypotheses_stand_in"
        yield Paragraph(context.say(key), "small")


def _flow(context: Context) -> Iterator[Block]:
    if context.rows("flow"):
        yield flow_figure(context)
    else:
        yield Absent(context.reason("flow"))


def _with_everybody(context: Context) -> Iterator[Block]:
    """The paths with nobody excluded beside those of the study."""
    specifications = context.rows("screening", "multiverse", "specifications")
    everybody = next((one for one in specifications if not one.get("rules")), None)
    primary = next((one for one in specifications if one.get("primary")), None)
    if everybody is None or primary is None or everybody is primary:
        key = "nobody_excluded" if everybody is primary and primary else "no_everybody"
        yield Absent(context.say(f"study_review.{key}"))
        return
    if not everybody.get("converged"):
        reason = context.foreign(str(everybody.get("reason") or ""))
        yield Absent(context.say("study_review.everybody_failed", reason=reason))
        return
    yield _table(context, primary, everybody)


def _table(context: Context, primary: Mapping[str, Any], everybody: Mapping[str, Any]) -> Table:
    count = context.numbers.count
    columns = (
        names_column(context, "path"),
        number_column(context, "beta_reported", n=count(primary.get("n"))),
        number_column(context, "p_reported"),
        number_column(context, "beta_everybody", n=count(everybody.get("n"))),
        number_column(context, "p_everybody"),
    )
    kept = {(one["lhs"], one["rhs"]): one for one in everybody.get("paths") or ()}
    rows = [_row(context, one, kept.get((one["lhs"], one["rhs"]), {})) for one in primary.get("paths") or ()]
    notes = (context.say("notes.everybody"),)
    return Table("everybody", context.say("tables.everybody"), columns, one_group(rows), notes)


def _row(context: Context, one: Mapping[str, Any], other: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    return row(
        f"{one['rhs']} → {one['lhs']}",
        numbers.plain(one.get("std")),
        numbers.p(one.get("p")),
        numbers.plain(other.get("std")),
        numbers.p(other.get("p")),
    )
