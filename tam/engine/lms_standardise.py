"""Moments of all variables under a model with products, and its standardised solution.

The products add to the means and variances of what they predict, so totals are not those of the linear
structure. They are polynomials of the nodes and a Gauss-Hermite rule of few nodes gives them exactly. A path
is multiplied by sd(predictor) / sd(outcome); the coefficient of a product by the product of its factors'
standard deviations over that of the outcome (Wen, Marsh and Hau 2010).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tam.engine.lms_model import LmsModel
from tam.engine.lms_moments import Nonlinear, prior_of, transposed, with_products
from tam.engine.standardise import (
    RowPlaces,
    Standardised,
    row_places,
    row_values,
    standardised_factors,
)
from tam.engine.structure import Floats, Implied, Integers, effects_of
from tam.stats.quadrature import gauss_hermite

#: Size of a step into the imaginary numbers: its square vanishes against any number.
IMAGINARY = 1e-30


def implied_moments(model: Nonlinear, theta: Floats) -> Implied:
    """Moments of all variables at theta (..., q); ``effects`` are those of the linear structure.

    The rule is exact for models without circles: a chain of products raises the degree of an outcome by the
    number of factors in it.
    """
    variables = len(model.conditioned)
    count = 2 + sum(len(term.nodes) for term in model.terms)
    rule = gauss_hermite(count, variables)
    weights = np.exp(rule.log_weights)
    prior = prior_of(model, theta, rule.nodes)
    paths, given = with_products(model, prior, rule.nodes, np.arange(len(model.structure.names)))
    effects = effects_of(model.structure, paths)
    centre = (effects @ given[..., None])[..., 0]
    mean = (weights[:, None] * centre).sum(axis=-2)
    within = effects @ prior.residual[..., None, :, :] @ transposed(effects)
    away = centre - mean[..., None, :]
    between = away[..., :, None] * away[..., None, :]
    total = (weights[:, None, None] * (within + between)).sum(axis=-3)
    seen = model.structure.observed
    return Implied(
        total[..., seen, seen],
        mean[..., seen],
        prior.linear,
        total,
        mean,
        prior.at,
    )


def row_parts(
    model: LmsModel, compiled: Nonlinear, theta: Floats
) -> tuple[Standardised, Standardised, Standardised]:
    """Unstandardised, standardised and latent-standardised value of every row of the table, with slopes."""
    q = len(theta)
    moved = theta + 1j * IMAGINARY * np.vstack([np.zeros((1, q)), np.eye(q)])
    at = implied_moments(compiled, moved)
    found = []
    for kind in ("raw", "all", "latent"):
        values = _values(model, compiled, moved, at, kind)
        found.append(Standardised(values[0].real.copy(), values[1:].imag.T / IMAGINARY))
    return found[0], found[1], found[2]


def _values(model: LmsModel, compiled: Nonlinear, theta: Floats, at: Implied, kind: str) -> Floats:
    """One kind of value of every row (..., rows)."""
    rows = model.table.rows
    plain = [place for place in range(len(rows)) if place not in model.product_rows]
    places = row_places(compiled.structure, [rows[place] for place in plain])
    found = np.empty((*theta.shape[:-1], len(rows)), dtype=complex)
    found[..., plain] = row_values(places, at) * _factor(compiled, places, at, kind)
    for place, term in zip(model.product_rows, compiled.terms):
        value = theta[..., term.parameter] if term.parameter >= 0 else term.value
        sides = [*compiled.conditioned[list(term.nodes)], *([term.linear] if term.linear >= 0 else [])]
        found[..., place] = value * _product_factor(compiled, sides, term.outcome, at, kind)
    return found


def _factor(compiled: Nonlinear, places: RowPlaces, at: Implied, kind: str) -> Floats | float:
    if kind == "raw":
        return 1.0
    return standardised_factors(compiled.structure, places, at, latent_only=kind == "latent")


def _product_factor(
    compiled: Nonlinear, sides: Sequence[int] | Integers, outcome: int, at: Implied, kind: str
) -> Floats | float:
    """The product of the factors' standard deviations over that of the outcome."""
    if kind == "raw":
        return 1.0
    variances = np.diagonal(at.total, axis1=-2, axis2=-1)
    with np.errstate(all="ignore"):
        deviations = np.sqrt(np.where(variances.real > 0, variances, np.nan))
    if kind == "latent":
        deviations = np.where(np.arange(deviations.shape[-1]) < compiled.structure.latents, deviations, 1.0)
    return np.asarray(np.prod(deviations[..., list(sides)], axis=-1) / deviations[..., outcome])
