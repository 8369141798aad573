"""Ordered answers in a model: thresholds, scalings, and the statistics theta implies.

An ordered variable u is a latent response u* cut at its thresholds. In the delta parameterisation the model
holds a scaling delta of every u* (1 unless freed) and the residual variance of u* is not a parameter but what
makes Var(u*) = 1 / delta^2. The statistics that theta implies, in the order of
``tam.stats.ordinal_moments.OrdinalMoments.statistics``, are

    threshold m of u     delta_u (tau_um - mu_u)          mean of a continuous x    mu_x
    variance of x        Sigma_xx                         covariance                delta_i delta_j Sigma_ij

with delta = 1 for continuous variables. Given observed predictors x (``fixed.x``), all of these are those of
the distribution given x = 0, and each variable's slopes on x, delta_i C_ix, join its thresholds or mean.
Source: Muthen (1984); Muthen and Asparouhov (2002), Latent variable analysis with categorical outcomes:
multiple-group and growth modeling in Mplus.

The residual variances s of the ordered variables solve (C o C)_uu s = 1 / delta^2 - (C S C')_uu, which also
holds where an ordered variable predicts others; their derivatives follow from the same equations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import (
    Floats,
    Implied,
    Integers,
    Matrices,
    Structure,
    add_columns,
    derivatives,
    effects_of,
    matrices,
)
from tam.stats.ordinal_moments import below_diagonal


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Thresholds of all ordered variables in the order of the statistics.

    ``variable`` place among the modelled, ``parameter`` index into theta (-1: fixed), ``fixed`` value where
    fixed; all (t,). ``rows`` places in the table of parameters.
    """

    variable: Integers
    parameter: Integers
    fixed: Floats


@dataclass(frozen=True, slots=True)
class Scalings:
    """delta per modelled variable (p,): ``parameter`` index into theta (-1: fixed), ``fixed`` value."""

    parameter: Integers
    fixed: Floats


@dataclass(frozen=True, slots=True)
class OwnPlaces:
    """Where thresholds (t,), continuous means and slopes (p, r) stand among the first ``size`` statistics."""

    cuts: Integers
    means: Integers
    slopes: Integers
    size: int


@dataclass(frozen=True, slots=True)
class OrdinalStructure:
    """A structure whose ordered variables are latent responses.

    ``structure`` holds 0 for the residual variances of ordered variables and for the moments of observed
    predictors; ``sampled`` has the sample's in their place. ``modelled`` (p,) places in v of the observed
    variables whose statistics are fitted, ``given`` (r,) those of the predictors; ``ordered`` (p,) mask.
    """

    structure: Structure
    sampled: Structure
    modelled: Integers
    given: Integers
    ordered: NDArray[np.bool_]
    thresholds: Thresholds
    scalings: Scalings

    @property
    def responses(self) -> Integers:
        """Places in v of the ordered variables."""
        return self.modelled[self.ordered]

    @property
    def own_places(self) -> OwnPlaces:
        counts = np.bincount(self.thresholds.variable, minlength=len(self.ordered))
        r = len(self.given)
        sizes = np.where(self.ordered, counts, 1) + r
        slopes = (np.cumsum(sizes) - r)[:, None] + np.arange(r)
        cut = np.repeat(self.ordered, sizes)
        first = np.ones(len(cut), dtype=bool)
        first[slopes.ravel()] = False
        return OwnPlaces(np.flatnonzero(cut & first), np.flatnonzero(~cut & first), slopes, len(cut))


@dataclass(frozen=True, slots=True)
class OrdinalPoint:
    """What theta implies.

    ``implied`` moments given x = 0 with the residual variances of ordered variables filled in; of the
    modelled variables ``sigma`` (p, p), ``mu`` (p,), ``slopes`` (p, r) on x, and their ``scalings`` (p,);
    ``thresholds`` (t,); ``statistics`` (m,).
    """

    implied: Implied
    sigma: Floats
    mu: Floats
    slopes: Floats
    thresholds: Floats
    scalings: Floats
    statistics: Floats


def implied_statistics(model: OrdinalStructure, theta: Floats) -> OrdinalPoint:
    """The statistics at theta (q,); ``LinAlgError`` where the model has no moments there."""
    structure = model.structure
    cuts = _values(model.thresholds.parameter, model.thresholds.fixed, theta)
    delta = _values(model.scalings.parameter, model.scalings.fixed, theta)
    filled = _completed(model, matrices(structure, theta), delta)
    effects = effects_of(structure, filled.paths)
    total = effects @ filled.covariances @ effects.T
    mean = effects @ filled.intercepts
    seen = structure.observed
    implied = Implied(total[seen, seen], mean[seen], effects, total, mean, filled)
    y = model.modelled
    sigma, mu, slopes = total[np.ix_(y, y)], mean[y], effects[np.ix_(y, model.given)]
    own = _own_statistics(model, mu, slopes, cuts, delta)
    row, column = below_diagonal(len(delta))
    variances = np.diag(sigma)[~model.ordered]
    covariances = delta[row] * delta[column] * sigma[row, column]
    statistics = np.concatenate([own, variances, covariances])
    return OrdinalPoint(implied, sigma, mu, slopes, cuts, delta, statistics)


def with_predictors(model: OrdinalStructure, point: OrdinalPoint) -> Implied:
    """The implied moments over the predictors as they are distributed in the sample."""
    if not len(model.given):
        return point.implied
    filled, effects = point.implied.matrices, point.implied.effects
    covariances = filled.covariances.copy()
    intercepts = filled.intercepts.copy()
    x = model.given
    covariances[np.ix_(x, x)] = model.sampled.base_covariances[np.ix_(x, x)]
    intercepts[x] = model.sampled.base_intercepts[x]
    total, mean = effects @ covariances @ effects.T, effects @ intercepts
    seen = model.structure.observed
    whole = Matrices(filled.paths, covariances, intercepts)
    return Implied(total[seen, seen], mean[seen], effects, total, mean, whole)


def _values(parameter: Integers, fixed: Floats, theta: Floats) -> Floats:
    values = fixed.copy()
    values[parameter >= 0] = theta[parameter[parameter >= 0]]
    return values


def _completed(model: OrdinalStructure, plain: Matrices, delta: Floats) -> Matrices:
    """The matrices with residual variances that give each response the variance 1 / delta^2."""
    at = model.responses
    effects = effects_of(model.structure, plain.paths)
    total = (effects @ plain.covariances @ effects.T)[at, at]
    wanted = 1.0 / delta[model.ordered] ** 2 - total
    squared = effects[np.ix_(at, at)] ** 2
    covariances = plain.covariances.copy()
    covariances[at, at] += np.linalg.solve(squared, wanted)
    return Matrices(plain.paths, covariances, plain.intercepts)


def _own_statistics(
    model: OrdinalStructure, mu: Floats, slopes: Floats, cuts: Floats, delta: Floats
) -> Floats:
    variable = model.thresholds.variable
    place = model.own_places
    own = np.empty(place.size)
    own[place.cuts] = delta[variable] * (cuts - mu[variable])
    own[place.means] = mu[~model.ordered]
    own[place.slopes] = delta[:, None] * slopes
    return own


@dataclass(frozen=True, slots=True)
class Slopes:
    """Derivatives at a point, all to theta (q).

    ``statistics`` (m, q); ``residual`` (u, q) of the ordered variables' residual variances; ``total`` (K, q)
    of the total variances of all variables; of the modelled ones ``mu`` (p, q), ``sigma`` (c, q) below the
    diagonal and ``on_given`` (p, r, q) of the slopes on x.
    """

    statistics: Floats
    residual: Floats
    total: Floats
    mu: Floats
    sigma: Floats
    on_given: Floats


def scaling_slopes(model: OrdinalStructure) -> Floats:
    """Derivative of the scalings (p, q): 1 where the parameter is that scaling."""
    slopes = np.zeros((len(model.ordered), len(model.structure.free)))
    free = model.scalings.parameter >= 0
    slopes[np.flatnonzero(free), model.scalings.parameter[free]] = 1.0
    return slopes


def statistic_slopes(model: OrdinalStructure, point: OrdinalPoint) -> Slopes:
    """All first derivatives, exact."""
    structure, implied = model.structure, point.implied
    residual = _residual_slopes(model, point)
    total = total_slopes(model, implied, residual)
    slopes = derivatives(structure, implied)
    y = model.modelled - structure.latents
    row, column = (y[at] for at in below_diagonal(len(y)))
    by_cell = slopes.weight * (
        slopes.left[row] * slopes.right[column] + slopes.right[row] * slopes.left[column]
    )
    sigma = by_cell if structure.gather is None else by_cell @ structure.gather
    reach = implied.effects[structure.observed][:, model.responses]
    sigma = sigma + (reach[row] * reach[column]) @ residual
    mu = np.zeros((len(y), sigma.shape[1])) if slopes.mu is None else slopes.mu[y]
    delta, by_delta = point.scalings, scaling_slopes(model)
    row, column = below_diagonal(len(y))
    lower = (delta[row] * delta[column])[:, None] * sigma
    if by_delta.any():
        along = delta[column][:, None] * by_delta[row] + delta[row][:, None] * by_delta[column]
        lower += point.sigma[row, column][:, None] * along
    variances = total[model.modelled][~model.ordered]
    on_given = _effect_slopes(model, implied)
    own = _own_slopes(model, point, mu, on_given, by_delta)
    return Slopes(np.concatenate([own, variances, lower]), residual, total, mu, sigma, on_given)


def total_slopes(model: OrdinalStructure, at: Implied, residual: Floats) -> Floats:
    """Derivative of the total variances (K, q); residual variances of responses move as ``residual``."""
    explicit = _explicit_variances(model.structure, at)
    return np.asarray(explicit + at.effects[:, model.responses] ** 2 @ residual)


def _effect_slopes(model: OrdinalStructure, at: Implied) -> Floats:
    """Derivative (p, r, q) of the effects of x on the modelled variables: C_yi C_jx for a path j to i."""
    path = model.structure.paths
    slopes = np.zeros((len(model.modelled), len(model.given), len(model.structure.free)))
    for number, x in enumerate(model.given):
        by_path = at.effects[np.ix_(model.modelled, path.row)] * at.effects[path.column, x]
        add_columns(slopes[:, number], path.parameter, by_path)
    return slopes


def _explicit_variances(structure: Structure, at: Implied) -> Floats:
    """Derivative of the total variances (K, q), residual variances of responses held."""
    path, covariance = structure.paths, structure.covariances
    slopes = np.zeros((len(structure.names), len(structure.free)))
    add_columns(slopes, path.parameter, 2.0 * at.effects[:, path.row] * at.total[:, path.column])
    both = at.effects[:, covariance.row] * at.effects[:, covariance.column]
    add_columns(slopes, covariance.parameter, 2.0 * covariance.weight * both)
    return slopes


def _residual_slopes(model: OrdinalStructure, point: OrdinalPoint) -> Floats:
    """Derivative (u, q) of the residual variances: what keeps Var(u*) at 1 / delta^2."""
    at = model.responses
    wanted = -_explicit_variances(model.structure, point.implied)[at]
    parameter = model.scalings.parameter[model.ordered]
    free = parameter >= 0
    delta = point.scalings[model.ordered]
    wanted[np.flatnonzero(free), parameter[free]] -= 2.0 / delta[free] ** 3
    return np.asarray(np.linalg.solve(point.implied.effects[np.ix_(at, at)] ** 2, wanted))


def _own_slopes(
    model: OrdinalStructure, point: OrdinalPoint, mu: Floats, on_given: Floats, by_delta: Floats
) -> Floats:
    """Derivative of thresholds, means and slopes on x (own statistics, q)."""
    thresholds, delta = model.thresholds, point.scalings
    variable = thresholds.variable
    place = model.own_places
    own = np.zeros((place.size, by_delta.shape[1]))
    distance = point.thresholds - point.mu[variable]
    cuts = distance[:, None] * by_delta[variable] - delta[variable][:, None] * mu[variable]
    free = thresholds.parameter >= 0
    np.add.at(cuts, (np.flatnonzero(free), thresholds.parameter[free]), delta[variable][free])
    own[place.cuts] = cuts
    own[place.means] = mu[~model.ordered]
    own[place.slopes] = delta[:, None, None] * on_given + point.slopes[:, :, None] * by_delta[:, None, :]
    return own
