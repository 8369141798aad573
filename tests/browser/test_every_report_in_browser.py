"""Every edition in both languages, and the report on a publication: what is asked of all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import page_checks as ask
import pytest
from conftest import LIGHT_AND_DARK, PAGES

if TYPE_CHECKING:
    from conftest import Opener
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

WIDTHS = (320, 768, 1440)
"""Reflow (WCAG 1.4.10) is asked for at 320; 360 is looked at as the page opens."""

Report = Callable[[str], Path]


def told(findings: dict[str, Any]) -> str:
    """The findings that there are, readable; empty where all is well."""
    found = {name: one for name, one in findings.items() if one}
    return json.dumps(found, ensure_ascii=False, indent=1) if found else ""


def laid_out(page: Page, widths: tuple[int, ...] = WIDTHS) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        found[f"overflow at {width}"] = page.evaluate(ask.OVERFLOW)
        found[f"clipped at {width}"] = ask.asked(page, "clipped")
    return found


@pytest.mark.parametrize(("name", "scheme"), LIGHT_AND_DARK)
def test_the_page_is_quiet_fits_and_can_be_read(
    name: str, scheme: str, report: Report, opens: Opener
) -> None:
    opened = opens(report(name), scheme=scheme)
    page = opened.page
    findings = {"messages": opened.messages, "requests": opened.requests, "dialogs": opened.dialogs}
    if scheme == "light":
        findings["small targets"] = ask.asked(page, "smallTargets")
        findings |= {f"closed, {what}": one for what, one in laid_out(page, (360,)).items()}
    page.evaluate(ask.OPEN_ALL)
    findings["contrast of text"] = ask.asked(page, "textContrast")
    findings["contrast of marks"] = ask.asked(page, "markContrast")
    if scheme == "light":
        findings["ragged tables"] = ask.asked(page, "ragged")
        findings["foreign words"] = ask.asked(page, "foreign")
        findings["missing glyphs"] = ask.asked(page, "missingGlyphs")
        findings |= laid_out(page)
    assert not told(findings), told(findings)


@pytest.mark.parametrize(("name", "scheme"), LIGHT_AND_DARK)
def test_axe_finds_no_violation(name: str, scheme: str, axe: str, report: Report, opens: Opener) -> None:
    """Once as the page opens; the English ones, whose elements are those of the Chinese, in light once more
    with all details open. The contrast within them is asked for above, which takes a tenth of the time."""
    page = opens(report(name), scheme=scheme, without_policy=True).page
    page.evaluate(axe)
    findings = {"as it opens": page.evaluate(ask.AXE_RUN, [ask.AXE_RULES, []])}
    if scheme == "light" and ".en." in name:
        page.evaluate(ask.OPEN_ALL)
        findings["all open"] = page.evaluate(ask.AXE_RUN, [ask.AXE_RULES, ["color-contrast"]])
    assert not told(findings), told(findings)


@pytest.mark.parametrize("name", PAGES)
def test_more_room_between_letters_and_lines_hides_nothing(name: str, report: Report, opens: Opener) -> None:
    page = opens(report(name), without_policy=True).page
    page.evaluate(ask.OPEN_ALL)
    page.add_style_tag(content=ask.SPACED)
    findings = laid_out(page, (360, 1280))
    assert not told(findings), told(findings)


@pytest.mark.parametrize(("name", "width"), [(name, 1280 if ".en." in name else 360) for name in PAGES])
def test_the_keyboard_reaches_everything_in_order(
    name: str, width: int, report: Report, opens: Opener
) -> None:
    page = opens(report(name), width=width).page
    page.keyboard.press("Tab")
    first = ask.asked(page, "focused")
    assert first["place"] == 0 and first["seen"] and first["ringed"], first
    seen, faults = [0], []
    while len(seen) < first["of"]:
        page.keyboard.press("Tab")
        here = ask.asked(page, "focused")
        if here is None:
            break
        seen.append(here["place"])
        if not here["seen"] or not here["ringed"]:
            faults.append(here["name"])
    assert faults == []
    assert seen == list(range(first["of"]))


@pytest.mark.parametrize("name", PAGES)
def test_skip_link_and_details_answer_the_keyboard(name: str, report: Report, opens: Opener) -> None:
    page = opens(report(name)).page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    details = page.locator("details:not(details details) > summary")
    if details.count():
        details.first.focus()
        page.keyboard.press("Space")
        assert page.locator("details").first.evaluate("e => e.open")


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_lost_without_scripts(name: str, report: Report, opens: Opener) -> None:
    opened = opens(report(name), scripts=False)
    page = opened.page
    assert opened.messages == [] and opened.requests == []
    assert page.locator("script").count() == 0
    assert page.locator("main > section").count() == page.locator(".contents li").count() > 3
    assert page.locator("h1").is_visible() and page.locator("main section h2").first.is_visible()
    summary = page.locator("summary").first
    if summary.count():
        summary.click()
        assert page.locator("details[open] table").first.is_visible()


def test_reports_written_together_lead_to_each_other(report: Report, opens: Opener) -> None:
    page = opens(report("report.en.html")).page
    links = {link.get_attribute("href"): link for link in page.locator(".other a").all()}
    expected = {name for name in PAGES if name.startswith("report.") and name != "report.en.html"}
    assert set(links) == {name for name in expected if ".en." in name} | {"report.zh.html"}
    assert links["report.zh.html"].get_attribute("lang") == "zh"
