"""The answer about a paper, which of its numbers were written down, where they stand, how to check it."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import (
    Block,
    Bullets,
    Cell,
    Column,
    Pairs,
    Paragraph,
    Rich,
    Run,
    Section,
    Table,
    rich,
)
from tam.report.rows import cell, one_group, row, sentences_column

_PLACES = {
    **dict.fromkeys(("matrix", "means_sds"), "matrix"),
    **dict.fromkeys(("estimates", "both_scales", "uncertainty", "explained_variance", "indirect"), "values"),
    **dict.fromkeys(("exclusions", "loadings", "reliability"), "audit"),
    **dict.fromkeys(("chisq_df", "absolute_fit", "incremental_fit"), "audit"),
    **dict.fromkeys(("sample_size", "model", "software"), "paper"),
}
"""What may be written down -> the section of the report that uses it."""


def answer_section(context: Context) -> Section:
    return Section("answer", context.say("sections.answer"), (Bullets(tuple(_answers(context))),))


def _answers(context: Context) -> Iterator[Rich]:
    count = context.numbers.count
    counts = context.part("reproduction", "summary")
    if counts:
        of_values = context.part("reproduction", "counts")
        told = {name: count(counts.get(name)) for name in ("exact", "rounding", "not_computable")}
        computed, differing = of_values.get("computed"), of_values.get("differing")
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
    """What a paper on a structural equation model should give its reader, and whether it was written down."""
    rows = [
        row(context.say(f"review.written.{name}"), _status(context, there), _place(context, name, there))
        for name, there in context.part("publication", "written_down").items()
        if f"review.written.{name}" in context.words
    ]
    columns = (
        sentences_column(context, "point"),
        Column(context.say("columns.status"), "verdict"),
        Column(context.say("columns.where"), "name"),
    )
    notes = (context.say("notes.written"),)
    table = Table("written", context.say("tables.written"), columns, one_group(rows), notes)
    return Section("written", context.say("sections.written"), (table,))


def _status(context: Context, there: bool | None) -> Cell:
    if there is None:
        return cell(context.say("checklist.statuses.none"))
    return (
        cell(context.say("review.written_yes"), "good")
        if there
        else cell(context.say("review.written_no"), "caution")
    )


def _place(context: Context, name: str, there: bool | None) -> Cell:
    """The section of this report that uses it."""
    section = _PLACES.get(name)
    if not there or section is None:
        return cell("")
    return cell((Run(context.word(f"sections.{section}"), target=section),))


def paper_section(context: Context) -> Section:
    about = context.part("publication")
    entries = [
        (context.say(f"review.about.{name}"), rich(_written(context, about[name])))
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


def _written(context: Context, value: object) -> str:
    """A text as it is; a year as the number that it is."""
    return context.numbers.name(value) if isinstance(value, int) else str(value)


def checking_section(context: Context) -> Section:
    file = str(context.get("publication", "file") or context.get("publication", "key") or "")
    steps = tuple(context.say(f"review.steps.{name}", file=file) for name in ("reproduce", "audit", "source"))
    entries = [(context.say("provenance.tam"), rich(str(context.get("tam") or "")))]
    if context.get("publication", "digest"):
        entries.append((context.say("review.digest"), rich(str(context.get("publication", "digest")))))
    blocks = (Bullets(steps, "steps"), Pairs(tuple(entries)))
    return Section("provenance", context.say("sections.provenance"), blocks)
