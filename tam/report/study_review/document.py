"""The review edition of a study as a document: verdicts first, what they rest on, how to check them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tam.report.academic import study_facts
from tam.report.context import Context
from tam.report.document import Banner, Document, Section, numbered
from tam.report.sections.problems import banners, problems_section
from tam.report.study_review.checking import checking_section
from tam.report.study_review.computation import computation_section
from tam.report.study_review.estimators import estimators_section
from tam.report.study_review.left_out import left_out_section
from tam.report.study_review.measuring import measuring_section
from tam.report.study_review.other_choices import other_choices_section
from tam.report.study_review.questions import questions_section
from tam.report.study_review.unknown import unknown_section
from tam.report.study_review.verdicts import verdicts_section

_SECTIONS: tuple[Callable[[Context], Section], ...] = (
    verdicts_section,
    other_choices_section,
    estimators_section,
    computation_section,
    measuring_section,
    left_out_section,
    problems_section,
    questions_section,
    unknown_section,
    checking_section,
)


def study_review_document(context: Context, others: Sequence[tuple[str, str, str]] = ()) -> Document:
    """Everything the review edition says. ``others``: language, its name, file of each other edition."""
    about = Banner("plain", context.say("study_review.about_title"), (context.say("study_review.about"),))
    return Document(
        language=context.language,
        title=context.text(context.get("study", "title")) or context.word("document.untitled"),
        kicker=context.say("study_review.kicker"),
        facts=tuple(study_facts(context)),
        banners=(*banners(context), about),
        sections=numbered(build(context) for build in _SECTIONS),
        footer=(context.say("document.footer", tam=str(context.get("provenance", "tam") or "")),),
        other_languages=tuple(others),
    )
