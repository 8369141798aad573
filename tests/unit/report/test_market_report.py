"""The market edition: plain sentences that claim no more than the numbers, in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest
from grouped_results import grouped_results
from market_results import market_results, waves
from probed_interaction import probed, region
from small_results import small_results

from tam.report.charts.market_names import Name, Room, place_names
from tam.report.context import context_for
from tam.report.document import (
    Absent,
    Bullets,
    Card,
    Cards,
    Document,
    Figure,
    Paragraph,
    Section,
    Table,
    plain,
)
from tam.report.editions import document_for
from tam.report.market.plain import named, within
from tam.report.write import write_report

JARGON = {
    "en": r"\b(latent|SEM|p =|p-value|bootstrap|standardi[sz]ed coefficient|invariance|construct)\b",
    "zh": r"(潜变量|结构方程|显著|自助法|测量不变性|构念|调节效应)",
}


def made(results: dict[str, Any], language: str = "en") -> Document:
    return document_for(results, language, "market")


def section(results: dict[str, Any], key: str, language: str = "en") -> Section:
    return next(one for one in made(results, language).sections if one.key == key)


def said(part: Section) -> str:
    texts: list[str] = []
    for block in part.blocks:
        if isinstance(block, (Paragraph, Absent)):
            texts.append(plain(block.text))
        elif isinstance(block, Bullets):
            texts.extend(plain(entry) for entry in block.entries)
        elif isinstance(block, Cards):
            for card in block.entries:
                texts.append(" ".join(map(plain, (card.head, card.figure, card.text))))
    return "\n".join(texts)


def cards(results: dict[str, Any], language: str = "en") -> tuple[Card, ...]:
    (found,) = (one for one in section(results, "answer", language).blocks if isinstance(one, Cards))
    return found.entries


def lead(results: dict[str, Any], language: str = "en") -> str:
    first = section(results, "answer", language).blocks[0]
    assert isinstance(first, Paragraph)
    return plain(first.text)


def test_who_comes_first_is_said_only_where_the_draws_say_so() -> None:
    assert lead(market_results((0.97, 0.03))).startswith(
        "Purchase intention likely goes together most closely"
    )
    opened = lead(market_results((0.62, 0.38)))
    assert "usefulness and trust" in opened and "cannot tell" in opened
    assert "could not be computed" in lead(small_results())
    assert "很可能是有用性" in lead(market_results((0.97, 0.03)), "zh")
    assert "有用性和信任；其中谁排第一，这批数据还分不出来" in lead(market_results(), "zh")


def test_an_interval_that_holds_zero_cannot_tell() -> None:
    results = market_results()
    for one in (*results["effects"]["total"], *results["effects"]["importance_performance"]["constructs"]):
        one |= {"std_ci_low": -0.1, "std_ci_high": 0.9}
    assert lead(results).startswith("These answers cannot tell")
    assert plain(cards(results)[0].figure) == "Cannot tell"
    assert cards(results)[0].level == "caution"
    assert "cannot tell (strength 0.46; the range from −0.10 to 0.90 holds zero)" in said(
        section(results, "drivers")
    )


def test_without_effects_every_part_says_why() -> None:
    results = market_results()
    results["effects"] = None
    results["unavailable"] = {"effects": "the structural model did not converge"}
    assert "did not converge" in lead(results)
    for key in ("drivers", "priorities"):
        assert any(isinstance(block, Absent) for block in section(results, key).blocks)
    assert plain(cards(results)[0].figure) == plain(cards(results)[2].figure) == "Cannot tell"


def test_what_to_test_is_a_hypothesis_by_a_stated_rule() -> None:
    card = cards(market_results())[2]
    assert plain(card.figure) == "Usefulness" and card.target == "priorities"
    text = plain(card.text)
    assert "(58.4 of 100; all drivers 61.9)" in text and "not a promise" in text and "A/B test" in text
    assert "likely, not certain" in text and card.level == "plain"
    settled = market_results()
    settled["effects"]["importance_performance"]["constructs"][0]["settled"] = True
    assert "not certain" not in plain(cards(settled)[2].text)
    assert "不是效果承诺" in plain(cards(market_results(), "zh")[2].text)


def test_without_an_important_low_driver_the_best_is_kept_up() -> None:
    results = market_results()
    first = results["effects"]["importance_performance"]["constructs"][0]
    first["quadrant"] = "maintain"
    assert "Nothing important is rated low" in plain(cards(results)[2].text)
    first["quadrant"] = None
    assert plain(cards(results)[2].figure) == "Cannot tell"
    assert "Cannot tell" in said(section(results, "priorities"))


@pytest.mark.parametrize(
    ("regime", "shares", "english", "chinese"),
    [
        (
            "above",
            (0.614, 0.0),
            "Among the 61% of respondents who rate trust above 3.00",
            "61% 的受访者对信任的评分高于 3.00",
        ),
        ("below", (0.28, 0.0), "who rate trust below 2.00", "评分低于 2.00"),
        ("inside", (0.33, 0.0), "who rate trust from 2.00 to 3.00", "评分介于 2.00 与 3.00 之间"),
        ("everywhere", (1.0, 0.0), "However people rate trust", "无论对信任评分高低"),
        ("outside", (0.55, 0.02), "who rate trust above 3.00", "评分高于 3.00"),
    ],
)
def test_for_whom_is_told_in_units_of_the_scale(
    regime: str, shares: tuple[float, float], english: str, chinese: str
) -> None:
    results = probed(johnson_neyman=region(regime, positive=shares[0], negative=shares[1]))
    assert english in said(section(results, "threshold"))
    assert chinese in said(section(results, "threshold", "zh"))
    assert plain(cards(results)[1].figure) != "Cannot tell"


def test_hardly_anybody_at_the_other_end_is_said_and_not_drawn() -> None:
    results = probed(johnson_neyman=region("outside", positive=0.55, negative=0.02))
    found = section(results, "threshold")
    assert "only 2.0% of respondents" in said(found)
    (figure,) = (block for block in found.blocks if isinstance(block, Figure))
    assert ">3.00<" in figure.svg and ">2.00<" not in figure.svg


def test_an_interaction_that_is_not_shown_has_no_threshold() -> None:
    results = probed(ci_low=-0.02, ci_high=0.3)
    assert plain(cards(results)[1].figure) == "Cannot tell"
    assert "these answers cannot tell" in said(section(results, "threshold"))


def test_no_moderation_says_how_to_ask_for_one() -> None:
    results = small_results()
    results["moderation"], results["study"]["model"]["moderations"] = None, []
    results["comparison"]["groupings"] = results["study"]["groups"] = []
    assert "moderate = [" in said(section(results, "threshold"))
    assert plain(cards(results)[1].figure) == "Cannot tell"
    assert "[groups]" in said(section(results, "segments"))


def test_segments_differ_by_their_averages_and_warn() -> None:
    results = grouped_results()
    found = said(section(results, "segments"))
    assert (
        "Compared: Alpha site (n = 60) and Beta site (n = 48). Too few to compare: Gamma site (n = 3)."
        in found
    )
    assert "Usefulness: likely higher for Alpha site (3.51) than for Beta site (3.10)." in found
    assert "likely differs between these segments: usefulness" in found
    assert "有用性：甲平台（3.51 分）很可能高于乙平台（3.10 分）。" in said(
        section(results, "segments", "zh")
    )


def test_segments_whose_questions_were_not_checked_say_so() -> None:
    found = said(section(small_results(), "segments"))
    assert "could not be checked, so read the scores with caution" in found


def test_waves_are_compared_or_it_is_said_why_not() -> None:
    assert "The study has one wave" in said(section(small_results(), "waves"))
    several = small_results()
    several["study"]["data"]["files"] = [{"file": "a.csv"}, {"file": "b.csv"}]
    assert 'by = ["wave"]' in said(section(several, "waves"))
    found = section(waves(small_results()), "waves")
    tops = next(
        block for block in found.blocks if isinstance(block, Figure) and block.key == "market-wave-tops"
    )
    assert [plain(row[1].text) for row in tops.data.groups[0].rows] == ["31.2%", "18.7%"]
    assert section(waves(small_results()), "segments").blocks[0].__class__ is Absent


def test_reversed_questions_are_marked() -> None:
    results = market_results()
    results["study"]["items"]["pu1"]["reverse"] = True
    assert "“(reversed) Wording of pu1.”" in said(section(results, "priorities"))
    figures = [block for block in section(results, "boxes", "zh").blocks if isinstance(block, Figure)]
    assert "（反向题）" in figures[-1].svg


def test_reliability_in_one_word_each() -> None:
    (table,) = (block for block in section(small_results(), "trust").blocks if isinstance(block, Table))
    words = {plain(row[0].text): plain(row[1].text) for row in table.groups[0].rows}
    assert set(words.values()) <= {"precisely", "well enough", "roughly", "unknown"} and "Usefulness" in words


def test_plain_names() -> None:
    context = context_for(small_results(), "en")
    assert (named(context, "PU"), within(context, "PU")) == ("Usefulness", "usefulness")
    results = small_results()
    results["study"]["constructs"]["PU"]["label"]["en"] = "KOL credibility"
    assert within(context_for(results, "en"), "PU") == "KOL credibility"
    assert named(context_for(small_results(), "zh"), "PU") == "有用性"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_are_free_of_jargon_and_of_causes(language: str) -> None:
    document = made(market_results(), language)
    told = "\n".join(said(one) for one in document.sections if one.key not in {"glossary"})
    assert not re.search(JARGON[language], told)
    assert not re.search(
        r"(leads to|causes? more|will raise|will increase|drives up|导致购买|会提高|将提升)", told
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_simulated_and_draft_are_told_first(language: str) -> None:
    results = market_results()
    results["study"]["simulated"] = {"en": "Simulated.", "zh": "模拟。"}
    results["study"]["instrument"] |= {"status": "draft", "inline": False}
    document = made(results, language)
    assert [one.level for one in document.banners] == ["caution"]
    assert ("drafts" if language == "en" else "草案") in said(document.sections[0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_is_small_and_the_same_again(language: str) -> None:
    first = write_report(market_results(), language, audience="market")
    assert first == write_report(market_results(), language, audience="market")
    assert len(first.encode()) < 120_000


def test_hostile_names_stay_text() -> None:
    results = market_results()
    results["study"]["constructs"]["PU"]["label"] = dict.fromkeys(("en", "zh"), "</script><b>{x}*y*")
    html = write_report(results, "en", audience="market")
    assert "<b>" not in html and "&lt;/script&gt;" in html


def test_names_on_the_map_stand_by_their_own_dots() -> None:
    room = Room((0.0, 0.0, 300.0, 300.0), (), (), None)
    crowd = [Name((100.0 + 12 * i, 100.0 + 9 * (i % 3)), 40.0) for i in range(8)]
    found = place_names(crowd, room, 11.5)
    assert place_names(crowd, room, 11.5) == found
    shown = [place for place in found if place is not None]
    assert 2 <= len(shown) < len(crowd)
    alone = place_names([Name((10.0, 10.0), 30.0), Name((200.0, 200.0), 30.0)], room, 11.5)
    assert None not in alone
