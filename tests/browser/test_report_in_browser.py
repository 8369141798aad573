"""Both reports of the demonstration, and one full of hostile text, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tam.report.write import write_report

if TYPE_CHECKING:
    from conftest import Opener

pytestmark = pytest.mark.browser

HOSTILE = "</script><img src=x onerror=alert(1)>"
N_FIGURES, N_SECTIONS = 14, 14
"""At least: a study may have more interactions and groupings."""
PICTURES = "els => els.map(e => e.querySelectorAll('svg').length)"
BOXES = "els => els.map(e => { const b = e.getBoundingClientRect(); return [b.width, b.height] })"
WIDTH = "() => document.documentElement.scrollWidth"

CONTRAST = r"""
() => {
  const parse = text => { const p = text.match(/[\d.]+/g).map(Number); return p.length > 3 ? p : [...p, 1] }
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0)
  const ground = e => {
    for (; e; e = e.parentElement) {
      const c = parse(getComputedStyle(e).backgroundColor)
      if (c[3] > 0.99) return c
    }
    return [255, 255, 255, 1]
  }
  const found = []
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const e = walker.currentNode.parentElement
    if (!walker.currentNode.textContent.trim() || e.closest('svg, .skip')) continue
    const style = getComputedStyle(e)
    const [a, b] = [light(parse(style.color)), light(ground(e))].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < 4.5) found.push([e.tagName, e.className, ratio.toFixed(2)])
  }
  return found.slice(0, 5)
}
"""

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


@pytest.fixture(scope="session")
def results(demonstration: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("width", [360, 1280])
def test_report_is_quiet_and_fits(demonstration: Path, opens: Opener, language: str, width: int) -> None:
    opened = opens(demonstration / f"report.{language}.html", width=width)
    assert opened.messages == [] and opened.requests == []
    assert opened.page.evaluate(WIDTH) == width
    boxes = opened.page.eval_on_selector_all("figure svg", BOXES)
    assert all(w > 250 and h > 100 for w, h in boxes)
    pictures = opened.page.eval_on_selector_all("figure", PICTURES)
    assert len(pictures) >= N_FIGURES and all(pictures)
    assert opened.page.locator("svg.diagram:not(.small) .node").count() == 5
    assert opened.page.locator("svg.diagram .moderates .dot").count() == 1


@pytest.mark.parametrize("width", [360, 1280])
def test_every_group_has_its_diagram_without_scrolling(
    demonstration: Path, opens: Opener, width: int
) -> None:
    page = opens(demonstration / "report.zh.html", width=width).page
    assert page.locator("#figure-group-diagram-1 svg.diagram.small").count() == 3
    assert page.locator("#figure-group-diagram-2 svg.diagram.small").count() == 4
    for figure in page.locator(".panels").all():
        assert figure.evaluate("e => e.scrollWidth <= e.clientWidth")


def test_verdicts_are_on_the_screen_of_a_telephone(demonstration: Path, opens: Opener) -> None:
    page = opens(demonstration / "report.en.html", width=360).page
    tags = page.eval_on_selector_all(
        "#table-hypotheses .tag", "els => els.map(e => e.getBoundingClientRect().right)"
    )
    assert len(tags) == 7 and max(tags) <= 360
    heights = page.eval_on_selector_all("#table-hypotheses tbody tr, #table-items tbody tr", BOXES)
    assert max(height for _, height in heights) < 140


def test_contents_stay_in_reach_and_lead_to_sections(demonstration: Path, opens: Opener) -> None:
    page = opens(demonstration / "report.en.html", width=360).page
    page.click("nav a[href='#limits']")
    top = page.eval_on_selector("nav", "e => e.getBoundingClientRect().top")
    head = page.eval_on_selector("#limits h2", "e => e.getBoundingClientRect().top")
    bottom = page.eval_on_selector("nav", "e => e.getBoundingClientRect().bottom")
    assert top == 0 and head >= bottom - 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(demonstration: Path, opens: Opener, scheme: str) -> None:
    page = opens(demonstration / "report.en.html", scheme=scheme).page
    page.eval_on_selector_all("details", "els => els.forEach(e => e.open = true)")
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate(DRAWN_CONTRAST) == []


def test_everything_is_there_without_scripts(demonstration: Path, opens: Opener) -> None:
    page = opens(demonstration / "report.zh.html", scripts=False).page
    assert page.locator("main > section").count() >= N_SECTIONS
    assert page.locator("figure").count() >= N_FIGURES
    assert page.locator("table").count() >= 20
    page.click("#table-exclusions summary")
    assert page.locator("#table-exclusions tbody tr").first.is_visible()


def test_print_keeps_every_section_and_hides_the_contents(demonstration: Path, opens: Opener) -> None:
    page = opens(demonstration / "report.en.html", scheme="dark", media="print").page
    boxes = page.eval_on_selector_all("main > section, figure svg", BOXES)
    assert len(boxes) >= N_SECTIONS + N_FIGURES and all(w > 0 and h > 0 for w, h in boxes)
    assert not page.locator("nav").is_visible()
    assert page.evaluate("() => getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def poisoned(node: Any, key: str = "") -> Any:
    """Titles, wordings, labels, column names and whatever else came from outside, made hostile."""
    if isinstance(node, dict):
        return {name: poisoned(child, name) for name, child in node.items()}
    if isinstance(node, list):
        return [poisoned(child, key) for child in node]
    outside = {"en", "zh", "column", "file", "lavaan", "cite", "version", "encoding", "what", "why", "mend"}
    return HOSTILE if isinstance(node, str) and key in outside else node


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_is_inert(results: dict[str, Any], tmp_path: Path, opens: Opener, language: str) -> None:
    study = poisoned(results)
    study["screening"]["excluded"][0]["value"] = HOSTILE
    study["problems"].append(
        {"code": HOSTILE, "severity": "error", "what": HOSTILE, "where": {"column": HOSTILE}}
    )
    file = tmp_path / "report.html"
    file.write_text(write_report(study, language), encoding="utf-8")
    opened = opens(file, width=360)
    assert opened.dialogs == [] and opened.messages == [] and opened.requests == []
    assert opened.page.locator("img, script, iframe, object").count() == 0
    assert opened.page.locator("h1").inner_text() == HOSTILE
    assert opened.page.title() == HOSTILE
    assert opened.page.locator("svg.diagram .node text").first.text_content()
    assert opened.page.evaluate(WIDTH) == 360


def test_the_shipped_hostile_study_is_inert(tmp_path: Path, opens: Opener) -> None:
    import shutil

    from tam.analysis.run import run
    from tam.spec.study_file import load_study

    shutil.copytree(Path(__file__).parent.parent / "broken" / "html-injection", tmp_path / "study")
    file = tmp_path / "report.html"
    file.write_text(write_report(run(load_study(tmp_path / "study")).to_dict(), "en"), encoding="utf-8")
    opened = opens(file)
    assert opened.dialogs == [] and opened.messages == [] and opened.requests == []
    assert opened.page.locator("img, script").count() == 0
