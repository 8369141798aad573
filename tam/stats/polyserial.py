"""Polyserial correlations (ordered with continuous) and the casewise scores of continuous variables.

Two steps (Olsson, Drasgow and Dorans, 1982, The polyserial correlation coefficient): mean, variance and
thresholds from each variable alone, then the correlation that makes the pair most likely. A continuous
variable enters as z = (x - mean) / sd with the divisor n.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from tam.stats.bivariate_normal import FAR
from tam.stats.correlation_search import most_likely, on_atanh
from tam.stats.thresholds import normal_density

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

#: An answer that has no probability given z: keeps its logarithm finite.
TINY = 1e-30


@dataclass(frozen=True, slots=True)
class PairScores:
    """A pair's correlation and its casewise scores.

    ``correlation`` r; ``score`` (n,) d log L / d r; ``first``, ``second`` (n, own statistics): d log L of the
    pair to the statistics of each variable alone: thresholds, or mean and variance.
    """

    correlation: float
    score: Floats
    first: Floats
    second: Floats


def moment_scores(z: Floats, deviation: float) -> Floats:
    """Scores (n, 2) of mean and variance of a normal variable with standard deviation ``deviation``."""
    return np.column_stack([z / deviation, (z * z - 1.0) / (2.0 * deviation**2)])


@dataclass(frozen=True, slots=True)
class SerialScores:
    """As ``PairScores``, by the ends of each case's answer: ``by_upper``, ``by_lower`` (n,) and ``moments``
    (n, 2): mean and variance of the continuous variable."""

    correlation: float
    score: Floats
    by_upper: Floats
    by_lower: Floats
    moments: Floats


def polyserial(codes: Integers, cuts: Floats, z: Floats, deviation: float) -> PairScores:
    """Correlation of an ordered with a continuous variable, ordered first.

    Parameters: ``codes`` (n,) categories from 0; ``cuts`` (c - 1,) thresholds; ``z`` (n,) standardised with
    divisor n; ``deviation`` the standard deviation of x. Peer: ``lavaan::lavCor``.
    """
    bounds = np.concatenate([[-FAR], cuts, [FAR]])
    start = _start(codes, z, float(normal_density(cuts).sum()))
    found = polyserial_between(bounds[codes + 1], bounds[codes], z, deviation, start)
    by_cut = np.zeros((len(z), len(cuts)))
    case = np.arange(len(z))
    above, below = codes < len(cuts), codes > 0
    by_cut[case[above], codes[above]] = found.by_upper[above]
    by_cut[case[below], codes[below] - 1] = found.by_lower[below]
    return PairScores(found.correlation, found.score, by_cut, found.moments)


def polyserial_between(
    upper: Floats, lower: Floats, z: Floats, deviation: float, start: float
) -> SerialScores:
    """The same from the ends ``upper`` and ``lower`` (n,) of each case's answer on its latent response."""
    found = most_likely(lambda _, r: _likelihood(upper, lower, z, float(r[0])), np.array([start]))
    r = float(found[0])
    rest = np.sqrt((1.0 - r) * (1.0 + r))
    probability, high, low = _cell(upper, lower, z, r)
    moved = high * (upper * r - z) - low * (lower * r - z)
    pull = r / rest * (high - low) / probability
    moments = np.column_stack([z + pull, (z * z - 1.0 + z * pull) / (2.0 * deviation)]) / deviation
    return SerialScores(
        correlation=r,
        score=moved / (probability * rest**3),
        by_upper=high / (rest * probability),
        by_lower=-low / (rest * probability),
        moments=moments,
    )


def _start(codes: Integers, z: Floats, densities: float) -> float:
    """Olsson's moment estimate, cov(y, z) / sum of densities at the thresholds, kept within reach."""
    return float(np.clip(np.mean((codes - codes.mean()) * z) / densities, -0.9, 0.9))


def _cell(upper: Floats, lower: Floats, z: Floats, r: float) -> tuple[Floats, Floats, Floats]:
    """P(answer | z) and the densities at its upper and lower end, (n,) each; the far ends have none."""
    rest = np.sqrt((1.0 - r) * (1.0 + r))
    u, v = (upper - r * z) / rest, (lower - r * z) / rest
    # Of two upper tails the difference is taken on the other side, where digits are left.
    probability = np.where(v > 0, ndtr(-v) - ndtr(-u), ndtr(u) - ndtr(v))
    high = np.where(upper < FAR, normal_density(u), 0.0)
    low = np.where(lower > -FAR, normal_density(v), 0.0)
    return np.maximum(probability, TINY), high, low


def _likelihood(upper: Floats, lower: Floats, z: Floats, r: float) -> tuple[Floats, Floats, Floats]:
    """Log-likelihood of the answers given z, its slope and curvature on atanh(r), (1,) each."""
    probability, high, low = _cell(upper, lower, z, r)
    rest = 1.0 - r * r
    root = np.sqrt(rest)
    u, v = (upper - r * z) / root, (lower - r * z) / root
    du, dv = (upper * r - z) / rest**1.5, (lower * r - z) / rest**1.5
    # d2u/dr2 = tau / (1 - r^2)^1.5 + 3 r du / (1 - r^2)
    ddu, ddv = upper / rest**1.5 + 3.0 * r * du / rest, lower / rest**1.5 + 3.0 * r * dv / rest
    moved = (high * du - low * dv) / probability
    bent = (high * (ddu - u * du * du) - low * (ddv - v * dv * dv)) / probability
    squares = np.array([np.sum(moved * moved)])
    slope, curvature = on_atanh(np.array([r]), np.array([moved.sum()]), squares - bent.sum(), squares)
    return np.array([np.log(probability).sum()]), slope, curvature


def pearson(z: Floats, w: Floats, deviation_z: float, deviation_w: float) -> PairScores:
    """Product-moment correlation of two continuous variables (standardised, divisor n) with its scores."""
    r = float(np.mean(z * w))
    rest = (1.0 - r) * (1.0 + r)
    score = r / rest + (z * w * (1.0 + r * r) - r * (z * z + w * w)) / rest**2
    return PairScores(r, score, _normal_pair(z, w, r, deviation_z), _normal_pair(w, z, r, deviation_w))


def _normal_pair(z: Floats, other: Floats, r: float, deviation: float) -> Floats:
    """Scores (n, 2) of mean and variance of z in the bivariate normal likelihood."""
    pull = (z - r * other) / (1.0 - r * r)
    return np.column_stack([pull / deviation, (z * pull - 1.0) / (2.0 * deviation**2)])
