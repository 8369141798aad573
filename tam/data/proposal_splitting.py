"""Where a long row of neighbouring questions falls apart into scales, by how their answers hang together."""

from __future__ import annotations

import numpy as np
import pandas as pd

_FEWEST_ITEMS = 6
_FEWEST_ROWS = 50
_CONTRAST = 0.1
"""Mean |r| inside the pieces less that between them: below it a row of questions is left whole."""


def breaks(answers: pd.DataFrame) -> tuple[int, ...]:
    """Places (from 0) where a new scale begins; none where the answers hang together or are too few.

    ``answers`` (n, items) in the order asked. Of all ways to cut the row into neighbouring pieces of two or
    more, the one with the highest sum over the pairs inside a piece of |r| - c, where c is the mean of |r|
    over all pairs (modularity, with pieces of neighbours only; found by dynamic programming, so it is the
    best of all). Each piece is cut again in the same way, until the contrast is below 0.1.
    """
    whole = answers.dropna()
    if answers.shape[1] < _FEWEST_ITEMS or len(whole) < _FEWEST_ROWS or not (whole.std(ddof=1) > 0).all():
        return ()
    r = np.abs(np.corrcoef(whole.to_numpy(dtype=float), rowvar=False))
    return tuple(start for start in _starts(r, 0) if start > 0)


def _starts(r: np.ndarray, first: int) -> list[int]:
    """Where the pieces of a row begin; ``r`` (k, k) holds |r| of its items, ``first`` is its own place."""
    k = len(r)
    starts = _best_cut(r) if k >= 4 else [0]
    if len(starts) == 1 or _contrast(r, starts) < _CONTRAST:
        return [first]
    ends = [*starts[1:], k]
    return [one for a, b in zip(starts, ends) for one in _starts(r[a:b, a:b], first + a)]


def _best_cut(r: np.ndarray) -> list[int]:
    k = len(r)
    inside = np.triu(r - r[np.triu_indices(k, 1)].mean(), 1)
    total = np.zeros((k + 1, k + 1))
    for start in range(k):
        for end in range(start + 1, k):
            total[start, end + 1] = total[start, end] + inside[start:end, end].sum()
    best, cut = np.full(k + 1, -np.inf), np.zeros(k + 1, dtype=int)
    best[0] = 0.0
    for end in range(2, k + 1):
        sums = best[: end - 1] + total[: end - 1, end]
        cut[end] = int(np.argmax(sums))
        best[end] = sums[cut[end]]
    found, end = [], k
    while end > 0:
        end = int(cut[end])
        found.append(end)
    return found[::-1]


def _contrast(r: np.ndarray, starts: list[int]) -> float:
    piece = np.searchsorted(starts, np.arange(len(r)), side="right")
    pairs = np.triu_indices(len(r), 1)
    same = piece[pairs[0]] == piece[pairs[1]]
    return float(r[pairs][same].mean() - r[pairs][~same].mean())
