"""What respondents wrote and what somebody called a construct stays text, in every edition."""

from __future__ import annotations

import copy
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page_checks as ask
import pytest

from tam.report.editions import EDITIONS
from tam.report.write import write_report

if TYPE_CHECKING:
    from conftest import Opener

pytestmark = pytest.mark.browser

SCRIPT = "</script><img src=x onerror=alert(1)>"
QUOTES = "\"'`&amp;{{ 7*7 }}{% raw %}</style><svg onload=alert(1)>"
TURNED = "\u202eevil\u2067 שלום עולם 5"
EMOJI = "👩🏽‍🔬🎉 مرحبا"
LONG = "非常长的回答" * 1000 + "nobreak" * 572
"""10,004 characters without a space."""
SHORT = (SCRIPT, QUOTES, TURNED, EMOJI)
OUTSIDE = {"en", "zh", "column", "file", "lavaan", "cite", "version", "encoding", "what", "why", "mend"}
"""Keys of results.json under which words of others stand: titles, wordings, labels, names of columns."""

READS_ON = r"""() => {
  const found = [], range = document.createRange()
  for (const inner of document.querySelectorAll('bdi')) {
    const after = inner.nextSibling
    if (!after || after.nodeType !== 3 || !/\p{L}|\d/u.test(after.textContent)) continue
    const at = after.textContent.search(/[^\s]/)
    range.setStart(after, at); range.setEnd(after, at + 1)
    const [next] = range.getClientRects()
    const beside = [...inner.getClientRects()].filter(box => next && Math.abs(box.bottom - next.bottom) < 6)
    if (beside.some(box => next.left < box.right - 1)) found.push(inner.parentElement.textContent)
  }
  return found.slice(0, 5)
}"""
"""What follows text from right to left must stand to the right of it, or below."""


def poisoned(node: Any, key: str = "", turn: int = 0) -> Any:
    """Everything that came from outside, made hostile: each place in one of the ways."""
    if isinstance(node, dict):
        return {name: poisoned(child, name, turn + at) for at, (name, child) in enumerate(node.items())}
    if isinstance(node, list):
        return [poisoned(child, key, turn + at) for at, child in enumerate(node)]
    return SHORT[turn % len(SHORT)] if isinstance(node, str) and key in OUTSIDE else node


def hostile_study(results: dict[str, Any]) -> dict[str, Any]:
    study: dict[str, Any] = poisoned(results)
    study["study"]["title"] = {"en": SCRIPT, "zh": SCRIPT}
    study["screening"]["excluded"][0]["value"] = SCRIPT
    study["problems"].append(
        {"code": SCRIPT, "severity": "error", "what": QUOTES, "where": {"column": TURNED}, "why": EMOJI}
    )
    return study


def lengthened(results: dict[str, Any]) -> dict[str, Any]:
    """One title, one label, one wording and one answer of ten thousand characters."""
    study = copy.deepcopy(results)
    both = {"en": LONG, "zh": LONG}
    study["study"]["title"] = both
    next(iter(study["study"]["constructs"].values()))["label"] = both
    next(iter(study["study"]["items"].values()))["text"] = both
    study["screening"]["excluded"][0]["value"] = LONG
    study["study"]["data"]["file"] = LONG
    return study


def drawn(study: dict[str, Any], audience: str, language: str, file: Path) -> Path:
    file.write_text(write_report(study, language, audience=audience), encoding="utf-8")
    return file


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", EDITIONS)
def test_hostile_text_is_inert(
    results: dict[str, Any], tmp_path: Path, opens: Opener, audience: str, language: str
) -> None:
    file = drawn(hostile_study(results), audience, language, tmp_path / "report.html")
    opened = opens(file, width=360)
    page = opened.page
    page.evaluate(ask.OPEN_ALL)
    assert opened.dialogs == [] and opened.messages == [] and opened.requests == []
    assert page.locator("img, script, iframe, object, svg svg").count() == 0
    assert page.locator("h1").inner_text() == SCRIPT and page.title() == SCRIPT
    text = page.locator("body").text_content() or ""
    assert all(one in text for one in SHORT)
    assert page.evaluate(READS_ON) == []
    assert page.evaluate(ask.OVERFLOW) == 0
    assert ask.asked(page, "ragged") == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("audience", EDITIONS)
def test_ten_thousand_characters_stay_in_their_boxes(
    results: dict[str, Any], tmp_path: Path, opens: Opener, audience: str, width: int
) -> None:
    opened = opens(drawn(lengthened(results), audience, "zh", tmp_path / "report.html"), width=width)
    opened.page.evaluate(ask.OPEN_ALL)
    assert opened.messages == []
    assert LONG in (opened.page.locator("h1").text_content() or "")
    assert opened.page.evaluate(ask.OVERFLOW) == 0
    assert ask.asked(opened.page, "clipped") == []


@pytest.mark.slow
def test_the_shipped_hostile_study_is_inert(tmp_path: Path, opens: Opener) -> None:
    from tam.analysis.run import run
    from tam.spec.study_file import load_study

    shutil.copytree(Path(__file__).parent.parent / "broken" / "html-injection", tmp_path / "study")
    file = tmp_path / "report.html"
    file.write_text(write_report(run(load_study(tmp_path / "study")).to_dict(), "en"), encoding="utf-8")
    opened = opens(file)
    assert opened.dialogs == [] and opened.messages == [] and opened.requests == []
    assert opened.page.locator("img, script").count() == 0
