"""The dialects tried, how many values come out in each, and which of them is reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tam.published.dialects import Dialect
from tam.published.not_printed import partial_least_squares
from tam.published.publication import Publication
from tam.published.reachable import ROUNDS, Reach, searched
from tam.published.regression_dialect import RegressionDialect
from tam.published.reproduction import TriedDialect
from tam.published.verdicts import prints_as, within_reach
from tam.published.wanted import Family

MORE = 2
"""So many values more must come out for a less plain dialect to be taken."""
MORE_EXACT = 4
"""Where as many come out: so many more exactly, and a third of all."""
NEAR = 0.5
"""A gap below this share of the linear reach is searched before a value counts as out of reach."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A dialect and what is near the printed moments in it."""

    dialect: Dialect
    reach: Reach

    def counts(self, family: Family) -> TriedDialect:
        exact = matched = of = 0
        for at, one in enumerate(self.dialect.wanted):
            if one.family != family or not np.isfinite(self.reach.value[at]):
                continue
            of += 1
            exact += prints_as(one.printed, float(self.reach.value[at]))
            matched += self.reaches(at)
        return TriedDialect(self.dialect.name, family, of, matched, exact, matched - exact)

    def reaches(self, at: int) -> bool:
        low, high = float(self.reach.low[at]), float(self.reach.high[at])
        return bool(np.isfinite(low)) and within_reach(self.dialect.wanted[at].printed, low, high)

    def uncertain(self, at: int) -> bool:
        """Whether a search may change the verdict: reached to first order, yet by no moments found so far; or
        missed by little."""
        printed, reach = self.dialect.wanted[at].printed, self.reach
        if within_reach(printed, float(reach.found_low[at]), float(reach.found_high[at])):
            return False
        gap = max(printed.low - reach.high[at], reach.low[at] - printed.high)
        return bool(gap < NEAR * reach.linear[at])

    def searched(self, chosen: Sequence[int], rounds: int = ROUNDS) -> Tried:
        """The same with the reach of the ``chosen`` values searched."""
        if not chosen:
            return self
        found = searched(self.dialect.box, self.dialect.evaluate, self.reach, chosen, rounds)
        return Tried(self.dialect, found)


def best_dialect(
    publication: Publication, tried: Sequence[Tried], family: Family, of_estimates: Tried | None = None
) -> Tried | None:
    """The dialect in which most values come out; of estimates, the plainest that is not clearly worse.

    Of a dozen dialects one is bound to match a value or two by chance, so a dialect that stands later, being
    less plain, must be clearly better. For PLS papers only regressions are taken. Standard errors and fit
    stay with the dialect ``of_estimates`` where no other explains more of them: in large samples several
    print alike, and their ranges differ.
    """
    best: Tried | None = None
    top: TriedDialect | None = None
    for one in tried:
        counts = one.counts(family)
        joint = not isinstance(one.dialect, RegressionDialect)
        barred = family == "estimate" and joint and partial_least_squares(publication)
        if not counts.of or (barred and top is not None):
            continue
        if top is None or (_clearly_better if family == "estimate" else _better)(counts, top):
            best, top = one, counts
    if of_estimates is not None and top is not None:
        own = of_estimates.counts(family)
        if own.of and own.matched >= top.matched:
            return of_estimates
    return best


def _better(counts: TriedDialect, than: TriedDialect) -> bool:
    return (counts.matched, counts.exact) > (than.matched, than.exact)


def _clearly_better(counts: TriedDialect, than: TriedDialect) -> bool:
    """Two values more come out, or all do; or as many, and of them clearly more exactly."""
    more = counts.matched - than.matched
    if more > 0:
        return more >= MORE or counts.matched == counts.of >= than.of
    if more < 0:
        return False
    return counts.exact - than.exact >= max(MORE_EXACT, counts.of / 3)


def final_reach(one: Tried, family: Family) -> Tried:
    """The dialect with the reach searched: everywhere for regressions, which cost nothing, and elsewhere
    where the verdict may depend on it."""
    wanted, value = one.dialect.wanted, one.reach.value
    quick = isinstance(one.dialect, RegressionDialect)
    chosen = [
        at
        for at, own in enumerate(wanted)
        if own.family == family and np.isfinite(value[at]) and (quick or one.uncertain(at))
    ]
    return one.searched(chosen)
