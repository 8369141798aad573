"""From results.json to report files. Reads nothing else: no data file, no study file, no network."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tam.report.editions import document_for
from tam.report.html import render_html
from tam.report.look import PLAIN, Look
from tam.report.words import language_name, load_words


def write_report(
    results: Mapping[str, Any],
    language: str = "en",
    *,
    languages: Iterable[str] = (),
    audience: str = "academic",
    audiences: Iterable[str] = (),
    look: Look = PLAIN,
) -> str:
    """The report of one language and audience as an HTML page.

    ``languages``, ``audiences``: all that are written together, for the links between them. ``results`` of a
    study, or with audience ``review`` the record of a publication.
    """
    together = tuple(audiences)
    others = other_editions(language, audience, languages, together)
    return render_html(document_for(results, language, audience, others, look), audience, look, together)


def other_editions(
    language: str, audience: str, languages: Iterable[str], audiences: Iterable[str], ending: str = "html"
) -> list[tuple[str, str, str]]:
    """Of the same edition in every other language, then of every other edition in this language: the
    language, the name of the link, the file."""
    own = load_words(language)
    return [
        (other, language_name(other), report_name(other, audience, ending))
        for other in languages
        if other != language
    ] + [
        (language, own.text(f"editions.{other}"), report_name(language, other, ending))
        for other in audiences
        if other != audience
    ]


def report_name(language: str, audience: str = "academic", ending: str = "html") -> str:
    """``report.en.html`` for the academic report, ``report.market.en.html`` for the others."""
    return (
        f"report.{language}.{ending}" if audience == "academic" else f"report.{audience}.{language}.{ending}"
    )
