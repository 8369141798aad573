"""Means, standard deviations and correlations of the observed construct scores: the classic first table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.errors import Unavailable

if TYPE_CHECKING:
    import pandas as pd

FEW = "fewer than three respondents have a score on every construct"
CONSTANT = "the scores of {construct} do not vary"


@dataclass(frozen=True, slots=True)
class ScoreCorrelation:
    """``r`` of the scores of ``a`` and ``b`` in [-1, 1], ``p`` two-sided."""

    a: str
    b: str
    r: float
    p: float


@dataclass(frozen=True, slots=True)
class ScoreMoments:
    """Mean and standard deviation (divisor n - 1) of one construct's scores, in the units of its items."""

    construct: str
    mean: float
    sd: float


@dataclass(frozen=True, slots=True)
class ScoreCorrelations:
    """Of ``n`` respondents with a score on every construct; each of ``pairs`` once."""

    n: int
    constructs: tuple[ScoreMoments, ...]
    pairs: tuple[ScoreCorrelation, ...]


def score_correlations(
    values: pd.DataFrame, first_order: Mapping[str, Sequence[str]], second_order: Mapping[str, Sequence[str]]
) -> ScoreCorrelations | Unavailable:
    """Of the answers (n, items): scores are those that groups are compared on (``construct_scores``)."""
    import numpy as np

    from tam.analysis.comparison import construct_scores
    from tam.stats.correlations import pearson

    scores = construct_scores(values, first_order, second_order)[0].dropna()
    if len(scores) < 3:
        return Unavailable(FEW)
    table = scores.to_numpy(dtype=np.float64)
    names = [str(name) for name in scores.columns]
    means, sds = table.mean(axis=0), table.std(axis=0, ddof=1)
    still = [name for name, sd in zip(names, sds) if not sd > 0]
    if still:
        return Unavailable(CONSTANT.format(construct=still[0]))
    r, p = pearson(table)
    return ScoreCorrelations(
        len(table),
        tuple(ScoreMoments(name, float(m), float(s)) for name, m, s in zip(names, means, sds)),
        tuple(
            ScoreCorrelation(names[j], names[i], float(r[i, j]), float(p[i, j]))
            for i in range(len(names))
            for j in range(i)
        ),
    )
