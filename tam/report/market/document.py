"""The market edition as a document: one screen with the answer, then the evidence question by question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from tam.report.academic import sample_fact
from tam.report.context import Context
from tam.report.document import Banner, Document, Rich, Section, numbered
from tam.report.market.answer import answer_section
from tam.report.market.boxes import boxes_section
from tam.report.market.drivers import drivers_section
from tam.report.market.priorities import priorities_section
from tam.report.market.segments import segments_section
from tam.report.market.threshold import threshold_section
from tam.report.market.trust import glossary_section, trust_section
from tam.report.market.waves import waves_section
from tam.report.sections.problems import banners

_SECTIONS: tuple[Callable[[Context], Section], ...] = (
    answer_section,
    drivers_section,
    threshold_section,
    priorities_section,
    segments_section,
    boxes_section,
    waves_section,
    trust_section,
    glossary_section,
)


def market_document(context: Context, others: Sequence[tuple[str, str, str]] = ()) -> Document:
    """Everything the market edition says. ``others``: language, its name, file of each other edition."""
    return Document(
        language=context.language,
        title=context.text(context.get("study", "title")) or context.word("document.untitled"),
        kicker=context.say("market.kicker"),
        facts=tuple(_facts(context)),
        banners=tuple(_banners(context)),
        sections=numbered(build(context) for build in _SECTIONS),
        footer=(context.say("document.footer", tam=str(context.get("provenance", "tam") or "")),),
        other_languages=tuple(others),
    )


def _banners(context: Context) -> Iterator[Banner]:
    """What forbids trust, as in every edition; that data are simulated in one line, to save the screen."""
    simulated = bool(context.get("study", "simulated"))
    yield from (one for one in banners(context) if not (simulated and one.level == "caution"))
    if simulated:
        yield Banner("caution", context.say("market.limits.simulated_short"))


def _facts(context: Context) -> Iterator[Rich]:
    yield from sample_fact(context)
    instrument = context.part("study", "instrument")
    title = context.text(instrument.get("title"))
    if title and not instrument.get("inline"):
        key = "market.facts_draft" if instrument.get("status") == "draft" else "market.facts_scales"
        yield context.say(key, title=title)
