"""How to check the file: the commands, what a mismatch would mean, digests and versions."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Block, Bullets, Pairs, Paragraph, Rich, Section, Table
from tam.report.rows import one_group, row, sentences_column
from tam.report.sections.provenance import provenance_section

_MISMATCHES = ("data", "instrument", "study", "results", "numbers", "last_digits", "text")


def checking_section(context: Context) -> Section:
    blocks: list[Block] = [
        Paragraph(context.say("study_review.checking")),
        Bullets(tuple(_steps(context)), "steps"),
        _mismatches(context),
        *(block for block in provenance_section(context).blocks if isinstance(block, Pairs)),
    ]
    return Section("provenance", context.say("sections.provenance"), tuple(blocks))


def _steps(context: Context) -> Iterator[Rich]:
    file = str(context.get("study", "data", "file") or "")
    report = f"report.review.{context.language}.html"
    step = "study_review.steps"
    if file:
        yield context.say(f"{step}.verify", report=report, file=file)
        yield context.say("check.digest", file=file)
    capsule = "capsule" if context.get("capsule") else "no_capsule"
    yield context.say(f"{step}.{capsule}", report=report)
    yield context.say("check.export")
    yield context.say(f"{step}.draw")


def _mismatches(context: Context) -> Table:
    columns = (sentences_column(context, "compared"), sentences_column(context, "mismatch"))
    rows = [
        row(
            context.say(f"study_review.compared.{name}"),
            context.say(f"study_review.mismatch.{name}"),
        )
        for name in _MISMATCHES
    ]
    notes = (context.say("notes.mismatch"),)
    return Table("mismatch", context.say("tables.mismatch"), columns, one_group(rows), notes)
