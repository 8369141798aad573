"""A report as LaTeX: nothing that somebody wrote is a command, and it compiles where there is a LaTeX."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paper_document import DOT, HOSTILE, branded, document, hostile_document
from printing import compiled, fonts_of, needed_for_chinese, solid, text_of
from small_results import small_results

from tam.report.document import Cell, Column, Document, Group, Paragraph, Run, Table, plain, rich
from tam.report.editions import document_for
from tam.report.latex import latex_files
from tam.report.latex_tables import SIZES, tex_table
from tam.report.latex_text import TexSetting, escaped, labels_for

LANGUAGES = ("en", "zh")


def texts(made: Document) -> dict[str, str]:
    return {name: text for name, text in latex_files(made, "report").items() if isinstance(text, str)}


def test_the_files_of_a_report() -> None:
    files = latex_files(document(), "report.en")
    assert list(files) == [
        "report.en.tex",
        "report.en.tables/preamble.tex",
        "report.en.tables/01-paths.tex",
        "report.en.tables/02-folded.tex",
        "report.en.figures/01-bars.pdf",
    ]
    assert bytes(files["report.en.figures/01-bars.pdf"]).startswith(b"%PDF")
    assert r"\input{report.en.tables/01-paths.tex}" in str(files["report.en.tex"])
    assert latex_files(document(), "report.en") == files


@pytest.mark.parametrize("name", ["", "../report", "a b", "report}", "-report", "a%b"])
def test_a_name_that_latex_would_misread_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no name for a file"):
        latex_files(document(), name)


def test_a_table_stands_alone_with_three_rules_caption_label_and_notes() -> None:
    table = texts(document())["report.tables/01-paths.tex"]
    rules = re.findall(r"\\(toprule|midrule|bottomrule|hline|cline)", table)
    assert rules == ["toprule", "midrule", "toprule", "midrule", "bottomrule", "bottomrule"]
    assert r"\caption{Structural Paths}\label{tab:paths}" in table
    assert r"PEOU \ensuremath{\rightarrow} PU & \ensuremath{-}0.60 &" in table
    assert r"\textbf{Supported} \\" in table
    assert r"\tamnotes{CI = confidence interval.}" in table
    assert r"\multicolumn{4}{@{}L{1}@{}}{\textbf{Direct}} \\*" in table
    assert table.index(r"\endfirsthead") < table.index(r"\tablename~\thetable") < table.index(r"\endhead")


def test_the_columns_share_the_width_of_the_text() -> None:
    setting = TexSetting("en", labels_for({"table-paths": "tab:paths"}))
    block = next(one for one in document().sections[0].blocks if isinstance(one, Table))
    made = tex_table(block, setting)
    kinds = re.findall(r"([LGR])\{(0\.\d{4})\}", made.columns)
    assert [kind for kind, _ in kinds] == ["L", "R", "R", "G"]
    assert sum(float(share) for _, share in kinds) == pytest.approx(1, abs=0.002)
    assert made.size == SIZES[0] and not made.turned


def test_a_cell_that_no_page_holds_goes_on_in_the_next_row() -> None:
    word = "word " * 1000
    table = Table(
        "long",
        rich("Long"),
        (Column(rich("A")), Column(rich("B"), "number")),
        (
            Group(
                (),
            ),
        ),
    )
    table = Table(
        "long", rich("Long"), table.columns, (Group(((Cell(rich(word)), Cell((Run("1"), Run("2", True)))),)),)
    )
    rows = tex_table(table, TexSetting("en", labels_for({"table-long": "tab:long"}))).rows
    assert len(rows) == 7 and not any(row.glued for row in rows)
    assert solid("".join(row.text.partition(" & ")[0] for row in rows)) == solid(word)
    assert rows[0].text.endswith(r"1\textit{2}") and rows[1].text.endswith(" & ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\input{/etc/passwd}", r"\textbackslash{}input\{/etc/passwd\}"),
        ("50% & $5 #1 a_b x^2 ~", r"50\% \& \$5 \#1 a\_b x\textasciicircum{}2 \textasciitilde{}"),
        ("−0.42 × 10⁻⁵", r"\ensuremath{-}0.42 \ensuremath{\times} 10\textsuperscript{\ensuremath{-}5}"),
        ("α ≤ χ² Ω", r"\ensuremath{\alpha} \ensuremath{\le} \ensuremath{\chi}² \ensuremath{\Omega}"),
        ("H₂", r"H\textsubscript{2}"),
        ("---", r"-{}-{}-"),
        ("[b]*", "{[}b{]}{*}"),
        ("a\nb", "a b"),
        ("naïve Łódź", "naïve Łódź"),
        ("😀", r"\tamchar{1F600}"),
        ("\u202ea", r"\tamcode{202E}a\tamcode{202C}"),
        ("\x07", r"\textbackslash{}x07"),
        ("买（KOL）", r"\tamcjk{买（}KOL\tamcjk{）}"),
    ],
)
def test_every_character_has_a_form_that_compiles(text: str, expected: str) -> None:
    assert escaped(text) == expected.replace("²", r"\textsuperscript{2}")


def test_chinese_stands_as_it_is_in_a_chinese_document_and_does_not_lean() -> None:
    setting = TexSetting("zh", {})
    assert escaped("“买”……", "zh") == "“买”……"
    assert setting.set((Run("显著 p 值", italic=True),)) == r"显著\textit{ p }值"
    assert setting.set((Run("显著", strong=True),)) == r"\textbf{显著}"


def test_links_lead_to_labels() -> None:
    files = texts(document())
    assert r"\hyperref[tab:paths]{see the paths}" in files["report.tex"]
    labels = re.findall(r"\\label\{([^}]*)\}", "".join(files.values()))
    assert sorted(labels) == ["fig:bars", "sec:evidence", "sec:rest", "sub:part", "tab:folded", "tab:paths"]
    assert labels_for({"a": "tab:x y", "b": "tab:x-y"}) == {"a": "tab:x-y", "b": "tab:x-y-2"}


def test_a_brand_has_its_name_or_logo_and_its_title_page() -> None:
    with_logo = latex_files(document(), "report", branded())
    assert with_logo["report.figures/logo.png"] == DOT
    assert "{report.figures/logo.png}" in str(with_logo["report.tex"])
    named = str(latex_files(document("zh"), "report", branded(None))["report.tex"])
    assert "艾克米公司" in named and "第三期" in named and r"Brand\_Co" in named
    assert r"\color[HTML]{0A6640}" in named and r"\clearpage" in named


HARMFUL = {
    *("write", "immediate", "input", "include", "openin", "read", "catcode", "def", "let", "csname", "end")
}
COMMANDS = re.compile(r"\\([a-zA-Z]+)")


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_that_somebody_wrote_is_a_command(language: str) -> None:
    for text in HOSTILE:
        assert not HARMFUL & set(COMMANDS.findall(escaped(text, language))), text[:60]
    everything = "".join(texts(hostile_document(language)).values())
    assert everything.count(r"\end{document}") == 1
    assert "((( 7{*}7 ))) (({*} for x in y {*}))" in everything


def test_own_templates_go_before_the_shipped_ones(tmp_path: Path) -> None:
    from tam.report.look import Look

    (tmp_path / "latex").mkdir()
    (tmp_path / "latex" / "report.tex.j2").write_text("% (((document.title)))\n", encoding="utf-8")
    files = latex_files(document(title="50% & more"), "report", Look(templates=tmp_path))
    assert files["report.tex"] == "% 50\\% \\& more\n"


def compiled_text(made: Document, program: str, folder: Path) -> str:
    return text_of(compiled(program, latex_files(made, "report.x"), folder))


@pytest.mark.parametrize("program", ["pdflatex", "xelatex"])
def test_a_study_compiles_in_english_with_every_section(program: str, tmp_path: Path) -> None:
    made = document_for(small_results(), "en", "academic")
    text = compiled_text(made, program, tmp_path)
    assert all(solid(plain(one.title)).replace("'", "’") in text.replace("'", "’") for one in made.sections)
    lost = [cell for cell in numbers_of(made) if cell not in text]
    assert not lost


def numbers_of(made: Document) -> list[str]:
    """The cells of every table that hold digits; words may be hyphenated."""
    tables = [block for section in made.sections for block in section.blocks if isinstance(block, Table)]
    cells = [
        plain(cell.text)
        for table in tables
        for group in table.groups
        for row in group.rows
        for cell, column in zip(row, table.columns, strict=True)
        if column.kind == "number" and cell.values
    ]
    return [solid(cell) for cell in cells if re.fullmatch(r"[−\d.,%<>\[\] ]+", cell)]


def test_a_study_compiles_in_chinese_and_every_character_has_its_glyph(tmp_path: Path) -> None:
    needed_for_chinese()
    made = document_for(small_results(), "zh", "academic")
    printed = compiled("xelatex", latex_files(made, "report.zh"), tmp_path, runs=2)
    text = text_of(printed)
    assert all(solid(plain(one.title)) in text for one in made.sections)
    assert not [cell for cell in numbers_of(made) if cell not in text]
    log = (tmp_path / "report.zh.log").read_text(encoding="utf-8", errors="replace")
    assert "Missing character" not in log
    assert not re.search(r"\bno +(yes|no) +(yes|no) +\d", fonts_of(printed)), "a typeface is not embedded"


@pytest.mark.parametrize(("language", "program"), [("en", "pdflatex"), ("en", "xelatex"), ("zh", "xelatex")])
def test_whatever_somebody_wrote_compiles_as_text(language: str, program: str, tmp_path: Path) -> None:
    if language == "zh":
        needed_for_chinese()
    text = compiled_text(hostile_document(language), program, tmp_path)
    assert r"\write18{rm-rf/}\input{/etc/passwd}" in text
    assert "(((7*7)))((*forxiny*))" in text
    assert "</w:t><script>" in text
    assert not (tmp_path / "report.x.w18").exists() and "root:x:0" not in text
    assert "x" * 60 in text


def test_a_table_alone_compiles_in_a_paper_of_ones_own(tmp_path: Path) -> None:
    files = latex_files(document(more=(Paragraph(rich("more")),)), "report")
    paper = (
        r"\documentclass[12pt]{article}\usepackage[T1]{fontenc}\usepackage[utf8]{inputenc}"
        r"\input{report.tables/preamble.tex}\begin{document}Mine, Table~\ref{tab:paths}."
        r"\input{report.tables/01-paths.tex}\end{document}"
    )
    text = text_of(compiled("pdflatex", {"paper.tex": paper} | files, tmp_path, runs=2))
    assert "Mine,Table1." in text and "[−0.74,−0.46]" in text
