"""Tables of all pairs of groups grow with the square of the groups: long ones show what is significant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tam.report.context import Context
from tam.report.document import Block, Group, Paragraph, Table

MOST_PAIRS = 30
"""Rows up to which a table of pairs shows every one."""


def shortened(
    context: Context, table: Table, significant: Sequence[Sequence[bool]], place: str, index: int
) -> Block:
    """The table as it is, or where it is long only its significant rows, and where the others stand.

    ``significant``: for each group of rows, whether each row is; ``place`` in the results, below the grouping
    ``index``. A long table without any becomes a sentence.
    """
    n = sum(len(group.rows) for group in table.groups)
    if n <= MOST_PAIRS:
        return table
    kept = tuple(
        Group(tuple(row for row, is_so in zip(group.rows, flags) if is_so), group.label)
        for group, flags in zip(table.groups, significant)
    )
    kept = tuple(group for group in kept if group.rows)
    shown = sum(len(group.rows) for group in kept)
    told = {
        "n": context.numbers.count(n),
        "shown": context.numbers.count(shown),
        "place": f"comparison.groupings[{index}].{place}",
        "title": table.title,
    }
    if not kept:
        return Paragraph(context.say("text.pairs_many_none", **told), "small")
    return replace(
        table,
        groups=kept,
        notes=(*table.notes, context.say("notes.pairs_many", **told)),
        folded=context.say("folded.pairs_many", **told),
    )


def is_significant(context: Context, p: float | None) -> bool:
    return p is not None and p < context.alpha
