"""Local fit: the pairs of items whose correlation the model explains worst."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Absent, Block, Paragraph, Table
from tam.report.rows import number_column, one_group, row, words_column


def local_fit_blocks(context: Context) -> Iterator[Block]:
    found, numbers = context.part("structure", "local_fit"), context.numbers
    if not found:
        if context.get("structure", "converged"):
            yield Absent(context.say("local_fit.absent", reason=context.reason("structure", "local_fit")))
        return
    told = {
        "n_pairs": numbers.count(found.get("n_pairs")),
        "n_large": numbers.count(found.get("n_large")),
        "large": numbers.bounded(found.get("large"), 2),
    }
    yield Paragraph(context.say("local_fit.none" if not found.get("n_large") else "local_fit.some", **told))
    columns = (
        words_column(context, "first_item"),
        words_column(context, "second_item"),
        number_column(context, "residual"),
        number_column(context, "residual_z"),
    )
    rows = [
        row(str(one["a"]), str(one["b"]), numbers.bounded(one["residual"]), numbers.plain(one.get("z")))
        for one in found.get("largest") or ()
    ]
    yield Table(
        "local-fit",
        context.say("tables.local_fit"),
        columns,
        one_group(rows),
        (context.say("notes.local_fit"),),
        folded=context.say("folded.local_fit", n=numbers.count(len(rows))),
    )
