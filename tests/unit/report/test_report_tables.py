"""Tables after APA 7: the first table, long tables of pairs, and what every table of a report keeps to."""

from __future__ import annotations

import re
from typing import Any

import pytest
from grouped_results import grouped_results
from probed_interaction import probed
from small_results import small_results

from tam.report.academic import academic_document
from tam.report.context import context_for
from tam.report.document import Absent, Group, Paragraph, Table, plain, rich
from tam.report.rows import row
from tam.report.sections.checklist import MORE_POINTS, POINTS, checklist_section
from tam.report.sections.comparison_pairs import MOST_PAIRS, shortened
from tam.report.sections.correlations import descriptives

SCORES = {
    "n": 108,
    "constructs": [
        {"construct": "PU", "mean": 3.25, "sd": 0.91},
        {"construct": "PI", "mean": 2.75, "sd": 1.12},
        {"construct": "TR", "mean": 3.0, "sd": 0.8},
    ],
    "pairs": [
        {"a": "PU", "b": "PI", "r": 0.4321, "p": 0.0004},
        {"a": "PU", "b": "TR", "r": -0.19, "p": 0.0489},
        {"a": "PI", "b": "TR", "r": 0.05, "p": 0.6},
    ],
}


def shown(table: Table) -> list[list[str]]:
    return [[plain(cell.text) for cell in cells] for group in table.groups for cells in group.rows]


def first_table(language: str) -> Table:
    results = small_results()
    results["measurement"]["score_correlations"] = SCORES
    table = descriptives(context_for(results, language))
    assert isinstance(table, Table)
    return table


def test_the_first_table_has_reliabilities_on_its_diagonal() -> None:
    alpha = small_results()["measurement"]["constructs"]["PU"]["alpha"]
    rows = shown(first_table("en"))
    assert rows[0][1:] == ["3.25", "0.91", f"{alpha:.2f}".lstrip("0"), "", ""]
    assert rows[1][1:4] == ["2.75", "1.12", ".43***"]
    assert rows[2][3:] == ["−.19*", ".05", "–"]  # no reliability of TR
    assert shown(first_table("zh"))[1][3] == "0.43***"


def test_scores_that_could_not_be_correlated_say_why() -> None:
    results = small_results()
    results["measurement"]["score_correlations"] = None
    results["measurement"]["unavailable"]["score_correlations"] = "the scores of PU do not vary"
    for language, said in (("en", "the scores of PU do not vary"), ("zh", "PU 的得分没有变异")):
        block = descriptives(context_for(results, language))
        assert isinstance(block, Absent) and said in plain(block.text)


def pairs(n: int) -> Table:
    rows = tuple(row(f"a − b{at}", f"{at}") for at in range(n))
    return Table(
        "pairs", rich("Pairs"), (), (Group(rows[: n // 2], rich("A")), Group(rows[n // 2 :], rich("B")))
    )


def test_a_short_table_of_pairs_shows_every_one() -> None:
    table = pairs(MOST_PAIRS)
    flags = [[False] * (MOST_PAIRS // 2)] * 2
    assert shortened(context_for({}, "en"), table, flags, "x[]", 0) is table


def test_a_long_one_shows_the_significant_and_says_where_the_others_are() -> None:
    context, table = context_for({}, "en"), pairs(40)
    some = [[at in (3, 5) for at in range(20)], [False] * 20]
    found = shortened(context, table, some, "x[]", 1)
    assert isinstance(found, Table)
    assert [plain(group.label) for group in found.groups] == ["A"] and len(shown(found)) == 2
    said = plain(found.notes[-1])
    assert said.startswith("Of 40 comparisons the 2 significant ones are shown; all stand in results.json")
    assert said.endswith("(comparison.groupings[1].x[]).")
    none = shortened(context, table, [[False] * 20] * 2, "x[]", 1)
    assert isinstance(none, Paragraph)
    assert "none of the 40 comparisons is significant; all stand in results.json" in plain(none.text)


def test_every_point_of_the_checklist_says_where_it_is_or_what_to_write() -> None:
    for language in ("en", "zh"):
        for results in ({}, small_results(), probed()):
            section = checklist_section(context_for(results, language))
            (table,) = [block for block in section.blocks if isinstance(block, Table)]
            rows = [cells for group in table.groups for cells in group.rows]
            assert len(rows) == sum(len(points) for _, points in (*POINTS, *MORE_POINTS))
            for _point, status, place in rows:
                needed = status.level in ("good", "caution")
                assert bool(plain(place.text)) == needed or status.level == "bad"


@pytest.mark.parametrize(
    "results", [small_results(), grouped_results(), probed()], ids=["small", "grouped", "probed"]
)
def test_tables_keep_to_apa(results: dict[str, Any]) -> None:
    """Numbered in order, titled, every column headed, as many cells as columns, no false zeros and no p of 0,
    general notes before those on probability."""
    document = academic_document(context_for(results, "en"))
    tables = [block for section in document.sections for block in section.blocks if isinstance(block, Table)]
    assert [one.number for one in tables] == list(range(1, len(tables) + 1))
    for one in tables:
        assert plain(one.title) and all(plain(column.head) for column in one.columns), one.key
        heads = [plain(column.head) for column in one.columns]
        for cells in (cells for group in one.groups for cells in group.rows):
            assert len(cells) == len(one.columns), one.key
            for head, cell in zip(heads, cells):
                text = plain(cell.text)
                assert not re.fullmatch(r"−0(\.0+)?|−\.0+", text), (one.key, head, text)
                if head in ("p", "α", "CR", "AVE", "CFI", "HTMT") or head.startswith("p ("):
                    assert not text.startswith("0"), (one.key, head, text)
                    assert text not in (".000", "1.000"), (one.key, head, text)
        about_p = [at for at, note in enumerate(one.notes) if re.match(r"\*+ p <", plain(note))]
        assert about_p in ([], [len(one.notes) - 1]), one.key


def test_a_table_that_is_long_folds_and_the_hypotheses_do_not() -> None:
    results = small_results()
    one = results["structure"]["hypotheses"][0]
    path = results["structure"]["estimates"][0]
    results["structure"]["hypotheses"] = [{**one, "id": f"H{n}"} for n in range(60)]
    results["structure"]["estimates"] = [path] * 60
    document = academic_document(context_for(results, "en"))
    tables = {
        block.key: block
        for section in document.sections
        for block in section.blocks
        if isinstance(block, Table)
    }
    assert plain(tables["paths"].folded) == "Structural Paths (60 rows)"
    assert not tables["hypotheses"].folded
