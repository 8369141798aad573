"""Discriminant validity: do two scales measure two things? HTMT, HTMT2, Fornell and Larcker's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable

Array = NDArray[np.float64]
Table = dict[str, dict[str, "float | Unavailable"]]

ONE_ITEM = "a scale of one item has no correlations among its items"
NO_CORRELATION = "the items of a scale do not correlate among themselves"


def htmt(correlation: Array, blocks: Mapping[str, Sequence[int]]) -> Table:
    """Heterotrait-monotrait ratio of each pair of scales, from absolute correlations; 1 on the diagonal.

    Mean correlation between the items of two scales, over the geometric mean of the two mean correlations
    within. correlation: (p, p). blocks: the rows of each scale. Not negative, can exceed 1.
    Henseler, Ringle & Sarstedt (2015), Journal of the Academy of Marketing Science 43, 115-135.
    Peer: ``semTools::htmt(model, data, htmt2 = FALSE)``.
    """
    return _ratios(np.abs(correlation), blocks, geometric=False)


def htmt2(correlation: Array, blocks: Mapping[str, Sequence[int]]) -> Table:
    """HTMT with geometric instead of arithmetic means, which does not ask for equal loadings.

    Roemer, Schuberth & Henseler (2021), Industrial Management & Data Systems 121, 2637-2650.
    Peer: ``semTools::htmt(model, data, htmt2 = TRUE)``.
    """
    return _ratios(np.abs(correlation), blocks, geometric=True)


def _ratios(correlation: Array, blocks: Mapping[str, Sequence[int]], geometric: bool) -> Table:
    within = {name: _within(correlation, list(rows), geometric) for name, rows in blocks.items()}

    names = list(blocks)
    table: Table = {a: dict.fromkeys(names, 1.0) for a in names}
    for a, b in ((a, b) for i, a in enumerate(names) for b in names[:i]):
        between = _mean(correlation[np.ix_(list(blocks[a]), list(blocks[b]))].ravel(), geometric)
        table[a][b] = table[b][a] = _ratio(between, within[a], within[b])
    return table


def _ratio(between: float, first: float | Unavailable, second: float | Unavailable) -> float | Unavailable:
    if isinstance(first, Unavailable):
        return first
    if isinstance(second, Unavailable):
        return second
    return between / float(np.sqrt(first * second))


def _within(correlation: Array, rows: list[int], geometric: bool) -> float | Unavailable:
    if len(rows) < 2:
        return Unavailable(ONE_ITEM)
    mean = _mean(correlation[np.ix_(rows, rows)][np.tril_indices(len(rows), -1)], geometric)
    return mean if mean > 0 else Unavailable(NO_CORRELATION)


def _mean(values: Array, geometric: bool) -> float:
    if not geometric:
        return float(values.mean())
    return 0.0 if (values == 0).any() else float(np.exp(np.log(values).mean()))


def fornell_larcker(
    average_variance: Mapping[str, float | Unavailable],
    latent_correlations: Mapping[str, Mapping[str, float | Unavailable]],
) -> Table:
    """Square root of the average variance extracted on the diagonal, latent correlations beside it.

    Scales are distinct in this sense when each diagonal value exceeds the absolute values of its row and
    column. Fornell & Larcker (1981), Journal of Marketing Research 18, 39-50.
    """

    def cell(a: str, b: str) -> float | Unavailable:
        if a != b:
            return latent_correlations[a][b]
        ave = average_variance[a]
        return ave if isinstance(ave, Unavailable) else float(np.sqrt(ave))

    return {a: {b: cell(a, b) for b in average_variance} for a in average_variance}
