"""Reverse keys from the answers: an item that runs against the rest of its scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

_FEWEST = 10


def against_the_rest(answers: pd.DataFrame, named: Sequence[str]) -> tuple[dict[str, float], set[str], int]:
    """Item-rest correlations of a scale, the items that run against it, and the respondents they rest on.

    ``answers`` (n, items) as given, nothing turned round; ``named`` items are marked as reversed by their
    names. The direction of the scale is that of its first principal component, turned so that most items
    load positively on it (of equally many, so that the named ones load negatively, else the first item
    positively). Each correlation is that of the item as answered with the mean of the other items in the
    direction of the scale; it runs against the scale if it is below -2 / sqrt(n), twice its standard error
    if it were zero.
    """
    whole = answers.dropna()
    n = len(whole)
    spread = whole.std(ddof=1) if n else pd.Series(dtype=float)
    items = [item for item in answers.columns if n >= _FEWEST and spread[item] > 0]
    if len(items) < 2:
        return {}, set(), n
    z = (whole[items] - whole[items].mean()) / spread[items]
    loadings = np.linalg.eigh(np.asarray(z.corr()))[1][:, -1]
    signs = _turned(np.where(loadings < 0, -1.0, 1.0), items, set(named))
    found: dict[str, float] = {}
    for i, item in enumerate(items):
        rest = [j for j in range(len(items)) if j != i]
        mean = np.asarray(z)[:, rest] @ signs[rest] / len(rest)
        if mean.std() > 0:
            found[item] = float(np.corrcoef(np.asarray(z)[:, i], mean)[0, 1])
    return found, {item for item, r in found.items() if r < -2 / np.sqrt(n)}, n


def _turned(signs: np.ndarray, items: Sequence[str], named: set[str]) -> np.ndarray:
    """Most items positive; of equally many, the named ones negative or else the first one positive."""
    total = float(signs.sum())
    if total == 0:
        marked = [sign for sign, item in zip(signs, items) if item in named]
        total = -float(sum(marked)) if marked and sum(marked) else float(signs[0])
    return signs if total > 0 else -signs
