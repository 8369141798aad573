"""The demonstration, run once, and a headless Chromium; without one the tests skip and say so."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip(f"no Chromium is installed (looked for {', '.join(NAMES)})")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield found
        found.close()


@dataclass
class Opened:
    """A page with everything it said and asked for. ``requests``: all but the page's own file."""

    page: Page
    messages: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)


class Opener:
    """Opens files in fresh contexts of the browser; every request but the first is counted and refused."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.contexts: list[object] = []

    def __call__(
        self,
        file: Path,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        media: str | None = None,
    ) -> Opened:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.contexts.append(context)
        opened = Opened(context.new_page())
        address = file.resolve().as_uri()

        def answer(route: Route) -> None:
            if route.request.url == address:
                route.continue_()
                return
            opened.requests.append(route.request.url)
            route.abort()

        opened.page.route("**/*", answer)
        opened.page.on("console", lambda message: opened.messages.append(message.text))
        opened.page.on("pageerror", lambda error: opened.messages.append(str(error)))
        opened.page.on("dialog", lambda dialog: (opened.dialogs.append(dialog.message), dialog.dismiss()))
        if media:
            opened.page.emulate_media(media=media)  # type: ignore[arg-type]
        opened.page.goto(address)
        return opened


@pytest.fixture
def opens(browser: Browser) -> Iterator[Opener]:
    opener = Opener(browser)
    yield opener
    for context in opener.contexts:
        context.close()  # type: ignore[attr-defined]
