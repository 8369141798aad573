"""Rules on the quality of the answers, each a pure function of the responses.

A rule says what it found, never what to do. Those that compare a statistic of careless answering with a limit
stand in ``screening_indices``, those on who belongs to the study in ``screening_eligibility``.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from tam.analysis.screening_verdict import Verdict, blocks, both_ways, first_rows, not_applicable
from tam.data.responses import STRUCTURAL_REASONS, Responses
from tam.spec.instrument import AttentionCheck, Instrument
from tam.spec.screening import Rule, ScreeningOptions
from tam.stats.careless import uniform_answers
from tam.stats.careless_matches import row_labels


def out_of_range(responses: Responses, _instrument: Instrument, _options: ScreeningOptions) -> Verdict:
    """At least one answer that its scale does not have."""
    counts = Counter(one.row for one in responses.out_of_range)
    n = np.array([counts[row] for row in responses.values.index], dtype=int)
    return Verdict("out_of_range", n > 0, n, 0)


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
        return not_applicable("duplicate_answers", responses, reason, **parameters)
    telling = ((raw.notna().sum(axis=1) >= smallest) & (raw.max(axis=1) > raw.min(axis=1))).to_numpy()
    pattern = row_labels(raw.to_numpy(dtype=float))
    _, first = np.unique(pattern, return_index=True)
    repeated = np.ones(len(pattern), dtype=bool)
    repeated[first] = False
    flagged = repeated & telling
    values = first_rows(raw.index.tolist(), pattern.tolist(), flagged)
    return Verdict("duplicate_answers", flagged, values, parameters=parameters)


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
        return not_applicable(rule, responses, "the data have no such check")
    failed = np.zeros(len(responses.checks), dtype=int)
    for check in checks:
        answers = responses.checks[check.id]
        failed += (answers.notna() & ~answers.isin(check.passing)).to_numpy().astype(int)
    parameters = {"checks": [check.id for check in checks]}
    return Verdict(rule, failed > 0, failed, 0, parameters)


def straight_line(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """One and the same answer to a whole block that holds items of both directions."""
    smallest = options.straight_line_items
    parameters: dict[str, Any] = {"min_items": smallest}
    longest = np.zeros(len(responses.raw), dtype=int)
    seen = [b for b in blocks(responses, instrument) if len(b) >= smallest and both_ways(b, instrument)]
    if not seen:
        reason = f"no block of {smallest} items holds both direct and reverse-keyed items"
        return not_applicable("straight_line", responses, reason, **parameters)
    for block in seen:
        reverse = np.array([instrument.items[item].reverse for item in block])
        longest = np.maximum(longest, uniform_answers(responses.raw[block].to_numpy(dtype=float), reverse))
    return Verdict("straight_line", longest >= smallest, longest, smallest, parameters)


def missing_share(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """More than ``missing_share`` of the items left unanswered.

    Items that the questionnaire itself skipped were not asked and do not count; an answer out of range was
    given and has its own rule.
    """
    reasons = responses.missing.to_numpy(dtype=object)
    asked = _asked_items(responses)
    unanswered = asked & (reasons != "") & (reasons != "out_of_range")
    share = unanswered.sum(axis=1) / np.maximum(asked.sum(axis=1), 1)
    limit = options.missing_share
    return Verdict("missing_share", share > limit, share, limit, {"limit": limit})


def _asked_items(responses: Responses) -> np.ndarray:
    """Which items were put to whom; (n, items)."""
    reasons = responses.missing.to_numpy(dtype=object)
    asked = np.ones(reasons.shape, dtype=bool)
    for reason in STRUCTURAL_REASONS:
        asked &= reasons != reason
    return asked


def speed(responses: Responses, _instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Less than ``min_seconds_per_item`` seconds per item and check that was asked, over the whole time."""
    limit = options.min_seconds_per_item
    parameters = {"seconds_per_item": limit}
    if "seconds" not in responses.meta or responses.meta["seconds"].isna().all():
        return not_applicable("speed", responses, "the data have no duration", **parameters)
    asked = _asked_items(responses).sum(axis=1) + responses.checks.shape[1]
    pace = responses.meta["seconds"].to_numpy(dtype=float) / np.maximum(asked, 1)
    return Verdict("speed", pace < limit, pace, limit, parameters, index=pace)


def page_speed(responses: Responses, instrument: Instrument, options: ScreeningOptions) -> Verdict:
    """Less than ``min_seconds_per_item`` seconds per item and check on the fastest page.

    Pages without an item are not looked at. The timed pages are those of the instrument, in its order.
    """
    limit = options.min_seconds_per_item
    parameters: dict[str, Any] = {"seconds_per_item": limit}
    timing = responses.timing
    if timing is None or timing.shape[1] == 0 or timing.isna().all(axis=None):
        return not_applicable("page_speed", responses, "the data have no times of pages", **parameters)
    if timing.shape[1] != len(instrument.pages):
        reason = f"{timing.shape[1]} pages were timed, the instrument names {len(instrument.pages)}"
        return not_applicable("page_speed", responses, reason, **parameters)
    asked = dict(zip(responses.missing.columns, _asked_items(responses).T, strict=True))
    fastest = np.full(len(responses.values), np.inf)
    for column, page in zip(timing.columns, instrument.pages, strict=True):
        items = sum((asked[one].astype(int) for one in page if one in asked), start=np.zeros(len(fastest)))
        count = items + sum(one in responses.checks for one in page)
        pace = timing[column].to_numpy(dtype=float) / np.maximum(count, 1)
        fastest = np.where((items > 0) & ~np.isnan(pace), np.minimum(fastest, pace), fastest)
    pace = np.where(np.isinf(fastest), np.nan, fastest)
    return Verdict("page_speed", pace < limit, pace, limit, parameters, index=pace)
