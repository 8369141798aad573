"""How a model fits by the usual guide values, and which version of each index is reported."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

CFI_GUIDE, RMSEA_GUIDE, SRMR_GUIDE = 0.95, 0.06, 0.08


def reported_indices(measures: Mapping[str, Any]) -> dict[str, str]:
    """CFI, RMSEA and SRMR with the name of the version to report: robust, else scaled, else as they are."""
    for ending in ("_robust", "_scaled"):
        if all(measures.get(f"{name}{ending}") is not None for name in ("cfi", "rmsea")):
            return {"cfi": f"cfi{ending}", "rmsea": f"rmsea{ending}", "srmr": "srmr"}
    return {name: name for name in ("cfi", "rmsea", "srmr")}


def judge_fit(measures: Mapping[str, Any]) -> str | None:
    """``good``, ``mixed`` or ``poor`` by the guide values .95, .06 and .08; None where one is absent."""
    values = [measures.get(name) for name in reported_indices(measures).values()]
    known = [float(value) for value in values if isinstance(value, (int, float))]
    if len(known) < 3:
        return None
    met = [known[0] >= CFI_GUIDE, known[1] <= RMSEA_GUIDE, known[2] <= SRMR_GUIDE]
    return "good" if all(met) else "mixed" if any(met) else "poor"
