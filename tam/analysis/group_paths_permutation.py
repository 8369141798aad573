"""Permutation tests of path differences: respondents shuffled among groups, everything estimated anew.

The hypothesis is that it does not matter who is in which group. The test of all groups shuffles all of them;
the test of a pair shuffles the two and leaves the others as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.analysis.group_paths import PathAcrossGroups, path_places
from tam.errors import Unavailable
from tam.stats.group_tests import between_groups, permutation_p
from tam.stats.validity import holm

if TYPE_CHECKING:
    from tam.engine.fit import Fit

Floats = NDArray[np.float64]

MOST_PAIRS = 3
"""Pairs of groups that are shuffled each: those of three groups. With more, time grows with the square of the
groups, and all of them are shuffled together only."""


@dataclass(frozen=True, slots=True)
class PairPermutation:
    """``diff`` of the groups as they are; ``p`` the share of shuffles with one at least as large, ``p_holm``
    adjusted over the pairs of the path."""

    a: str
    b: str
    diff: float
    p: float
    p_holm: float
    n_used: int


@dataclass(frozen=True, slots=True)
class PathPermutation:
    """``p`` of all groups (the weighted squared deviations from their mean), ``pairs`` of two each.

    ``requested`` shuffles per test from ``seed``, ``n_used`` of all groups could be estimated.
    """

    p: float
    requested: int
    n_used: int
    seed: int
    pairs: tuple[PairPermutation, ...] | Unavailable


def why_no_permutation(fit: Fit, draws: int) -> Unavailable | None:
    """Why the paths of a fit have no permutation test, or None."""
    if draws <= 0:
        return Unavailable("no permutations were asked for")
    if fit.options.estimator == "WLSMV":
        return Unavailable("permutation tests are not offered for ordered answers")
    if fit.sample.incomplete:
        return Unavailable("permutation tests are not offered for incomplete answers")
    return None


def permuted_paths(
    fit: Fit, paths: Sequence[PathAcrossGroups], draws: int, seed: int
) -> tuple[PathAcrossGroups, ...]:
    """The paths with their permutation tests, or with the reason why there is none."""
    reason = why_no_permutation(fit, draws)
    if reason is not None:
        return tuple(replace(one, permutation=reason) for one in paths)
    from tam.engine.permutation import shuffled_estimates

    groups = range(len(fit.groups))
    pairs = list(combinations(groups, 2))
    everybody = shuffled_estimates(fit, draws, seed)
    drawn = {}
    if len(pairs) == 1:
        drawn = {pairs[0]: everybody.theta[everybody.converged]}
    elif len(pairs) <= MOST_PAIRS:
        for at, pair in enumerate(pairs, 1):
            # Each pair has a seed of its own, made from that of the study.
            found = shuffled_estimates(fit, draws, _seed(seed, at), pair)
            drawn[pair] = found.theta[found.converged]
    whole = everybody.theta[everybody.converged]
    return tuple(replace(one, permutation=_tested(fit, one, whole, drawn, draws, seed)) for one in paths)


def _seed(seed: int, at: int) -> int:
    return int(np.random.SeedSequence([seed, at]).generate_state(1)[0])


def _tested(
    fit: Fit,
    path: PathAcrossGroups,
    whole: Floats,
    drawn: Mapping[tuple[int, int], Floats],
    draws: int,
    seed: int,
) -> PathPermutation | Unavailable:
    if not len(whole):
        return Unavailable("no shuffle could be estimated")
    places = path_places(fit, path.predictor, path.outcome)
    sizes = np.array(fit.solution.sizes, dtype=np.float64)
    own = np.asarray(fit.theta)[places]
    p = permutation_p(float(between_groups(own, sizes)), between_groups(whole[:, places], sizes))
    labels = [str(group) for group in fit.groups]
    diffs = {pair: float(own[pair[0]] - own[pair[1]]) for pair in drawn}
    ps = [
        permutation_p(abs(diffs[i, j]), np.abs(theta[:, places[i]] - theta[:, places[j]]))
        for (i, j), theta in drawn.items()
    ]
    pairs: tuple[PairPermutation, ...] | Unavailable = tuple(
        PairPermutation(labels[i], labels[j], diffs[i, j], one, adjusted, len(drawn[i, j]))
        for (i, j), one, adjusted in zip(drawn, ps, holm(ps))
    )
    if not drawn:
        pairs = Unavailable("there are too many pairs of groups to shuffle each")
    return PathPermutation(p, draws, len(whole), seed, pairs)
