"""The academic report: the answer first, then who, what and how, in the order a reader asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tam.report.context import Context
from tam.report.document import Document, Rich, numbered
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


def academic_document(context: Context, others: Sequence[tuple[str, str, str]] = ()) -> Document:
    """Everything the academic report says, as data. ``others``: language, its name, file of each."""
    return Document(
        language=context.language,
        title=context.text(context.get("study", "title")) or context.word("document.untitled"),
        kicker=context.say("document.kicker"),
        facts=tuple(study_facts(context)),
        banners=banners(context),
        sections=numbered(build(context) for build in _SECTIONS),
        footer=(context.say("document.footer", tam=str(context.get("provenance", "tam") or "")),),
        other_languages=tuple(others),
    )


def study_facts(context: Context) -> Iterator[Rich]:
    steps = context.rows("flow")
    if steps:
        told = {
            "used": context.numbers.count(steps[-1].get("n_left")),
            "read": context.numbers.count(steps[0].get("n_left")),
        }
        yield context.say("facts.sample", **told)
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
