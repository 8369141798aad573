"""Pairs of respondents who answered almost everything alike, found without comparing everybody with
everybody.

Two rows of k answers that differ in at most d places agree wholly on at least one of d + 1 blocks of items.
So only rows that share a whole block are compared: for the share asked for, no pair is missed. Blocks shared
by very many rows are left out when the comparisons would exceed a limit, and the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.int64]

MOST_COMPARISONS = 20_000_000
"""Comparisons of two rows at most: about ten seconds with 40 items."""
_SLICE = 200_000
"""Pairs compared at a time."""
_LONGEST = 2**62
"""Labels of rows stay below it, within 64 bits."""


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs of rows that agree on at least the share asked for, without pairs that agree wholly.

    - ``pairs`` (m, 2): positions of the rows, the earlier first; in order of the later, then the earlier one
    - ``shares`` (m,): answers in common divided by all items; an answer missing on either side is not in
      common
    - ``compared``: pairs of rows that were compared
    - ``skipped``: rows that share a block with too many others to be compared there; 0: nothing was missed
    """

    pairs: Rows
    shares: Array
    compared: int
    skipped: int


def near_matches(codes: Array, share: float, most: int = MOST_COMPARISONS) -> Matches:
    """All pairs of rows with at least ``share`` of their answers in common, but not all of them.

    ``codes`` (n, k), NaN for no answer; rows without any variation are left out: all who tick one answer
    agree. ``share`` above 0.5, or nearly everybody is compared with everybody. Of equal rows only the first
    is compared. Cost: n k for the blocks, then k for each pair that shares one.
    """
    k = codes.shape[1]
    differing = int(np.floor(k * (1 - share) + 1e-9))  # 20 * (1 - .95) is 1.0000000000000009
    if differing < 1 or k < 2:
        return Matches(np.empty((0, 2), dtype=np.int64), np.empty(0), 0, 0)
    answered = ~np.isnan(codes)
    _, distinct = np.unique(row_labels(codes), return_index=True)
    low = np.where(answered, codes, np.inf).min(axis=1)
    varies = np.where(answered, codes, -np.inf).max(axis=1) > low
    rows = np.sort(distinct[varies[distinct]])
    groups, skipped = _affordable(_groups(codes[rows], differing + 1), most)
    found, compared = _compared(codes[rows], groups, k - differing)
    if not len(found):
        return Matches(np.empty((0, 2), dtype=np.int64), np.empty(0), compared, skipped)
    pairs = np.unique(found, axis=0)
    equal = (codes[rows[pairs[:, 0]]] == codes[rows[pairs[:, 1]]]).sum(axis=1)
    order = np.lexsort((pairs[:, 0], pairs[:, 1]))
    return Matches(rows[pairs[order]], equal[order] / k, compared, skipped)


def row_labels(codes: Array) -> Rows:
    """A number for each row, equal for equal rows only (no answer equals no answer); shape (n,).

    Columns are added as the digits of a number that is written anew, without gaps, before it grows too long.
    """
    label = np.zeros(len(codes), dtype=np.int64)
    size = 1
    for column in range(codes.shape[1]):
        values, digit = np.unique(codes[:, column], return_inverse=True)
        if size > _LONGEST // max(len(values), 1):
            known, label = np.unique(label, return_inverse=True)
            size = len(known)
        label, size = label * len(values) + digit.reshape(-1), size * len(values)
    return label


def _groups(codes: Array, blocks: int) -> list[Rows]:
    """Positions of the rows that agree on a whole block, for every block; those alone are left out."""
    found: list[Rows] = []
    for columns in np.array_split(np.arange(codes.shape[1]), blocks):
        part = codes[:, columns]
        whole = np.flatnonzero(~np.isnan(part).any(axis=1))
        if len(whole) < 2:
            continue
        key = row_labels(part[whole])
        order = np.argsort(key, kind="stable")
        starts = np.concatenate([[0], np.flatnonzero(np.diff(key[order])) + 1])
        sizes = np.diff(np.append(starts, len(order)))
        several = sizes > 1
        found += [
            whole[order[start : start + size]]
            for start, size in zip(starts[several], sizes[several], strict=True)
        ]
    return found


def _affordable(groups: list[Rows], most: int) -> tuple[list[Rows], int]:
    """The groups, smallest first, whose pairs together are at most ``most``; how many rows lost a group."""
    ordered = sorted(groups, key=len)
    cost = np.cumsum([len(one) * (len(one) - 1) // 2 for one in ordered]) if ordered else np.empty(0)
    enough = int(np.searchsorted(cost, most, side="right"))
    left_out = ordered[enough:]
    return ordered[:enough], len(np.unique(np.concatenate(left_out))) if left_out else 0


def _compared(codes: Array, groups: list[Rows], least: int) -> tuple[Rows, int]:
    """The pairs within the groups that agree on at least ``least`` places; and how many were compared."""
    found: list[Rows] = []
    waiting: list[Rows] = []
    held = compared = 0
    for group in groups:
        first, second = np.triu_indices(len(group), 1)
        pairs = np.column_stack([group[first], group[second]])
        waiting.append(pairs)
        held += len(pairs)
        if held >= _SLICE:
            found.append(_alike(codes, np.concatenate(waiting), least))
            compared, held, waiting = compared + held, 0, []
    if waiting:
        found.append(_alike(codes, np.concatenate(waiting), least))
        compared += held
    return (np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)), compared


def _alike(codes: Array, pairs: Rows, least: int) -> Rows:
    """Those of the pairs (m, 2) that agree on at least ``least`` places."""
    kept = [
        part[(codes[part[:, 0]] == codes[part[:, 1]]).sum(axis=1) >= least]
        for part in np.array_split(pairs, max(1, -(-len(pairs) // _SLICE)))
    ]
    return np.concatenate(kept)
