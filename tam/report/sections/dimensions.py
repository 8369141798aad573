"""How many dimensions the items have, and on which exploratory factor each of them loads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tam.report.context import Context
from tam.report.document import Absent, Block, Column, Group, Paragraph, Table, rich
from tam.report.rows import cell, number_column, row, words_column
from tam.report.sections.grouped import grouped_items

_SALIENT = 0.30


def dimension_blocks(context: Context) -> Iterator[Block]:
    found = context.part("measurement", "dimensionality")
    if not found:
        return
    yield from _numbers(context)
    efa = context.part("measurement", "dimensionality", "efa")
    if not efa.get("loadings"):
        reason = context.reason("measurement", "dimensionality", "efa")
        yield Absent(context.say("absent.efa", reason=reason))
        return
    yield _pattern(context, efa)


def _numbers(context: Context) -> Iterator[Block]:
    suggested = context.part("measurement", "dimensionality", "suggested")
    if suggested.get("parallel_factors") is None:
        return
    told = {name: context.numbers.count(suggested.get(name)) for name in suggested}
    known = {"constructs", "parallel_factors", "parallel_components", "map", "eigenvalues_above_one"}
    if known <= set(told):
        yield Paragraph(context.say("text.dimensions", **told))


def _pattern(context: Context, efa: Mapping[str, object]) -> Table:
    numbers = context.numbers
    loadings = context.part("measurement", "dimensionality", "efa", "loadings")
    communalities = context.part("measurement", "dimensionality", "efa", "communalities")
    factors = list(next(iter(loadings.values())))
    columns = (
        words_column(context, "item"),
        *(Column(rich(str(name)), "number") for name in factors),
        number_column(context, "communality"),
    )
    groups = []
    for construct, names in grouped_items(context).items():
        rows = []
        for name in names:
            own = loadings.get(name)
            if own is None:
                continue
            cells = []
            for factor in factors:
                value = own.get(factor)
                shown = value is not None and abs(value) >= _SALIENT
                cells.append(cell(numbers.bounded(value) if shown else ""))
            rows.append(row(name, *cells, numbers.bounded(communalities.get(name))))
        if rows:
            groups.append(Group(tuple(rows), context.named(construct)))
    how = {name: context.word(f"efa.{efa.get(name)}") for name in ("extraction", "rotation")
           if f"efa.{efa.get(name)}" in context.words}  # fmt: skip
    told = {"extraction": str(efa.get("extraction")), "rotation": str(efa.get("rotation")), **how}
    notes = (context.say("notes.efa", **told),)
    title, folded = context.say("tables.efa"), context.say("folded.efa")
    return Table("efa", title, columns, tuple(groups), notes, folded=folded)
