"""Instrument: what a questionnaire asks. The nouns; ``instrument_file`` reads them from YAML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from tam.spec.text import Text

ScaleType = Literal["ordinal", "nominal", "numeric"]
Status = Literal["draft", "piloted", "validated"]
VariableType = Literal["single", "multiple", "ranking"]
Role = Literal["demographic", "group", "followers", "control", "observed"]


@dataclass(frozen=True, slots=True)
class Label:
    """The words for one code of a scale. Only these words are read as this code."""

    en: str | None = None
    zh: str | None = None
    aliases: tuple[str, ...] = ()

    def get(self, language: str) -> str:
        return Text(self.en, self.zh).get(language)


@dataclass(frozen=True, slots=True)
class Scale:
    """A response scale. Ordinal: the codes ``min`` to ``max``; nominal: labels; numeric: bounds or none."""

    id: str
    type: ScaleType
    min: float | None = None
    max: float | None = None
    labels: Mapping[int | str, Label] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    cite: str
    url: str | None = None
    doi: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Construct:
    """A latent variable: first order (``of`` empty, items point to it) or second order (``of`` its parts)."""

    id: str
    label: Text
    source: str | None = None
    of: tuple[str, ...] = ()
    adaptation: str | None = None

    @property
    def level(self) -> int:
        return 2 if self.of else 1


@dataclass(frozen=True, slots=True)
class Item:
    id: str
    construct: str
    text: Text
    scale: str
    reverse: bool = False


@dataclass(frozen=True, slots=True)
class AttentionCheck:
    """``instructed``: choose this answer; ``bogus``: nobody agrees; ``seriousness``: use my answers?"""

    id: str
    type: Literal["instructed", "bogus", "seriousness"]
    text: Text
    scale: Scale
    passing: tuple[int, ...]
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """A column that belongs to no construct: a group, a demographic, a control, a follower count.

    ``label`` is a short name for tables and captions, where the question itself would be too long.
    ``type``: one answer, several of the scale's options at once, or the options put in order.
    """

    id: str
    role: Role
    text: Text
    scale: str
    label: Text | None = None
    type: VariableType = "single"


@dataclass(frozen=True, slots=True)
class Tier:
    """``low`` and ``high`` in followers; ``*_open`` excludes the bound itself; None is no bound."""

    id: str
    label: Text
    low: float | None = None
    high: float | None = None
    low_open: bool = False
    high_open: bool = False

    def holds(self, followers: float) -> bool:
        above = self.low is None or (followers > self.low if self.low_open else followers >= self.low)
        below = self.high is None or (followers < self.high if self.high_open else followers <= self.high)
        return above and below


@dataclass(frozen=True, slots=True)
class TierScheme:
    """A named rule that sorts KOLs into tiers by follower count; sources differ, so it is always named."""

    id: str
    label: Text
    tiers: tuple[Tier, ...]
    source: str | None = None

    def classify(self, followers: float) -> str | None:
        """Tier of a follower count, or None where the scheme leaves a gap."""
        return next((tier.id for tier in self.tiers if tier.holds(followers)), None)


@dataclass(frozen=True, slots=True)
class Instrument:
    id: str
    version: str
    status: Status
    title: Text
    languages: tuple[str, ...]
    scales: Mapping[str, Scale]
    missing_codes: Mapping[str, str]
    sources: Mapping[str, Source]
    constructs: Mapping[str, Construct]
    items: Mapping[str, Item]
    attention_checks: Mapping[str, AttentionCheck] = field(default_factory=dict)
    variables: Mapping[str, Variable] = field(default_factory=dict)
    tier_schemes: Mapping[str, TierScheme] = field(default_factory=dict)
    pages: tuple[tuple[str, ...], ...] = ()
    column_rules: Mapping[str, ColumnRule] = field(default_factory=dict)
    column_platform: str | None = None
    sequence_order: Mapping[str, Literal["ascending", "descending"]] = field(default_factory=dict)
    instructions: Text | None = None
    digest: str = ""
    inline: bool = False

    def first_order(self) -> dict[str, tuple[str, ...]]:
        """Items of each first-order construct, in the order of the file."""
        return {
            c.id: tuple(i.id for i in self.items.values() if i.construct == c.id)
            for c in self.constructs.values()
            if not c.of
        }

    def second_order(self) -> dict[str, tuple[str, ...]]:
        return {c.id: c.of for c in self.constructs.values() if c.of}

    def presented(self) -> tuple[str, ...]:
        """Items and checks in the order in which respondents saw them."""
        paged = tuple(one for page in self.pages for one in page)
        rest = [one for one in (*self.items, *self.attention_checks) if one not in paged]
        return (*paged, *rest)

    def option_names(self) -> dict[str, tuple[Variable, Label]]:
        """``name:code`` of every option of a variable with several answers, as its column is called."""
        return {
            f"{variable.id}:{code}": (variable, label)
            for variable in self.variables.values()
            if variable.type != "single"
            for code, label in self.scales[variable.scale].labels.items()
        }

    def with_variables(self, more: Mapping[str, Variable], scales: Mapping[str, Scale]) -> Instrument:
        """A copy that also holds ``more`` variables (observed columns that a study's model names)."""
        return replace(self, variables={**self.variables, **more}, scales={**self.scales, **scales})


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """How an item's column is found: its exact header, a regular expression, or its position (from 1)."""

    exact: str | None = None
    match: str | None = None
    position: int | None = None
