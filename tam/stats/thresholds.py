"""Thresholds: where the categories of an ordered answer cut a standard normal response.

Answer c is given when the latent response lies between threshold c - 1 and c; the thresholds follow from the
shares of answers at or below each category. Source: Olsson (1979), Maximum likelihood estimation of the
polychoric correlation coefficient; Muthen (1984), A general structural equation model with dichotomous,
ordered categorical and continuous latent variable indicators.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tam.stats.bivariate_normal import FAR

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


#: Whole numbers within this span are counted; others are sorted first, which takes ten times as long.
SPAN = 1000


def answers(column: Floats) -> tuple[Floats, Integers, Floats]:
    """The different answers in ascending order (c,), each case's place among them (n,), their counts (c,)."""
    low, high = float(column.min()), float(column.max())
    whole = column.astype(np.intp) if high - low <= SPAN and abs(low) < 1e9 else None
    if whole is None or not (whole == column).all():
        found, codes, counts = np.unique(column, return_inverse=True, return_counts=True)
        return found, codes, counts.astype(np.float64)
    shifted = whole - int(low)
    counts = np.bincount(shifted)
    place = np.cumsum(counts > 0) - 1
    seen = np.flatnonzero(counts)
    found = seen.astype(np.float64) + low
    return found, place[shifted], counts[seen].astype(np.float64)


def thresholds(counts: Floats) -> Floats:
    """Phi^-1 of the cumulative shares: ``counts`` (c,) answers per category, all > 0 -> (c - 1,) ascending.

    Peer: ``lavaan::lavInspect(fit, "sampstat")$th``.
    """
    cumulative = np.cumsum(counts)
    return np.asarray(ndtri(cumulative[:-1] / cumulative[-1]))


def padded(cuts: Floats, width: int) -> Floats:
    """The cuts (c - 1,), then far points up to length ``width``: absent categories get no share."""
    return np.concatenate([cuts, np.full(width - len(cuts), FAR)])


def threshold_scores(cuts: Floats) -> Floats:
    """Derivative of log P(answer) to each threshold: (c, c - 1), a row per category.

    With p the share of each category and f the normal density at the thresholds, the score of threshold m
    is f_m / p_m for answer m, -f_m / p_(m+1) for the answer above it, 0 elsewhere.
    """
    shares = np.diff(ndtr(np.concatenate([[-np.inf], cuts, [np.inf]])))
    density = normal_density(cuts)
    scores = np.zeros((len(cuts) + 1, len(cuts)))
    at = np.arange(len(cuts))
    scores[at, at] = density / shares[:-1]
    scores[at + 1, at] = -density / shares[1:]
    return scores


def normal_density(x: Floats) -> Floats:
    """The standard normal density."""
    return np.asarray(np.exp(-0.5 * x * x) / np.sqrt(2.0 * np.pi))
