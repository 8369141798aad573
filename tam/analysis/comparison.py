"""Groups compared on construct scores, without assuming equal variances.

A construct score is the mean of a respondent's items. Welch's analysis of variance tests whether any group
differs, Games-Howell which ones do; with two groups both are Welch's t test. The tests are pingouin's; the
intervals are computed here, because pingouin rounds its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tam.analysis.group_interactions import ScoreInteractions
from tam.analysis.grouping import Split, make_splits
from tam.analysis.invariance import GroupInvariance
from tam.analysis.measurement import scale_codes
from tam.errors import Problem, Unavailable, Where, problem
from tam.spec.instrument import Instrument
from tam.spec.study import GroupBy, TierGrouping
from tam.spec.text import Text
from tam.stats.studentized_range import studentized_range_quantile
from tam.stats.top_box import BoxShare, top_two

Floats = NDArray[np.float64]
Number = float | Unavailable
MOST_GROUPS = 20
"""A grouping with more groups than this is a measurement or an identifier, not a grouping."""
NO_MODEL = Unavailable("the model was not fitted over this grouping")
NO_COMMON_SCALE = Unavailable("the items of the construct do not share one scale")
LEAST_SCORES = 3
"""Scores a group needs on a construct; with fewer its variance says nothing."""


@dataclass(frozen=True, slots=True)
class ScoreCount:
    """Respondents with all items, with at least half of them (scored too), and with fewer (not scored)."""

    n_complete: int
    n_partial: int
    n_unscored: int


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    label: Text
    n: int


@dataclass(frozen=True, slots=True)
class GroupMean:
    """Mean construct score of a group in units of the items, with its t interval.

    ``top_two``: whose score lies within the two highest answers, where all items have the same.
    """

    n: int
    mean: float
    sd: Number
    ci_low: Number
    ci_high: Number
    top_two: BoxShare | Unavailable = NO_COMMON_SCALE


@dataclass(frozen=True, slots=True)
class Welch:
    """Welch's analysis of variance. ``p_holm`` is adjusted over the constructs of one grouping.

    ``eta_squared`` in [0, 1] is the between-groups share of the sum of squares; ``omega_squared`` its less
    biased estimate from Welch's F, slightly below zero where groups differ less than chance makes them.
    """

    F: float
    df1: float
    df2: float
    p: float
    p_holm: float
    eta_squared: float
    omega_squared: float


@dataclass(frozen=True, slots=True)
class Pair:
    """``diff`` is mean a minus mean b; p and its interval hold over all pairs of the construct at once."""

    a: str
    b: str
    diff: float
    se: float
    t: float
    df: float
    p: float
    p_adjust: Literal["games-howell", "none"]
    hedges_g: float
    ci_low: float
    ci_high: float


@dataclass(frozen=True, slots=True)
class ConstructComparison:
    construct: str
    means: Mapping[str, GroupMean]
    welch: Welch | Unavailable
    pairs: tuple[Pair, ...] | Unavailable


@dataclass(frozen=True, slots=True)
class GroupComparison:
    """One grouping. ``n_unclassified`` respondents are in no group: no answer, or in a gap of the scheme.

    ``constructs`` compares scores, ``invariance`` the model (measurement, paths and means),
    ``interactions`` those of the model on scores.
    """

    by: str
    label: Text
    source: Literal["answer", "followers"]
    scheme: str | None
    n_unclassified: int
    n_unanswered: int
    groups: tuple[Group, ...]
    too_small: tuple[Group, ...]
    constructs: tuple[ConstructComparison, ...]
    invariance: GroupInvariance | Unavailable = NO_MODEL
    interactions: ScoreInteractions | Unavailable | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    minimum: int
    ci: float
    scores: Mapping[str, ScoreCount]
    groupings: tuple[GroupComparison, ...]
    problems: tuple[Problem, ...]


def compare_groups(
    values: pd.DataFrame,
    variables: pd.DataFrame,
    instrument: Instrument,
    groups: Sequence[GroupBy | TierGrouping],
    *,
    second_order: Mapping[str, Sequence[str]] | None = None,
    minimum: int = 20,
    ci: float = 0.95,
) -> Comparison:
    """Compare every construct of the instrument over every grouping the study names.

    values: coded answers (n, items), reverse-keyed items reversed, NaN where missing. variables: the other
    columns of the same rows. minimum: groups with fewer respondents are named and left out before anything is
    tested. second_order: parts of each second-order construct, the instrument's own if not given.
    Raises TamError if a grouping's column is missing.
    """
    splits = make_splits(variables, instrument, groups)
    parts = instrument.second_order() if second_order is None else second_order
    scores, counts = construct_scores(values, instrument.first_order(), parts)
    codes = score_codes(instrument, parts)
    compared = [compare(scores, split, minimum=minimum, ci=ci, codes=codes) for split in splits]
    problems = tuple(one for _, found in compared for one in found)
    return Comparison(minimum, ci, counts, tuple(one for one, _ in compared), problems)


def with_models(
    found: Comparison,
    invariance: Sequence[GroupInvariance | Unavailable],
    interactions: Sequence[ScoreInteractions | Unavailable | None],
    problems: Sequence[Problem],
) -> Comparison:
    """The comparison with what ``grouped_structure`` and ``grouped_interactions`` found over the same
    groupings, in the same order."""
    groupings = tuple(
        replace(one, invariance=model, interactions=products)
        for one, model, products in zip(found.groupings, invariance, interactions)
    )
    return replace(found, groupings=groupings, problems=(*found.problems, *problems))


def construct_scores(
    values: pd.DataFrame, first_order: Mapping[str, Sequence[str]], second_order: Mapping[str, Sequence[str]]
) -> tuple[pd.DataFrame, dict[str, ScoreCount]]:
    """Scores (n, constructs) as means of the answered items, where at least half of the items are answered.

    A second-order construct is the mean of its parts' scores, where at least half of the parts have one.
    """
    scores = pd.DataFrame(index=values.index)
    counts: dict[str, ScoreCount] = {}
    for construct, items in first_order.items():
        scores[construct], counts[construct] = _mean_of(values[list(items)])
    for construct, parts in second_order.items():
        scores[construct], counts[construct] = _mean_of(scores[list(parts)])
    return scores, counts


def _mean_of(columns: pd.DataFrame) -> tuple[pd.Series[float], ScoreCount]:
    answered, width = columns.notna().sum(axis=1), columns.shape[1]
    scored = 2 * answered >= width
    complete = int((answered == width).sum())
    count = ScoreCount(complete, int(scored.sum()) - complete, int((~scored).sum()))
    return columns.mean(axis=1).where(scored), count


def compare(
    scores: pd.DataFrame,
    split: Split,
    *,
    minimum: int = 20,
    ci: float = 0.95,
    codes: Mapping[str, tuple[float, ...]] | None = None,
) -> tuple[GroupComparison, list[Problem]]:
    """Compare every column of ``scores`` (n, constructs) over the groups of ``split`` that are large enough.

    The rows of ``scores`` and of ``split.members`` are the same respondents in the same order. codes: the
    answers that the items of each construct offer, for the shares at the top of the scale.
    """
    members, n_unclassified = split.members, int(split.members.isna().sum())
    sizes = {one: int((members == one).sum()) for one in split.labels}
    problems = _split_problems(split, sizes, minimum, n_unclassified)
    if len(sizes) > MOST_GROUPS:
        sizes = {}
    groups = tuple(Group(one, split.labels[one], n) for one, n in sizes.items() if n >= minimum)
    too_small = tuple(Group(one, split.labels[one], n) for one, n in sizes.items() if n < minimum)
    names = [group.id for group in groups]
    tested = scores.columns if len(names) > 1 else ()
    offered = codes or {}
    compared = [_compare_construct(scores[c], members, names, ci, offered.get(str(c), ())) for c in tested]
    result = GroupComparison(
        by=split.by,
        label=split.label,
        source=split.source,
        scheme=split.scheme,
        n_unclassified=n_unclassified,
        n_unanswered=split.n_unanswered,
        groups=groups,
        too_small=too_small,
        constructs=tuple(_holm(compared)),
    )
    return result, problems


def _split_problems(split: Split, sizes: Mapping[str, int], minimum: int, unclassified: int) -> list[Problem]:
    place, found = Where(column=split.by), []
    if len(sizes) > MOST_GROUPS:
        return [problem("too-many-groups", place, name=split.by, groups=len(sizes), most=MOST_GROUPS)]
    small = [f"{split.labels[one].get('en')} ({n})" for one, n in sizes.items() if n < minimum]
    gap = unclassified - split.n_unanswered
    if small:
        found.append(problem("group-too-small", place, name=split.by, groups=small, minimum=minimum))
    if gap:
        found.append(problem("followers-in-a-gap", place, name=split.by, n=gap, scheme=split.scheme))
    if len(sizes) - len(small) < 2:
        found.append(problem("too-few-groups", place, name=split.by, minimum=minimum))
    return found


def _compare_construct(
    scores: pd.Series[float],
    members: pd.Series[str],
    names: Sequence[str],
    ci: float,
    codes: Sequence[float],
) -> ConstructComparison:
    """Means, Welch's test and the pairs of one construct over the groups ``names``."""
    by_group = {one: _scores_of(scores, members, one) for one in names}
    means = {one: group_mean(found, ci, codes) for one, found in by_group.items() if len(found)}
    reason = _untestable(by_group)
    if reason is not None:
        return ConstructComparison(str(scores.name), means, reason, reason)
    table = pd.DataFrame(
        {
            "score": np.concatenate(list(by_group.values())),
            "group": pd.Categorical(
                [one for one, found in by_group.items() for _ in found], list(names), ordered=True
            ),
        }
    )
    return ConstructComparison(str(scores.name), means, _welch(table), _pairs(table, by_group, ci))


def _scores_of(scores: pd.Series[float], members: pd.Series[str], group: str) -> Floats:
    return np.asarray(scores[members == group].dropna(), dtype=np.float64)


def score_codes(
    instrument: Instrument, second_order: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, ...]]:
    """The answers that the items of each construct offer; none where they differ."""
    first = instrument.first_order()
    beneath = {name: [item for part in parts for item in first[part]] for name, parts in second_order.items()}
    found = {
        name: {scale_codes(instrument.scales[instrument.items[item].scale]) for item in items}
        for name, items in {**first, **beneath}.items()
    }
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1}


def group_mean(scores: Floats, ci: float = 0.95, codes: Sequence[float] = ()) -> GroupMean:
    """Mean of (n,) scores with the interval mean +- t(n - 1) sd / sqrt(n). Peer: ``t.test(x)$conf.int``."""
    from scipy.special import stdtrit

    n, mean = len(scores), float(np.mean(scores))
    top = top_two(scores, codes, ci) if codes else NO_COMMON_SCALE
    if n < 2:
        reason = Unavailable("the group has one score")
        return GroupMean(n, mean, reason, reason, reason, top)
    sd = float(np.std(scores, ddof=1))
    reach = float(stdtrit(n - 1, 0.5 + ci / 2)) * sd / math.sqrt(n)
    return GroupMean(n, mean, sd, mean - reach, mean + reach, top)


def _untestable(by_group: Mapping[str, Floats]) -> Unavailable | None:
    for one, scores in by_group.items():
        if len(scores) < LEAST_SCORES:
            return Unavailable(f"the group {one} has {len(scores)} scores; {LEAST_SCORES} are needed")
        if np.ptp(scores) == 0:
            return Unavailable(f"all scores of the group {one} are the same")
    return None


def _welch(table: pd.DataFrame) -> Welch:
    """Welch's test by pingouin, omega squared = df1 (F - 1) / (df1 (F - 1) + n). Peer: ``oneway.test``."""
    import pingouin

    row = _plain_names(pingouin.welch_anova(data=table, dv="score", between="group")).iloc[0]
    f, df1, p = float(row["F"]), float(row["ddof1"]), float(row["p_unc"])
    excess = df1 * (f - 1.0)
    return Welch(f, df1, float(row["ddof2"]), p, p, float(row["np2"]), excess / (excess + len(table)))


def _pairs(table: pd.DataFrame, by_group: Mapping[str, Floats], ci: float) -> tuple[Pair, ...]:
    """All pairs by pingouin, with intervals of the difference from the same distribution as the p values."""
    import pingouin

    rows = _plain_names(pingouin.pairwise_gameshowell(data=table, dv="score", between="group"))
    pairs = []
    for row in rows.to_dict("records"):
        a, b, diff, se, df = str(row["A"]), str(row["B"]), row["diff"], row["se"], row["df"]
        p, reach = float(row["pval"]), studentized_range_quantile(ci, len(by_group), df) / math.sqrt(2.0) * se
        method: Literal["games-howell", "none"] = "games-howell"
        if len(by_group) == 2:
            test = _plain_names(pingouin.ttest(by_group[a], by_group[b], correction=True))
            p, method = float(test["p_val"].iloc[0]), "none"
        pairs.append(Pair(a, b, diff, se, row["T"], df, p, method, row["hedges"], diff - reach, diff + reach))
    return tuple(pairs)


def _plain_names(frame: pd.DataFrame) -> pd.DataFrame:
    """pingouin wrote ``p-unc`` before version 0.6 and writes ``p_unc`` since."""
    return frame.rename(columns=lambda name: str(name).replace("-", "_"))


def _holm(compared: Sequence[ConstructComparison]) -> list[ConstructComparison]:
    """Adjust the p values of Welch's tests over the constructs of one grouping."""
    import pingouin

    tested = [one.welch.p for one in compared if isinstance(one.welch, Welch)]
    adjusted = iter(pingouin.multicomp(tested, method="holm")[1] if tested else ())
    return [
        replace(one, welch=replace(one.welch, p_holm=float(next(adjusted))))
        if isinstance(one.welch, Welch)
        else one
        for one in compared
    ]
