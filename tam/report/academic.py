"""The academic report: the answer first, then who, what and how, in the order a reader asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tam.report.context import Context
from tam.report.document import Block, Document, Rich, Section, Table, numbered
from tam.report.estimation import estimator_name
from tam.report.sections.answer import answer_section
from tam.report.sections.appendix import appendix_section
from tam.report.sections.checklist import checklist_section
from tam.report.sections.comparison import comparison_section
from tam.report.sections.effects import effects_section
from tam.report.sections.items import items_section
from tam.report.sections.limits import limits_section
from tam.report.sections.measurement import measurement_section
from tam.report.sections.method import method_section
from tam.report.sections.moderation import moderation_section
from tam.report.sections.problems import banners, problems_section
from tam.report.sections.provenance import provenance_section
from tam.report.sections.references import references_section
from tam.report.sections.results import results_section
from tam.report.sections.robustness import robustness_section
from tam.report.sections.sample import sample_section
from tam.report.sections.structure import structure_section

_SECTIONS = (
    answer_section,
    sample_section,
    items_section,
    measurement_section,
    structure_section,
    effects_section,
    moderation_section,
    comparison_section,
    robustness_section,
    limits_section,
    method_section,
    results_section,
    checklist_section,
    problems_section,
    references_section,
    appendix_section,
    provenance_section,
)


MOST_OPEN_ROWS = 20
"""Rows up to which a table stands open."""


def academic_document(context: Context, others: Sequence[tuple[str, str, str]] = ()) -> Document:
    """Everything the academic report says, as data. ``others``: language, its name, file of each."""
    return Document(
        language=context.language,
        title=context.text(context.get("study", "title")) or context.word("document.untitled"),
        kicker=context.say("document.kicker"),
        facts=tuple(study_facts(context)),
        banners=banners(context),
        sections=numbered(_folded(context, build(context)) for build in _SECTIONS),
        footer=(context.say("document.footer", tam=str(context.get("provenance", "tam") or "")),),
        other_languages=tuple(others),
    )


def sample_fact(context: Context) -> Iterator[Rich]:
    """How many answers are used of those received."""
    steps = context.rows("flow")
    if steps:
        told = {
            "used": context.numbers.count(steps[-1].get("n_left")),
            "read": context.numbers.count(steps[0].get("n_left")),
        }
        yield context.say("facts.sample", **told)


def study_facts(context: Context) -> Iterator[Rich]:
    yield from sample_fact(context)
    instrument = context.part("study", "instrument")
    title = context.text(instrument.get("title"))
    if title and not instrument.get("inline"):
        status = f"statuses.{instrument.get('status')}"
        told = {
            "title": title,
            "version": str(instrument.get("version") or ""),
            "status": context.word(status)
            if status in context.words
            else str(instrument.get("status") or ""),
        }
        yield context.say("facts.instrument", **told)
    if estimator_name(context):
        yield context.say("facts.estimator", estimator=estimator_name(context))


def _folded(context: Context, section: Section) -> Section:
    """The section with its long tables folded, so that a reader of a large study finds what follows them.

    The hypotheses are the answer and stay open.
    """

    def fold(block: Block) -> Block:
        if not isinstance(block, Table) or block.folded or block.key == "hypotheses":
            return block
        n = sum(len(group.rows) for group in block.groups)
        if n <= MOST_OPEN_ROWS:
            return block
        said = context.say("folded.long", title=block.title, n=context.numbers.count(n))
        return replace(block, folded=said)

    return replace(section, blocks=tuple(fold(block) for block in section.blocks))
