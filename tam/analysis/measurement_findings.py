"""What is worth saying about the scales: findings, not verdicts. Only what cannot be trusted fails a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from tam.analysis.joint_measurement import JointMeasurement
from tam.analysis.scale_reliability import ScaleReliability, complete_answers
from tam.errors import Problem, Unavailable, Where, problem
from tam.stats.descriptives import constant_columns, correlation_matrix, covariance_matrix
from tam.stats.validity import Table

if TYPE_CHECKING:
    import pandas as pd

# Conventions, shown and explained as such: Nunnally (1978); Fornell & Larcker (1981); Henseler et al. (2015).
ALPHA, AVE, HTMT_STRICT, HTMT_LENIENT, SMALL_SAMPLE = 0.70, 0.50, 0.85, 0.90, 100


def findings(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    reversed_items: Collection[str],
    scales: Mapping[str, ScaleReliability],
    joint: JointMeasurement,
    fornell_larcker: Table,
) -> tuple[Problem, ...]:
    """All findings, the gravest first."""
    found: list[Problem] = []
    for name, items in constructs.items():
        found += constant_items(values, name, items)
        found += direction_problems(values, name, items, reversed_items, scales[name])
        found += size_problems(name, scales[name])
    found += joint.cfa.problems
    for name, scale in scales.items():
        found += convention_problems(name, scale)
    found += distinctness_problems(joint.htmt, fornell_larcker)
    if 3 <= joint.n < SMALL_SAMPLE:
        found.append(problem("small-sample", n=joint.n, limit=SMALL_SAMPLE))
    gravity = {"error": 0, "warning": 1, "note": 2}
    return tuple(sorted(found, key=lambda one: gravity[one.severity]))


def constant_items(values: pd.DataFrame, construct: str, items: Sequence[str]) -> list[Problem]:
    """Items that everybody who answered them answered alike."""
    found = []
    for item in items:
        given = values[item].dropna()
        if len(given) and given.min() == given.max():
            found.append(
                problem(
                    "constant-item",
                    Where(item=item),
                    item=item,
                    construct=construct,
                    value=f"{given.iloc[0]:g}",
                )
            )
    return found


def direction_problems(
    values: pd.DataFrame,
    construct: str,
    items: Sequence[str],
    reversed_items: Collection[str],
    scale: ScaleReliability,
) -> list[Problem]:
    """Items that correlate negatively with the rest of their scale: which of them is the odd one?"""
    negative = {
        item: found.item_rest_r
        for item, found in scale.items.items()
        if not isinstance(found.item_rest_r, Unavailable) and found.item_rest_r < 0
    }
    if not negative:
        return []
    odd = odd_items(values, items, tuple(negative))
    if not odd:
        return [problem("items-run-against-each-other", construct=construct, items=tuple(items))]
    return [_direction_problem(item, construct, scale, item in reversed_items) for item in odd]


def _direction_problem(item: str, construct: str, scale: ScaleReliability, is_reversed: bool) -> Problem:
    code = "item-probably-reversed-twice" if is_reversed else "item-probably-not-reversed"
    rest = scale.items[item].item_rest_r
    shown = rest.reason if isinstance(rest, Unavailable) else f"{rest:.2f}"
    return problem(code, Where(item=item), item=item, construct=construct, correlation=shown)


def odd_items(values: pd.DataFrame, items: Sequence[str], negative: Sequence[str]) -> tuple[str, ...]:
    """The minority of items that points against the others, () where neither side is the smaller.

    An item that was not reversed makes its fellows' correlations with the rest small or negative too, so the
    signs on the first principal axis of the correlations tell the sides; ``negative`` decides where they all
    agree.
    """
    answers = complete_answers(values, items)
    varying = [item for item, constant in zip(items, constant_columns(answers)) if not constant]
    correlation = correlation_matrix(
        covariance_matrix(complete_answers(values[list(items)].dropna(), varying))
    )
    axis = np.linalg.eigh(correlation)[1][:, -1]
    sides = [tuple(i for i, a in zip(varying, axis) if bool(a < 0) is side) for side in (True, False)]
    smaller = min(sides, key=len)
    if not smaller:
        smaller = tuple(negative)
    return smaller if 2 * len(smaller) < len(varying) else ()


def size_problems(construct: str, scale: ScaleReliability) -> list[Problem]:
    """Scales too short, or with too few answers, for their coefficients."""
    found = []
    if scale.n < 3:
        found.append(problem("too-few-complete-answers", construct=construct, n=scale.n))
    if scale.k == 1:
        found.append(problem("single-item-scale", construct=construct))
    if scale.k == 2 and not isinstance(scale.alpha_std, Unavailable):
        found.append(problem("two-item-scale", construct=construct, spearman_brown=f"{scale.alpha_std:.3f}"))
    return found


def convention_problems(construct: str, scale: ScaleReliability) -> list[Problem]:
    """Coefficients below the usual conventions."""
    found = []
    if not isinstance(scale.alpha, Unavailable) and 0 <= scale.alpha < ALPHA:
        found.append(
            problem("low-alpha", construct=construct, alpha=f"{scale.alpha:.3f}", limit=f"{ALPHA:.2f}")
        )
    if not isinstance(scale.ave, Unavailable) and scale.ave < AVE:
        found.append(problem("low-ave", construct=construct, ave=f"{scale.ave:.3f}", limit=f"{AVE:.2f}"))
    return found


def distinctness_problems(htmt: Table, fornell_larcker: Table) -> list[Problem]:
    """Pairs of constructs that may be one."""
    found = []
    names = list(htmt)
    for a, b in ((a, b) for i, a in enumerate(names) for b in names[i + 1 :]):
        ratio, latent = htmt[a][b], fornell_larcker[a][b]
        if not isinstance(ratio, Unavailable) and ratio > HTMT_STRICT:
            code = "htmt-above-90" if ratio > HTMT_LENIENT else "htmt-above-85"
            found.append(problem(code, a=a, b=b, htmt=f"{ratio:.3f}"))
        if isinstance(latent, Unavailable):
            continue
        for one in (a, b):
            root = fornell_larcker[one][one]
            if not isinstance(root, Unavailable) and abs(latent) > root:
                found.append(
                    problem(
                        "fornell-larcker-not-met",
                        construct=one,
                        other=b if one == a else a,
                        correlation=f"{abs(latent):.3f}",
                        root=f"{root:.3f}",
                    )
                )
    return found
