"""The scaled and robust part of the table of fit measures, from chi-squares, traces and counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tam.engine.robust_fit import ROBUST_ESTIMATORS, RobustInference
from tam.errors import Unavailable
from tam.stats import fit_indices, robust_indices
from tam.stats.scaled_tests import scaling_factor

NO_DEGREES = "a model with 0 degrees of freedom cannot be tested"
NO_BASELINE = "the baseline model leaves nothing to compare with"


@dataclass(frozen=True, slots=True)
class Tested:
    """An unscaled chi-square, its degrees of freedom, and df times its scaling factor."""

    chisq: float
    df: int
    trace: float


def with_scaled(
    measures: Mapping[str, Any], robust: RobustInference | None, estimator: str, n: int, groups: int = 1
) -> dict[str, Any]:
    """The measures of a fit with the scaled and robust ones of its estimator, if it is a robust one."""
    if robust is None or estimator not in ROBUST_ESTIMATORS:
        return dict(measures)
    model = Tested(measures["chisq"], measures["df"], robust.parts.trace)
    baseline = Tested(measures["baseline_chisq"], measures["baseline_df"], robust.parts.baseline_trace)
    return dict(measures) | scaled_measures(model, baseline, n, groups)


def scaled_measures(model: Tested, baseline: Tested, n: int, groups: int = 1) -> dict[str, Any]:
    """Every scaled and robust measure of ``tam fit``; ``Unavailable`` where a model has nothing to test.

    ``n`` cases in all. Names and conventions are those of ``lavaan::fitMeasures``, dots for underscores.
    """
    found: dict[str, Any] = {"df_scaled": model.df}
    found |= _baseline(baseline)
    if model.df <= 0:
        return found | _saturated(model)
    factor = scaling_factor(model.trace, model.df)
    if not factor > 0:
        return found | dict.fromkeys(_OF_THE_MODEL, Unavailable("the scaling factor is not positive"))
    scaled = model.chisq / factor
    size = groups**0.5
    found |= {
        "chisq_scaled": scaled,
        "pvalue_scaled": fit_indices.pvalue(scaled, model.df),
        "scaling_factor": factor,
        "rmsea_scaled": size * fit_indices.rmsea(scaled, model.df, n),
        "rmsea_robust": robust_indices.rmsea_robust(model.chisq, model.df, factor, n, groups),
    }
    intervals: tuple[tuple[str, Callable[..., tuple[float, float]]], ...] = (
        ("rmsea_scaled", robust_indices.rmsea_scaled_interval),
        ("rmsea_robust", robust_indices.rmsea_robust_interval),
    )
    for name, interval in intervals:
        limits = interval(model.chisq, model.df, factor, n, groups)
        found[f"{name}_ci_low"], found[f"{name}_ci_high"] = limits
    return found | _comparative(model, factor, baseline)


_OF_THE_MODEL = (
    "chisq_scaled", "pvalue_scaled", "scaling_factor", "cfi_scaled", "tli_scaled", "cfi_robust", "tli_robust",
    "rmsea_scaled", "rmsea_scaled_ci_low", "rmsea_scaled_ci_high",
    "rmsea_robust", "rmsea_robust_ci_low", "rmsea_robust_ci_high",
)  # fmt: skip


def _baseline(baseline: Tested) -> dict[str, Any]:
    if baseline.df <= 0 or not baseline.trace > 0:
        return {"baseline_chisq_scaled": Unavailable(NO_BASELINE)}
    return {"baseline_chisq_scaled": baseline.chisq * baseline.df / baseline.trace}


def _saturated(model: Tested) -> dict[str, Any]:
    """A model without degrees of freedom has nothing to scale; its indices are those of perfect fit."""
    perfect = dict.fromkeys(("cfi_scaled", "tli_scaled", "cfi_robust", "tli_robust"), 1.0)
    rest = dict.fromkeys((name for name in _OF_THE_MODEL if name.startswith("rmsea")), 0.0)
    absent = dict.fromkeys(("pvalue_scaled", "scaling_factor"), Unavailable(NO_DEGREES))
    return {"chisq_scaled": model.chisq} | perfect | rest | absent


def _comparative(model: Tested, factor: float, baseline: Tested) -> dict[str, Any]:
    names = ("cfi_scaled", "tli_scaled", "cfi_robust", "tli_robust")
    if baseline.df <= 0 or not baseline.trace > 0:
        return dict.fromkeys(names, Unavailable(NO_BASELINE))
    own = baseline.trace / baseline.df
    scaled = (model.chisq / factor, model.df, baseline.chisq / own, baseline.df)
    plain = (model.chisq, model.df, factor, baseline.chisq, baseline.df, own)
    return {
        "cfi_scaled": fit_indices.cfi(*scaled),
        "tli_scaled": _or_reason(fit_indices.tli, *scaled),
        "cfi_robust": robust_indices.cfi_robust(*plain),
        "tli_robust": _or_reason(robust_indices.tli_robust, *plain),
    }


def _or_reason(formula: Callable[..., float], *arguments: float) -> float | Unavailable:
    try:
        return formula(*arguments)
    except ValueError as error:
        return Unavailable(str(error))
