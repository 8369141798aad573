"""For whom: every regime of the region as both languages tell it, in a sentence, a table and a picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from moderation_told import LANGUAGES, section, tables, texts, told_region
from probed_interaction import probed, region
from told_numbers import NUMBER, known, leaves

from tam.report.context import context_for
from tam.report.document import Figure, plain
from tam.report.findings import findings, sentence
from tam.report.write import write_report

RATING = {"en": "higher Perceived usefulness goes with", "zh": "感知有用性得分越高，购买意愿"}

REGIONS = [
    (
        ("above", 0.614, 0.0, 0.2),
        "For the 61.4% of respondents who rate Trust above 3.00 (scale from 1 to 5), higher Perceived "
        "usefulness goes with higher Purchase intention; for the others these data do not show it.",
        "61.4% 的受访者对信任的评分高于 3.00（1–5 分量表），在这部分人中，"
        "感知有用性得分越高，购买意愿也越高；在其余受访者中，本数据未显示这一关系。",
    ),
    (
        ("above", 0.0, 0.614, -0.2),
        "For the 61.4% of respondents who rate Trust above 3.00 (scale from 1 to 5), higher Perceived "
        "usefulness goes with lower Purchase intention; for the others these data do not show it.",
        "61.4% 的受访者对信任的评分高于 3.00（1–5 分量表），在这部分人中，"
        "感知有用性得分越高，购买意愿反而越低；在其余受访者中，本数据未显示这一关系。",
    ),
    (
        ("below", 0.235, 0.0, -0.2),
        "For the 23.5% of respondents who rate Trust below 2.00 (scale from 1 to 5), higher Perceived "
        "usefulness goes with higher Purchase intention; for the others these data do not show it.",
        "23.5% 的受访者对信任的评分低于 2.00（1–5 分量表），在这部分人中，"
        "感知有用性得分越高，购买意愿也越高；在其余受访者中，本数据未显示这一关系。",
    ),
    (
        ("inside", 0.375, 0.0, 0.2),
        "For the 37.5% of respondents who rate Trust between 2.00 and 3.00 (scale from 1 to 5), higher "
        "Perceived usefulness goes with higher Purchase intention; for the others these data do not show it.",
        "37.5% 的受访者对信任的评分介于 2.00 与 3.00 之间（1–5 分量表），"
        "在这部分人中，感知有用性得分越高，购买意愿也越高；在其余受访者中，本数据未显示这一关系。",
    ),
    (
        ("outside", 0.375, 0.062, 0.2),
        "For the 37.5% of respondents who rate Trust above 3.00 (scale from 1 to 5), higher Perceived "
        "usefulness goes with higher Purchase intention; for the 6.2% below 2.00 it goes with lower Purchase "
        "intention; in between, these data show neither.",
        "37.5% 的受访者对信任的评分高于 3.00（1–5 分量表），在这部分人中，"
        "感知有用性得分越高，购买意愿也越高；另有 6.2% 的受访者低于 2.00，在他们当中，"
        "感知有用性得分越高，购买意愿反而越低；对介于两者之间的受访者，本数据未显示这一关系。",
    ),
    (
        ("outside", 0.062, 0.375, -0.2),
        "For the 6.2% of respondents who rate Trust below 2.00 (scale from 1 to 5), higher Perceived "
        "usefulness goes with higher Purchase intention; for the 37.5% above 3.00 it goes with lower "
        "Purchase intention; in between, these data show neither.",
        "6.2% 的受访者对信任的评分低于 2.00（1–5 分量表），在这部分人中，"
        "感知有用性得分越高，购买意愿也越高；另有 37.5% 的受访者高于 3.00，在他们当中，"
        "感知有用性得分越高，购买意愿反而越低；对介于两者之间的受访者，本数据未显示这一关系。",
    ),
    (
        ("everywhere", 1.0, 0.0, 0.2),
        "At every level of Trust found among the 108 respondents, higher Perceived usefulness goes with "
        "higher Purchase intention.",
        "在 108 名受访者的实际取值范围内，无论信任处于什么水平，感知有用性得分越高，购买意愿都越高。",
    ),
    (
        ("everywhere", 0.0, 1.0, 0.2),
        "At every level of Trust found among the 108 respondents, higher Perceived usefulness goes with "
        "lower Purchase intention.",
        "在 108 名受访者的实际取值范围内，无论信任处于什么水平，感知有用性得分越高，购买意愿都越低。",
    ),
    (
        ("nowhere", 0.0, 0.0, 0.2),
        "At no level of Trust found among the 108 respondents do these data show that Perceived usefulness "
        "goes with Purchase intention.",
        "在 108 名受访者的实际取值范围内，无论信任处于什么水平，本数据均未显示感知有用性得分与购买意愿有关。",
    ),
]


@pytest.mark.parametrize(
    ("given", "english", "chinese"), REGIONS, ids=[f"{r[0][0]}-{i}" for i, r in enumerate(REGIONS)]
)
def test_every_regime_says_for_whom(
    given: tuple[str, float, float, float], english: str, chinese: str
) -> None:
    regime, positive, negative, est = given
    results = probed(johnson_neyman=region(regime, positive=positive, negative=negative), est=est)
    assert told_region(results, "en") == english
    assert told_region(results, "zh") == chinese
    for language in LANGUAGES:  # the same sentence stands among the findings
        context = context_for(results, language)
        told = [sentence(context, one) for one in findings(context)]
        assert told_region(results, language) in told


@pytest.mark.parametrize(
    ("regime", "rows"),
    [
        ("above", [["Above 3.00", "37.5%", "Positive"]]),
        ("inside", [["Between 2.00 and 3.00", "37.5%", "Positive"]]),
        ("everywhere", [["All levels found", "37.5%", "Positive"]]),
        ("nowhere", [["All levels found", "–", "Not shown"]]),
    ],
)
def test_the_table_of_the_region_has_the_same_shares(regime: str, rows: list[list[str]]) -> None:
    results = probed(johnson_neyman=region(regime, positive=0.375, negative=0.0))
    assert tables(results)["region-1"] == rows


def test_both_sides_of_a_region_and_their_sum() -> None:
    results = probed(johnson_neyman=region("outside", positive=0.375, negative=0.125))
    assert tables(results)["region-1"] == [
        ["Below 2.00", "12.5%", "Negative"],
        ["Above 3.00", "37.5%", "Positive"],
        ["Together", "50.0%", "–"],
    ]


def test_a_bound_that_nobody_reaches_is_told_as_that() -> None:
    results = probed(johnson_neyman=region("above", positive=0.614, negative=0.0, further=(-1.25,)))
    assert "3.00" in told_region(results, "en") and "1.25" not in told_region(results, "en")
    assert any("further bound at −1.25, which no respondent reaches" in text for text in texts(results))
    assert any("−1.25" in text and "没有受访者达到" in text for text in texts(results, "zh"))


def test_an_observed_moderator_is_not_rated() -> None:
    results = probed()
    results["study"]["variables"]["age"] = {"label": {"en": "Age", "zh": "年龄"}}
    results["moderation"]["analyses"][0]["moderator"] = "age"
    assert "61.4% of respondents whose Age is above 3.00, higher" in told_region(results, "en")
    assert told_region(results, "zh").startswith("61.4% 的受访者的年龄高于 3.00，")


def test_units_that_run_against_the_scale_turn_the_region() -> None:
    turned = region("above", positive=0.614, negative=0.0, turned=True)
    assert "who rate Trust below 3.00" in told_region(probed(johnson_neyman=turned), "en")
    both = region("outside", positive=0.375, negative=0.125, turned=True)
    said = told_region(probed(johnson_neyman=both, est=-0.2), "en")
    assert "37.5% of respondents who rate Trust above 3.00" in said and "12.5% below 2.00" in said
    assert "<svg" in write_report(probed(johnson_neyman=both), "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_without_an_interaction_a_region_is_no_difference(language: str) -> None:
    results = probed(p=0.41, ci_low=-0.05, ci_high=0.31)
    said = {"en": "no evidence that it differs between them", "zh": "并不能说明它在这些水平之间存在差异"}
    assert any(said[language] in text for text in texts(results, language))
    context = context_for(results, language)
    told = [sentence(context, one) for one in findings(context)]
    assert not any(RATING[language] in text for text in told)
    assert not any(said[language] in text for text in texts(probed(), language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("regime", ["outside", "inside", "above", "below", "everywhere", "nowhere"])
def test_every_number_of_a_sentence_stands_in_the_results(regime: str, language: str) -> None:
    results = probed(
        johnson_neyman=region(regime, positive=0.375, negative=0.125 if regime == "outside" else 0.0)
    )
    numbers = leaves(results) + [len(results["moderation"]["analyses"][0]["indicators"])]
    words = r"R²|f²|10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|HC3|\d+(?:\.\d)? × |[−+]1 SD|holds 0|95%|leaves out|不含 0"
    strange = [
        (value, text)
        for text in texts(results, language)
        for value in NUMBER.findall(re.sub(words, "", text))
        if not known(value, numbers)
    ]
    assert not strange


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("regime", ["outside", "inside", "above", "below", "everywhere", "nowhere"])
def test_the_picture_marks_what_the_sentence_says(regime: str, language: str) -> None:
    given = region(regime, positive=0.375, negative=0.125 if regime == "outside" else 0.0)
    (figure,) = (
        block
        for block in section(probed(johnson_neyman=given), language).blocks
        if isinstance(block, Figure) and block.key == "johnson-neyman-1"
    )
    bounds = [f"{bound['moderator_scale']:.2f}" for bound in given["bounds"]]
    assert all(f">{bound}</text>" in figure.svg for bound in bounds)
    stretches = {"outside": 2, "nowhere": 0}.get(regime, 1)
    root = ElementTree.fromstring(figure.svg)
    assert (
        len(root.findall(".//polygon[@class='f-accent-soft']"))
        + len(root.findall(".//g[@class='f-accent-soft']/polygon"))
        == stretches
    )
    assert figure.svg.count("37.5%") == (regime != "nowhere")
    values = [[plain(cell.text) for cell in row] for group in figure.data.groups for row in group.rows]
    assert [row[3] for row in values if row[3].isdigit()][-5:] == ["4", "19", "41", "32", "12"]
