"""The documentation holds together: as plain Markdown in the repository and as a site that MkDocs builds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from architecture.source import ROOT

DOCS = ROOT / "docs"
FENCED = re.compile(r"^(`{3,}).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(!?)\[(?:[^\[\]]|!\[[^\]]*\]\([^)]*\))*\]\(([^)\s]+)\)")
GENERATED = {"changes.md"}
"""Pages that the site has and the folder has not: docs/site_hooks.py makes them."""


def pages() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(DOCS.rglob("*.md"))]


class _Lenient(yaml.SafeLoader):
    """Reads mkdocs.yml without building the Python objects that it names."""


_Lenient.add_multi_constructor("tag:yaml.org,2002:python/", lambda loader, suffix, node: suffix)


def settings() -> dict[str, Any]:
    found: dict[str, Any] = yaml.load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"), _Lenient)
    return found


def navigated(part: Any) -> Iterator[str]:
    """Every page named in a part of the navigation."""
    if isinstance(part, str):
        yield part
    else:
        for inner in part.values() if isinstance(part, dict) else part:
            yield from navigated(inner)


@cache
def anchors(page: Path) -> frozenset[str]:
    """What may follow # in a link to the page: headings as GitHub and the site spell them."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#{1,6} (.+?)\s*$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)|[`*]", r"\1", one) for one in headings)
    return frozenset(re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in plain)


def test_every_page_stands_in_the_navigation_once() -> None:
    named = list(navigated(settings()["nav"]))
    assert len(named) == len(set(named))
    assert set(named) == {page.relative_to(DOCS).as_posix() for page in DOCS.rglob("*.md")} | GENERATED


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_anchor_and_picture_is_there(page: Path) -> None:
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    inner = re.findall(r"!\[[^\]]*\]\(([^)\s]+)\)", text)
    wrong = []
    for target in {*(found[2] for found in LINK.finditer(text)), *inner}:
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        leads = (page.parent / path).resolve() if path else page
        no_anchor = anchor and leads.suffix == ".md" and leads.exists() and anchor not in anchors(leads)
        if not leads.exists() or no_anchor:
            wrong.append(target)
    assert not wrong


def test_every_fence_is_closed() -> None:
    for page in pages():
        fences = re.findall(r"^ *```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert len(fences) % 2 == 0, page.name
        assert not [name for name in fences[1::2] if name], page.name


def test_pictures_are_small_and_used() -> None:
    texts = "".join(page.read_text(encoding="utf-8") for page in pages())
    for picture in (DOCS / "images").rglob("*.*"):
        assert picture.stat().st_size < 150_000, picture.name
        assert f"images/{picture.relative_to(DOCS / 'images').as_posix()}" in texts, f"{picture.name} is idle"


def test_pictures_say_what_they_show() -> None:
    for page in pages():
        assert not re.findall(r"!\[\s*\]", page.read_text(encoding="utf-8")), page.name


def test_no_line_breaks_within_chinese() -> None:
    """A line's end is shown as a space, and Chinese has none."""
    letter = "[\u3400-\u9fff\uff0c\u3002\uff1b\uff1a\u3001]"
    for page in (DOCS / "zh").glob("*.md"):
        text = FENCED.sub("", page.read_text(encoding="utf-8"))
        assert not re.findall(rf"{letter}\n *{letter}", text), page.name


@pytest.mark.skipif(find_spec("material") is None, reason='MkDocs Material is absent: pip install ".[docs]"')
def test_the_site_builds_without_a_warning(tmp_path: Path) -> None:
    """Strict: a page outside the navigation, a link or an anchor that leads nowhere ends the build."""
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path / "site"],
        cwd=ROOT,
        env={"NO_MKDOCS_2_WARNING": "1", "PATH": "", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    names = {path.relative_to(tmp_path / "site").as_posix() for path in (tmp_path / "site").rglob("*")}
    assert {"index.html", "tutorial.html", "changes.html", "reports/examples/demo/report.en.html"} <= names
    assert not [name for name in names if name.endswith((".py", ".toml"))]
