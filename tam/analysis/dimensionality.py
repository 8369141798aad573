"""How many dimensions do the answers have, and do the items gather as their constructs say?

Conventions of the exploratory solution. Each factor belongs to the construct whose items it accounts for
best, no construct to two factors (the assignment with the largest sum of squared loadings of own items); it
carries that construct's name and is reflected so that the construct's items load positively in sum. Factors
come in the order of the constructs; those without a construct follow as ``F1``, ``F2``, ... by variance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tam.analysis.joint_measurement import NamedAdequacy
from tam.analysis.scale_reliability import complete_answers, constant_reason
from tam.errors import Problem, Unavailable, Where, problem
from tam.record import to_record
from tam.stats import dimensionality as formulas
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix
from tam.stats.exploratory_factor import (
    ExploratoryFactors,
    Extraction,
    FactorFit,
    RotationName,
    exploratory_factors,
)
from tam.stats.map_test import AveragePartial, minimum_average_partial

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SuggestedNumbers:
    """How many dimensions each rule suggests; ``constructs`` is how many the study says there are."""

    constructs: int
    parallel_factors: int | Unavailable
    parallel_components: int | Unavailable
    map: int | Unavailable
    eigenvalues_above_one: int | Unavailable


@dataclass(frozen=True, slots=True)
class NamedFactor:
    """One factor: the construct it belongs to, the variance it accounts for, its shares of all variance."""

    factor: str
    construct: str | None
    ss_loadings: float
    proportion: float
    cumulative: float


@dataclass(frozen=True, slots=True)
class NamedFactors:
    """The exploratory solution by name. ``loadings``: pattern, by item and factor; ``structure``:
    correlations of items and factors; ``strongest``: the factor with an item's largest absolute loading."""

    extraction: str
    rotation: str
    n_factors: int
    factors: tuple[NamedFactor, ...]
    loadings: Mapping[str, Mapping[str, float]]
    structure: Mapping[str, Mapping[str, float]]
    communalities: Mapping[str, float]
    uniquenesses: Mapping[str, float]
    strongest: Mapping[str, str]
    factor_correlations: Mapping[str, Mapping[str, float]]
    fit: FactorFit | Unavailable
    improper: bool


@dataclass(frozen=True, slots=True)
class Dimensionality:
    """``n`` answered every item of every construct; the section ``measurement.dimensionality``."""

    n: int
    kmo: NamedAdequacy | Unavailable
    bartlett: formulas.Sphericity | Unavailable
    map: AveragePartial | Unavailable
    parallel_analysis: formulas.ParallelAnalysis | Unavailable
    suggested: SuggestedNumbers
    efa: NamedFactors | Unavailable
    problems: tuple[Problem, ...]

    def to_dict(self) -> dict[str, Any]:
        return to_record(self)


def dimensionality(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    *,
    seed: int = 1,
    replications: int = 500,
    n_factors: int | None = None,
    extraction: Extraction = "minres",
    rotation: RotationName = "oblimin",
    parallel: formulas.ParallelAnalysis | Unavailable | None = None,
) -> Dimensionality:
    """Adequacy, number of dimensions and exploratory factors of all items together, listwise.

    values: answers with NaN where missing, reverse-keyed items already reversed. constructs: the items of
    each first-order construct. n_factors: how many to extract, by default as many as there are constructs.
    parallel: a parallel analysis of the same answers that is at hand already; otherwise ``seed`` and
    ``replications`` make one.
    """
    items = [item for block in constructs.values() for item in block]
    answers = complete_answers(values, items)
    if len(answers) < 3:
        reason = f"too few respondents answered every item: {at_least(3, len(answers))}"
        return _nothing(len(answers), constructs, reason)
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    if constant:
        return _nothing(len(answers), constructs, constant_reason(constant))
    correlation = correlation_matrix(covariance_matrix(answers))
    n = len(answers)
    if parallel is None:
        parallel = formulas.parallel_analysis(correlation, n, seed, replications)
    partial = minimum_average_partial(correlation)
    count = n_factors or len(constructs)
    found = exploratory_factors(correlation, n, count, extraction=extraction, rotation=rotation)
    named = found if isinstance(found, Unavailable) else named_factors(found, constructs)
    adequacy = formulas.kmo(correlation)
    return Dimensionality(
        n=n,
        kmo=adequacy
        if isinstance(adequacy, Unavailable)
        else NamedAdequacy(adequacy.overall, dict(zip(items, adequacy.items))),
        bartlett=formulas.bartlett_sphericity(correlation, n),
        map=partial,
        parallel_analysis=parallel,
        suggested=_suggested(constructs, parallel, partial, correlation),
        efa=named,
        problems=_problems(named, constructs, parallel),
    )


def _suggested(
    constructs: Mapping[str, Sequence[str]],
    parallel: formulas.ParallelAnalysis | Unavailable,
    partial: AveragePartial | Unavailable,
    correlation: Array,
) -> SuggestedNumbers:
    return SuggestedNumbers(
        constructs=len(constructs),
        parallel_factors=parallel if isinstance(parallel, Unavailable) else parallel.factors.suggested,
        parallel_components=parallel if isinstance(parallel, Unavailable) else parallel.components.suggested,
        map=partial if isinstance(partial, Unavailable) else partial.suggested,
        eigenvalues_above_one=int((np.linalg.eigvalsh(correlation) > 1).sum()),
    )


def named_factors(found: ExploratoryFactors, constructs: Mapping[str, Sequence[str]]) -> NamedFactors:
    """The solution with factors named after their constructs, reflected and ordered as this module says."""
    items = [item for block in constructs.values() for item in block]
    order, owners, sign = _matched(found.loadings, constructs)
    labels = [owner or f"F{at}" for owner, at in zip(owners, _counting(owners))]
    loadings = found.loadings[:, order] * sign
    correlations = found.factor_correlations[np.ix_(order, order)] * np.outer(sign, sign)
    shares = found.proportions[order]

    def by_item(matrix: Array) -> dict[str, dict[str, float]]:
        return {item: dict(zip(labels, map(float, row))) for item, row in zip(items, matrix)}

    return NamedFactors(
        extraction=found.extraction,
        rotation=found.rotation,
        n_factors=len(labels),
        factors=tuple(
            NamedFactor(label, owner, float(found.ss_loadings[k]), float(share), float(total))
            for label, owner, k, share, total in zip(labels, owners, order, shares, np.cumsum(shares))
        ),
        loadings=by_item(loadings),
        structure=by_item(loadings @ correlations),
        communalities=dict(zip(items, map(float, found.communalities))),
        uniquenesses=dict(zip(items, map(float, 1 - found.communalities))),
        strongest={item: labels[int(np.abs(row).argmax())] for item, row in zip(items, loadings)},
        factor_correlations={a: dict(zip(labels, map(float, row))) for a, row in zip(labels, correlations)},
        fit=found.fit,
        improper=found.improper,
    )


def _matched(
    loadings: Array, constructs: Mapping[str, Sequence[str]]
) -> tuple[list[int], list[str | None], Array]:
    """New order of the factors, the construct of each in that order, and their signs (m,)."""
    from scipy.optimize import linear_sum_assignment

    blocks, start = [], 0
    for items in constructs.values():
        blocks.append(range(start, start + len(items)))
        start += len(items)
    gain = np.stack([(loadings[list(rows)] ** 2).sum(axis=0) for rows in blocks])
    rows, columns = linear_sum_assignment(-gain)
    names = list(constructs)
    owned = {int(column): int(row) for row, column in zip(rows, columns)}
    order = [int(column) for _, column in sorted(zip(rows, columns))]
    order += [k for k in range(loadings.shape[1]) if k not in owned]
    sign = [-1.0 if k in owned and loadings[list(blocks[owned[k]]), k].sum() < 0 else 1.0 for k in order]
    return order, [names[owned[k]] if k in owned else None for k in order], np.array(sign)


def _counting(owners: Sequence[str | None]) -> list[int]:
    """The running number of each factor among those without a construct."""
    found, count = [], 0
    for owner in owners:
        count += owner is None
        found.append(count)
    return found


def _problems(
    named: NamedFactors | Unavailable,
    constructs: Mapping[str, Sequence[str]],
    parallel: formulas.ParallelAnalysis | Unavailable,
) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if not isinstance(parallel, Unavailable) and parallel.factors.suggested != len(constructs):
        suggested = parallel.factors.suggested
        found.append(problem("factor-number-differs", suggested=suggested, constructs=len(constructs)))
    if isinstance(named, Unavailable):
        return tuple(found)
    if named.improper:
        found.append(problem("efa-improper", extraction=named.extraction))
    owners = {one.factor: one.construct for one in named.factors}
    for construct, items in constructs.items():
        if construct not in owners.values():
            continue
        for item in items:
            other = owners[named.strongest[item]]
            if other is not None and other != construct:
                found.append(
                    problem(
                        "item-loads-elsewhere",
                        Where(item=item),
                        item=item,
                        construct=construct,
                        other=other,
                        loading=f"{named.loadings[item][other]:.2f}",
                        own=f"{named.loadings[item][construct]:.2f}",
                    )
                )
    return tuple(found)


def _nothing(n: int, constructs: Mapping[str, Sequence[str]], reason: str) -> Dimensionality:
    gone = Unavailable(reason)
    numbers = SuggestedNumbers(len(constructs), gone, gone, gone, gone)
    return Dimensionality(n, gone, gone, gone, gone, numbers, gone, ())
