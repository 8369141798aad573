"""One scale: its coefficients and its items, from the respondents who answered all of its items."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tam.analysis.confirmatory import Confirmatory, Loading
from tam.analysis.scale_intervals import NOT_ASKED, Interval, ScaleIntervals
from tam.errors import Unavailable
from tam.stats import delta_intervals, reliability, split_half
from tam.stats.descriptives import (
    at_least,
    constant_columns,
    correlation_matrix,
    covariance_matrix,
)
from tam.stats.ordinal_reliability import OrdinalReliability, ordinal_reliability

if TYPE_CHECKING:
    import pandas as pd

Value = float | Unavailable
Array = NDArray[np.float64]

NO_ERRORS = "the confirmatory factor analysis gave no standard errors for this scale"


@dataclass(frozen=True, slots=True)
class ItemReliability:
    """One item in its scale. ``loading`` is standardised, from the joint confirmatory factor analysis, with
    its delta-method interval; the other intervals are bootstrapped."""

    item_rest_r: Value
    item_rest_r_ci_low: Value
    item_rest_r_ci_high: Value
    alpha_if_dropped: Value
    alpha_if_dropped_ci_low: Value
    alpha_if_dropped_ci_high: Value
    omega_if_dropped: Value
    omega_if_dropped_ci_low: Value
    omega_if_dropped_ci_high: Value
    loading: Value
    loading_ci_low: Value
    loading_ci_high: Value


@dataclass(frozen=True, slots=True)
class ScaleCoefficients:
    """Shape of DESIGN 5.4, with an interval beside each coefficient.

    ``n`` answered every item of the scale; composite reliability, ``ave`` and ``rho_a`` rest on the
    ``n_joint`` who answered every item of all scales. ``alpha_ci`` is Feldt's, ``alpha_boot_ci`` is
    bootstrapped as are those of the other coefficients, but for composite reliability, ``ave`` and the
    ordinal ones, which have delta-method intervals symmetric for log(1 - coefficient).
    """

    n: int
    n_joint: int
    k: int
    alpha: Value
    alpha_ci_low: Value
    alpha_ci_high: Value
    alpha_boot_ci_low: Value
    alpha_boot_ci_high: Value
    alpha_std: Value
    alpha_std_ci_low: Value
    alpha_std_ci_high: Value
    omega: Value
    omega_ci_low: Value
    omega_ci_high: Value
    composite_reliability: Value
    composite_reliability_ci_low: Value
    composite_reliability_ci_high: Value
    ave: Value
    ave_ci_low: Value
    ave_ci_high: Value
    rho_a: Value
    rho_a_ci_low: Value
    rho_a_ci_high: Value
    mean_inter_item_r: Value
    mean_inter_item_r_ci_low: Value
    mean_inter_item_r_ci_high: Value
    split_half: Value
    split_half_ci_low: Value
    split_half_ci_high: Value
    guttman_lambda4: Value
    guttman_lambda4_ci_low: Value
    guttman_lambda4_ci_high: Value
    spearman_brown: Value
    spearman_brown_ci_low: Value
    spearman_brown_ci_high: Value
    ordinal_alpha: Value
    ordinal_alpha_ci_low: Value
    ordinal_alpha_ci_high: Value
    ordinal_omega: Value
    ordinal_omega_ci_low: Value
    ordinal_omega_ci_high: Value


@dataclass(frozen=True, slots=True)
class ScaleReliability(ScaleCoefficients):
    """One scale and its ``items``."""

    items: dict[str, ItemReliability]


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """Mean and standard deviation (divisor n - 1) of the respondents' item means."""

    mean: Value
    sd: Value


@dataclass(frozen=True, slots=True)
class FromJoint:
    """What one scale takes from the analysis of all scales together; ``n`` answered all of their items."""

    n: int
    name: str
    cfa: Confirmatory
    rho_a: Value
    rho_a_interval: Interval


def scale_reliability(
    values: pd.DataFrame, items: Sequence[str], joint: FromJoint, drawn: ScaleIntervals, ci: float
) -> ScaleReliability:
    """All coefficients of one scale; one that cannot be had leaves the others as they are.

    values: answers with NaN where missing, reverse-keyed items already reversed; listwise within the scale.
    joint, drawn: what comes from all scales together, and the bootstrap intervals. ci: level of the others.
    """
    answers = complete_answers(values, items)
    n, k = answers.shape
    found = _coefficients(answers, items, ci) | _of_loadings(joint, items, ci) | {"rho_a": joint.rho_a}
    bootstrapped = {**drawn.scale, "rho_a": joint.rho_a_interval}
    for name in _BOOTSTRAPPED:
        key = "alpha_boot" if name == "alpha" else name
        found |= _named_ends(key, found[name], bootstrapped.get(name))
    of_items = _item_coefficients(answers, items)
    lines = {
        item: _item(
            {name: found[at] for name, found in of_items.items()}, drawn, at, joint.cfa.loadings[item]
        )
        for at, item in enumerate(items)
    }
    return ScaleReliability(n=n, n_joint=joint.n, k=k, items=lines, **found)


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


_OF_COVARIANCES: Mapping[str, Callable[[Array], Value]] = {
    "alpha": reliability.cronbach_alpha,
    "split_half": split_half.split_half,
    "guttman_lambda4": split_half.guttman_lambda4,
}
_OF_CORRELATIONS: Mapping[str, Callable[[Array], Value]] = {
    "alpha_std": reliability.standardised_alpha,
    "mean_inter_item_r": reliability.mean_inter_item_correlation,
    "omega": reliability.omega_total,
    "spearman_brown": split_half.spearman_brown,
}
_BOOTSTRAPPED = (*_OF_COVARIANCES, *_OF_CORRELATIONS, "rho_a")


def _coefficients(answers: Array, items: Sequence[str], ci: float) -> dict[str, Value]:
    """What the complete answers of the scale give: values, Feldt's interval, the ordinal coefficients."""
    n, k = answers.shape
    if n < 3:
        gone = Unavailable(at_least(3, n))
        names = (*_OF_COVARIANCES, *_OF_CORRELATIONS, "alpha_ci_low", "alpha_ci_high")
        return dict.fromkeys(names, gone) | _ordinal(OrdinalReliability(*[gone] * 6))
    covariance = covariance_matrix(answers)
    found: dict[str, Value] = {name: formula(covariance) for name, formula in _OF_COVARIANCES.items()}
    correlation = _correlation(answers, items)
    for name, formula in _OF_CORRELATIONS.items():
        found[name] = correlation if isinstance(correlation, Unavailable) else formula(correlation)
    alpha = found["alpha"]
    ends = (alpha, alpha) if isinstance(alpha, Unavailable) else reliability.feldt_interval(alpha, n, k, ci)
    found |= {"alpha_ci_low": ends[0], "alpha_ci_high": ends[1]}
    return found | _ordinal(ordinal_reliability(answers, ci))


def _ordinal(found: OrdinalReliability) -> dict[str, Value]:
    return {f"ordinal_{f.name}": getattr(found, f.name) for f in fields(found)}


def _correlation(answers: Array, items: Sequence[str]) -> Array | Unavailable:
    """(k, k), or why there is none; a scale of one item needs none, its coefficients say so themselves."""
    constant = [item for item, is_constant in zip(items, constant_columns(answers)) if is_constant]
    if len(items) < 2:
        return np.ones((1, 1))
    if constant:
        return Unavailable(constant_reason(constant))
    return correlation_matrix(covariance_matrix(answers))


def _of_loadings(joint: FromJoint, items: Sequence[str], ci: float) -> dict[str, Value]:
    """Composite reliability and average variance extracted with their delta-method intervals."""
    loadings = [joint.cfa.loading(item) for item in items]
    covariance = joint.cfa.loading_covariance.get(joint.name)
    missing = next((one for one in loadings if isinstance(one, Unavailable)), None)
    numbers = np.array([0.0 if isinstance(one, Unavailable) else one for one in loadings])
    found: dict[str, Value] = {}
    for name, formula, gradient in (
        ("composite_reliability", reliability.composite_reliability,
         delta_intervals.composite_reliability_gradient),
        ("ave", reliability.average_variance_extracted, delta_intervals.average_variance_gradient),
    ):  # fmt: skip
        value = missing if len(items) > 1 and missing is not None else formula(numbers)
        if isinstance(value, Unavailable):
            ends: tuple[Value, Value] = (value, value)
        elif covariance is None:
            ends = (Unavailable(NO_ERRORS), Unavailable(NO_ERRORS))
        else:
            error = delta_intervals.delta_error(gradient(numbers), covariance)
            ends = delta_intervals.interval_below_one(value, error, ci)
        found |= {name: value, f"{name}_ci_low": ends[0], f"{name}_ci_high": ends[1]}
    return found


def _named_ends(name: str, value: Value, interval: Interval | None) -> dict[str, Value]:
    """Both ends under their keys; where the coefficient itself is missing, they miss for the same reason."""
    if isinstance(value, Unavailable) or interval is None:
        gone = value if isinstance(value, Unavailable) else Unavailable(NOT_ASKED)
        return {f"{name}_ci_low": gone, f"{name}_ci_high": gone}
    return {f"{name}_ci_low": interval.low, f"{name}_ci_high": interval.high}


def _item_coefficients(answers: Array, items: Sequence[str]) -> dict[str, list[Value]]:
    """Each coefficient of the items, in their order."""
    n, k = answers.shape
    if n < 3:
        gone: list[Value] = [Unavailable(at_least(3, n))] * k
        return {"item_rest_r": gone, "alpha_if_dropped": gone, "omega_if_dropped": gone}
    covariance, correlation = covariance_matrix(answers), _correlation(answers, items)
    return {
        "item_rest_r": list(reliability.item_rest_correlations(covariance)),
        "alpha_if_dropped": list(reliability.alpha_if_dropped(covariance)),
        "omega_if_dropped": [correlation] * k
        if isinstance(correlation, Unavailable)
        else list(reliability.omega_if_dropped(correlation)),
    }


def _item(
    found: Mapping[str, Value], drawn: ScaleIntervals, at: int, loading: Loading | Unavailable
) -> ItemReliability:
    values: dict[str, Value] = {}
    for name, value in found.items():
        ends = drawn.items.get(name)
        values |= {name: value} | _named_ends(name, value, ends[at] if ends else None)
    if isinstance(loading, Unavailable):
        return ItemReliability(**values, loading=loading, loading_ci_low=loading, loading_ci_high=loading)
    return ItemReliability(
        **values, loading=loading.est, loading_ci_low=loading.ci_low, loading_ci_high=loading.ci_high
    )
