"""The example reports are what the code draws, and their results what the demonstration gives.

Two questions, two tests. Drawing is the same everywhere, so reports are compared byte by byte. Estimating may
differ in the last digits with the versions of libraries, so results are compared within a tolerance.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
LOOSE = 1e-4
"""Of max(1, |value|), as estimates are compared with other programs."""
OF_THE_MACHINE = (".provenance", ".iterations")
"""Versions, and the steps of an optimiser."""


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    import importlib

    sys.path.insert(0, str(DOCS))
    try:
        return importlib.import_module("gallery")
    finally:
        sys.path.remove(str(DOCS))


def test_the_example_reports_are_current(gallery: ModuleType) -> None:
    assert not gallery.stale(), "run: python docs/gallery.py"


def test_the_stored_results_are_those_of_the_demonstration(gallery: ModuleType, demonstration: Path) -> None:
    now = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    apart = list(differences(gallery.stored(gallery.DEMONSTRATION), now, ""))
    assert not apart[:5], "run: python docs/gallery.py --demo"


def test_the_stored_review_is_that_of_the_publication(gallery: ModuleType) -> None:
    now = json.loads(json.dumps(gallery.reviewed()))
    apart = list(differences(gallery.stored(gallery.PUBLICATION), now, ""))
    assert not apart[:5], "run: python docs/gallery.py --demo"


def test_every_edition_has_an_example_in_both_languages(gallery: ModuleType) -> None:
    from tam.report.editions import EDITIONS
    from tam.report.write import report_name

    there = {path.name for path in (gallery.EXAMPLES / "demo").iterdir()}
    assert {report_name(language, audience) for audience in EDITIONS for language in ("en", "zh")} <= there
    page = (DOCS / "gallery.md").read_text(encoding="utf-8")
    for path in gallery.EXAMPLES.rglob("*.html"):
        assert f"reports/examples/{path.relative_to(gallery.EXAMPLES).as_posix()}" in page, path.name


def test_the_examples_lead_to_each_other(gallery: ModuleType) -> None:
    for path in gallery.EXAMPLES.rglob("*.html"):
        linked = set(re.findall(r'href="([\w.]+\.html)"', path.read_text(encoding="utf-8")))
        assert linked, path.name
        assert all((path.parent / name).is_file() for name in linked), path.name


def differences(stored: Any, now: Any, place: str) -> Iterator[str]:
    """Places where two results say something else; numbers within the tolerance are the same."""
    if place.endswith(OF_THE_MACHINE):
        return
    if isinstance(stored, dict) and isinstance(now, dict):
        for key in {*stored, *now}:
            if key not in stored or key not in now:
                yield f"{place}.{key} is there once"
            else:
                yield from differences(stored[key], now[key], f"{place}.{key}")
    elif isinstance(stored, list) and isinstance(now, list) and len(stored) == len(now):
        for number, (one, other) in enumerate(zip(stored, now, strict=True)):
            yield from differences(one, other, f"{place}[{number}]")
    elif isinstance(stored, float) and isinstance(now, (int, float)):
        if abs(stored - now) > LOOSE * max(1.0, abs(stored)):
            yield f"{place}: {stored} and {now}"
    elif stored != now:
        yield f"{place}: {str(stored)[:60]} and {str(now)[:60]}"
