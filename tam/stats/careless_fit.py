"""Person fit without a response model: normed Guttman errors of ordered answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def guttman_errors(steps: Array, highest: NDArray[np.int64]) -> Array:
    """Normed number of Guttman errors of each complete row; shape (n,), range 0 .. 1, NaN elsewhere.

    An item with the answers 0 .. m has m steps; a step's popularity is the share that took it. An error is a
    pair of steps of which the less popular was taken and the more popular was not; the number is divided by
    the largest one that the same total score allows. ``steps`` (n, k): answers counted from 0, reverse-keyed
    items already reversed, NaN for no answer; ``highest`` (k,) the top answer m of each item. The lowest and
    the highest total allow no error: NaN. Steps of equal popularity stand in the order of the items.

    With the steps in order of popularity and r their ranks, the errors are the sum of r over the steps taken
    minus S (S + 1) / 2, S the total score; the maximum over patterns of the same total is found item by item.
    Source: Molenaar (1991) for the count, Emons (2008) for the norm. Peer: ``PerFit::Gnormed.poly``.
    """
    found = np.full(len(steps), np.nan)
    complete = ~np.isnan(steps).any(axis=1)
    if complete.any():
        taken = steps[complete].astype(np.int64)
        cost = _step_costs(taken, highest)
        total = taken.sum(axis=1)
        errors = sum(cost[item][taken[:, item]] for item in range(len(highest))) - total * (total + 1) / 2
        most = _most_costs(cost)[total] - total * (total + 1) / 2
        found[complete] = np.where(most > 0, errors / np.where(most > 0, most, 1.0), np.nan)
    return found


def _step_costs(taken: NDArray[np.int64], highest: NDArray[np.int64]) -> list[Array]:
    """For each item the sum of the ranks of the steps taken by each of its answers, first 0 for no step."""
    popularity = [[float((taken[:, i] >= c).mean()) for c in range(1, m + 1)] for i, m in enumerate(highest)]
    order = sorted(
        ((-share, step, item) for item, shares in enumerate(popularity) for step, share in enumerate(shares))
    )
    cost = [np.zeros(int(m) + 1) for m in highest]
    for rank, (_, step, item) in enumerate(order, 1):
        cost[item][step + 1] = rank
    return [np.cumsum(one) for one in cost]


def _most_costs(cost: list[Array]) -> Array:
    """The largest summed cost for every total score 0 .. sum of the top answers."""
    most = np.zeros(1)
    for one in cost:
        wider = np.full(len(most) + len(one) - 1, -np.inf)
        for answer, value in enumerate(one):
            place = slice(answer, answer + len(most))
            wider[place] = np.maximum(wider[place], most + value)
        most = wider
    return most
