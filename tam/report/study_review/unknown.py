"""What cannot be judged from the file, and the limits that follow from what was done."""

from __future__ import annotations

from dataclasses import replace

from tam.report.context import Context
from tam.report.document import Bullets, Section, Subheading
from tam.report.sections.limits import limits_section

_UNKNOWN = ("genuine", "reached", "asked", "before", "elsewhere", "causes", "importance", "ethics")


def unknown_section(context: Context) -> Section:
    limits = limits_section(context)
    unknown = Bullets(tuple(context.say(f"study_review.unknown.{name}") for name in _UNKNOWN))
    head = Subheading("limits", context.say("study_review.headings.limits"))
    title = context.say("sections.unknown")
    return replace(limits, key="unknown", title=title, blocks=(unknown, head, *limits.blocks))
