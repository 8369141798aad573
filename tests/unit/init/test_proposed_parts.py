"""The parts of a proposal: names, ordered answers, reverse keys from answers, rows that fall apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.data.proposal_answers import answers_of
from tam.data.proposal_families import ordered
from tam.data.proposal_names import check_kind, detail_of, known_construct, parse_name, passing_code
from tam.data.proposal_reversal import against_the_rest
from tam.data.proposal_splitting import breaks


@pytest.mark.parametrize(
    ("header", "parts"),
    [
        ("PU1", ("PU", 1, False)),
        ("pu_12", ("pu", 12, False)),
        ("PU3R", ("PU", 3, True)),
        ("pu3_r", ("pu", 3, True)),
        ("PU3(R)", ("PU", 3, True)),
        ("PU3反", ("PU", 3, True)),
        ("感知有用性2", ("感知有用性", 2, False)),
        ("Q7_1", ("Q7", 1, False)),
        ("T1_PU4", ("T1_PU", 4, False)),
        ("ATT[SQ003]", ("ATT", 3, False)),
        ("Q4_R2", ("Q4", 2, False)),
        ("attr1", ("attr", 1, False)),
        ("VAR00012", None),
        ("gender", None),
        ("1、您的性别", None),
        ("I would buy it again in 2024, no matter what anybody says about it", None),
    ],
)
def test_names_fall_into_stem_number_and_mark(header: str, parts: tuple[str, int, bool] | None) -> None:
    name = parse_name(header)
    assert (None if name is None else (name.stem, name.number, name.reverse)) == parts


@pytest.mark.parametrize("header", ["Q12", "V3", "item4", "x1", "题5"])
def test_numbers_of_questions_name_no_construct(header: str) -> None:
    name = parse_name(header)
    assert name is not None
    assert name.counts_questions


@pytest.mark.parametrize(
    ("labels", "order"),
    [
        ("同意 一般 非常不同意 不同意 非常同意", "非常不同意 不同意 一般 同意 非常同意"),
        ("非常同意 比较同意 一般 比较不同意 非常不同意", "非常不同意 比较不同意 一般 比较同意 非常同意"),
        ("完全符合 不太符合 说不清 比较符合 完全不符合", "完全不符合 不太符合 说不清 比较符合 完全符合"),
        ("总是 从不 偶尔 经常", "从不 偶尔 经常 总是"),
        ("很愿意 不愿意 愿意 很不愿意", "很不愿意 不愿意 愿意 很愿意"),
    ],
)
def test_chinese_answers_in_order(labels: str, order: str) -> None:
    ladder = ordered(labels.split())
    assert ladder is not None
    assert ladder.labels == tuple(order.split())
    assert ladder.codes == tuple(range(1, len(ladder.labels) + 1))


@pytest.mark.parametrize(
    "order",
    [
        "Strongly disagree|Disagree|Neutral|Agree|Strongly agree",
        "Strongly Disagree|Disagree|Somewhat disagree|Neither agree nor disagree|Somewhat agree|Agree|"
        "Strongly Agree",
        "Extremely unlikely|Moderately unlikely|Slightly unlikely|Neither likely nor unlikely|"
        "Slightly likely|Moderately likely|Extremely likely",
        "Not at all important|Slightly important|Moderately important|Very important|Extremely important",
        "Very dissatisfied|Dissatisfied|Neutral|Satisfied|Very satisfied",
        "Never|Rarely|Sometimes|Often|Always",
        "Does not fit at all|Does not fit|Hardly fits|Undecided|Rather fits|Fits|Fits completely",
    ],
)
def test_english_answers_in_order(order: str) -> None:
    labels = order.split("|")
    ladder = ordered(sorted(labels))
    assert ladder is not None
    assert list(ladder.labels) == labels
    assert ladder.points == len(labels)


@pytest.mark.parametrize(
    "labels", ["男 女 其他", "本科 硕士 博士", "小红书 抖音 微博", "同意 赞同 非常同意", "Yes No Maybe"]
)
def test_other_answers_have_no_known_order(labels: str) -> None:
    assert ordered(labels.split()) is None


def test_a_side_that_nobody_chose_leaves_room() -> None:
    """Four of five answers: the codes of the others are those of the whole scale."""
    ladder = ordered(["不同意", "中立", "同意", "非常同意"])
    assert ladder is not None
    assert (ladder.codes, ladder.points, ladder.complete) == ((2, 3, 4, 5), 5, False)


def test_what_may_have_another_code_elsewhere_is_named() -> None:
    ladder = ordered(["非常不同意", "比较不同意", "一般", "比较同意", "非常同意"])
    assert ladder is not None
    assert ladder.ambiguous == ("一般", "比较不同意", "比较同意")


def cells(*words: str) -> dict[str, int]:
    return dict.fromkeys(words, 10)


def test_answers_of_columns() -> None:
    numbers, found = answers_of(cells("1", "2", "3", "5", "-99", "", "99"), {}, {}, 70)
    assert (numbers.kind, numbers.low, numbers.high) == ("numbers", 1, 5)
    assert found == {"": "blank", "-99": "seen_unanswered", "99": "blank"}
    symmetric, found = answers_of(cells("-3", "-2", "-1", "0", "1", "2", "3"), {}, {}, 70)
    assert (symmetric.low, symmetric.high, found) == (-3, 3, {})
    ages, found = answers_of(cells("18", "45", "99"), {}, {}, 30)
    assert (ages.high, found) == (99, {})
    anchored, _ = answers_of(cells("1 非常不同意", "2", "3", "4", "5 非常同意"), {}, {}, 50)
    assert {code: label.zh for code, label in anchored.codes.items()} == {1: "非常不同意", 5: "非常同意"}
    lettered, _ = answers_of(cells("A.男", "B.女"), {}, {}, 20)
    assert sorted(label.zh or "" for label in lettered.labels) == ["女", "男"]
    several, _ = answers_of(cells("a┋b", "b", "a┋c"), {}, {}, 30)
    assert (several.kind, several.type) == ("several", "multiple")
    ranked, _ = answers_of(cells("a→b", "b→a"), {}, {}, 20)
    assert ranked.type == "ranking"
    text, _ = answers_of({f"I think {i}": 1 for i in range(40)}, {}, {}, 40)
    assert text.kind == "text"
    marked, found = answers_of(cells("1", "2", "3", "SKIPPED"), {}, {}, 40)
    assert (marked.kind, found) == ("numbers", {"SKIPPED": "skipped_by_logic"})


def test_an_option_with_a_comma_stays_one_option() -> None:
    rows = ["Reading, saving notes", "Reading, saving notes, Orders", "Orders", "Orders, Videos", "Videos"]
    several, _ = answers_of(cells(*rows), {}, {}, 50)
    assert {label.en for label in several.labels} == {"Reading, saving notes", "Orders", "Videos"}


@pytest.mark.parametrize(
    ("wording", "labels", "kind"),
    [
        ("为确认您在认真阅读，本题请选择“不同意”。", ["不同意", "非常不同意"], "instructed"),
        ("Please choose Disagree here.", ["Disagree", "Agree"], "instructed"),
        ('To show that you are reading, please choose "Agree" here.', ["Agree"], "instructed"),
        ("Please select your gender", ["Male", "Female"], None),
        ("Please indicate how much you agree with the statement", ["Agree", "Disagree"], None),
        ("您的个人月收入大约是多少？（学生请按每月生活费填写）", ["3000元及以下"], None),
        ("您认为您的回答可以用于本研究的分析吗？", ["可以", "不可以"], "seriousness"),
        ("May we use your answers in our analysis?", ["Yes", "No"], "seriousness"),
    ],
)
def test_checks_of_attention(wording: str, labels: list[str], kind: str | None) -> None:
    assert check_kind("Q5", wording, labels) == kind


def test_the_passing_answer_is_the_one_in_quotes_not_one_within_it() -> None:
    labels: dict[int | str, str] = {1: "非常不同意", 2: "不同意", 4: "同意", 5: "非常同意"}
    assert passing_code("本题请选择“不同意”。", labels, ()) == 2
    assert passing_code("本题请选择“非常不同意”。", labels, ()) == 1
    assert passing_code("Please select 3 for this item.", {}, (1, 2, 3, 4, 5)) == 3
    assert passing_code("Please select 3 or 4.", {}, (1, 2, 3, 4, 5)) is None


def test_details_and_known_constructs() -> None:
    assert [detail_of(name, name).id for name in ("性别", "Age", "您的学历", "followers")] == [  # type: ignore[union-attr]
        "gender", "age", "education", "followers",
    ]  # fmt: skip
    assert detail_of("PU1", "Using it saves time") is None
    parts = [known_construct(stem).part for stem in ("PEOU", "pu", "感知易用性", "购买意愿", "ATT")]  # type: ignore[union-attr]
    assert parts == ["PEOU", "PU", "PEOU", "PI", "ATT"]
    assert known_construct("xyz") is None


def test_item_rest_correlation_against_a_hand_calculation() -> None:
    """Three items; the third runs against the first two: r of item 3 with the mean of z1 and z2."""
    x = np.array([1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 3, 3], dtype=float)
    y = np.array([2, 2, 3, 5, 5, 1, 1, 3, 4, 4, 3, 2], dtype=float)
    z = 6 - np.array([1, 3, 3, 4, 5, 2, 2, 3, 5, 5, 3, 3], dtype=float)
    found, against, n = against_the_rest(pd.DataFrame({"a": x, "b": y, "c": z}), [])
    rest = (x - x.mean()) / x.std(ddof=1) + (y - y.mean()) / y.std(ddof=1)
    assert n == 12
    assert against == {"c"}
    assert found["c"] == pytest.approx(np.corrcoef(z, rest)[0, 1], abs=1e-12)


def test_half_of_the_items_each_way_follows_the_names() -> None:
    x = np.arange(20.0) % 5
    pair = pd.DataFrame({"a": x, "b": 4 - x})
    assert against_the_rest(pair, [])[1] == {"b"}
    assert against_the_rest(pair, ["a"])[1] == {"a"}
    assert against_the_rest(pair.head(5), [])[0] == {}


def blocks(sizes: list[int], *, n: int = 400, within: float = 0.6, between: float = 0.3) -> pd.DataFrame:
    k = sum(sizes)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    r = np.where(owner[:, None] == owner[None, :], within, between)
    np.fill_diagonal(r, 1.0)
    draws = np.random.default_rng(3).standard_normal((n, k)) @ np.linalg.cholesky(r).T
    return pd.DataFrame(draws)


def test_a_row_of_questions_falls_into_the_scales_it_was_made_of() -> None:
    assert breaks(blocks([4, 3, 5, 3])) == (4, 7, 12)
    turned = blocks([4, 3, 5, 3])
    turned[2] *= -1
    assert breaks(turned) == (4, 7, 12)


def test_one_scale_and_few_answers_stay_whole() -> None:
    assert breaks(blocks([8])) == ()
    assert breaks(blocks([4, 4], n=40)) == ()
    assert breaks(blocks([5])) == ()
