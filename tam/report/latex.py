"""A report as LaTeX: one file that compiles, tables as files that a paper can input, figures as PDF."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tam.content import content_path
from tam.report.document import Document, Figure, Subheading, Table, plain
from tam.report.front_page import front_page
from tam.report.latex_tables import tex_table
from tam.report.latex_text import Tex, TexSetting, escaped, labels_for
from tam.report.look import PLAIN, Look
from tam.report.words import load_words

if TYPE_CHECKING:
    from jinja2 import Environment

_MM_PER_PIXEL = 25.4 / 96
_BRIEF = 600
"""Cards up to so many characters stand beside each other; what is longer must be able to go over a page."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def latex_files(document: Document, name: str, look: Look = PLAIN) -> dict[str, str | bytes]:
    """File name -> content: ``<name>.tex``, ``<name>.tables/preamble.tex`` with the packages and commands
    that the tables need, each table (``<name>.tables/01-hypotheses.tex``), each figure
    (``<name>.figures/01-diagram.pdf``). English compiles with pdfLaTeX and XeLaTeX, Chinese with XeLaTeX.
    Raises ``TamError`` where no typeface has the letters of a figure."""
    from tam.report.pictures import pdf, style_of

    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name for a file of LaTeX: letters, digits, points and dashes")
    front = front_page(look, document.language)
    setting = TexSetting(document.language, labels_for(dict(_targets(document))))
    shared = {**_shared(document, name, setting), "front": front}
    environment = _environment(look.templates, document.language)

    def drawn(template: str, **values: Any) -> str:
        text = environment.get_template(f"latex/{template}").render(**shared, **values)
        return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"

    files: dict[str, str | bytes] = {f"{name}.tables/preamble.tex": drawn("preamble.tex.j2")}
    for block in _blocks(document):
        if isinstance(block, Table):
            table = tex_table(block, setting)
            files[table_file(name, block)] = drawn("table.tex.j2", table=table)
        elif isinstance(block, Figure):
            files[figure_file(name, block)] = pdf(block, document.language, style=style_of(look))
    if front.logo is not None:
        files[f"{name}.figures/logo.{front.logo_ending}"] = front.logo.data
    return {f"{name}.tex": drawn("report.tex.j2", document=document)} | files


def table_file(name: str, table: Table) -> str:
    return f"{name}.tables/{table.number:02d}-{_plain(table.key)}.tex"


def figure_file(name: str, figure: Figure) -> str:
    return f"{name}.figures/{figure.number:02d}-{_plain(figure.key)}.pdf"


def _plain(key: str) -> str:
    """A key as part of a file name that every TeX reads."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", key)


def _blocks(document: Document) -> Iterator[Any]:
    for section in document.sections:
        yield from section.blocks


def _targets(document: Document) -> Iterator[tuple[str, str]]:
    """Everything that a link may lead to, with the label that it should have."""
    for section in document.sections:
        yield section.key, f"sec:{section.key}"
        for block in section.blocks:
            match block:
                case Table(key=key):
                    yield f"table-{key}", f"tab:{key}"
                case Figure(key=key):
                    yield f"figure-{key}", f"fig:{key}"
                case Subheading(key=key):
                    yield key, f"sub:{key}"
                case _:
                    pass


def _shared(document: Document, name: str, setting: TexSetting) -> Mapping[str, Any]:
    """What every template can use."""
    words = load_words(document.language)

    def label(key: str, **values: Any) -> Tex:
        return setting.set(words.rich(key, **values))

    def lines(text: Any) -> list[Tex]:
        """Code line by line, its indents kept."""
        plain_lines = "".join(run.text for run in text).splitlines()
        return [
            Tex("~" * (len(one) - len(one.lstrip())) + escaped(one.lstrip(), "en")) for one in plain_lines
        ]

    return {
        "name": Tex(name),
        "chinese": document.language == "zh",
        "rich": setting.set,
        "label": label,
        "lines": lines,
        "ref": setting.labels.get,
        "table_file": lambda table: Tex(table_file(name, table)),
        "figure_file": lambda figure: Tex(figure_file(name, figure)),
        "width": _width,
        "is_brief": lambda card: sum(map(len, map(plain, (card.head, card.figure, card.text)))) < _BRIEF,
    }


def _width(figure: Figure) -> Tex:
    """The width of a figure on paper, as long as the page has it."""
    from tam.report.pictures import picture_size

    return Tex(f"{picture_size(figure)[0] * _MM_PER_PIXEL:.1f}mm")


@cache
def _environment(templates: Path | None, language: str) -> Environment:
    """Templates in which every text that is not finished LaTeX is escaped. ``templates``: a folder looked
    into before the shipped one."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader([*([templates] if templates else []), content_path("reports")]),
        autoescape=False,
        finalize=partial(_finished, language),
        undefined=StrictUndefined,
        block_start_string="((*",
        block_end_string="*))",
        variable_start_string="(((",
        variable_end_string=")))",
        comment_start_string="((=",
        comment_end_string="=))",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.tests["block"] = lambda value, kind: type(value).__name__ == kind
    return environment


def _finished(language: str, value: object) -> object:
    return value if isinstance(value, (Tex, int, float)) else escaped(str(value), language)
