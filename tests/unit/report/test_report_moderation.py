"""How sure and how large: every verdict over the estimators, mediation, certificate, and what is absent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from moderation_told import LANGUAGES, tables, texts
from probed_interaction import mediation, probed, region, triangulation

from tam.report.context import context_for
from tam.report.findings import findings, sentence
from tam.report.write import write_report

STABLE = {
    "positive": (
        {"dblcent": 0.3, "lms": 0.25},
        "all 2 estimators find a positive interaction",
        "2 种估计方法全部显示正向交互效应",
    ),
    "negative": (
        {"dblcent": -0.3, "lms": -0.25},
        "all 2 estimators find a negative interaction",
        "2 种估计方法全部显示负向交互效应",
    ),
    "none": (
        {"dblcent": 0.05, "lms": 0.02},
        "none of 2 estimators shows an interaction",
        "2 种估计方法均未显示交互效应",
    ),
}


@pytest.mark.parametrize("decision", STABLE)
def test_a_stable_verdict_names_the_decision(decision: str) -> None:
    found, english, chinese = STABLE[decision]
    results = probed(triangulation=triangulation(found))
    (said,) = (text for text in texts(results) if "estimator:" in text)
    assert said.startswith("The verdict does not depend on the estimator: ") and english in said
    assert any(f"结论不取决于估计方法：{chinese}" in text for text in texts(results, "zh"))


HINGES = {
    "standard_errors": (("dblcent_robust",), "the same products with robust errors", "标准误"),
    "pairs": (("dblcent_matched",), "matched-pair products", "配对方式"),
    "products": (
        ("residual", "unconstrained"),
        "residual-centred products and unconstrained products",
        "乘积指标的构造方式",
    ),
    "normality": (("lms", "qml"), "LMS and QML", "正态假定"),
    "measurement_error": (("observed_scores",), "plain item means", "测量误差"),
    "scores": (
        ("factor_scores", "observed_scores"),
        "two-stage factor scores and plain item means",
        "得分的使用",
    ),
    "several": (("residual", "lms"), "residual-centred products and LMS", "多项选择"),
}


@pytest.mark.parametrize("hinge", HINGES)
def test_a_verdict_that_depends_names_who_dissents_and_the_hinge(hinge: str) -> None:
    dissenting, english, chinese = HINGES[hinge]
    found = {"dblcent": 0.3, "constrained": 0.28} | dict.fromkeys(dissenting, 0.04)
    results = probed(triangulation=triangulation(found, "depends", dissenting, hinge))
    n = len(found)
    (said,) = (text for text in texts(results) if text.startswith("The verdict depends on the estimator."))
    assert f"Of {n} estimators, the decision by {english} differs from that by the rest" in said
    assert ": the interaction is positive (β" in said
    assert "(β from 0.04 to 0.30). It hangs on " in said
    (told,) = (text for text in texts(results, "zh") if text.startswith("结论取决于估计方法"))
    assert (
        f"在 {n} 种估计方法中" in told and f"分歧在于{chinese}" in told and "其余方法显示正向交互效应" in told
    )
    context = context_for(results, "en")
    assert any("depends on the estimator. Of" in sentence(context, one) for one in findings(context))
    marked = [row for row in tables(results)["triangulation-1"] if row[1] == "Not shown"]
    assert len(marked) == len(dissenting)


def test_all_hinges_have_words_that_differ() -> None:
    for language in LANGUAGES:
        words = context_for({}, language).words.entries
        assert len({words[f"hinges.{hinge}"] for hinge in HINGES}) == len(HINGES)


def test_too_few_usable_estimators_leave_the_question_open() -> None:
    found = triangulation({"dblcent": 0.3}, "undecided")
    found["verdict"] |= {"n_tried": 2}
    failed = {**found["estimates"][0], "estimator": "lms", "family": "likelihood", "decision": None}
    failed |= dict.fromkeys(("est", "se", "p", "ci_low", "ci_high", "std", "std_ci_low", "std_ci_high"))
    failed |= {"reason": "the model with the interaction did not converge", "converged": False}
    found["estimates"].append(failed)
    results = probed(triangulation=found)
    assert any("cannot be said: of 2 estimators tried, 1 gave a usable" in text for text in texts(results))
    assert any("得到可用解的仅有 1 种" in text for text in texts(results, "zh"))
    rows = tables(results)["triangulation-1"]
    assert rows[1] == ["LMS", "Not usable", "–", "–", "–", "108"]
    assert any(
        "LMS not usable: the model with the interaction did not converge." in text for text in texts(results)
    )
    assert any("（LMS）不可用：含交互项的模型未收敛。" in text for text in texts(results, "zh"))


def test_an_inadmissible_estimate_does_not_count() -> None:
    found = triangulation({"dblcent": 0.3, "lms": 0.2})
    found["estimates"][1]["admissible"] = False
    found["verdict"] |= {"n_usable": 1, "kind": "undecided"}
    assert tables(probed(triangulation=found))["triangulation-1"][1][1] == "Not counted"


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        (
            mediation((0.031, 0.142)),
            "the indirect effect rises with Trust, from 0.13 [0.02, 0.24] at −1 SD to 0.30 "
            "[0.19, 0.41] at +1 SD; index = 0.09 [0.03, 0.14].",
            "间接效应随信任升高而增大",
        ),
        (
            mediation((-0.142, -0.031), -0.087),
            "the indirect effect falls as Trust rises, from 0.30 [0.19, 0.41] at −1 SD to 0.13 "
            "[0.02, 0.24] at +1 SD; index = −0.09 [−0.14, −0.03].",
            "间接效应随信任升高而减小",
        ),
        (
            mediation((-0.012, 0.142)),
            "do not show that the indirect effect changes with Trust; index = 0.09 [−0.01, 0.14].",
            "未显示间接效应随信任变化",
        ),
    ],
)
def test_moderated_mediation_is_judged_by_its_index(
    given: dict[str, Any], english: str, chinese: str
) -> None:
    results = probed(moderated_mediation=given)
    (said,) = (text for text in texts(results) if text.startswith("EASE → PU → PI: "))
    assert said.endswith(english)
    assert any(text.startswith("EASE → PU → PI：") and chinese in text for text in texts(results, "zh"))


def test_an_index_without_resamples_says_why() -> None:
    given = mediation((None, None))
    given["interval"]["requested"] = 0
    results = probed(moderated_mediation=given)
    place = "analyses.0.moderated_mediation.routes.0.index.ci_low"
    results["moderation"]["unavailable"] = {place: "there are no usable draws or standard errors for it"}
    said = "index = 0.09, without an interval (there are no usable draws or standard errors for it)."
    assert any(text.endswith(said) for text in texts(results))
    assert "No resamples were drawn, so that these effects have no intervals." in texts(results)


def test_certificate_and_likelihood_ratio() -> None:
    told = " ".join(texts(probed()))
    assert "fits these answers better than the one without: log-likelihood −1204.34 against −1208.91" in told
    assert "χ²(1) = 9.15, p = .002." in told or "χ²(1) = 9.15, p = .003." in told
    assert "with 33 nodes in place of 17 (integral over Perceived usefulness)" in told
    assert "changes by −2.2 × 10⁻⁸" in told or "changes by −2.3 × 10⁻⁸" in told
    assert "The number of nodes does not matter" in told
    lms = probed()["moderation"]["analyses"][0]["lms"]
    weak = {**lms, "lr_p": 0.3, "quadrature": {**lms["quadrature"], "converged": False}}
    told = " ".join(texts(probed(lms=weak)))
    assert "do not show that the model with the interaction fits better" in told
    assert "The quadrature is not exact enough" in told and "does not matter" not in told
    told = " ".join(texts(probed(lms=weak), "zh"))
    assert "未显示含交互项的模型拟合更优" in told and "数值积分的精度不足" in told


def test_effect_size_names_its_benchmarks() -> None:
    (said,) = (text for text in texts(probed()) if "Cohen" in text)
    assert "ΔR² = .021 of the variance in Purchase intention (R² with it = .452)" in said
    assert "f² = 0.039: large by the benchmarks of Kenny for interactions" in said
    assert "(small 0.005, medium 0.010, large 0.025)" in said
    (said,) = (text for text in texts(probed(), "zh") if "Cohen" in text)
    assert "按 Kenny 针对交互效应的参考标准（小 0.005、中等 0.010、大 0.025）属于“大”" in said


def test_slopes_at_percentiles_stand_with_the_others() -> None:
    names = [row[0] for row in tables(probed())["slopes-1"]]
    assert names == ["−1 SD", "Mean", "+1 SD", "Percentile 16", "Percentile 50", "Percentile 84"]
    assert tables(probed(), "zh")["slopes-1"][3][0] == "第 16 百分位"


GONE = "a variance is not positive"
GONE_ZH = "方差不为正"


@pytest.mark.parametrize(
    ("part", "english", "chinese"),
    [
        ("johnson_neyman", "For whom the relation holds cannot be said", "无法说明该关系对哪些受访者成立"),
        ("effect_size", "The size of the interaction is not available", "无法报告交互效应的大小"),
        ("lms", "The likelihood-ratio test by LMS is not available", "无法报告 LMS 的似然比检验"),
    ],
)
def test_a_part_that_is_absent_says_why(part: str, english: str, chinese: str) -> None:
    results = probed(**{part: None})
    results["moderation"]["unavailable"] = {f"analyses.0.{part}": GONE}
    assert f"{english}: {GONE}" in texts(results)
    assert any(text.startswith(chinese) and GONE not in text for text in texts(results, "zh"))


def test_what_was_not_asked_for_or_cannot_be_is_said() -> None:
    told = texts(probed(lms=None, triangulation=None, moderated_mediation=None))
    for said in ("none were asked for", "was not asked for", "there is no moderated mediation to test"):
        assert any(said in text for text in told)


def test_other_estimators_are_shown_where_the_first_one_failed() -> None:
    results = probed(est=None, p=None)
    results["moderation"]["unavailable"] = {
        "analyses.0.est": "the model with the interaction did not converge"
    }
    told = texts(results)
    assert any("was not estimated: the model with the interaction did not converge" in text for text in told)
    assert "triangulation-1" in tables(results) and any("LMS forms no products" in text for text in told)


def test_results_of_earlier_versions_have_their_section() -> None:
    results = probed()
    for part in (
        "johnson_neyman",
        "effect_size",
        "percentile_slopes",
        "moderated_mediation",
        "triangulation",
        "lms",
    ):
        del results["moderation"]["analyses"][0][part]
    for language in LANGUAGES:
        assert set(tables(results, language)) == {"interaction-1", "slopes-1"}
    without_curve = {
        key: value
        for key, value in region("above", positive=0.6, negative=0.0).items()
        if key not in ("curve", "histogram")
    }
    assert any("no curve" in text for text in texts(probed(johnson_neyman=without_curve)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_has_every_part_once(language: str) -> None:
    html = write_report(probed(), language)
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    for key in (
        "table-region-1",
        "table-conditional-1",
        "table-triangulation-1",
        "figure-johnson-neyman-1",
        "figure-estimators-1",
    ):
        assert key in ids
    assert set(re.findall(r'aria-labelledby="([^"]+)"', html)) >= {
        "johnson-neyman-1-title johnson-neyman-1-desc"
    }


def test_hostile_names_stay_text() -> None:
    hostile = "</script><img src=x onerror=alert(1)>{predictor}"
    results = probed()
    results["study"]["constructs"]["TR"]["label"] = {"en": hostile, "zh": hostile}
    found = results["moderation"]["analyses"][0]["triangulation"]
    found["estimates"][1] |= {"estimator": hostile, "family": hostile, "decision": None, "reason": hostile}
    found["verdict"] |= {"kind": "depends", "dissenting": [hostile], "hinge": hostile}
    for language in LANGUAGES:
        html = write_report(results, language)
        assert "<img" not in html and "&lt;img" in html
