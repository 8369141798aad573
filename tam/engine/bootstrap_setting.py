"""What resamples are drawn from and estimated with: the rows or the distribution of every group.

Every draw has a random stream of its own, found from the seed and the draw's number, so neither the number
of draws, nor of workers, nor how draws are put together changes what a draw holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tam.engine.bootstrap_products import ProductColumns, formed_anew
from tam.engine.fiml_sample import Incomplete
from tam.engine.solution import Compiled
from tam.engine.structure import Affine, Floats, Integers, Structure
from tam.stats.resampling import resampled_moments, wishart_moments

#: Groups of rows left out at once by the jackknife of a large sample.
MOST_GROUPS = 1000


@dataclass(frozen=True, slots=True)
class Rows:
    """One group's complete rows: ``level`` (p,) their means, ``centred`` (n, p); ``products`` the columns
    that every resample forms anew."""

    level: Floats
    centred: Floats
    products: tuple[ProductColumns, ...] = ()

    @property
    def n(self) -> int:
        return len(self.centred)

    def moments(self, counts: Floats) -> tuple[Floats, Floats]:
        """Means (r, p) and covariances (r, p, p), divisor n, of resamples known by their ``counts``
        (r, n)."""
        shifts, covariances = resampled_moments(self.centred, counts)
        covariances, shifts = formed_anew(covariances, shifts, self.products)
        return shifts + self.level, covariances


@dataclass(frozen=True, slots=True)
class Gaps:
    """One group's rows with missing answers, and ``products`` as in ``Rows``."""

    sample: Incomplete
    products: tuple[ProductColumns, ...] = ()

    @property
    def n(self) -> int:
        return len(self.sample.rows)


@dataclass(frozen=True, slots=True)
class Normal:
    """One group's distribution for the parametric bootstrap: ``level`` (p,) and ``factor`` (p, p), lower
    triangular with Sigma = factor factor'; ``n`` cases per resample."""

    level: Floats
    factor: Floats
    n: int


@dataclass(frozen=True, slots=True)
class Setting:
    """What a resample is estimated from.

    ``compiled`` the model without sample moments; ``space`` the constraints; ``theta`` (q,) the estimates;
    ``groups`` what is drawn from, one per group: all ``Rows``, or all ``Normal``, or all
    ``Gaps``.
    """

    compiled: Compiled
    space: Affine
    theta: Floats
    groups: tuple[Rows, ...] | tuple[Normal, ...] | tuple[Gaps, ...]
    estimator: Literal["ML", "GLS", "ULS"] = "ML"

    @property
    def structures(self) -> tuple[Structure, ...]:
        return self.compiled.structures

    @property
    def sizes(self) -> tuple[int, ...]:
        return tuple(one.n for one in self.groups)


@dataclass(frozen=True, slots=True)
class Task:
    """A piece of the work: ``size`` draws from number ``first`` on, or as many leave-one-out samples."""

    kind: Literal["draws", "left_out"]
    seed: int
    first: int
    size: int


def streams(task: Task) -> Iterator[np.random.Generator]:
    """The random stream of each draw: a counter-based generator keyed by the seed, at a place of its own.

    One generator is set to the place of each draw in turn (making one for each costs six times as much), so
    a stream is over once the next one is asked for.
    """
    key = np.random.SeedSequence(task.seed).generate_state(2, np.uint64)
    source = np.random.Philox(key=key)
    random, fresh = np.random.Generator(source), source.state
    for draw in range(task.first, task.first + task.size):
        fresh["state"]["counter"][:] = (0, 0, 0, draw)
        source.state = fresh
        yield random


def counts_of(sizes: Sequence[int], task: Task) -> list[Floats]:
    """How often each row of each group stands in each sample of the task: (size, n_g) per group."""
    if task.kind == "left_out":
        return _left_out(sizes, task)
    found = [np.empty((task.size, n)) for n in sizes]
    for k, random in enumerate(streams(task)):
        for counts, n in zip(found, sizes):
            counts[k] = np.bincount(random.integers(0, n, size=n), minlength=n)
    return found


def left_out_samples(sizes: Sequence[int]) -> int:
    """How many leave-one-out samples the jackknife takes; above ``MOST_GROUPS`` several rows at once."""
    return min(sum(sizes), MOST_GROUPS)


def _left_out(sizes: Sequence[int], task: Task) -> list[Floats]:
    member = np.arange(sum(sizes)) % left_out_samples(sizes)
    places = np.arange(task.first, task.first + task.size)
    kept = np.asarray(member != places[:, None], dtype=np.float64)
    ends: Integers = np.cumsum(sizes)
    return np.split(kept, ends[:-1], axis=1)


def moments_of(setting: Setting, task: Task) -> tuple[list[Floats], list[Floats], list[Floats]]:
    """Means (r, p), covariances (r, p, p) with divisor n, and cases (r,) of each group's resamples."""
    if isinstance(setting.groups[0], Normal):
        return _simulated(setting, task)
    means, covariances, sizes = [], [], []
    for group, counts in zip(setting.groups, counts_of(setting.sizes, task)):
        assert isinstance(group, Rows)
        level, spread = group.moments(counts)
        means.append(level)
        covariances.append(spread)
        sizes.append(counts.sum(axis=1))
    return means, covariances, sizes


def _simulated(setting: Setting, task: Task) -> tuple[list[Floats], list[Floats], list[Floats]]:
    drawn: list[list[tuple[Floats, Floats]]] = [[] for _ in setting.groups]
    for random in streams(task):
        for found, group in zip(drawn, setting.groups):
            assert isinstance(group, Normal)
            found.append(wishart_moments(group.level, group.factor, group.n, random))
    means = [np.stack([one[0] for one in found]) for found in drawn]
    covariances = [np.stack([one[1] for one in found]) for found in drawn]
    return means, covariances, [np.full(task.size, float(n)) for n in setting.sizes]
