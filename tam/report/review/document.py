"""The reviewer's report as a document: the answer first, then value by value, then how to check it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tam.report.context import Context
from tam.report.document import Banner, Document, Rich, numbered, rich
from tam.report.review.audit import audit_section
from tam.report.review.paper import answer_section, checking_section, paper_section, written_section
from tam.report.review.reproduction import (
    matrix_section,
    repairs_section,
    tried_section,
    values_section,
)

_SECTIONS = (
    answer_section,
    values_section,
    tried_section,
    matrix_section,
    repairs_section,
    audit_section,
    written_section,
    paper_section,
    checking_section,
)


def review_document(context: Context, others: Sequence[tuple[str, str, str]] = ()) -> Document:
    """Everything the reviewer's report says. ``others``: language, its name, file of each."""
    return Document(
        language=context.language,
        title=str(context.get("publication", "title") or context.word("document.untitled")),
        kicker=context.say("review.kicker"),
        facts=tuple(_facts(context)),
        banners=tuple(_banners(context)),
        sections=numbered(build(context) for build in _SECTIONS),
        footer=(context.say("review.footer", tam=str(context.get("tam") or "")),),
        other_languages=tuple(others),
    )


def _facts(context: Context) -> Iterator[Rich]:
    about = context.part("publication")
    named = [rich(str(about[name])) for name in ("authors", "year") if about.get(name)]
    if named:
        comma = rich(context.words.entries["list.comma"])
        yield named[0] if len(named) == 1 else (*named[0], *comma, *named[1])
    n = about.get("n")
    yield context.say("review.n", n=context.numbers.count(n)) if n is not None else context.say("review.no_n")
    if about.get("software"):
        yield context.say("review.software", software=str(about["software"]))


def _banners(context: Context) -> Iterator[Banner]:
    yield Banner("plain", context.say("review.fairness_title"), (context.say("review.fairness"),))
    if context.get("publication", "simulated"):
        yield Banner("caution", context.say("banners.simulated"), (context.say("review.simulated"),))
