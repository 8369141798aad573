"""From results.json to report files. Reads nothing else: no data file, no study file, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tam.report.editions import document_for
from tam.report.html import render_html
from tam.report.look import PLAIN, Look
from tam.report.words import load_words


def write_report(
    results: Mapping[str, Any],
    language: str = "en",
    *,
    languages: Iterable[str] = (),
    audience: str = "academic",
    look: Look = PLAIN,
) -> str:
    """The report of one language as an HTML page. ``languages``: all editions, for the links.

    ``results`` of a study, or with audience ``review`` the record of a publication.
    """
    others = [
        (other, load_words(other).text("document.language_name"), report_name(other, audience))
        for other in languages
        if other != language
    ]
    return render_html(document_for(results, language, audience, others, look), audience, look)


def report_name(language: str, audience: str = "academic", ending: str = "html") -> str:
    """``report.en.html`` for the academic report, ``report.market.en.html`` for the others."""
    return (
        f"report.{language}.{ending}" if audience == "academic" else f"report.{audience}.{language}.{ending}"
    )
