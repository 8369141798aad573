"""The questionnaire and its codebook as a Word document: real headings, tables, fonts for both scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tam.report.characters import printable
from tam.report.docx_package import DocxMissing, describe, new_document, saved
from tam.report.docx_styles import Fonts, set_fonts, set_language, set_page
from tam.report.questionnaire import (
    Block,
    Option,
    Question,
    codebook_rows,
    questionnaire_words,
    said,
    sections,
)
from tam.spec.instrument import Instrument

if TYPE_CHECKING:
    from docx.document import Document

__all__ = ["DocxMissing", "questionnaire_docx"]

_BODY, _HEADING = Fonts("Georgia", "SimSun"), Fonts("Georgia", "SimHei")
_CIRCLE = "○"
_STATEMENT_WIDTH = 0.46
"""Share of the width of a table that the statements take; the answers share the rest."""
_CODEBOOK = ("item", "construct", "scale", "reverse", "codes")


def questionnaire_docx(instrument: Instrument, language: str) -> bytes:
    """The same questions in the same order as the page, and the codebook behind them, as a DOCX file.

    The file holds no date and no name: the same instrument gives the same bytes. Raises ``DocxMissing``.
    """
    document = new_document()
    words = questionnaire_words(language)
    _styles(document, language)
    describe(document, said(instrument.title, language).words, language)
    document.add_heading(printable(said(instrument.title, language).words), 0)
    if instrument.status != "validated":
        notice = document.add_paragraph(style="Intense Quote")
        notice.add_run(words[instrument.status]).bold = True
        notice.add_run(f" {words[instrument.status + '_detail']}")
    document.add_paragraph(words["invitation"])
    document.add_paragraph(f"{words['organiser']}: ______________________________")
    if instrument.instructions is not None:
        document.add_heading(words["before_you_start"], 1)
        document.add_paragraph(printable(said(instrument.instructions, language).words))
    for section in sections(instrument, language):
        document.add_heading(section.heading, 1)
        for block in section.blocks:
            _block(document, block, words)
    document.add_paragraph(words["thanks"])
    _codebook(document, instrument, words, language)
    return saved(document)


def _block(document: Document, block: Block, words: Any) -> None:
    if block.options:
        _matrix(document, block, words)
        return
    for question in block.questions:
        _question(document, question, words)


def _question(document: Document, question: Question, words: Any) -> None:
    paragraph = document.add_paragraph(f"{question.number}. {printable(question.text.words)}")
    paragraph.paragraph_format.keep_with_next = True
    if not question.options:
        document.add_paragraph(f"____________ {words['write_number']}")
        return
    if question.several:
        document.add_paragraph(words[question.several])
    for option in question.options:
        line = document.add_paragraph(f"{_CIRCLE} {option.code}  {printable(option.label.words)}")
        line.paragraph_format.left_indent = _points(18)
        line.paragraph_format.space_after = _points(0)
        line.paragraph_format.keep_with_next = option is not question.options[-1]


def _matrix(document: Document, block: Block, words: Any) -> None:
    """Statements as rows, answers as columns; the first row is repeated on every page."""
    intro = document.add_paragraph(words["agree_intro"])
    intro.paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=1 + len(block.options), style="Table Grid")
    table.autofit = False
    _header(table, [words["statement"], *(_column(option) for option in block.options)])
    for question in block.questions:
        cells = table.add_row().cells
        cells[0].text = f"{question.number}. {printable(question.text.words)}"
        for cell, option in zip(cells[1:], block.options, strict=True):
            _centred(cell, f"{_CIRCLE} {option.code}")
    _widths(table, document)
    for row in table.rows:
        _mark(row, "w:cantSplit")
    document.add_paragraph()


def _column(option: Option) -> str:
    label = printable(option.label.words)
    return label if label != option.code else option.code


def _header(table: Any, texts: Sequence[str]) -> None:
    for i, (cell, text) in enumerate(zip(table.rows[0].cells, texts, strict=True)):
        if i:
            _centred(cell, text)
        else:
            cell.text = text
        for paragraph in cell.paragraphs:
            for run in paragraph.runs:
                run.bold = True
                run.font.size = _points(8)
    _mark(table.rows[0], "w:tblHeader")


def _centred(cell: Any, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    cell.text = text
    cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER


def _mark(row: Any, name: str) -> None:
    """A property of a table row: not split over pages, or repeated as a heading."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _widths(table: Any, document: Document) -> None:
    section = document.sections[0]
    total = int(section.page_width or 0) - int(section.left_margin or 0) - int(section.right_margin or 0)
    columns = len(table.columns)
    rest = int(total * (1 - _STATEMENT_WIDTH) / max(columns - 1, 1))
    for i in range(columns):
        for cell in table.columns[i].cells:
            cell.width = int(total * _STATEMENT_WIDTH) if i == 0 else rest


def _codebook(document: Document, instrument: Instrument, words: Any, language: str) -> None:
    """For the researchers: the name, construct, scale and codes of every question."""
    document.add_page_break()  # type: ignore[no-untyped-call]
    document.add_heading(words["codebook"], 1)
    document.add_paragraph(words["codebook_note"])
    names = [words[f"codebook_{name}"] for name in _CODEBOOK]
    table = document.add_table(rows=1, cols=len(names), style="Table Grid")
    _header(table, names)
    for row in codebook_rows(instrument):
        codes = row[f"codes_{language}"] or row["codes_zh"] or row["codes_en"]
        range_ = f"{row['min']}–{row['max']}" if row["min"] and row["max"] else ""
        reverse = words["yes"] if row["reverse"] == "yes" else ""
        texts = (row["item"], row["construct"], f"{row['scale']} {range_}".strip(), reverse, codes)
        for cell, text in zip(table.add_row().cells, texts, strict=True):
            cell.text = printable(text)
            for run in cell.paragraphs[0].runs:
                run.font.size = _points(8)
    for row_ in table.rows:
        _mark(row_, "w:cantSplit")


def _styles(document: Document, language: str) -> None:
    """Fonts for Latin and East Asian letters in every style that is used, and the language of the text."""
    set_page(document.sections[0], (210, 297), (20, 18))
    for name in ("Normal", "Title", "Heading 1", "Intense Quote", "Table Grid"):
        style: Any = document.styles[name]
        set_fonts(style, _HEADING if name in ("Title", "Heading 1") else _BODY)
    normal: Any = document.styles["Normal"]
    normal.font.size = _points(10.5)
    normal.paragraph_format.space_after = _points(4)
    set_language(normal, language)


def _points(value: float) -> Any:
    from docx.shared import Pt

    return Pt(value)
