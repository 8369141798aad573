"""Does an interaction hang on the estimator: every one beside the other, with the certificate of LMS."""

from __future__ import annotations

from tam.report.context import Context
from tam.report.document import Absent, Block, Section, Subheading, rich
from tam.report.sections.moderation import interaction
from tam.report.sections.moderation_estimators import lms_blocks, triangulation_blocks


def estimators_section(context: Context) -> Section:
    title = context.say("sections.estimators")
    analyses = context.rows("moderation", "analyses")
    if not analyses:
        asked = context.rows("study", "model", "moderations")
        text = context.reason("moderation") if asked else context.say("absent.no_moderation")
        return Section("estimators", title, (Absent(text),))
    blocks: list[Block] = []
    for index, one in enumerate(analyses):
        name = interaction(context, one)
        if len(analyses) > 1:
            blocks.append(Subheading(f"estimators-of-{index + 1}", rich(name)))
        found = [*triangulation_blocks(context, one, index, name), *lms_blocks(context, one, index)]
        blocks.extend(
            found or [Absent(context.reason("moderation", "analyses", str(index), "triangulation"))]
        )
    return Section("estimators", title, tuple(blocks))
