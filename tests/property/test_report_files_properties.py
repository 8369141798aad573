"""Random documents with hostile text: data files hold it as text and every number, Markdown shows it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from openpyxl import load_workbook

from tam.report.data_files import csv_files, xlsx_bytes
from tam.report.document import (
    Cell,
    Column,
    Document,
    Group,
    Paragraph,
    Section,
    Table,
    numbered,
    plain,
    rich,
)
from tam.report.format import numbers_for
from tam.report.markdown import markdown_text

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKS = st.text(alphabet="|*_`~[](){}<>#&;:!$\\+-=.0123456789 \nab，（中ρ\u202e\t'\"/", max_size=40)
TEXT = st.one_of(
    MARKS, st.text(max_size=30), st.sampled_from(["=1+1", "@x", "</script>", "﹦1", "＝1", "|", ""])
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda one: abs(one) < 1e12)
NUMBER = st.one_of(FLOATS, st.none())
ROWS = st.lists(
    st.tuples(TEXT, NUMBER, st.one_of(st.tuples(FLOATS, FLOATS), st.none())), min_size=1, max_size=5
)
NUMBERS = numbers_for("en")


@st.composite
def documents(draw) -> tuple[Document, list]:
    """A document with a table, and what stands in its rows."""
    rows, title, label, said = draw(ROWS), draw(TEXT), draw(TEXT), draw(TEXT)
    heads = (draw(TEXT), draw(TEXT), "95% CI")
    columns = tuple(Column(rich(head), kind) for head, kind in zip(heads, ("name", "number", "number")))
    cells = tuple(
        (
            Cell(rich(text)),
            Cell(rich(NUMBERS.plain(value, 3))),
            Cell(rich(NUMBERS.interval(*(limits or (None, None))))),
        )
        for text, value, limits in rows
    )
    table = Table("probe", rich(title), columns, (Group(cells, rich(label)),), (rich(said),))
    sections = numbered([Section("one", rich(title), (Paragraph(rich(said)), table))])
    return Document("en", title, rich(said), (rich(said),), (), sections), rows


def as_float(text: str) -> float | None:
    return float(text) if text else None


@given(documents())
@settings(max_examples=50, deadline=None)
def test_a_csv_gives_every_number_back_and_runs_nothing(made) -> None:
    document, rows = made
    [text] = csv_files(document).values()
    read = list(csv.reader(io.StringIO(text.encode("utf-8", "replace").decode().removeprefix("\ufeff"))))
    first = 1 if plain(document.sections[0].blocks[1].groups[0].label) else 0  # type: ignore[union-attr]
    wide = any(limits for _, _, limits in rows)
    assert len(read) == len(rows) + 1
    for found, (_, value, limits) in zip(read[1:], rows):
        assert as_float(found[first + 1]) == value
        if wide:
            assert [as_float(one) for one in found[first + 2 :]] == list(limits or (None, None))
    for row in read:
        for cell in row:
            harmless = cell.lstrip(" ")[:1] not in ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
            assert harmless or as_float(cell) is not None


@given(documents())
@settings(max_examples=25, deadline=None)
def test_a_workbook_gives_every_number_back_and_holds_no_formula(made) -> None:
    document, rows = made
    book = load_workbook(io.BytesIO(xlsx_bytes(document)))
    sheet = book.worksheets[1]
    numbers = [
        cell.value
        for row in sheet.iter_rows(min_row=5, max_row=4 + len(rows))
        for cell in row
        if cell.data_type == "n" and cell.value is not None
    ]
    stated = [one for _, value, limits in rows for one in (value, *(limits or ())) if one is not None]
    # a workbook holds 16 significant digits
    assert sorted(map(float, numbers)) == pytest.approx(sorted(map(float, stated)), rel=1e-15, abs=0)
    for each in book.worksheets:
        assert all(cell.data_type != "f" for row in each.iter_rows() for cell in row)


@given(documents())
@settings(max_examples=50, deadline=None)
def test_markdown_holds_one_table_and_no_mark_of_anybodys(made) -> None:
    document, rows = made
    tokens = READER.parse(markdown_text(document))
    assert sum(one.type == "table_open" for one in tokens) == 1
    label = bool(plain(document.sections[0].blocks[1].groups[0].label))  # type: ignore[union-attr]
    assert sum(one.type == "tr_open" for one in tokens) == 1 + len(rows) + label
    inline = {inner.type for one in tokens for inner in one.children or []}
    assert inline <= {
        *(
            "text",
            "softbreak",
            "strong_open",
            "strong_close",
            "em_open",
            "em_close",
            "html_inline",
            "text_special",
        )
    }
    html = [inner.content for one in tokens for inner in one.children or [] if inner.type == "html_inline"]
    assert all(one.startswith(("<a id=", "</a>", "<em>", "</em>", "<strong>", "</strong>")) for one in html)
    blocks = {
        one.type
        for one in tokens
        if one.type in ("blockquote_open", "code_block", "fence", "html_block", "hr")
    }
    assert not blocks
