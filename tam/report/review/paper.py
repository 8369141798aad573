"""The answer about a paper, which of its numbers were written down, where they stand, how to check it."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Block, Bullets, Column, Pairs, Paragraph, Rich, Section, Table, rich
from tam.report.rows import cell, one_group, row, sentences_column

CAME_OUT, DIFFERS = ("exact", "rounding"), ("minor", "major", "flip", "unreachable")


def answer_section(context: Context) -> Section:
    return Section("answer", context.say("sections.answer"), (Bullets(tuple(_answers(context))),))


def _answers(context: Context) -> Iterator[Rich]:
    count = context.numbers.count
    counts = context.part("reproduction", "summary")
    if counts:
        computed = sum(int(counts.get(name) or 0) for name in (*CAME_OUT, *DIFFERS))
        told = {name: count(counts.get(name)) for name in ("exact", "rounding", "not_computable")}
        differing = sum(int(counts.get(name) or 0) for name in DIFFERS)
        told |= {"computed": count(computed), "differing": count(differing)}
        key = "none_computed" if not computed else "all_come_out" if not differing else "some_differ"
        yield context.say(f"review.{key}", **told)
        if differing and counts.get("unreachable"):
            yield context.say("review.unreachable", n=count(counts["unreachable"]))
        if context.rows("reproduction", "repairs"):
            yield context.say("review.repair_possible")
    else:
        yield context.say("review.not_reproduced")
    checks = context.part("audit", "summary")
    if checks:
        told = {name: count(checks.get(name)) for name in ("consistent", "inconsistent", "undecidable")}
        yield context.say("review.audit_clean" if not checks.get("inconsistent") else "review.audit", **told)
    else:
        yield context.say("review.not_audited")


def written_section(context: Context) -> Section:
    """What a reader needs in order to check a paper, and whether it is among the numbers written down."""
    rows = [
        row(
            context.say(f"review.written.{name}"),
            cell(
                context.say("review.written_yes" if there else "review.written_no"),
                "good" if there else "caution",
            ),
        )
        for name, there in context.part("publication", "written_down").items()
        if f"review.written.{name}" in context.words
    ]
    columns = (sentences_column(context, "point"), Column(context.say("columns.status"), "verdict"))
    notes = (context.say("notes.written"),)
    table = Table("written", context.say("tables.written"), columns, one_group(rows), notes)
    return Section("written", context.say("sections.written"), (table,))


def paper_section(context: Context) -> Section:
    about = context.part("publication")
    entries = [
        (context.say(f"review.about.{name}"), rich(str(about[name])))
        for name in ("title", "authors", "year", "doi", "url", "where_read", "software", "key")
        if about.get(name)
    ]
    blocks: list[Block] = [Pairs(tuple(entries))]
    if about.get("model"):
        blocks += [
            Paragraph(context.say("text.model_syntax"), "small"),
            Paragraph(rich(str(about["model"]).strip()), "code"),
        ]
    return Section("paper", context.say("sections.paper"), tuple(blocks))


def checking_section(context: Context) -> Section:
    file = str(context.get("publication", "file") or context.get("publication", "key") or "")
    steps = tuple(context.say(f"review.steps.{name}", file=file) for name in ("reproduce", "audit", "source"))
    entries = [(context.say("provenance.tam"), rich(str(context.get("tam") or "")))]
    if context.get("publication", "digest"):
        entries.append((context.say("review.digest"), rich(str(context.get("publication", "digest")))))
    blocks = (Bullets(steps, "steps"), Pairs(tuple(entries)))
    return Section("provenance", context.say("sections.provenance"), blocks)
