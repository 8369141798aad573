"""One edition of a report in every format asked for: names of files beside the results, and their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from tam.analysis.embedded import with_results
from tam.errors import Problem, TamError, problem
from tam.report.document import Document, Figure, figures
from tam.report.editions import EDITIONS, document_for
from tam.report.look import PLAIN, Look
from tam.report.write import report_name, write_report
from tam.spec.report_options import AUDIENCES, FORMATS, Audience, ReportOptions

Content = str | bytes
PICTURES = ("svg", "png", "pdf")
_CHINESE = "汉字"
_WITH_FONTS = frozenset({"png", "pdf", "docx", "latex"})
"""Formats whose pictures are drawn with the fonts of this machine."""
OFFERED: tuple[Audience, ...] = tuple(one for one in AUDIENCES if one in EDITIONS)
"""The audiences for which there is an edition of a study's report."""


def look_of(options: ReportOptions) -> Look:
    """The look that is asked for. Raises TamError where its theme or its templates cannot be had."""
    from tam.report.theme import load_theme

    if options.templates is not None and not options.templates.is_dir():
        raise TamError(problem("templates-not-found", path=str(options.templates)))
    theme = None if options.theme is None else load_theme(options.theme)
    return Look(options.likert, theme, options.templates)


@dataclass(frozen=True, slots=True)
class EditionFiles:
    """Name of the file -> content. ``replaced``: the characters of pictures that no font here has."""

    contents: Mapping[str, Content]
    replaced: tuple[str, ...] = ()


def report_files(
    results: Mapping[str, Any],
    language: str,
    audience: str = "academic",
    *,
    formats: Sequence[str] = ("html",),
    languages: Sequence[str] = (),
    audiences: Sequence[str] = (),
    look: Look = PLAIN,
) -> EditionFiles:
    """The files of one language and audience. ``languages``, ``audiences``: all that are written together,
    for the links between them.

    Raises TamError where a format needs what the machine lacks.
    """
    unknown = [one for one in formats if one not in FORMATS]
    if unknown:
        raise ValueError(f"no formats of a report: {unknown}")
    found: dict[str, Content] = {}
    if "html" in formats:
        page = write_report(
            results, language, languages=languages, audience=audience, audiences=audiences, look=look
        )
        if "publication" not in results:
            told = {"language": language, "languages": languages, "audience": audience}
            page = with_results(page, results, **told)  # type: ignore[arg-type]
        found[report_name(language, audience)] = page
    others = [one for one in FORMATS if one in formats and one != "html"]
    replaced: list[str] = []
    if others:
        document = document_for(results, language, audience, (), look)
        stem = report_name(language, audience, "")[:-1]
        for one in others:
            found |= _WRITERS[one](document, stem, look)
        if _WITH_FONTS & set(others):
            replaced += _replaced(document, look)
    return EditionFiles(found, tuple(dict.fromkeys(replaced)))


def _replaced(document: Document, look: Look) -> Iterator[str]:
    from tam.report.pictures import replaced_characters, style_of

    for one in figures(document.sections):
        yield from replaced_characters(one, document.language, style_of(look))


def raise_for_lacking(formats: Sequence[str], languages: Sequence[str], audiences: Sequence[str]) -> None:
    """Raise TamError for what is asked for and cannot be drawn here, before long work is done for it."""
    from tam.report.fonts import outline

    refused = [one for one in audiences if one not in OFFERED]
    if refused:
        raise TamError(
            problem("not-yet-available", feature=f"--audience {one}", available=", ".join(OFFERED))
            for one in refused
        )
    if "docx" in formats and find_spec("docx") is None:
        raise TamError(problem("docx-needs-extra", file="*.docx"))
    if "zh" in languages and _WITH_FONTS & set(formats):
        outline(_CHINESE)


def letters_told(letters: Iterable[str]) -> list[Problem]:
    """The note that says for which characters pictures show a mark; none where there are none."""
    several = list(dict.fromkeys(letters))
    return [problem("picture-letters-replaced", letters=" ".join(several[:20]))] if several else []


# -- formats ------------------------------------------------------------------------------------------------


def _docx(document: Document, stem: str, look: Look) -> dict[str, Content]:
    from tam.report.docx_file import docx_bytes
    from tam.report.docx_package import DocxMissing

    try:
        return {f"{stem}.docx": docx_bytes(document, look)}
    except DocxMissing:
        raise TamError(problem("docx-needs-extra", file=f"{stem}.docx")) from None


def _latex(document: Document, stem: str, look: Look) -> dict[str, Content]:
    from tam.report.latex import latex_files

    return dict(latex_files(document, stem, look))


def _csv(document: Document, stem: str, look: Look) -> dict[str, Content]:  # noqa: ARG001
    from tam.report.data_files import csv_files

    return {f"{stem}.{name}": text for name, text in csv_files(document).items()}


def _xlsx(document: Document, stem: str, look: Look) -> dict[str, Content]:  # noqa: ARG001
    from tam.report.data_files import xlsx_bytes

    return {f"{stem}.xlsx": xlsx_bytes(document)}


def _markdown(document: Document, stem: str, look: Look) -> dict[str, Content]:
    from tam.report.markdown import markdown_text

    return {
        f"{stem}.md": markdown_text(document, f"{stem}.figures"),
        **_pictures("svg")(document, stem, look),
    }


def _pictures(kind: str) -> Callable[[Document, str, Look], dict[str, Content]]:
    def write(document: Document, stem: str, look: Look) -> dict[str, Content]:
        return dict(_drawn(kind, document, stem, look))

    return write


def _drawn(kind: str, document: Document, stem: str, look: Look) -> Iterator[tuple[str, Content]]:
    from tam.report import pictures

    draw: Mapping[str, Callable[..., Content]] = {
        "svg": pictures.svg_file,
        "png": pictures.png,
        "pdf": pictures.pdf,
    }
    style = pictures.style_of(look)
    for one in figures(document.sections):
        yield f"{stem}.figures/{figure_name(one)}.{kind}", draw[kind](one, document.language, style=style)


def figure_name(figure: Figure) -> str:
    """``01-diagram``."""
    return f"{figure.number:02d}-{figure.key}"


_WRITERS: Mapping[str, Callable[[Document, str, Look], dict[str, Content]]] = {
    "docx": _docx,
    "latex": _latex,
    "csv": _csv,
    "xlsx": _xlsx,
    "markdown": _markdown,
    **{kind: _pictures(kind) for kind in PICTURES},
}
