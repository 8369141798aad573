"""The reports of the demonstration and of a publication, and a headless Chromium; without one the tests skip
and say so."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tam.report.editions import EDITIONS
from tam.report.write import report_name, write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

AXE, AXE_DIGEST = "4.14.1", "e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745"
"""The release of axe-core and the SHA-256 of its package in the npm registry."""

LANGUAGES = ("en", "zh")
PAGES = tuple(report_name(language, audience) for audience in EDITIONS for language in LANGUAGES) + (
    "publication.en.html",
    "publication.zh.html",
)
"""Every kind of report in both languages, by file name."""
LIGHT_AND_DARK = [
    pytest.param(name, scheme, marks=[pytest.mark.slow] if (scheme, ".zh." in name) == ("dark", True) else [])
    for name in PAGES
    for scheme in ("light", "dark")
]
"""Each of them in both schemes; the Chinese ones are seen dark on demand, their colours being the others'."""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no Chromium is installed (looked for {', '.join(PROGRAMS)})")
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
        self.contexts: list[Any] = []

    def __call__(
        self,
        file: Path,
        *,
        width: int = 1280,
        scheme: str = "light",
        scripts: bool = True,
        media: str | None = None,
        without_policy: bool = False,
    ) -> Opened:
        """``without_policy``: ours is lifted, so that the test may put scripts and styles of its own in."""
        context = self.browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=scripts,
            reduced_motion="reduce",
            bypass_csp=without_policy,
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
        context.close()


@pytest.fixture(scope="session")
def results(demonstration: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="session")
def report(results: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a report by its name, drawn when it is first asked for."""
    folder = tmp_path_factory.mktemp("reports")

    def drawn(name: str) -> Path:
        file = folder / name
        if file.exists():
            return file
        if name.startswith("publication."):
            _draw_publication(folder)
            return file
        _, *audience, language, _ = name.split(".")
        page = write_report(
            results,
            language,
            languages=LANGUAGES,
            audience=audience[0] if audience else "academic",
            audiences=tuple(EDITIONS),
        )
        file.write_text(page, encoding="utf-8")
        return file

    return drawn


def _draw_publication(folder: Path) -> None:
    """What `tam reproduce --report` writes of a paper."""
    from tam.cli.reviewing import write_review
    from tam.published.publication_file import load_publication

    write_review(load_publication("kim2011"), folder / "publication")
    for language in LANGUAGES:
        written = folder / "publication" / report_name(language, "review")
        shutil.copy(written, folder / f"publication.{language}.html")


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core: from TAM_AXE, a copy fetched before, or the npm registry."""
    given = os.environ.get("TAM_AXE")
    if given:
        return Path(given).read_text(encoding="utf-8")
    kept = Path(tempfile.gettempdir()) / f"tam-axe-core-{AXE}.tgz"
    if not kept.is_file():
        kept = _fetched(kept)
    if hashlib.sha256(kept.read_bytes()).hexdigest() != AXE_DIGEST:
        pytest.fail(f"{kept.name} is not the package that the npm registry has under axe-core {AXE}")
    with tarfile.open(kept) as package:
        source = package.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode("utf-8")


def _fetched(wanted: Path) -> Path:
    """The package from the npm registry, kept for the next time; skips where npm or the network is absent."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core is not at hand: npm is not installed, and TAM_AXE does not name a copy")
    with tempfile.TemporaryDirectory() as folder:
        asked = [npm, "pack", f"axe-core@{AXE}", "--silent", "--pack-destination", folder]
        try:
            subprocess.run(asked, cwd=folder, capture_output=True, timeout=60, check=True)
        except (subprocess.SubprocessError, OSError) as fault:
            pytest.skip(f"axe-core is not at hand: the npm registry did not answer ({type(fault).__name__})")
        shutil.move(next(Path(folder).glob("*.tgz")), wanted)
    return wanted
