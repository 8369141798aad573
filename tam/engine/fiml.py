"""The discrepancy of a structure for incomplete cases: full-information maximum likelihood.

F = 2 (log-likelihood of the saturated model - that of the model) / n, so chi-square = n F as with complete
data. All of it is the chain rule: ``tam.engine.fiml_moments`` differentiates F by the moments,
``tam.engine.structure`` the moments by theta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.fiml_moments import MomentPoint, at_moments, moment_curvature, vech_places
from tam.engine.fiml_patterns import Patterns
from tam.engine.maximum_likelihood import second_order, second_order_means
from tam.engine.saturated import Saturated
from tam.engine.structure import Floats, Implied, Structure, derivatives, implied


@dataclass(frozen=True, slots=True)
class FimlTarget:
    """What is fitted: the patterns of one group and their saturated moments."""

    patterns: Patterns
    saturated: Saturated

    @property
    def covariance(self) -> Floats:
        """Saturated covariance matrix (p, p), the sample's as far as there is one."""
        return self.saturated.covariance

    @property
    def means(self) -> Floats:
        return self.saturated.means


@dataclass(frozen=True, slots=True)
class FimlPoint:
    """F at one theta: ``implied`` moments and the likelihood ``at`` them; ``value`` F."""

    theta: Floats
    value: float
    implied: Implied
    at: MomentPoint


def evaluate(structure: Structure, aim: FimlTarget, theta: Floats) -> FimlPoint | None:
    """F at theta; None where theta has no density (a Sigma_oo not positive definite, I - A singular)."""
    try:
        model = implied(structure, theta)
    except np.linalg.LinAlgError:
        return None
    at = at_moments(aim.patterns, model.sigma, model.mu)
    if at is None:
        return None
    return FimlPoint(theta, at.value - aim.saturated.point.value, model, at)


def gradient(structure: Structure, point: FimlPoint) -> Floats:
    """dF/dtheta (q,)."""
    slopes = derivatives(structure, point.implied)
    inner = point.at.slope_sigma
    by_cell = 2.0 * slopes.weight * np.sum(slopes.left * (inner @ slopes.right), axis=0)
    assert slopes.mu is not None
    return np.asarray(structure.summed(by_cell) + slopes.mu.T @ point.at.slope_mu)


def information(structure: Structure, aim: FimlTarget, point: FimlPoint) -> Floats:
    """Expected Hessian of F given the patterns (q, q), positive semi-definite."""
    slopes = moment_slopes(structure, point.implied)
    return np.asarray(slopes.T @ moment_curvature(aim.patterns, point.at, expected=True) @ slopes)


def hessian(structure: Structure, aim: FimlTarget, point: FimlPoint) -> Floats:
    """Observed Hessian of F (q, q); n/2 times it is the observed information of n cases."""
    slopes = moment_slopes(structure, point.implied)
    first = slopes.T @ moment_curvature(aim.patterns, point.at) @ slopes
    by_cell = second_order(structure, point.implied, point.at.slope_sigma)
    second = by_cell if structure.gather is None else structure.gather.T @ by_cell @ structure.gather
    return np.asarray(first + second + second_order_means(structure, point.implied, point.at.slope_mu))


def moment_slopes(structure: Structure, at: Implied) -> Floats:
    """Derivatives of (vech Sigma, mu) to theta (p(p + 1)/2 + p, q)."""
    slopes = derivatives(structure, at)
    i, j = vech_places(len(at.mu))
    by_cell = slopes.left[i] * slopes.right[j] + slopes.left[j] * slopes.right[i]
    by_cell *= slopes.weight
    sigma = by_cell if structure.gather is None else by_cell @ structure.gather
    assert slopes.mu is not None
    return np.vstack([sigma, slopes.mu])
