"""One scale: its coefficients and its items, from the respondents who answered all of its items."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.errors import Unavailable
from tam.stats import reliability
from tam.stats.descriptives import (
    at_least,
    constant_columns,
    correlation_matrix,
    covariance_matrix,
)

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ItemReliability:
    item_rest_r: Value
    alpha_if_dropped: Value
    loading: Value


@dataclass(frozen=True, slots=True)
class ScaleReliability:
    """Shape of DESIGN 5.4. ``n`` answered every item of the scale."""

    n: int
    k: int
    alpha: Value
    alpha_ci_low: Value
    alpha_ci_high: Value
    alpha_std: Value
    omega: Value
    composite_reliability: Value
    ave: Value
    rho_a: Value
    mean_inter_item_r: Value
    items: dict[str, ItemReliability]


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """Mean and standard deviation (divisor n - 1) of the respondents' item means."""

    mean: Value
    sd: Value


def scale_reliability(
    values: pd.DataFrame, items: Sequence[str], loadings: Sequence[Value], rho_a: Value, ci: float
) -> ScaleReliability:
    """All coefficients of one scale.

    values: answers with NaN where missing, reverse-keyed items already reversed; listwise within the scale.
    loadings: standardised, one per item, of the joint confirmatory factor analysis, as ``rho_a`` is joint.
    """
    answers = complete_answers(values, items)
    n, k = answers.shape
    if n < 3:
        return _without_answers(n, items, loadings, rho_a)
    covariance = covariance_matrix(answers)
    alpha = reliability.cronbach_alpha(covariance)
    low, high = _interval(alpha, n, k, ci)
    scale = ScaleReliability(
        n=n,
        k=k,
        alpha=alpha,
        alpha_ci_low=low,
        alpha_ci_high=high,
        alpha_std=Unavailable(reliability.ONE_ITEM),
        omega=Unavailable(reliability.ONE_ITEM),
        composite_reliability=_of_loadings(reliability.composite_reliability, loadings),
        ave=_of_loadings(reliability.average_variance_extracted, loadings),
        rho_a=rho_a,
        mean_inter_item_r=Unavailable(reliability.ONE_ITEM),
        items=_items(items, covariance, loadings),
    )
    return scale if k < 2 else _with_correlations(scale, items, answers)


def complete_answers(values: pd.DataFrame, items: Sequence[str]) -> Array:
    """(n, k) answers of the respondents who answered every one of the items."""
    answers = values[list(items)].to_numpy(dtype=np.float64)
    return np.asarray(answers[~np.isnan(answers).any(axis=1)])


def scale_score(values: pd.DataFrame, items: Sequence[str]) -> ScaleScore:
    """Mean and spread of the scale: item means of the respondents who answered every item."""
    score = complete_answers(values, items).mean(axis=1)
    if len(score) < 2:
        gone = Unavailable(at_least(2, len(score)))
        return ScaleScore(gone, gone)
    return ScaleScore(float(score.mean()), float(score.std(ddof=1)))


def constant_reason(constant: Sequence[str]) -> str:
    """Why nothing that rests on correlations exists where some items never vary."""
    return f"every answer is the same: {', '.join(constant)}"


def _with_correlations(
    scale: ScaleReliability,
    items: Sequence[str],
    answers: Array,
) -> ScaleReliability:
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    if constant:
        gone = Unavailable(constant_reason(constant))
        return replace(scale, alpha_std=gone, omega=gone, mean_inter_item_r=gone)
    correlation = correlation_matrix(covariance_matrix(answers))
    return replace(
        scale,
        alpha_std=reliability.standardised_alpha(correlation),
        omega=reliability.omega_total(correlation),
        mean_inter_item_r=reliability.mean_inter_item_correlation(correlation),
    )


def _interval(alpha: Value, n: int, k: int, ci: float) -> tuple[Value, Value]:
    return (alpha, alpha) if isinstance(alpha, Unavailable) else reliability.feldt_interval(alpha, n, k, ci)


def _items(
    items: Sequence[str],
    covariance: Array,
    loadings: Sequence[Value],
) -> dict[str, ItemReliability]:
    rest = reliability.item_rest_correlations(covariance)
    dropped = reliability.alpha_if_dropped(covariance)
    return {item: ItemReliability(*parts) for item, *parts in zip(items, rest, dropped, loadings)}


def _of_loadings(formula: Callable[[Array], Value], loadings: Sequence[Value]) -> Value:
    """A coefficient of the standardised loadings, or the reason why one of them is missing."""
    missing = next((one for one in loadings if isinstance(one, Unavailable)), None)
    if len(loadings) > 1 and missing is not None:
        return missing
    numbers = np.array([0.0 if isinstance(one, Unavailable) else one for one in loadings])
    return formula(numbers)


def _without_answers(
    n: int, items: Sequence[str], loadings: Sequence[Value], rho_a: Value
) -> ScaleReliability:
    gone = Unavailable(at_least(3, n))
    lines = {item: ItemReliability(gone, gone, loading) for item, loading in zip(items, loadings)}
    return ScaleReliability(n, len(items), gone, gone, gone, gone, gone, gone, gone, rho_a, gone, lines)
