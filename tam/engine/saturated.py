"""Means and covariances of a table with missing answers, by maximum likelihood: the saturated model.

EM first (Dempster, Laird and Rubin; the E step of Little and Rubin for the normal distribution), because it
never loses its way, then Newton steps with the exact Hessian, because EM is slow near the end. The result is
certified by the Newton decrement, as every solution is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg

from tam.engine.fiml_moments import (
    MomentPoint,
    at_moments,
    log_likelihood,
    moment_curvature,
    moment_gradient,
    vech_places,
)
from tam.engine.fiml_patterns import Patterns
from tam.engine.structure import Floats

#: Decrement g'H^-1 g under which Newton stops, and under which a point counts as the maximum.
TIGHT, CERTIFIED = 1e-20, 1e-12
#: EM hands over to Newton at this decrement in its own metric, and again at the following ones where the
#: likelihood is not yet curved there; without Newton it goes on to the last.
NEAR = (1e-1, 1e-4, 1e-8)
EXACT = 1e-18
#: With more moments than this a Newton step costs more than the EM steps it saves.
MOST_MOMENTS = 2500
MOST_EM, MOST_NEWTON = 2000, 50
#: Smallest pivot of the Hessian, scaled to unit diagonal, under which moments are not determined.
FLAT = 1e-10


@dataclass(frozen=True, slots=True)
class Saturated:
    """Moments that maximise the likelihood: ``covariance`` (p, p), ``means`` (p,).

    ``point``: F there with its derivatives; ``log_likelihood`` of all cases, ``iterations`` of EM and Newton,
    ``decrement`` g'H^-1 g (of EM's own metric where Newton was not used), ``determined``: the data settle
    every moment (each pair of variables was answered together, the likelihood is curved).
    """

    point: MomentPoint
    log_likelihood: float
    iterations: int
    decrement: float
    determined: bool

    @property
    def covariance(self) -> Floats:
        return self.point.sigma

    @property
    def means(self) -> Floats:
        return self.point.mu

    @property
    def converged(self) -> bool:
        return self.decrement < CERTIFIED


def saturated_moments(patterns: Patterns, start: tuple[Floats, Floats] | None = None) -> Saturated | None:
    """Maximum likelihood moments of the patterns; None if the cases cannot determine a density.

    ``start``: covariance (p, p) and means (p,) to begin from. Variables never answered, or constant, have no
    such moments: refuse them before.
    Peer: ``lavInspect(fit, "sampstat.h1")``, ``lavCor(data, missing = "ml", output = "cov")``.
    """
    if patterns.complete and len(patterns.counts) == 1:
        return _of_complete(patterns)
    sigma, mu = start or _available(patterns)
    point = at_moments(patterns, sigma, mu)
    if point is None:
        return None
    steps = 0
    joint = bool(patterns.coverage.min() > 0)
    for near in NEAR if joint and _moments(point) <= MOST_MOMENTS else ():
        point, more = _expectation_maximisation(patterns, point, near)
        found, newton, decrement, curved = _newton(patterns, point)
        steps += more + newton
        if decrement < CERTIFIED:
            return Saturated(found, log_likelihood(patterns, found.value), steps, decrement, curved)
    point, more = _expectation_maximisation(patterns, point, EXACT)
    value = log_likelihood(patterns, point.value)
    determined = joint and _moments(point) > MOST_MOMENTS
    return Saturated(point, value, steps + more, _em_decrement(point), determined)


def _moments(point: MomentPoint) -> int:
    return len(point.mu) * (len(point.mu) + 3) // 2


def _of_complete(patterns: Patterns) -> Saturated | None:
    point = at_moments(patterns, patterns.covariances[0], patterns.means[0])
    return None if point is None else Saturated(point, log_likelihood(patterns, point.value), 0, 0.0, True)


def _available(patterns: Patterns) -> tuple[Floats, Floats]:
    """Means and variances of the available answers, no covariances: where every density exists."""
    seen = patterns.observed * patterns.counts[:, None]
    size = np.maximum(seen.sum(axis=0), 1e-300)
    means = (seen * patterns.means).sum(axis=0) / size
    variances = np.einsum("kii->ki", patterns.covariances) + (patterns.means - means) ** 2
    return np.diag((seen * variances).sum(axis=0) / size), means


def _em_step(point: MomentPoint) -> tuple[Floats, Floats]:
    """One EM step, written with the slopes of F: mu + Sigma r and Sigma - Sigma Q Sigma - delta delta'."""
    delta = point.sigma @ (point.slope_mu / -2.0)
    sigma = point.sigma - point.sigma @ point.slope_sigma @ point.sigma - np.outer(delta, delta)
    return (sigma + sigma.T) / 2.0, point.mu + delta


def _em_decrement(point: MomentPoint) -> float:
    """g' M^-1 g with EM's metric M, the complete-data information: tr(Q Sigma Q Sigma) / 2 + 2 r'Sigma r."""
    turned = point.slope_sigma @ point.sigma
    r = point.slope_mu / -2.0
    return float(np.sum(turned * turned.T) + 2.0 * r @ point.sigma @ r)


def _expectation_maximisation(
    patterns: Patterns, point: MomentPoint, enough: float
) -> tuple[MomentPoint, int]:
    """EM with squared extrapolation (Varadhan and Roland), falling back to the plain step where F rises."""
    for step in range(MOST_EM):
        if _em_decrement(point) < enough:
            return point, step
        first = at_moments(patterns, *_em_step(point))
        second = None if first is None else at_moments(patterns, *_em_step(first))
        if first is None or second is None:
            return point, step
        following = _extrapolated(patterns, point, first, second)
        if following.value >= point.value:
            return point, step
        point = following
    return point, MOST_EM


def _extrapolated(
    patterns: Patterns, point: MomentPoint, first: MomentPoint, second: MomentPoint
) -> MomentPoint:
    packed = [_packed(one) for one in (point, first, second)]
    change = packed[1] - packed[0]
    bend = packed[2] - packed[1] - change
    size = float(np.linalg.norm(bend))
    if size == 0:
        return second
    length = max(float(np.linalg.norm(change)) / size, 1.0)
    if length == 1.0:
        return second
    guess = packed[0] + 2.0 * length * change + length**2 * bend
    far = at_moments(patterns, *_unpacked(guess, len(point.mu)))
    return second if far is None or far.value > second.value else far


def _packed(point: MomentPoint) -> Floats:
    return np.concatenate([point.sigma[vech_places(len(point.mu))], point.mu])


def _unpacked(values: Floats, p: int) -> tuple[Floats, Floats]:
    i, j = vech_places(p)
    sigma = np.zeros((p, p))
    sigma[i, j] = sigma[j, i] = values[: len(i)]
    return sigma, values[len(i) :].copy()


def _newton(patterns: Patterns, point: MomentPoint) -> tuple[MomentPoint, int, float, bool]:
    """Newton steps, halved until F falls: the point, steps taken, the decrement and whether F is curved."""
    decrement = np.inf
    for step in range(MOST_NEWTON):
        g = moment_gradient(point)
        curvature = moment_curvature(patterns, point)
        scale = 1.0 / np.sqrt(np.abs(np.diag(curvature)))
        scaled = curvature * np.outer(scale, scale)
        try:
            factor = scipy.linalg.cho_factor(scaled, check_finite=False)
        except np.linalg.LinAlgError:
            return point, step, np.inf, False
        move = -scale * scipy.linalg.cho_solve(factor, scale * g, check_finite=False)
        decrement = float(-g @ move)
        if decrement < TIGHT:
            break
        following = _halved(patterns, point, move, decrement)
        if following is None:
            break
        point = following
    return point, step, decrement, _curved(factor[0])


def _curved(factor: Floats) -> bool:
    """Whether the scaled Hessian is well away from singular, by its Cholesky factor."""
    return float(np.min(np.diag(factor))) ** 2 > FLAT


def _halved(patterns: Patterns, point: MomentPoint, move: Floats, decrement: float) -> MomentPoint | None:
    packed, p = _packed(point), len(point.mu)
    share = 1.0
    while share > 1e-4:
        found = at_moments(patterns, *_unpacked(packed + share * move, p))
        if found is not None and found.value <= point.value - 1e-4 * share * decrement:
            return found
        if (
            found is not None
            and decrement < 1e-10
            and found.value - point.value < 1e-13 * (1 + abs(point.value))
        ):
            return found
        share *= 0.5
    return None
