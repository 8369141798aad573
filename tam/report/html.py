"""A document as one HTML file: no requests, no scripts, everything that came from outside escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tam.content import content_path
from tam.report.document import Document
from tam.report.words import Words, load_words

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(content_path("reports")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["block"] = _is_block
    return environment


def _is_block(value: object, name: str) -> bool:
    return type(value).__name__ == name


@cache
def _stylesheet() -> str:
    """The stylesheet of every report, as one string."""
    names = ("tokens.css", "report.css", "print.css")
    return "\n".join(content_path("reports", "style", name).read_text(encoding="utf-8") for name in names)


def render_html(document: Document, audience: str = "academic") -> str:
    """The report of one audience and one language as HTML."""
    from markupsafe import Markup

    words: Words = load_words(document.language)

    def label(key: str, **values: Any) -> str:
        return words.text(key, **values)

    template = _environment().get_template(f"{audience}/report.html.j2")
    html = template.render(document=document, label=label, markup=Markup, stylesheet=Markup(_stylesheet()))
    return "\n".join(line.rstrip() for line in html.splitlines()) + "\n"
