"""Discriminant validity: do two scales measure two things?

HTMT, HTMT2, Fornell and Larcker's table, shared variances, cross-loadings, adjustment of many tests.
"""

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


def shared_variances(
    latent_correlations: Mapping[str, Mapping[str, float | Unavailable]],
) -> tuple[dict[str, float | Unavailable], dict[str, float | Unavailable]]:
    """Maximum (MSV) and average (ASV) squared correlation of each construct with the others, in [0, 1].

    A construct is distinct in this sense when its AVE exceeds both. latent_correlations: of every construct
    with every other. Fornell & Larcker (1981), Journal of Marketing Research
    18, 39-50, compare the AVE with the squared correlations.
    """
    largest: dict[str, float | Unavailable] = {}
    average: dict[str, float | Unavailable] = {}
    for name, row in latent_correlations.items():
        squares: list[float] = []
        gone: Unavailable | None = None if len(row) > 1 else Unavailable("there is no other construct")
        for other, value in row.items():
            if other != name and isinstance(value, Unavailable):
                gone = value
            elif other != name:
                squares.append(float(value) ** 2)  # type: ignore[arg-type]
        largest[name] = gone or max(squares)
        average[name] = gone or sum(squares) / len(squares)
    return largest, average


def cross_loadings(answers: Array, blocks: Mapping[str, Sequence[int]]) -> Array:
    """(p, k) correlation of each item with the sum of each scale's items, its own left out of its own sum.

    answers: (n, p) without gaps; blocks: the columns of each of the k scales. NaN where a scale has no other
    item or a sum does not vary. Peer: ``cor(x, rowSums(scale))``,
    own items as ``psych::alpha(x)$item.stats$r.drop``.
    """
    p = answers.shape[1]
    centred = answers - answers.mean(axis=0)
    covariance = centred.T @ centred
    own = np.zeros((p, len(blocks)))
    for k, rows in enumerate(blocks.values()):
        own[list(rows), k] = 1.0
    variance = np.diag(covariance)
    with_sum = covariance @ own
    sums = np.einsum("ik,ij,jk->k", own, covariance, own)
    # Without the item: its covariance with the sum loses its variance, the sum loses twice the covariance.
    left = with_sum - own * variance[:, None]
    spread = sums - own * (2 * with_sum - variance[:, None])
    with np.errstate(divide="ignore", invalid="ignore"):
        found = left / np.sqrt(variance[:, None] * spread)
    # Sums of one item lose everything: what is left is rounding, 1e-10 of the item's variance.
    empty = spread <= 1e-10 * variance[:, None]
    return np.where(empty | ~np.isfinite(found), np.nan, found)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Probabilities adjusted for their number by Holm's step-down procedure, in the given order, at most 1.

    The i-th smallest of m is multiplied by m - i + 1, none below the one before it. Holm (1979), Scandinavian
    Journal of Statistics 6, 65-70. Peer: ``p.adjust(p, "holm")``.
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda k: p_values[k])):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = highest
    return tuple(adjusted)


def target_coefficient(first_order_chisq: float, second_order_chisq: float) -> float:
    """Share of the first-order factors' fit that a second-order factor keeps: chi-square over chi-square.

    1 where the second-order factor accounts for all correlations of the first-order ones.
    Marsh & Hocevar (1985), Psychological Bulletin 97, 562-582.
    """
    return first_order_chisq / second_order_chisq
