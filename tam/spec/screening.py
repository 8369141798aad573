"""What a study declares about screening: rules that remove respondents, limits, when that was said."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Rule = Literal[
    "preview",
    "consent",
    "outside_target",
    "incomplete",
    "duplicate_id",
    "out_of_range",
    "duplicate_answers",
    "attention",
    "seriousness",
    "straight_line",
    "missing_share",
    "speed",
    "page_speed",
    "repeated_pattern",
    "long_string",
    "average_string",
    "low_variability",
    "even_odd",
    "synonyms",
    "antonyms",
    "mahalanobis",
    "autocorrelation",
    "person_total",
    "guttman_errors",
    "near_duplicates",
    "same_address",
]
RULES: tuple[Rule, ...] = Rule.__args__  # type: ignore[attr-defined]

RuleRole = Literal["eligibility", "quality", "shown", "report"]
"""``eligibility``: whether somebody belongs to the study at all. ``quality``: a flag by itself. ``shown``:
too many false alarms to be a flag by itself; counted as one where the study names it. ``report``: a number
only."""

_ELIGIBILITY: frozenset[Rule] = frozenset(
    ("preview", "consent", "outside_target", "incomplete", "duplicate_id")
)
_QUALITY: frozenset[Rule] = frozenset(RULES[5:14])
_REPORT: frozenset[Rule] = frozenset(("same_address",))


def role_of(rule: Rule) -> RuleRole:
    """The part a rule plays unless the study names it."""
    if rule in _ELIGIBILITY:
        return "eligibility"
    if rule in _QUALITY:
        return "quality"
    return "report" if rule in _REPORT else "shown"


@dataclass(frozen=True, slots=True)
class ExcludeIf:
    """Removes respondents whom at least so many of these rules flag."""

    at_least: int
    of: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Accepted:
    """Which answers to one question let a respondent in: these words, or numbers from ``low`` to ``high``."""

    variable: str
    answers: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def is_number(self) -> bool:
        return not self.answers


@dataclass(frozen=True, slots=True)
class Declared:
    """When the rules were fixed, as the study says, and where that can be looked up."""

    when: Literal["before", "after", "not_stated"] = "not_stated"
    date: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class ScreeningOptions:
    """Which rules remove respondents (none by default), and the limits of the rules.

    The limits are conventions, not laws. A rule whose limit is None has no convention: it is described and
    flags nobody until the study sets a limit.
    """

    exclude: tuple[Rule, ...] = ()
    missing_share: float = 0.2
    min_seconds_per_item: float = 2.0
    duplicate_items: int = 10
    straight_line_items: int = 4
    exclude_if: ExcludeIf | None = None
    consent: tuple[Accepted, ...] = ()
    target: tuple[Accepted, ...] = ()
    long_string: float = 0.5
    average_string: float | None = None
    low_variability: float = 0.0
    even_odd: float = -0.30
    even_odd_scales: int = 5
    synonyms: float = 0.22
    antonyms: float = 0.0
    synonym_correlation: float = 0.60
    synonym_pairs: int = 5
    mahalanobis: float = 0.001
    repeated_pattern: float = 0.9
    autocorrelation: float | None = None
    person_total: float = 0.0
    guttman_errors: float = 0.35
    near_duplicates: float = 0.95
    declared: Declared = field(default_factory=Declared)
    multiverse: bool = True

    @property
    def named(self) -> tuple[Rule, ...]:
        """The rules that the study names for removing respondents, in the order of ``RULES``."""
        of = self.exclude_if.of if self.exclude_if else ()
        return tuple(rule for rule in RULES if rule in self.exclude or rule in of)

    def counts(self, rule: Rule) -> bool:
        """Is it a flag to be found by this rule? Others than eligibility and quality only if named."""
        return role_of(rule) in ("eligibility", "quality") or rule in self.named


_NO_RULES = ("declared", "multiverse")
"""Options that say something about the rules and are none."""


def canonical_rules(options: ScreeningOptions) -> str:
    """The rules and their limits as canonical JSON: sorted keys, no spaces, ASCII; what the digest is of."""
    rules: Mapping[str, Any] = {k: v for k, v in asdict(options).items() if k not in _NO_RULES}
    return json.dumps(rules, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def rules_digest(options: ScreeningOptions) -> str:
    """SHA-256 of ``canonical_rules``: equal digests, equal rules."""
    return hashlib.sha256(canonical_rules(options).encode("ascii")).hexdigest()
