"""What a screening rule found, and the parts of a questionnaire that rules look at."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.data.responses import Responses
from tam.spec.instrument import Instrument
from tam.spec.screening import Rule, ScreeningOptions


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule found.

    - ``flagged`` (n,) bool
    - ``values`` (n,): what the rule measured per respondent: numbers, text or None; NaN is None
    - ``threshold``: the limit it was compared with, if it has one
    - ``reason``: why it could not be applied, or None
    - ``index`` (n,) or None: the statistic behind the rule, NaN where undefined, to be described
    - ``found``: what else there is to know, for the record
    """

    rule: Rule
    flagged: NDArray[np.bool_]
    values: Sequence[Any] | NDArray[Any]
    threshold: float | int | str | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    index: NDArray[np.float64] | None = None
    found: Mapping[str, Any] = field(default_factory=dict)

    @property
    def applicable(self) -> bool:
        return self.reason is None

    def value(self, position: int) -> float | int | str | None:
        """What was measured of one respondent, as JSON has it."""
        one = self.values[position]
        one = one.item() if isinstance(one, np.generic) else one
        return None if isinstance(one, float) and np.isnan(one) else one


RuleCheck = Callable[[Responses, Instrument, ScreeningOptions], Verdict]


def not_applicable(rule: Rule, responses: Responses, reason: str, **parameters: Any) -> Verdict:
    """A rule that the data do not allow: nobody is flagged."""
    n = len(responses.values)
    return Verdict(rule, np.zeros(n, dtype=bool), (None,) * n, parameters=parameters, reason=reason)


def measured(
    rule: Rule,
    index: NDArray[np.float64],
    *,
    below: float | None = None,
    above: float | None = None,
    inclusive: bool = False,
    found: Mapping[str, Any] | None = None,
    **parameters: Any,
) -> Verdict:
    """A rule that compares a statistic with one limit; without a limit it is described and flags nobody.

    A respondent for whom the statistic is undefined is not flagged.
    """
    limit = below if above is None else above
    shown = {("below" if above is None else "above"): limit} if limit is not None else {}
    flagged = np.zeros(len(index), dtype=bool)
    defined = ~np.isnan(index)
    if below is not None:
        flagged[defined] = index[defined] <= below if inclusive else index[defined] < below
    elif above is not None:
        flagged[defined] = index[defined] >= above if inclusive else index[defined] > above
    reason = "no limit is declared" if limit is None else None
    return Verdict(rule, flagged, index, limit, {**shown, **parameters}, reason, index, found or {})


def first_rows(rows: Iterable[int], keys: Iterable[object], flagged: NDArray[np.bool_]) -> list[int | None]:
    """For each flagged row the spreadsheet row of the first one with the same key."""
    first: dict[object, int] = {}
    pairs = list(zip(rows, keys, strict=True))
    for row, key in pairs:
        first.setdefault(key, row)
    return [first[key] if hit else None for (_, key), hit in zip(pairs, flagged, strict=True)]


def blocks(responses: Responses, instrument: Instrument) -> list[list[str]]:
    """Items seen together on one scale: those of a page, else all of the questionnaire."""
    shown = list(responses.raw.columns)
    pages = [[item for item in page if item in responses.raw] for page in instrument.pages]
    paged = {item for page in pages for item in page}
    found: list[list[str]] = []
    for page in (*pages, [item for item in shown if item not in paged]):
        by_scale: dict[str, list[str]] = {}
        for item in page:
            by_scale.setdefault(instrument.items[item].scale, []).append(item)
        found += by_scale.values()
    return found


def both_ways(block: Sequence[str], instrument: Instrument) -> bool:
    """Does the block hold direct and reverse-keyed items?"""
    return len({instrument.items[item].reverse for item in block}) == 2
