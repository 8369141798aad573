"""The shipped instruments: both languages complete, ids unique, reverse keys there, nothing said twice."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from shipped_names import NAMES

from tam.spec.instrument import Instrument
from tam.spec.instrument_file import load_instrument
from tam.spec.text import Text

CJK = re.compile(r"[\u4e00-\u9fff]")


def texts(instrument: Instrument) -> Iterator[tuple[str, Text]]:
    yield "title", instrument.title
    yield "instructions", instrument.instructions or Text()
    yield from ((c.id, c.label) for c in instrument.constructs.values())
    yield from ((i.id, i.text) for i in instrument.items.values())
    yield from ((c.id, c.text) for c in instrument.attention_checks.values())
    yield from ((v.id, v.text) for v in instrument.variables.values())
    for scheme in instrument.tier_schemes.values():
        yield scheme.id, scheme.label
        yield from ((f"{scheme.id}.{tier.id}", tier.label) for tier in scheme.tiers)
    for scale in instrument.scales.values():
        yield from ((f"{scale.id}.{code}", Text(label.en, label.zh)) for code, label in scale.labels.items())


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_are_complete(name: str) -> None:
    for place, text in texts(load_instrument(name)):
        assert text.en and not CJK.search(text.en), place
        assert text.zh and (CJK.search(text.zh) or text.zh[0].isdigit()), place


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_stands_twice(name: str, language: str) -> None:
    instrument = load_instrument(name)
    said = [item.text.get(language).strip(" .。").casefold() for item in instrument.items.values()]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("name", NAMES)
def test_ids_name_their_construct(name: str) -> None:
    instrument = load_instrument(name)
    for item in instrument.items.values():
        assert re.fullmatch(rf"{item.construct}[1-9]", item.id)
        assert item.construct.isupper()


@pytest.mark.parametrize("name", NAMES)
def test_several_constructs_hold_a_reversed_item_and_none_only_such(name: str) -> None:
    instrument = load_instrument(name)
    reversed_in = {item.construct for item in instrument.items.values() if item.reverse}
    assert len(reversed_in) >= 2
    for construct, items in instrument.first_order().items():
        assert sum(instrument.items[i].reverse for i in items) <= 1, construct


@pytest.mark.parametrize("name", NAMES)
def test_the_wording_is_declared_a_draft_and_sources_are_used(name: str) -> None:
    instrument = load_instrument(name)
    assert instrument.status == "draft"
    first = [c for c in instrument.constructs.values() if not c.of]
    assert all("own draft wording" in (c.adaptation or "") for c in first)
    assert {c.source for c in instrument.constructs.values() if c.source} == set(instrument.sources)
    assert all("item list not consulted" in (source.note or "") for source in instrument.sources.values())


@pytest.mark.parametrize("name", NAMES)
def test_checks_ask_for_an_answer_that_the_scale_has(name: str) -> None:
    checks = load_instrument(name).attention_checks
    assert [check.type for check in checks.values()] == ["instructed", "seriousness"]
    for check in checks.values():
        assert set(check.passing) <= set(check.scale.labels)
    instructed = checks["AC1"]
    label = instructed.scale.labels[instructed.passing[0]]
    assert f'"{label.en}"' in (instructed.text.en or "")
    assert f"“{label.zh}”" in (instructed.text.zh or "")


@pytest.mark.parametrize("name", NAMES)
def test_every_item_stands_on_exactly_one_page(name: str) -> None:
    instrument = load_instrument(name)
    paged = [one for page in instrument.pages for one in page]
    assert len(paged) == len(set(paged))
    assert set(instrument.items) <= set(paged)


@pytest.mark.parametrize("name", ["kol-tam", "kol-tier"])
def test_demographics_platform_and_tier_are_asked(name: str) -> None:
    variables = load_instrument(name).variables
    roles = {name: variable.role for name, variable in variables.items()}
    assert {n for n, role in roles.items() if role == "demographic"} == {
        "gender",
        "age",
        "city_tier",
        "income",
    }
    assert roles["platform"] == roles["kol_tier"] == "group"
    assert roles["followers"] == "followers"


def test_the_five_platforms() -> None:
    labels = load_instrument("kol-persona").scales["platform"].labels.values()
    assert [label.zh for label in labels] == ["小红书", "抖音", "微博", "B站", "微信（公众号/视频号）"]


def test_the_same_scale_is_the_same_everywhere() -> None:
    """Shared scales are written out in each file; one that drifts would code the same word differently."""
    seen: dict[str, object] = {}
    for name in NAMES:
        for scale in load_instrument(name).scales.values():
            assert seen.setdefault(scale.id, scale) == scale, (name, scale.id)
