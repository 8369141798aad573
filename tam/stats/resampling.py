"""Resampling: moments of resamples without touching the rows again, and intervals from draws.

Sources: Efron (1987), Better bootstrap confidence intervals; Davison and Hinkley (1997), Bootstrap methods
and their application, chapter 5.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

Array = NDArray[np.float64]
#: Numbers held at once while products of columns are summed: 160 MB.
LARGEST_BLOCK = 20_000_000

IntervalMethod = Literal["percentile", "bc", "bca"]


def resampled_moments(centred: Array, counts: Array) -> tuple[Array, Array]:
    """Means and covariance matrices (divisor n) of many resamples by two matrix products.

    A resample is known by how often it drew each row, so its moments are linear in the counts:
    ``m = counts @ X / n`` and ``S = counts @ (x_i x_j) / n - m m'``.

    Parameters: ``centred`` (n, p) data with column means near zero (keeps the subtraction exact);
    ``counts`` (r, n), each row summing to the resample's size.
    Returns means (r, p) and covariances (r, p, p) in the units of the data.
    """
    p = centred.shape[1]
    rows, columns = np.triu_indices(p)
    size = counts.sum(axis=1, keepdims=True)
    means = counts @ centred / size
    products = np.zeros((len(counts), len(rows)))
    block = max(1, LARGEST_BLOCK // len(rows))
    for start in range(0, len(centred), block):
        part = centred[start : start + block]
        products += counts[:, start : start + block] @ (part[:, rows] * part[:, columns])
    upper = products / size - means[:, rows] * means[:, columns]
    covariances = np.empty((len(counts), p, p))
    covariances[:, rows, columns] = upper
    covariances[:, columns, rows] = upper
    return means, covariances


def draw_counts(n: int, draws: int, rng: np.random.Generator) -> Array:
    """How often each of ``n`` rows stands in each resample of size ``n``: (draws, n), every row sums to
    n."""
    return rng.multinomial(n, np.full(n, 1.0 / n), size=draws).astype(np.float64)


def wishart_moments(mean: Array, factor: Array, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Means (p,) and covariance matrix (p, p), divisor n, of ``n`` normal cases, without drawing the cases.

    The mean is normal with covariance Sigma / n; n times the covariance matrix is Wishart with n - 1 degrees
    of freedom: L A A' L' with A lower triangular, its squared diagonal chi-square with n - 1, n - 2, ...
    degrees of freedom, normal below it.

    Parameters: ``mean`` (p,), ``factor`` (p, p) lower triangular with Sigma = factor factor', ``n`` > p.
    The Bartlett decomposition.
    """
    p = len(mean)
    level = mean + factor @ rng.standard_normal(p) / np.sqrt(n)
    root = np.zeros((p, p))
    root[np.tril_indices(p, -1)] = rng.standard_normal(p * (p - 1) // 2)
    root[np.diag_indices(p)] = np.sqrt(rng.chisquare(n - 1 - np.arange(p)))
    turned = factor @ root
    return level, turned @ turned.T / n


def empirical_quantile(draws: Array, probability: Array) -> Array:
    """Quantiles of draws, interpolated on the normal scale between order statistics.

    With k = floor((R + 1) a) the quantile lies between the k-th and (k+1)-th smallest draw at the fraction
    ``(z(a) - z(k/(R+1))) / (z((k+1)/(R+1)) - z(k/(R+1)))``; beyond the outermost draws those are taken.

    Parameters: ``draws`` (r, k), no NaN; ``probability`` (k,) within (0, 1), one per column.
    Returns (k,) in the units of the draws. Davison and Hinkley (1997), equation 5.8.
    Peer: ``boot::boot.ci(type = "perc")``, ``lavaan::parameterEstimates(boot.ci.type = "perc")``.
    """
    r = len(draws)
    ordered = np.sort(draws, axis=0)
    position = (r + 1) * np.asarray(probability, dtype=np.float64)
    # an integer reached by (r + 1) * p only up to rounding is that integer (5 % of 999 draws is draw 50)
    whole = np.where(np.abs(position - np.rint(position)) < 1e-9, np.rint(position), np.floor(position))
    k = np.clip(whole, 1, max(r - 1, 1)).astype(np.intp)
    lower, upper = ndtri(k / (r + 1)), ndtri((k + 1) / (r + 1))
    fraction = np.clip((ndtri(probability) - lower) / (upper - lower), 0.0, 1.0)
    column = np.arange(ordered.shape[1])
    below = ordered[k - 1, column]
    above = ordered[np.minimum(k, r - 1), column]
    return np.asarray(np.clip(below + fraction * (above - below), below, above))  # rounding may overshoot


def bias_correction(draws: Array, estimate: Array) -> Array:
    """z0, the distance of the estimate from the median of its draws: ``z(#{draws < estimate} / R)``.

    Draws equal to the estimate count half. Shares of 0 and 1 are moved in by half a draw, so z0 stays
    finite. Parameters: ``draws`` (r, k), ``estimate`` (k,). Returns (k,). Efron (1987), equation 2.8.
    """
    r = len(draws)
    share = (draws < estimate).mean(axis=0) + 0.5 * (draws == estimate).mean(axis=0)
    return np.asarray(ndtri(np.clip(share, 0.5 / r, 1 - 0.5 / r)))


def jackknife_acceleration(leave_one_out: Array) -> Array:
    """Acceleration a of the BCa interval from leave-one-out estimates: ``sum d^3 / (6 (sum d^2)^1.5)``.

    ``d`` is the mean of the leave-one-out estimates minus each of them. Zero where they do not vary; NaN
    are left out. Parameters: ``leave_one_out`` (n, k). Returns (k,). Efron (1987).
    """
    present = ~np.isnan(leave_one_out)
    values = np.where(present, leave_one_out, 0.0)
    count = np.maximum(present.sum(axis=0), 1)
    deviation = np.where(present, values.sum(axis=0) / count - values, 0.0)
    spread = (deviation**2).sum(axis=0)
    scale = np.abs(values).max(axis=0, initial=0.0)
    still = spread <= (1e-12 * np.maximum(scale, 1e-300)) ** 2 * count  # rounding only
    skewed = (deviation**3).sum(axis=0) / (6 * np.where(still, 1.0, spread) ** 1.5)
    return np.asarray(np.where(still, 0.0, skewed))


def bootstrap_interval(
    draws: Array,
    estimate: Array,
    level: float,
    method: IntervalMethod = "percentile",
    acceleration: Array | None = None,
) -> tuple[Array, Array]:
    """Both ends of the bootstrap interval, one per column.

    ``percentile``: the quantiles at (1 -/+ level)/2. ``bc`` and ``bca`` move them to
    ``Phi(z0 + (z0 + z) / (1 - a (z0 + z)))`` with a = 0 for ``bc``.

    Parameters: ``draws`` (r, k), of which NaN are left out column by column; ``estimate`` (k,); ``level``
    in (0, 1); ``acceleration`` (k,), needed by ``bca``. Returns two arrays (k,), low <= high, NaN for a
    column with fewer than two draws. ValueError when ``bca`` comes without acceleration. Peers:
    ``boot::boot.ci`` types perc and bca; lavaan's ``bca.simple`` is our ``bc``.
    """
    if method == "bca" and acceleration is None:
        raise ValueError("the BCa interval needs the acceleration")
    a = np.zeros(draws.shape[1]) if acceleration is None else acceleration
    broken = np.isnan(draws).any(axis=0)
    low, high = np.full(draws.shape[1], np.nan), np.full(draws.shape[1], np.nan)
    if len(draws) > 1 and not broken.all():
        whole = ~broken
        low[whole], high[whole] = _interval(draws[:, whole], estimate[whole], level, method, a[whole])
    for k in np.flatnonzero(broken):
        values = draws[~np.isnan(draws[:, k]), k : k + 1]
        if len(values) > 1:
            one = slice(k, k + 1)
            low[one], high[one] = _interval(values, estimate[one], level, method, a[one])
    return low, high


def _interval(
    draws: Array, estimate: Array, level: float, method: IntervalMethod, acceleration: Array
) -> tuple[Array, Array]:
    tail = np.full(draws.shape[1], (1 - level) / 2)
    if method == "percentile":
        return empirical_quantile(draws, tail), empirical_quantile(draws, 1 - tail)
    z0 = bias_correction(draws, estimate)
    a = acceleration if method == "bca" else np.zeros_like(z0)
    return (
        empirical_quantile(draws, _adjusted(ndtri(tail), z0, a)),
        empirical_quantile(draws, _adjusted(ndtri(1 - tail), z0, a)),
    )


def _adjusted(z: Array, z0: Array, acceleration: Array) -> Array:
    """The probability at which BCa reads the draws; kept inside (0, 1), where the outermost draws answer.

    Beyond the pole at a (z0 + z) = 1 the formula would come back from the other end; the outermost draw is
    the limit there.
    """
    distance = z0 + z
    room = 1 - acceleration * distance
    moved = np.where(
        room > 0, ndtr(z0 + distance / np.where(room > 0, room, 1.0)), np.where(distance > 0, 1.0, 0.0)
    )
    return np.asarray(np.clip(moved, 1e-12, 1 - 1e-12))  # 0 and 1 have no normal quantile
