"""Compares the scaled and robust measures of one of our fits with lavaan's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lavaan_peer import relative

from tam.engine import Fit

#: Our name of a measure -> lavaan's.
ROBUST = {
    "chisq_scaled": "chisq.scaled",
    "df_scaled": "df.scaled",
    "pvalue_scaled": "pvalue.scaled",
    "scaling_factor": "chisq.scaling.factor",
    "baseline_chisq_scaled": "baseline.chisq.scaled",
    "cfi_scaled": "cfi.scaled",
    "tli_scaled": "tli.scaled",
    "cfi_robust": "cfi.robust",
    "tli_robust": "tli.robust",
    "rmsea_scaled": "rmsea.scaled",
    "rmsea_scaled_ci_low": "rmsea.ci.lower.scaled",
    "rmsea_scaled_ci_high": "rmsea.ci.upper.scaled",
    "rmsea_robust": "rmsea.robust",
    "rmsea_robust_ci_low": "rmsea.ci.lower.robust",
    "rmsea_robust_ci_high": "rmsea.ci.upper.robust",
}


def assert_robust_measures(fit: Fit, theirs: Mapping[str, Any], tolerance: float) -> None:
    """Every measure lavaan gives; for a saturated model lavaan leaves out indices that are perfect."""
    for name, peer in ROBUST.items():
        ours = fit.measures[name]
        if theirs.get(peer) is None:
            assert not isinstance(ours, (int, float)) or fit.measures["df"] == 0, name
        elif name == "pvalue_scaled":
            # lavaan's is 1 minus a probability: absolute rounding of 1e-16 at best.
            assert abs(ours - theirs[peer]) <= tolerance * theirs[peer] + 1e-12, name
        elif name.startswith("rmsea"):
            # RMSEA is a square root: near 0 a difference of chi-square shows in half as many digits.
            assert abs(ours - theirs[peer]) <= max(tolerance, tolerance**0.5 * 0.01), name
        else:
            assert relative([ours], [theirs[peer]]) <= tolerance, name
