"""The editions of a report: which document a record becomes for which readers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tam.report.academic import academic_document
from tam.report.context import Context, context_for
from tam.report.document import Document
from tam.report.look import PLAIN, Look
from tam.report.market.document import market_document
from tam.report.review.document import review_document
from tam.report.study_review.document import study_review_document

Others = Sequence[tuple[str, str, str]]
"""Of every other edition: language, its name, file."""

EDITIONS: Mapping[str, Callable[[Context, Others], Document]] = {
    "academic": academic_document,
    "market": market_document,
    "review": study_review_document,
}
"""Audience -> what the results of a study become for it."""


def document_for(
    results: Mapping[str, Any], language: str, audience: str, others: Others = (), look: Look = PLAIN
) -> Document:
    """The document of one language and audience. ``results``: those of a study, or the record of a
    publication, which has the one edition ``review``."""
    context = context_for(results, language, look)
    if "publication" in results:
        return _titled(review_document(context, others), look)
    return _titled(EDITIONS[audience](context, others), look)


def _titled(document: Document, look: Look) -> Document:
    """The document under the title of the theme's title page, where it has one."""
    page = look.theme.title_page if look.theme else None
    return replace(document, title=page.title.get(document.language)) if page and page.title else document
