"""Takes the picture of the README from the demonstration: ``python docs/screenshot.py`` (needs Chromium)."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tam.analysis.run import run
from tam.planning.demo import write_demo
from tam.report.write import write_report
from tam.spec.study_file import load_study

PICTURE = Path(__file__).parent / "images" / "report.png"
WIDTH, HEIGHT = 1200, 1500


def main() -> None:
    """Run the demonstration in a temporary folder and photograph the top of its English report."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        page = Path(folder) / "report.en.html"
        results = run(load_study(write_demo(folder).study)).to_dict()
        page.write_text(write_report(results, "en", languages=("en", "zh")), encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        view = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        view.goto(page.as_uri())
        PICTURE.parent.mkdir(exist_ok=True)
        view.screenshot(path=str(PICTURE))
        browser.close()


if __name__ == "__main__":
    main()
