"""A report as a Word document: its parts as Word reads them, and as LibreOffice prints them."""

from __future__ import annotations

import io
import re
import sys
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

pytest.importorskip("docx")

import docx
from docx.oxml.ns import qn
from paper_document import DOT, HOSTILE, branded, document, figure, hostile_document
from printing import fonts_of, printed_by_office, solid, text_of
from small_results import small_results

from tam.report.characters import printable
from tam.report.column_widths import planned
from tam.report.document import Cell, Column, Document, Group, Paragraph, Run, Section, Table, plain, rich
from tam.report.docx_file import docx_bytes
from tam.report.docx_package import DocxMissing
from tam.report.editions import document_for
from tam.report.pictures import picture_size

LANGUAGES = ("en", "zh")


def opened(made: Document, **options: Any) -> Any:
    return docx.Document(io.BytesIO(docx_bytes(made, **options)))


def only_table(word: Any, title: str) -> Any:
    """The table beneath the caption with this title."""
    body = word.element.body
    for place, part in enumerate(body):
        if part.tag == qn("w:p") and part.style == "Caption" and title in "".join(part.itertext()):
            return docx.table.Table(body[place + 1], word)
    raise AssertionError(f"no table {title}")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_document_gives_the_same_bytes_without_dates_and_names(language: str) -> None:
    first, second = (docx_bytes(document(language)) for _ in range(2))
    assert first == second
    with zipfile.ZipFile(io.BytesIO(first)) as parts:
        assert {one.date_time for one in parts.infolist()} == {(2000, 1, 1, 0, 0, 0)}
        core = parts.read("docProps/core.xml").decode()
        assert not any("thumbnail" in name for name in parts.namelist())
    told = {element.tag.rpartition("}")[2]: element.text for element in ElementTree.fromstring(core)}
    assert told == {"title": "A study", "language": {"en": "en-US", "zh": "zh-CN"}[language]}


def test_headings_are_headings() -> None:
    word = opened(document())
    found = [
        (one.style.name, one.text) for one in word.paragraphs if re.match("Title|Heading", one.style.name)
    ]
    assert found == [
        ("Title", "A study"),
        ("Heading 1", "Evidence"),
        ("Heading 2", "A part"),
        ("Heading 1", "The rest"),
    ]


def test_a_table_has_three_rules_a_head_that_repeats_and_rows_that_do_not_break() -> None:
    found = only_table(opened(document()), "Structural Paths")._tbl
    borders = {one.tag: one.get(qn("w:sz")) for one in found.tblPr.find(qn("w:tblBorders"))}
    assert borders == {qn("w:top"): "12", qn("w:bottom"): "12"}
    head, *rows = found.tr_lst
    assert head.trPr.find(qn("w:tblHeader")) is not None
    assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in (head, *rows))
    lines = [cell.tcPr.find(qn("w:tcBorders")) for row in (head, *rows) for cell in row.tc_lst]
    assert [line is not None for line in lines[:4]] == [True] * 4
    assert not any(line is not None for line in lines[4:])
    widths = [int(column.get(qn("w:w"))) for column in found.tblGrid]
    assert sum(widths) == pytest.approx(9071, abs=4)  # 160 mm, the width of the text


def test_cells_stand_as_they_were_said_numbers_to_the_right_groups_over_all_columns() -> None:
    found = only_table(opened(document()), "Structural Paths")
    texts = [[cell.text for cell in dict.fromkeys(row.cells)] for row in found.rows]
    assert texts[0] == ["Path", "b", "95% CI", "Verdict"]
    assert texts[2] == ["PEOU → PU", "−0.60", "[−0.74, −0.46]", "Supported"]
    group = found.rows[1]._tr.tc_lst
    assert (len(group), group[0].tcPr.gridSpan.val) == (1, 4)
    row = found.rows[2]._tr.tc_lst
    assert [cell.p_lst[0].pPr.find(qn("w:jc")) is not None for cell in row] == [False, True, True, False]
    assert row[3].p_lst[0].r_lst[0].rPr.find(qn("w:b")) is not None
    assert row[0].p_lst[0].r_lst[0].rPr.find(qn("w:b")) is None


def test_a_folded_table_is_printed_whole() -> None:
    word = opened(document())
    captions = [one for one in word.paragraphs if one.style.name == "Caption"]
    assert sum("Structural Paths" in one.text for one in captions) == 2


@pytest.mark.parametrize(("language", "label"), [("en", "Table"), ("zh", "表")])
def test_captions_count_by_fields_that_a_list_of_tables_finds(language: str, label: str) -> None:
    word = opened(document(language))
    codes = [one.text.strip() for one in word.element.iter(qn("w:instrText"))]
    assert codes.count(f"SEQ {label} \\* ARABIC") == 2
    caption = next(one for one in word.paragraphs if one.style.name == "Caption")
    between = "\n" if language == "en" else "\u3000"
    assert caption.text == f"{label} 1{between}Structural Paths"
    leaning = [run.text for run in caption.runs if run.italic]
    assert leaning == (["Structural Paths"] if language == "en" else [])


def test_a_picture_has_a_text_and_three_hundred_dots_an_inch() -> None:
    made = document()
    word = opened(made)
    (picture,) = word.inline_shapes
    properties = picture._inline.docPr
    assert properties.get("descr") == "Two bars & one <line>"
    assert properties.get("title") == "How many answered"
    (part,) = (one for one in word.part.package.iter_parts() if one.partname.endswith(".png"))
    inches = picture.width / 914400
    assert part.image.px_width / inches == pytest.approx(300, rel=0.02)


def test_a_tall_picture_keeps_to_its_page() -> None:
    tall = replace(
        figure(), svg=figure().svg.replace("0 0 300 120", "0 0 300 4000").replace('"120"', '"4000"')
    )
    made = document()
    made = replace(made, sections=(Section("tall", rich("Tall"), (replace(tall, number=1),)),))
    (picture,) = opened(made).inline_shapes
    assert picture.height / 36000 < 297 - 2 * 22 - 30
    width, height = picture_size(tall)
    assert picture.height / picture.width == pytest.approx(height / width, rel=0.01)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_style_names_a_typeface_for_chinese_and_no_theme_overrides_it(language: str) -> None:
    word = opened(document(language))
    used = {one.style.name for one in word.paragraphs} | {"Table Text", "Normal"}
    for name in used:
        fonts = word.styles[name].element.rPr.rFonts
        heading = re.match("Title|Subtitle|Heading|Card|Facts|Footer", name)
        assert fonts.get(qn("w:eastAsia")) == ("SimHei" if heading else "SimSun"), name
        assert not any(key.endswith("Theme") for key in fonts.attrib), name


def test_text_in_another_language_is_marked_and_chinese_never_leans() -> None:
    said = Paragraph((Run("另题 item 一", italic=True, language="zh"), Run(" the rest", italic=True)))
    made = document(more=(said,))
    (found,) = (one for one in opened(made).paragraphs if "另题" in one.text)
    told = [(run.text, run.italic, run._r.rPr.find(qn("w:lang")).attrib) for run in found.runs]
    assert told == [
        ("另题", None, {qn("w:eastAsia"): "zh-CN"}),
        (" item ", True, {qn("w:val"): "en-US"}),
        ("一", None, {qn("w:eastAsia"): "zh-CN"}),
        (" the rest", True, {qn("w:val"): "en-US"}),
    ]


def test_links_lead_to_bookmarks_that_are_there() -> None:
    word = opened(document())
    names = [one.get(qn("w:name")) for one in word.element.iter(qn("w:bookmarkStart"))]
    anchors = {one.get(qn("w:anchor")) for one in word.element.iter(qn("w:hyperlink"))}
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z]\w{0,39}", name) for name in names)
    assert anchors <= set(names)
    assert {one[: one.rindex("_")] for one in anchors} == {"tam_evidence", "tam_rest", "tam_table_paths"}


def test_steps_are_counted_anew_in_every_list() -> None:
    word = opened(document())
    steps = [one for one in word.paragraphs if one.style.name == "List Number"]
    numbers = [one._p.pPr.numPr.numId.val for one in steps]
    assert numbers == [numbers[0]] * 2 + [numbers[2]] * 2 and numbers[0] != numbers[2]


ORDER = {
    "pPr": "pStyle keepNext keepLines pageBreakBefore framePr widowControl numPr suppressLineNumbers pBdr shd"
    " tabs suppressAutoHyphens kinsoku wordWrap overflowPunct topLinePunct autoSpaceDE autoSpaceDN bidi"
    " adjustRightInd snapToGrid spacing ind contextualSpacing mirrorIndents suppressOverlap jc textDirection"
    " textAlignment textboxTightWrap outlineLvl divId cnfStyle rPr sectPr pPrChange",
    "rPr": "rStyle rFonts b bCs i iCs caps smallCaps strike dstrike outline shadow emboss imprint noProof"
    " snapToGrid vanish webHidden color spacing w kern position sz szCs highlight u effect bdr shd fitText"
    " vertAlign rtl cs em lang eastAsianLayout specVanish oMath",
    "tblPr": "tblStyle tblpPr tblOverlap bidiVisual tblStyleRowBandSize tblStyleColBandSize tblW jc"
    " tblCellSpacing tblInd tblBorders shd tblLayout tblCellMar tblLook tblCaption tblDescription",
    "tcPr": "cnfStyle tcW gridSpan hMerge vMerge tcBorders shd noWrap tcMar textDirection tcFitText vAlign",
    "trPr": "cantSplit tblHeader",
    "tbl": "tblPr tblGrid tr",
    "num": "abstractNumId lvlOverride",
}
"""The order of children in the schema of WordprocessingML (ISO/IEC 29500-1); Word refuses others."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_everything_stands_in_the_order_that_word_asks_for(language: str) -> None:
    made = document(language, more=(wide_table(11), Paragraph(rich("after"))))
    with zipfile.ZipFile(io.BytesIO(docx_bytes(made, branded()))) as parts:
        roots = [
            ElementTree.fromstring(parts.read(f"word/{name}.xml"))
            for name in ("document", "styles", "numbering", "footer1")
        ]
    for element in (one for root in roots for one in root.iter()):
        wanted = ORDER.get(element.tag.rpartition("}")[2], "").split()
        found = [child.tag.rpartition("}")[2] for child in element]
        if wanted:
            places = [wanted.index(name) for name in found]
            assert places == sorted(places), (element.tag, found)
            assert "tr" in found or len(set(found)) == len(found), (element.tag, found)


def wide_table(columns: int) -> Table:
    heads = (
        Column(rich("Construct"), "name"),
        *(Column(rich(f"Interval {i}"), "number") for i in range(columns)),
    )
    row = tuple(Cell(rich("Perceived usefulness" if i == 0 else "[−0.71, 0.84]")) for i in range(columns + 1))
    return Table("wide", rich("Wide"), heads, (Group((row, row)),))


@pytest.mark.parametrize(
    ("columns", "turned", "smaller"), [(4, False, False), (7, False, True), (11, True, True)]
)
def test_a_wide_table_gets_smaller_type_then_a_turned_page(columns: int, turned: bool, smaller: bool) -> None:
    made = document(more=(wide_table(columns), Paragraph(rich("after"))))
    word = opened(made)
    sizes = [(round(one.page_width / 36000), round(one.page_height / 36000)) for one in word.sections]
    assert sizes == ([(210, 297), (297, 210), (210, 297)] if turned else [(210, 297)])
    found = only_table(word, "Wide")._tbl
    assert sum(int(one.get(qn("w:w"))) for one in found.tblGrid) <= (247 if turned else 160) * 57
    assert (found.tr_lst[1].tc_lst[0].p_lst[0].r_lst[0].rPr.find(qn("w:sz")) is not None) == smaller


def test_what_no_page_holds_is_shared_out() -> None:
    assert planned(wide_table(20), 160, 247, (9.5, 7.5)).size < 6
    plan = planned(wide_table(80), 160, 247, (9.5, 7.5))
    assert plan.turned and plan.size == 4.5
    assert plan.total == pytest.approx(247)


def test_a_letter_page_where_it_is_asked_for() -> None:
    section = opened(document(), page="letter").sections[0]
    assert (round(section.page_width / 36000), round(section.page_height / 36000)) == (216, 279)


@pytest.mark.parametrize(("logo", "pictures"), [(DOT, 2), (None, 1), (DOT[:20], 1)])
def test_a_brand_has_its_name_or_logo_its_title_page_its_type_and_its_colour(
    logo: bytes | None, pictures: int
) -> None:
    word = docx.Document(io.BytesIO(docx_bytes(document(), branded(logo))))
    said = [one.text for one in word.paragraphs]
    assert ("Acme & Sons" in said) == (pictures == 1)
    assert [one for one in said if one in {"Wave 3 & 4", "Prepared for Brand_Co"}] == said[3:5]
    assert len(word.inline_shapes) == pictures
    assert word.inline_shapes[0]._inline.docPr.get("descr") in {"Acme & Sons", "Two bars & one <line>"}
    for name, latin, chinese in (
        ("Normal", "Georgia", "KaiTi"),
        ("Heading 1", "Arial", "Source Han Sans SC"),
    ):
        fonts = word.styles[name].element.rPr.rFonts
        assert (fonts.get(qn("w:ascii")), fonts.get(qn("w:eastAsia"))) == (latin, chinese)
    assert str(word.styles["Heading 1"].font.color.rgb) == "0A6640"


def test_without_the_package_there_is_an_exception_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    with pytest.raises(DocxMissing):
        docx_bytes(document())


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_somebody_wrote_appears_as_text(language: str) -> None:
    word = opened(hostile_document(language))
    said = "\n".join(one.text for one in word.element.iter(qn("w:t")) if one.text)
    for text in HOSTILE:
        assert solid(printable(text)) in solid(said), text[:60]
    assert "\x07" not in said and "\\x07" in said
    assert {one.tag for one in word.element.body} <= {qn("w:p"), qn("w:tbl"), qn("w:sectPr")}


def shown_cells(made: Document) -> list[str]:
    return [
        plain(cell.text)
        for section in made.sections
        for block in section.blocks
        if isinstance(block, Table)
        for group in block.groups
        for row in group.rows
        for cell in row
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_libreoffice_prints_every_cell_of_every_table(language: str, tmp_path: Path) -> None:
    made = document_for(small_results(), language, "academic")
    printed = printed_by_office(docx_bytes(made), tmp_path)
    text = text_of(printed)
    lost = [cell for cell in shown_cells(made) if solid(cell) not in text]
    assert not lost
    assert len(shown_cells(made)) > 100
    if language == "zh":
        fonts = fonts_of(printed)
        assert not re.search(r"\bno +(yes|no) +(yes|no) +\d", fonts), "a typeface is not embedded"
        assert all(solid(plain(section.title)) in text for section in made.sections)
