"""A report as Markdown: what a reader of Markdown shows is what the document says, whatever anybody wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from markdown_it import MarkdownIt
from small_results import small_results

from tam.report.document import (
    Banner,
    Block,
    Bullets,
    Cell,
    Column,
    Document,
    Group,
    Paragraph,
    Run,
    Section,
    Table,
    Told,
    figures,
    plain,
    rich,
)
from tam.report.editions import document_for
from tam.report.markdown import escaped, markdown_text

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])

HOSTILE = [
    "</script><img src=x onerror=alert(1)>",
    "a | b || c",
    "**bold** _it_ __b__ ~~gone~~ `code` ``` $x$",
    "[link](http://example.org) ![p](x) [ref]: y [^1]",
    "# heading",
    "1. one",
    "12) two",
    "- item",
    "> quoted",
    "=====",
    "---",
    "\\* \\",
    "&lt; &amp; &#60; & <b>",
    "<!-- hidden -->",
    "http://example.org/a_b_c",
    "snake_case_name and ρ_A",
    "p < .001 and 2 > 1",
    "[0.46, 0.74]",
    "- [ ] task",
    "    four spaces",
    "tab\there",
    "量表“感知有用性”（PU）*",
    "a*b*c",
]


def document(*blocks: Block, language: str = "en", **more: Any) -> Document:
    return Document(language, "Title", rich("Kicker"), (), (), (Section("one", rich("One"), blocks),), **more)


def shown(text: str, kind: str) -> list[str]:
    """What a reader of Markdown prints within elements of a kind: heads, paragraphs, cells."""
    found, tokens = [], READER.parse(text)
    for opened, inner in pairwise(tokens):
        if opened.type == f"{kind}_open" and inner.type == "inline":
            kept = (one for one in inner.children or [] if one.type in ("text", "code_inline", "softbreak"))
            found.append(one_line("".join(" " if one.type == "softbreak" else one.content for one in kept)))
    return found


def kinds(text: str) -> set[str]:
    """Every kind of thing that a reader of Markdown finds."""
    tokens = READER.parse(text)
    inline = {inner.type for one in tokens for inner in one.children or []}
    return {one.type.removesuffix("_open").removesuffix("_close") for one in tokens} | {
        one.removesuffix("_open").removesuffix("_close") for one in inline
    }


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("text", HOSTILE)
def test_a_paragraph_shows_what_was_written(text: str) -> None:
    written = markdown_text(document(Paragraph(rich(text))))
    assert one_line(text) in shown(written, "paragraph")
    assert kinds(written) <= {"heading", "paragraph", "text", "inline", "html_inline", "html_block"}
    assert [one for one in READER.parse(written) if one.type == "html_block"] == []


@pytest.mark.parametrize("text", HOSTILE)
def test_an_entry_of_a_list_and_a_cell_of_a_table_show_it_too(text: str) -> None:
    made = Table(
        "t",
        rich(text),
        (Column(rich(text)), Column(rich("n"), "number")),
        (Group(((Cell(rich(text)), Cell(rich("1"))),), rich(text)),),
        (rich(text),),
    )
    written = markdown_text(document(Bullets((rich(text),)), made))
    assert one_line(text) in shown(written, "paragraph"), "the entry"
    assert one_line(text) in shown(written, "th")
    assert shown(written, "td").count(one_line(text)) == 2, "the head of the group and the cell"
    assert "1" in shown(written, "td")


@pytest.mark.parametrize("text", HOSTILE)
def test_titles_banners_and_problems_show_it(text: str) -> None:
    told = Told("a-code", "bad", text, rich(text), rich(text), rich(text))
    made = replace(
        document(told),
        title=text,
        banners=(Banner("bad", rich(text), (rich(text),)),),
        footer=(rich(text),),
    )
    written = markdown_text(made)
    assert one_line(text) in shown(written, "heading")
    assert one_line(text) in shown(written, "paragraph")
    assert all(one_line(text) in one for one in shown(written, "paragraph") if "tam explain" in one)


def test_emphasis_links_and_code_are_marks() -> None:
    runs = (
        Run("M", italic=True),
        Run(" = 1, "),
        Run("bold", strong=True),
        Run(" see "),
        Run("[here]", target="one"),
        Run("（注：", strong=True),
    )
    written = markdown_text(document(Paragraph(runs), Paragraph(rich("x = ```1```\n<b>"), "code")))
    assert "*M* = 1, **bold** see [\\[here\\]](#one)<strong>（注：</strong>" in written
    assert "````\nx = ```1```\n<b>\n````" in written
    assert "link" in kinds(written) and "strong" in kinds(written)


def test_statistical_symbols_are_upright_in_chinese() -> None:
    written = markdown_text(document(Paragraph((Run("p", italic=True), Run(" 值"))), language="zh"))
    assert "\np 值\n" in written


def test_tables_can_be_read_as_they_stand() -> None:
    columns = (Column(rich("路径")), Column(rich("b"), "number"))
    rows = tuple(
        (Cell(rich(name)), Cell(rich(value))) for name, value in (("感知有用性", "0.4"), ("PU", "−1.25"))
    )
    written = markdown_text(document(Table("t", rich("T"), columns, (Group(rows),)), language="zh"))
    assert (
        "| 路径       |     b |\n| ---------- | ----: |\n| 感知有用性 |   0.4 |\n| PU         | −1.25 |"
        in written
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_whole_report_is_there(language: str) -> None:
    made = document_for(small_results(), language, "academic")
    written = markdown_text(made, "report.figures")
    heads = shown(written, "heading")
    assert heads[0] == made.title
    assert [one for one in heads if one in {plain(section.title) for section in made.sections}]
    for one in figures(made.sections):
        assert f"](report.figures/{one.number:02d}-{one.key}.svg)" in written
    tables = [block for section in made.sections for block in section.blocks if isinstance(block, Table)]
    folded = len(list(figures(made.sections)))
    assert sum(one.type == "table_open" for one in READER.parse(written)) == len(tables) + folded
    cells = {one_line(text) for text in shown(written, "td")}
    for table in tables:
        for group in table.groups:
            for row in group.rows:
                assert one_line(plain(row[0].text)) in cells
    assert not re.search(r"<(?!/?(a|details|summary|strong|em)\b)[a-z]", written)


def test_names_with_underscores_stay_as_they_are() -> None:
    assert escaped("ρ_A and tam_sim") == "ρ_A and tam_sim"
    assert escaped("_x_") == "\\_x\\_"
    assert escaped("p < .001") == "p < .001"
