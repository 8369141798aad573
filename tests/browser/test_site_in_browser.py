"""The documentation site, opened from the disk: it asks nothing of the network, and its search finds."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        find_spec("material") is None, reason='MkDocs Material is absent: pip install ".[docs]"'
    ),
]
PAGES = ("index", "tutorial", "gallery", "zh/tutorial", "explanation/moderation", "reference/commands")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_nothing_of_the_network(browser: Browser, site: Path, name: str) -> None:
    asked: list[str] = []
    said: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((site / f"{name}.html").as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked and not [one for one in asked if not one.startswith(("file:", "data:", "blob:", "about:"))]
    assert not said


@pytest.mark.parametrize(("query", "address"), [("johnson-neyman", "moderation"), ("审稿人", "zh/tutorial")])
def test_the_search_finds_from_the_disk(browser: Browser, site: Path, query: str, address: str) -> None:
    page = browser.new_page()
    page.goto((site / "index.html").as_uri())
    page.locator("input.md-search__input").focus()
    page.locator("input.md-search__input").fill(query)
    page.keyboard.press("Shift")  # the search looks at the field when a key goes up
    page.locator(".md-search-result__link").first.wait_for(timeout=10_000)
    found = [link.get_attribute("href") or "" for link in page.locator(".md-search-result__link").all()]
    page.close()
    assert [one for one in found if address in one], found
