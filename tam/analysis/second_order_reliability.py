"""How far the scales of a second-order construct can be summed: omega hierarchical of all their items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tam.analysis.scale_intervals import Interval
from tam.analysis.scale_reliability import complete_answers, constant_reason
from tam.errors import Unavailable
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix
from tam.stats.omega_hierarchical import OmegaHierarchical, omega_hierarchical

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable


@dataclass(frozen=True, slots=True)
class SecondOrderReliability:
    """A construct of several scales: ``n`` answered all ``k`` items of the scales named in ``of``.

    ``general``: loading of each item on the factor that all of them share (Schmid-Leiman). Intervals are
    bootstrapped.
    """

    of: tuple[str, ...]
    n: int
    k: int
    omega_hierarchical: Value
    omega_hierarchical_ci_low: Value
    omega_hierarchical_ci_high: Value
    omega_total: Value
    omega_total_ci_low: Value
    omega_total_ci_high: Value
    general: Mapping[str, float] | Unavailable


def second_order_reliability(
    values: pd.DataFrame,
    scales: Mapping[str, Sequence[str]],
    drawn: tuple[Interval, Interval],
) -> SecondOrderReliability:
    """Omega hierarchical with one group factor per scale.

    values: answers with NaN where missing, reverse-keyed items already reversed; listwise over the items of
    ``scales``. drawn: the intervals of omega hierarchical and total.
    """
    items = [item for block in scales.values() for item in block]
    answers = complete_answers(values, items)
    of, n, k = tuple(scales), len(answers), len(items)
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    if n < 3 or constant:
        gone = Unavailable(at_least(3, n) if n < 3 else constant_reason(constant))
        return SecondOrderReliability(of, n, k, gone, gone, gone, gone, gone, gone, gone)
    found = omega_hierarchical(correlation_matrix(covariance_matrix(answers)), len(scales))
    if not isinstance(found, OmegaHierarchical):
        return SecondOrderReliability(of, n, k, found, found, found, found, found, found, found)
    return SecondOrderReliability(
        of=of,
        n=n,
        k=k,
        omega_hierarchical=found.omega_hierarchical,
        omega_hierarchical_ci_low=drawn[0].low,
        omega_hierarchical_ci_high=drawn[0].high,
        omega_total=found.omega_total,
        omega_total_ci_low=drawn[1].low,
        omega_total_ci_high=drawn[1].high,
        general=dict(zip(items, (float(one) for one in found.general))),
    )
