"""Starting values by chance, the same every time: a last look for a lower minimum where one is likely.

Starts near the minimum at hand lead back to it. These ones keep the signs of its loadings and forget the
rest: how large a latent is, how much of each indicator it explains, what it depends on. The draws are uniform
numbers of a counter-based generator with a fixed key, so an answer never changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tam.engine.lower_minima import SMALL
from tam.engine.optimiser import Minimum
from tam.engine.structure import Affine, Floats, Structure

KEY = 20_011
#: Parameters times observed variables times starts that a search may spend, and the most starts: some tens
#: of milliseconds.
WORK, MOST = 3_200, 16
#: Cases per observed variable below which minima are many.
FEW = 3
#: Standard deviations of latents are multiplied or divided by up to this.
STRETCH = 3.0
#: Range of an indicator's explained share.
EXPLAINED = (0.05, 0.95)
#: Largest standardised regression.
REGRESSION = 0.9
#: Unexplained share of what has no loadings, a latent for one.
UNEXPLAINED = (0.2, 1.0)
#: A regression may stay as it is but for a factor in this range; so may a covariance in the second.
KEPT, KEPT_COVARIANCE = (-0.2, 1.5), (-0.5, 1.0)


def count_of_starts(structures: Sequence[Structure], space: Affine, cases: int, doubtful: bool) -> int:
    """How many starts a search may spend: none where each is dear or a second minimum is not to be expected.

    ``doubtful``: the minimum itself gives reason to expect one.
    """
    observed = sum(len(one.observed_names) for one in structures)
    weak = cases <= SMALL and any(_loose(one) for one in structures)
    if not (doubtful or weak or cases < FEW * observed or any(_scaled_twice(one) for one in structures)):
        return 0
    return int(min(MOST, WORK // max(1, space.basis.shape[1] * observed)))


def _scaled_twice(structure: Structure) -> bool:
    """Whether some latent has both its (residual) variance and a loading fixed: its regressions then stretch
    it, and each size can be a minimum."""
    first, free = structure.latents, structure.covariances
    held = np.diag(structure.base_covariances)[:first] > 0
    held[free.row[(free.row == free.column) & (free.row < first)]] = False
    return bool((held & (structure.base_paths[first:, :first] != 0).any(axis=0)).any())


def _loose(structure: Structure) -> bool:
    """Whether some latent has two indicators only, which share what they share in many ways, or some variable
    acts on itself through others."""
    arrows = structure.base_paths != 0
    arrows[structure.paths.row, structure.paths.column] = True
    if (arrows[structure.latents :, : structure.latents].sum(axis=0) == 2).any():
        return True
    left = arrows
    while len(left):  # what no arrow reaches is in no circle
        kept = left.any(axis=1)
        if kept.all():
            return True
        left = left[np.ix_(kept, kept)]
    return False


def shaken_starts(
    structures: Sequence[Structure], samples: Sequence[Floats], minimum: Minimum, count: int
) -> Iterator[Floats]:
    """``count`` theta (q,). ``samples``: covariance matrices (p, p) of the groups."""
    generator = np.random.Generator(np.random.Philox(key=KEY))
    for _ in range(count):
        theta = np.array(minimum.point.theta)
        for structure, sample, point in zip(structures, samples, minimum.point.groups):
            total = np.abs(np.diag(point.implied.total))
            total[structure.latents :] = np.diag(sample)
            _shake(structure, point.implied.matrices.paths, np.sqrt(total), theta, generator)
        yield theta


def _shake(
    structure: Structure, paths: Floats, deviations: Floats, theta: Floats, generator: np.random.Generator
) -> None:
    """Replace theta's loadings, regressions and (co)variances of one group. ``deviations`` (K,) of all
    variables; ``paths`` (K, K) of the minimum."""
    first = structure.latents

    def drawn(low: float, high: float, size: int) -> Floats:
        return low + (high - low) * generator.random(size)

    size = deviations.copy()
    size[:first] *= STRETCH ** drawn(-1.0, 1.0, first)
    explained = drawn(*EXPLAINED, len(size))
    cells = structure.paths
    ratio = size[cells.row] / np.where(size[cells.column] > 0, size[cells.column], 1.0)
    sign = np.where(paths[cells.row, cells.column] < 0, -1.0, 1.0)
    kept = theta[cells.parameter] * drawn(*KEPT, len(cells))
    new = drawn(-REGRESSION, REGRESSION, len(cells)) * ratio
    regression = np.where(generator.random(len(cells)) < 0.5, kept, new)
    loading = (cells.column < first) & (cells.row >= first)
    theta[cells.parameter] = np.where(loading, sign * np.sqrt(explained[cells.row]) * ratio, regression)
    own, other, place = (
        structure.covariances.row,
        structure.covariances.column,
        structure.covariances.parameter,
    )
    indicator = np.zeros(len(size), dtype=bool)
    indicator[first:] = (paths[first:, :first] != 0).any(axis=1)
    unexplained = np.where(indicator, 1.0 - explained, drawn(*UNEXPLAINED, len(size)))
    covariance = theta[place] * drawn(*KEPT_COVARIANCE, len(place))
    theta[place] = np.where(own == other, (unexplained * size**2)[own], covariance)
