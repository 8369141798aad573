"""Instruments are read strictly, and every problem says in which line it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tam.errors import Problem, TamError
from tam.spec.instrument import Tier, TierScheme
from tam.spec.instrument_file import load_instrument, shipped_instruments
from tam.spec.text import Text

GOOD = """\
schema: tam-instrument/0.1
id: small
version: 1.0.0
title: {en: "Small", zh: "小"}
languages: [en, zh]
status: draft
response_scales:
  agree5:
    points: 5
    labels:
      1: {en: "No", zh: "否"}
      5: {en: "Yes", zh: "是", aliases: ["on"]}
  shop: {type: nominal, labels: {1: {en: Weibo}, 2: {en: Douyin}}}
missing_codes:
  "-99": {reason: seen_unanswered}
constructs:
  PU: {label: {en: Usefulness}, scale: agree5}
  PI: {label: {en: Intention}, scale: agree5}
items:
  - {id: pu1, construct: PU, text: {en: One}}
  - {id: pu2, construct: PU, text: {en: Two}, reverse: true}
  - {id: pi1, construct: PI, text: {en: Three}}
variables:
  platform: {role: group, scale: shop, text: {en: Where}}
"""


def load(tmp_path: Path, text: str) -> object:
    path = tmp_path / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return load_instrument(str(path))


def problems_of(tmp_path: Path, text: str) -> dict[str, Problem]:
    with pytest.raises(TamError) as raised:
        load(tmp_path, text)
    return {one.code: one for one in raised.value.problems}


def test_reads_what_the_file_says(tmp_path: Path) -> None:
    instrument = load(tmp_path, GOOD)
    assert instrument.first_order() == {"PU": ("pu1", "pu2"), "PI": ("pi1",)}
    assert instrument.items["pu2"].reverse and not instrument.items["pu1"].reverse
    assert (instrument.scales["agree5"].min, instrument.scales["agree5"].max) == (1, 5)
    assert instrument.missing_codes == {"-99": "seen_unanswered"}
    assert instrument.version == "1.0.0"


def test_yes_no_on_off_stay_words(tmp_path: Path) -> None:
    labels = load(tmp_path, GOOD.replace('"No"', "No").replace('"on"', "on")).scales["agree5"].labels
    assert labels[1].en == "No"
    assert labels[5].aliases == ("on",)


def test_digest_follows_content_not_layout(tmp_path: Path) -> None:
    plain = load(tmp_path, GOOD).digest
    assert load(tmp_path, "# a comment\n" + GOOD).digest == plain
    assert load(tmp_path, GOOD.replace("Usefulness", "Use")).digest != plain


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("status: draft", "status: draft\nstatsu: draft", "unknown-key", 7),
        ("- {id: pu2, construct: PU", "- {id: pu1, construct: PU", "duplicate-id", 21),
        ("id: pi1, construct: PI", "id: pi1, construct: PIX", "item-of-no-construct", 22),
        ("    points: 5\n", "", "scale-without-order", 8),
        ("      5: {en", "      9: {en", "label-outside-scale", 8),
        ('"是", aliases: ["on"]', '"是", aliases: ["no"]', "label-twice", 8),
        ("  PU: {label", "  PU: {lable: {en: x}, label", "unknown-key", 17),
        (
            "PI: {label: {en: Intention}, scale: agree5}",
            "PI: {label: {en: I}, scale: agree}",
            "unknown-scale",
            22,
        ),
        ("PI: {label", "PX: {label: {en: x}}\n  PI: {label", "construct-without-items", 18),
        ("id: small", "id: small\nid: other", "duplicate-key", 3),
        ("id: pi1,", 'id: "pi 1",', "bad-identifier", 22),
        ("status: draft", "status: finished", "bad-value", 6),
    ],
)
def test_every_fault_is_named_with_its_line(tmp_path: Path, old: str, new: str, code: str, line: int) -> None:
    assert old in GOOD
    found = problems_of(tmp_path, GOOD.replace(old, new, 1))
    assert code in found, found
    assert found[code].where.line == line
    assert found[code].where.file == "small.yaml"
    assert found[code].mend and found[code].text("what", "zh")


def test_a_misspelt_key_gets_a_suggestion(tmp_path: Path) -> None:
    found = problems_of(tmp_path, GOOD.replace("reverse: true", "revers: true"))
    assert found["unknown-key"].values["suggestion"] == "reverse"


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    broken = GOOD.replace("construct: PU, text: {en: One}", "construct: P, text: {en: One}")
    broken = broken.replace("scale: shop", "scale: shops").replace("    points: 5\n", "")
    assert {"item-of-no-construct", "unknown-scale", "scale-without-order"} <= set(
        problems_of(tmp_path, broken)
    )


@pytest.mark.parametrize("text", ["a: [1, 2", "- &a [1]\n- *a\n", "\t- x", "a: 'x"])
def test_no_yaml_is_a_problem_not_a_crash(tmp_path: Path, text: str) -> None:
    assert set(problems_of(tmp_path, text)) <= {"yaml-syntax", "yaml-alias"}


def test_nested_aliases_cannot_exhaust_the_memory(tmp_path: Path) -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{c}: &{c} [*{p}, *{p}]\n" for p, c in zip("abcdefgh", "bcdefghi"))
    assert set(problems_of(tmp_path, bomb)) == {"yaml-alias"}


def test_an_unknown_name_lists_what_there_is() -> None:
    with pytest.raises(TamError) as raised:
        load_instrument("kol-tan")
    assert raised.value.problems[0].values["suggestion"] == "kol-tam"
    with pytest.raises(TamError):
        load_instrument("../../secret")


@pytest.mark.parametrize("name", shipped_instruments())
def test_every_shipped_instrument_loads(name: str) -> None:
    assert load_instrument(name).id == name


@pytest.mark.reference
def test_the_draft_of_the_reference_folder_loads_as_it_stands(reference: Path) -> None:
    instrument = load_instrument(str(reference / "tam_sim" / "instrument.yaml"))
    assert len(instrument.items) == 22
    assert instrument.items["PU4"].reverse and instrument.items["TRU3"].reverse
    assert instrument.second_order() == {"CRED": ("EXP", "TRU", "ATR")}


def test_tiers_by_open_and_closed_bounds() -> None:
    scheme = TierScheme(
        "s",
        Text("s"),
        (
            Tier("head", Text("h"), low=1_000_000, low_open=True),
            Tier("middle", Text("m"), 10_000, 1_000_000),
            Tier("tail", Text("t"), high=10_000, high_open=True),
        ),
    )
    found = [scheme.classify(n) for n in (0, 9_999, 10_000, 1_000_000, 1_000_001)]
    assert found == ["tail", "tail", "middle", "middle", "head"]
