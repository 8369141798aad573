"""What the verdicts rest on: fit as a whole and pair by pair, reliability, distinctness, invariance."""

from __future__ import annotations

from collections.abc import Iterator

from tam.report.context import Context
from tam.report.document import Absent, Block, Bullets, Section, Subheading, rich
from tam.report.findings import findings
from tam.report.sections.comparison_invariance import invariance_blocks
from tam.report.sections.comparison_names import grouping_head
from tam.report.sections.fit import fit_table
from tam.report.sections.local_fit import local_fit_blocks
from tam.report.sections.measurement import reliability_table
from tam.report.sections.validity import validity_blocks


def measuring_section(context: Context) -> Section:
    told = [one for one in findings(context) if one.key.startswith(("fit_", "measures_"))]
    said = tuple(context.say(f"findings.{one.key}", **one.values(context)) for one in told)
    blocks: list[Block] = [Bullets(said)] if said else []
    blocks += [*_fit(context), *_scales(context), *_groups(context)]
    return Section("measuring", context.say("sections.measuring"), tuple(blocks))


def _fit(context: Context) -> Iterator[Block]:
    yield Subheading("fit", context.say("study_review.headings.fit"))
    if not context.part("structure", "measures"):
        yield Absent(context.reason("structure"))
        return
    yield fit_table(context)
    yield from local_fit_blocks(context)


def _scales(context: Context) -> Iterator[Block]:
    yield Subheading("scales", context.say("study_review.headings.scales"))
    if not context.part("measurement", "constructs"):
        yield Absent(context.reason("measurement"))
        return
    yield reliability_table(context)
    yield from validity_blocks(context)


def _groups(context: Context) -> Iterator[Block]:
    """Whether the items measure the same in the groups that the study compares."""
    for index, grouping in enumerate(context.rows("comparison", "groupings")):
        head = context.word("study_review.headings.invariance", by=grouping_head(context, grouping))
        yield Subheading(f"invariance-of-{index + 1}", rich(head))
        yield from invariance_blocks(context, grouping, index)
