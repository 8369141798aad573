"""The box of all moments that print as a paper's table does: each printed number is an interval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tam.published.printed import Printed
from tam.published.publication import Publication

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

RELIABILITIES = ("composite_reliability", "alpha")
"""Kinds of printed reliability, the better founded one first."""
SMALLEST_RELIABILITY = 0.05


@dataclass(frozen=True, slots=True)
class Stack:
    """r sets of moments: ``matrices`` (r, p, p), correlations or covariances as printed, NaN where nothing is
    printed; ``sds`` (r, p) and ``reliabilities`` (r, p) by kind, NaN where nothing is printed."""

    matrices: Floats
    sds: Floats
    reliabilities: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class Box:
    """A point of the box holds the k printed numbers that moments are made of: ``cells`` (c, 2) of the lower
    triangle, then SDs of the variables ``sd_of``, then reliabilities of each kind.

    ``centre``, ``low``, ``high`` (k,): as printed, and the ends of the intervals. ``missing`` (m, 2): cells
    that are not printed.
    """

    names: tuple[str, ...]
    covariance: bool
    cells: Integers
    missing: Integers
    sd_of: Integers
    reliability_of: Mapping[str, Integers]
    centre: Floats
    low: Floats
    high: Floats

    @property
    def half(self) -> Floats:
        return np.asarray((self.high - self.low) / 2.0)

    def moments(self, points: Floats) -> Stack:
        """The moments at points (r, k)."""
        r, p = len(points), len(self.names)
        matrices = np.zeros((r, p, p))
        if not self.covariance:
            matrices[:, np.arange(p), np.arange(p)] = 1.0
        i, j = self.cells.T
        at = len(self.cells)
        matrices[:, i, j] = matrices[:, j, i] = points[:, :at]
        if len(self.missing):
            i, j = self.missing.T
            matrices[:, i, j] = matrices[:, j, i] = np.nan
        sds = np.full((r, p), np.nan)
        sds[:, self.sd_of] = points[:, at : at + len(self.sd_of)]
        at += len(self.sd_of)
        reliabilities = {}
        for kind, of in self.reliability_of.items():
            found = np.full((r, p), np.nan)
            found[:, of] = points[:, at : at + len(of)]
            reliabilities[kind] = found
            at += len(of)
        return Stack(matrices, sds, reliabilities)

    def inside(self, points: Floats) -> Floats:
        """The points (r, k) drawn back into the box."""
        return np.clip(points, self.low, self.high)


def rounding_box(
    publication: Publication,
    names: Sequence[str] | None = None,
    *,
    sds: bool = False,
    reliabilities: Sequence[str] = (),
) -> Box:
    """The box of a publication's matrix, or of the part of it that belongs to ``names``; with the printed
    SDs, and with ``reliabilities`` of these kinds, if they are asked for."""
    kept = tuple(publication.variables if names is None else names)
    place = {name: at for at, name in enumerate(publication.variables)}
    covariance = publication.matrix_kind == "covariance"
    cells, missing, printed = [], [], []
    for a, first in enumerate(kept):
        for b in range(a + 1 if covariance else a):
            i, j = sorted((place[first], place[kept[b]]), reverse=True)
            cell = publication.matrix[i][j]
            if cell is None:
                missing.append((a, b))
                continue
            cells.append((a, b))
            printed.append(_limited(cell, a == b, covariance))
    sd_of = [a for a, name in enumerate(kept) if sds and name in publication.sds and not covariance]
    printed += [_ends(publication.sds[kept[a]], 0.0) for a in sd_of]
    reliability_of: dict[str, Integers] = {}
    for kind in reliabilities:
        values: Mapping[str, Printed] = getattr(publication, kind)
        of = [a for a, name in enumerate(kept) if name in values]
        if of:
            reliability_of[kind] = _places(of)
            printed += [_ends(values[kept[a]], SMALLEST_RELIABILITY, 1.0) for a in of]
    ends = np.array(printed, dtype=np.float64).reshape(-1, 3)
    return Box(
        kept,
        covariance,
        np.array(cells, dtype=np.intp).reshape(-1, 2),
        np.array(missing, dtype=np.intp).reshape(-1, 2),
        _places(sd_of),
        reliability_of,
        *ends.T,
    )


def _limited(cell: Printed, variance: bool, covariance: bool) -> tuple[float, float, float]:
    if variance:
        return _ends(cell, 0.0)
    return _ends(cell) if covariance else _ends(cell, -1.0, 1.0)


def _ends(cell: Printed, lowest: float = -np.inf, highest: float = np.inf) -> tuple[float, float, float]:
    """The number and the ends of its interval, which never leave out the number itself."""
    low, high = max(cell.low, lowest), min(cell.high, highest)
    return cell.value, min(low, cell.value), max(high, cell.value)


def _places(found: Sequence[int]) -> Integers:
    return np.array(found, dtype=np.intp)
