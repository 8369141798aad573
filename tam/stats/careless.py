"""Runs and spread of raw codes (before reversing), one number per respondent.

``long_string``, ``average_string`` and ``individual_variability`` follow the R package careless 1.2.2 (Yentes
and Wilhelm): its ``longstring``, ``longstring(avg = TRUE)`` and ``irv``. The other families of indices stand
in ``careless_consistency``, ``careless_distance``, ``careless_patterns``, ``careless_matches``,
``careless_fit``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def long_string(codes: Array) -> NDArray[np.int64]:
    """Length of the longest run of equal neighbouring answers; shape (n,), range 0 .. k.

    ``codes`` (n, k) in presentation order, NaN for no answer. A missing answer ends a run and starts none.
    Peer: ``careless::longstring``.
    """
    n, k = codes.shape
    current = np.zeros(n, dtype=np.int64)
    longest = np.zeros(n, dtype=np.int64)
    for column in range(k):
        answered = ~np.isnan(codes[:, column])
        same = answered & (codes[:, column] == codes[:, column - 1]) if column else np.zeros(n, dtype=bool)
        current = np.where(same, current + 1, answered.astype(np.int64))
        longest = np.maximum(longest, current)
    return longest


def average_string(codes: Array) -> Array:
    """Mean length of the runs of equal neighbouring answers; shape (n,), range 1 .. k, NaN with no answer.

    ``codes`` (n, k) in presentation order, NaN for no answer. Answers given divided by runs: a missing answer
    ends a run and is none itself. Peer: ``careless::longstring(avg = TRUE)`` on complete rows.
    """
    answered = ~np.isnan(codes)
    begins = answered.copy()
    begins[:, 1:] &= ~(answered[:, :-1] & (codes[:, 1:] == codes[:, :-1]))
    runs = begins.sum(axis=1)
    return np.where(runs > 0, answered.sum(axis=1) / np.maximum(runs, 1), np.nan)


def individual_variability(codes: Array) -> Array:
    """Standard deviation (divisor m - 1) of each respondent's m answers; shape (n,), NaN with fewer than two.

    ``codes`` (n, k), NaN for no answer. Zero is one answer throughout. Peer: ``careless::irv`` with na.rm.
    """
    answered = (~np.isnan(codes)).sum(axis=1)
    filled = np.where(np.isnan(codes), 0.0, codes)
    enough = answered > 1
    mean = filled.sum(axis=1) / np.maximum(answered, 1)
    squares = np.where(np.isnan(codes), 0.0, (codes - mean[:, None]) ** 2).sum(axis=1)
    return np.where(enough, np.sqrt(squares / np.maximum(answered - 1, 1)), np.nan)


def uniform_answers(codes: Array, reverse: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of answers given, where all of them are equal on items of both directions; else 0. Shape (n,).

    ``codes`` (n, k) raw, NaN for no answer; ``reverse`` (k,) marks the reverse-keyed items. Who agrees with a
    statement and with its opposite contradicts himself; the midpoint throughout is the one exception in
    logic, and is counted as well because over several items it is as uninformative.
    """
    answered = ~np.isnan(codes)
    both = answered[:, reverse].any(axis=1) & answered[:, ~reverse].any(axis=1)
    low = np.where(answered, codes, np.inf).min(axis=1, initial=np.inf)
    high = np.where(answered, codes, -np.inf).max(axis=1, initial=-np.inf)
    return np.where(both & (low == high), answered.sum(axis=1), 0)
