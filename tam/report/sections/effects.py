"""Direct, indirect and total effects with their intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Cell, Group, Paragraph, Rich, Section, Table
from tam.report.rows import interval_column, names_column, number_column, row

KINDS = ("direct", "indirect", "total_indirect", "total")


def effects_section(context: Context) -> Section:
    title = context.say("sections.effects")
    if not any(context.rows("effects", kind) for kind in KINDS):
        return Section("effects", title, (Absent(context.reason("effects")),))
    blocks: list[Block] = [Paragraph(_interval_sentence(context)), _effects_table(context)]
    return Section("effects", title, tuple(blocks))


def _interval_sentence(context: Context) -> Rich:
    interval, numbers = context.part("effects", "interval"), context.numbers
    method = str(interval.get("method") or "")
    key = f"interval_methods.{method}"
    told = {
        "method": context.word(key) if key in context.words else method,
        "level": numbers.level(interval.get("level")) if interval.get("level") else context.level,
        "requested": numbers.count(interval.get("requested")),
        "used": numbers.count(interval.get("used")),
        "failed": numbers.count(interval.get("failed")),
        "inadmissible": numbers.count(interval.get("inadmissible")),
        "seed": numbers.name(interval.get("seed")),
    }
    bootstrapped = bool(interval.get("requested")) and method not in {"delta", "normal", "standard"}
    return context.say("text.bootstrap" if bootstrapped else "text.delta_method", **told)


def _effects_table(context: Context) -> Table:
    columns = (
        names_column(context, "effect"),
        *(number_column(context, key) for key in ("b", "se", "p")),
        interval_column(context),
        number_column(context, "beta"),
        number_column(context, "beta_interval", level=context.level),
    )
    groups = []
    for kind in KINDS:
        effects = _worth_showing(context, kind)
        if effects:
            groups.append(Group(tuple(_row(context, one) for one in effects), context.say(f"effects.{kind}")))
    return Table(
        "effects", context.say("tables.effects"), columns, tuple(groups), (context.say("notes.effects"),)
    )


def _worth_showing(context: Context, kind: str) -> list[Mapping[str, Any]]:
    """Total indirect effects only where several routes add up, totals only beside an indirect effect."""
    effects = list(context.rows("effects", kind))
    routes: dict[tuple[Any, Any], int] = {}
    for one in context.rows("effects", "indirect"):
        pair = (one.get("predictor"), one.get("outcome"))
        routes[pair] = routes.get(pair, 0) + 1
    least = {"total_indirect": 2, "total": 1}.get(kind, 0)
    return [one for one in effects if routes.get((one.get("predictor"), one.get("outcome")), 0) >= least]


def _row(context: Context, one: Mapping[str, Any]) -> tuple[Cell, ...]:
    numbers = context.numbers
    steps = [str(one["predictor"]), *map(str, one.get("via") or ()), str(one["outcome"])]
    return row(
        " → ".join(steps),
        numbers.plain(one.get("est")),
        numbers.plain(one.get("se")),
        numbers.p(one.get("p")),
        numbers.interval(one.get("ci_low"), one.get("ci_high")),
        numbers.plain(one.get("std")),
        numbers.interval(one.get("std_ci_low"), one.get("std_ci_high")),
    )
