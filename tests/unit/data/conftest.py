"""A small bilingual instrument and ways to write the same answers as different platforms do."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tam.spec.instrument import Instrument
from tam.spec.instrument_file import load_instrument

INSTRUMENT = """
schema: tam-instrument/0.1
id: small
version: 1.0.0
title: {en: Small, zh: 小}
languages: [zh, en]
status: draft
response_scales:
  agree5:
    type: ordinal
    points: 5
    labels:
      1: {en: Strongly disagree, zh: 非常不同意, aliases: [完全不同意]}
      2: {en: Disagree, zh: 不同意}
      3: {en: Neutral, zh: 中立, aliases: [一般]}
      4: {en: Agree, zh: 同意}
      5: {en: Strongly agree, zh: 非常同意, aliases: [完全同意]}
  bipolar: {type: ordinal, min: -3, max: 3}
  gender: {type: nominal, labels: {1: {en: Male, zh: 男}, 2: {en: Female, zh: 女}, 3: {en: Other, zh: 其他}}}
  count: {type: numeric, min: 0}
  years: {type: numeric, min: 10, max: 100}
missing_codes:
  "": {reason: blank}
  "-99": {reason: seen_unanswered}
  "不适用": {reason: not_applicable}
constructs:
  PU: {label: {en: Usefulness, zh: 有用性}, scale: agree5}
  ATT: {label: {en: Attitude, zh: 态度}, scale: agree5}
items:
  - {id: PU1, construct: PU, text: {en: "KOL notes save me time.", zh: "KOL笔记能节省我的时间。"}}
  - id: PU2
    construct: PU
    reverse: true
    text: {en: "KOL notes seldom help me.", zh: "KOL笔记很少能帮上忙。"}
  - {id: ATT1, construct: ATT, text: {en: "I like KOL notes.", zh: "我喜欢KOL笔记。"}}
  - {id: ATT2, construct: ATT, scale: bipolar, text: {en: "Bad or good?", zh: "不好还是好？"}}
attention_checks:
  - id: AC1
    type: instructed
    scale: agree5
    pass: [2]
    text: {en: "Please choose disagree.", zh: "本题请选择不同意。"}
variables:
  gender: {role: demographic, scale: gender, text: {en: "Your gender", zh: "您的性别"}}
  age: {role: control, scale: years, text: {en: "Your age", zh: "您的年龄"}}
  followers: {role: followers, scale: count, text: {en: "Followers of this KOL", zh: "这位KOL的粉丝数"}}
"""

ITEMS = ("PU1", "PU2", "ATT1", "ATT2")


@pytest.fixture
def small(tmp_path: Path) -> Instrument:
    path = tmp_path / "small.yaml"
    path.write_text(INSTRUMENT, encoding="utf-8")
    return load_instrument(path)


@pytest.fixture
def ordered(tmp_path: Path) -> Callable[[str], Instrument]:
    """The instrument with a declared order of options for every choice scale."""

    def make(order: str) -> Instrument:
        path = tmp_path / "ordered.yaml"
        scales = "".join(f"{name}: {order}, " for name in ("agree5", "bipolar", "gender"))
        path.write_text(f"{INSTRUMENT}data_map: {{sequence_order: {{{scales}}}}}\n", encoding="utf-8")
        return load_instrument(path)

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write rows as CSV text in an encoding and return the path."""

    def make(
        rows: Sequence[Sequence[object]],
        name: str = "data.csv",
        encoding: str = "utf-8",
        separator: str = ",",
    ) -> Path:
        text = io.StringIO()
        csv.writer(text, delimiter=separator).writerows(rows)
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return make
