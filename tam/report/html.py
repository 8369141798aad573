"""A document as one HTML file: no requests, no scripts, everything that came from outside escaped."""

from __future__ import annotations

import base64
import hashlib
import traceback
from collections.abc import Sequence
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.content import content_path
from tam.errors import Problem, TamError, Where, problem
from tam.report.document import Document
from tam.report.look import PLAIN, Look
from tam.report.look_record import record_text
from tam.report.markup import body_cells, head_cells, runs
from tam.report.theme import PLAIN_THEME
from tam.report.theme_style import theme_style
from tam.report.words import Words, load_words

if TYPE_CHECKING:
    from jinja2 import Environment

BROKEN = (ArithmeticError, AttributeError, LookupError, OSError, RecursionError, TypeError, ValueError)
"""What an expression in somebody's template may raise, beside Jinja's own errors."""

STYLES = ("tokens.css", "report.css", "charts.css", "print.css")


@cache
def _environment(templates: Path | None, language: str) -> Environment:
    """``templates``: a folder looked into before the shipped one. Templates of others run in a sandbox.
    ``language``: of the document, which words of another are marked to differ from."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    kind = Environment if templates is None else ImmutableSandboxedEnvironment
    environment = kind(
        loader=FileSystemLoader(_folders(templates)),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["block"] = _is_block
    for name, writer in (("rich", runs), ("head_cells", head_cells), ("body_cells", body_cells)):
        environment.globals[name] = partial(writer, language=language)
    return environment


def _folders(templates: Path | None) -> list[Path]:
    if templates is not None and not templates.is_dir():
        raise TamError(problem("templates-not-found", path=str(templates)))
    return [*([templates] if templates else []), content_path("reports")]


def _is_block(value: object, name: str) -> bool:
    return type(value).__name__ == name


@cache
def _shipped_stylesheet() -> str:
    """The stylesheet of every report, as one string."""
    return _stylesheet(None)


def _stylesheet(templates: Path | None) -> str:
    return "\n".join(_style(name, templates) for name in STYLES)


def _style(name: str, templates: Path | None) -> str:
    paths = [folder / "style" / name for folder in _folders(templates)]
    path = next(one for one in paths if one.is_file())
    text = "\n".join(line.rstrip() for line in path.read_text(encoding="utf-8").splitlines())
    if "</" in text or "<!" in text:
        raise TamError(problem("style-holds-markup", Where(path.name)))
    return text


def render_html(
    document: Document, audience: str = "academic", look: Look = PLAIN, audiences: Sequence[str] = ()
) -> str:
    """The report of one audience and one language as HTML. ``audiences``: those that are written together."""
    words: Words = load_words(document.language)

    def label(key: str, **values: Any) -> str:
        return words.text(key, **values)

    theme = look.theme or PLAIN_THEME
    shipped = _shipped_stylesheet() if look.templates is None else _stylesheet(look.templates)
    stylesheet = shipped + theme_style(theme)
    html = _rendered(
        f"{audience}/report.html.j2",
        look.templates,
        {
            "document": document,
            "theme": theme,
            "label": label,
            "stylesheet": stylesheet,
            "style_source": _digest(stylesheet),
            "look_record": record_text(look, audiences),
        },
    )
    tidy = "\n".join(line.rstrip() for line in html.splitlines()) + "\n"
    # A lone half of a surrogate pair, which JSON may hold, cannot be written to any file.
    return tidy.encode("utf-8", "replace").decode("utf-8")


def fragment(template: str, language: str, **values: Any) -> str:
    """A piece of HTML in the shipped look, for another page than a report's."""
    words = load_words(language)
    html = _environment(None, language).get_template(template).render(label=words.text, **values)
    return html.encode("utf-8", "replace").decode("utf-8")


def _digest(stylesheet: str) -> str:
    """The source expression of a content-security policy that admits this one style element."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(stylesheet.encode()).digest()).decode()}'"


def _rendered(name: str, templates: Path | None, values: dict[str, Any]) -> str:
    from markupsafe import Markup

    ours = {key: Markup(values[key]) for key in ("stylesheet", "style_source")}
    values = {**values, **ours, "markup": Markup}
    environment = _environment(templates, values["document"].language)
    if templates is None:
        return environment.get_template(name).render(values)
    from jinja2 import TemplateError

    try:
        return environment.get_template(name).render(values)
    except (TemplateError, *BROKEN) as fault:
        raise TamError(_broken(fault, templates)) from fault


def _broken(fault: Exception, templates: Path) -> Problem:
    """What is wrong with a template: its file and line, read off the traceback."""
    place, line = str(getattr(fault, "filename", None) or ""), getattr(fault, "lineno", None)
    for frame in traceback.extract_tb(fault.__traceback__):
        if frame.filename.endswith(".j2"):
            place, line = frame.filename, frame.lineno
    path = Path(place)
    shown = path.relative_to(templates).as_posix() if path.is_relative_to(templates) else path.name
    return problem(
        "template-broken",
        Where(shown or templates.name, line=line),
        reason=f"{type(fault).__name__}: {fault}",
    )
