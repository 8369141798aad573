"""The screening multiverse: the structural model under every combination of the screening rules.

Which respondents count is a choice, and results can hang on it. Here the choice is made in every way that the
rules allow, and each path shows how far it moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.screening import EXCLUDE_IF, Screening, exclude_if_applies, several_flags
from tam.analysis.structural import fit_structure, model_rows
from tam.data.responses import Responses
from tam.errors import Problem, TamError, Where, problem
from tam.spec.instrument import Instrument
from tam.spec.screening import role_of
from tam.spec.study import Study

MOST_SPECIFICATIONS = 64
_STREAM = 64
"""Keeps the draw of combinations apart from everything else that the seed of a study starts."""
_DIFFERENT_SIGNS = 1e-8
"""A standardised path this close to zero has no sign."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class PathEstimate:
    """One path under one combination of rules; ``std`` is standardised."""

    lhs: str
    rhs: str
    est: float | None
    se: float | None
    p: float | None
    std: float | None


@dataclass(frozen=True, slots=True)
class Specification:
    """The model fitted to the respondents whom these rules leave.

    ``n`` respondents entered the model; ``primary`` marks the combination that the study analyses; ``reason``
    says why there is no solution.
    """

    rules: tuple[str, ...]
    primary: bool
    n_kept: int
    n: int
    converged: bool
    admissible: bool
    reason: str | None
    paths: tuple[PathEstimate, ...]


@dataclass(frozen=True, slots=True)
class PathRange:
    """One path over all combinations that converged.

    ``low``, ``high`` and ``median`` are of the standardised path, ``est_*`` of the path in the units of the
    model; ``share_significant`` is the share with p below 1 - the level of the study's intervals.
    """

    lhs: str
    rhs: str
    primary: PathEstimate | None
    n_specifications: int
    low: float | None
    high: float | None
    median: float | None
    est_low: float
    est_high: float
    est_median: float
    p_low: float | None
    p_high: float | None
    share_significant: float | None
    sign_changes: bool


@dataclass(frozen=True, slots=True)
class Multiverse:
    """``rules`` that were combined, ``basis`` ("declared" by the study, else "recommended" ones that flag
    anybody), the specifications fitted of the ``n_possible`` ones, and what became of each path.

    ``n_distinct`` sets of respondents were fitted: combinations that leave the model the same ones share a
    fit.
    """

    rules: tuple[str, ...]
    basis: str
    n_possible: int
    n_specifications: int
    n_distinct: int
    sampled: bool
    n_failed: int
    n_inadmissible: int
    alpha: float
    specifications: tuple[Specification, ...]
    paths: tuple[PathRange, ...]
    problems: tuple[Problem, ...]


def multiverse(
    study: Study, responses: Responses, instrument: Instrument, screening: Screening
) -> Multiverse | None:
    """Fit the structural model under every combination of the rules; None where the study does not want it
    or no rule flags anybody.

    The rules are those that the study excludes by (``exclude_if`` is one); with none declared, every
    eligibility and quality rule that flags somebody. More than 64 combinations are drawn with the study's
    seed.
    """
    from tam.stats.threads import one_thread

    del instrument  # the rules have looked at it already
    with one_thread():  # threads fight each other over matrices of this size
        return _multiverse(study, responses, screening)


def _multiverse(study: Study, responses: Responses, screening: Screening) -> Multiverse | None:
    basis, hits = _rules(screening)
    if not study.screening.multiverse or not hits:
        return None
    chosen, sampled = combinations_of(tuple(hits), study.seed)
    declared = tuple(hits) if basis == "declared" else ()
    cheap = replace(study, options=replace(study.options, cross_check=False))
    table = model_rows(responses.values, responses.variables, study.model, study.options.missing)
    read = responses.values.index.isin(table.index)
    fitted: dict[bytes, Specification] = {}
    specifications = []
    for rules in chosen:
        kept = ~np.any([np.zeros(len(read), bool), *(hits[rule] for rule in rules)], axis=0)
        key = np.packbits(kept & read).tobytes()
        if key not in fitted:
            fitted[key] = _fitted(cheap, table.loc[kept[read]])
        n_kept = int(kept.sum())
        specifications.append(replace(fitted[key], rules=rules, primary=rules == declared, n_kept=n_kept))
    alpha = 1 - study.options.ci
    paths = _ranges(specifications, alpha)
    return Multiverse(
        rules=tuple(hits),
        basis=basis,
        n_possible=2 ** len(hits),
        n_specifications=len(specifications),
        n_distinct=len(fitted),
        sampled=sampled,
        n_failed=sum(not one.converged for one in specifications),
        n_inadmissible=sum(one.converged and not one.admissible for one in specifications),
        alpha=alpha,
        specifications=tuple(specifications),
        paths=paths,
        problems=_problems(study.file, specifications, paths, 2 ** len(hits), sampled),
    )


def _rules(screening: Screening) -> tuple[str, dict[str, Mask]]:
    """The rules to combine and whom each removes."""
    options, verdicts = screening.options, screening.verdicts
    condition = options.exclude_if
    hits: dict[str, Mask] = {
        one.rule: one.flagged for one in verdicts if one.rule in options.exclude and one.applicable
    }
    if condition is not None and exclude_if_applies(verdicts, condition):
        hits[EXCLUDE_IF] = several_flags(verdicts, condition) > 0
    if options.exclude or condition is not None:
        return "declared", hits
    recommended = (one for one in verdicts if role_of(one.rule) in ("eligibility", "quality"))
    return "recommended", {one.rule: one.flagged for one in recommended if one.flagged.any()}


def combinations_of(rules: Sequence[str], seed: int) -> tuple[list[tuple[str, ...]], bool]:
    """Every combination of the rules, none first and all last; at most 64, and whether they were drawn.

    Drawn ones hold: none, each rule alone, all but one, all; the rest is a draw without repetition.
    """
    rules = tuple(rules)
    if 2 ** len(rules) <= MOST_SPECIFICATIONS:
        return [one for size in range(len(rules) + 1) for one in combinations(rules, size)], False
    fixed = [(), *((one,) for one in rules), *(tuple(r for r in rules if r != one) for one in rules), rules]
    fixed = list(dict.fromkeys(fixed))[: MOST_SPECIFICATIONS - 1]
    chosen = set(fixed) | {rules}
    rng = np.random.default_rng([seed, _STREAM])
    while len(chosen) < MOST_SPECIFICATIONS:
        picked = rng.random(len(rules)) < 0.5
        chosen.add(tuple(rule for rule, hit in zip(rules, picked, strict=True) if hit))
    place = {rule: i for i, rule in enumerate(rules)}
    return sorted(chosen, key=lambda one: (len(one), [place[rule] for rule in one])), True


def _fitted(study: Study, rows: pd.DataFrame) -> Specification:
    """The model fitted to those who stay; what goes wrong is the reason, not the end."""
    empty = Specification((), False, 0, len(rows), False, False, None, ())
    if rows.empty:
        return replace(empty, reason="nobody is left")
    try:
        fit = fit_structure(study.model, rows, study.options).fit
    except TamError as fault:
        return replace(empty, reason=fault.problems[0].what)
    if not fit.converged:
        return replace(empty, n=fit.n, reason="the structural model did not converge")
    return Specification((), False, 0, fit.n, True, bool(fit.admissible), None, _paths(fit.estimates))


def _paths(estimates: pd.DataFrame) -> tuple[PathEstimate, ...]:
    """The regressions among the estimates of a fit."""
    regressions = (estimates["op"] == "~").to_numpy()
    columns = (estimates[name].to_numpy()[regressions] for name in ("lhs", "rhs", "est", "se", "p", "std"))
    return tuple(
        PathEstimate(lhs, rhs, *(None if pd.isna(one) else float(one) for one in numbers))
        for lhs, rhs, *numbers in zip(*columns, strict=True)
    )


def _ranges(specifications: Sequence[Specification], alpha: float) -> tuple[PathRange, ...]:
    found: dict[tuple[str, str], list[PathEstimate]] = {}
    primary: dict[tuple[str, str], PathEstimate] = {}
    for one in specifications:
        for path in one.paths:
            found.setdefault((path.lhs, path.rhs), []).append(path)
            if one.primary:
                primary[path.lhs, path.rhs] = path
    return tuple(_range(paths, primary.get(key), alpha) for key, paths in found.items())


def _range(paths: Sequence[PathEstimate], primary: PathEstimate | None, alpha: float) -> PathRange:
    est = [one.est for one in paths if one.est is not None]
    std = [one.std for one in paths if one.std is not None]
    p = [one.p for one in paths if one.p is not None]
    signs = {bool(value > 0) for value in std or est if abs(value) > _DIFFERENT_SIGNS}
    return PathRange(
        lhs=paths[0].lhs,
        rhs=paths[0].rhs,
        primary=primary,
        n_specifications=len(paths),
        low=min(std, default=None),
        high=max(std, default=None),
        median=float(np.median(std)) if std else None,
        est_low=min(est),
        est_high=max(est),
        est_median=float(np.median(est)),
        p_low=min(p, default=None),
        p_high=max(p, default=None),
        share_significant=sum(one < alpha for one in p) / len(p) if p else None,
        sign_changes=len(signs) > 1,
    )


def _problems(
    file: str,
    specifications: Sequence[Specification],
    paths: Sequence[PathRange],
    possible: int,
    sampled: bool,
) -> tuple[Problem, ...]:
    place, total = Where(file=file), len(specifications)
    found = []
    if sampled:
        found.append(problem("multiverse-sampled", place, possible=possible, fitted=total))
    failed = [one for one in specifications if not one.converged]
    if failed:
        reasons = list(dict.fromkeys(one.reason for one in failed))
        found.append(problem("multiverse-failed", place, failed=len(failed), total=total, reasons=reasons))
    inadmissible = sum(one.converged and not one.admissible for one in specifications)
    if inadmissible:
        found.append(problem("multiverse-inadmissible", place, n=inadmissible, total=total))
    turning = [f"{one.rhs} -> {one.lhs}" for one in paths if one.sign_changes]
    if turning:
        found.append(problem("sign-depends-on-screening", place, paths=turning))
    return tuple(found)
