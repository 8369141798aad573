"""What the academic report of the demonstration shows, on a screen and on a telephone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page_checks as ask
import pytest
from grown_results import grown

from tam.report.editions import EDITIONS
from tam.report.write import write_report

if TYPE_CHECKING:
    from conftest import Opener

pytestmark = pytest.mark.browser

N_FIGURES, N_SECTIONS = 14, 14
"""At least: a study may have more interactions and groupings."""
PICTURES = "els => els.map(e => e.querySelectorAll('svg').length)"
BOXES = "els => els.map(e => { const b = e.getBoundingClientRect(); return [b.width, b.height] })"

DRAWN_CONTRAST = r"""
() => {
  const parse = text => text.match(/[\d.]+/g).map(Number)
  const light = c => c.slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const probe = document.body.appendChild(document.createElement('i'))
  const color = name => {
    probe.style.color = `var(--${name})`
    return light(parse(getComputedStyle(probe).color))
  }
  const steps = [1, 2, 3, 4, 5, 6, 7].map(i => [`likert-${i}-ink`, `likert-${i}`])
  const boxes = ['node', 'outcome', 'moderator-wash'].flatMap(box => [['ink', box], ['muted', box]])
  const names = ['muted', 'moderator', 'accent', 'series-1', 'series-2', 'series-3']
  const lines = names.map(name => [name, 'page'])
  const ratio = ([a, b]) => {
    const [x, y] = [color(a), color(b)].sort((p, q) => q - p)
    return (x + .05) / (y + .05)
  }
  const pairs = [...boxes, ...lines, ...steps]
  return pairs.filter(pair => ratio(pair) < 4.5).map(pair => [...pair, ratio(pair).toFixed(2)])
}
"""


Report = Callable[[str], Path]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_every_figure_is_drawn(report: Report, opens: Opener, language: str, width: int) -> None:
    page = opens(report(f"report.{language}.html"), width=width).page
    boxes = page.eval_on_selector_all("figure svg", BOXES)
    assert all(w > 250 and h > 100 for w, h in boxes)
    pictures = page.eval_on_selector_all("figure", PICTURES)
    assert len(pictures) >= N_FIGURES and all(pictures)
    assert page.locator("main > section").count() >= N_SECTIONS and page.locator("table").count() >= 20
    assert page.locator("svg.diagram:not(.small) .node").count() >= 5
    assert page.locator("svg.diagram .moderates .dot").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_every_group_has_its_diagram_without_scrolling(report: Report, opens: Opener, width: int) -> None:
    page = opens(report("report.zh.html"), width=width).page
    assert page.locator("#figure-group-diagram-1 svg.diagram.small").count() == 3
    assert page.locator("#figure-group-diagram-2 svg.diagram.small").count() == 4
    for figure in page.locator(".panels").all():
        assert figure.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_verdicts_are_on_the_screen_of_a_telephone(report: Report, opens: Opener) -> None:
    page = opens(report("report.en.html"), width=360).page
    tags = page.eval_on_selector_all(
        "#table-hypotheses .tag", "els => els.map(e => e.getBoundingClientRect().right)"
    )
    assert len(tags) == 7 and max(tags) <= 360
    heights = page.eval_on_selector_all("#table-hypotheses tbody tr, #table-items tbody tr", BOXES)
    assert max(height for _, height in heights) < 140


def test_contents_stay_in_reach_and_lead_to_sections(report: Report, opens: Opener) -> None:
    page = opens(report("report.en.html"), width=360).page
    page.click(".contents a[href='#limits']")
    top = page.eval_on_selector(".contents", "e => e.getBoundingClientRect().top")
    head = page.eval_on_selector("#limits h2", "e => e.getBoundingClientRect().top")
    bottom = page.eval_on_selector(".contents", "e => e.getBoundingClientRect().bottom")
    assert top == 0 and head >= bottom - 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_in_drawings_have_the_contrast_of_wcag_aa(report: Report, opens: Opener, scheme: str) -> None:
    page = opens(report("report.review.en.html"), scheme=scheme).page
    assert page.evaluate(DRAWN_CONTRAST) == []


@pytest.mark.slow
@pytest.mark.parametrize("audience", EDITIONS)
def test_a_very_large_study_stays_within_the_page(
    results: dict[str, Any], tmp_path: Path, opens: Opener, audience: str
) -> None:
    """Forty constructs, two hundred items, six groups."""
    file = tmp_path / "report.html"
    file.write_text(write_report(grown(results), "en", audience=audience), encoding="utf-8")
    opened = opens(file, width=360)
    opened.page.evaluate(ask.OPEN_ALL)
    assert opened.messages == []
    for width in (360, 1440):
        opened.page.set_viewport_size({"width": width, "height": 900})
        assert opened.page.evaluate(ask.OVERFLOW) == 0
        assert ask.asked(opened.page, "clipped") == []
