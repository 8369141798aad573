"""The correctly standardised coefficient of a latent interaction, its standard error, and lavaan's naive
one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tam.engine.products import Products
from tam.engine.structure import Implied, Structure, implied
from tam.stats.indirect import delta_standard_errors
from tam.stats.interaction import naively_standardised_interaction, standardised_interaction

if TYPE_CHECKING:
    from tam.engine.fit import Fit


@dataclass(frozen=True, slots=True)
class StandardisedInteraction:
    """One coefficient ``outcome ~ X:Z``: ``std`` and ``std_se`` for predictor, moderator and outcome of
    unit variance; ``std_naive`` for a product of unit variance. NaN where a variance is not positive."""

    outcome: str
    name: str
    std: float
    std_se: float
    std_naive: float


def standardised_interactions(fit: Fit, products: Iterable[Products]) -> tuple[StandardisedInteraction, ...]:
    """Every interaction coefficient of a fit, standardised."""
    return tuple(
        _standardised(fit, row.lhs, one)
        for one in products
        for row in fit.table.rows
        if row.op == "~" and row.rhs == one.name
    )


def _standardised(fit: Fit, outcome: str, product: Products) -> StandardisedInteraction:
    structure, theta = fit.structure, fit.theta
    std, naive = interaction_values(structure, implied(structure, theta), outcome, product)
    # the derivative by a step of 1e-30 into the imaginary numbers: exact to rounding, no difference is
    # taken
    moved = implied(structure, theta + 1e-30j * np.eye(len(theta)))
    slopes = interaction_values(structure, moved, outcome, product)[0].imag[None, :] / 1e-30
    se = np.nan if fit.vcov is None else float(delta_standard_errors(slopes, fit.vcov)[0])
    return StandardisedInteraction(outcome, product.name, float(std), se, float(naive))


def interaction_values(structure: Structure, at: Implied, outcome: str, product: Products) -> tuple[Any, Any]:
    """The standardised and the naively standardised coefficient for one theta or a stack.

    The unit of the latent product is that of its marker, the product of the first items; where the
    loadings of the three are not all one (as with fixed latent variances) the coefficient is first
    brought to the unit of X times Z.
    """
    place = {name: i for i, name in enumerate(structure.names)}
    sides, xz, y = [place[name] for name in product.factors], place[product.name], place[outcome]
    paths = at.matrices.paths
    with np.errstate(invalid="ignore", divide="ignore"):
        deviation = np.sqrt(np.diagonal(at.total, axis1=-2, axis2=-1))
        coefficient = paths[..., y, xz] * _unit(paths, place, product)
        first, *others = (deviation[..., side] for side in sides)
        std = standardised_interaction(coefficient, first, np.prod(others, axis=0), deviation[..., y])
        naive = naively_standardised_interaction(paths[..., y, xz], deviation[..., xz], deviation[..., y])
    return std, naive


def _unit(paths: Any, place: dict[str, int], product: Products) -> Any:
    """How many units of X times Z one unit of the latent product is: 1 with marker items."""
    if product.observed:
        return 1.0
    marker = paths[..., place[product.indicators[0]], place[product.name]]
    unit = 1.0 / marker
    for item, factor in zip(product.pairs[0], product.factors, strict=True):
        if item != factor:
            unit = unit * paths[..., place[item], place[factor]]
    return unit
