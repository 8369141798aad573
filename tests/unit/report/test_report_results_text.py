"""Results paragraphs to paste: their numbers are those of the results, what is lacking says why."""

from __future__ import annotations

import copy
import re
from typing import Any

import pytest
from grouped_results import grouped_results
from probed_interaction import probed
from small_results import small_results

from tam.report.context import context_for
from tam.report.document import Absent, Block, Paragraph, Run, Subheading, plain
from tam.report.sections.results import results_section

PARTS = ("sample", "measurement", "structure", "effects", "moderation", "groups")
STANDING = re.compile(r"\.001|0\.001|\b90%|95%|H\d|R²|f²|η²|χ²|\.85|0\.85|\.70|0\.70|\.50|0\.50")
"""What is no number of the results: guide values, levels, names."""


def paragraphs(results: dict[str, Any], language: str = "en") -> dict[str, Block]:
    """Part -> its paragraph, or what stands in its place."""
    blocks = results_section(context_for(results, language)).blocks
    heads = [at for at, block in enumerate(blocks) if isinstance(block, Subheading)]
    assert [blocks[at].key for at in heads] == [f"results-{part}" for part in PARTS]  # type: ignore[union-attr]
    return {part: blocks[at + 1] for part, at in zip(PARTS, heads)}


def told(results: dict[str, Any], part: str, language: str = "en") -> str:
    block = paragraphs(results, language)[part]
    assert isinstance(block, (Paragraph, Absent))
    return plain(block.text)


def leaves(node: Any) -> set[float]:
    if isinstance(node, dict):
        return set().union(*(leaves(child) for child in node.values())) if node else set()
    if isinstance(node, list):
        return set().union(*(leaves(child) for child in node)) if node else set()
    return {float(node)} if isinstance(node, (int, float)) and not isinstance(node, bool) else set()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "results", [small_results(), grouped_results(), probed()], ids=["small", "grouped", "probed"]
)
def test_every_number_is_one_of_the_results_in_full_precision(results: dict[str, Any], language: str) -> None:
    known = leaves(results) | {float(n) for n in range(10)}  # counts of what the results list
    for part, block in paragraphs(results, language).items():
        if not isinstance(block, Paragraph) or block.kind != "paste":
            continue
        runs: tuple[Run, ...] = block.text
        for run in runs:
            values = getattr(run.text, "values", None)
            if values is None:
                # words: no digit in them that is not a name or a convention
                rest = STANDING.sub("", run.text)
                assert not re.search(r"\d\.\d|\d\d", rest), (part, run.text)
            else:
                assert set(map(float, values)) <= known, (part, run.text)


def test_hypotheses_are_told_one_by_one_with_their_estimates() -> None:
    text = told(small_results(), "structure")
    assert "H1 was supported: perceived usefulness was positively related to purchase intention, b = " in text
    one = small_results()["structure"]["hypotheses"][0]
    assert f"95% CI [{one['ci_low']:.2f}, {one['ci_high']:.2f}]" in text
    assert "χ²(2, N = 108) = 3.42, p = .181, CFI = .993" in text


def test_verdicts_have_their_own_words() -> None:
    results = small_results()
    first = results["structure"]["hypotheses"][0]
    for verdict, said in (
        ("not_supported", "H1 was not supported:"),
        ("opposite", "H1 was not supported, since the sign was against the hypothesis"),
        ("unavailable", "H1 could not be tested (the model did not converge)"),
    ):
        first |= {"verdict": verdict, "reason": "the model did not converge"}
        assert said in told(results, "structure")


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("part", "of"),
    [
        ("measurement", "measurement"),
        ("structure", "structure"),
        ("effects", "effects"),
        ("moderation", "moderation"),
        ("comparison", "groups"),
    ],
)
def test_what_could_not_be_computed_keeps_its_heading_and_says_why(part: str, of: str, language: str) -> None:
    results = small_results()
    results[part], results["unavailable"] = None, {part: "the search did not converge"}
    said = {"en": "the search did not converge", "zh": "模型估计未收敛"}[language]
    assert isinstance(paragraphs(results, language)[of], Absent)
    assert said in told(results, of, language)


def test_a_study_without_moderation_or_groups_says_so() -> None:
    results = small_results()
    results["study"]["model"]["moderations"] = []
    results["study"]["groups"] = []
    results |= {"moderation": None, "comparison": None}
    assert "The model states no moderation." in told(results, "moderation")
    assert "The study file asks for no comparison of groups." in told(results, "groups")


def test_an_interaction_without_a_proper_solution_gives_no_numbers() -> None:
    results = small_results()
    results["moderation"]["analyses"][0]["admissible"] = False
    text = told(results, "moderation")
    assert "did not reach a proper solution" in text and not re.search(r"\d", text)


def test_a_factor_analysis_that_did_not_converge_gives_no_fit_and_no_loadings() -> None:
    results = small_results()
    results["measurement"]["cfa"]["converged"] = False
    text = told(results, "measurement")
    assert "χ²" not in text and "loadings" not in text and "Cronbach's α" in text


def test_a_structural_model_that_did_not_converge_gives_no_fit() -> None:
    results = small_results()
    results["structure"]["converged"] = False
    for one in results["structure"]["hypotheses"]:
        one |= {"verdict": "unavailable", "est": None, "reason": "the structural model did not converge"}
    text = told(results, "structure")
    assert text.startswith("The estimation of the structural model did not converge")
    assert "χ²" not in text and "H1 could not be tested (the structural model did not converge)." in text
    assert "结构模型估计未收敛" in told(results, "structure", "zh")
    results["structure"] |= {"converged": True, "admissible": False}
    assert "The solution is inadmissible" in told(results, "structure")


def test_one_construct_of_one_item_tells_what_there_is() -> None:
    results = small_results()
    measurement = results["measurement"]
    only = dict.fromkeys(measurement["constructs"]["PU"]) | {"n": 108, "k": 1, "mean": 3.0, "sd": 1.0}
    measurement["constructs"] = {"PU": only}
    measurement["cfa"] = {"measures": {}, "converged": None}
    measurement["fornell_larcker"] = measurement["htmt"] = {}
    measurement["unavailable"] = {"": "the scale has one item; reliability needs at least two"}
    for language in ("en", "zh"):
        assert isinstance(paragraphs(results, language)["measurement"], Absent)


def test_empty_results_still_have_every_heading() -> None:
    for language in ("en", "zh"):
        found = paragraphs({}, language)
        assert all(isinstance(block, Absent) for block in found.values())


def test_many_hypotheses_are_told_in_part_and_the_rest_is_named() -> None:
    results = small_results()
    one = results["structure"]["hypotheses"][0]
    results["structure"]["hypotheses"] = [{**copy.deepcopy(one), "id": f"H{n}"} for n in range(1, 24)]
    text = told(results, "structure")
    assert "H20 was supported" in text and "H21 was supported" not in text
    assert "The other 3 hypotheses stand in the table of hypotheses: H21, H22 and H23." in text
