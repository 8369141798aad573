"""The auditor on correct and on damaged papers, and true values in the reachable ranges.

Some of the papers of two studies in benchmarks/; whole results stand in docs/explanation/auditing.md.
"""

from __future__ import annotations

import sys
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAPERS = 40
RANGED = 12


@pytest.fixture(scope="module", autouse=True)
def _from_the_checkout() -> None:
    """The studies are scripts of the checkout, not part of the package."""
    if not (ROOT / "benchmarks").is_dir():
        pytest.skip("the folder benchmarks/ is absent: not a checkout")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


@pytest.mark.slow
def test_correct_papers_raise_no_objection_and_errors_beyond_rounding_are_seen() -> None:
    from benchmarks.auditor_mutations import study
    from benchmarks.published_papers import papers

    found = [study(paper, number) for number, paper in enumerate(papers(PAPERS))]
    assert [alarm for one in found for alarm in one.false_alarms] == []
    planted: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for one in (outcome for paper in found for outcome in paper.outcomes):
        for rule in one.broken:
            planted[rule] += 1
            seen[rule] += rule in one.objecting
    assert len(planted) >= 20 and sum(planted.values()) > 500
    assert {rule: seen[rule] / n for rule, n in planted.items() if seen[rule] < 0.95 * n} == {}


@pytest.mark.slow
def test_true_values_lie_in_the_reachable_ranges() -> None:
    from benchmarks.reachable_ranges import papers, ranged

    found = [one for paper in islice(papers(RANGED), RANGED) for one in ranged(paper)]
    assert len(found) > 500
    assert [one for one in found if not one.inside or one.verdict not in ("exact", "rounding")] == []
