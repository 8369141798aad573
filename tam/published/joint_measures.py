"""Fit indices of one model in many samples at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special

from tam.stats import fit_indices as formulas

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judged:
    """Fitted models of r samples.

    ``chisq`` (r,) = cases F, ``df``; ``baseline_chisq`` (r,) and ``baseline_df`` of the model without any
    covariances but those of exogenous variables; ``cases``: n or n - 1; ``sample`` and ``implied`` (r, p, p)
    covariances; ``exogenous`` (p,) marks those taken as given.
    """

    chisq: Floats
    df: int
    baseline_chisq: Floats
    baseline_df: int
    cases: int
    sample: Floats
    implied: Floats
    exogenous: NDArray[np.bool_]


def baseline_chisq(covariances: Floats, predicting: NDArray[np.bool_], cases: int) -> Floats:
    """``fit_indices.baseline_discrepancy`` of a stack (r, p, p), times the cases."""
    own = np.diagonal(covariances, axis1=1, axis2=2)[:, ~predicting]
    value = np.log(own).sum(axis=1) - np.linalg.slogdet(covariances)[1]
    if predicting.any():
        value = value + np.linalg.slogdet(covariances[:, predicting][:, :, predicting])[1]
    return np.asarray(cases * np.maximum(value, 0.0))


def _each(function: Callable[[float, float], float]) -> Callable[[Judged], Floats]:
    """A formula of chi-square and baseline chi-square, sample by sample."""

    def of(one: Judged) -> Floats:
        pairs = zip(one.chisq, one.baseline_chisq, strict=True)
        return np.array([_number(function, float(a), float(b)) for a, b in pairs])

    return of


def _number(function: Callable[[float, float], float], a: float, b: float) -> float:
    try:
        return function(a, b) if np.isfinite(a) else np.nan
    except ValueError:
        return np.nan


def _cfi(one: Judged) -> Floats:
    return _each(lambda a, b: formulas.cfi(a, one.df, b, one.baseline_df))(one)


def _tli(one: Judged) -> Floats:
    return _each(lambda a, b: formulas.tli(a, one.df, b, one.baseline_df))(one)


def _rmsea(one: Judged) -> Floats:
    return _each(lambda a, _: formulas.rmsea(a, one.df, one.cases))(one)


def _rmsea_low(one: Judged) -> Floats:
    return _each(lambda a, _: formulas.rmsea_interval(a, one.df, one.cases)[0])(one)


def _rmsea_high(one: Judged) -> Floats:
    return _each(lambda a, _: formulas.rmsea_interval(a, one.df, one.cases)[1])(one)


def _rmsea_pvalue(one: Judged) -> Floats:
    return _each(lambda a, _: formulas.rmsea_pvalue(a, one.df, one.cases))(one)


def _pvalue(one: Judged) -> Floats:
    if one.df <= 0:
        return np.full(len(one.chisq), np.nan)
    return np.asarray(special.chdtrc(one.df, one.chisq))


def _ratio(one: Judged) -> Floats:
    return one.chisq / one.df if one.df > 0 else np.full(len(one.chisq), np.nan)


def _nfi(one: Judged) -> Floats:
    """1 - X / X_b. Bentler and Bonett (1980)."""
    return 1.0 - one.chisq / one.baseline_chisq


def _ifi(one: Judged) -> Floats:
    """(X_b - X) / (X_b - df). Bollen (1989)."""
    return (one.baseline_chisq - one.chisq) / (one.baseline_chisq - one.df)


def _rfi(one: Judged) -> Floats:
    """1 - (X / df) / (X_b / df_b). Bollen (1986)."""
    return 1.0 - _ratio(one) / (one.baseline_chisq / max(one.baseline_df, 1))


def _pnfi(one: Judged) -> Floats:
    return _nfi(one) * one.df / max(one.baseline_df, 1)


def _srmr(one: Judged) -> Floats:
    deviations = np.sqrt(np.diagonal(one.sample, axis1=1, axis2=2))
    residual = (one.sample - one.implied) / (deviations[:, :, None] * deviations[:, None, :])
    i, j = np.tril_indices(one.sample.shape[1])
    return np.asarray(np.sqrt(np.mean(residual[:, i, j] ** 2, axis=1)))


def _rmr(one: Judged) -> Floats:
    i, j = np.tril_indices(one.sample.shape[1])
    return np.asarray(np.sqrt(np.mean((one.sample - one.implied)[:, i, j] ** 2, axis=1)))


def _gfi(one: Judged) -> Floats:
    """1 - tr[(Sigma^-1 (S - Sigma))^2] / tr[(Sigma^-1 S)^2], exogenous moments counted (LISREL, AMOS)."""
    error = np.linalg.solve(one.implied, one.sample - one.implied)
    ratio = np.linalg.solve(one.implied, one.sample)
    share = np.einsum("rij,rji->r", error, error) / np.einsum("rij,rji->r", ratio, ratio)
    return np.asarray(1.0 - share)


def _agfi(one: Judged) -> Floats:
    """1 - p (p + 1) / (2 df) (1 - GFI)."""
    p = one.sample.shape[1]
    share = p * (p + 1) / (2.0 * one.df) if one.df > 0 else 1.0
    return np.asarray(1.0 - share * (1.0 - _gfi(one)))


def _pgfi(one: Judged) -> Floats:
    p = one.sample.shape[1]
    return np.asarray(_gfi(one) * 2.0 * one.df / (p * (p + 1)))


FIT_MEASURES: Mapping[str, Callable[[Judged], Floats]] = {
    "chisq": lambda one: one.chisq,
    "df": lambda one: np.full(len(one.chisq), float(one.df)),
    "chisq_df": _ratio,
    "pvalue": _pvalue,
    "baseline_chisq": lambda one: one.baseline_chisq,
    "baseline_df": lambda one: np.full(len(one.chisq), float(one.baseline_df)),
    "cfi": _cfi,
    "tli": _tli,
    "nfi": _nfi,
    "ifi": _ifi,
    "rfi": _rfi,
    "pnfi": _pnfi,
    "gfi": _gfi,
    "agfi": _agfi,
    "pgfi": _pgfi,
    "rmsea": _rmsea,
    "rmsea_ci_low": _rmsea_low,
    "rmsea_ci_high": _rmsea_high,
    "rmsea_pvalue": _rmsea_pvalue,
    "srmr": _srmr,
    "rmr": _rmr,
}
"""What can be had from the moments, by name. Scaled statistics need the respondents' rows."""
LEAST_SQUARES = ("chisq", "df", "chisq_df", "pvalue", "rmsea", "rmsea_ci_low", "rmsea_ci_high", "srmr", "rmr")
"""Those of them that do not compare with a baseline model of maximum likelihood."""
