"""The table of fit measures of a maximum likelihood solution: names and conventions of ``tam fit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tam.engine.solution import Solution
from tam.engine.structure import Floats
from tam.errors import Unavailable
from tam.stats import fit_indices as formulas
from tam.stats import least_squares

#: Order in which measures are written.
NAMES = (
    "npar", "chisq", "df", "pvalue", "chisq_scaled", "df_scaled", "pvalue_scaled", "scaling_factor",
    "baseline_chisq", "baseline_df", "baseline_chisq_scaled", "cfi", "tli", "cfi_scaled", "tli_scaled",
    "cfi_robust", "tli_robust", "rmsea", "rmsea_ci_low", "rmsea_ci_high", "rmsea_pvalue",
    "rmsea_scaled", "rmsea_scaled_ci_low", "rmsea_scaled_ci_high",
    "rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high",
    "srmr", "loglik", "loglik_h1", "aic", "bic", "bic_adjusted", "gfi",
)  # fmt: skip

LIKELIHOOD = ("loglik", "loglik_h1", "aic", "bic", "bic_adjusted")

Booleans = NDArray[np.bool_]

NOT_SCALED = "estimator ML has no scaled test"


def fit_measures(solution: Solution) -> dict[str, Any]:
    """Every measure of ``NAMES``: a number, or ``Unavailable`` with the reason."""
    n, groups = solution.n, _groups(solution)
    chisq = n * max(float(solution.minimum.point.value), 0.0)
    baseline_chisq = sum(
        one.n * formulas.baseline_discrepancy(one.covariance, one.predicting) for one in groups
    )
    baseline_df = sum(_baseline_df(one.predicting) for one in groups)
    loglik, loglik_h1 = (sum(parts) for parts in zip(*(_loglikelihoods(one) for one in groups)))
    npar = solution.compiled.npar
    found = of_chi_squares(chisq, solution.compiled.df, baseline_chisq, baseline_df, n, len(groups)) | {
        "npar": npar,
        "srmr": sum(one.n / n * formulas.srmr(*one.moments) for one in groups),
        "loglik": loglik,
        "loglik_h1": loglik_h1,
        "aic": formulas.aic(loglik, npar),
        "bic": formulas.bic(loglik, npar, n),
        "bic_adjusted": formulas.bic_adjusted(loglik, npar, n),
        "gfi": _gfi(groups),
    }
    return {name: found.get(name, Unavailable(NOT_SCALED)) for name in NAMES}


def least_squares_measures(solution: Solution, estimator: str) -> dict[str, Any]:
    """Every measure of ``NAMES`` for ULS and GLS; there is no likelihood, and ULS has no distribution."""
    n, groups = solution.n, _groups(solution)
    weights = [aim.weight for aim in solution.aims]
    chisq = n * max(float(solution.minimum.point.value), 0.0)
    baseline_chisq = sum(
        (one.n - 1) * least_squares.baseline_discrepancy(one.covariance, weight, one.predicting)
        for one, weight in zip(groups, weights)
    )
    baseline_df = sum(_baseline_df(one.predicting) for one in groups)
    shares = [
        least_squares.gfi(
            one.covariance, one.means, one.point.error, one.point.deviation, weight, one.exogenous
        )
        for one, weight in zip(groups, weights)
    ]
    freed = n - len(groups)  # RMSEA counts cases as the moments' divisor does.
    found = of_chi_squares(chisq, solution.compiled.df, baseline_chisq, baseline_df, freed, len(groups)) | {
        "npar": solution.compiled.npar,
        "srmr": sum(one.n / n * formulas.srmr(*one.moments) for one in groups),
        "gfi": sum(one.n / n * share for one, share in zip(groups, shares)),
    }
    if estimator == "ULS":
        found["pvalue"] = Unavailable("the statistic of unweighted least squares has no known distribution")
    found |= dict.fromkeys(LIKELIHOOD, Unavailable(f"estimator {estimator} has no likelihood"))
    return {name: found.get(name, Unavailable(f"estimator {estimator} has no scaled test")) for name in NAMES}


def of_chi_squares(
    chisq: float, df: int, baseline_chisq: float, baseline_df: int, n: int, groups: int
) -> dict[str, Any]:
    """Chi-squares and the indices made of them; ``n`` cases in all ``groups``."""
    low, high = formulas.rmsea_interval(chisq, df, n, groups=groups)
    return {
        "chisq": chisq,
        "df": df,
        "pvalue": or_reason(formulas.pvalue, chisq, df),
        "baseline_chisq": baseline_chisq,
        "baseline_df": baseline_df,
        "cfi": formulas.cfi(chisq, df, baseline_chisq, baseline_df),
        "tli": or_reason(formulas.tli, chisq, df, baseline_chisq, baseline_df),
        "rmsea": formulas.rmsea(chisq, df, n, groups),
        "rmsea_ci_low": low,
        "rmsea_ci_high": high,
        "rmsea_pvalue": or_reason(formulas.rmsea_pvalue, chisq, df, n, groups=groups),
    }


@dataclass(frozen=True, slots=True)
class _Group:
    """One group at the solution.

    ``exogenous`` (p,) marks the ``fixed.x`` variables, ``predicting`` (p,) those that only predict and keep
    their covariances in the baseline model.
    """

    n: int
    point: Any
    covariance: Floats
    means: Floats | None
    exogenous: Booleans
    predicting: Booleans

    @property
    def moments(self) -> tuple[Floats, Floats, Floats | None, Floats | None]:
        """Sample and implied covariances, sample and implied means (None without mean structure)."""
        implied = self.point.implied
        return self.covariance, implied.sigma, self.means, None if self.means is None else implied.mu


def _groups(solution: Solution) -> list[_Group]:
    found = []
    exogenous_names = solution.compiled.table.variables.exogenous
    for n, structure, aim, point in zip(
        solution.sizes, solution.structures, solution.aims, solution.minimum.point.groups
    ):
        mask = np.zeros(len(structure.observed_names), dtype=bool)
        mask[structure.exogenous - structure.latents] = True
        predicting = np.array([name in exogenous_names for name in structure.observed_names], dtype=bool)
        means = aim.means if structure.meanstructure else None
        found.append(_Group(n, point, aim.covariance, means, mask, predicting))
    return found


def _gfi(groups: Sequence[_Group]) -> float:
    """The groups' indices averaged by their cases, as lavaan does."""
    n = sum(one.n for one in groups)
    parts = [formulas.gfi_parts(*one.moments, one.exogenous) for one in groups]
    return float(sum(one.n / n * (1.0 - error / whole) for one, (error, whole) in zip(groups, parts)))


def without_solution(reason: str) -> dict[str, Any]:
    """Every measure with the same reason for its absence."""
    return dict.fromkeys(NAMES, Unavailable(reason))


def or_reason(formula: Callable[..., float], *arguments: float, **more: int) -> float | Unavailable:
    """The formula's value, or why it has none."""
    try:
        return formula(*arguments, **more)
    except ValueError as error:
        return Unavailable(str(error))


def _baseline_df(exogenous: Booleans) -> int:
    """All covariances except those among exogenous variables: p(p+1)/2 - nx(nx+1)/2 - ny."""
    p, nx = len(exogenous), int(exogenous.sum())
    return p * (p + 1) // 2 - nx * (nx + 1) // 2 - (p - nx)


def _loglikelihoods(group: _Group) -> tuple[float, float]:
    """Of the model and of the saturated model, both given the ``fixed.x`` variables, as in lavaan."""
    point, covariance, n = group.point, group.covariance, group.n
    away = float(point.deviation @ point.inverse @ point.deviation)
    given = 0.0
    if group.exogenous.any():
        part = covariance[np.ix_(group.exogenous, group.exogenous)]
        given = formulas.loglikelihood(part, part, n)
    model = formulas.loglikelihood(covariance, point.implied.sigma, n, away)
    saturated = formulas.loglikelihood(covariance, covariance, n)
    return model - given, saturated - given


def plain(measures: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Measures with None for what is unavailable, and the reasons by name."""
    reasons = {name: value.reason for name, value in measures.items() if isinstance(value, Unavailable)}
    return {name: None if name in reasons else value for name, value in measures.items()}, reasons
