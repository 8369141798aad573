"""A multi-group model estimated with its respondents shuffled among the groups: what chance alone does.

As in the bootstrap, shuffled samples are never built: a group's moments are linear in which rows it holds,
and the models of a chunk of shuffles are estimated at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.engine.bootstrap import CHUNK, LARGEST_COUNTS, estimates_of
from tam.engine.bootstrap_chunk import Batch, batch_around, estimate_moments
from tam.engine.bootstrap_setting import Rows, Setting, Task, streams
from tam.engine.structure import Floats
from tam.errors import TamError, problem

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Shuffles:
    """``theta`` (R, q) in the order of the fit's free parameters, NaN where a shuffle failed; ``converged``
    (R,)."""

    theta: Floats
    converged: Booleans
    seed: int


def shuffled_estimates(fit: Fit, draws: int, seed: int, among: Sequence[int] | None = None) -> Shuffles:
    """The estimates in ``draws`` shuffles of the rows among the groups ``among`` (numbered from 0, all if
    None); the sizes of the groups and the rows of the others stay.

    Every shuffle has a random stream of its own, found from the seed and its number. Raises TamError for a
    fit without complete rows or whose estimator cannot be refitted from moments.
    """
    if fit.sample.incomplete or not fit.complete_rows:
        raise TamError(problem("bootstrap-needs-rows"))
    rows = fit.complete_rows
    chosen = tuple(range(len(rows))) if among is None else tuple(among)
    pooled = np.vstack([rows[at] for at in chosen])
    level = pooled.mean(axis=0)
    source = Rows(level, pooled - level)
    own = tuple(Rows(part.mean(axis=0), part - part.mean(axis=0)) for part in rows)
    solution = fit.solution
    estimator = estimates_of(fit.options.estimator)
    setting = Setting(solution.compiled, solution.space, fit.theta, own, estimator)
    setting, batch = _around_no_difference(setting, source, chosen)
    size = max(1, min(CHUNK, LARGEST_COUNTS // sum(setting.sizes)))
    parts = [
        _chunk(setting, batch, source, chosen, Task("draws", seed, first, min(size, draws - first)))
        for first in range(0, draws, size)
    ]
    theta = np.concatenate([part[0] for part in parts])
    return Shuffles(theta, np.concatenate([part[1] for part in parts]), seed)


def _around_no_difference(
    setting: Setting, source: Rows, chosen: Sequence[int]
) -> tuple[Setting, Batch | None]:
    """The setting at the estimates that the groups have where the chosen ones have the same moments: the
    middle of all shuffles."""
    means, covariances = _unmoved(setting)
    everybody = source.moments(np.ones((1, source.n)))
    for at in chosen:
        means[at], covariances[at] = everybody
    sizes = [np.array([float(n)]) for n in setting.sizes]
    covariances = _divided(setting, covariances, sizes)
    middle = estimate_moments(setting, None, means, covariances, sizes)
    if middle.converged[0]:
        setting = replace(setting, theta=middle.theta[0])
    return setting, batch_around(setting, means, covariances, sizes)


def _unmoved(setting: Setting) -> tuple[list[Floats], list[Floats]]:
    """The moments of every group as it is: (1, p) and (1, p, p)."""
    found = [group.moments(np.ones((1, group.n))) for group in setting.groups if isinstance(group, Rows)]
    return [one[0] for one in found], [one[1] for one in found]


def _divided(setting: Setting, covariances: list[Floats], sizes: list[Floats]) -> list[Floats]:
    """Covariances with the estimator's divisor: n for maximum likelihood, n - 1 for least squares."""
    if setting.estimator == "ML":
        return covariances
    return [part * (n / (n - 1))[:, None, None] for part, n in zip(covariances, sizes)]


def _chunk(
    setting: Setting, batch: Batch | None, source: Rows, chosen: Sequence[int], task: Task
) -> tuple[Floats, Booleans]:
    means, covariances = ([np.repeat(part, task.size, axis=0) for part in kind] for kind in _unmoved(setting))
    held = membership([setting.sizes[at] for at in chosen], task)
    for at, counts in zip(chosen, held):
        means[at], covariances[at] = source.moments(counts)
    sizes = [np.full(task.size, float(n)) for n in setting.sizes]
    part = estimate_moments(setting, batch, means, _divided(setting, covariances, sizes), sizes)
    return part.theta, part.converged


def membership(sizes: Sequence[int], task: Task) -> list[Floats]:
    """Which rows each group holds in each shuffle of the task: 0 or 1, (size, n) per group."""
    total, ends = sum(sizes), np.cumsum(sizes)
    held = [np.zeros((task.size, total)) for _ in sizes]
    for k, random in enumerate(streams(task)):
        order = np.split(random.permutation(total), ends[:-1])
        for counts, places in zip(held, order):
            counts[k, places] = 1.0
    return held
