"""Is there a lower minimum than the one that was found? Looks where others usually lie.

Small samples and weak items give a likelihood several minima: one beyond the boundary where a variance
vanishes, one where the sign of a loading changes, valleys in which a variance falls without end. The descent
from the starting values sees one of them. Every parameter near such a boundary is therefore moved on to it,
all others as the curvature predicts, and the descent repeated from there. A model that misses correlations
widely has several minima of another kind: a latent leans on some of its indicators or on others. Each that
is badly explained is then tried.

The minimum found gives way to a lower one, but one without negative variances does not give way to one that
has them (and lavaan, from its own starting values, does not find those either): that is told instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tam.engine.objective import Objective
from tam.engine.optimiser import Minimum, descend, is_unity
from tam.engine.structure import Affine, Floats, Implied, Integers, Structure

#: F counts as lower by this share of it, or by this much near 0: far above rounding, under .0001 of a
#: chi-square of 100.
LOWER_SHARE, LOWER = 1e-6, 1e-10
#: Samples up to this size have more than one minimum often enough to look twice.
SMALL = 250
#: A search that needed more steps than this went a long way round, past other minima perhaps.
LABORIOUS = 20
#: Standard errors between an estimate and its boundary within which the other side is looked at; of 1,000
#: small samples none had a second minimum beyond a boundary that was 1.3 away.
NEAR_BOUNDARY = 2.5
#: Standard errors between a variance and zero that are close.
CLOSE = 2.0
#: The same as ``NEAR_BOUNDARY`` of loadings that may change their sign.
NEAR_ZERO = 1.0
#: A variance below this share of the variable's own is near the boundary however exact it is.
SMALL_SHARE = 0.02
#: A correlation is missed widely if the residual is beyond this, and beyond so many of its standard errors.
MISSED, MISSED_ERRORS = 0.15, 3.5
#: Share of an indicator's variance that a latent explains which is turned towards it.
LEANING = 0.8
#: Latents turned, the worst explained indicators first.
MOST_LEANING = 6
#: Eigenvalue of a correlation matrix below which it is not one; rounding stays far above.
NEGATIVE = -1e-8
#: Parameters looked at, the nearest first.
MOST_DOUBTS = 8
#: A point lies in a minimum's basin if the curvature there predicts a rise of F below ``NEAR_RISE``, right to
#: this share of itself or to rounding.
NEAR_RISE, SAME_SHARE, SAME = 0.02, 0.2, 1e-10
#: Steps of one look; a descent that is then still above the minimum is given up.
MOST_STEPS = 40


@dataclass(frozen=True, slots=True)
class Looked:
    """``minimum``: the one to report; ``below``: the lowest point seen under it, None without one."""

    minimum: Minimum
    below: Any = None


def look_around(
    objective: Objective,
    space: Affine,
    found: Minimum,
    starts: Iterable[Floats],
    doubts: Callable[[Minimum], Iterable[Floats]],
    accepted: Callable[[Any, Any], bool],
) -> Looked:
    """The lowest acceptable minimum from other ``starts`` and from the ``doubts`` about the minimum at hand.

    ``accepted(point, other)``: whether a lower minimum may replace the point of the present one.
    """
    minimum, below = found, None
    waiting: list[Floats] = [*starts, *doubts(found)]
    rounds = 0
    seen = [_Basin.of(found, space)] if waiting else []

    def seen_before(theta: Floats, value: float) -> bool:
        return any(one.holds(theta, value) for one in seen)

    while waiting:
        best = minimum.point.value
        start, under = waiting.pop(0), _under(best)
        other = descend(objective, space, start, most=MOST_STEPS, beat=under, leave=seen_before)
        if other is None or not is_lower(other.point.value, best):
            continue
        if other.converged:
            seen.append(_Basin.of(other, space))
        wanted = accepted(minimum.point, other.point)
        if wanted and not other.converged:
            other = descend(objective, space, np.asarray(other.point.theta)) or other
        if other.converged and wanted and accepted(minimum.point, other.point):
            minimum = other
            if rounds < 2:
                rounds += 1
                waiting += doubts(minimum)
        elif below is None or other.point.value < below.value:
            below = other.point
    if below is not None and not is_lower(below.value, minimum.point.value):
        below = None
    return Looked(minimum, below)


@dataclass(frozen=True, slots=True)
class _Basin:
    """Where F is known already: around a minimum at ``theta`` (q,) of ``value``, F follows its ``curvature``
    (q, q)."""

    theta: Floats
    value: float
    curvature: Floats | None

    @classmethod
    def of(cls, minimum: Minimum, space: Affine) -> _Basin:
        curvature = minimum.curvature
        if curvature is not None and not is_unity(space.basis):
            inverse = np.linalg.pinv(space.basis)
            curvature = inverse.T @ curvature @ inverse
        return cls(np.asarray(minimum.point.theta), minimum.point.value, curvature)

    def holds(self, theta: Floats, value: float) -> bool:
        """Whether a point is so near that F is what the curvature predicts."""
        if self.curvature is None:
            return False
        away = theta - self.theta
        rise = float(away @ self.curvature @ away) / 2.0
        return rise < NEAR_RISE and abs(value - self.value - rise) < SAME_SHARE * rise + SAME


def is_lower(value: float, than: float) -> bool:
    """Whether F is lower by more than rounding."""
    return value < _under(than)


def _under(value: float) -> float:
    return value - LOWER_SHARE * abs(value) - LOWER


@dataclass(frozen=True, slots=True)
class BoundaryCells:
    """Places in theta of the free ``variances`` (v,) and the ``loadings`` (l,) of all groups; ``group`` (v,)
    and ``variable`` (v,): whose variance it is."""

    variances: Integers
    group: Integers
    variable: Integers
    loadings: Integers


def boundary_cells(structures: Sequence[Structure]) -> BoundaryCells:
    """Where a model has variances and loadings; of a parameter in several places the first."""
    variances: dict[int, tuple[int, int]] = {}
    loadings: set[int] = set()
    for group, structure in enumerate(structures):
        own, paths = structure.covariances, structure.paths
        for at in np.flatnonzero(own.row == own.column):
            variances.setdefault(int(own.parameter[at]), (group, int(own.row[at])))
        first = (paths.column < structure.latents) & (paths.row >= structure.latents)
        loadings |= set(paths.parameter[first].tolist())
    places = np.array(list(variances.values()), dtype=np.intp).reshape(-1, 2)
    return BoundaryCells(
        np.array(list(variances), dtype=np.intp),
        places[:, 0],
        places[:, 1],
        np.array(sorted(loadings - set(variances)), dtype=np.intp),
    )


def doubtful_starts(space: Affine, minimum: Minimum, cases: int, cells: BoundaryCells) -> Iterator[Floats]:
    """theta (q,) with each parameter near its boundary moved on to it, the nearest first, and the others as
    the curvature predicts."""
    theta, covariance = np.asarray(minimum.point.theta), _covariance(space, minimum, cases)
    if covariance is None:
        return
    distance = np.abs(theta) / np.sqrt(np.maximum(np.diag(covariance), 1e-300))
    totals = [np.diag(point.implied.total) for point in minimum.point.groups]
    own = np.array([totals[group][at] for group, at in zip(cells.group, cells.variable)])
    near = distance[cells.variances] < NEAR_BOUNDARY
    near |= np.abs(theta[cells.variances]) < SMALL_SHARE * np.abs(own)
    # A negative variance is told whatever comes; from there the way back is looked at.
    moves = {int(at): -theta[at] * (2.0 if theta[at] < 0 else 1.0) for at in cells.variances[near]}
    moves |= {int(at): -2.0 * theta[at] for at in cells.loadings[distance[cells.loadings] < NEAR_ZERO]}
    for at in sorted(moves, key=lambda one: (distance[one], one))[:MOST_DOUBTS]:
        if covariance[at, at] > 0:
            yield theta + covariance[:, at] * (moves[at] / covariance[at, at])


def leaning_starts(
    structures: Sequence[Structure], samples: Sequence[Floats], minimum: Minimum, cases: int
) -> Iterator[Floats]:
    """theta (q,) with a latent turned towards an indicator whose correlations the minimum misses widely.

    A latent that stands for something else than its indicators share can lean on some or on others: each of
    that is a minimum. The loadings become those of a latent that explains ``LEANING`` of the indicator.
    ``samples``: covariance matrices (p, p) of the groups.
    """
    theta, count = np.asarray(minimum.point.theta), 0
    for structure, sample, point in zip(structures, samples, minimum.point.groups):
        first = structure.latents
        scale = 1.0 / np.sqrt(np.diag(sample))
        missed = np.abs((sample - point.implied.sigma) * np.outer(scale, scale))
        np.fill_diagonal(missed, 0.0)
        worst = missed.max(axis=1, initial=0.0)
        limit = max(MISSED, MISSED_ERRORS / np.sqrt(cases))
        for indicator in np.argsort(-worst, kind="stable")[: int((worst > limit).sum())]:
            for latent in np.flatnonzero(point.implied.matrices.paths[first + indicator, :first]):
                if count == MOST_LEANING:
                    return
                count += 1
                yield _leaning(structure, point.implied, sample, theta, int(indicator), int(latent))


def _leaning(
    structure: Structure, at: Implied, sample: Floats, theta: Floats, indicator: int, latent: int
) -> Floats:
    """theta with the free loadings of one latent that its covariances with one indicator ask for."""
    cells, first = structure.paths, structure.latents
    own = (cells.column == latent) & (cells.row >= first)
    variance = max(float(at.total[latent, latent]), 1e-300)
    present = float(at.matrices.paths[first + indicator, latent])
    loading = np.copysign(np.sqrt(LEANING * sample[indicator, indicator] / variance), present)
    if not (own & (cells.row == first + indicator)).any():
        loading = present
    moved = theta.copy()
    moved[cells.parameter[own]] = sample[cells.row[own] - first, indicator] / (loading * variance)
    moved[cells.parameter[own & (cells.row == first + indicator)]] = loading
    places = cells.row[own]
    explained = dict(zip(places.tolist(), (moved[cells.parameter[own]] ** 2 * variance).tolist()))
    residuals = structure.covariances
    for row, column, parameter in zip(residuals.row, residuals.column, residuals.parameter):
        if row == column and row in explained:
            whole = float(sample[row - first, row - first])
            moved[parameter] = max(whole - explained[row], (1.0 - LEANING) * whole)
    return moved


def _covariance(space: Affine, minimum: Minimum, cases: int) -> Floats | None:
    """2 / n times the inverse Hessian (q, q) at a certified minimum."""
    curvature = minimum.curvature
    if curvature is None or not curvature.size:
        return None
    scale = 1.0 / np.sqrt(np.diag(curvature))
    inverse = np.linalg.inv(curvature * np.outer(scale, scale)) * np.outer(scale, scale)
    return np.asarray(2.0 / cases * (space.basis @ inverse @ space.basis.T))


def close_to_impossible(space: Affine, minimum: Minimum, cases: int, cells: BoundaryCells) -> bool:
    """Whether some variance is not clearly above zero."""
    covariance = _covariance(space, minimum, cases)
    if covariance is None:
        return False
    errors = np.sqrt(np.maximum(np.diag(covariance), 0.0))[cells.variances]
    return bool((np.asarray(minimum.point.theta)[cells.variances] < CLOSE * errors).any())


def strange(minimum: Minimum) -> bool:
    """Whether the search was long or its solution is impossible: other minima are likely."""
    return minimum.iterations > LABORIOUS or not possible(minimum.point)


def possible(point: Any) -> bool:
    """Whether a population can be like this: no negative variance, no correlation of latents or of residuals
    beyond 1."""
    for one in point.groups:
        residual, k = one.implied.matrices.covariances, len(one.implied.total) - len(one.implied.sigma)
        if (np.diag(residual) < 0).any():
            return False
        if not all(_definite(block) for block in (one.implied.total[:k, :k], residual[k:, k:])):
            return False
    return True


def _definite(matrix: Floats) -> bool:
    """Whether a covariance matrix (k, k) has no negative eigenvalue."""
    variances = np.diag(matrix)
    if len(matrix) < 2 or (variances < 0).any():
        return not bool((variances < 0).any())
    scale = 1.0 / np.sqrt(np.where(variances > 0, variances, 1.0))
    return bool(np.linalg.eigvalsh(matrix * np.outer(scale, scale))[0] >= NEGATIVE)
