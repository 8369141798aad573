"""Who answered well enough to count. Rules flag; only what the study names under ``exclude`` removes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis import screening_eligibility as eligibility
from tam.analysis import screening_indices as indices
from tam.analysis import screening_rules as quality
from tam.analysis.screening_record import screening_record
from tam.analysis.screening_verdict import RuleCheck, Verdict
from tam.data.responses import Responses
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument
from tam.spec.screening import RULES, ExcludeIf, Rule, ScreeningOptions, role_of

EXCLUDE_IF = "exclude_if"
"""The name of the exclusion by several rules at once, in logs and flows."""

RULE_CHECKS: Mapping[Rule, RuleCheck] = {
    "preview": eligibility.preview,
    "consent": eligibility.consent,
    "outside_target": eligibility.outside_target,
    "incomplete": eligibility.incomplete,
    "duplicate_id": eligibility.duplicate_id,
    "out_of_range": quality.out_of_range,
    "duplicate_answers": quality.duplicate_answers,
    "attention": quality.attention,
    "seriousness": quality.seriousness,
    "straight_line": quality.straight_line,
    "missing_share": quality.missing_share,
    "speed": quality.speed,
    "page_speed": quality.page_speed,
    "repeated_pattern": indices.repeated_pattern,
    "long_string": indices.long_string_share,
    "average_string": indices.average_string_length,
    "low_variability": indices.low_variability,
    "even_odd": indices.even_odd,
    "synonyms": indices.synonyms,
    "antonyms": indices.antonyms,
    "mahalanobis": indices.mahalanobis,
    "autocorrelation": indices.autocorrelation,
    "person_total": indices.person_total,
    "guttman_errors": indices.guttman_errors,
    "near_duplicates": indices.near_duplicates,
    "same_address": eligibility.same_address,
}


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One respondent removed, by the first declared rule that applies to him."""

    row: int
    rule: str
    value: float | int | str | None
    threshold: float | int | str | None


@dataclass(frozen=True, slots=True)
class Screening:
    """The flag table, the exclusion log and the participant flow of one study.

    - ``flags`` (n, rules that count): bool, index = spreadsheet row; a rule that cannot be applied flags
      nobody
    - ``verdicts``: what each rule found, all of them, in the order of ``RULES``
    - ``kept``: spreadsheet rows of the respondents who stay, in file order
    - ``missing``: per item, of the respondents who stay
    """

    flags: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    options: ScreeningOptions
    excluded: tuple[Exclusion, ...]
    kept: pd.Index
    flow: tuple[Mapping[str, Any], ...]
    missing: tuple[Mapping[str, Any], ...]
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        """The section ``screening`` of the results."""
        return screening_record(self)

    def table(self) -> pd.DataFrame:
        """One row per respondent: every rule's verdict, how many count, whether excluded, what was measured.

        Columns ``row``, ``excluded`` (the rule, or empty), ``n_flags``, one per applicable rule (1, 0), and
        ``value_<rule>`` for those that measure something.
        """
        applicable = [one for one in self.verdicts if one.applicable]
        by = {one.row: one.rule for one in self.excluded}
        columns: dict[str, Any] = {
            "row": self.flags.index.to_numpy(),
            "excluded": [by.get(int(row), "") for row in self.flags.index],
            "n_flags": self.flags.sum(axis=1).to_numpy(),
        }
        columns |= {one.rule: one.flagged.astype(int) for one in applicable}
        columns |= {f"value_{one.rule}": one.index for one in self.verdicts if one.index is not None}
        return pd.DataFrame(columns)


def screen(
    responses: Responses, instrument: Instrument, options: ScreeningOptions | None = None
) -> Screening:
    """Apply every rule to every respondent; remove those whom ``exclude`` and ``exclude_if`` name."""
    options = options or ScreeningOptions()
    verdicts = tuple(RULE_CHECKS[rule](responses, instrument, options) for rule in RULES)
    rows = responses.values.index
    flags = pd.DataFrame({one.rule: one.flagged for one in verdicts if options.counts(one.rule)}, index=rows)
    excluded, flow, left = _exclude(flags, verdicts, options)
    kept = rows[left]
    return Screening(
        flags=flags,
        verdicts=verdicts,
        options=options,
        excluded=excluded,
        kept=kept,
        flow=flow,
        missing=_missing(responses.missing.loc[kept]),
        problems=_problems(responses.file, flags, verdicts, options, len(excluded)),
    )


def _exclude(
    flags: pd.DataFrame, verdicts: Sequence[Verdict], options: ScreeningOptions
) -> tuple[tuple[Exclusion, ...], tuple[Mapping[str, Any], ...], NDArray[np.bool_]]:
    """Rules one after the other; whoever is gone is not counted again by the next.

    First who does not belong to the study; then stands who was eligible and how many of them are flagged.
    """
    left = np.ones(len(flags), dtype=bool)
    log: list[Exclusion] = []
    flow: list[Mapping[str, Any]] = [_step("exported", None, 0, len(flags))]
    told = False
    least = options.exclude_if.at_least if options.exclude_if else 0
    for rule, verdict, hit in _exclusions(verdicts, options):
        if not told and (verdict is None or role_of(verdict.rule) != "eligibility"):
            flow.append(_eligible(flags, left))
            told = True
        gone = [int(i) for i in np.flatnonzero(left & (hit > 0))]
        left[gone] = False
        log += [
            Exclusion(int(flags.index[i]), rule, int(hit[i]), least)
            if verdict is None
            else Exclusion(int(flags.index[i]), rule, verdict.value(i), verdict.threshold)
            for i in gone
        ]
        flow.append(_step("excluded", rule, len(gone), int(left.sum())))
    if not told:
        flow.append(_eligible(flags, left))
    flow.append(_step("screened", None, 0, int(left.sum())))
    return tuple(log), tuple(flow), left


def _exclusions(
    verdicts: Sequence[Verdict], options: ScreeningOptions
) -> Iterator[tuple[str, Verdict | None, NDArray[np.int64]]]:
    """What removes, in order: name, verdict (None for ``exclude_if``), and how often it hits whom (n,)."""
    for verdict in verdicts:
        if verdict.rule in options.exclude and verdict.applicable:
            yield verdict.rule, verdict, verdict.flagged.astype(np.int64)
    condition = options.exclude_if
    if condition is not None and exclude_if_applies(verdicts, condition):
        yield EXCLUDE_IF, None, several_flags(verdicts, condition)


def several_flags(verdicts: Sequence[Verdict], condition: ExcludeIf) -> NDArray[np.int64]:
    """How many of the named rules flag each respondent, 0 where fewer than asked for; shape (n,)."""
    hits = np.sum([one.flagged for one in verdicts if one.rule in condition.of], axis=0, dtype=np.int64)
    return np.where(hits >= condition.at_least, hits, 0)


def exclude_if_applies(verdicts: Sequence[Verdict], condition: ExcludeIf) -> bool:
    """Can so many of the named rules be applied at all?"""
    return sum(one.applicable for one in verdicts if one.rule in condition.of) >= condition.at_least


def _step(step: str, rule: str | None, removed: int, left: int) -> dict[str, Any]:
    return {"step": step, "rule": rule, "n_removed": removed, "n_left": left}


def _eligible(flags: pd.DataFrame, left: NDArray[np.bool_]) -> dict[str, Any]:
    """Who belongs to the study, and how many of them any rule flags, or at least two."""
    several = flags.loc[left].sum(axis=1)
    by_rule = {str(rule): int(n) for rule, n in flags.loc[left].sum().items() if n}
    return {
        **_step("eligible", None, 0, int(left.sum())),
        "n_flagged": int((several >= 1).sum()),
        "n_flagged_twice": int((several >= 2).sum()),
        "flagged_by": by_rule,
    }


def _missing(reasons: pd.DataFrame) -> tuple[Mapping[str, Any], ...]:
    """Per item: how many of the respondents gave no usable answer, and why."""
    found = []
    for item in reasons.columns:
        counts = reasons[item][reasons[item] != ""].value_counts()
        n = int(counts.sum())
        by_reason = {str(reason): int(counts[reason]) for reason in sorted(counts.index)}
        share = n / len(reasons) if len(reasons) else 0.0
        found.append({"item": str(item), "n_missing": n, "share": share, "reasons": by_reason})
    return tuple(found)


def _problems(
    file: str,
    flags: pd.DataFrame,
    verdicts: Sequence[Verdict],
    options: ScreeningOptions,
    n_excluded: int,
) -> tuple[Problem, ...]:
    place = Where(file=file)
    condition = options.exclude_if
    found = [
        problem("exclusion-not-applicable", place, rule=one.rule, reason=one.reason)
        for one in verdicts
        if one.rule in options.exclude and not one.applicable
    ]
    if condition is not None and not exclude_if_applies(verdicts, condition):
        why = "; ".join(
            f"{one.rule}: {one.reason}" for one in verdicts if one.rule in condition.of and one.reason
        )
        found.append(problem("exclusion-not-applicable", place, rule=EXCLUDE_IF, reason=why))
    n = int(flags.any(axis=1).sum())
    if n:
        found.append(problem("respondents-flagged", place, n=n, total=len(flags), excluded=n_excluded))
    if options.declared.when == "after" and (options.exclude or condition):
        found.append(problem("screening-declared-after", place))
    if len(flags) and n_excluded == len(flags):
        rules = [*options.exclude, *([EXCLUDE_IF] if condition else [])]
        found.append(problem("everybody-excluded", place, rules=rules, n=len(flags)))
    return tuple(found)
