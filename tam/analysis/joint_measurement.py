"""All scales together, from the respondents who answered every item: distinctness, structure, dimensions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory import Confirmatory, confirmatory, not_fitted, unfitted
from tam.analysis.scale_reliability import complete_answers, constant_reason
from tam.errors import Unavailable
from tam.stats import dimensionality
from tam.stats.descriptives import at_least, constant_columns, correlation_matrix, covariance_matrix
from tam.stats.partial_least_squares import rho_a
from tam.stats.validity import Table, htmt, htmt2

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class NamedAdequacy:
    """Kaiser-Meyer-Olkin measure of all items, and of each by name."""

    overall: float
    items: dict[str, float]


@dataclass(frozen=True, slots=True)
class JointMeasurement:
    """``n`` answered every item of every scale."""

    n: int
    rho_a: Mapping[str, Value]
    htmt: Table
    htmt2: Table
    kmo: NamedAdequacy | Unavailable
    bartlett: dimensionality.Sphericity | Unavailable
    parallel_analysis: dimensionality.ParallelAnalysis | Unavailable
    cfa: Confirmatory


def joint_measurement(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    ci: float = 0.95,
    seed: int = 1,
    replications: int = 500,
    estimator: str = "ML",
) -> JointMeasurement:
    """Everything that needs all scales at once; listwise over all their items.

    values: answers with NaN where missing, reverse-keyed items already reversed. seed: of the random data of
    the parallel analysis.
    """
    items = [item for block in constructs.values() for item in block]
    answers = complete_answers(values, items)
    n, blocks = len(answers), _blocks(constructs)
    if n < 3:
        return _unavailable(n, constructs, f"too few respondents answered every item: {at_least(3, n)}")
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    if constant:
        return _with_constant_items(answers, constructs, constant)
    correlation = correlation_matrix(covariance_matrix(answers))
    return JointMeasurement(
        n=n,
        rho_a=dict(zip(constructs, rho_a(correlation, list(blocks.values())))),
        htmt=htmt(correlation, blocks),
        htmt2=htmt2(correlation, blocks),
        kmo=_kmo(correlation, items),
        bartlett=dimensionality.bartlett_sphericity(correlation, n),
        parallel_analysis=dimensionality.parallel_analysis(correlation, n, seed, replications),
        cfa=_cfa(values, constructs, correlation, n, ci, estimator),
    )


def _blocks(constructs: Mapping[str, Sequence[str]]) -> dict[str, range]:
    """The rows of each scale in the joint matrix."""
    ends = np.cumsum([len(items) for items in constructs.values()])
    return {
        name: range(int(end) - len(items), int(end)) for (name, items), end in zip(constructs.items(), ends)
    }


def _kmo(correlation: Array, items: Sequence[str]) -> NamedAdequacy | Unavailable:
    found = dimensionality.kmo(correlation)
    if isinstance(found, Unavailable):
        return found
    return NamedAdequacy(found.overall, dict(zip(items, found.items)))


def _cfa(
    values: pd.DataFrame,
    constructs: Mapping[str, Sequence[str]],
    correlation: Array,
    n: int,
    ci: float,
    estimator: str,
) -> Confirmatory:
    items = [item for block in constructs.values() for item in block]
    if n <= len(items):
        return not_fitted(
            constructs, f"{n} complete respondents are too few for a factor model of {len(items)} items"
        )
    if dimensionality.is_singular(correlation):
        return not_fitted(constructs, dimensionality.SINGULAR)
    return confirmatory(values[items].dropna(), constructs, ci, estimator)


def _with_constant_items(
    answers: Array, constructs: Mapping[str, Sequence[str]], constant: Sequence[str]
) -> JointMeasurement:
    """An item that never varies leaves only the ratios between the constructs that it does not belong to."""
    gone = _unavailable(len(answers), constructs, constant_reason(constant))
    blocks = _blocks(constructs)
    sound = {name: blocks[name] for name, items in constructs.items() if not set(items) & set(constant)}
    rows = [row for block in sound.values() for row in block]
    if not rows:
        return gone
    correlation = correlation_matrix(covariance_matrix(answers[:, rows]))
    within = _blocks({name: constructs[name] for name in sound})

    def merged(table: Table, known: Table) -> Table:
        return {a: {b: known.get(a, {}).get(b, cell) for b, cell in row.items()} for a, row in table.items()}

    return replace(
        gone,
        htmt=merged(gone.htmt, htmt(correlation, within)),
        htmt2=merged(gone.htmt2, htmt2(correlation, within)),
    )


def _unavailable(n: int, constructs: Mapping[str, Sequence[str]], reason: str) -> JointMeasurement:
    gone = Unavailable(reason)

    def table() -> Table:
        return {a: {b: 1.0 if a == b else gone for b in constructs} for a in constructs}

    none = dict.fromkeys(constructs, gone)
    return JointMeasurement(n, none, table(), table(), gone, gone, gone, unfitted(constructs, reason))
