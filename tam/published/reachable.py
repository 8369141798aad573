"""What printed numbers leave open: the smallest and largest estimate among all moments that print as they do.

Every printed moment is an interval, so the moments form a box. ``linear`` reaches are the first-order bound,
the sum of |d estimate / d moment| times half a unit. The search then looks for actual moments in the box, one
estimate and one direction at a time: along every coordinate a parabola through both ends and the present
place says where to go, all coordinates move together, then one alone if that was too much; until nothing
improves. Moments that are no positive definite matrix are not entered.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tam.published.rounding_box import Box

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Evaluate = Callable[[Floats], Floats]

CELLS = 4_000_000
"""Numbers held at once in the matrices, or in the trial points, of a block; bounds the memory."""
ROUNDS = 12
GAIN = 1e-12
"""Improvements below this share of the reach are rounding of the arithmetic."""
SHRINKINGS = 20
NEAR = 1e-3
"""A coordinate within this share of the width counts as at the end of its interval."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Of m estimates: ``value`` (m,) at the moments as printed; ``low`` and ``high`` (m,) the range;
    ``found_low`` and ``found_high`` (m,) the smallest and largest that moments in the box were found for, and
    these, ``at_low`` and ``at_high`` (m, k): the range where it was searched, else a part of it; ``linear``
    (m,) the first-order half-width; ``moves`` (m, k) which printed numbers move which estimate. NaN where
    there is no estimate."""

    value: Floats
    low: Floats
    high: Floats
    found_low: Floats
    found_high: Floats
    at_low: Floats
    at_high: Floats
    linear: Floats
    moves: Booleans


def definite(box: Box, points: Floats) -> Booleans:
    """Which points (r, k) are positive definite matrices; cells that are not printed count as satisfied."""
    matrices = box.moments(points).matrices
    if len(box.missing):
        return np.asarray(_definite_parts(matrices))
    return np.asarray(np.linalg.eigvalsh(matrices)[:, 0] > 0)


def _definite_parts(matrices: Floats) -> Booleans:
    """With gaps, only the largest part without any can be judged (variables dropped most gaps first)."""
    kept = np.arange(matrices.shape[1])
    while len(kept) > 1:
        gaps = np.isnan(matrices[0][np.ix_(kept, kept)]).sum(axis=0)
        if not gaps.any():
            break
        kept = np.delete(kept, int(gaps.argmax()))
    part = matrices[:, kept[:, None], kept]
    return np.asarray(np.linalg.eigvalsh(part)[:, 0] > 0)


def always_definite(box: Box) -> bool:
    """Whether every matrix of the box is positive definite: the smallest eigenvalue as printed exceeds the
    largest row sum of the half units (Weyl's inequality)."""
    matrix = box.moments(box.centre[None]).matrices[0]
    if np.isnan(matrix).any():
        return False
    spread = box.moments((box.centre + box.half)[None]).matrices[0] - matrix
    return bool(np.linalg.eigvalsh(matrix)[0] > np.abs(spread).sum(axis=1).max())


def in_blocks(box: Box, evaluate: Evaluate, points: Floats) -> Floats:
    """The estimates at points (r, k), in blocks of bounded size."""
    block = _block(box)
    parts = [evaluate(points[at : at + block]) for at in range(0, len(points), block)]
    return np.concatenate(parts) if len(parts) > 1 else parts[0]


def _block(box: Box) -> int:
    return max(1, CELLS // max(len(box.names) ** 2, len(box.centre), 1))


def _ends(box: Box, evaluate: Evaluate) -> tuple[Floats, Floats, Floats]:
    """The estimates (k, m) with one number at the low end of its interval, with it at the high end; and as
    printed (m,)."""
    k = len(box.centre)
    value = evaluate(box.centre[None])[0]
    low, high = np.empty((k, len(value))), np.empty((k, len(value)))
    block = _block(box)
    for start in range(0, k, block):
        at = np.arange(start, min(start + block, k))
        for found, end in ((low, box.low), (high, box.high)):
            points = np.tile(box.centre, (len(at), 1))
            points[np.arange(len(at)), at] = end[at]
            found[at] = evaluate(points)
    return low, high, value


def nearby(box: Box, evaluate: Evaluate) -> Reach:
    """The reach to first order, and at the corner of the box to which the derivatives point: of the two the
    wider. Cheap, and all that a value needs which comes out as printed anyway."""
    at_ends = _ends(box, evaluate)
    value, slopes = at_ends[2], np.nan_to_num(at_ends[1] - at_ends[0]).T  # (m, k), per width of the box
    moves = (np.nan_to_num(np.abs(at_ends[0] - value) + np.abs(at_ends[1] - value)) > 0).T
    linear = np.asarray(np.abs(slopes).sum(axis=1) / 2.0)
    corners = []
    for sign in (-1.0, 1.0):
        up = sign * slopes
        corner = np.where(up > 0, box.high, np.where(up < 0, box.low, box.centre))
        corners.append(_drawn_back(box, corner))
    m, block = len(value), _block(box)
    own = np.arange(m)
    heights = np.concatenate([_own(evaluate, corner, own, block) for corner in corners])
    at_low, low = _better(-heights[:m], corners[0], -value, box.centre)
    at_high, high = _better(heights[m:], corners[1], value, box.centre)
    ends = np.fmin(-low, value - linear), np.fmax(high, value + linear)
    return Reach(value, *ends, -low, high, at_low, at_high, linear, moves)


def _own(evaluate: Evaluate, points: Floats, outputs: NDArray[np.intp], block: int) -> Floats:
    """Of every point (r, k) the one estimate that ``outputs`` (r,) names."""
    found = np.empty(len(points))
    for start in range(0, len(points), block):
        part = slice(start, start + block)
        found[part] = evaluate(points[part])[np.arange(len(points[part])), outputs[part]]
    return found


def _better(found: Floats, points: Floats, value: Floats, centre: Floats) -> tuple[Floats, Floats]:
    """The points (m, k) where they are higher than the centre, else the centre; and the heights (m,)."""
    with np.errstate(invalid="ignore"):
        higher = found > value
    return np.where(higher[:, None], points, centre), np.where(higher, found, value)


def _drawn_back(box: Box, points: Floats) -> Floats:
    """The points (m, k), halfway back to the centre as often as it takes to be positive definite."""
    if always_definite(box) or not definite(box, box.centre[None])[0]:
        return points
    points = points.copy()
    for _ in range(SHRINKINGS):
        wrong = ~definite(box, points)
        if not wrong.any():
            break
        points[wrong] = (points[wrong] + box.centre) / 2.0
    return points


def reachable(box: Box, evaluate: Evaluate) -> Reach:
    """The smallest and largest of every estimate that the search finds."""
    reach = nearby(box, evaluate)
    return searched(box, evaluate, reach, range(len(reach.value)))


def searched(
    box: Box, evaluate: Evaluate, reach: Reach, chosen: Sequence[int], rounds: int = ROUNDS
) -> Reach:
    """The reach with that of the ``chosen`` estimates searched, from where it stands."""
    wanted = [at for at in chosen if np.isfinite(reach.value[at])]
    if not wanted or not len(box.centre):
        return reach
    low, high, at_low, at_high = (one.copy() for one in (reach.low, reach.high, reach.at_low, reach.at_high))
    outputs = np.array(wanted * 2, dtype=np.intp)
    signs = np.repeat([-1.0, 1.0], len(wanted))
    start = np.concatenate([at_low[wanted], at_high[wanted]])
    points, best = start.copy(), np.empty(len(outputs))
    for group in _groups(reach.moves[outputs]):
        active = np.flatnonzero(reach.moves[outputs[group]].any(axis=0))
        found = _search(box, evaluate, outputs[group], signs[group], start[group], active, rounds)
        points[group], best[group] = found
    half = len(wanted)
    best = np.where(np.isfinite(best), best, signs * reach.value[outputs])  # nothing but the printed moments
    low[wanted], at_low[wanted] = -best[:half], points[:half]
    high[wanted], at_high[wanted] = best[half:], points[half:]
    found_low, found_high = reach.found_low.copy(), reach.found_high.copy()
    found_low[wanted], found_high[wanted] = low[wanted], high[wanted]
    return replace(
        reach,
        low=low,
        high=high,
        found_low=found_low,
        found_high=found_high,
        at_low=at_low,
        at_high=at_high,
    )


def _groups(moves: Booleans) -> list[NDArray[np.intp]]:
    """Searches (s, k) in groups whose trial points, three along every number that moves any of them, fit in a
    block."""
    k = moves.shape[1]
    groups: list[list[int]] = []
    union = np.zeros(k, dtype=bool)
    for at in np.lexsort(moves.T[::-1]).tolist():
        joined = union | moves[at]
        if groups and 3 * (len(groups[-1]) + 1) * int(joined.sum()) * k <= CELLS:
            groups[-1].append(at)
            union = joined
        else:
            groups.append([at])
            union = moves[at].copy()
    return [np.array(group, dtype=np.intp) for group in groups]


def _search(
    box: Box,
    evaluate: Evaluate,
    outputs: NDArray[np.intp],
    signs: Floats,
    start: Floats,
    active: NDArray[np.intp],
    rounds: int,
) -> tuple[Floats, Floats]:
    """The best point (s, k) for each of s (output, direction), from ``start`` (s, k) along the ``active``
    coordinates, and signs * estimate there (s,)."""
    block = _block(box)
    checked = not always_definite(box) and bool(definite(box, box.centre[None])[0])

    def heights(points: Floats, which: NDArray[np.intp]) -> Floats:
        found = _own(evaluate, points, outputs[which], block) * signs[which]
        if checked:
            found = np.where(definite(box, points), found, -np.inf)
        return np.asarray(np.where(np.isfinite(found), found, -np.inf))

    points = start.copy()
    best = heights(points, np.arange(len(outputs)))
    going = np.arange(len(outputs))
    for _ in range(rounds):
        here = partial(_of, heights, going)
        aims, alone, single = _aims(box, active, points[going], best[going], here)
        new, height = _along(points[going], aims, best[going], here)
        new = np.where((single > height)[:, None], alone, new)
        height = np.maximum(single, height)
        size = np.maximum(np.abs(height), 1e-6)
        better = height > best[going] + GAIN * size
        points[going[better]], best[going[better]] = new[better], height[better]
        going = going[better]
        if not len(going):
            break
    return points, best


def _of(
    heights: Callable[[Floats, NDArray[np.intp]], Floats],
    going: NDArray[np.intp],
    points: Floats,
    which: NDArray[np.intp],
) -> Floats:
    """Heights of points for those of the searches still ``going`` that ``which`` counts."""
    return heights(points, going[which])


def _aims(
    box: Box,
    active: NDArray[np.intp],
    points: Floats,
    best: Floats,
    heights: Callable[[Floats, NDArray[np.intp]], Floats],
) -> tuple[Floats, Floats, Floats]:
    """Where every active coordinate of each point would best be (s, k); the point with only the most
    rewarding coordinate moved (s, k), and its height (s,), minus infinity where none rewards."""
    (s, k), a = points.shape, len(active)
    own, low, high = points[:, active], box.low[active], box.high[active]
    width = high - low
    inner = (own - low > NEAR * width) & (high - own > NEAR * width)
    middle = np.where(inner, own, (low + high) / 2.0)
    places = np.stack([np.broadcast_to(low, (s, a)), middle, np.broadcast_to(high, (s, a))])
    trial = np.tile(points[None, :, None, :], (3, 1, a, 1))
    trial[:, :, np.arange(a), active] = places
    which = np.broadcast_to(np.arange(s)[None, :, None], (3, s, a)).ravel()
    found = heights(trial.reshape(-1, k), which).reshape(3, s, a)
    highest = found.max(axis=0)
    ends = np.take_along_axis(places, found.argmax(axis=0)[None], axis=0)[0]
    top = _vertex(places, found)
    moved = np.where(np.isfinite(top), top, ends)
    moved = np.where(highest > found.min(axis=0), moved, own)  # what changes nothing stays
    aims, alone, rows, most = points.copy(), points.copy(), np.arange(s), highest.argmax(axis=1)
    aims[:, active] = moved
    alone[rows, active[most]] = ends[rows, most]
    reached = highest[rows, most]
    return aims, alone, np.where(reached > best, reached, -np.inf)


def _vertex(places: Floats, found: Floats) -> Floats:
    """The highest point of the parabola through three places (3, s, k), where it lies strictly between the
    ends and above them; else NaN."""
    (a, b, c), (fa, fb, fc) = places, found
    with np.errstate(all="ignore"):
        left, right = (fb - fa) / (b - a), (fc - fb) / (c - b)
        curvature = (right - left) / (c - a)
        top = (a + b) / 2.0 - left / (2.0 * curvature)
        peak = (curvature < 0) & (top > a) & (top < c)
    return np.where(peak & np.isfinite(top), top, np.nan)


def _along(
    points: Floats, aims: Floats, best: Floats, heights: Callable[[Floats, NDArray[np.intp]], Floats]
) -> tuple[Floats, Floats]:
    """All coordinates at once towards their aims, halving the way until it is higher than before."""
    new, height = points.copy(), best.copy()
    waiting = np.arange(len(points))
    length = 1.0
    for _ in range(SHRINKINGS):
        trial = points[waiting] + length * (aims[waiting] - points[waiting])
        found = heights(trial, waiting)
        better = found > best[waiting]
        new[waiting[better]], height[waiting[better]] = trial[better], found[better]
        waiting = waiting[~better]
        if not len(waiting):
            break
        length /= 2.0
    return new, height
