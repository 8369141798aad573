"""How sure are the heterotrait-monotrait ratios: delta-method and bootstrap intervals from the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats.resampling import LARGEST_BLOCK, bootstrap_interval, draw_counts, resampled_moments

Array = NDArray[np.float64]
Value = float | Unavailable

NO_VARIATION = "every complete respondent gave the same answer to an item"
TOO_FEW_DRAWS = "too few bootstrap samples gave a value"
NO_RATIO = "the ratio needs two or more items in each scale and correlations that are not zero"


@dataclass(frozen=True, slots=True)
class RatioInterval:
    """A ratio of two scales with its delta-method standard error and both intervals; ``draws`` used."""

    a: str
    b: str
    est: Value
    se: Value
    delta_ci_low: Value
    delta_ci_high: Value
    ci_low: Value
    ci_high: Value
    draws: int


def ratios(correlations: Array, blocks: Mapping[str, Sequence[int]], *, geometric: bool) -> Array:
    """(r, q) ratios of the q pairs of scales, in the order of ``combinations``, NaN where there is none.

    correlations: (r, p, p), a stack; blocks: the rows of each scale. The same values as
    ``tam.stats.validity.htmt`` (arithmetic means) and ``htmt2`` (geometric means), all matrices at once.
    """
    size = np.abs(correlations)
    places = {name: np.asarray(rows, dtype=np.intp) for name, rows in blocks.items()}
    with np.errstate(divide="ignore", invalid="ignore"):
        within = {}
        for name, rows in places.items():
            i, j = np.tril_indices(len(rows), -1)
            within[name] = _means(size[:, rows[i], rows[j]], geometric)
        columns = [
            _means(size[:, places[a][:, None], places[b]].reshape(len(size), -1), geometric)
            / np.sqrt(within[a] * within[b])
            for a, b in combinations(blocks, 2)
        ]
    found = np.stack(columns, axis=1) if columns else np.empty((len(size), 0))
    return np.where(np.isfinite(found), found, np.nan)


def _means(values: Array, geometric: bool) -> Array:
    """(r,) means along the rows, NaN for rows of no length."""
    if values.shape[1] == 0:
        return np.full(len(values), np.nan)
    return np.asarray(np.exp(np.log(values).mean(axis=1)) if geometric else values.mean(axis=1))


def slopes(correlation: Array, blocks: Mapping[str, Sequence[int]], *, geometric: bool) -> Array:
    """(q, p, p) derivative of each ratio by each correlation, lower triangle and upper alike half of it.

    A ratio is exp(l_ab - (l_a + l_b)/2) of log means, so its slope is the ratio times those of the log means.
    """
    value = ratios(correlation[None], blocks, geometric=geometric)[0]
    p = len(correlation)
    sides = {
        (a, b): _log_mean_slope(correlation, blocks[a], blocks[b], geometric)
        for i, a in enumerate(blocks)
        for b in list(blocks)[i:]
    }
    rows = [
        one * (sides[a, b] - (sides[a, a] + sides[b, b]) / 2)
        for one, (a, b) in zip(value, combinations(blocks, 2))
    ]
    return np.stack(rows) if rows else np.empty((0, p, p))


def _log_mean_slope(
    correlation: Array, rows: Sequence[int], columns: Sequence[int], geometric: bool
) -> Array:
    """(p, p) symmetric derivative of the log of a mean absolute correlation; each r_ij counted twice."""
    mask = np.zeros_like(correlation)
    mask[np.ix_(list(rows), list(columns))] = 1.0
    mask = np.maximum(mask, mask.T) * (1 - np.eye(len(correlation)))
    total = mask.sum()
    if total == 0:
        return np.full_like(correlation, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        if geometric:
            return np.asarray(np.where(mask > 0, 1.0 / correlation, 0.0) / total)
        return np.asarray(mask * np.sign(correlation) / float((mask * np.abs(correlation)).sum()))


def ratio_standard_errors(
    answers: Array, blocks: Mapping[str, Sequence[int]], *, geometric: bool = False
) -> Array:
    """(q,) delta-method standard errors of the ratios, without an assumption of normal answers.

    A respondent with standard scores z moves r_ij by z_i z_j - r_ij (z_i^2 + z_j^2) / 2 over n (the
    distribution-free covariance of correlations: Steiger & Hakstian 1982, British Journal of Mathematical and
    Statistical Psychology 35, 208-215); a ratio moves by its slopes times that, and the standard error is the
    root of the sum of squares. answers: (n, p) without gaps; divisors n.
    Peer: lavaan, saturated model with the ratio defined by ``:=``, ``se = "robust.sem"``.
    """
    centred = answers - answers.mean(axis=0)
    scores = centred / np.sqrt((centred**2).mean(axis=0))
    correlation = scores.T @ scores / len(scores)
    moves = []
    for slope in slopes(correlation, blocks, geometric=geometric):
        pull = (slope * correlation).sum(axis=1)
        moves.append(((scores @ slope) * scores).sum(axis=1) - scores**2 @ pull)
    influence = np.stack(moves) if moves else np.empty((0, len(answers)))
    return np.asarray(np.sqrt((influence**2).sum(axis=1)) / len(answers))


def ratio_intervals(
    answers: Array,
    blocks: Mapping[str, Sequence[int]],
    *,
    ci: float = 0.95,
    seed: int = 1,
    draws: int = 1000,
) -> tuple[tuple[RatioInterval, ...], tuple[RatioInterval, ...]]:
    """Every pair of scales: HTMT and HTMT2, each with a delta-method and a bootstrap interval (percentile).

    answers: (n, p) without gaps. draws: resamples of the respondents, the same for both ratios; only their
    moments are computed. A sample in which an item does not vary gives no value and is not used.
    Henseler, Ringle & Sarstedt (2015), Journal of the Academy of Marketing Science 43, 115-135.
    """
    centred = answers - answers.mean(axis=0)
    scale = np.sqrt((centred**2).mean(axis=0))
    if not (scale > 0).all():
        gone = Unavailable(NO_VARIATION)
        none = tuple(
            RatioInterval(a, b, gone, gone, gone, gone, gone, gone, 0) for a, b in combinations(blocks, 2)
        )
        return none, none
    standard = centred / scale
    drawn = bootstrap_ratios(standard, blocks, seed=seed, draws=draws)
    return (
        _intervals(standard, blocks, drawn[0], ci, geometric=False),
        _intervals(standard, blocks, drawn[1], ci, geometric=True),
    )


def _intervals(
    standard: Array, blocks: Mapping[str, Sequence[int]], drawn: Array, ci: float, *, geometric: bool
) -> tuple[RatioInterval, ...]:
    from scipy.special import ndtri

    estimate = ratios((standard.T @ standard / len(standard))[None], blocks, geometric=geometric)[0]
    error = ratio_standard_errors(standard, blocks, geometric=geometric)
    half = float(ndtri(0.5 + ci / 2)) * error
    low, high = bootstrap_interval(drawn, estimate, ci)
    used = (~np.isnan(drawn)).sum(axis=0)
    return tuple(
        RatioInterval(
            a=a,
            b=b,
            est=_number(estimate[k], NO_RATIO),
            se=_number(error[k], NO_RATIO),
            delta_ci_low=_number(estimate[k] - half[k], NO_RATIO),
            delta_ci_high=_number(estimate[k] + half[k], NO_RATIO),
            ci_low=_number(low[k], TOO_FEW_DRAWS),
            ci_high=_number(high[k], TOO_FEW_DRAWS),
            draws=int(used[k]),
        )
        for k, (a, b) in enumerate(combinations(blocks, 2))
    )


def bootstrap_ratios(
    standard: Array, blocks: Mapping[str, Sequence[int]], *, seed: int, draws: int
) -> tuple[Array, Array]:
    """Arithmetic and geometric ratios (draws, q) of resamples of standard scores (n, p), NaN for none."""
    rng = np.random.default_rng(seed)
    n, p = standard.shape
    most = max(1, LARGEST_BLOCK // max(n, p * p))
    arithmetic, geometric = [], []
    for start in range(0, draws, most):
        counts = draw_counts(n, min(most, draws - start), rng)
        covariances = resampled_moments(standard, counts)[1]
        variances = np.einsum("rii->ri", covariances)
        # A resample of one and the same answer has no variance but for rounding.
        spread = np.sqrt(np.where(variances > 1e-12, variances, np.nan))
        correlations = covariances / (spread[:, :, None] * spread[:, None, :])
        arithmetic.append(ratios(correlations, blocks, geometric=False))
        geometric.append(ratios(correlations, blocks, geometric=True))
    return np.concatenate(arithmetic), np.concatenate(geometric)


def _number(value: float, reason: str) -> Value:
    return float(value) if np.isfinite(value) else Unavailable(reason)
