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
from tam.stats.polychoric import LIMIT, MOST_ITERATIONS, STILL, TINY
from tam.stats.thresholds import normal_density

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]


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


def polyserial(codes: Integers, cuts: Floats, z: Floats, deviation: float) -> PairScores:
    """Correlation of an ordered with a continuous variable, ordered first.

    Parameters: ``codes`` (n,) categories from 0; ``cuts`` (c - 1,) thresholds; ``z`` (n,) standardised with
    divisor n; ``deviation`` the standard deviation of x. Peer: ``lavaan::lavCor``.
    """
    bounds = np.concatenate([[-FAR], cuts, [FAR]])
    upper, lower = bounds[codes + 1], bounds[codes]
    correlation = _most_likely(upper, lower, z, _start(codes, cuts, z))
    rest = np.sqrt((1.0 - correlation) * (1.0 + correlation))
    probability, high, low = _cell(upper, lower, z, correlation)
    score = _slope(upper, lower, z, correlation)
    by_cut = np.zeros((len(z), len(cuts)))
    case = np.arange(len(z))
    above, below = codes < len(cuts), codes > 0
    by_cut[case[above], codes[above]] = (high / (rest * probability))[above]
    by_cut[case[below], codes[below] - 1] = -(low / (rest * probability))[below]
    pull = correlation / rest * (high - low) / probability
    by_mean = (z + pull) / deviation
    by_variance = (z * z - 1.0 + z * pull) / (2.0 * deviation**2)
    return PairScores(correlation, score, by_cut, np.column_stack([by_mean, by_variance]))


def _start(codes: Integers, cuts: Floats, z: Floats) -> float:
    """Olsson's moment estimate: r_xy * sd(y) / sum of densities at the thresholds, kept within reach."""
    spread = float(np.std(codes))
    plain = float(np.mean((codes - codes.mean()) * z)) / spread
    return float(np.clip(plain * spread / normal_density(cuts).sum(), -0.9, 0.9))


def _cell(upper: Floats, lower: Floats, z: Floats, r: float) -> tuple[Floats, Floats, Floats]:
    """P(answer | z) and the densities at its upper and lower end, (n,) each; the far ends have none."""
    rest = np.sqrt((1.0 - r) * (1.0 + r))
    u, v = (upper - r * z) / rest, (lower - r * z) / rest
    # Of two upper tails the difference is taken on the other side, where digits are left.
    turned = v > 0
    probability = np.where(turned, ndtr(-v) - ndtr(-u), ndtr(u) - ndtr(v))
    high = np.where(upper < FAR, normal_density(u), 0.0)
    low = np.where(lower > -FAR, normal_density(v), 0.0)
    return np.maximum(probability, TINY), high, low


def _slope(upper: Floats, lower: Floats, z: Floats, r: float) -> Floats:
    """d log P(answer | z) / d r per case: [phi(u)(tau_u r - z) - phi(v)(tau_v r - z)] / (P (1 - r^2)^1.5)."""
    probability, high, low = _cell(upper, lower, z, r)
    moved = high * (upper * r - z) - low * (lower * r - z)
    return np.asarray(moved / (probability * (1.0 - r * r) ** 1.5))


def _most_likely(upper: Floats, lower: Floats, z: Floats, start: float) -> float:
    """Newton on atanh(r) with the slope's own finite curvature replaced by the scores' squares when bent."""
    furthest = float(np.arctanh(LIMIT))
    at, step, value = float(np.arctanh(start)), 0.0, -np.inf
    for _ in range(MOST_ITERATIONS):
        r = float(np.tanh(at))
        found = float(np.log(_cell(upper, lower, z, r)[0]).sum())
        if found < value - 1e-9 * abs(value):
            step /= 2.0
            at -= step
            continue
        value = found
        slope, curvature = _slope_and_curvature(upper, lower, z, r)
        step = float(np.clip(at + np.clip(slope / curvature, -0.7, 0.7), -furthest, furthest)) - at
        at += step
        if abs(step) < STILL:
            break
    return float(np.tanh(at))


def _slope_and_curvature(upper: Floats, lower: Floats, z: Floats, r: float) -> tuple[float, float]:
    """Slope of the log-likelihood on atanh(r) and minus its second derivative (or the scores' squares)."""
    probability, high, low = _cell(upper, lower, z, r)
    rest = 1.0 - r * r
    root = np.sqrt(rest)
    u, v = (upper - r * z) / root, (lower - r * z) / root
    du, dv = (upper * r - z) / rest**1.5, (lower * r - z) / rest**1.5
    # d2u/dr2 = tau / (1 - r^2)^1.5 + 3 r du / (1 - r^2)
    ddu, ddv = upper / rest**1.5 + 3.0 * r * du / rest, lower / rest**1.5 + 3.0 * r * dv / rest
    moved = (high * du - low * dv) / probability
    bent = (high * (ddu - u * du * du) - low * (ddv - v * dv * dv)) / probability
    slope, squares = float(moved.sum()), float((moved * moved).sum())
    observed = rest * rest * (squares - float(bent.sum())) + 2.0 * r * rest * slope
    fallback = max(rest * rest * squares, 1e-12)
    return rest * slope, observed if observed > 0.1 * fallback else fallback


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
