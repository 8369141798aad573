"""Every printed value with what was obtained and what rounding lets it reach; what was tried; the matrix."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.charts.reachable import reachable_chart
from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Bullets,
    Cell,
    Column,
    Figure,
    Level,
    Paragraph,
    Section,
    Table,
    rich,
)
from tam.report.rows import cell, names_column, number_column, one_group, row, words_column

LEVELS: Mapping[str, Level] = {
    "exact": "good",
    "rounding": "good",
    "minor": "caution",
    "major": "bad",
    "flip": "bad",
    "unreachable": "bad",
    "not_computable": "plain",
}
DIGITS = 4


def named(one: Mapping[str, Any]) -> str:
    """The value as a reader finds it: ``PU ~ PEOU``, ``R² PU``, a fit measure by its name."""
    if one.get("label"):
        return str(one["label"])
    parts = (str(one.get(name) or "") for name in ("lhs", "op", "rhs"))
    return " ".join(part for part in parts if part) or str(one.get("what") or "")


def values_section(context: Context) -> Section:
    title = context.say("sections.values")
    values = context.rows("reproduction", "values")
    if not values:
        return Section("values", title, (Absent(context.say("review.no_values")),))
    blocks: list[Block] = []
    drawn = [one for one in values if one.get("obtained") is not None]
    if drawn:
        blocks.append(_figure(context, drawn))
    blocks.append(_table(context, values))
    return Section("values", title, tuple(blocks))


def _figure(context: Context, drawn: list[Mapping[str, Any]]) -> Figure:
    numbers = context.numbers
    columns = (
        names_column(context, "value_name"),
        number_column(context, "printed"),
        number_column(context, "obtained"),
        number_column(context, "reach"),
    )
    rows = [
        row(
            named(one),
            str(one.get("printed")),
            numbers.plain(one["obtained"], DIGITS),
            numbers.interval(one.get("low"), one.get("high"), DIGITS),
        )
        for one in drawn
    ]
    data = Table("reachable-data", context.say("figures.reachable"), columns, one_group(rows))
    told = {"n": numbers.count(len(drawn))}
    return Figure(
        "reachable",
        context.say("figures.reachable"),
        context.word("descriptions.reachable", **told),
        reachable_chart(context, [(named(one), one) for one in drawn]),
        data,
        (context.say("notes.reachable"),),
    )


def _table(context: Context, values: Any) -> Table:
    columns = (
        names_column(context, "value_name"),
        number_column(context, "printed"),
        number_column(context, "obtained"),
        number_column(context, "reach"),
        Column(context.say("columns.verdict"), "verdict"),
        words_column(context, "dialect"),
    )
    rows = [_row(context, one) for one in values]
    notes = (context.say("notes.values"),)
    return Table("values", context.say("tables.values"), columns, one_group(rows), notes)


def _row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers, verdict = context.numbers, str(one.get("verdict"))
    key = f"review.verdicts.{verdict}"
    return row(
        named(one),
        str(one.get("printed")),
        numbers.plain(one.get("obtained"), DIGITS),
        numbers.interval(one.get("low"), one.get("high"), DIGITS),
        cell(context.say(key) if key in context.words else rich(verdict), LEVELS.get(verdict, "plain")),
        str(one.get("dialect") or ""),
    )


def tried_section(context: Context) -> Section:
    title, count = context.say("sections.tried"), context.numbers.count
    tried = context.rows("reproduction", "dialects_tried")
    if not tried:
        return Section("tried", title, (Absent(context.say("review.no_values")),))
    columns = (
        words_column(context, "dialect"),
        words_column(context, "family"),
        number_column(context, "exact"),
        number_column(context, "rounding"),
        number_column(context, "of"),
    )
    rows = [
        row(
            str(one.get("name")),
            _family(context, str(one.get("family"))),
            count(one.get("exact")),
            count(one.get("rounding")),
            count(one.get("of")),
        )
        for one in tried
    ]
    notes = (context.say("notes.tried"),)
    table = Table("tried", context.say("tables.tried"), columns, one_group(rows), notes)
    chosen = context.get("reproduction", "dialect")
    told = Paragraph(context.say("review.dialect", dialect=str(chosen))) if chosen else None
    return Section("tried", title, (told, table) if told else (table,))


def _family(context: Context, name: str) -> str:
    key = f"review.families.{name}"
    return context.word(key) if key in context.words else name


def matrix_section(context: Context) -> Section:
    title, found = context.say("sections.matrix"), context.part("reproduction", "matrix")
    if not found:
        return Section("matrix", title, (Absent(context.say("review.no_matrix")),))
    definite = found.get("positive_definite")
    told = {"value": context.numbers.plain(found.get("smallest_eigenvalue"), DIGITS)}
    key = "unknown" if definite is None else "definite" if definite else "indefinite"
    blocks: list[Block] = [Paragraph(context.say(f"review.matrix_{key}", **told))]
    suspects = found.get("suspects") or ()
    if suspects:
        blocks.append(Bullets(tuple(_suspect(context, one) for one in suspects)))
    return Section("matrix", title, tuple(blocks))


def _suspect(context: Context, one: Mapping[str, Any]) -> Any:
    key = f"review.suspects.{one.get('why')}"
    told = {name: str(one.get(name) or "") for name in ("row", "column", "printed")}
    told["range"] = context.numbers.interval(one.get("low"), one.get("high"))
    return context.say(key if key in context.words else "review.suspects.other", **told)


def repairs_section(context: Context) -> Section:
    title, repairs = context.say("sections.repairs"), context.rows("reproduction", "repairs")
    if not repairs:
        return Section("repairs", title, (Paragraph(context.say("review.no_repairs")),))
    count = context.numbers.count
    entries = []
    for one in repairs:
        key = f"review.repair_kinds.{one.get('kind')}"
        told = {
            "kind": context.word(key) if key in context.words else str(one.get("kind")),
            "where": str(one.get("where") or ""),
            "printed": str(one.get("printed") or ""),
            "repaired": str(one.get("repaired") or ""),
            "matched": count(one.get("values_matched")),
            "before": count(one.get("values_matched_before")),
            "of": count(one.get("of")),
        }
        entries.append(context.say("review.repair", **told))
    blocks = (Paragraph(context.say("review.repairs_are_possibilities")), Bullets(tuple(entries)))
    return Section("repairs", title, blocks)
