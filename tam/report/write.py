"""From results.json to report files. Reads nothing else: no data file, no study file, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tam.report.academic import academic_document
from tam.report.context import context_for
from tam.report.html import render_html
from tam.report.review.document import review_document
from tam.report.words import load_words


def write_report(
    results: Mapping[str, Any],
    language: str = "en",
    *,
    languages: Iterable[str] = (),
    audience: str = "academic",
) -> str:
    """The report of one language as an HTML page. ``languages``: all editions, for the links.

    ``results`` of a study, or with audience ``review`` the record of a publication.
    """
    others = [
        (other, load_words(other).text("document.language_name"), report_name(other, audience))
        for other in languages
        if other != language
    ]
    drawn = review_document if audience == "review" else academic_document
    return render_html(drawn(context_for(results, language), others), audience)


def report_name(language: str, audience: str = "academic") -> str:
    """``report.en.html`` for the academic report, ``report.market.en.html`` for the others."""
    return f"report.{language}.html" if audience == "academic" else f"report.{audience}.{language}.html"
