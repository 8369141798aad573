"""Every reliability coefficient with its interval, and the reliability of second-order constructs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Absent, Block, Paragraph, Rich, Table
from tam.report.rows import names_column, number_column, one_group, row

_COEFFICIENTS = (
    *("alpha_std", "omega", "composite_reliability", "ave", "rho_a"),
    *("split_half", "spearman_brown", "ordinal_alpha", "ordinal_omega"),
)


def reliability_blocks(context: Context) -> Iterator[Block]:
    table = _table(context)
    if table is not None:
        yield table
    for name, one in context.part("measurement", "second_order").items():
        yield from _whole(context, str(name), one)


def _table(context: Context) -> Table | None:
    constructs = context.part("measurement", "constructs")
    shown = [name for name in _COEFFICIENTS if any(one.get(name) is not None for one in constructs.values())]
    if not any(f"{name}_ci_low" in one for name in shown for one in constructs.values()):
        return None  # made before the coefficients had intervals
    columns = (names_column(context, "construct"), *(number_column(context, name) for name in shown))
    rows = [
        row(context.named(str(name)), *(_with_interval(context, one, key) for key in shown))
        for name, one in constructs.items()
    ]
    draws = context.part("measurement", "bootstrap")
    told = {
        "level": context.level,
        "draws": context.numbers.count(draws.get("draws")),
        "method": str(draws.get("interval") or ""),
    }
    title, folded = context.say("tables.reliability_intervals"), context.say("folded.reliability_intervals")
    notes = (context.say("notes.reliability_intervals", **told),)
    return Table("reliability-intervals", title, columns, one_group(rows), notes, folded=folded)


def _with_interval(context: Context, one: Mapping[str, Any], name: str) -> str:
    low, high = one.get(f"{name}_ci_low"), one.get(f"{name}_ci_high")
    return context.numbers.with_interval(one.get(name), low, high)


def _whole(context: Context, name: str, one: Any) -> Iterator[Block]:
    label = context.label(name)
    if not isinstance(one, Mapping) or one.get("omega_hierarchical") is None:
        reason: Rich = context.reason("measurement", "second_order", name, "omega_hierarchical")
        yield Absent(context.say("absent.omega_hierarchical", name=label, reason=reason))
        return
    told = {
        "name": label,
        "value": _with_interval(context, one, "omega_hierarchical"),
        "total": _with_interval(context, one, "omega_total"),
        "level": context.level,
    }
    yield Paragraph(context.say("text.omega_hierarchical", **told))
