"""Interactions: simple slopes and the correctly standardised coefficient of a product.

Sources: Aiken and West (1991), Multiple regression: testing and interpreting interactions; Wen, Marsh and
Hau (2010), Structural equation models of latent interactions: an appropriate standardized solution.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def simple_slope(focal: float, product: float, covariance: Array, at: float) -> tuple[float, float]:
    """Effect of the predictor at one value of the moderator, with its standard error.

    ``slope = b1 + b3 z`` and ``variance = v11 + 2 z v13 + z^2 v33``.

    Parameters: ``focal`` b1 and ``product`` b3; ``covariance`` (2, 2) of (b1, b3); ``at`` z, in the units
    in which the product was formed (deviation from the moderator's mean when it was centred).
    Returns (slope, standard error), the error >= 0. Aiken and West (1991). Peer: ``semTools::probe2WayMC``.
    """
    weights = np.array([1.0, at])
    variance = float(weights @ covariance @ weights)
    return focal + product * at, float(np.sqrt(max(variance, 0.0)))


def standardised_interaction(product: Any, sd_predictor: Any, sd_moderator: Any, sd_outcome: Any) -> Any:
    """The product's coefficient when predictor, moderator and outcome (not the product) have unit variance.

    ``b3 sd(X) sd(Z) / sd(Y)``: the product of two standardised variables does not itself have unit
    variance, so the solution that treats it as one more variable to standardise is another number.
    Parameters: numbers, or arrays that broadcast, in the units of the model; standard deviations > 0.
    Wen, Marsh and Hau (2010). Peer: ``modsem::standardized_estimates(correction = TRUE)``.
    """
    return product * sd_predictor * sd_moderator / sd_outcome


def naively_standardised_interaction(product: Any, sd_product: Any, sd_outcome: Any) -> Any:
    """The product taken as one more variable: ``b3 sd(XZ) / sd(Y)``.

    Peer: ``lavaan::standardizedSolution``.
    """
    return product * sd_product / sd_outcome


def interaction_line(
    x: Array, at: float, focal: float, moderator: float, product: float, covariance_xz: float
) -> Array:
    """Expected outcome (deviation from its mean) along the predictor at one value of the moderator.

    ``b1 x + b2 z + b3 (x z - cov(X, Z))``: a double-mean-centred product has mean zero, so it stands for
    the product minus its mean, which for centred X and Z is their covariance. Other predictors are at
    their mean. Parameters: ``x`` (m,) and ``at`` as deviations from their means. Returns (m,) in the
    outcome's units.
    """
    return focal * x + moderator * at + product * (x * at - covariance_xz)


def explained_by_product(coefficients: Array, covariance: Array, product: int) -> float:
    """Variance of the outcome that only the product explains: ``b^2 (s_pp - s_p' S^-1 s_p)``.

    What is left of the product after the other predictors, times its coefficient squared: the fall of the
    explained variance if the product were taken out of the equation and everything else estimated anew
    from the same moments.

    Parameters: ``coefficients`` (k,) of all predictors; ``covariance`` (k, k) of the predictors; ``product``
    the product's place. Range: >= 0, in squared units of the outcome. Cohen (1988, chapter 9), the squared
    semipartial.
    """
    others = np.arange(len(coefficients)) != product
    own = covariance[product, product]
    if others.any():
        across = covariance[others, product]
        own = own - across @ np.linalg.solve(covariance[np.ix_(others, others)], across)
    return float(coefficients[product] ** 2 * max(own, 0.0))


def f_squared(delta_r2: float, r2: float) -> float:
    """Cohen's f2 of what a term adds: ``delta R2 / (1 - R2)``, R2 that of the model with the term.

    Range: >= 0 for R2 in [0, 1). Cohen (1988).
    """
    return delta_r2 / (1 - r2)
