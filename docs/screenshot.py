"""Takes the pictures of the documentation from the example reports: ``python docs/screenshot.py``.

Needs Chromium, and reports that are current (``python docs/gallery.py``). Pictures have 128 colours at most,
which text and charts do not miss, and stay below 150 KB.
"""

from __future__ import annotations

import io
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).resolve().parent
IMAGES, EXAMPLES = HERE / "images", HERE.parent / "reports" / "examples"
LARGEST = 150_000


@dataclass(frozen=True, slots=True)
class Shot:
    """The top of a report. Sizes in CSS pixels; ``scale`` is the density of the picture."""

    name: str
    report: str
    width: int = 1200
    height: int = 1000
    scheme: str = "light"
    scale: float = 1.5


SHOTS = (
    Shot("academic", "demo/report.en.html"),
    Shot("academic-zh", "demo/report.zh.html"),
    Shot("market", "demo/report.market.en.html"),
    Shot("market-zh", "demo/report.market.zh.html"),
    Shot("review", "demo/report.review.en.html"),
    Shot("publication", "publication/report.review.en.html"),
    Shot("phone-dark", "demo/report.en.html", width=390, height=844, scheme="dark", scale=2.0),
)


def photograph(browser: Browser, shot: Shot) -> bytes:
    """PNG with a palette."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        color_scheme=shot.scheme,  # type: ignore[arg-type]
        device_scale_factor=shot.scale,
        reduced_motion="reduce",
    )
    page = context.new_page()
    page.goto((EXAMPLES / shot.report).as_uri())
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    context.close()
    packed = io.BytesIO()
    taken.quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(
        packed, "PNG", optimize=True
    )
    return packed.getvalue()


def main() -> None:
    """All pictures whose report is there; says which one is not."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for shot in SHOTS:
            if not (EXAMPLES / shot.report).is_file():
                print(f"no report {shot.report}: {shot.name}.png stays", file=sys.stderr)
                continue
            picture = photograph(browser, shot)
            if len(picture) > LARGEST:
                sys.exit(f"{shot.name}.png has {len(picture)} bytes, more than {LARGEST}")
            (IMAGES / f"{shot.name}.png").write_bytes(picture)
        browser.close()


if __name__ == "__main__":
    main()
