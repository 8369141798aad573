"""A fit with missing answers repeated on reweighted rows: what a bootstrap draw needs, and no more.

A draw says how often each row counts. The patterns stay; their counts, means and covariances change. The
saturated model is not needed to estimate, and the search starts at the fit's own estimates.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.fiml import FimlML, FimlTarget
from tam.engine.fiml_fit import given_variables
from tam.engine.fiml_patterns import patterns_of, reweighted, without_uncounted
from tam.engine.fiml_sample import Incomplete
from tam.engine.objective import Objective, joint
from tam.engine.optimiser import Minimum, descend
from tam.engine.solution import Solution
from tam.engine.structure import Floats, Structure, with_sample


def reweighted_objective(
    solution: Solution, samples: Sequence[Incomplete], weights: Sequence[Floats]
) -> Objective:
    """What the fit of the reweighted rows minimises; F counts from 0, so its value is minus twice the
    log-likelihood per case without constant. ``weights`` (n,) per group, not negative."""
    parts = []
    for structure, sample, weight in zip(solution.structures, samples, weights):
        patterns = without_uncounted(reweighted(sample.patterns, sample.rows, weight))
        covariance, means = sample.saturated.covariance, sample.saturated.means
        own = _with_given_moments(structure, sample, weight)
        parts.append(FimlML(own, FimlTarget(patterns, covariance, means, 0.0)))
    return joint(parts, [round(float(weight.sum())) for weight in weights])


def _with_given_moments(structure: Structure, sample: Incomplete, weight: Floats) -> Structure:
    """The structure with the reweighted moments of the ``fixed.x`` variables, which every row has."""
    given = np.flatnonzero(given_variables(structure))
    if not len(given):
        return structure
    known = patterns_of(sample.rows[:, given], weight)
    covariance, means = np.array(sample.saturated.covariance), np.array(sample.saturated.means)
    covariance[np.ix_(given, given)] = known.covariances[0]
    means[given] = known.means[0]
    return with_sample(structure, covariance, means)


def refitted(solution: Solution, objective: Objective) -> Minimum | None:
    """The minimum near the fit's own estimates; None where these have no density for the new rows."""
    return descend(objective, solution.space, solution.theta)
