"""Every report as a PDF: white pages, tables in full, heads repeated, nothing orphaned, Chinese in print."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from conftest import PAGES

if TYPE_CHECKING:
    from conftest import Opener

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler's pdftotext is not installed"),
]

Report = Callable[[str], Path]

HEADINGS = "els => els.map(e => e.innerText.trim().replace(/\\s+/g, ' '))"
FOLDED = "els => els.map(e => e.querySelectorAll('tbody tr').length)"
BREAKS = """() => [...document.querySelectorAll('tbody tr, figure, thead, caption')].filter(
  e => getComputedStyle(e).breakInside !== 'avoid').length"""
CLIPPED_IN_PRINT = """() => [...document.querySelectorAll('.scroll')].filter(e => {
  const turned = getComputedStyle(e.closest('.table') ?? e).page === 'wide'
  return e.scrollWidth > (turned ? 1031 : e.closest('main').clientWidth) + 1
}).map(e => e.getAttribute('aria-label'))"""
"""Wider than the sheet; 1031 pixels is the room on one that is turned."""
LONGEST = """() => [...document.querySelectorAll('main table')]
  .filter(e => !e.closest('figure') && !e.querySelector('tr.group'))
  .map(e => [e.rows.length, e.tHead.textContent]).sort((one, two) => two[0] - one[0])[0]"""


def run(*command: str | Path) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, timeout=60).stdout


def squeezed(text: str) -> str:
    """Without spaces: a PDF has them where it likes, between Chinese letters too."""
    return re.sub(r"\s+", "", text)


def darkest_page(pdf: Path, folder: Path) -> float:
    """The mean lightness (0 to 255) of the darkest page."""
    run("pdftoppm", "-r", "8", "-gray", pdf, folder / "page")
    means = []
    for file in folder.glob("page*.pgm"):
        pixels = file.read_bytes().split(b"\n", 3)[3]
        means.append(sum(pixels) / len(pixels))
    return min(means)


@pytest.mark.parametrize(
    "name", [pytest.param(one, marks=[pytest.mark.slow] if one == "report.zh.html" else []) for one in PAGES]
)
def test_a_report_on_paper(name: str, report: Report, opens: Opener, tmp_path: Path) -> None:
    page = opens(report(name), scheme="dark").page
    page.emulate_media(media="print")
    headings = page.eval_on_selector_all("h2:not(#contents), h3", HEADINGS)
    captions = page.eval_on_selector_all("caption .number, figcaption .number", HEADINGS)
    folded = page.eval_on_selector_all(".table > details .scroll table", FOLDED)
    assert page.evaluate(BREAKS) == 0
    assert (
        page.eval_on_selector_all(".contents, .other", "els => els.filter(e => e.checkVisibility()).length")
        == 0
    )
    page.set_viewport_size({"width": 673, "height": 900})  # the width of the text on A4
    assert page.evaluate(CLIPPED_IN_PRINT) == []

    pdf = tmp_path / "report.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    sheets = run("pdftotext", "-layout", pdf, "-").decode("utf-8").split("\f")[:-1]
    ways = ("-layout", "-raw", "-nopgbrk")  # words beside each other come out in another order in each
    texts = [squeezed(run("pdftotext", way, pdf, "-").decode("utf-8")) for way in ways]
    text = texts[-1]
    assert 2 <= len(sheets) <= 70
    assert [one for one in headings if not any(squeezed(one) in text for text in texts)] == []
    assert len(re.findall("|".join(map(re.escape, map(squeezed, captions))), text)) >= len(captions)
    assert all(rows > 0 for rows in folded)
    last_lines = [squeezed(lines[-2]) for sheet in sheets if len(lines := sheet.strip().splitlines()) > 2]
    orphans = {squeezed(one) for one in (*headings, *captions)} & set(last_lines)
    assert orphans == set()
    assert darkest_page(pdf, tmp_path) > 180
    if ".zh." in name:
        fonts = run("pdffonts", pdf).decode("utf-8").splitlines()[2:]
        assert all(" yes " in line for line in fonts), fonts
        assert len(re.findall("[\u4e00-\u9fff]", text)) > 1000


def test_a_table_over_several_pages_repeats_its_head(report: Report, opens: Opener, tmp_path: Path) -> None:
    page = opens(report("report.en.html")).page
    rows, head = page.evaluate(LONGEST)
    pdf = tmp_path / "report.pdf"
    page.pdf(path=pdf, prefer_css_page_size=True)
    sheets = [squeezed(one) for one in run("pdftotext", "-layout", pdf, "-").decode("utf-8").split("\f")]
    assert rows > 40
    assert sum(squeezed(head) in sheet for sheet in sheets) >= 2
