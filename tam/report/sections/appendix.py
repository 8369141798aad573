"""Appendix: moments, model and all parameters, so that somebody else can estimate it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import (
    Absent,
    Block,
    Cell,
    Column,
    Group,
    Paragraph,
    Section,
    Subheading,
    Table,
    rich,
)
from tam.report.rows import cell, interval_column, number_column, row, words_column

_DIGITS = 3
MOST_VARIABLES = 60
"""Variables whose moments a page can hold; of more they stand in the results only."""


def appendix_section(context: Context) -> Section:
    blocks: list[Block] = [Subheading("moments", context.say("headings.moments"))]
    blocks.extend(_moments(context))
    blocks.append(Subheading("parameters", context.say("headings.parameters")))
    model = context.get("study", "model", "lavaan")
    if model:
        blocks.append(Paragraph(context.say("text.parameters_how"), "small"))
        blocks.append(Paragraph(rich(str(model).strip()), "code"))
    if context.rows("structure", "estimates"):
        blocks.append(_parameters_table(context))
    else:
        blocks.append(Absent(context.reason("structure")))
    return Section("appendix", context.say("sections.appendix"), tuple(blocks))


def _moments(context: Context) -> Iterator[Block]:
    moments = context.part("structure", "sample_moments")
    if not moments:
        reason = context.reason("structure", "sample_moments")
        yield Absent(context.say("text.moments_absent", reason=reason))
        return
    n_variables = len(moments["variables"])
    told = {name: context.numbers.count(n) for name, n in (("n", moments["n"]), ("n_variables", n_variables))}
    yield Paragraph(context.say(f"text.moments_how_{moments.get('basis')}", **told))
    if n_variables > MOST_VARIABLES:
        yield Absent(context.say("text.moments_many", **told))
    else:
        yield _moments_table(context, moments)
        yield Paragraph(context.say("text.moments_command", **told), "code")
    yield Paragraph(context.say("text.moments_disclosure"), "small")


def _moments_table(context: Context, moments: Mapping[str, Any]) -> Table:
    """In the form that ``tam fit --moments`` reads: names, lower triangle, rows ``mean`` and ``sd``."""
    names = [str(name) for name in moments["variables"]]
    values, numbers = list(moments["correlations"]), context.numbers
    columns = (words_column(context, "item"), *(Column(rich(name), "number") for name in names))
    rows: list[tuple[Cell, ...]] = []
    for at, name in enumerate(names):
        start = at * (at + 1) // 2
        own = [cell(numbers.bounded(value, _DIGITS)) for value in values[start : start + at]]
        one = cell(numbers.plain(values[start + at], 0))
        rows.append((cell(name), *own, one, *[cell("")] * (len(names) - at - 1)))
    below = tuple(
        (cell(label), *(cell(numbers.plain(value, _DIGITS)) for value in moments[key]))
        for label, key in (("mean", "means"), ("sd", "sds"))
    )
    told = {"n_variables": numbers.count(len(names)), "n": numbers.count(moments.get("n"))}
    return Table(
        "moments",
        context.say("tables.moments"),
        columns,
        (Group(tuple(rows)), Group(below)),
        (context.say(f"notes.moments_{moments.get('basis')}", **told),),
        folded=context.say("folded.moments", **told),
    )


def _parameters_table(context: Context) -> Table:
    """Every parameter, free, fixed and constrained, as the model's syntax writes it."""
    numbers = context.numbers
    columns = (
        words_column(context, "operator"),
        *(number_column(context, key) for key in ("b", "se", "z", "p")),
        interval_column(context),
        number_column(context, "beta"),
    )
    rows = []
    for one in context.rows("structure", "estimates"):
        fixed = one.get("se") is None
        rows.append(
            row(
                _name(one),
                numbers.plain(one.get("est"), _DIGITS),
                numbers.plain(one.get("se"), _DIGITS),
                numbers.plain(one.get("z")),
                numbers.p(one.get("p")),
                "" if fixed else numbers.interval(one.get("ci_low"), one.get("ci_high"), _DIGITS),
                numbers.plain(one.get("std"), _DIGITS),
            )
        )
    groups = (Group(tuple(rows)),)
    return Table(
        "parameters",
        context.say("tables.parameters"),
        columns,
        groups,
        (context.say("notes.parameters"),),
        folded=context.say("folded.parameters", n=numbers.count(len(rows))),
    )


def _name(one: Mapping[str, Any]) -> str:
    """``PU =~ PU1``, ``PI ~ 1``; with its label where it has one."""
    name = f"{one['lhs']} {one['op']} {one.get('rhs') or ''}".strip()
    return f"{name} ({one['label']})" if one.get("label") else name
