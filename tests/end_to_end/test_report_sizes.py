"""How large the academic report is and how long it takes: of the demonstration, and of a very large study."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from grown_results import grown

from tam.report.academic import MOST_OPEN_ROWS
from tam.report.document import Table
from tam.report.editions import document_for
from tam.report.html import render_html

LARGEST_PAGE = 400_000
"""Bytes of a page without the results that it carries."""


@pytest.fixture(scope="module")
def results(demonstration: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_of_the_demonstration_is_small(language: str, demonstration: Path) -> None:
    page = (demonstration / f"report.{language}.html").read_text(encoding="utf-8")
    shown, _, carried = page.partition('<template id="tam-results"')
    assert len(shown.encode()) < LARGEST_PAGE
    # packed, the results take less room than the page itself
    assert len(carried) < len(shown.encode())


def test_forty_constructs_of_two_hundred_items_in_six_groups(results: dict[str, Any]) -> None:
    large = grown(results)
    assert len(large["study"]["items"]) == 200 and len(large["comparison"]["groupings"][0]["groups"]) == 6
    document_for(results, "en", "academic")  # imports and catalogues
    began = time.process_time()
    document = document_for(large, "en", "academic")
    page = render_html(document)
    assert time.process_time() - began < 5.0  # seconds of the one process; about 3 on a slow machine
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    long = [one.key for one in tables if sum(len(group.rows) for group in one.groups) > MOST_OPEN_ROWS]
    assert {"loadings", "items", "effects", "distinct"} <= set(long)
    assert [key for key in long if not re.search(f'id="?table-{key}"?>\\s*<details', page)] == ["hypotheses"]


def test_nothing_that_a_long_table_leaves_out_is_left_out_in_silence(results: dict[str, Any]) -> None:
    """Pairs that are not significant, and moments of too many variables: where they stand is said."""
    page = render_html(document_for(grown(results), "en", "academic"))
    for place in (
        "invariance.paths.paths[].pairs",
        "invariance.means.constructs[].pairs",
        "constructs[].pairs",
    ):
        assert f"results.json (comparison.groupings[0].{place})" in page
    assert "The moments of 200 variables are too many for a page" in page
    small = render_html(document_for(grown(results, 6, 4, 3), "en", "academic"))
    assert "too many for a page" not in small
