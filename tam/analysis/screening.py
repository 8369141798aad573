"""Who answered well enough to count. Rules flag; only rules the study names under ``exclude`` remove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tam.analysis.screening_rules import RULE_CHECKS, Verdict
from tam.data.responses import Responses
from tam.errors import Problem, Where, problem
from tam.spec.instrument import Instrument
from tam.spec.study import RULES, Rule, ScreeningOptions


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One respondent removed, by the first declared rule that applies to him."""

    row: int
    rule: Rule
    value: float | int | str | None
    threshold: float | int | str | None


@dataclass(frozen=True, slots=True)
class Screening:
    """The flag table, the exclusion log and the participant flow of one study.

    - ``flags`` (n, rules): bool, index = spreadsheet row; a rule that cannot be applied flags nobody
    - ``verdicts``: what each rule found, in the order of ``flags``
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
        flagged = self.flags.any(axis=1)
        return {
            "rules": [_rule_record(one, one.rule in self.options.exclude) for one in self.verdicts],
            "flags": _flag_records(self.flags[flagged]),
            "overlap": _overlap(self.flags),
            "excluded": [
                {"row": one.row, "rule": one.rule, "value": one.value, "threshold": one.threshold}
                for one in self.excluded
            ],
            "n_read": len(self.flags),
            "n_flagged": int(flagged.sum()),
            "n_excluded": len(self.excluded),
            "n_kept": len(self.kept),
            "missing": [dict(one) for one in self.missing],
        }


def screen(
    responses: Responses, instrument: Instrument, options: ScreeningOptions | None = None
) -> Screening:
    """Apply every rule to every respondent; remove those whom the study's ``exclude`` names."""
    options = options or ScreeningOptions()
    verdicts = tuple(RULE_CHECKS[rule](responses, instrument, options) for rule in RULES)
    flags = pd.DataFrame({one.rule: one.flagged for one in verdicts}, index=responses.values.index)
    excluded, flow = _exclude(flags, verdicts, options)
    removed = {one.row for one in excluded}
    kept = flags.index[[row not in removed for row in flags.index]]
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
    flags: pd.DataFrame, verdicts: tuple[Verdict, ...], options: ScreeningOptions
) -> tuple[tuple[Exclusion, ...], tuple[Mapping[str, Any], ...]]:
    """Rules one after the other; whoever is gone is not counted again by the next."""
    left = np.ones(len(flags), dtype=bool)
    log: list[Exclusion] = []
    flow: list[Mapping[str, Any]] = [_step("exported", None, 0, len(flags))]
    for verdict in verdicts:
        if verdict.rule not in options.exclude or not verdict.applicable:
            continue
        gone = np.flatnonzero(left & verdict.flagged)
        left[gone] = False
        log += [
            Exclusion(int(flags.index[int(i)]), verdict.rule, verdict.values[i], verdict.threshold)
            for i in gone
        ]
        flow.append(_step("excluded", verdict.rule, len(gone), int(left.sum())))
    flow.append(_step("screened", None, 0, int(left.sum())))
    return tuple(log), tuple(flow)


def _step(step: str, rule: str | None, removed: int, left: int) -> dict[str, Any]:
    return {"step": step, "rule": rule, "n_removed": removed, "n_left": left}


def _rule_record(verdict: Verdict, excludes: bool) -> dict[str, Any]:
    return {
        "rule": verdict.rule,
        "description_key": verdict.rule,
        "parameters": dict(verdict.parameters),
        "applicable": verdict.applicable,
        "reason": verdict.reason,
        "n_flagged": int(verdict.flagged.sum()),
        "excludes": excludes and verdict.applicable,
    }


def _flag_records(flags: pd.DataFrame) -> list[dict[str, Any]]:
    names = np.array(flags.columns, dtype=object)
    rows = flags.to_numpy()
    return [{"row": int(row), "rules": list(names[rows[i]])} for i, row in enumerate(flags.index)]


def _overlap(flags: pd.DataFrame) -> list[dict[str, Any]]:
    """How many respondents two rules flag together; pairs without any are left out."""
    together = ((a, b, int((flags[a] & flags[b]).sum())) for a, b in combinations(flags.columns, 2))
    return [{"rules": [a, b], "n": n} for a, b, n in together if n]


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
    verdicts: tuple[Verdict, ...],
    options: ScreeningOptions,
    n_excluded: int,
) -> tuple[Problem, ...]:
    place = Where(file=file)
    found = [
        problem("exclusion-not-applicable", place, rule=one.rule, reason=one.reason)
        for one in verdicts
        if one.rule in options.exclude and not one.applicable
    ]
    n = int(flags.any(axis=1).sum())
    if n:
        found.append(problem("respondents-flagged", place, n=n, total=len(flags), excluded=n_excluded))
    if len(flags) and n_excluded == len(flags):
        found.append(problem("everybody-excluded", place, rules=list(options.exclude), n=len(flags)))
    return tuple(found)
