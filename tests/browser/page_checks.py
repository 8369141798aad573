"""The questions of ``page_checks.js``, put to a page; and what is asked in a line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

_QUESTIONS = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")

OVERFLOW = "() => Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"
OPEN_ALL = "() => document.querySelectorAll('details').forEach(e => { e.open = true })"

SPACED = """* { line-height: 1.5 !important }
* { letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }
svg * { letter-spacing: 0 !important; word-spacing: 0 !important }"""
"""WCAG 1.4.12: what a reader may ask of the spacing of text."""

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE_RUN = """async ([tags, without]) => {
  const rules = Object.fromEntries(without.map(name => [name, {enabled: false}]))
  const found = await axe.run(document, {resultTypes: ['violations'], runOnly: tags, rules})
  return found.violations.map(
    one => `${one.id}: ${one.help}: ${one.nodes.slice(0, 3).map(node => node.html.slice(0, 120))}`)
}"""


def asked(page: Page, question: str) -> Any:
    """The answer to one of the questions, by its name there."""
    return page.evaluate(f"() => {{ {_QUESTIONS}\nreturn checks.{question}() }}")
