"""A brand's look: what a theme file may say, what it may not, and that it changes no number."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import pytest
from small_results import small_results

from tam.errors import TamError
from tam.report.look import Look
from tam.report.look_record import recorded_look
from tam.report.theme import Theme, load_theme
from tam.report.theme_colours import contrast, luminance, readable, shipped
from tam.report.write import write_report

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WHOLE = """organisation = {en = "Aurora & Sons", zh = "极光"}
logo = "logo.png"
[colours]
accent = "#B3123F"
[fonts]
headings = ["Source Serif 4", "思源宋体"]
[title_page]
title = {en = "What moves intention", zh = "购买意愿由什么驱动"}
subtitle = "Spring wave"
client = "Maison <b>"
date = "March 2026"
confidential = "Confidential"
"""


def theme(folder: Path, text: str = WHOLE, logo: bytes = PNG) -> Theme:
    (folder / "logo.png").write_bytes(logo)
    (folder / "theme.toml").write_text(text, encoding="utf-8")
    return load_theme(folder / "theme.toml")


def codes(folder: Path, text: str, logo: bytes = PNG) -> list[str]:
    with pytest.raises(TamError) as fault:
        theme(folder, text, logo)
    return [one.code for one in fault.value.problems]


def text_of(html: str) -> str:
    body = html.partition("</head>")[2]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_contrast_is_that_of_wcag() -> None:
    """Black on white is 21; the grey #767676 is the lightest that reaches 4.5 on white (WCAG 2.2, G18)."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") >= 4.5 > contrast("#777777", "#ffffff")
    assert luminance("#ff0000") == pytest.approx(0.2126)


def test_a_theme_is_read_and_completed(tmp_path: Path) -> None:
    found = theme(tmp_path)
    assert found.accent == "#b3123f"
    assert found.organisation is not None and found.organisation.get("zh") == "极光"
    assert found.heading_fonts == ("Source Serif 4", "思源宋体")
    assert contrast(found.dark["accent"], shipped("dark")["page"]) >= 7
    assert contrast(found.light["accent-ink"], shipped("light")["page"]) >= 4.5


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("organisaton = 'x'", ["unknown-key"]),
        ("[colours]\naccent = 'navy'\nink = '#12'", ["theme-not-a-colour", "theme-not-a-colour"]),
        ("[colours]\naccent = '#ffd166'", ["theme-contrast"]),
        ("[colours.dark]\nmuted = '#333333'", ["theme-contrast"]),
        ("[fonts]\ntext = ['x\"; } body { display: none']", ["theme-not-a-font"]),
        ("logo = 'absent.png'", ["theme-logo-not-found"]),
        ("organisation = 5", ["bad-value"]),
        ("organisation = ", ["theme-not-toml"]),
        ("[colours]\naccent = '#zzz'\n[fonts]\ntext = ['<']", ["theme-not-a-colour", "theme-not-a-font"]),
    ],
)
def test_all_that_is_wrong_is_told_at_once(text: str, expected: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("logo", "expected"),
    [
        (b"<html><script>alert(1)</script>", "theme-logo-not-a-picture"),
        (b"", "theme-logo-not-a-picture"),
        (PNG + bytes(200_001), "theme-logo-too-large"),
    ],
)
def test_a_logo_is_a_picture_by_its_bytes(logo: bytes, expected: str, tmp_path: Path) -> None:
    assert codes(tmp_path, WHOLE, logo) == [expected]


def test_no_theme_file_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TamError) as fault:
        load_theme(tmp_path / "absent.toml")
    assert [one.code for one in fault.value.problems] == ["theme-not-found"]


def test_a_contrast_problem_names_a_shade_that_passes(tmp_path: Path) -> None:
    with pytest.raises(TamError) as fault:
        theme(tmp_path, "[colours]\naccent = '#ffd166'")
    shade = fault.value.problems[0].values["suggestion"]
    assert shade == readable("#ffd166", shipped("light")["page"])
    assert theme(tmp_path, f"[colours]\naccent = '{shade}'").accent == shade


def test_a_themed_report_says_the_same_under_its_own_head(tmp_path: Path) -> None:
    look = Look(theme=theme(tmp_path))
    plain, themed = write_report(small_results(), "en"), write_report(small_results(), "en", look=look)
    assert "<h1>What moves intention</h1>" in themed and "Maison &lt;b&gt;" in themed
    assert 'alt="Aurora &amp; Sons"' in themed and "data:image/png;base64," in themed
    assert "--accent: #b3123f" in themed
    assert text_of(plain)[-2000:] == text_of(themed)[-2000:]


def test_an_svg_logo_stays_a_picture(tmp_path: Path) -> None:
    html = write_report(small_results(), "en", look=Look(theme=theme(tmp_path, logo=SVG)))
    assert "<script" not in html and "data:image/svg+xml;base64," in html


@pytest.mark.parametrize("logo", [PNG, SVG])
def test_a_page_tells_how_it_looks_so_that_it_can_be_drawn_again(logo: bytes, tmp_path: Path) -> None:
    look = Look("diverging", theme(tmp_path, logo=logo))
    page = write_report(small_results(), "zh", look=look, audiences=("academic", "market"))
    found, audiences, own_templates = recorded_look(page)
    assert audiences == ("academic", "market") and not own_templates
    assert write_report(small_results(), "zh", look=found, audiences=audiences) == page
    assert recorded_look(write_report(small_results(), "zh")) == (Look(), (), False)


@pytest.mark.parametrize(
    "record", ["[1]", '{"secret":1}', '{"audiences":["../a"]}', '{"theme":{"colours":{"accent":"red;}"}}}']
)
def test_a_record_that_is_none_of_ours_is_refused(record: str) -> None:
    escaped = record.replace('"', "&#34;")
    with pytest.raises((ValueError, TamError)):
        recorded_look(f'<meta name="tam-look" content="{escaped}">')


def test_the_policy_admits_the_one_stylesheet_and_no_style_attribute(tmp_path: Path) -> None:
    html = write_report(small_results(), "en", look=Look(theme=theme(tmp_path)))
    sheet = html.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in html and "unsafe-inline" not in html
    assert not re.search(r"<[^<>]+ style=", html)


# --- templates of one's own


def templates(folder: Path, **files: str) -> Look:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_css", ".css").replace("_j2", ".html.j2")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Look(templates=folder)


def test_a_template_replaces_the_shipped_one_and_the_rest_stays(tmp_path: Path) -> None:
    footer = "{% block footer %}<footer>Ours {{ document.title }}</footer>{% endblock %}"
    own = '{% extends "parts/page.html.j2" %}' + footer
    results = small_results()
    results["study"]["title"] = {"en": "<b>bold</b>"}
    html = write_report(results, "en", look=templates(tmp_path, academic__report_j2=own))
    assert "<footer>Ours &lt;b&gt;bold&lt;/b&gt;</footer>" in html and 'id="answer"' in html
    assert recorded_look(html)[2]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{{ missing.name }}", 1),
        ("\n{% if %}", 2),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", 1),
        ("{{ document.title.upper }}\n{{ 1 / 0 }}", 2),
        ("{% include '../../../etc/passwd' %}", 1),
        ("{{ cycler.__init__.__globals__.os.system('id') }}", 1),
        ("{% extends 'absent.html.j2' %}", 1),
    ],
)
def test_a_broken_or_hostile_template_is_one_clear_problem(text: str, line: int, tmp_path: Path) -> None:
    with pytest.raises(TamError) as fault:
        write_report(small_results(), "en", look=templates(tmp_path, academic__report_j2=text))
    (one,) = fault.value.problems
    assert one.code == "template-broken"
    assert (one.where.file, one.where.line) == ("academic/report.html.j2", line)


def test_a_stylesheet_of_ones_own_cannot_end_the_page(tmp_path: Path) -> None:
    good = write_report(small_results(), "en", look=templates(tmp_path, style__print_css="p { color: red }"))
    assert "p { color: red }" in good
    with pytest.raises(TamError) as fault:
        write_report(
            small_results(), "en", look=templates(tmp_path, style__print_css="</style><script>alert(1)")
        )
    assert [one.code for one in fault.value.problems] == ["style-holds-markup"]


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(TamError) as fault:
        write_report(small_results(), "en", look=Look(templates=tmp_path / "absent"))
    assert [one.code for one in fault.value.problems] == ["templates-not-found"]
