"""The printed correlations of a publication, by pair of names, as intervals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tam.published.audit_check import interval
from tam.published.printed import Printed
from tam.published.publication import Publication
from tam.stats.interval_arithmetic import ONE, Interval

_COMPOSITE = re.compile(
    r"\bpls|smartpls|warppls|adanco|seminr|csem|regression|\bols\b|process", re.IGNORECASE
)
_LATENT = re.compile(
    r"amos|lisrel|mplus|\beqs\b|lavaan|latent|semopy|\bsem\b|calis|openmx|stata|\bcb-sem", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Correlations:
    """Printed correlations by pair of names, in either order; nothing stands for a variable with itself."""

    names: tuple[str, ...]
    cells: Mapping[tuple[str, str], Printed]

    def printed(self, first: str, second: str) -> Printed | None:
        return self.cells.get((first, second)) or self.cells.get((second, first))

    def range(self, first: str, second: str) -> Interval | None:
        """The correlation as an interval; 1 of a variable with itself."""
        if first == second:
            return ONE
        found = self.printed(first, second)
        return None if found is None else interval(found)

    @property
    def complete(self) -> bool:
        return len(self.cells) == len(self.names) * (len(self.names) - 1) // 2


def correlations_of(publication: Publication) -> Correlations:
    """Empty where the printed matrix is one of covariances."""
    if publication.matrix_kind != "correlation":
        return Correlations((), {})
    names = publication.variables
    cells = {
        (names[i], names[j]): cell
        for i, row in enumerate(publication.matrix)
        for j, cell in enumerate(row[:i])
        if cell is not None
    }
    return Correlations(names if cells else (), cells)


def method_of(publication: Publication) -> str:
    """``composite``: estimates are regressions on printed correlations; ``latent``: on a model's own; else
    ``unknown``."""
    words = publication.software or ""
    if _COMPOSITE.search(words):
        return "composite"
    return "latent" if _LATENT.search(words) else "unknown"
