"""The styles of a report in Word: typefaces for both scripts, sizes, colours, room; named as Word does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tam.report.docx_package import language_tag
from tam.report.docx_text import element
from tam.report.front_page import FrontPage

if TYPE_CHECKING:
    from docx.document import Document

INK, MUTED, RULE = "1D2430", "566072", "C9CED6"
LEVELS = {"good": "1C6B3C", "plain": "566072", "caution": "7D4F00", "bad": "A3161B"}
"""The colours of the levels, as on paper."""


@dataclass(frozen=True, slots=True)
class Fonts:
    """A typeface for Latin and one for East Asian letters."""

    latin: str
    east_asian: str


BODY = Fonts("Times New Roman", "SimSun")
HEADING = Fonts("Arial", "SimHei")
CODE = Fonts("Courier New", "SimSun")


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in points; ``line``: distance of the lines as a multiple; ``indent`` in points."""

    base: str
    fonts: Fonts = BODY
    size: float = 11.0
    before: float = 0.0
    after: float = 6.0
    line: float = 1.12
    bold: bool = False
    color: str = INK
    indent: float = 0.0
    hanging: float = 0.0
    keep_next: bool = False


_STYLES: Mapping[str, Style] = {
    "Normal": Style(""),
    "Title": Style("Normal", HEADING, 22, 0, 8, 1.1, bold=True),
    "Subtitle": Style("Normal", HEADING, 9.5, 0, 6, bold=True, color=MUTED, keep_next=True),
    "Heading 1": Style("Normal", HEADING, 15, 26, 8, 1.1, bold=True, keep_next=True),
    "Heading 2": Style("Normal", HEADING, 11.5, 16, 5, 1.1, bold=True, keep_next=True),
    "Heading 3": Style("Normal", HEADING, 10.5, 12, 4, 1.1, bold=True, keep_next=True),
    "Caption": Style("Normal", BODY, 11, 16, 5, 1.12, keep_next=True),
    "List Bullet": Style("Normal", after=4),
    "List Number": Style("Normal", after=4),
    "Quote": Style("Normal", before=4, after=8, indent=18),
    "Lead": Style("Normal", size=13, after=8, line=1.2),
    "Small": Style("Normal", size=9.5, color=MUTED),
    "Facts": Style("Normal", HEADING, 9, after=1, color=MUTED),
    "Footer": Style("Normal", HEADING, 8.5, color=MUTED, after=0),
    "toc 1": Style("Normal", after=2, line=1.05),
    "Code": Style("Normal", CODE, 8.5, 4, 8, 1.05, indent=9),
    "Reference": Style("Normal", after=5, indent=24, hanging=24),
    "Table Text": Style("Normal", size=9.5, before=1.5, after=1.5, line=1.0),
    "Table Note": Style("Normal", size=9, before=4, after=12, line=1.05),
    "Picture": Style("Normal", before=2, after=4, line=1.0),
    "Notice": Style("Normal", size=10, after=3, indent=12),
    "Card Head": Style("Normal", HEADING, 9, 4, 2, 1.0, bold=True, color=MUTED),
    "Card Figure": Style("Normal", HEADING, 15, 0, 3, 1.0, bold=True),
}
_OWN = (
    *("Lead", "Small", "Facts", "Code", "Reference", "Table Text", "Table Note", "Picture", "Notice"),
    *("Card Head", "Card Figure"),
)
"""Styles that Word does not have."""

_CHINESE_LINE = 1.3
"""Chinese characters fill their line; running text needs more room between the lines."""


def style_id(name: str) -> str:
    """The id by which paragraphs name a style."""
    return name.replace(" ", "")


def set_fonts(style: Any, fonts: Fonts) -> None:
    """The typefaces of a style, in place of those that the theme of the file would give."""
    from docx.oxml.ns import qn

    found = style.element.get_or_add_rPr().get_or_add_rFonts()
    for key in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        found.attrib.pop(qn(key), None)
    for key, name in (("ascii", fonts.latin), ("hAnsi", fonts.latin), ("cs", fonts.latin)):
        found.set(qn(f"w:{key}"), name)
    found.set(qn("w:eastAsia"), fonts.east_asian)


def set_language(style: Any, language: str) -> None:
    """The language of a style's text; East Asian letters are Chinese in any case."""
    tag = language_tag(language)
    said = element("w:lang", {"w:val": tag, "w:eastAsia": "zh-CN"})
    style.element.get_or_add_rPr().append(said)


def set_page(section: Any, size: tuple[float, float], margins: tuple[float, float]) -> None:
    """The page of a section: width and height, margins at the sides and at top and bottom, in millimetres."""
    from docx.shared import Mm

    section.page_width, section.page_height = Mm(size[0]), Mm(size[1])
    section.left_margin = section.right_margin = Mm(margins[0])
    section.top_margin = section.bottom_margin = Mm(margins[1])


def set_styles(document: Document, language: str, front: FrontPage) -> None:
    """Every style of a report, in the type and the colour of a brand where it has one. Links have the colour
    of the text: they lead inside the document."""
    from docx.enum.style import WD_STYLE_TYPE

    for name in _OWN:
        document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH).quick_style = True
    document.styles.add_style("toc 1", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
    for name, wanted in _STYLES.items():
        style: Any = document.styles[name]
        if wanted.base and name != wanted.base:
            style.base_style = document.styles[wanted.base]
        _set_style(style, _branded(name, wanted, front), chinese=language == "zh")
    set_language(document.styles["Normal"], language)
    link: Any = document.styles.add_style("Hyperlink", WD_STYLE_TYPE.CHARACTER, builtin=True)
    link.font.underline = True


def _branded(name: str, wanted: Style, front: FrontPage) -> Style:
    """The style with the typefaces of a brand, headings in its colour."""
    if wanted.fonts is CODE:
        return wanted
    latin, chinese = front.text_fonts if wanted.fonts is BODY else front.heading_fonts
    fonts = Fonts(latin or wanted.fonts.latin, chinese or wanted.fonts.east_asian)
    colored = front.accent and name.startswith(("Heading", "Title"))
    return replace(wanted, fonts=fonts, color=front.accent if colored else wanted.color)


def _set_style(style: Any, wanted: Style, *, chinese: bool) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    set_fonts(style, wanted.fonts)
    for border in style.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)
    font, room = style.font, style.paragraph_format
    font.size, font.bold, font.italic = Pt(wanted.size), wanted.bold, False
    font.color.rgb = RGBColor.from_string(wanted.color)
    for name in ("w:spacing", "w:kern"):
        for found in style.element.rPr.findall(qn(name)):
            style.element.rPr.remove(found)
    room.space_before, room.space_after = Pt(wanted.before), Pt(wanted.after)
    running = chinese and wanted.line > 1.1 and not wanted.bold
    room.line_spacing = max(wanted.line, _CHINESE_LINE) if running else wanted.line
    room.keep_with_next = wanted.keep_next
    room.widow_control = True
    if wanted.indent:
        room.left_indent = Pt(wanted.indent)
    if wanted.hanging:
        room.first_line_indent = Pt(-wanted.hanging)
