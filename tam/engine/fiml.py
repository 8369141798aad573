"""The discrepancy of a structure for incomplete cases: full-information maximum likelihood.

F = 2 (log-likelihood of the saturated model - that of the model) / n, so chi-square = n F as with complete
data. All of it is the chain rule: ``tam.engine.fiml_moments`` differentiates F by the moments,
``tam.engine.structure`` the moments by theta.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.fiml_moments import (
    MomentPoint,
    at_moments,
    moment_curvature,
    moment_gradient,
    vech_places,
)
from tam.engine.fiml_patterns import Patterns
from tam.engine.maximum_likelihood import second_order, second_order_means
from tam.engine.saturated import Saturated
from tam.engine.structure import Floats, Implied, Structure, derivatives, implied


@dataclass(frozen=True, slots=True)
class FimlTarget:
    """What is fitted: the patterns of one group, their saturated moments (p, p) and (p,), and ``level``,
    the saturated likelihood's own minimum, from which F counts."""

    patterns: Patterns
    covariance: Floats
    means: Floats
    level: float


def fiml_target(patterns: Patterns, saturated: Saturated) -> FimlTarget:
    """The target of patterns whose saturated moments are known."""
    return FimlTarget(patterns, saturated.covariance, saturated.means, saturated.point.value)


@dataclass(frozen=True, slots=True)
class FimlPoint:
    """F at one theta: ``implied`` moments and the likelihood ``at`` them; ``value`` F."""

    theta: Floats
    value: float
    implied: Implied
    at: MomentPoint

    @property
    def groups(self) -> tuple[FimlPoint]:
        """The points of all groups: this one."""
        return (self,)


@dataclass(frozen=True, slots=True)
class FimlML:
    """The likelihood of one group's incomplete cases, as an ``Objective``.

    ``slopes`` of its methods are those of the moments (p(p + 1)/2 + p, q).
    """

    structure: Structure
    aim: FimlTarget

    def evaluate(self, theta: Floats) -> FimlPoint | None:
        """F at theta; None where it has no density (a Sigma_oo not positive definite, I - A singular)."""
        try:
            model = implied(self.structure, theta)
        except np.linalg.LinAlgError:
            return None
        at = at_moments(self.aim.patterns, model.sigma, model.mu)
        return None if at is None else FimlPoint(theta, at.value - self.aim.level, model, at)

    def slopes(self, point: FimlPoint) -> Floats:
        return moment_slopes(self.structure, point.implied)

    def gradient(self, point: FimlPoint, slopes: Floats | None = None) -> Floats:
        """dF/dtheta (q,)."""
        given = self.slopes(point) if slopes is None else slopes
        return np.asarray(given.T @ moment_gradient(point.at))

    def information(self, point: FimlPoint, slopes: Floats | None = None) -> Floats:
        """Expected Hessian of F given the patterns (q, q), positive semi-definite."""
        given = self.slopes(point) if slopes is None else slopes
        return np.asarray(given.T @ moment_curvature(self.aim.patterns, point.at, expected=True) @ given)

    def hessian(self, point: FimlPoint, slopes: Floats | None = None) -> Floats:
        """Observed Hessian of F (q, q); n/2 times it is the observed information of n cases."""
        given = self.slopes(point) if slopes is None else slopes
        structure, model = self.structure, point.implied
        result = given.T @ moment_curvature(self.aim.patterns, point.at) @ given
        by_cell = second_order(structure, model, point.at.slope_sigma)
        gather = structure.gather
        result = result + (by_cell if gather is None else gather.T @ by_cell @ gather)
        return np.asarray(result + second_order_means(structure, model, point.at.slope_mu))


def moment_slopes(structure: Structure, at: Implied) -> Floats:
    """Derivatives of (vech Sigma, mu) to theta (p(p + 1)/2 + p, q)."""
    slopes = derivatives(structure, at)
    i, j = vech_places(len(at.mu))
    by_cell = slopes.left[i] * slopes.right[j] + slopes.left[j] * slopes.right[i]
    by_cell *= slopes.weight
    sigma = by_cell if structure.gather is None else by_cell @ structure.gather
    assert slopes.mu is not None
    return np.vstack([sigma, slopes.mu])
