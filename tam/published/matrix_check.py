"""Is the printed matrix one that respondents can give, and which cell speaks against it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.published.publication import Publication
from tam.published.rounding_box import Box, rounding_box

Floats = NDArray[np.float64]
MOST_SUSPECTS = 5
STEPS = 200
ZERO = 1e-10
"""An eigenvalue this small is zero but for the rounding of the arithmetic."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A cell that speaks against the matrix. ``why``: "out_of_range" (beyond -1 to 1, or beyond what the two
    variances allow), "sign" (the other sign makes the matrix possible), "cell" (its value alone, within the
    bounds ``low`` and ``high`` that the other cells set, would do), "missing" (not printed)."""

    row: str
    column: str
    why: str
    printed: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class MatrixCheck:
    """``definite_within_rounding``: whether any matrix that prints as this one is positive definite."""

    positive_definite: bool | Unavailable
    smallest_eigenvalue: float | Unavailable
    definite_within_rounding: bool | Unavailable
    suspects: tuple[Suspect, ...]


def check_matrix(publication: Publication) -> MatrixCheck:
    """Eigenvalues and suspects of the printed matrix; of a covariance matrix those of its correlations."""
    box = rounding_box(publication)
    matrix = box.moments(box.centre[None]).matrices[0]
    names = publication.variables
    suspects = [
        Suspect(names[i], names[j], "out_of_range", _text(publication, i, j))
        for i, j in box.cells.tolist()
        if _beyond(matrix, i, j)
    ]
    if len(box.missing):
        reason = "some cells of the matrix are not printed"
        suspects += [Suspect(names[i], names[j], "missing", "") for i, j in box.missing.tolist()]
        return MatrixCheck(*(Unavailable(reason),) * 3, tuple(suspects))
    matrix = _correlations(matrix, box)
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    if smallest > ZERO:
        return MatrixCheck(True, smallest, True, tuple(suspects))
    possible = best_eigenvalue(box) > ZERO
    if not possible:
        known = {(one.row, one.column) for one in suspects}
        more = [one for one in _cells(publication, matrix) if (one.row, one.column) not in known]
        suspects += more[:MOST_SUSPECTS]
    return MatrixCheck(False, smallest, possible, tuple(suspects))


def _beyond(matrix: Floats, i: int, j: int) -> bool:
    if i == j:
        return bool(matrix[i, i] <= 0)
    product = matrix[i, i] * matrix[j, j]
    return bool(matrix[i, j] ** 2 > product * (1 + ZERO))


def _text(publication: Publication, i: int, j: int) -> str:
    cell = publication.matrix[max(i, j)][min(i, j)]
    return "" if cell is None else cell.text


def _correlations(matrix: Floats, box: Box) -> Floats:
    if not box.covariance:
        return matrix
    roots = np.sqrt(np.maximum(np.diag(matrix), np.finfo(float).tiny))
    return np.asarray(matrix / np.outer(roots, roots))


def best_eigenvalue(box: Box) -> float:
    """The largest smallest eigenvalue among the matrices of the box, found by climbing along its
    supergradient v v' (the smallest eigenvalue is concave in the matrix)."""
    point, best = box.centre.copy(), -np.inf
    i, j = box.cells.T
    for step in range(STEPS):
        matrix = _correlations(box.moments(point[None]).matrices[0], box)
        roots, vectors = np.linalg.eigh(matrix)
        best = max(best, float(roots[0]))
        if best > ZERO:
            break
        slope = vectors[i, 0] * vectors[j, 0]
        length = np.abs(slope).max()
        if length == 0:
            break
        point = box.inside(point + slope / length * box.half[: len(slope)].max() * 2.0 / np.sqrt(step + 1.0))
    return best


def _cells(publication: Publication, matrix: Floats) -> list[Suspect]:
    """Cells any of which alone could be the one: first those whose sign would do, then those another value
    would do, by the size of the change."""
    names = publication.variables
    signs: list[tuple[float, Suspect]] = []
    values: list[tuple[float, Suspect]] = []
    for i in range(len(matrix)):
        for j in range(i):
            flipped = matrix.copy()
            flipped[i, j] = flipped[j, i] = -matrix[i, j]
            smallest = float(np.linalg.eigvalsh(flipped)[0])
            own = (names[i], names[j])
            if smallest > ZERO:
                signs.append((-smallest, Suspect(*own, "sign", _text(publication, i, j))))
                continue
            bounds = allowed(matrix, i, j)
            if bounds is not None:
                away = max(bounds[0] - matrix[i, j], matrix[i, j] - bounds[1], 0.0)
                values.append((away, Suspect(*own, "cell", _text(publication, i, j), *bounds)))
    ordered = sorted(signs, key=lambda one: one[0]) + sorted(values, key=lambda one: one[0])
    return [one for _, one in ordered]


def allowed(matrix: Floats, i: int, j: int) -> tuple[float, float] | None:
    """Between which values the correlation of i and j leaves the matrix positive definite, all others as they
    are: r_ij.rest -+ sqrt((1 - R2_i.rest)(1 - R2_j.rest)); None if no value does."""
    rest = [k for k in range(len(matrix)) if k not in (i, j)]
    inner = matrix[np.ix_(rest, rest)]
    if rest and np.linalg.eigvalsh(inner)[0] <= ZERO:
        return None
    a, b = matrix[rest, i], matrix[rest, j]
    solved = np.linalg.solve(inner, np.column_stack([a, b])) if rest else np.zeros((0, 2))
    own, other = matrix[i, i] - a @ solved[:, 0], matrix[j, j] - b @ solved[:, 1]
    if own <= 0 or other <= 0:
        return None
    middle, reach = float(a @ solved[:, 1]), float(np.sqrt(own * other))
    return middle - reach, middle + reach
