"""A document with every kind of block in it, for the formats that are printed."""

from __future__ import annotations

from tam.report.document import (
    Absent,
    Banner,
    Block,
    Bullets,
    Card,
    Cards,
    Cell,
    Column,
    Document,
    Figure,
    Group,
    Pairs,
    Paragraph,
    Rich,
    Run,
    Section,
    Subheading,
    Table,
    Told,
    numbered,
    rich,
)
from tam.report.look import Look
from tam.report.theme import Picture, Theme, TitlePage
from tam.spec.text import Text

DOT = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\n"
    b"IDATx\x9cc`\x00\x00\x00\x02\x00\x01H\xaf\xa4q\x00\x00\x00\x00IEND\xaeB`\x82"
)
"""A picture of one black dot."""

HOSTILE = (
    r"\write18{rm -rf /} \input{/etc/passwd} \end{document} %comment & # _ ^ ~ $x$ {",
    "</w:t><script>alert('1')</script> ]]> &amp; <!-- --",
    "((( 7*7 ))) ((* for x in y *)) {{ 7*7 }} {% raw %}",
    "--- '' ,, `` !` ?` << >> \"quoted\" *starred* [in brackets] |",
    "control \x00\x07\x0b\x1b\x7f\x85 half \ud83d noncharacter \ufffe end",
    "\u202eright to left\u202c and \u2067open, \u05e9\u05dc\u05d5\u05dd \u0627\u0644\u0633\u0644\u0627\u0645",
    "emoji 😀 👩‍👩‍👧 ✅ superscripts x⁻⁵ y² z₁₀ Ω α χ² β̂ ≤ ≥ → × − naïve Łódź e\u0301",
    "中文 “引号”……——，题目：我会购买（KOL）推荐的商品",
    "x" * 10_000,
    " ".join(map(chr, range(0xA1, 0x180))),
    "∈∩∪⊂∅∀∃∧∨¬⊥′←↔↑↓⇒⇔ℓµ∓⋅∗≡∼∝√∑∏∫∂∇ϕϑΓΔΘΛΞΠΣΥΦΨ αβγδεζηθικλμνξοπρστυφχψως ΑΒΕ ①⑪ Ж 가 あ",
    "line one\r\nline two\nline three\ttab\u2028end",
)
"""Texts that somebody may have written into a questionnaire."""


def cells(*texts: str) -> tuple[Cell, ...]:
    return tuple(Cell(rich(text)) for text in texts)


def table(key: str = "paths", *, folded: bool = False, rows: tuple[tuple[str, ...], ...] = ()) -> Table:
    columns = (
        Column(rich("Path"), "name"),
        Column((Run("b", italic=True),), "number"),
        Column(rich("95% CI"), "number"),
        Column(rich("Verdict"), "verdict"),
    )
    first = cells("PEOU → PU", "−0.60", "[−0.74, −0.46]")
    groups = (
        Group((first + (Cell(rich("Supported"), "good"),),), rich("Direct")),
        Group((cells("Trust × KOL", "0.06", "[−0.11, 0.23]", "Not supported"),), rich("Moderated")),
    )
    more = (Group(tuple(cells(*row) for row in rows)),) if rows else ()
    note = (rich("CI = confidence interval."),)
    return Table(
        key, rich("Structural Paths"), columns, groups + more, note, folded=rich("All") if folded else ()
    )


def figure() -> Figure:
    svg = (
        '<svg class="chart" viewBox="0 0 300 120" width="300" height="120" role="img">'
        '<rect x="10" y="10" width="200" height="40" class="accent"/></svg>'
    )
    data = Table("bars-data", rich("Bars"), (Column(rich("n"), "number"),), (Group((cells("4"),)),))
    return Figure("bars", rich("How many answered"), "Two bars & one <line>", svg, data, (rich("A note."),))


def blocks() -> tuple[Block, ...]:
    """Every kind of block, every kind of paragraph and list."""
    kinds = ("text", "lead", "small", "paste", "code")
    entries = (rich("first"), (Run("see the paths", target="table-paths"),))
    card = Card(rich("What moves them"), rich("Attitude"), rich("It counts most."), "good", "evidence")
    return (
        *(Paragraph(rich(f"A paragraph of kind {kind}"), kind) for kind in kinds),
        *(Bullets(entries, kind) for kind in ("text", "references", "steps", "steps")),
        Pairs(((rich("SHA-256"), rich("0f" * 32)),)),
        Subheading("part", rich("A part")),
        table(),
        table("folded", folded=True),
        figure(),
        Absent(rich("Could not be computed.")),
        Told("low-n", "caution", "row 3", rich("Few rows."), rich("It matters."), rich("Ask more.")),
        Cards((card, card, Card(rich("Alone"), rich(".42"), rich("A sentence.")))),
    )


def document(
    language: str = "en", title: str = "A study", more: tuple[Block, ...] = (), head: Rich = ()
) -> Document:
    foreign = Paragraph(
        (Run("原文题目", language="zh"), Run(" and p", italic=True), Run(" bold", strong=True))
    )
    sections = (
        Section("evidence", head or rich("Evidence"), (foreign, *blocks())),
        Section("rest", rich("The rest"), more),
    )
    return Document(
        language,
        title,
        rich("A report"),
        (rich("N = 311"),),
        (Banner("caution", rich("Simulated"), (rich("Nobody was asked."),)),),
        numbered(sections),
        (rich("Made with tam."),),
    )


def branded(logo: bytes | None = DOT) -> Look:
    """The look of a brand with a title page."""
    page = TitlePage(subtitle=Text(en="Wave 3 & 4", zh="第三期"), client=Text(en="Brand_Co"))
    return Look(
        theme=Theme(
            organisation=Text(en="Acme & Sons", zh="艾克米公司"),
            logo=Picture("image/png", logo) if logo is not None else None,
            light={"accent": "#0a6640"},
            text_fonts=("Georgia", "KaiTi"),
            heading_fonts=("Source Han Sans SC",),
            title_page=page,
        )
    )


def hostile_document(language: str = "en") -> Document:
    """Every hostile text in every place that text can stand."""
    more: list[Block] = []
    for index, text in enumerate(HOSTILE):
        said = rich(text)
        columns = (Column(said, "sentence"), Column(said, "number"), Column(rich("n"), "number"))
        group = Group((cells(text, text, "1"), cells("plain", "2", "3")), said)
        more += [
            Paragraph(said),
            Paragraph(said, "code"),
            Bullets((said, (Run(text, italic=True, strong=True),)), "references"),
            Pairs(((said, said),)),
            Table(f"hostile-{index}", said, columns, (group,), (said,)),
            Told("code", "bad", text, said, said, said),
            Cards((Card(said, said, said, "bad", text),)),
            Subheading(f"hostile {index} {text[:20]}", said),
        ]
    return document(language, HOSTILE[0] + HOSTILE[5], tuple(more), rich(HOSTILE[4] + HOSTILE[6]))
