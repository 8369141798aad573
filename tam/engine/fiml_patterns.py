"""Which answers are there: the patterns of a table with missing cells and the moments of each pattern.

Given its pattern, a case enters the normal likelihood only through the count, the mean and the covariance
matrix of the cases that share the pattern, so a table of n rows becomes K patterns once and no evaluation
sees the rows again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tam.engine.structure import Floats, Integers

Booleans = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Patterns:
    """A table by missing-data pattern; K patterns of p variables, fewest missing answers first.

    ``observed`` (K, p); ``counts`` (K,) cases, or their summed weights; ``means`` (K, p) and ``covariances``
    (K, p, p), divisor the count, of what the pattern observes, 0 elsewhere; ``of_row`` (n,) the pattern of
    each row.
    """

    observed: Booleans
    counts: Floats
    means: Floats
    covariances: Floats
    of_row: Integers

    @property
    def total(self) -> float:
        """Number of cases (or their summed weights)."""
        return float(self.counts.sum())

    @property
    def shares(self) -> Floats:
        """counts / total (K,)."""
        return np.asarray(self.counts / self.counts.sum())

    @property
    def variables(self) -> int:
        return int(self.observed.shape[1])

    @property
    def coverage(self) -> Floats:
        """Share of the cases in which both variables of a pair are observed (p, p), in [0, 1].

        Peer: ``lavInspect(fit, "coverage")``.
        """
        seen = self.observed.astype(float)
        return np.asarray((seen * self.shares[:, None]).T @ seen)

    @property
    def complete(self) -> bool:
        """No answer is missing."""
        return bool(self.observed.all())


def patterns_of(rows: Floats, weights: Floats | None = None) -> Patterns:
    """The patterns of a table (n, p) with nan where an answer is missing; every row has an answer.

    ``weights`` (n,), not negative: how often a row counts (a bootstrap sample as counts of draws).
    """
    seen = ~np.isnan(rows)
    observed, of_row = _distinct(seen)
    bare = Patterns(observed, np.zeros(len(observed)), np.zeros((0, 0)), np.zeros((0, 0, 0)), of_row)
    return reweighted(bare, rows, np.ones(len(rows)) if weights is None else weights)


def _distinct(seen: Booleans) -> tuple[Booleans, Integers]:
    """Distinct rows of a mask in an order that does not depend on the order of the rows."""
    packed = np.packbits(~seen, axis=1)
    keys = np.column_stack([(~seen).sum(axis=1).astype(">u4").view(np.uint8).reshape(len(seen), 4), packed])
    keys = np.ascontiguousarray(keys).view(np.dtype((np.void, keys.shape[1]))).ravel()
    _, first, of_row = np.unique(keys, return_index=True, return_inverse=True)
    return seen[first], np.asarray(of_row.ravel(), dtype=np.intp)


def reweighted(patterns: Patterns, rows: Floats, weights: Floats) -> Patterns:
    """The same patterns with other weights (n,) of the rows (n, p); a pattern of weight 0 stays."""
    p = patterns.variables
    order = np.argsort(patterns.of_row, kind="stable")
    ends = np.cumsum(np.bincount(patterns.of_row, minlength=len(patterns.observed)))
    counts, means = np.zeros(len(ends)), np.zeros((len(ends), p))
    covariances = np.zeros((len(ends), p, p))
    begin = 0
    for at, end in enumerate(ends):
        own = order[begin:end]
        begin = end
        seen = np.flatnonzero(patterns.observed[at])
        weight = weights[own]
        counts[at] = weight.sum()
        if counts[at] > 0:
            part = rows[own[:, None], seen]
            mean = weight @ part / counts[at]
            centred = part - mean
            means[at, seen] = mean
            covariances[at, seen[:, None], seen] = (centred * weight[:, None]).T @ centred / counts[at]
    return replace(patterns, counts=counts, means=means, covariances=covariances)


def marginal(patterns: Patterns, variables: Integers) -> Patterns:
    """The patterns of some of the variables; cases that miss all of them are left out.

    Patterns that become equal stay apart: the likelihood is the same sum.
    """
    observed = patterns.observed[:, variables]
    kept = observed.any(axis=1)
    place = np.where(kept, np.cumsum(kept) - 1, -1)
    return Patterns(
        observed[kept],
        patterns.counts[kept],
        patterns.means[kept][:, variables],
        patterns.covariances[kept][:, variables[:, None], variables],
        np.asarray(place[patterns.of_row], dtype=np.intp),
    )
