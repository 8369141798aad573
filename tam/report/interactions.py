"""What probing and triangulation say of one moderation: which sentence, with which values.

Nothing is estimated here: regions, shares and verdicts stand in the results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.context import Context

FEW = 0.05
"""Share of the respondents below which an end of a region is said to rest on the line through all."""

_N_BOUNDS = {"outside": 2, "inside": 2, "above": 1, "below": 1, "everywhere": 0, "nowhere": 0}
"""How many bounds that respondents reach each regime has."""


def names_of(context: Context, one: Mapping[str, Any]) -> dict[str, str]:
    """The labels of predictor, moderator and outcome."""
    return {key: context.label(str(one.get(key))) for key in ("predictor", "moderator", "outcome")}


def region_of(one: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The Johnson-Neyman region, where there is one whose regime and bounds belong together."""
    region = one.get("johnson_neyman")
    if not isinstance(region, Mapping) or region.get("n") is None:
        return None
    needed = _N_BOUNDS.get(str(region.get("regime_observed")))
    return region if needed == len(observed_bounds(region)) else None


def observed_bounds(region: Mapping[str, Any]) -> list[float]:
    """The bounds that respondents reach, on the moderator's scale, ascending."""
    return sorted(bound["moderator_scale"] for bound in region.get("bounds") or () if bound.get("observed"))


def region_pieces(one: Mapping[str, Any], region: Mapping[str, Any]) -> Iterator[tuple[str, bool, float]]:
    """The parts of the region on the moderator's scale as (above, below, between or everywhere; whether
    positive; share), the lowest first."""
    regime, turned = str(region["regime_observed"]), _turned(region)
    rising = ((one.get("est") or 0) > 0) != turned
    shares = {True: region["share_positive"], False: region["share_negative"]}
    if regime == "nowhere":
        return
    if regime == "outside":
        yield "below", not rising, shares[not rising]
        yield "above", rising, shares[rising]
        return
    if turned:
        regime = {"above": "below", "below": "above"}.get(regime, regime)
    positive = shares[True] >= shares[False]
    yield {"inside": "between"}.get(regime, regime), positive, region["share_in_region"]


def _turned(region: Mapping[str, Any]) -> bool:
    """Whether the moderator's units of the model run against the scale of its items."""
    places = [point["moderator_scale"] for point in region.get("curve") or ()]
    return len(places) > 1 and places[0] > places[-1]


def curve_of(region: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The effect over the moderator, from its lowest value on the scale to its highest."""
    return sorted(region.get("curve") or (), key=lambda point: float(point["moderator_scale"]))


def region_told(context: Context, one: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """For whom the predictor matters: the key of the sentence among the findings, and its values."""
    region = region_of(one)
    if region is None:
        return None
    numbers, pieces = context.numbers, list(region_pieces(one, region))
    told = names_of(context, one) | {"n": numbers.count(region["n"])}
    if str(one.get("predictor")) in context.part("study", "constructs"):
        told["predictor"] = context.word("who.scored", name=told["predictor"])
    if not pieces:
        return "region_nowhere", told
    bounds = observed_bounds(region)
    if len(pieces) == 2:
        rising = pieces[-1][1]
        first, second = ("above", "below") if rising else ("below", "above")
        told |= {key: numbers.percent(region[key]) for key in ("share_positive", "share_negative")}
        told["few"] = context.word("who.few") if min(share for *_, share in pieces) < FEW else ""
        told[first] = _who(context, one, first, bounds)
        told[second] = context.word(f"who.again_{second}", **bound_values(context, second, bounds))
        return "region_outside_rising" if rising else "region_outside_falling", told
    part, positive, share = pieces[0]
    sign = "positive" if positive else "negative"
    if part == "everywhere":
        return f"region_everywhere_{sign}", told
    return f"region_one_{sign}", told | {
        "who": _who(context, one, part, bounds),
        "share": numbers.percent(share),
    }


def _who(context: Context, one: Mapping[str, Any], part: str, bounds: list[float]) -> str:
    """``who rate KOL credibility above 3.94 (scale from 1 to 7)``."""
    moderator = str(one.get("moderator"))
    rated = moderator in context.part("study", "constructs")
    return context.word(
        f"who.{'rated' if rated else 'found'}_{part}",
        **bound_values(context, part, bounds),
        **({"scale": _scale_told(context, moderator)} if rated else {}),
        moderator=context.label(moderator),
    )


def bound_values(context: Context, part: str, bounds: list[float]) -> dict[str, str]:
    """The bounds as the words of a part name them."""
    shown = [context.numbers.plain(bound) for bound in bounds]
    if part == "between":
        return {"low": shown[0], "high": shown[-1]}
    return {"bound": shown[-1] if part == "above" else shown[0]} if shown else {}


def scale_ends(context: Context, construct: str) -> tuple[float, float] | None:
    """The lowest and highest answer of a construct's items, where all have the same."""
    found = {_ends(context, str(item)) for item in _items(context, construct)}
    return next(iter(found)) if len(found) == 1 else None


def _items(context: Context, construct: str) -> list[Any]:
    entry = context.part("study", "constructs", construct)
    parts = entry.get("of") or ()
    items = [item for part in parts for item in context.part("study", "constructs", str(part))["items"]]
    return [*(entry.get("items") or ()), *items]


def _ends(context: Context, item: str) -> tuple[float, float] | None:
    scale = context.part("study", "scales", str(context.get("study", "items", item, "scale")))
    low, high = scale.get("min"), scale.get("max")
    return None if low is None or high is None else (low, high)


def _scale_told(context: Context, construct: str) -> str:
    ends = scale_ends(context, construct)
    if ends is None:
        return ""
    low, high = (context.numbers.plain(end, 0 if float(end).is_integer() else 1) for end in ends)
    return context.word("who.scale", low=low, high=high)


def verdict_told(context: Context, one: Mapping[str, Any]) -> tuple[str, dict[str, str]] | None:
    """Whether the estimators decide alike: the end of the sentence's key, and its values."""
    verdict = (one.get("triangulation") or {}).get("verdict")
    if not verdict:
        return None
    kind, decision = str(verdict["kind"]), str(verdict.get("decision"))
    numbers = context.numbers
    counts = {key: numbers.count(verdict[f"n_{key}"]) for key in ("usable", "tried")}
    told = names_of(context, one) | {
        "usable": counts["usable"],
        "tried": counts["tried"],
        "counted": context.word(
            "counted.all" if len(set(counts.values())) == 1 else "counted.some", **counts
        ),
        "low": numbers.plain(verdict.get("low")),
        "high": numbers.plain(verdict.get("high")),
        "decision": word_or_name(context, "decided", decision),
        "dissenting": context.words.listed(
            word_or_name(context, "estimators_in_sentence", str(name))
            for name in verdict.get("dissenting") or ()
        ),
        "hinge": word_or_name(context, "hinges", str(verdict.get("hinge"))),
    }
    key = f"verdict_{kind}_{decision}" if kind == "stable" else f"verdict_{kind}"
    return (key, told) if f"text.{key}" in context.words else None


def word_or_name(context: Context, group: str, name: str) -> str:
    """The word for a name of the results; the name itself where the catalogue has none."""
    key = f"{group}.{name}"
    return context.word(key) if key in context.words else name


def significance(context: Context) -> float:
    """The level of significance that belongs to the study's confidence level."""
    level = context.get("study", "options", "ci")
    return 1 - (float(level) if isinstance(level, (int, float)) else 0.95)
