"""The works behind this report: where the constructs come from, and the methods that were used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tam.report.context import Context
from tam.report.document import Block, Bullets, Paragraph, Rich, Run, Section, Subheading, Table
from tam.report.rows import one_group, row, sentences_column
from tam.report.topics import Reference, references, topics
from tam.report.used_methods import used_topics


def references_section(context: Context) -> Section:
    blocks: list[Block] = [Subheading("constructs", context.say("headings.sources_of_constructs"))]
    sources = context.rows("study", "sources")
    if sources:
        blocks.append(Paragraph(context.say("text.sources"), "small"))
        ordered = sorted(sources, key=lambda one: str(one.get("cite")))
        blocks.append(Bullets(tuple(_source(context, one) for one in ordered), "references"))
    else:
        blocks.append(Paragraph(context.say("text.no_sources")))
    blocks.extend(_methods(context))
    return Section("references", context.say("sections.references"), tuple(blocks))


def _source(context: Context, source: Mapping[str, Any]) -> Rich:
    cite = _cited(context, str(source.get("cite") or source.get("key") or ""))
    if source.get("doi"):
        return (*cite, Run(f" https://doi.org/{source['doi']}"))
    return (*cite, Run(f" {source['url']}")) if source.get("url") else cite


def _cited(context: Context, text: str) -> Rich:
    return (Run(text, language=None if context.language == "en" else "en"),)


def _methods(context: Context) -> list[Block]:
    """Every work on a method whose numbers stand in the results, beside what it was used for."""
    uses = _uses(context)
    if not uses:
        return []
    entries = sorted(uses, key=lambda one: one.cite.casefold())
    columns = (sentences_column(context, "reference"), sentences_column(context, "used_for"))
    clause = context.word("list.clause")
    rows = [row(_cited(context, one.line), clause.join(uses[one])) for one in entries]
    table = Table(
        "methods-used",
        context.say("tables.methods_used"),
        columns,
        one_group(rows),
        folded=context.say("folded.methods_used", n=context.numbers.count(len(rows))),
    )
    head = Subheading("methods-used-head", context.say("headings.methods_used"))
    return [head, Paragraph(context.say("text.methods_used"), "small"), table]


def _uses(context: Context) -> dict[Reference, list[str]]:
    """Work -> the titles of the topics that rest on it, in the order of the analysis."""
    known = topics("zh" if context.language == "zh" else "en")
    found: dict[Reference, list[str]] = {}
    for name in used_topics(context.results):
        for key in known[name].references:
            titles = found.setdefault(references()[key], [])
            title = _title(context, name, known[name].title)
            if title not in titles:
                titles.append(title)
    return found


def _title(context: Context, name: str, title: str) -> str:
    """What a topic is called; a screening rule as the report calls it."""
    key = f"rules.{name}"
    return context.word("results.rule", rule=context.word(key)) if key in context.words else title
