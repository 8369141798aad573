"""What the report says of groups: how far they are comparable, what differs, and why something is absent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from grouped_results import compared, grouped_results, invariance, step

from tam.report.context import context_for
from tam.report.document import Figure, Paragraph, Table, plain
from tam.report.findings import findings, sentence
from tam.report.sections.comparison import comparison_section
from tam.report.sections.comparison_limits import grouped_limits, grouped_method
from tam.report.write import write_report


def blocks(results: dict[str, Any], language: str = "en") -> dict[str, Any]:
    found = comparison_section(context_for(results, language)).blocks
    return {one.key: one for one in found if isinstance(one, (Table, Figure))}


def said(results: dict[str, Any], language: str = "en") -> str:
    found = comparison_section(context_for(results, language)).blocks
    return " ".join(plain(one.text) for one in found if hasattr(one, "text"))


def rows(table: Table) -> list[list[str]]:
    return [[plain(cell.text) for cell in row] for group in table.groups for row in group.rows]


def limits(results: dict[str, Any], language: str = "en") -> str:
    return " ".join(plain(one) for one in grouped_limits(context_for(results, language)))


def test_the_steps_stand_with_what_they_lose() -> None:
    table = blocks(grouped_results())["invariance-1"]
    assert rows(table)[1] == [
        *("Metric (loadings equal)", "44.13 (35)", ".979", ".039", "−.002", "−.002"),
        *("2.61 (3)", ".456", "Holds"),
    ]
    notes = " ".join(plain(note) for note in table.notes)
    assert "Alpha site (n = 57) and Beta site (n = 46)" in notes
    assert "at most .010" in notes and "at most .015" in notes
    assert "these would not hold: Scalar (intercepts equal too)" in notes


@pytest.mark.parametrize(
    ("level", "english", "chinese"),
    [
        (
            "strict",
            "Paths, latent means and observed scores can be compared",
            "路径、潜均值与观测均分均可比较",
        ),
        ("scalar", "Paths and latent means can be compared", "路径与潜均值可以比较"),
        ("metric", "Paths can be compared, means cannot", "路径可以比较，均值不可比较"),
        ("configural", "neither paths nor means can be compared", "路径与均值均不可比较"),
        ("thresholds", "Neither paths nor means can be compared", "路径与均值均不可比较"),
    ],
)
def test_every_level_says_what_it_allows(level: str, english: str, chinese: str) -> None:
    reached = {"id": level, "free": [], "paths": True, "means": True}
    assert english in said(grouped_results(level=reached))
    assert chinese in said(grouped_results(level=reached), "zh")


def test_a_starting_point_that_does_not_fit_is_told() -> None:
    assert "misses usual guide values" not in said(grouped_results())
    steps = invariance()["steps"]
    steps[0]["fit"]["measures"] |= {"cfi": 0.8961, "srmr": 0.0874}
    assert "(CFI = .896, RMSEA = .041, SRMR = .087)" in said(grouped_results(steps=steps))


def partial() -> dict[str, Any]:
    """Metric invariance fails, freeing a loading mends it; what follows the failed step says nothing."""
    steps = invariance()["steps"]
    steps[1] = step(
        "metric", 71.9, 35, 0.951, 0.071, **compared(-0.03, 0.03, 30.4, 3, 0.0001, "not_supported")
    )
    mended = step(
        "partial_metric", 43.0, 34, 0.98, 0.038, **compared(-0.001, -0.003, 1.5, 2, 0.47, "supported")
    )
    released = {
        "parameter": "PU=~pu2",
        "construct": "PU",
        "item": "pu2",
        "chisq": 28.661,
        "df": 1,
        "p": 0.0001,
        "cfi": -0.001,
        "rmsea": -0.003,
    }
    search = {
        "id": "metric",
        "statistic": "score test",
        "alpha": 0.05,
        "least_equal": 2,
        "carried": [],
        "released": [released],
        "stopped": "criteria_met",
        "step": mended | {"free": ["PU=~pu2"]},
    }
    free = {"id": "partial_scalar", "free": ["PU=~pu2", "pu2~1"], "paths": True, "means": True}
    return grouped_results(steps=steps, partial=[search], level=free)


def test_a_search_is_documented_and_later_steps_are_not_judged() -> None:
    found = blocks(partial())
    verdicts = {one[0]: one[-1] for one in rows(found["invariance-1"])}
    assert verdicts["Metric (loadings equal)"] == "Does not hold"
    assert verdicts["Partial metric (1 let differ)"] == "Holds"
    assert verdicts["Scalar (intercepts equal too)"] == "Not judged"
    assert rows(found["released-1"]) == [
        ["loading of pu2", "Perceived usefulness", "28.66 (1)", "< .001", "−.001", "−.003"]
    ]
    text = said(partial())
    assert "loading of pu2 and intercept of pu2" in text and "chance may have chosen" in text
    assert "pu2 的载荷" in said(partial(), "zh")
    assert "in part only" in limits(partial())


@pytest.mark.parametrize(
    "stopped", ["no_significant_test", "two_indicators_left", "not_estimated", "not_offered"]
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_end_of_a_search_has_words(stopped: str, language: str) -> None:
    results = partial()
    own = results["comparison"]["groupings"][0]["invariance"]
    own["partial"][0]["stopped"] = stopped
    assert said(results, language)
    own["partial"][0] |= {"released": [], "carried": ["pu2~1"]}
    assert said(results, language)


def test_paths_that_differ_are_named_and_marked() -> None:
    results, found = grouped_results(), blocks(grouped_results())
    text = said(results)
    assert (
        "Δχ²(2) = 9.87, p = .007" in text
        and "these differ: Perceived usefulness → Purchase intention." in text
    )
    assert rows(found["path-tests-1"])[0][:4] == [
        "Perceived usefulness → Purchase intention",
        "9.32 (1)",
        ".002",
        ".005",
    ]
    assert rows(found["path-pairs-1"])[0][1] == "0.78"
    panels = found["group-diagram-1"].svg
    assert panels.count("<svg") == 2 and ">0.46*<" in panels and "0.13*" not in panels
    assert 'class="arrow marked"' in panels and 'class="arrow open marked"' in panels
    notes = " ".join(plain(note) for note in found["path-tests-1"].notes)
    assert "disagree" in notes and "No permutation tests" in notes
    assert rows(found["dummies-1"])[0][1] == "−0.71"


def test_permutation_tests_have_their_columns() -> None:
    results = grouped_results()
    pair = {"a": "a", "b": "b", "diff": 0.777, "p": 0.011, "p_holm": 0.022, "n_used": 499}
    shuffled = {"p": 0.0139, "requested": 499, "n_used": 499, "seed": 7, "pairs": [pair]}
    for one in results["comparison"]["groupings"][0]["invariance"]["paths"]["paths"]:
        one["permutation"] = shuffled
    found = blocks(results)
    assert rows(found["path-tests-1"])[0][4] == ".014"
    assert rows(found["path-pairs-1"])[0][-1] == ".022"
    notes = " ".join(plain(note) for note in found["path-tests-1"].notes)
    assert "499 random assignments" in notes and "(seed 7)" in notes


def test_latent_means_stand_with_their_intervals() -> None:
    found = blocks(grouped_results())
    assert rows(found["latent-means-1"]) == [["Perceived usefulness (PU)", "0", "−0.38", "9.98 (1)", ".003"]]
    assert rows(found["latent-mean-pairs-1"])[0] == [
        *("Beta site − Alpha site", "−0.38", "0.12", ".002", "[−0.62, −0.15]", "−0.41", "[−0.67, −0.15]"),
    ]


def test_the_first_findings_tell_paths_and_latent_means() -> None:
    for language, paths in (("en", "these paths differ: PU → PI"), ("zh", "存在组间差异的路径有PU → PI")):
        context = context_for(grouped_results(), language)
        told = [sentence(context, one) for one in findings(context) if one.key == "groups_compared"]
        assert len(told) == 1 and paths in told[0]


def test_what_is_absent_says_why_and_scores_are_read_with_care() -> None:
    level = {"id": "configural", "free": [], "paths": False, "means": False}
    results = grouped_results(level=level, paths=None, scores=None, diagram=None, means=None)
    results["comparison"]["unavailable"] = {
        "groupings.0.invariance.paths": "loadings are not equal across groups, nor partly so",
        "groupings.0.invariance.means": "intercepts are not equal across groups, nor partly so",
    }
    text = said(results)
    assert "Paths are not compared: loadings are not equal" in text
    assert "Latent means are not compared: intercepts are not equal" in text
    assert "a difference of scores may come from how items are understood" in text
    assert "not to be interpreted" in limits(results)
    context = context_for(results, "en")
    told = [one for one in findings(context) if one.key == "groups_compared"]
    assert told[0].level == "caution" and "paths cannot be compared" in sentence(context, told[0])
    assert "未比较各组路径：各组载荷不相等" in said(results, "zh")


def test_without_a_model_the_reason_stands_once_and_scores_remain() -> None:
    gone = {"id": "none", "free": [], "paths": False, "means": False}
    results = grouped_results(level=gone, steps=None, paths=None, scores=None, diagram=None, means=None)
    reason = "measurement invariance is tested with ML, MLR, MLM, WLSMV, not with GLS"
    results["comparison"]["unavailable"] = {"groupings.0.invariance.steps": reason}
    assert said(results).count(reason) == 1 and "不能用 GLS" in said(results, "zh")
    assert "welch-1" in blocks(results) and "invariance-1" not in blocks(results)
    assert reason in limits(results)


def test_groups_too_small_for_the_model_only_are_named() -> None:
    results = grouped_results(too_small=[{"id": "b", "n": 24}], needed=28)
    assert "at least 28 usable respondents are needed in each: Beta site (n = 24)." in said(results)
    assert "usable respondents" not in said(grouped_results())  # said already: too small for scores as well


def test_the_latent_interaction_is_said_not_to_be_compared() -> None:
    results = grouped_results()
    results["comparison"]["unavailable"] = {"groupings.0.interactions": "no answer"}
    assert "Interactions are not compared: no answer" in said(results)
    own = {"group": "b", "est": -0.317, "se": 0.1, "t": -3.2, "p": 0.0021, "ci_low": -0.51, "ci_high": -0.12}
    test = {"n": 103, "est": 0.244, "groups": [own], "chisq": 10.24, "df": 1, "p": 0.0021, "p_holm": 0.0042}
    names = {"predictor": "PU", "moderator": "TR", "outcome": "PI"}
    results["comparison"]["groupings"][0]["interactions"] = {
        "reference": "a",
        "method": "OLS, HC3",
        "interactions": [names | test],
    }
    text = said(results)
    assert "estimated over all respondents and not compared" in text
    assert "these differ: Perceived usefulness × Trust → Purchase intention" in text
    table = blocks(results)["group-interactions-1"]
    assert "reference 0.24; all groups: χ²(1) = 10.24, p = .004" in plain(table.groups[0].label)
    assert rows(table)[0][:2] == ["Beta site − Alpha site", "−0.32"]
    assert "latent interaction is the same in every group was not tested" in limits(results)


def test_the_method_paragraph_states_the_limits_that_were_applied() -> None:
    told = " ".join(plain(one) for one in grouped_method(context_for(grouped_results(), "en")))
    assert "fell by at most .010" in told and "rose by at most .015" in told and "strict" in told


@pytest.mark.parametrize("language", ["en", "zh"])
def test_nothing_is_left_unfilled_and_names_stay_text(language: str) -> None:
    results = partial()
    for group in results["comparison"]["groupings"][0]["groups"]:
        group["label"] = {"en": "<b>&{x}*", "zh": "<b>&{x}*"}
    html = write_report(results, language)
    section = html[html.index('<section id="comparison"') :]
    section = section[: section.index("</section>")]
    assert "<b>" not in section and "&lt;b&gt;&amp;{x}*" in section
    assert not re.search(r"\{(?!x\})[a-z_]+\}", section)


def test_more_groups_than_can_be_compared_by_eye_have_no_diagrams() -> None:
    results = grouped_results()
    diagram = results["comparison"]["groupings"][0]["invariance"]["diagram"]
    diagram["groups"] = [f"g{i}" for i in range(7)]
    assert "group-diagram-1" not in blocks(results) and "group-paths-1" in blocks(results)


def test_a_paragraph_leads_each_question() -> None:
    found = comparison_section(context_for(grouped_results(), "en")).blocks
    heads = [plain(one.text[:1]) for one in found if isinstance(one, Paragraph) and one.text[0].strong]
    assert heads == [
        "Do the scales measure the same in every group?",
        "Do the paths differ between groups?",
        "Do the constructs differ in level?",
        "Observed scores.",
    ]
