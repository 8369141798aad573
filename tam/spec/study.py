"""Study: one survey to be analysed; what ``study.toml`` says, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tam.spec.instrument import ColumnRule, Instrument
from tam.spec.model import Model
from tam.spec.text import Text

Rule = Literal[
    "out_of_range",
    "duplicate_id",
    "duplicate_answers",
    "attention",
    "seriousness",
    "straight_line",
    "missing_share",
    "speed",
    "preview",
]
RULES: tuple[Rule, ...] = Rule.__args__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class GroupBy:
    """Groups as answered: the column or variable that holds them."""

    variable: str


@dataclass(frozen=True, slots=True)
class TierGrouping:
    """Groups by follower count under a named tier scheme of the instrument."""

    variable: str
    scheme: str


@dataclass(frozen=True, slots=True)
class ScreeningOptions:
    """Which rules remove respondents (none by default), and the limits of the rules."""

    exclude: tuple[Rule, ...] = ()
    missing_share: float = 0.2
    min_seconds_per_item: float = 2.0
    duplicate_items: int = 10
    straight_line_items: int = 4


def default_draws(missing: str) -> int:
    """Bootstrap draws unless asked otherwise: fewer where each is estimated pattern by pattern."""
    return 500 if missing == "fiml" else 1000


@dataclass(frozen=True, slots=True)
class Options:
    estimator: str = "ML"
    missing: str = "listwise"
    bootstrap: int = 1000
    interval: Literal["percentile", "bc", "bca"] = "percentile"
    ci: float = 0.95
    meanstructure: bool = False
    std_lv: bool = False
    interaction: str = "dblcent"
    pairs: Literal["all", "matched"] = "all"
    cross_check: bool = True
    min_group: int = 20
    imputations: int = 0


@dataclass(frozen=True, slots=True)
class Study:
    title: Text
    file: str
    folder: Path
    instrument: Instrument
    model: Model
    data: Path
    languages: tuple[str, ...]
    seed: int
    columns: Mapping[str, ColumnRule] = field(default_factory=dict)
    groups: tuple[GroupBy | TierGrouping, ...] = ()
    screening: ScreeningOptions = ScreeningOptions()
    options: Options = Options()
    simulated: Text | None = None
    platform: str | None = None
    encoding: str | None = None
    keep_personal: bool = False
    text_form: Path | None = None
    sequence_order: Mapping[str, Literal["ascending", "descending"]] = field(default_factory=dict)
    digest: str = ""
