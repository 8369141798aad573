"""The review edition of a study: verdicts with how many choices agree, checks, questions, how to verify."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from small_results import small_results

from tam.report.document import Absent, Bullets, Card, Cards, Document, Table, plain
from tam.report.editions import document_for
from tam.report.sections.checklist import POINTS
from tam.report.study_review.questions import _PLACES
from tam.report.words import load_words
from tam.report.write import report_name, write_report

LANGUAGES = ["en", "zh"]
SECTIONS = [
    "verdicts",
    "robustness",
    "estimators",
    "computation",
    "measuring",
    "left-out",
    "problems",
    "questions",
    "unknown",
    "provenance",
]


def counted(**changes: Any) -> dict[str, Any]:
    """The small results, in which 2 of 5 other choices agree on the first hypothesis."""
    results = small_results()
    kinds = [
        {"kind": "screening", "n_agree": 1, "n_tried": 3},
        {"kind": "method", "n_agree": 1, "n_tried": 2},
    ]
    results["structure"]["hypotheses"][0]["agreement"] = {"n_agree": 2, "n_tried": 5, "kinds": kinds}
    return results | changes


def document(results: dict[str, Any], language: str = "en") -> Document:
    return document_for(results, language, "review")


def table(found: Document, key: str) -> Table:
    blocks = (block for section in found.sections for block in section.blocks)
    return next(block for block in blocks if isinstance(block, Table) and block.key == key)


def rows(found: Table) -> list[list[str]]:
    return [[plain(cell.text) for cell in row] for group in found.groups for row in group.rows]


def cards(found: Document) -> dict[str, Card]:
    blocks = (block for section in found.sections for block in section.blocks)
    return {plain(one.head): one for block in blocks if isinstance(block, Cards) for one in block.entries}


def told(found: Document, section: str) -> Iterator[str]:
    for one in found.sections:
        for block in one.blocks if one.key == section else ():
            if isinstance(block, Bullets):
                yield from map(plain, block.entries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_section_stands_in_its_place(language: str) -> None:
    assert [one.key for one in document(small_results(), language).sections] == SECTIONS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("lacking", ["moderation", "effects", "comparison", "multiverse", "everything"])
def test_a_section_that_was_not_computed_stays_and_says_why(lacking: str, language: str) -> None:
    results = small_results()
    if lacking == "multiverse":
        results["screening"].pop("multiverse", None)
    elif lacking == "everything":
        for name in ("screening", "measurement", "structure"):
            results[name] = {}
        results |= {"moderation": None, "effects": None, "comparison": None, "flow": []}
    else:
        results[lacking] = None
    found = document(results, language)
    assert [one.key for one in found.sections] == SECTIONS
    assert all(section.blocks for section in found.sections)
    absent = [
        plain(block.text) for one in found.sections for block in one.blocks if isinstance(block, Absent)
    ]
    assert all(absent)
    if lacking in ("moderation", "everything"):
        estimators = next(one for one in found.sections if one.key == "estimators")
        assert isinstance(estimators.blocks[0], Absent)


def test_every_hypothesis_has_a_line_with_what_agrees() -> None:
    results = counted()
    lines = rows(table(document(results), "verdicts"))
    assert [line[0] for line in lines] == [one["id"] for one in results["structure"]["hypotheses"]]
    assert lines[0][2] == "2 of 5" and lines[1][2] == "–"


def test_a_verdict_that_hangs_on_a_choice_is_named_and_asked_about() -> None:
    results = counted()
    found, name = document(results), results["structure"]["hypotheses"][0]["id"]
    assert plain(cards(found)["Verdicts that hang on a choice"].figure) == name
    sentence = next(one for one in told(found, "verdicts") if "hangs on a choice" in one)
    assert "2 of 5" in sentence and "screening rules: 1 of 3, method variance: 1 of 2" in sentence
    assert any(name in one and "some other defensible choice" in one for one in told(found, "questions"))


def test_many_verdicts_that_hang_on_a_choice_stay_readable() -> None:
    results = counted()
    first = results["structure"]["hypotheses"][0]
    results["structure"]["hypotheses"] = [first | {"id": f"H{at}"} for at in range(1, 41)]
    found = document(results)
    assert plain(cards(found)["Verdicts that hang on a choice"].figure) == "H1, H2, H3, …"
    assert sum("hangs on a choice" in one for one in told(found, "verdicts")) == 8
    assert "marked in the table" in list(told(found, "verdicts"))[-1]
    assert len(rows(table(found, "verdicts"))) == 40


def test_results_without_the_count_say_so() -> None:
    found = document(small_results())
    assert plain(cards(found)["Verdicts that hang on a choice"].figure) == "Not computed"
    assert "earlier version" in plain(table(found, "verdicts").notes[-1])


@pytest.mark.parametrize(
    ("change", "check", "says"),
    [
        ({"converged": False}, "Convergence", "No"),
        ({"admissible": False}, "Admissible solution", "No"),
        ({"cross_check": {"verdict": "differ"}}, "Second engine", "No"),
        ({"cross_check": None}, "Second engine", "Not checked"),
    ],
)
def test_a_computation_that_went_wrong_is_marked(change: dict[str, Any], check: str, says: str) -> None:
    results = small_results()
    results["structure"] |= change
    lines = {line[0]: line[1] for line in rows(table(document(results), "computation"))}
    assert lines[check] == says


def test_many_draws_that_failed_call_for_a_look() -> None:
    results = small_results()
    results["effects"]["interval"] |= {"requested": 100, "used": 94, "failed": 6, "inadmissible": 0}
    lines = {line[0]: line[1] for line in rows(table(document(results), "computation"))}
    assert lines["Bootstrap"] == "Look"


def test_rules_fixed_after_the_data_are_asked_about() -> None:
    results = small_results()
    for when, asked in (("before", False), ("after", True)):
        results["screening"]["declared"] = {"when": when, "date": None, "reference": None, "digest": "0" * 64}
        found = document(results)
        assert any("When were the rules fixed" in one for one in told(found, "questions")) is asked
        assert cards(found)["Exclusion rules fixed"].level == ("caution" if asked else "good")


def test_paths_with_nobody_excluded_stand_beside_those_of_the_study() -> None:
    results = small_results()
    path = {"lhs": "PI", "rhs": "PU", "est": 0.5, "se": 0.1, "p": 0.0004, "std": 0.44}
    other = path | {"std": 0.31, "p": 0.06}
    common = {"converged": True, "admissible": True, "reason": None}
    results["screening"]["multiverse"] = {
        "specifications": [
            {**common, "rules": [], "primary": False, "n": 120, "paths": [other]},
            {**common, "rules": ["speed"], "primary": True, "n": 108, "paths": [path]},
        ],
        "paths": [],
        "rules": ["speed"],
    }
    assert rows(table(document(results), "everybody")) == [["PU → PI", "0.44", "< .001", "0.31", ".060"]]


def test_every_point_of_the_standard_is_a_question() -> None:
    points = {key for _, points in POINTS for key, *_ in points}
    for language in LANGUAGES:
        words = load_words(language)
        assert {one for one in points if f"study_review.points.{one}" not in words} == set()
    assert set(_PLACES) <= points and set(_PLACES.values()) <= set(SECTIONS)
    asked = rows(table(document(small_results()), "questions"))
    assert len(asked) == len(points)
    assert all(line[3].endswith("?") for line in asked if line[1] != "Does not apply")


def test_it_says_how_to_verify_itself() -> None:
    results = small_results()
    steps = list(told(document(results, "zh"), "provenance"))
    file = results["study"]["data"]["file"]
    assert f"tam verify {report_name('zh', 'review')} --data {file}" in steps[0]
    assert any("tam run --capsule" in one for one in steps)
    results["capsule"] = {"n": 1}
    assert not any("tam run --capsule" in one for one in told(document(results, "zh"), "provenance"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_leads_somewhere_leads_to_a_section(language: str) -> None:
    found = document(counted(), language)
    keys = {one.key for one in found.sections}
    assert {one.target for one in cards(found).values()} <= keys
    cells = (cell for row in table(found, "questions").groups for line in row.rows for cell in line)
    assert {run.target for cell in cells for run in cell.text if run.target} <= keys


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_of_numbers_and_not_of_people(language: str) -> None:
    page = write_report(counted(), language, audience="review").lower()
    for word in ("fraud", "misconduct", "fabricat", "cheat", "造假", "学术不端", "舞弊"):
        assert word not in page
