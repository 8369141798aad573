"""A document as one HTML file: no requests, no scripts, everything that came from outside escaped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.content import content_path
from tam.report.document import Document
from tam.report.look import PLAIN, Look
from tam.report.words import Words, load_words

if TYPE_CHECKING:
    from jinja2 import Environment


@cache
def _environment(templates: Path | None) -> Environment:
    """``templates``: a folder looked into before the shipped one."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folders = [*([templates] if templates else []), content_path("reports")]
    environment = Environment(
        loader=FileSystemLoader(folders),
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
    names = ("tokens.css", "report.css", "charts.css", "print.css")
    return "\n".join(content_path("reports", "style", name).read_text(encoding="utf-8") for name in names)


def render_html(document: Document, audience: str = "academic", look: Look = PLAIN) -> str:
    """The report of one audience and one language as HTML."""
    from markupsafe import Markup

    words: Words = load_words(document.language)

    def label(key: str, **values: Any) -> str:
        return words.text(key, **values)

    template = _environment(look.templates).get_template(f"{audience}/report.html.j2")
    html = template.render(document=document, label=label, markup=Markup, stylesheet=Markup(_stylesheet()))
    return "\n".join(line.rstrip() for line in html.splitlines()) + "\n"
