"""Study: one survey to be analysed; what ``study.toml`` says, resolved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from tam.spec.data_file import DataFile
from tam.spec.instrument import ColumnRule, Instrument
from tam.spec.model import Model
from tam.spec.report_options import ReportOptions
from tam.spec.screening import RULES as RULES
from tam.spec.screening import Rule as Rule
from tam.spec.screening import ScreeningOptions as ScreeningOptions
from tam.spec.text import Text


@dataclass(frozen=True, slots=True)
class GroupBy:
    """Groups as answered: the column or variable that holds them."""

    variable: str


@dataclass(frozen=True, slots=True)
class TierGrouping:
    """Groups by follower count under a named tier scheme of the instrument."""

    variable: str
    scheme: str


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
    marker: str | None = None
    marker_unrelated: str | None = None
    capsule: bool = False
    permutations: int = 0


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
    screening: ScreeningOptions = field(default_factory=ScreeningOptions)
    options: Options = Options()
    simulated: Text | None = None
    platform: str | None = None
    encoding: str | None = None
    sheet: str | int | None = None
    keep_personal: bool = False
    text_form: Path | None = None
    sequence_order: Mapping[str, Literal["ascending", "descending"]] = field(default_factory=dict)
    digest: str = ""
    report: ReportOptions = field(default_factory=ReportOptions)
    files: tuple[DataFile, ...] = ()
    """The files to be stacked, where there are several; else empty, and ``data`` is the only one."""
