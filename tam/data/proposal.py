"""A proposed instrument: what was asked, as far as an export or a questionnaire file shows it.

Everything here is a guess for a person to judge, so everything carries its reasons. The instrument itself is
made of the same nouns as any other; the reasons stand beside it and become comments of its file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tam.data.wording import normalise
from tam.spec.instrument import Instrument, Label, VariableType
from tam.spec.text import Text

LONGEST_WORDING = 500
LONGEST_LABEL = 120
MOST_LABELS = 25
MOST_COLUMNS = 2000
"""Columns that are looked at; a questionnaire has some hundred."""


@dataclass(frozen=True, slots=True)
class Because:
    """A sentence of ``reports/questionnaire/proposal.<language>.toml`` and the values of its places."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answers:
    """What is known of the answers to one question.

    ``numbers``: whole or broken numbers; ``labels``: words whose codes nobody told; ``coded``: words with
    their codes; ``several``: options that may be chosen together or put in order; ``text``: anything else.
    """

    kind: Literal["numbers", "labels", "coded", "several", "text", "none"]
    low: float = 0.0
    high: float = 0.0
    whole: bool = True
    n_distinct: int = 0
    labels: tuple[Label, ...] = ()
    """Of ``labels`` and ``several``, most frequent first, or in the order of the questionnaire."""
    codes: Mapping[int, Label] = field(default_factory=dict)
    type: VariableType = "single"
    told: bool = False
    """Are these all the answers the questionnaire offers, and not only those that somebody gave?"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, or one row of a question."""

    header: str
    text: Text
    answers: Answers
    position: int | None = None
    """Column, from 0; None where there are no data yet."""
    group: str | None = None
    """What the rows of one question share."""
    stem: str = ""
    """The wording of the question whose row this is."""
    unique: bool = True
    """Does no other column have this header?"""
    positions: tuple[int, ...] = ()
    """Of a question with a column per option."""

    @property
    def wording(self) -> str:
        return self.text.zh or self.text.en or ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A column that the proposal does not use, and why."""

    header: str
    because: Because


Kind = Literal["construct", "item", "scale", "check", "variable", "missing"]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A draft instrument with its reasons and everything the study file needs beside it."""

    instrument: Instrument
    reasons: Mapping[tuple[Kind, str], tuple[Because, ...]]
    columns: Mapping[str, str | int]
    """Name -> header or position (from 1), where a column bears another name."""
    left_out: tuple[LeftOut, ...] = ()
    paths: tuple[str, ...] = ()
    """Of the technology acceptance model, where the constructs look like its own."""
    groups: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    """Column (from 0) of every item."""
    unnamed: tuple[str, ...] = ()
    """Constructs that only rest on where their items stand."""
    undeclared: tuple[str, ...] = ()
    """Scales whose options are numbered in an order that nobody has told."""


def tidy(text: str, limit: int = LONGEST_WORDING) -> str:
    """One line without what no file can hold (half characters), cut to a length."""
    plain = text[: 4 * limit].encode("utf-8", errors="replace").decode("utf-8")
    plain = " ".join("".join(char if char.isprintable() else " " for char in plain).split())
    return plain if len(plain) <= limit else plain[: limit - 1] + "…"


def is_chinese(text: str) -> bool:
    return any("\u3400" <= char <= "\u9fff" for char in normalise(text[:LONGEST_WORDING]))


def worded(text: str, limit: int = LONGEST_WORDING) -> Text:
    """A wording in the language it is in."""
    plain = tidy(text, limit)
    return Text(None, plain) if is_chinese(plain) else Text(plain, None)


def label_of(text: str) -> Label:
    """A label as it is written: cut labels would no longer be found in the data."""
    plain = tidy(text, 4 * LONGEST_LABEL)
    return Label(None, plain) if is_chinese(plain) else Label(plain, None)


def label_text(label: Label) -> str:
    return label.zh or label.en or ""
