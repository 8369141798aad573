"""The normal likelihood of incomplete cases as a function of the moments (Sigma, mu), with its derivatives.

For pattern k with observed part o, share w_k of the cases, sample moments m_k, S_k and d_k = m_k - mu_o,

    F = sum_k w_k [ log|Sigma_oo| + tr(Sigma_oo^-1 T_k) ]        T_k = S_k + d_k d_k'

is minus twice the log-likelihood per case without its constant. With J_k the inverse of Sigma_oo put back
among zeros (p, p), W_k = J_k T_k J_k and u_k = J_k d_k,

    dF  = tr(Q dSigma) - 2 r' dmu       Q = sum w (J - W)       r = sum w u

Everything of a complete-data likelihood therefore holds with sums over patterns in place of one inverse, and
all sums are matrix products over the stack of patterns. Second derivatives stand in the coordinates
(vech Sigma, mu): the lower triangle row by row, then the means. Formulas derived from F; the tests check
them against finite differences.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from tam.engine.fiml_patterns import Booleans, Patterns
from tam.engine.structure import Floats, Integers

#: Numbers per block of patterns, about 8 megabytes.
BLOCK = 1_000_000


@dataclass(frozen=True, slots=True)
class MomentPoint:
    """F at (sigma, mu).

    ``inverses`` J (K, p, p), ``tilted`` W (K, p, p), ``pulled`` u (K, p), ``log_determinants`` (K,) of
    Sigma_oo, ``slope_sigma`` Q (p, p), ``slope_mu`` -2 r (p,).
    """

    sigma: Floats
    mu: Floats
    value: float
    inverses: Floats
    tilted: Floats
    pulled: Floats
    log_determinants: Floats
    slope_sigma: Floats
    slope_mu: Floats


def at_moments(patterns: Patterns, sigma: Floats, mu: Floats) -> MomentPoint | None:
    """F with its first derivatives; None where ``sigma`` is not positive definite.

    The parts of sigma that patterns see may be definite where the whole is not: no density has such moments.
    """
    try:
        np.linalg.cholesky(sigma)
    except np.linalg.LinAlgError:
        return None
    count, p = patterns.observed.shape
    inverses, tilted = np.empty((count, p, p)), np.empty((count, p, p))
    pulled, logs, distances = np.empty((count, p)), np.empty(count), np.empty(count)
    for part in _blocks(count, p):
        seen = patterns.observed[part]
        try:
            inverses[part], logs[part] = masked_inverses(sigma, seen)
        except np.linalg.LinAlgError:
            return None
        deviation = np.where(seen, patterns.means[part] - mu, 0.0)
        spread = patterns.covariances[part] + deviation[:, :, None] * deviation[:, None, :]
        turned = inverses[part] @ spread
        tilted[part] = turned @ inverses[part]
        pulled[part] = (inverses[part] @ deviation[:, :, None])[:, :, 0]
        distances[part] = np.trace(turned, axis1=1, axis2=2)
    shares = patterns.shares
    value = float(shares @ (logs + distances))
    if not np.isfinite(value):
        return None
    slope = np.tensordot(shares, inverses, axes=1) - np.tensordot(shares, tilted, axes=1)
    slope = (slope + slope.T) / 2.0
    return MomentPoint(sigma, mu, value, inverses, tilted, pulled, logs, slope, -2.0 * (shares @ pulled))


def _blocks(count: int, p: int) -> Iterator[slice]:
    """Patterns in blocks, so that what is only needed on the way stays within a few megabytes."""
    size = max(1, BLOCK // (p * p))
    return (slice(begin, begin + size) for begin in range(0, count, size))


def masked_inverses(sigma: Floats, observed: Booleans) -> tuple[Floats, Floats]:
    """J (K, p, p) and log|Sigma_oo| (K,) for masks (K, p); ``LinAlgError`` unless all are positive definite.

    The missing part is replaced by an identity block, which changes neither: one batch for all patterns.
    """
    both = observed[:, :, None] & observed[:, None, :]
    filled = np.where(both, sigma, 0.0)
    diagonal = np.arange(len(sigma))
    filled[:, diagonal, diagonal] += np.where(observed, 0.0, 1.0)
    factor = np.linalg.cholesky(filled)
    logs = 2.0 * np.log(factor[:, diagonal, diagonal]).sum(axis=1)
    inverses = np.linalg.inv(filled) * both
    return (inverses + np.swapaxes(inverses, 1, 2)) / 2.0, logs


def vech_places(p: int) -> tuple[Integers, Integers]:
    """Rows and columns (p(p + 1)/2,) of the lower triangle, row by row."""
    return np.tril_indices(p)


def moment_gradient(point: MomentPoint) -> Floats:
    """dF / d(vech Sigma, mu) (p(p + 1)/2 + p,)."""
    i, j = vech_places(len(point.mu))
    return np.concatenate([_multiplicity(i, j) * point.slope_sigma[i, j], point.slope_mu])


def moment_curvature(patterns: Patterns, point: MomentPoint, *, expected: bool = False) -> Floats:
    """Hessian of F in (vech Sigma, mu); ``expected``: given the patterns, positive semi-definite.

    n/2 times it is the observed (expected) information of n cases about unrestricted moments.
    """
    p = len(point.mu)
    i, j = vech_places(p)
    half = len(i)
    shares = patterns.shares
    product, bent = np.zeros((half, half)), np.zeros((half, p))
    for part in _blocks(len(shares), p):
        inverses = point.inverses[part]
        other = inverses / 2.0 if expected else point.tilted[part] - inverses / 2.0
        weighted = shares[part, None] * inverses[:, i, j]
        product += weighted.T @ other[:, i, j]
        bent += weighted.T @ point.pulled[part]
    result = np.zeros((half + p, half + p))
    result[:half, :half] = _crossed(product + product.T, i, j)
    result[half:, half:] = 2.0 * np.tensordot(shares, point.inverses, axes=1)
    if not expected:
        place = _place(p)
        mixed = bent[place[j], i[:, None]] + bent[place[i], j[:, None]]
        result[:half, half:] = _multiplicity(i, j)[:, None] * mixed
        result[half:, :half] = result[:half, half:].T
    return result


def _crossed(product: Floats, i: Integers, j: Integers) -> Floats:
    """From sums of J_ab V_cd + V_ab J_cd, indexed by pairs, to the Hessian of pairs (ij), (kl):
    m_ij m_kl / 2 (J_ik V_jl + V_ik J_jl + J_il V_jk + V_il J_jk)."""
    straight, crossed = _crossings(int(i[-1]) + 1)
    flat = product.ravel()
    found = flat[straight]
    found += flat[crossed]
    multiplicity = _multiplicity(i, j)
    found *= 0.5 * multiplicity[:, None]
    found *= multiplicity
    return np.asarray(found)


@lru_cache(maxsize=2)
def _crossings(p: int) -> tuple[Integers, Integers]:
    """Where (ik), (jl) and (il), (jk) stand in a flattened matrix of pairs, for pairs (ij), (kl)."""
    i, j = vech_places(p)
    place, size = _place(p), len(i)
    straight = place[i[:, None], i] * size + place[j[:, None], j]
    crossed = place[i[:, None], j] * size + place[j[:, None], i]
    return straight, crossed


def _place(p: int) -> Integers:
    """(p, p): where a pair stands in vech."""
    i, j = vech_places(p)
    place = np.zeros((p, p), dtype=np.intp)
    place[i, j] = place[j, i] = np.arange(len(i))
    return place


def _multiplicity(i: Integers, j: Integers) -> Floats:
    """How often an element of vech stands in Sigma: 1 on the diagonal, else 2."""
    return np.where(i == j, 1.0, 2.0)


def log_likelihood(patterns: Patterns, value: float) -> float:
    """The log-likelihood of all cases from F."""
    answers = float(patterns.counts @ patterns.observed.sum(axis=1))
    return -0.5 * (patterns.total * value + answers * float(np.log(2.0 * np.pi)))
