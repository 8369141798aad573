"""Which answers are missing, whether by chance alone, and what the paths are under each way to treat that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.missing_data_comparison import MethodComparison, compare_methods
from tam.data.responses import STRUCTURAL_REASONS
from tam.errors import Problem, Unavailable, problem
from tam.record import to_record
from tam.spec.model import Model
from tam.spec.study import Options
from tam.stats.descriptives import CONSTANT
from tam.stats.little_mcar import LittleTest, little_test
from tam.stats.missing_patterns import MissingPatterns, missing_patterns, missingness_tests

if TYPE_CHECKING:
    import pandas as pd

    from tam.engine import Fit

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

NONE_MISSING = "no answer is missing"
#: Patterns and tests that are listed; all are counted. The tests listed are those with the smallest p.
MOST_PATTERNS, MOST_TESTS = 50, 30
#: Level of Little's test and of the tests of missingness (after Holm) from which a note is made.
LEVEL = 0.05
#: Share of respondents lost to listwise deletion from which it is noted.
NOTED_LOSS = 0.05


@dataclass(frozen=True, slots=True)
class MissingPattern:
    """``n`` respondents without an answer to ``items``; ``skipped`` they were not asked, by logic."""

    pattern: int
    n: int
    share: float
    items: tuple[str, ...]
    skipped: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingItem:
    """One item: ``n_asked`` respondents, ``n_missing`` of them without an answer, ``share`` of those asked.

    ``n_skipped`` were not asked, by the logic of the questionnaire: no loss, and in no share. ``reasons``
    counts the missing ones by reason.
    """

    item: str
    n_asked: int
    n_missing: int
    share: float | Unavailable
    n_skipped: int
    reasons: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class LittleResult:
    """Little's test of ``n`` respondents; ``left_out`` items that cannot enter, with the reason."""

    chisq: float
    df: int
    p: float
    n_patterns: int
    n: int
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MissingnessTest:
    """Those without an answer to ``item`` against the others, in their answers to ``other`` (Welch).

    ``difference``: mean of those without an answer less mean of the others; ``p_holm`` over all tests.
    """

    item: str
    other: str
    n_missing: int
    n_given: int
    difference: float
    t: float
    df: float
    p: float
    p_holm: float


@dataclass(frozen=True, slots=True)
class Missingness:
    """``n_tests`` were made, ``n_significant`` after Holm's correction; the smallest p are listed."""

    n_tests: int
    n_significant: int
    level: float
    tests: tuple[MissingnessTest, ...]


@dataclass(frozen=True, slots=True)
class MissingData:
    """The section ``measurement.missing_data``: ``n`` respondents, ``n_complete`` answered everything asked.

    ``n_cells`` answers were asked for, ``n_missing`` are missing, ``n_skipped`` more were not asked for;
    ``n_patterns`` patterns, the most frequent listed.
    """

    n: int
    n_complete: int
    n_cells: int
    n_missing: int
    n_skipped: int
    share: float | Unavailable
    n_patterns: int
    patterns: tuple[MissingPattern, ...]
    items: tuple[MissingItem, ...]
    little: LittleResult | Unavailable
    missingness: Missingness | Unavailable
    comparison: MethodComparison | Unavailable
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


def missing_data(
    study_model: Model,
    rows: pd.DataFrame,
    reasons: pd.DataFrame | None = None,
    *,
    options: Options,
    seed: int = 1,
    primary: Fit | None = None,
) -> MissingData:
    """Describe and test what is missing, and compare the ways to treat it.

    rows: numbers of those who were kept, NaN where missing: every item and every observed variable of the
    model (``missing_rows``). reasons: text per cell of some of these columns, "" where answered; without it
    every gap is "blank". options: its ``estimator``, ``missing``, ``imputations`` and ``ci`` hold. seed: of
    the imputations. primary: the fit of the study under ``options.missing``, so that it is not made again.
    """
    names = [str(name) for name in rows.columns]
    values = rows.to_numpy(dtype=np.float64)
    why = _reasons(values, names, reasons)
    skipped = np.isin(why, sorted(STRUCTURAL_REASONS))
    missing = np.isnan(values) & ~skipped
    patterns = missing_patterns(np.hstack([missing, skipped]))
    if not np.isnan(values).any():
        little: LittleResult | Unavailable = Unavailable(NONE_MISSING)
        tests: Missingness | Unavailable = Unavailable(NONE_MISSING)
        comparison: MethodComparison | Unavailable = Unavailable(NONE_MISSING)
    else:
        little = little_of(values, names, np.asarray(skipped.any(axis=0)))
        tests = _missingness(values, names, missing)
        comparison = compare_methods(study_model, rows, options=options, seed=seed, primary=primary)
    asked = int((~skipped).sum())
    return MissingData(
        n=len(values),
        n_complete=int((~missing).all(axis=1).sum()),
        n_cells=asked,
        n_missing=int(missing.sum()),
        n_skipped=int(skipped.sum()),
        share=float(missing.sum() / asked) if asked else Unavailable("nobody was asked"),
        n_patterns=len(patterns.counts),
        patterns=_patterns(patterns, names, len(values)),
        items=_items(names, missing, skipped, why),
        little=little,
        missingness=tests,
        comparison=comparison,
        problems=tuple(_notes(little, comparison, options)),
    )


def missing_rows(values: pd.DataFrame, variables: pd.DataFrame, model: Model) -> pd.DataFrame:
    """Every item (n, items) and the observed variables the model reads, in one numeric table."""
    observed = [name for name in model.model_items() if name not in values.columns]
    return values.join(variables[observed].astype(float)) if observed else values


def _reasons(values: Floats, names: Sequence[str], reasons: pd.DataFrame | None) -> NDArray[np.object_]:
    """Reason of every missing cell (n, p), "" where answered."""
    why = np.where(np.isnan(values), "blank", "").astype(object)
    if reasons is None:
        return why
    for at, name in enumerate(names):
        if name in reasons.columns:
            given = reasons[name].to_numpy(dtype=object)
            why[:, at] = np.where(np.isnan(values[:, at]) & (given != ""), given, why[:, at])
    return why


def _patterns(found: MissingPatterns, names: Sequence[str], n: int) -> tuple[MissingPattern, ...]:
    p = len(names)
    return tuple(
        MissingPattern(
            pattern=rank,
            n=int(count),
            share=float(count / n),
            items=tuple(names[int(i)] for i in np.flatnonzero(row[:p])),
            skipped=tuple(names[int(i)] for i in np.flatnonzero(row[p:])),
        )
        for rank, (row, count) in enumerate(zip(found.missing[:MOST_PATTERNS], found.counts), 1)
    )


def _items(
    names: Sequence[str], missing: Booleans, skipped: Booleans, why: NDArray[np.object_]
) -> tuple[MissingItem, ...]:
    result = []
    for at, name in enumerate(names):
        asked, gone = int((~skipped[:, at]).sum()), int(missing[:, at].sum())
        counts = Counter(str(one) for one in why[missing[:, at], at])
        result.append(
            MissingItem(
                item=name,
                n_asked=asked,
                n_missing=gone,
                share=gone / asked if asked else Unavailable("nobody was asked"),
                n_skipped=int(skipped[:, at].sum()),
                reasons=dict(sorted(counts.items())),
            )
        )
    return tuple(result)


def little_of(
    values: Floats, names: Sequence[str], skipped: Booleans | None = None
) -> LittleResult | Unavailable:
    """Little's test of a table (n, p) with NaN; moments by EM, then Newton, until they are certified.

    Items some were not asked (``skipped`` (p,)), items without answers and items whose answers are all the
    same say nothing about chance and are left out by name, respondents without any answer too.
    """
    left_out = _left_out(values, names, skipped)
    kept = [at for at, name in enumerate(names) if name not in left_out]
    rows = values[:, kept]
    rows = rows[~np.isnan(rows).all(axis=1)]
    if not np.isnan(rows).any():
        return Unavailable("no answer is missing in the items that can be tested")
    if len(rows) <= len(kept):
        return Unavailable("there are no more respondents than items")
    test = _certified_test(rows)
    if isinstance(test, Unavailable):
        return test
    return LittleResult(test.chisq, test.df, test.p, test.n_patterns, test.n, left_out)


def _left_out(values: Floats, names: Sequence[str], skipped: Booleans | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for at, name in enumerate(names):
        given = values[~np.isnan(values[:, at]), at]
        if skipped is not None and skipped[at]:
            found[name] = "some were not asked, by the logic of the questionnaire"
        elif not len(given):
            found[name] = "there is no answer"
        elif given.min() == given.max():
            found[name] = CONSTANT
    return found


def _certified_test(rows: Floats) -> LittleTest | Unavailable:
    from tam.engine.fiml_patterns import patterns_of
    from tam.engine.saturated import saturated_moments

    scaled = (rows - np.nanmean(rows, axis=0)) / np.nanstd(rows, axis=0)
    patterns = patterns_of(scaled)
    moments = saturated_moments(patterns)
    if moments is None or not moments.converged:
        return Unavailable("means and covariances could not be estimated from the answers that are there")
    if not moments.determined:
        return Unavailable("the answers that are there do not settle every covariance")
    test = little_test(patterns.observed, patterns.counts, patterns.means, moments.means, moments.covariance)
    return Unavailable("every respondent left out the same items") if test is None else test


def _missingness(values: Floats, names: Sequence[str], missing: Booleans) -> Missingness | Unavailable:
    """Welch's tests for the items somebody left out, corrected together."""
    tested = np.where(missing.any(axis=0) & ~_skipped_columns(values, missing))[0]
    found = missingness_tests(values)
    chosen = np.flatnonzero(np.isin(found.item, tested))
    if not len(chosen):
        return Unavailable("too few respondents left an item out to compare them with the others")
    from statsmodels.stats.multitest import multipletests

    holm = multipletests(found.p[chosen], method="holm")[1]
    order = np.argsort(found.p[chosen], kind="stable")[:MOST_TESTS]
    tests = tuple(
        MissingnessTest(
            item=names[int(found.item[at])],
            other=names[int(found.other[at])],
            n_missing=int(found.n_missing[at]),
            n_given=int(found.n_given[at]),
            difference=float(found.difference[at]),
            t=float(found.t[at]),
            df=float(found.df[at]),
            p=float(found.p[at]),
            p_holm=float(holm[place]),
        )
        for place, at in ((int(i), int(chosen[i])) for i in order)
    )
    return Missingness(len(chosen), int((holm < LEVEL).sum()), LEVEL, tests)


def _skipped_columns(values: Floats, missing: Booleans) -> Booleans:
    """(p,) True where some gaps are skips by logic: their being missing is no accident to be tested."""
    return np.asarray((np.isnan(values) & ~missing).any(axis=0))


def _notes(
    little: LittleResult | Unavailable,
    comparison: MethodComparison | Unavailable,
    options: Options,
) -> list[Problem]:
    """What the reader should know before trusting the primary analysis."""
    found: list[Problem] = []
    if isinstance(little, LittleResult) and little.p < LEVEL:
        found.append(
            problem(
                "not-missing-completely-at-random", chisq=f"{little.chisq:.2f}", df=little.df, p=_p(little.p)
            )
        )
    if isinstance(comparison, Unavailable):
        return found
    if options.missing == "listwise":
        lost = comparison.n_available - comparison.n_listwise
        if lost > NOTED_LOSS * comparison.n_available:
            share = f"{100 * lost / comparison.n_available:.1f}"
            found.append(problem("listwise-loses-many", lost=lost, total=comparison.n_available, share=share))
    changed = [f"{one.rhs} -> {one.lhs}" for one in comparison.paths if one.decision_changed is True]
    if changed:
        found.append(problem("missing-treatment-decides", paths=changed))
    mi = comparison.methods.get("mi")
    if not isinstance(mi, Unavailable) and mi is not None and mi.failed:
        found.append(problem("imputations-failed", failed=mi.failed, requested=mi.imputations))
    return found


def _p(p: float) -> str:
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".")
