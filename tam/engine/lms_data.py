"""The answers as the mixture needs them: by pattern of missing answers, with all products of two columns.

The log-density of a case given a node is linear in z = (1, y, y y'), so that the densities of all cases at
all nodes are one matrix product, and everything the likelihood's derivatives need is a weighted sum of z.
Columns are centred and scaled first, which keeps that sum free of cancellation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tam.engine.fiml_patterns import patterns_of
from tam.engine.structure import Floats, Integers


@dataclass(frozen=True, slots=True)
class Block:
    """The cases that answered the same columns: ``rows`` (m,) their places, ``seen`` (s,) the columns,
    ``products`` (m, 1 + s + s (s + 1) / 2) z of each, ``upper`` the two index vectors of the last part,
    ``offset`` the log-density's constant: minus s / 2 log 2 pi minus the logs of the scales."""

    rows: Integers
    seen: Integers
    products: Floats
    upper: tuple[Integers, Integers]
    offset: float


@dataclass(frozen=True, slots=True)
class Answers:
    """All blocks of n cases; column j was taken as (answer - centre[j]) / scale[j]."""

    blocks: tuple[Block, ...]
    cases: int
    centre: Floats
    scale: Floats


def answers_of(rows: Floats) -> Answers:
    """The blocks of a table (n, p) with nan where an answer is missing; every row has one."""
    centre = np.nanmean(rows, axis=0)
    scale = np.nanstd(rows, axis=0)
    scaled = (rows - centre) / scale
    if not np.isnan(rows).any():
        seen = np.arange(rows.shape[1])
        return Answers((_block(scaled, np.arange(len(rows)), seen, scale),), len(rows), centre, scale)
    patterns = patterns_of(rows)
    blocks = []
    for at, observed in enumerate(patterns.observed):
        own = np.flatnonzero(patterns.of_row == at)
        blocks.append(_block(scaled, own, np.flatnonzero(observed), scale))
    return Answers(tuple(blocks), len(rows), centre, scale)


def _block(scaled: Floats, rows: Integers, seen: Integers, scale: Floats) -> Block:
    own = scaled[rows[:, None], seen]
    upper = np.triu_indices(len(seen))
    products = np.concatenate([np.ones((len(rows), 1)), own, own[:, upper[0]] * own[:, upper[1]]], axis=1)
    offset = -0.5 * len(seen) * np.log(2.0 * np.pi) - np.log(scale[seen]).sum()
    return Block(rows, seen, products, upper, float(offset))
