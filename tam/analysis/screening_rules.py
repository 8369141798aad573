"""The screening rules, each a pure function of the responses. A rule says what it found, never what to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from tam.data.responses import STRUCTURAL_REASONS, Responses
from tam.data.wording import fold
from tam.spec.instrument import AttentionCheck, Instrument
from tam.spec.study import Rule, ScreeningOptions
from tam.stats.careless import uniform_answers


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule found.

    ``flagged`` (n,) bool; ``values`` (n,) what the rule measured per respondent, plain numbers, text or None;
    ``threshold`` the limit it was compared with, if it has one; ``reason`` why it could not be applied.
    """

    rule: Rule
    flagged: np.ndarray
    values: tuple[Any, ...]
    threshold: float | int | str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None

    @property
    def applicable(self) -> bool:
        return self.reason is None


RuleCheck = Callable[[Responses, Instrument, ScreeningOptions], Verdict]


def _not_applicable(rule: Rule, responses: Responses, reason: str, **parameters: Any) -> Verdict:
    n = len(responses.values)
    return Verdict(rule, np.zeros(n, dtype=bool), (None,) * n, parameters=parameters, reason=reason)


def out_of_range(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """At least one answer that its scale does not have."""
    counts = Counter(one.row for one in responses.out_of_range)
    n = np.array([counts[row] for row in responses.values.index], dtype=int)
    return Verdict("out_of_range", n > 0, tuple(n.tolist()), 0)


def duplicate_id(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """The platform's number of a response again; the first of equal ones is not flagged."""
    if "id" not in responses.meta or (responses.meta["id"] == "").all():
        return _not_applicable("duplicate_id", responses, "the data have no respondent number")
    number = responses.meta["id"]
    flagged = (number.duplicated(keep="first") & (number != "")).to_numpy()
    return Verdict("duplicate_id", flagged, tuple(_first_rows(number, flagged)))


def duplicate_answers(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Every answer equal to an earlier respondent's, over at least ``duplicate_items`` answers.

    Rows with one and the same answer throughout are left to ``straight_line``: two of them are no sign of one
    person answering twice.
    """
    smallest = options.duplicate_items
    parameters = {"min_items": smallest}
    raw = responses.raw
    if raw.shape[1] < smallest:
        reason = f"the questionnaire has {raw.shape[1]} items, the rule needs {smallest}"
        return _not_applicable("duplicate_answers", responses, reason, **parameters)
    telling = (raw.notna().sum(axis=1) >= smallest) & (raw.max(axis=1) > raw.min(axis=1))
    answers = raw.fillna(np.inf).to_numpy(dtype=float)
    pattern = pd.Series([row.tobytes() for row in answers], index=raw.index).where(telling, b"")
    flagged = (pattern.duplicated(keep="first") & telling).to_numpy()
    return Verdict("duplicate_answers", flagged, tuple(_first_rows(pattern, flagged)), parameters=parameters)


def _first_rows(keys: pd.Series, flagged: np.ndarray) -> list[int | None]:
    """For each flagged row the spreadsheet row of the first one with the same key."""
    first: dict[object, int] = {}
    for row, key in zip(keys.index.tolist(), keys.tolist()):
        first.setdefault(key, row)
    return [first[key] if hit else None for key, hit in zip(keys.tolist(), flagged)]


def attention(responses: Responses, instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """At least one instructed or bogus item answered wrongly; one left empty is not failed."""
    kinds = ("instructed", "bogus")
    return _checks("attention", responses, [c for c in _asked(responses, instrument) if c.type in kinds])


def seriousness(responses: Responses, instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """The respondent asked not to use the answers."""
    checks = [c for c in _asked(responses, instrument) if c.type == "seriousness"]
    return _checks("seriousness", responses, checks)


def _asked(responses: Responses, instrument: Instrument) -> list[AttentionCheck]:
    return [check for check in instrument.attention_checks.values() if check.id in responses.checks]


def _checks(rule: Rule, responses: Responses, checks: list[AttentionCheck]) -> Verdict:
    if not checks:
        return _not_applicable(rule, responses, "the data have no such check")
    failed = np.zeros(len(responses.checks), dtype=int)
    for check in checks:
        answers = responses.checks[check.id]
        failed += (answers.notna() & ~answers.isin(check.passing)).to_numpy().astype(int)
    parameters = {"checks": [check.id for check in checks]}
    return Verdict(rule, failed > 0, tuple(failed.tolist()), 0, parameters)


def straight_line(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """One and the same answer to a whole block that holds items of both directions."""
    smallest = options.straight_line_items
    parameters: dict[str, Any] = {"min_items": smallest}
    longest = np.zeros(len(responses.raw), dtype=int)
    blocks = [b for b in _blocks(responses, instrument) if len(b) >= smallest and _both_ways(b, instrument)]
    if not blocks:
        reason = f"no block of {smallest} items holds both direct and reverse-keyed items"
        return _not_applicable("straight_line", responses, reason, **parameters)
    for block in blocks:
        reverse = np.array([instrument.items[item].reverse for item in block])
        longest = np.maximum(longest, uniform_answers(responses.raw[block].to_numpy(dtype=float), reverse))
    flagged = longest >= smallest
    return Verdict("straight_line", flagged, tuple(longest.tolist()), smallest, parameters)


def _blocks(responses: Responses, instrument: Instrument) -> list[list[str]]:
    """Items seen together on one scale: those of a page, else all of the questionnaire."""
    shown = list(responses.raw.columns)
    pages = [[item for item in page if item in responses.raw] for page in instrument.pages]
    paged = {item for page in pages for item in page}
    blocks: list[list[str]] = []
    for page in (*pages, [item for item in shown if item not in paged]):
        by_scale: dict[str, list[str]] = {}
        for item in page:
            by_scale.setdefault(instrument.items[item].scale, []).append(item)
        blocks += by_scale.values()
    return blocks


def _both_ways(block: list[str], instrument: Instrument) -> bool:
    return len({instrument.items[item].reverse for item in block}) == 2


def missing_share(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """More than ``missing_share`` of the items left unanswered.

    Items that the questionnaire itself skipped were not asked and do not count; an answer out of range was
    given and has its own rule.
    """
    reasons = responses.missing.to_numpy(dtype=object)
    asked = ~np.isin(reasons, list(STRUCTURAL_REASONS))
    unanswered = asked & (reasons != "") & (reasons != "out_of_range")
    share = unanswered.sum(axis=1) / np.maximum(asked.sum(axis=1), 1)
    limit = options.missing_share
    return Verdict("missing_share", share > limit, tuple(share.tolist()), limit, {"limit": limit})


def speed(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Less than ``min_seconds_per_item`` seconds per item and check that was asked, over the whole time."""
    limit = options.min_seconds_per_item
    parameters = {"seconds_per_item": limit}
    if "seconds" not in responses.meta or responses.meta["seconds"].isna().all():
        return _not_applicable("speed", responses, "the data have no duration", **parameters)
    reasons = responses.missing.to_numpy(dtype=object)
    asked = (~np.isin(reasons, list(STRUCTURAL_REASONS))).sum(axis=1) + responses.checks.shape[1]
    pace = responses.meta["seconds"].to_numpy(dtype=float) / np.maximum(asked, 1)
    values = tuple(None if np.isnan(one) else float(one) for one in pace)
    return Verdict("speed", pace < limit, values, limit, parameters)


def preview(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """A test run by the makers of the survey, as the platform marks it."""
    if "status" not in responses.meta or not responses.preview_statuses:
        return _not_applicable("preview", responses, "the data have no status of responses")
    status = responses.meta["status"]
    flagged = status.map(lambda cell: fold(cell) in responses.preview_statuses).to_numpy(dtype=bool)
    return Verdict("preview", flagged, tuple(map(str, status)))


RULE_CHECKS: Mapping[Rule, RuleCheck] = {
    "out_of_range": out_of_range,
    "duplicate_id": duplicate_id,
    "duplicate_answers": duplicate_answers,
    "attention": attention,
    "seriousness": seriousness,
    "straight_line": straight_line,
    "missing_share": missing_share,
    "speed": speed,
    "preview": preview,
}
