"""Rotation of factor loadings: varimax (orthogonal), direct oblimin and promax (oblique).

Conventions of every result: a factor whose loadings sum to less than zero is reflected; the factors come in
descending order of the variance they account for, ``diag(Phi L'L)``. Both as ``psych::fa`` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
PromaxVariant = Literal["kaiser", "stats"]

# Rotations are printed with three decimals; a step or gradient below 1e-9 is far beyond that.
_PRECISION = 1e-9


@dataclass(frozen=True, slots=True)
class Rotation:
    """Rotated loadings of p variables on m factors.

    ``loadings``: (p, m) pattern. ``factor_correlations``: (m, m), the identity after an orthogonal rotation.
    ``matrix``: (m, m), ``loadings = unrotated @ matrix``. ``converged``: the search came to rest.
    """

    loadings: Array
    factor_correlations: Array
    matrix: Array
    converged: bool

    @property
    def structure(self) -> Array:
        """(p, m) correlations of variables and factors."""
        return self.loadings @ self.factor_correlations


def unrotated(loadings: Array) -> Rotation:
    """The loadings as they are, reflected and ordered by the conventions of this module."""
    m = loadings.shape[1]
    return _in_order(loadings, np.eye(m), np.eye(m), converged=True)


def varimax(loadings: Array, *, kaiser: bool = True, gain: float = 0.0, most_steps: int = 10_000) -> Rotation:
    """Orthogonal rotation that maximises the variance of the squared loadings within each factor.

    loadings: (p, m). kaiser: rows are brought to length one before, and back after (Kaiser's normalisation).
    gain: stop at the first step that adds less than this share; 0 goes on to the maximum. Each step turns the
    factors to the orthogonal matrix nearest the criterion's derivative (singular value decomposition; Horst
    1965, Factor analysis of data matrices).
    Kaiser (1958), Psychometrika 23, 187-200. Peers: ``stats::varimax(loadings, eps = 1e-14)``;
    ``psych::fa(R, m, rotate = "varimax")`` stops at a gain of 1e-5, where a loading can be .01 from its value
    at the maximum.
    """
    weight = _row_lengths(loadings) if kaiser else np.ones((len(loadings), 1))
    turn, converged = _varimax_matrix(loadings / weight, gain, most_steps)
    return _in_order(loadings @ turn, np.eye(len(turn)), turn, converged)


def promax(
    loadings: Array, *, power: int = 4, variant: PromaxVariant = "kaiser", gain: float = 0.0
) -> Rotation:
    """Oblique rotation towards the varimax loadings raised to a power, signs kept.

    loadings: (p, m). power: 4 in R and SPSS (there called kappa); 3 in SAS.
    variant: "kaiser" fits the target to row-normalised loadings, as SPSS and ``psych::fa(rotate = "promax")``
    do; "stats" to the loadings as they are, as ``stats::promax`` and ``stats::factanal`` do. The two differ
    by up to a tenth in a loading. gain: as in ``varimax``. Hendrickson & White (1964), British Journal of
    Statistical Psychology 17, 65-70.
    """
    m = loadings.shape[1]
    if m < 2:
        return unrotated(loadings)
    lengths = _row_lengths(loadings)
    turn, converged = _varimax_matrix(loadings / lengths, gain, 10_000)
    simple = (loadings / lengths if variant == "kaiser" else loadings) @ turn
    target = simple * np.abs(simple) ** (power - 1)
    towards = np.linalg.lstsq(simple, target, rcond=None)[0]
    # Columns are scaled so that the factors have unit variance.
    towards = towards * np.sqrt(np.diag(np.linalg.inv(towards.T @ towards)))
    back = np.linalg.inv(towards)
    matrix = turn @ towards
    return _in_order(loadings @ matrix, back @ back.T, matrix, converged)


def oblimin(
    loadings: Array, *, gamma: float = 0.0, kaiser: bool = False, most_steps: int = 20_000
) -> Rotation:
    """Direct oblimin: oblique rotation that minimises the cross-products of squared loadings between factors.

    loadings: (p, m). gamma: 0 is direct quartimin (the default of psych; SPSS's delta = 0); larger
    values let factors correlate more. kaiser: rows normalised before and restored after, as SPSS does
    and psych does not. Gradient projection from the identity: Jennrich (2002), Psychometrika 67, 7-19;
    Bernaards & Jennrich (2005), Educational and Psychological Measurement 65, 676-696.
    Peer: ``psych::fa(R, m, rotate = "oblimin")`` (GPArotation, stops at a gradient of 1e-5).
    """
    weight = _row_lengths(loadings) if kaiser else np.ones((len(loadings), 1))
    axes, converged = _oblimin_axes(loadings / weight, gamma, most_steps)
    matrix = np.linalg.inv(axes).T
    return _in_order(loadings @ matrix, axes.T @ axes, matrix, converged)


def _row_lengths(loadings: Array) -> Array:
    """(p, 1) root of the communalities, 1 for a variable that loads on nothing."""
    lengths = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    return np.where(lengths > 0, lengths, 1.0)


def _varimax_matrix(loadings: Array, gain: float, most_steps: int) -> tuple[Array, bool]:
    """(m, m) orthogonal matrix of raw varimax, and whether it came to rest."""
    p, m = loadings.shape
    turn, total = np.eye(m), 0.0
    for _ in range(most_steps if m > 1 else 0):
        turned = loadings @ turn
        slope = loadings.T @ (turned**3 - turned * (turned**2).sum(axis=0) / p)
        left, size, right = np.linalg.svd(slope)
        before, turn = (turn, total), left @ right
        total = float(size.sum())
        if np.abs(turn - before[0]).max() < _PRECISION or (gain and total < before[1] * (1 + gain)):
            return turn, True
    return turn, m < 2


def _oblimin_axes(loadings: Array, gamma: float, most_steps: int) -> tuple[Array, bool]:
    """(m, m) directions of the factors, columns of length one; whether the projected gradient vanished."""
    m = loadings.shape[1]
    axes, step = np.eye(m), 1.0
    if m < 2:
        return axes, True
    value, slope = _oblimin_criterion(loadings, axes, gamma)
    for _ in range(most_steps):
        tangent = slope - axes * (axes * slope).sum(axis=0)
        length = float(np.sqrt((tangent**2).sum()))
        if length < _PRECISION:
            return axes, True
        step *= 2
        for _halving in range(30):
            trial = axes - step * tangent
            trial = trial / np.sqrt((trial**2).sum(axis=0))
            new_value, new_slope = _oblimin_criterion(loadings, trial, gamma)
            if value - new_value > 0.5 * length**2 * step:
                break
            step /= 2
        else:
            # No step lowers the criterion any more: rounding is reached, at rest if the gradient is small.
            return axes, length < 1e-5
        axes, value, slope = trial, new_value, new_slope
    return axes, False


def _oblimin_criterion(loadings: Array, axes: Array, gamma: float) -> tuple[float, Array]:
    """Value, and derivative (m, m) with respect to the axes."""
    inverse = np.linalg.inv(axes)
    rotated = loadings @ inverse.T
    square = rotated**2
    # Each factor against the sum of the others; gamma takes out the share of the column means.
    others = square.sum(axis=1, keepdims=True) - square
    if gamma:
        others = others - gamma * others.mean(axis=0)
    derivative = rotated * others
    return float((square * others).sum()) / 4, -(rotated.T @ derivative @ inverse).T


def _in_order(
    loadings: Array, correlations: NDArray[np.floating], matrix: NDArray[np.floating], converged: bool
) -> Rotation:
    """Reflected so that every column sums to zero or more, in descending order of variance accounted for."""
    sign = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    variance = np.diag(correlations @ loadings.T @ loadings)
    order = np.argsort(-variance, kind="stable")
    sign = sign[order]
    return Rotation(
        np.asarray(loadings[:, order] * sign),
        np.asarray(correlations[np.ix_(order, order)] * np.outer(sign, sign)),
        np.asarray(matrix[:, order] * sign),
        converged,
    )
