"""Measurement invariance of two groups written by hand, to stand in the small results; no number is tam's."""

from __future__ import annotations

from typing import Any

from small_results import small_results


def step(name: str, chisq: float, df: int, cfi: float, rmsea: float, **told: Any) -> dict[str, Any]:
    """A step with its measures; ``told`` adds what it is compared with and the verdict."""
    measures = {"chisq": chisq, "df": df, "cfi": cfi, "rmsea": rmsea}
    fit = {"measures": measures, "n": 108, "estimator": "ML", "converged": True, "admissible": True}
    plain = {"against": None, "difference": None, "change": None, "criteria": [], "verdict": "baseline"}
    return {"id": name, "equal": [], "free": [], "fit": fit} | plain | told


def compared(cfi: float, rmsea: float, chisq: float, df: int, p: float, verdict: str) -> dict[str, Any]:
    criteria = [
        {"name": "delta_cfi", "source": "A (2001)", "value": -cfi, "limit": 0.01, "met": -cfi <= 0.01},
        {"name": "delta_rmsea", "source": "B (2002)", "value": rmsea, "limit": 0.015, "met": rmsea <= 0.015},
        {
            "name": "delta_cfi_small",
            "source": "B (2002)",
            "value": -cfi,
            "limit": 0.005,
            "met": -cfi <= 0.005,
        },
        {"name": "delta_rmsea_small", "source": "B (2002)", "value": rmsea, "limit": 0.01, "met": True},
    ]
    return {
        "against": "before",
        "difference": {"chisq": chisq, "df": df, "p": p, "method": "chisq", "factor": 1.0},
        "change": {"indices": "plain", "cfi": cfi, "rmsea": rmsea},
        "criteria": criteria,
        "verdict": verdict,
    }


def path(predictor: str, a: tuple[float, float, float], b: tuple[float, float, float]) -> dict[str, Any]:
    def value(est: float, low: float, high: float) -> dict[str, Any]:
        return {"est": est, "se": 0.11, "z": 4.0, "p": 0.021, "ci_low": low, "ci_high": high, "std": est / 2}

    return {
        "predictor": predictor,
        "outcome": "PI",
        "groups": {"a": value(*a), "b": value(*b)},
        "overall": {"chisq": 9.317, "df": 1, "p": 0.0023, "p_holm": 0.0046 if predictor == "PU" else 0.417},
        "pairs": [
            {
                "a": "a",
                "b": "b",
                "diff": 0.777,
                "se": 0.255,
                "z": 3.05,
                "p": 0.0023,
                "p_holm": 0.0023,
                "ci_low": 0.277,
                "ci_high": 1.277,
            }
        ],
        "permutation": None,
    }


def edge(one: dict[str, Any]) -> dict[str, Any]:
    groups = {name: {key: value[key] for key in ("est", "std", "p")} for name, value in one["groups"].items()}
    test = one["overall"]
    return {
        "predictor": one["predictor"],
        "outcome": "PI",
        "groups": groups,
        "differs": test["p_holm"] < 0.05,
        "p": test["p"],
        "p_holm": test["p_holm"],
    }


def invariance() -> dict[str, Any]:
    """Strict invariance, one of two paths differs, latent means of one construct differ."""
    paths = [
        path("PU", (0.913, 0.691, 1.135), (0.136, -0.084, 0.356)),
        path("TR", (0.25, 0.03, 0.47), (0.21, 0.01, 0.43)),
    ]
    mean_test = {"a": "b", "b": "a", "diff": -0.383, "se": 0.121, "z": -3.16, "p": 0.0016, "p_holm": 0.0016}
    dummy = {"group": "b", "est": -0.712, "se": 0.2, "t": -3.5, "p": 0.0006, "ci_low": -1.1, "ci_high": -0.32}
    score = {"slope": 0.811, "interactions": [dummy], "chisq": 12.25, "df": 1, "p": 0.0006}
    return {
        "by": "platform",
        "too_small": [{"id": "c", "n": 3}],
        "needed": 20,
        "n_ungrouped": 0,
        "groups": [{"id": "a", "n": 57}, {"id": "b", "n": 46}],
        "estimator": "ML",
        "missing": "listwise",
        "ci": 0.95,
        "constructs": {"PU": ["pu1", "pu2"]},
        "steps": [
            step("configural", 41.52, 32, 0.981, 0.041),
            step("metric", 44.13, 35, 0.979, 0.039, **compared(-0.002, -0.002, 2.61, 3, 0.456, "supported")),
            step("scalar", 51.77, 38, 0.9724, 0.046, **compared(-0.0066, 0.007, 7.64, 3, 0.054, "supported")),
            step("strict", 55.31, 42, 0.971, 0.045, **compared(-0.0014, -0.001, 3.54, 4, 0.472, "supported")),
        ],
        "partial": [],
        "level": {"id": "strict", "free": [], "paths": True, "means": True},
        "paths": {
            "free": [],
            "fit": {"measures": {}, "n": 103, "estimator": "ML", "converged": True, "admissible": True},
            "all_equal": {"chisq": 9.873, "df": 2, "p": 0.0072, "method": "chisq", "factor": 1.0},
            "second_order": None,
            "paths": paths,
            "r2": {"a": {"PI": 0.481}, "b": {"PI": 0.137}},
            "p_adjust": "holm",
        },
        "scores": {
            "reference": "a",
            "method": "OLS, HC3",
            "n": 103,
            "paths": [
                {**score, "predictor": "PU", "outcome": "PI", "agreement": "same_conclusion"},
                {**score, "predictor": "TR", "outcome": "PI", "agreement": "different_conclusion"},
            ],
        },
        "diagram": {
            "alpha": 0.05,
            "groups": ["a", "b"],
            "edges": [edge(one) for one in paths],
            "r2": {"a": {"PI": 0.481}, "b": {"PI": 0.137}},
        },
        "means": {
            "reference": "a",
            "free": [],
            "standardiser": "pooled",
            "constructs": [
                {
                    "construct": "PU",
                    "unit": "pu1",
                    "means": {"a": 0.0, "b": -0.383},
                    "variances": {},
                    "overall": {"chisq": 9.98, "df": 1, "p": 0.0016, "p_holm": 0.0032},
                    "pairs": [
                        {
                            "test": mean_test | {"ci_low": -0.62, "ci_high": -0.146},
                            "d": -0.41,
                            "d_se": 0.13,
                            "d_ci_low": -0.665,
                            "d_ci_high": -0.155,
                        }
                    ],
                }
            ],
        },
        "problems": [],
    }


def grouped_results(**changed: Any) -> dict[str, Any]:
    """The small results with the model of two groups; ``changed`` replaces parts of it."""
    results = small_results()
    results["comparison"]["groupings"][0]["invariance"] = invariance() | changed
    return results
