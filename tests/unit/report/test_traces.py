"""Every number of every edition stands in the results; every sentence's numbers are those of its table."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from grouped_results import grouped_results
from grown_results import grown
from probed_interaction import probed
from small_results import small_results
from test_review_report import record
from trace_figures import untraced_figures
from trace_sentences import told_otherwise, told_without_table
from trace_sources import sources
from tracing import Fault, Known, untraced

from tam.published.audit import audit
from tam.published.publication_file import load_publication
from tam.published.reproduce import reproduce
from tam.published.review import review_record
from tam.record import to_record
from tam.report.charts.htmt import _STEPS, LENIENT
from tam.report.document import Block, Cell, Document, Figure, Paragraph, Run, Table, plain
from tam.report.editions import EDITIONS, document_for
from tam.report.findings import AVE_GUIDE, HTMT_GUIDE, RELIABILITY_GUIDE
from tam.report.format import Shown
from tam.report.judged_fit import CFI_GUIDE, RMSEA_GUIDE, SRMR_GUIDE
from tam.report.market.trust import GOOD

GUIDES = Known(
    numbers=frozenset((AVE_GUIDE, HTMT_GUIDE, RELIABILITY_GUIDE, CFI_GUIDE, RMSEA_GUIDE, SRMR_GUIDE, GOOD))
)
"""Guide values are constants of the code, printed beside what they are held against."""
REMOVED = "flow"
"""In this figure the number removed has a minus; the table has it under the head Removed."""

KEYS = {"htmt-map": (0.0, *_STEPS, LENIENT)}
"""What the colours and outlines of a figure stand for, as its key says it."""

BY_HAND: dict[str, Callable[[], dict[str, Any]]] = {
    "small": small_results,
    "probed": probed,
    "grouped": grouped_results,
}
SAID = {"academic": ("answer",), "review": ("verdicts",), "market": ("answer",)}
"""The section of each edition that answers first."""
ELSEWHERE = (
    "screening.n_excluded",  # the flow has it by rule
    "effects.importance_performance.middle.performance",  # the line through the map, drawn and not listed
    "study.scales.agree7.min",  # the ends of the scale on which a threshold lies
    "study.scales.agree7.max",
)
"""Numbers of the answer that no table repeats, by their place in the results."""

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def results(demonstration: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((demonstration / "results.json").read_text(encoding="utf-8"))
    return found


def faults_of(document: Document, results: dict[str, Any]) -> list[Fault]:
    """Everything in a document that cannot be followed."""
    drawn = untraced_figures(document, sources(results, document.language), KEYS)
    return [
        *untraced(document, results, GUIDES),
        *(one for one in drawn if not (one.place == REMOVED and one.text.startswith("−"))),
    ]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", sorted(EDITIONS))
def test_every_number_of_an_edition_traces_to_the_results(
    results: dict[str, Any], audience: str, language: str
) -> None:
    assert faults_of(document_for(results, language, audience), results) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", sorted(EDITIONS))
@pytest.mark.parametrize("name", sorted(BY_HAND))
def test_so_does_every_number_of_results_written_by_hand(name: str, audience: str, language: str) -> None:
    results = BY_HAND[name]()
    assert faults_of(document_for(results, language, audience), results) == []


@pytest.mark.parametrize("audience", sorted(EDITIONS))
def test_so_does_every_value_of_a_large_study(results: dict[str, Any], audience: str) -> None:
    """Its labels end in bare numbers, so that only what is printed with its values can be followed."""
    large = grown(results, 12, 4, 3)
    found = untraced(document_for(large, "en", audience), large, GUIDES)
    assert [one for one in found if not one.why.startswith("no source")] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("key", ["chen2018", "moores2012", "huang2017"])
def test_every_number_of_a_publications_review_traces_to_its_record(key: str, language: str) -> None:
    publication = load_publication(key)
    found = to_record(reproduce(publication)) if publication.reproducible else None
    whole = json.loads(json.dumps(review_record(publication, found, to_record(audit(publication)))))
    assert faults_of(document_for(whole, language, "review"), whole) == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", sorted(EDITIONS))
def test_the_numbers_of_the_answer_stand_in_a_table(
    results: dict[str, Any], audience: str, language: str
) -> None:
    document = document_for(results, language, audience)
    keys = {section.key for section in document.sections}
    assert set(SAID[audience]) <= keys
    lacking = told_without_table(document, SAID[audience])
    known = {float(_at(results, place)) for place in ELSEWHERE}
    assert [fault for fault, values in lacking if not set(values) <= known] == []


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("audience", sorted(EDITIONS))
def test_no_sentence_prints_a_number_otherwise_than_a_table(
    results: dict[str, Any], audience: str, language: str
) -> None:
    rounded = audience == "market"  # managers read 60 of 100 where the table has 59.6
    assert told_otherwise(document_for(results, language, audience), rounded=rounded) == []


def test_the_column_of_an_item_is_told_as_the_file_counts_it(results: dict[str, Any]) -> None:
    """A number may stand in the results and be the wrong one: here all are followed to their own entry."""
    document = document_for(results, "en", "academic")
    blocks = [block for section in document.sections for block in section.blocks]
    table = next(block for block in blocks if isinstance(block, Table) and block.key == "columns")
    told = [(plain(row[0].text), row[2].values) for group in table.groups for row in group.rows]
    assert told == [(one["item"], (one["position"],)) for one in results["study"]["data"]["column_map"]]


def _at(results: Any, place: str) -> Any:
    for step in place.split("."):
        results = results[step]
    return results


# The tests can fail: each of these documents was tampered with as a careless section would.


def added(document: Document, block: Block) -> Document:
    first = document.sections[0]
    return replace(document, sections=(replace(first, blocks=(*first.blocks, block)), *document.sections[1:]))


def paragraph(text: str) -> Paragraph:
    return Paragraph((Run("The mean is "), Run(text)))


@pytest.fixture(scope="module")
def small() -> tuple[Document, dict[str, Any]]:
    results = small_results()
    return document_for(results, "en", "academic"), results


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (Shown("0.37", 0.62 - 0.25), "a difference that the section computed"),
        (Shown("3.461", 3.461), "a value that the results hold to other digits"),
        (Shown("3.50", 3.46), "a text that is not its value"),
        (f"{3.46:.2f}", "a number that lost its value in an f-string"),
        (f"{Shown('3.46', 3.46)} of 5", "the same within a longer text"),
        (Shown.joined("3.46", " and ", Shown("3.99", 3.46)), "one text of two numbers, the other unknown"),
        ("on average 12 of them", "a count without a value"),
    ],
)
def test_a_number_that_the_section_made_is_found(
    small: tuple[Document, dict[str, Any]], text: str, why: str
) -> None:
    document, results = small
    assert untraced(document, results, GUIDES) == []
    assert untraced(added(document, paragraph(text)), results, GUIDES), why


def test_a_number_of_the_results_is_accepted(small: tuple[Document, dict[str, Any]]) -> None:
    document, results = small
    value = results["measurement"]["items"]["pu1"]["mean"]
    for text in (Shown(f"{value:.2f}", value), "PU1, on 2 scales of pu1"[:3]):
        assert untraced(added(document, paragraph(text)), results, GUIDES) == []


def figure_of(document: Document, key: str) -> Figure:
    blocks = (block for section in document.sections for block in section.blocks)
    return next(block for block in blocks if isinstance(block, Figure) and block.key == key)


def with_figure(document: Document, figure: Figure) -> Document:
    return replace(document, sections=tuple(_replaced(section, figure) for section in document.sections))


def _replaced(section: Any, figure: Figure) -> Any:
    blocks = (figure if isinstance(one, Figure) and one.key == figure.key else one for one in section.blocks)
    return replace(section, blocks=tuple(blocks))


def test_a_number_drawn_but_not_in_the_table_of_the_figure_is_found(
    small: tuple[Document, dict[str, Any]],
) -> None:
    document, results = small
    found, figure = sources(results, "en"), figure_of(document, "loadings")
    extra = figure.svg.replace("</svg>", '<text x="3.3" y="4.4">0.123</text></svg>')
    strange = untraced_figures(with_figure(document, replace(figure, svg=extra)), found, KEYS)
    assert "0.123" in [one.text for one in strange]


def test_a_tick_out_of_its_place_is_found(small: tuple[Document, dict[str, Any]]) -> None:
    document, results = small
    found, figure = sources(results, "en"), figure_of(document, "loadings")
    before = len(untraced_figures(document, found))
    wrong = figure.svg.replace(">0.8<", ">0.7<", 1)
    assert wrong != figure.svg
    assert len(untraced_figures(with_figure(document, replace(figure, svg=wrong)), found)) > before


def test_a_table_that_lacks_the_number_of_the_answer_is_found(
    small: tuple[Document, dict[str, Any]],
) -> None:
    document, _ = small
    strange = added(document, paragraph(Shown("0.777", 0.777)))
    assert [fault.why for fault, _ in told_without_table(strange, ("answer",))][-1] == "in no table: 0.777"


def test_a_number_printed_otherwise_in_a_table_is_found(small: tuple[Document, dict[str, Any]]) -> None:
    document, _ = small
    path = next(
        cell
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table) and block.key == "paths"
        for cell in block.groups[0].rows[0]
        if cell.values
    )
    assert isinstance(path, Cell)
    before = told_otherwise(document)  # round numbers, which two tables of results written by hand share
    assert told_otherwise(added(document, paragraph(Shown(f"{path.values[0]:.4f}", *path.values)))) != before


def test_the_record_of_a_publication_with_hostile_words_is_walked_too() -> None:
    whole = record()
    assert untraced(document_for(whole, "en", "review"), whole) == []
