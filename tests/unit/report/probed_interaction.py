"""The interaction of the small results, probed and triangulated: numbers written by hand."""

from __future__ import annotations

from typing import Any

from small_results import small_results

OBSERVED = {
    "outside": (2.0, 3.0),
    "inside": (2.0, 3.0),
    "above": (3.0,),
    "below": (2.0,),
    "everywhere": (),
    "nowhere": (),
}


def probed(**changes: Any) -> dict[str, Any]:
    """The small results with everything that probing adds; ``changes`` to the one analysis."""
    results = small_results()
    results["study"]["items"]["tr1"] = {"construct": "TR", "text": {}, "reverse": False, "scale": "agree5"}
    one = results["moderation"]["analyses"][0]
    parts = {
        "johnson_neyman": region("above", positive=0.614, negative=0.0),
        "effect_size": {
            "r2": 0.4518,
            "delta_r2": 0.0213,
            "f2": 0.0389,
            "benchmark": "large",
            "benchmarks": {"small": 0.005, "medium": 0.01, "large": 0.025},
            "benchmark_source": "Kenny",
        },
        "percentile_slopes": [
            {**one["slopes"][0], "at": at, "moderator_scale": scale, "est": est}
            for at, scale, est in (("p16", 2.05, 0.21), ("p50", 3.25, 0.42), ("p84", 4.15, 0.59))
        ],
        "surface": None,
        "moderated_mediation": mediation((0.031, 0.142)),
        "triangulation": triangulation({"dblcent": 0.164, "lms": 0.151, "observed_scores": 0.112}),
        "lms": {
            "loglik": -1204.337,
            "loglik_linear": -1208.912,
            "lr_chisq": 9.15,
            "lr_df": 1,
            "lr_p": 0.0025,
            "quadrature": {
                "variables": ["PU"],
                "nodes": 17,
                "doubled": 33,
                "delta_loglik": -2.25e-8,
                "delta_coefficients": 4.35e-9,
                "delta_in_errors": 5.15e-8,
                "converged": True,
            },
        },
    }
    one.update(parts | changes)
    return results


def region(
    regime: str, *, positive: float, negative: float, further: tuple[float, ...] = (), turned: bool = False
) -> dict[str, Any]:
    """A region whose bounds respondents reach, and ``further`` bounds that none does."""
    ends = [(value, True) for value in OBSERVED[regime]] + [(value, False) for value in further]
    bounds = [
        {"moderator": value - 3.1, "moderator_scale": value, "observed": seen} for value, seen in sorted(ends)
    ]
    places = sorted({1.0, 2.0, 2.5, 3.0, 4.0, 5.0})
    curve = [
        {"moderator": at - 3.1, "moderator_scale": at, "est": est, "ci_low": est - 0.2, "ci_high": est + 0.3}
        for at, est in ((at, 0.25 * (at - 2.45)) for at in places)
    ]
    return {
        "regime": regime,
        "regime_observed": regime,
        "bounds": bounds,
        "critical": 1.96,
        "level": 0.95,
        "share_in_region": positive + negative,
        "share_positive": positive,
        "share_negative": negative,
        "share_basis": "item_means",
        "n": 108,
        "curve": curve[::-1] if turned else curve,
        "histogram": {"edges": [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], "counts": [4, 19, 41, 32, 12]},
    }


def mediation(index: tuple[float | None, float | None], est: float = 0.087) -> dict[str, Any]:
    """One route over the moderated path; ``index`` the interval of its index."""
    effects = [
        {
            "at": at,
            "moderator": 0.9 * share,
            "moderator_scale": 3.1 + 0.9 * share,
            "est": 0.215 + share * est,
            "se": 0.055,
            "ci_low": 0.105 + share * est,
            "ci_high": 0.325 + share * est,
            "std": 0.195,
        }
        for at, share in (("-1 sd", -1), ("mean", 0), ("+1 sd", 1))
    ]
    return {
        "interval": {
            "method": "percentile",
            "level": 0.95,
            "requested": 500,
            "used": 498,
            "failed": 2,
            "inadmissible": 0,
            "seed": 11,
        },
        "routes": [
            {
                "predictor": "EASE",
                "outcome": "PI",
                "via": ["PU"],
                "stage": "second",
                "effects": effects,
                "index": {"est": est, "se": 0.028, "ci_low": index[0], "ci_high": index[1], "std": 0.074},
            }
        ],
        "problems": [],
    }


FAMILIES = {
    "lms": "likelihood",
    "qml": "likelihood",
    "factor_scores": "corrected_scores",
    "single_indicator": "corrected_scores",
    "observed_scores": "observed_scores",
}


def triangulation(
    found: dict[str, float], kind: str = "stable", dissenting: tuple[str, ...] = (), hinge: str | None = None
) -> dict[str, Any]:
    """Estimators with their standardised coefficients; those of .11 in size or less show nothing."""

    def decision(std: float) -> str:
        return "none" if abs(std) <= 0.11 else "positive" if std > 0 else "negative"

    most = next((decision(std) for name, std in found.items() if name not in dissenting), None)
    return {
        "predictor": "PU",
        "moderator": "TR",
        "outcome": "PI",
        "level": 0.95,
        "estimates": [
            {
                "estimator": name,
                "family": FAMILIES.get(name, "products"),
                "est": std * 1.1,
                "se": 0.055,
                "p": 0.004,
                "ci_low": (std - 0.11) * 1.1,
                "ci_high": (std + 0.11) * 1.1,
                "std": std,
                "std_ci_low": std - 0.11,
                "std_ci_high": std + 0.11,
                "n": 108,
                "converged": True,
                "admissible": True,
                "decision": decision(std),
                "reason": None,
            }
            for name, std in found.items()
        ],
        "verdict": {
            "kind": kind,
            "decision": None if kind == "undecided" else most,
            "n_usable": len(found),
            "n_tried": len(found),
            "dissenting": list(dissenting),
            "hinge": hinge,
            "low": min(found.values()),
            "high": max(found.values()),
        },
    }
