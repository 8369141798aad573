"""Word and LaTeX hold any text: nothing is lost, nothing becomes a command or a mark."""

from __future__ import annotations

import io
import re
import string
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.report.characters import by_script, printable, width
from tam.report.column_widths import planned
from tam.report.document import (
    Bullets,
    Cell,
    Column,
    Document,
    Group,
    Paragraph,
    Run,
    Section,
    Table,
    rich,
)
from tam.report.latex_text import escaped

ANY = st.text(st.characters(codec=None, categories=None), max_size=120)
AWKWARD = st.text(
    "\\{}$&#^_~%<>|\"`'[]*-,\n\t\x00\x0b\u202e\u2067 αχβ²⁻⁵₁中“”—…é\u0301😀\ud83dab", max_size=60
)
TEXTS = st.one_of(ANY, AWKWARD)
LANGUAGES = st.sampled_from(["en", "zh"])
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ALLOWED = re.compile(
    r"\\[{}$&#_%,-]|\\(?:text[a-z]+|ensuremath|tam(?:cjk|char|code|break)|ldots|dag|ddag|S|P|pounds|mbox"
    r"|guil[a-z]+|quotesinglbase|quotedblbase|enspace|quad|hspace"
    r"|times|div|pm|mp|cdot|ast|le|ge|ne|approx|equiv|sim|propto|infty|surd|sum|prod|int|partial|nabla|in"
    r"|cap|cup|subset|emptyset|forall|exists|wedge|vee|neg|perp|dashv|prime|ell|mu|[lL]eftrightarrow"
    r"|(?:right|left|up|down|Right)arrow|(?:var)?[a-zA-Z]*(?:alpha|beta|gamma|delta|epsilon|zeta|eta|theta"
    r"|iota|kappa|lambda|nu|xi|pi|rho|sigma|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi"
    r"|Sigma|Upsilon|Phi|Psi|Omega))(?![a-zA-Z])"
)


@given(TEXTS)
def test_printable_text_is_xml_and_stays_as_it_is_when_made_printable_again(text: str) -> None:
    clean = printable(text)
    ElementTree.fromstring(f"<a>{clean.replace('&', '&amp;').replace('<', '&lt;')}</a>".encode())
    assert printable(clean) == clean
    letters = [char for char in text if char.isalpha() and char.isprintable()]
    assert "".join(letters) in "".join(char for char in clean if char in set(letters)) or "\\" in clean
    assert "".join(part for _, part in by_script(clean, chinese=True)) == clean
    assert width(clean) >= 0


@given(TEXTS, LANGUAGES)
def test_escaped_text_has_only_commands_of_ours_and_its_braces_pair(text: str, language: str) -> None:
    made = escaped(text, language)
    assert not re.sub(r"\\\\", "", made).endswith("\\")
    bare = ALLOWED.sub("", made)
    assert "\\" not in bare, made
    assert not re.search(r"[$&#^_]", bare.replace("{}^{}", "")), made
    depth = 0
    for char in re.sub(r"\\[{}]", "", made):
        depth += {"{": 1, "}": -1}.get(char, 0)
        assert depth >= 0, made
    assert depth == 0, made
    assert "\n" not in made and "%" not in bare


@given(st.text(string.ascii_letters + string.digits + " .;:()=+/?!@", max_size=24))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert escaped(text) == text


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=4), LANGUAGES)
def test_a_word_file_holds_every_text_and_nothing_else(texts: list[str], language: str) -> None:
    pytest.importorskip("docx")
    from tam.report.docx_file import docx_bytes

    said = tuple(Run(text, italic=True) for text in texts)
    columns = (Column(said), Column(rich("n"), "number"))
    rows = tuple((Cell(rich(text)), Cell(rich("1"))) for text in texts)
    table = Table("t", said, columns, (Group(rows, said),), (said,), number=1)
    blocks = (Paragraph(said), Bullets((said,), "references"), table)
    made = Document(language, texts[0], said, (said,), (), (Section("s", said, blocks),))
    with zipfile.ZipFile(io.BytesIO(docx_bytes(made))) as parts:
        root = ElementTree.fromstring(parts.read("word/document.xml"))
    found = [
        "".join(one.text or "" for one in paragraph.iter(f"{WORD}t")) for paragraph in root.iter(f"{WORD}p")
    ]
    whole = without_breaks("".join(printable(text) for text in texts))
    assert sum(one == whole for one in found) >= 6  # kicker, fact, heading, paragraph, list, column, group
    for text in texts:
        assert without_breaks(printable(text)) in found


def without_breaks(text: str) -> str:
    """Word keeps line ends and tabs as elements of their own."""
    return text.replace("\n", "").replace("\t", "")


CELLS = st.text("abc  中Ω0123456789.−[,]", max_size=40)
KINDS = st.sampled_from(["text", "name", "sentence", "number", "verdict"])


@given(st.lists(st.tuples(KINDS, CELLS, st.lists(CELLS, min_size=3, max_size=3)), min_size=1, max_size=30))
def test_columns_have_room_and_the_table_keeps_to_its_page(drawn: list[tuple[str, str, list[str]]]) -> None:
    columns = tuple(Column(rich(head), kind) for kind, head, _ in drawn)  # type: ignore[arg-type]
    rows = tuple(tuple(Cell(rich(texts[row])) for _, _, texts in drawn) for row in range(3))
    plan = planned(Table("t", rich("T"), columns, (Group(rows),)), 160, 247, (9.5, 8.5, 7.5))
    assert len(plan.widths) == len(columns)
    assert plan.total <= (247 if plan.turned else 160) + 1e-6
    assert min(plan.widths) > 0
