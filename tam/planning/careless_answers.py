"""What careless respondents tick, in the seven forms of the screening study."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tam.planning.simulate import random_answers, see_saws, straight_lines

Codes = NDArray[np.int64]

KINDS: Mapping[str, tuple[str, ...]] = {
    "random": ("random",),
    "straight line": ("straight line",),
    "see-saw": ("see-saw",),
    "style": ("middle", "extreme"),
    "copied or partial": ("copied", "partial"),
}
"""The five kinds, two of them in two forms; a kind is a fifth of the careless, a form half of its kind."""
FORMS = tuple(form for forms in KINDS.values() for form in forms)
SLIP = 0.05
"""Chance that a straight line or a see-saw is one category off at an item."""
COPY_CHANGES = 0.10
"""Share of the answers that a copy changes."""
FEWEST_POINTS = 3


def careless_answers(
    form: str, table: Codes, rows: Codes, attentive: Codes, points: int, rng: np.random.Generator
) -> Codes:
    """What careless respondents of one form tick; shape (rows, items).

    ``table`` (n, items) holds what everybody would have ticked with care, as presented; ``rows`` are the
    careless of this form, ``attentive`` those who may be copied.
    """
    n, k = len(rows), table.shape[1]
    if form == "random":
        return random_answers(n, k, points, rng)
    if form == "straight line":
        return _slipped(straight_lines(n, k, points, rng), points, rng)
    if form == "see-saw":
        return _slipped(see_saws(n, k, points, rng), points, rng)
    if form == "middle":
        middle = (points + 1) // 2
        return np.asarray(rng.choice([middle - 1, middle, middle + 1], size=(n, k), p=[0.2, 0.6, 0.2]))
    if form == "extreme":
        return np.asarray(rng.choice([1, points], size=(n, k)))
    if form == "copied":
        copied = table[rng.choice(attentive, size=n, replace=False)]
        return np.where(rng.random((n, k)) < COPY_CHANGES, random_answers(n, k, points, rng), copied)
    until = rng.integers(k // 3, 2 * k // 3, size=(n, 1))  # partial: attentive up to here, then random
    return np.where(np.arange(k) < until, table[rows], random_answers(n, k, points, rng))


def _slipped(codes: Codes, points: int, rng: np.random.Generator) -> Codes:
    moved = np.clip(codes + rng.choice([-1, 1], size=codes.shape), 1, points)
    return np.where(rng.random(codes.shape) < SLIP, moved, codes)


def careless_forms(n: int, share: float, rng: np.random.Generator) -> NDArray[np.str_]:
    """The form of each respondent, ``attentive`` or one of ``FORMS`` (n,): of every kind as many, as far as
    that is possible, in random order."""
    careless = round(n * share)
    names = [forms[i // len(KINDS) % len(forms)] for i in range(careless) for forms in [_kind(i)]]
    drawn = np.array(["attentive"] * (n - careless) + names)
    return drawn[rng.permutation(n)]


def _kind(at: int) -> tuple[str, ...]:
    return tuple(KINDS.values())[at % len(KINDS)]
