"""The page: what was not computed says why, problems speak the reader's language, hostile text stays text."""

from __future__ import annotations

import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import pytest
from small_results import small_results

from tam.errors import Where, catalogue, problem
from tam.report.write import write_report

HOSTILE = "</script><img src=x onerror=alert(1)>\"'&{{ 7*7 }}{% raw %}"
SECTIONS = {
    *("answer", "sample", "items", "measurement", "structure", "effects", "moderation", "comparison"),
    *("limits", "method", "problems", "references", "provenance"),
}
PARTS = ("flow", "screening", "measurement", "structure", "effects", "moderation", "comparison")


class Page(HTMLParser):
    """Tags, ids and the visible text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.pointed: list[str] = []
        self.handlers: list[str] = []
        self.text = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self._style = tag == "style"
        for name, value in attrs:
            if name == "id":
                self.ids[str(value)] += 1
            if name in {"aria-labelledby", "aria-describedby"}:
                self.pointed += str(value).split()
            if name == "href" and str(value).startswith("#"):
                self.pointed.append(str(value)[1:])
            if name.startswith("on"):
                self.handlers.append(name)

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._style else data


def page(results: dict[str, Any], language: str = "en") -> Page:
    return Page(write_report(results, language))


def squeezed(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("language", ["en", "zh"])
def test_ids_are_unique_and_everything_pointed_to_exists(language: str) -> None:
    found = page(small_results(), language)
    assert [name for name, n in found.ids.items() if n > 1] == []
    assert set(found.pointed) <= set(found.ids)
    assert set(found.ids) >= SECTIONS
    assert found.tags["svg"] == 8 and found.tags["h1"] == 1 and found.tags["main"] == 1


def test_the_page_asks_for_nothing_and_runs_nothing() -> None:
    html = write_report(small_results(), "en")
    assert not re.search(r"<(script|iframe|object|embed|form)\b|@import|url\(", html)
    assert "default-src 'none'" in html


def test_two_reports_of_the_same_results_are_the_same_bytes() -> None:
    results = small_results()
    assert write_report(results, "zh") == write_report(small_results(), "zh")
    assert results == small_results()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "part", ["flow", "screening", "measurement", "structure", "effects", "moderation", "comparison"]
)
def test_a_part_that_is_absent_keeps_its_section_and_says_why(part: str, language: str) -> None:
    results = small_results()
    results[part] = None
    results["unavailable"] = {part: "the search did not converge"}
    found = page(results, language)
    assert set(found.ids) >= SECTIONS
    if part != "flow":
        said = {"en": "the search did not converge", "zh": "模型估计未收敛"}[language]
        assert said in found.text


def test_empty_results_still_give_a_page() -> None:
    for language in ("en", "zh"):
        assert set(page({}, language).ids) >= SECTIONS


def test_single_values_that_are_absent_are_dashes_with_a_reason() -> None:
    text = squeezed(page(small_results(), "en").text)
    assert "Not available (the scale has two items; this coefficient needs at least three)" in text
    assert "量表仅有两个题项，该系数至少需要三个题项" in page(small_results(), "zh").text


def test_numbers_in_tables_are_those_of_the_results() -> None:
    text = squeezed(page(small_results(), "en").text)
    assert "[0.35, 0.75]" in text  # H1
    assert "3.42 (2)" in text and ".052 [.000, .120]" in text
    assert "−0.25" in text and "0.00" in text and "−0.00" not in text


def test_screening_is_told_in_words() -> None:
    text = squeezed(page(small_results(), "en").text)
    for said in (
        "Same answers as row 4",
        "Wrong answer to AC1",
        "39% of the items not answered",
        "More than 20% of the items",
        "at least 10 items",
        "Not applicable (the data have no duration)",
    ):
        assert said in text
    assert "min_items" not in text and "seconds_per_item" not in text


def test_problems_are_told_in_the_language_of_the_report() -> None:
    one = problem("small-sample", Where(file="answers.csv"), n=60, limit=100)
    results = small_results()
    results["problems"] = [one.to_dict()]
    for language in ("en", "zh"):
        mend = str(catalogue(language)["small-sample"]["mend"])  # type: ignore[arg-type]
        assert mend.partition("{")[0] in page(results, language).text


def test_an_untrusted_solution_is_announced_before_anything_else() -> None:
    results = small_results()
    results["structure"]["converged"] = False
    html = write_report(results, "en")
    assert html.index('class="banner bad"') < html.index('id="answer"')


def test_scaled_and_robust_indices_stand_beside_the_others() -> None:
    results = small_results()
    assert "Scaled" not in page(results).text
    results["structure"]["estimator"] = "MLR"
    results["structure"]["measures"] |= {
        "chisq_scaled": 2.871,
        "df_scaled": 2,
        "pvalue_scaled": 0.238,
        "scaling_factor": 1.19,
        "cfi_scaled": 0.994,
        "tli_scaled": 0.982,
        "rmsea_scaled": 0.048,
        "cfi_robust": 0.9951,
        "tli_robust": None,
        "rmsea_robust": 0.0449,
        "rmsea_robust_ci_low": 0.0,
        "rmsea_robust_ci_high": 0.111,
    }
    text = squeezed(page(results).text)
    for said in (
        "2.87 (2)",
        ".238",
        ".995",
        ".045 [.000, .111]",
        "1.190",
        "Yuan-Bentler",
        "robust standard errors",
    ):
        assert said in text
    assert "multivariate normal" not in text and "products that stand for the interaction" not in text
    assert "robust errors (estimator MLR) mend that" in page(small_results()).text


@pytest.mark.parametrize(
    ("estimator", "missing", "there", "gone"),
    [
        ("ML", "listwise", "completely at random", "full information"),
        ("MLR", "fiml", "full information maximum likelihood", "listwise deletion"),
        (
            "WLSMV",
            "listwise",
            "cut through a normally distributed response",
            "treats the answers as continuous",
        ),
    ],
)
def test_limits_and_method_follow_what_was_done(estimator: str, missing: str, there: str, gone: str) -> None:
    results = small_results()
    results["structure"] |= {"estimator": estimator, "missing": missing}
    text = squeezed(page(results).text)
    assert there in text and gone not in text


def test_thresholds_are_not_paths() -> None:
    results = small_results()
    results["structure"]["estimates"].append(
        {
            "lhs": "pu1",
            "op": "|",
            "rhs": "t1",
            "est": -0.912345,
            "se": 0.1,
            "z": -9.1,
            "p": 0.0,
            "std": -0.912345,
        }
    )
    structure = write_report(results, "en").partition('id="structure"')[2].partition("<section")[0]
    assert structure and "−0.91" not in structure


def poisoned(node: Any, key: str = "") -> Any:
    """Every text that comes from a study, an instrument or respondents becomes hostile."""
    if isinstance(node, dict):
        return {name: poisoned(child, name) for name, child in node.items()}
    if isinstance(node, list):
        return [poisoned(child, key) for child in node]
    free = {
        "en",
        "zh",
        "column",
        "file",
        "lavaan",
        "cite",
        "version",
        "item",
        "reason",
        "parameter",
        "encoding",
    }
    return HOSTILE if isinstance(node, str) and key in free else node


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hostile_text_stays_text(language: str) -> None:
    results = poisoned(small_results())
    results["study"]["constructs"][HOSTILE] = results["study"]["constructs"].pop("TR")
    results["structure"]["estimates"][1]["rhs"] = HOSTILE
    results["study"]["model"]["grid"] = []
    results["problems"] = [
        {"code": HOSTILE, "severity": "error", "what": HOSTILE, "where": {"column": HOSTILE}}
    ]
    found = page(results, language)
    assert found.tags["img"] == found.tags["script"] == 0
    assert found.handlers == []
    assert HOSTILE in found.text
    assert found.ids == page(small_results(), language).ids
