"""Every number in a sentence stands in the results, as a table of the report prints it."""

from __future__ import annotations

import re

import pytest
from small_results import small_results
from told_numbers import NUMBER, known, leaves

from tam.report.context import context_for
from tam.report.findings import findings, sentence
from tam.report.judged_fit import judge_fit


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_number_of_a_finding_stands_in_the_results(language: str) -> None:
    results = small_results()
    numbers = leaves(results) + [1, 2]  # counts of hypotheses, groups and constructs
    context = context_for(results, language)
    told = [sentence(context, one) for one in findings(context)]
    assert len(told) >= 7
    strange = [
        (value, text)
        for text in told
        for value in NUMBER.findall(re.sub(r"R²|H\d|\.85|0\.85|\.001", "", text))
        if not known(value, numbers)
    ]
    assert not strange


def test_the_fit_to_report_is_the_robust_one_where_there_is_one() -> None:
    results = small_results()
    assert judge_fit(results["structure"]["measures"]) == "good"
    results["structure"]["measures"] |= {"cfi_robust": 0.912, "rmsea_robust": 0.091}
    context = context_for(results, "en")
    told = " ".join(sentence(context, one) for one in findings(context))
    assert judge_fit(results["structure"]["measures"]) == "mixed"
    assert "robust CFI = .912" in told and "RMSEA = .091" in told and ".993" not in told


def test_of_many_hypotheses_the_number_is_told_and_not_every_name() -> None:
    results = small_results()
    one = {**results["structure"]["hypotheses"][0], "verdict": "supported"}
    results["structure"]["hypotheses"] = [{**one, "id": f"H{n}"} for n in range(30)]
    for language, said in (("en", "All 30 hypotheses are supported."), ("zh", "30 条研究假设全部得到支持。")):
        context = context_for(results, language)
        assert sentence(context, findings(context)[0]) == said
    results["structure"]["hypotheses"][3]["verdict"] = "not_supported"
    context = context_for(results, "en")
    told = sentence(context, findings(context)[0])
    assert told == "29 of 30 hypotheses are supported; the table of hypotheses tells which."


def test_nothing_is_claimed_without_results() -> None:
    assert findings(context_for({}, "en")) == ()
    assert judge_fit({"cfi": 0.99, "rmsea": None, "srmr": 0.02}) is None


def test_a_verdict_counts_for_what_it_is() -> None:
    results = small_results()
    results["structure"]["hypotheses"][1]["verdict"] = "opposite"
    context = context_for(results, "en")
    told = [sentence(context, one) for one in findings(context)]
    assert told[0] == "1 of 2 hypotheses are supported: H1."
    assert told[1] == "Significant, but against the expected direction: H2."
