"""The section on moderation of given results, as texts and tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from tam.report.context import context_for
from tam.report.document import Absent, Bullets, Figure, Paragraph, Section, Table, plain
from tam.report.sections.moderation import moderation_section

LANGUAGES = ("en", "zh")


def section(results: dict[str, Any], language: str = "en") -> Section:
    return _section(json.dumps(results), language)


@cache
def _section(results: str, language: str) -> Section:
    """Drawn once for the same results."""
    return moderation_section(context_for(json.loads(results), language))


def texts(results: dict[str, Any], language: str = "en") -> list[str]:
    """Every paragraph, bullet, note and reason of the section."""

    def of(block: Any) -> Iterator[str]:
        if isinstance(block, (Paragraph, Absent)):
            yield plain(block.text)
        elif isinstance(block, Bullets):
            yield from map(plain, block.entries)
        elif isinstance(block, (Table, Figure)):
            yield from map(plain, block.notes)

    return [text for block in section(results, language).blocks for text in of(block)]


def tables(results: dict[str, Any], language: str = "en") -> dict[str, list[list[str]]]:
    """The rows of every table by its key."""
    return {
        block.key: [[plain(cell.text) for cell in row] for group in block.groups for row in group.rows]
        for block in section(results, language).blocks
        if isinstance(block, Table)
    }


def told_region(results: dict[str, Any], language: str) -> str:
    (lead,) = (
        plain(block.text)
        for block in section(results, language).blocks
        if isinstance(block, Paragraph) and block.kind == "lead"
    )
    return lead
