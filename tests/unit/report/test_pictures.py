"""Figures as files: the stylesheet's look as literals, marks where they belong, Chinese as Chinese."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib import font_manager
from matplotlib.image import imread
from small_results import small_results

from tam.errors import TamError
from tam.report import fonts
from tam.report.document import Figure, Table, figures, rich
from tam.report.editions import document_for
from tam.report.fonts import outline, visible
from tam.report.look import PLAIN
from tam.report.pictures import MARGIN, pdf, picture_size, png, replaced_characters, style_of, svg_file
from tam.report.pictures_style import stylesheet

NOTHING = Table("data", rich("data"), (), ())
HAN = any(entry.name in fonts.CHINESE for entry in font_manager.fontManager.ttflist)
needs_chinese = pytest.mark.skipif(not HAN, reason="no Chinese font is installed")


def figure(markup: str, width: int = 100, height: int = 100, kind: str = "chart") -> Figure:
    svg = (
        f'<svg class="{kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}">{markup}</svg>'
    )
    return Figure("drawn", rich("Drawn"), "", svg, NOTHING)


def pixel(picture: bytes, x: float, y: float) -> str:
    """The colour at a point of the drawing, as #rrggbb."""
    image = imread(io.BytesIO(picture), format="png")
    column, row = (round((at + MARGIN) * 300 / 96) for at in (x, y))
    return "#" + "".join(f"{round(float(part) * 255):02x}" for part in image[row, column][:3])


def elements(figure: Figure, name: str, language: str = "en", style: str = "") -> list[ElementTree.Element]:
    root = ElementTree.fromstring(svg_file(figure, language, style).encode())
    return [one for one in root.iter() if one.tag.rpartition("}")[2] == name]


# -- the stylesheet


RULES = """
.probe text { fill: #111111; font-weight: 400; }
.probe g.mark > text.value { fill: #222222; font-weight: 650; }
.probe .mark text { fill: #333333; }
svg.probe .soft { fill: var(--mine); opacity: .5; }
.probe .absent { fill: var(--nowhere, #444444); }
.probe .large { font-size: 1.5em; }
:lang(zh) .probe .spoken { fill: #555555; }
:root { --mine: #abcdef; }
@media print { .probe text { fill: #999999; } :root { --mine: #999999; } }
@media (prefers-color-scheme: dark) { :root { --mine: #888888; } }
"""


def styled(markup: str, language: str = "en") -> dict[str, str]:
    """The attributes of the element with the id ``it``."""
    drawn = figure(markup, kind="probe")
    root = ElementTree.fromstring(svg_file(drawn, language, RULES).encode())
    return dict(next(one for one in root.iter() if one.get("id") == "it").attrib)


@pytest.mark.parametrize(
    ("markup", "name", "value"),
    [
        ('<text id="it">a</text>', "fill", "#111111"),
        ('<g class="mark"><text id="it">a</text></g>', "fill", "#333333"),
        ('<g class="mark"><text id="it" class="value">a</text></g>', "fill", "#222222"),
        ('<g class="mark"><text id="it" class="value">a</text></g>', "font-weight", "bold"),
        ('<g class="mark"><g><text id="it" class="value">a</text></g></g>', "fill", "#333333"),
        ('<rect id="it" class="soft"/>', "fill", "#abcdef"),
        ('<rect id="it" class="soft"/>', "opacity", ".5"),
        ('<rect id="it" class="absent"/>', "fill", "#444444"),
        ('<rect id="it" fill="#666666" class="soft"/>', "fill", "#abcdef"),
        ('<text id="it" style="fill: #777777">a</text>', "fill", "#777777"),
        ('<g style="font-size: 10px"><text id="it" class="large">a</text></g>', "font-size", "15px"),
    ],
)
def test_an_element_gets_what_the_stylesheet_says_of_it(markup: str, name: str, value: str) -> None:
    assert styled(markup)[name] == value


def test_a_rule_for_a_language_holds_in_that_language_only() -> None:
    spoken = '<rect id="it" class="spoken"/>'
    assert styled(spoken, "zh")["fill"] == "#555555"
    assert "fill" not in styled(spoken, "en")


def test_every_class_that_figures_use_has_its_literal_colours() -> None:
    """Nothing is left to a stylesheet that a picture does not have."""
    for language in ("en", "zh"):
        for one in figures(document_for(small_results(), language, "academic").sections):
            text = svg_file(one, language)
            assert not re.search(r"var\(|class=|style=|dominant-baseline", text), one.key
            assert 'fill="none' in text or "fill=" in text


def test_colours_of_a_brand_go_before_the_shipped_ones() -> None:
    node = '<g class="node"><rect id="it" x="0" y="0" width="9" height="9"/></g>'
    [_, rect] = elements(figure(node, kind="diagram"), "rect", style=":root { --accent: #00aa00; }")
    assert rect.get("stroke") == "#00aa00"
    assert style_of(PLAIN) == ""


# -- marks where they belong


@pytest.mark.parametrize(
    ("markup", "inside", "outside"),
    [
        ('<rect x="20" y="30" width="40" height="20" fill="#ff0000"/>', (40, 40), (40, 55)),
        ('<rect x="20" y="30" width="40" height="20" rx="10" fill="#ff0000"/>', (40, 40), (21, 31)),
        ('<circle cx="50" cy="50" r="20" fill="#ff0000"/>', (50, 66), (66, 66)),
        ('<ellipse cx="50" cy="50" rx="30" ry="10" fill="#ff0000"/>', (75, 50), (50, 70)),
        ('<polygon points="10,10 90,10 50,90" fill="#ff0000"/>', (50, 50), (15, 80)),
        ('<line x1="10" y1="50" x2="90" y2="50" stroke="#ff0000" stroke-width="6"/>', (50, 50), (50, 56)),
        ('<path d="M10 10L90 10L90 90Z" fill="#ff0000"/>', (80, 30), (20, 80)),
        ('<path d="m10,10 h80 v80 h-80 z" fill="#ff0000"/>', (50, 50), (95, 50)),
        ('<path d="M10 90Q50 -70 90 90Z" fill="#ff0000"/>', (50, 30), (50, 5)),
        ('<path d="M10 90C10 10 90 10 90 90Z" fill="#ff0000"/>', (50, 40), (50, 20)),
        ('<path d="M10 50l40-40 40 40z" fill="#ff0000"/>', (50, 30), (50, 60)),
        ('<g transform="translate(40 0)"><rect width="20" height="20" fill="#f00"/></g>', (50, 10), (30, 10)),
        ('<rect y="45" width="30" height="9" fill="#f00" transform="rotate(90 50 50)"/>', (50, 9), (10, 50)),
        ('<path d="M10 50H90" stroke="#f00" stroke-width="8" stroke-dasharray="20"/>', (20, 50), (40, 50)),
    ],
)  # fmt: skip
def test_marks_are_drawn_where_they_stand(markup, inside, outside) -> None:
    picture = png(figure(markup), "en")
    assert pixel(picture, *inside) == "#ff0000"
    assert pixel(picture, *outside) == "#ffffff"


def test_what_is_drawn_later_lies_above_and_opacity_mixes() -> None:
    markup = (
        '<rect width="100" height="100" fill="#ff0000"/><rect width="50" height="100" fill="#0000ff"/>'
        '<rect x="50" width="50" height="100" fill="#ffffff" fill-opacity="0.5"/>'
    )
    picture = png(figure(markup), "en")
    assert pixel(picture, 25, 50) == "#0000ff"
    assert pixel(picture, 75, 50) in ("#ff8080", "#ff7f7f")


def ink(picture: bytes) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is not paper, in pixels of the drawing."""
    image = imread(io.BytesIO(picture), format="png")[:, :, :3].min(axis=2)
    rows, columns = (image < 0.5).any(axis=1).nonzero()[0], (image < 0.5).any(axis=0).nonzero()[0]
    found = (columns[0], rows[0], columns[-1], rows[-1])
    return tuple(float(one) * 96 / 300 - MARGIN for one in found)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("anchor", "left", "right"), [("start", 50, None), ("middle", None, None), ("end", None, 50)]
)
def test_text_stands_at_its_anchor(anchor: str, left: float | None, right: float | None) -> None:
    text = f'<text x="50" y="60" font-size="20" text-anchor="{anchor}">HHH</text>'
    found = ink(png(figure(text), "en"))
    if left is not None:
        assert found[0] == pytest.approx(left, abs=3)
    if right is not None:
        assert found[2] == pytest.approx(right, abs=3)
    if anchor == "middle":
        assert (found[0] + found[2]) / 2 == pytest.approx(50, abs=1)
    assert found[3] == pytest.approx(60, abs=1), "the baseline"


def test_text_on_the_middle_of_its_line_is_central_to_it() -> None:
    text = '<text x="50" y="50" font-size="30" dominant-baseline="central" text-anchor="middle">H</text>'
    found = ink(png(figure(text), "en"))
    assert (found[1] + found[3]) / 2 == pytest.approx(50, abs=1.5)


def test_turned_text_runs_upward() -> None:
    text = '<text x="50" y="90" font-size="16" transform="rotate(-90 50 90)">HHHH</text>'
    left, top, right, bottom = ink(png(figure(text), "en"))
    assert bottom == pytest.approx(90, abs=3) and bottom - top > 2 * (right - left)


def test_spans_continue_a_line_or_begin_one() -> None:
    two = '<text font-size="10"><tspan x="10" y="20">HH</tspan><tspan x="10" dy="30">HH</tspan></text>'
    _, top, _, bottom = ink(png(figure(two), "en"))
    assert (top, bottom) == (pytest.approx(13, abs=1.5), pytest.approx(50, abs=1))
    one = '<text x="10" y="20" font-size="10">H<tspan font-weight="bold">H</tspan>H</text>'
    _, top, _, bottom = ink(png(figure(one), "en"))
    assert bottom - top < 9


def test_size_and_resolution() -> None:
    drawn = figure("<rect width='10' height='10'/>", 200, 80)
    assert picture_size(drawn) == (200 + 2 * MARGIN, 80 + 2 * MARGIN)
    image = imread(io.BytesIO(png(drawn, "en")), format="png")
    assert image.shape[:2] == (300, 675)
    assert imread(io.BytesIO(png(drawn, "en", dpi=96)), format="png").shape[:2] == (96, 216)


def test_panels_stand_beside_each_other_under_their_captions() -> None:
    svg = '<svg class="diagram" viewBox="0 0 300 100" width="300" height="100"><text y="50">PU</text></svg>'
    markup = "".join(f'<div class="panel"><p>Group {n} (n = 9)</p>{svg}</div>' for n in range(3))
    drawn = replace(figure(""), svg=f'<div class="panels">{markup}</div>')
    texts = ["".join(one.itertext()) for one in elements(drawn, "text")]
    assert sorted(texts) == [*(f"Group {n} (n = 9)" for n in range(3)), *["PU"] * 3]
    width, height = picture_size(drawn)
    assert 2 * 300 < width < 3 * 300 and 2 * 100 < height < 3 * 120
    first = next(one for one in elements(drawn, "text") if one.text == "Group 0 (n = 9)")
    assert first.get("font-weight") == "bold"


# -- letters


@needs_chinese
def test_every_letter_of_every_figure_has_its_glyph() -> None:
    for language in ("en", "zh"):
        for one in figures(document_for(small_results(), language, "academic").sections):
            assert replaced_characters(one, language) == (), one.key


@needs_chinese
def test_chinese_is_drawn_as_chinese() -> None:
    """Two characters have two shapes; a box would be the same twice."""
    useful, easy = (outline(one).shapes[0][0].vertices for one in "用易")
    assert useful.shape != easy.shape or not (useful == easy).all()
    assert outline("感知有用性").advance == pytest.approx(500, abs=5), "full-width characters are square"


@pytest.fixture
def only_dejavu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine with no font but the one that comes with matplotlib."""
    caches = [one for one in vars(fonts).values() if hasattr(one, "cache_clear")]
    kept = [
        one
        for one in font_manager.fontManager.ttflist
        if one.name == "DejaVu Sans" and "mpl-data" in str(one.fname)
    ]
    monkeypatch.setattr(font_manager.fontManager, "ttflist", kept)
    monkeypatch.setattr(font_manager, "findSystemFonts", list)
    for one in caches:
        one.cache_clear()
    yield
    for one in caches:
        one.cache_clear()


@pytest.mark.usefixtures("only_dejavu")
def test_chinese_without_a_font_says_what_to_install() -> None:
    with pytest.raises(TamError) as caught:
        png(figure('<text x="5" y="50">购买意愿</text>'), "zh")
    [problem] = caught.value.problems
    assert problem.code == "font-without-chinese"
    assert "fonts-noto-cjk" in problem.mend and "购" in problem.what
    assert "购买意愿" in svg_file(figure('<text x="5" y="50">购买意愿</text>'), "zh"), "SVG needs no font"


@pytest.mark.usefixtures("only_dejavu")
def test_what_no_font_has_is_replaced_and_told() -> None:
    drawn = figure('<text x="5" y="50">a\U000e0041\U0001fae0b</text>')
    assert replaced_characters(drawn, "en") == ("\U0001fae0",)
    assert len(png(drawn, "en")) > 500


def test_text_from_right_to_left_is_turned_and_its_marks_are_not_drawn() -> None:
    assert visible("abc שלום def") == "abc םולש def"
    assert visible("\u202eabc\u202c\u200f") == "abc"
    assert visible("a\x00b\ud800") == "ab"


@pytest.mark.parametrize(
    "text",
    ["</script>&amp;", "x" * 10_000, "\x00\x07\ufffe", "עברית عربي", "👩‍👩‍👧", "$x^2$ \\frac", "   ", ""],
)
def test_no_text_breaks_a_picture(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    drawn = figure(f'<text x="5" y="50">{escaped}</text>')
    assert png(drawn, "en").startswith(b"\x89PNG") and pdf(drawn, "en").startswith(b"%PDF")
    ElementTree.fromstring(svg_file(drawn, "en").encode())


# -- files


def test_the_pdf_is_vectors_of_the_right_size_without_dates_and_fonts() -> None:
    drawn = figure('<rect width="10" height="10" fill="#ff0000"/><text y="50">Text</text>', 200, 80)
    written = pdf(drawn, "en")
    assert b"/MediaBox [ 0 0 162 72 ]" in written
    assert b"/Subtype /Image" not in written and b"/FontFile" not in written
    assert b"CreationDate" not in written and b"ModDate" not in written


DIGESTS = """
import hashlib, sys
sys.path.insert(0, {tests!r})
from test_pictures import figure
from tam.report.pictures import pdf, png, svg_file
drawn = figure('<circle cx="50" cy="50" r="20" fill="#1f5f8b"/><text x="5" y="90">Text</text>')
for made in (svg_file(drawn, "en").encode(), png(drawn, "en"), pdf(drawn, "en")):
    print(hashlib.sha256(made).hexdigest())
"""


def test_two_runs_write_the_same_bytes() -> None:
    code = DIGESTS.format(tests=str(Path(__file__).resolve().parent))
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "SOURCE_DATE_EPOCH": date, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for date, seed in (("1", "1"), ("999999999", "2"))
    }
    assert len(found) == 1


def test_the_stylesheet_is_read_once_and_holds_the_tokens() -> None:
    sheet = stylesheet("en")
    assert sheet.literal("var(--accent)").startswith("#")
    assert sheet.literal("var(--surface)") == "#ffffff"
    assert len(sheet.rules) > 50
