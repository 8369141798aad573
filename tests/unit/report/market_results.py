"""The small results with a map of two drivers, as the market edition tells them: numbers written by hand."""

from __future__ import annotations

from typing import Any

from small_results import small_results


def placed(name: str, std: float, rating: float, leads: float | None, quadrant: str | None) -> dict[str, Any]:
    return {
        "construct": name,
        "importance": std - 0.013,
        "ci_low": std - 0.213,
        "ci_high": std + 0.187,
        "std": std,
        "std_ci_low": std - 0.2,
        "std_ci_high": std + 0.2,
        "leads": leads,
        "performance": rating,
        "performance_ci_low": rating - 4.1,
        "performance_ci_high": rating + 4.1,
        "n": 118,
        "quadrant": quadrant,
        "settled": False,
    }


def item(name: str, construct: str, share: float, rating: float, quadrant: str | None) -> dict[str, Any]:
    return {
        "item": name,
        "construct": construct,
        "share": share,
        "importance": 0.45 * share,
        "std": 0.463 * share,
        "performance": rating,
        "performance_ci_low": rating - 5.2,
        "performance_ci_high": rating + 5.2,
        "n": 117,
        "quadrant": quadrant,
    }


def market_results(leads: tuple[float, float] = (0.62, 0.38)) -> dict[str, Any]:
    """A copy that a test may change; ``leads`` of usefulness and trust."""
    results = small_results()
    results["effects"]["importance_performance"] = {
        "outcome": "PI",
        "performance": 57.3,
        "performance_ci_low": 53.1,
        "performance_ci_high": 61.5,
        "n": 119,
        "middle": {"importance": 0.352, "performance": 61.85},
        "item_middle": {"importance": 0.2315, "performance": 58.4},
        "constructs": [
            placed("PU", 0.463, 58.36, leads[0], "improve"),
            placed("TR", 0.241, 65.34, leads[1], "saturated"),
        ],
        "items": [
            item("pu1", "PU", 0.574, 55.2, "improve"),
            item("pu2", "PU", 0.426, 61.6, "saturated"),
        ],
    }
    return results


def waves(results: dict[str, Any]) -> dict[str, Any]:
    """The same with two waves instead of two platforms."""
    grouping = results["comparison"]["groupings"][0]
    grouping |= {"by": "wave", "label": {"en": "Wave", "zh": "批次"}}
    for mean, share in zip(grouping["constructs"][0]["means"].values(), (0.312, 0.187)):
        mean["top_two"] = {"share": share, "n": 60, "count": 19, "ci_low": 0.121, "ci_high": 0.443}
    results["comparison"]["minimum"] = 20
    return results
