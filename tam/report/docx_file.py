"""A report as a Word document: real headings, three-line tables, captions with fields, pictures with a text
for those who cannot see them; nothing that depends on the day or the machine."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from tam.report.characters import printable
from tam.report.document import Document, Figure, Section, Subheading, Table, plain, rich
from tam.report.docx_blocks import banner_parts, block_parts, contents_parts, notes_part
from tam.report.docx_package import describe, new_document, saved
from tam.report.docx_styles import RULE, set_page, set_styles
from tam.report.docx_tables import plan_of, table_grid
from tam.report.docx_text import (
    Setting,
    bookmark_names,
    bookmarked,
    caption,
    element,
    field,
    paragraph,
    runs,
)
from tam.report.front_page import FrontPage, front_page
from tam.report.look import PLAIN, Look
from tam.report.pictures import style_of
from tam.report.words import load_words

if TYPE_CHECKING:
    from docx.document import Document as Word

Page = Literal["a4", "letter"]
_PAGES: Mapping[Page, tuple[float, float]] = {"a4": (210.0, 297.0), "letter": (215.9, 279.4)}
_SIDE, _TOP = 25.0, 22.0
"""Margins at the sides and at top and bottom, in millimetres."""

_MM_PER_PIXEL = 25.4 / 96
_CAPTION_ROOM = 34.0
"""What a figure leaves of the page's height for caption and notes, in millimetres."""

_LOGO = 14.0
"""The height of a logo in millimetres."""

_LONGEST_ALT = 2000


def docx_bytes(document: Document, look: Look = PLAIN, *, page: Page = "a4") -> bytes:
    """The document as the bytes of a DOCX file; the same document gives the same bytes. Raises
    ``DocxMissing`` without python-docx and ``TamError`` where no typeface has the letters of a figure."""
    word = new_document()
    front = front_page(look, document.language)
    set_styles(word, document.language, front)
    set_page(word.sections[0], _PAGES[page], (_SIDE, _TOP))
    setting = Setting(document.language, load_words(document.language), bookmark_names(_targets(document)))
    describe(word, document.title, document.language)
    _page_number(word, setting)
    writer = _Writer(word, setting, *_PAGES[page], style_of(look))
    writer.brand(front)
    for part in _opening(document, front, setting):
        writer.add(part)
    for section in document.sections:
        writer.section(section)
    for line in document.footer:
        writer.add(paragraph("Small", runs(line, setting)))
    return saved(word)


def _targets(document: Document) -> Iterator[str]:
    """Everything that a link may lead to."""
    for section in document.sections:
        yield section.key
        for block in section.blocks:
            match block:
                case Table(key=key):
                    yield f"table-{key}"
                case Figure(key=key):
                    yield f"figure-{key}"
                case Subheading(key=key):
                    yield key
                case _:
                    pass


def _opening(document: Document, front: FrontPage, setting: Setting) -> Iterator[Any]:
    """Kicker, title, facts, notices and the list of contents."""
    yield paragraph("Subtitle", runs(document.kicker, setting))
    yield paragraph("Title", runs(rich(document.title), setting))
    for said in front.lines:
        yield paragraph("Lead", runs(rich(said), setting))
    for fact in document.facts:
        yield paragraph("Facts", runs(fact, setting))
    rule = paragraph("Facts")
    line = {"w:val": "single", "w:sz": 6, "w:space": 1, "w:color": RULE}
    rule[0].append(element("w:pBdr", {}, element("w:bottom", line)))
    rule[0].append(element("w:spacing", {"w:after": 200}))
    yield rule
    if front.alone:
        yield paragraph("Facts", [element("w:r", {}, element("w:br", {"w:type": "page"}))])
    for banner in document.banners:
        yield from banner_parts(banner, setting)
    yield from contents_parts(document.sections, setting)


def _page_number(word: Word, setting: Setting) -> None:
    footer = word.sections[0].footer
    own = footer.paragraphs[0]._p
    own.addnext(paragraph("Footer", field("PAGE", "1", setting), align="center"))
    own.getparent().remove(own)


@dataclass(slots=True)
class _Writer:
    """Puts parts at the end of the document; turns the page for what is wider than it. Sizes in
    millimetres; ``style``: what a brand changes in the drawings."""

    word: Word
    setting: Setting
    width: float
    height: float
    style: str
    turned: bool = False

    @property
    def room(self) -> float:
        """The width of the text on the page as it is."""
        return (self.height if self.turned else self.width) - 2 * _SIDE

    def add(self, part: Any) -> None:
        self._end().addprevious(part)

    def _end(self) -> Any:
        return self.word.element.body.sectPr

    def turn(self, *, turned: bool) -> None:
        """The next part begins a page in landscape, or again an upright one."""
        if turned == self.turned:
            return
        from docx.enum.section import WD_ORIENT, WD_SECTION

        section = self.word.add_section(WD_SECTION.NEW_PAGE)
        _into_paragraph_before(self._end().getprevious())
        size = (self.height, self.width) if turned else (self.width, self.height)
        set_page(section, size, (_SIDE, _TOP))
        section.orientation = WD_ORIENT.LANDSCAPE if turned else WD_ORIENT.PORTRAIT
        self.turned = turned

    def section(self, section: Section) -> None:
        self.turn(turned=False)
        head = paragraph("Heading1", runs(section.title, self.setting))
        self.add(bookmarked(head, section.key, self.setting))
        for block in section.blocks:
            if isinstance(block, Table):
                self.table(block)
                continue
            self.turn(turned=False)
            if isinstance(block, Figure):
                self.figure(block)
                continue
            for part in block_parts(block, self.room, self.setting, self._new_list):
                self.add(part)

    def table(self, table: Table) -> None:
        plan = plan_of(table, self.width - 2 * _SIDE, self.height - 2 * _SIDE)
        self.turn(turned=plan.turned)
        target = f"table-{table.key}"
        self.add(caption("table", table.number, table.title, self.setting, target=target))
        self.add(table_grid(table, plan, self.setting))
        self.add(notes_part(table.notes, self.setting))

    def figure(self, figure: Figure) -> None:
        """In English the caption stands above the picture, in Chinese beneath it."""
        beneath = self.setting.chinese
        target = f"figure-{figure.key}"
        said = caption("figure", figure.number, figure.title, self.setting, target=target, keep=not beneath)
        picture = self._picture(figure, keep=beneath or bool(figure.notes))
        for part in (picture, said) if beneath else (said, picture):
            self.add(part)
        self.add(notes_part(figure.notes, self.setting))

    def _picture(self, figure: Figure, *, keep: bool) -> Any:
        from docx.shared import Mm

        from tam.report.pictures import picture_size, png

        width, height = (pixels * _MM_PER_PIXEL for pixels in picture_size(figure))
        share = min(1.0, self.room / width, (self.height - 2 * _TOP - _CAPTION_ROOM) / height)
        drawn = io.BytesIO(png(figure, self.setting.language, style=self.style))
        inline = self.word.part.new_pic_inline(drawn, Mm(width * share), Mm(height * share))
        title, align = plain(figure.title), "center" if self.setting.chinese else ""
        holder = _described(inline, f"figure-{figure.number}", title, figure.description)
        return paragraph("Picture", [holder], keep=keep, align=align)

    def brand(self, front: FrontPage) -> None:
        """The logo of a brand, else its name, above everything."""
        inline = self._logo(front.logo.data) if front.logo else None
        if inline is not None:
            described = _described(inline, "logo", front.organisation, front.organisation)
            self.add(paragraph("Picture", [described]))
        elif front.organisation:
            self.add(paragraph("Subtitle", runs(rich(front.organisation), self.setting)))

    def _logo(self, data: bytes) -> Any:
        """The picture in its height, or in half of the width where it is a long one; None where Word could
        not show it."""
        from docx.image.exceptions import (
            InvalidImageStreamError,
            UnexpectedEndOfFileError,
            UnrecognizedImageError,
        )
        from docx.shared import Mm

        try:
            inline = self.word.part.new_pic_inline(io.BytesIO(data), None, Mm(_LOGO))
            if inline.extent.cx <= Mm(self.room / 2):
                return inline
            return self.word.part.new_pic_inline(io.BytesIO(data), Mm(self.room / 2), None)
        except (InvalidImageStreamError, UnexpectedEndOfFileError, UnrecognizedImageError):
            return None

    def _new_list(self) -> int:
        """A list that counts from one again, in the form of Word's numbered lists."""
        from docx.oxml.ns import qn

        numbering: Any = self.word.part.numbering_part.element
        style: Any = self.word.styles["List Number"].element
        used = style.pPr.numPr.numId.val
        form = next(one for one in numbering.findall(qn("w:num")) if one.numId == used)
        made = numbering.add_num(form.abstractNumId.val)
        made.add_lvlOverride(ilvl=0).add_startOverride(1)
        return int(made.numId)


def _described(inline: Any, name: str, title: str, description: str) -> Any:
    """A picture as a run, with a text for those who cannot see it."""
    inline.docPr.set("name", name)
    inline.docPr.set("title", printable(title)[:_LONGEST_ALT])
    inline.docPr.set("descr", printable(description)[:_LONGEST_ALT])
    return element("w:r", {}, element("w:drawing", {}, inline))


def _into_paragraph_before(holder: Any) -> None:
    """The end of a section stands in the last paragraph of it, not in an empty one after it."""
    from docx.oxml.ns import qn

    before = holder.getprevious()
    if before is None or before.tag != qn("w:p"):
        return
    before.get_or_add_pPr().append(holder.pPr.find(qn("w:sectPr")))
    holder.getparent().remove(holder)
