"""The sources of a report: every work has a use in these results, and every use has its works."""

from __future__ import annotations

from typing import Any

import pytest
from small_results import small_results

from tam.report.context import context_for
from tam.report.document import Table, plain
from tam.report.sections.references import references_section
from tam.report.topics import references, topics
from tam.report.used_methods import used_topics


def methods(results: dict[str, Any], language: str = "en") -> dict[str, str]:
    """Work -> what it was used for."""
    blocks = references_section(context_for(results, language)).blocks
    (table,) = [block for block in blocks if isinstance(block, Table)]
    return {plain(work.text): plain(use.text) for group in table.groups for work, use in group.rows}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_method_used_is_cited_and_nothing_else(language: str) -> None:
    results = small_results()
    keys = {key for name in used_topics(results) for key in topics()[name].references}
    found = methods(results, language)
    assert set(found) == {references()[key].line for key in keys}
    assert all(found.values())


def test_a_work_is_cited_only_where_its_method_was_used() -> None:
    results = small_results()
    assert [use for work, use in methods(results).items() if work.startswith("Games")]
    results["comparison"] = None
    assert not [work for work in methods(results) if work.startswith("Games")]


def test_a_key_that_means_something_else_is_no_method() -> None:
    """The percentile of parallel analysis is no bootstrap interval, the power of a rotation no power."""
    results = small_results()
    results["effects"] = None
    results["measurement"]["parallel_analysis"] = {"percentile": 95.0, "power": 4, "replications": 500}
    results["measurement"]["constructs"] = {}
    assert not {"percentile", "power", "bootstrap"} & set(used_topics(results))


def test_rules_are_named_as_in_the_report() -> None:
    results = small_results()
    uses = "; ".join(methods(results).values())
    assert "Screening: Attention check failed" in uses and "Rule:" not in uses


def test_results_without_anything_cite_nothing() -> None:
    blocks = references_section(context_for({}, "en")).blocks
    assert not [block for block in blocks if isinstance(block, Table)]
