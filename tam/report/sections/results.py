"""Results paragraphs to paste into a paper, one for each step of the analysis, made from its tables."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Absent, Block, Paragraph, Rich, Section, Subheading
from tam.report.sections.pasted import in_sentence, pasted
from tam.report.sections.results_effects import effect_sentences, moderation_sentences
from tam.report.sections.results_groups import group_sentences
from tam.report.sections.results_model import (
    measurement_sentences,
    sample_sentences,
    structure_sentences,
)


def results_section(context: Context) -> Section:
    """A paragraph a heading; where a step has nothing to tell, the reason."""
    blocks: list[Block] = [Paragraph(context.say("results.intro"), "small")]
    for key, sentences, reason in _parts(context):
        blocks.append(Subheading(f"results-{key}", context.say(f"headings.results_{key}")))
        told = list(sentences)
        blocks.append(pasted(context, told) if told else Absent(context.say("results.none", reason=reason)))
    return Section("results", context.say("sections.results"), tuple(blocks))


def _parts(own: Context) -> Iterator[tuple[str, Iterator[Rich], Rich]]:
    context = in_sentence(own)
    yield "sample", sample_sentences(context), context.reason("flow")
    yield "measurement", measurement_sentences(context), context.reason("measurement")
    yield "structure", structure_sentences(context), context.reason("structure")
    yield "effects", effect_sentences(context), _no_effects(context)
    asked = context.rows("study", "model", "moderations")
    why = context.reason("moderation") if asked else context.say("absent.no_moderation")
    yield "moderation", moderation_sentences(context), why
    asked = context.rows("study", "groups")
    why = context.reason("comparison") if asked else context.say("absent.no_groups")
    yield "groups", group_sentences(context), why


def _no_effects(context: Context) -> Rich:
    if context.part("effects") and not context.rows("effects", "indirect"):
        return context.say("results.no_route")
    return context.reason("effects")
