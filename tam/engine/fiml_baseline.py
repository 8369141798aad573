"""The independence model of incomplete cases: uncorrelated variables, those that only predict among
themselves correlated.

Its likelihood is a product over variables, so each variable has the mean and the variance of its available
answers and only the predicting block, if answers are missing there too, needs an iteration.
"""

from __future__ import annotations

import numpy as np

from tam.engine.fiml_moments import MomentPoint, at_moments, vech_places
from tam.engine.fiml_patterns import Booleans, Patterns, marginal
from tam.engine.saturated import saturated_moments
from tam.engine.structure import Floats, Integers


def baseline_point(patterns: Patterns, predicting: Booleans) -> MomentPoint | None:
    """The likelihood at the independence model's estimates; ``predicting`` (p,) marks the correlated block.

    Peer: ``fitMeasures(fit, "baseline.chisq")`` is n (F here - F saturated).
    """
    means, variances = available_moments(patterns)
    sigma = np.diag(variances)
    block = np.flatnonzero(predicting)
    if len(block):
        joint = saturated_moments(marginal(patterns, block))
        if joint is None:
            return None
        sigma[np.ix_(block, block)] = joint.covariance
        means[block] = joint.means
    return at_moments(patterns, sigma, means)


def available_moments(patterns: Patterns) -> tuple[Floats, Floats]:
    """Means and variances (p,) of the available answers, divisor their number."""
    seen = patterns.observed * patterns.counts[:, None]
    size = np.where(seen.any(axis=0), seen.sum(axis=0), 1.0)
    means = np.sum(seen * patterns.means, axis=0) / size
    spread = np.einsum("kii->ki", patterns.covariances) + (patterns.means - means) ** 2
    return means, np.sum(seen * spread, axis=0) / size


def baseline_moments(predicting: Booleans, given: Booleans) -> Integers:
    """Places in (vech Sigma, mu) of the baseline's own parameters: variances and means of what is not
    ``given`` (p,), covariances within the predicting block."""
    i, j = vech_places(len(given))
    block = predicting[i] & predicting[j]
    kept = ((i == j) | block) & ~(given[i] & given[j])
    return np.flatnonzero(np.concatenate([kept, ~given]))


def fitted_moments(given: Booleans) -> Integers:
    """Places in (vech Sigma, mu) of all moments but those among the ``given`` variables (p,)."""
    i, j = vech_places(len(given))
    return np.flatnonzero(np.concatenate([~(given[i] & given[j]), ~given]))


def pairwise_covariance(patterns: Patterns) -> Floats:
    """Covariances (p, p) of the cases that answered both, divisor their number minus one.

    Peer: ``cov(data, use = "pairwise")`` in R.
    """
    seen = patterns.observed.astype(float)
    weight = seen * patterns.counts[:, None]
    count = weight.T @ seen
    level = (weight * patterns.means).T @ seen
    second = np.tensordot(patterns.counts, patterns.covariances, axes=1)
    second += (patterns.means * patterns.counts[:, None]).T @ patterns.means
    size = np.where(count > 0, count, 1.0)
    return np.asarray((second - level * level.T / size) / np.maximum(count - 1.0, 1.0))
