"""What the results say, as data: a key, a level and values. The sentences stand in the word catalogues.

Nothing is estimated here; a finding selects numbers that stand in the results and compares them with the
level of significance or with a guide value that the sentence names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tam.report.choices import path_rows
from tam.report.context import Context
from tam.report.document import Level, plain
from tam.report.grouped_model import grouped_model
from tam.report.interactions import names_of, region_told, verdict_told
from tam.report.judged_fit import judge_fit, reported_indices

AVE_GUIDE, RELIABILITY_GUIDE, HTMT_GUIDE = 0.50, 0.70, 0.85

MOST_NAMED = 20
"""Supported hypotheses that a sentence names; of more it gives the number."""


@dataclass(frozen=True, slots=True)
class Finding:
    """``numbers`` maps a place in the sentence to (kind of format, value), ``names`` places to words."""

    key: str
    level: Level = "plain"
    numbers: Mapping[str, tuple[str, Any]] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)

    def values(self, context: Context) -> dict[str, str]:
        """The values as the sentence prints them."""
        shown = {place: _show(context, kind, value) for place, (kind, value) in self.numbers.items()}
        return {**shown, **self.names}


def _show(context: Context, kind: str, value: Any) -> str:
    if kind == "index":
        return context.numbers.bounded(value, 3)
    if kind == "interval":
        return context.numbers.interval(*value)
    shown: str = getattr(context.numbers, kind)(value)
    return shown


def findings(context: Context) -> tuple[Finding, ...]:
    """Every finding worth a sentence at the top, the most important first."""
    found: list[Finding] = []
    for source in (
        _hypotheses,
        _choices,
        _variance,
        _strongest,
        _moderation,
        _groups,
        _fit,
        _measures,
        _sample,
    ):
        found.extend(source(context))
    return tuple(found)


def _hypotheses(context: Context) -> Iterator[Finding]:
    tested = context.rows("structure", "hypotheses")
    if not tested:
        return
    sorts: dict[str, list[str]] = {}
    for one in tested:
        sorts.setdefault(str(one.get("verdict")), []).append(str(one["id"]))
    supported = sorts.get("supported", [])
    key = (
        "all_supported"
        if len(supported) == len(tested)
        else "some_supported"
        if supported
        else "none_supported"
    )
    many = "_many" if len(supported) > MOST_NAMED else ""
    yield Finding(
        f"hypotheses_{key}{many}",
        "good" if supported else "plain",
        {"n_supported": ("count", len(supported)), "n_tested": ("count", len(tested))},
        {"supported": context.words.listed(supported)},
    )
    for verdict in ("not_supported", "opposite", "unavailable"):
        if sorts.get(verdict):
            names = {"names": context.words.listed(sorts[verdict])}
            yield Finding(f"hypotheses_{verdict}", "caution", {}, names)


def outcome(context: Context) -> str | None:
    """The construct everything leads to: an outcome that predicts nothing, the last of several."""
    paths = context.rows("study", "model", "paths")
    predictors = {one["predictor"] for one in paths}
    ends = [one["outcome"] for one in paths if one["outcome"] not in predictors]
    return str(ends[-1]) if ends else None


def _choices(context: Context) -> Iterator[Finding]:
    """Paths that another defensible choice would decide otherwise."""
    by_choice: dict[str, list[str]] = {}
    for path in path_rows(context):
        for choice in path["changed"]:
            by_choice.setdefault(choice, []).append(path["name"])
    for choice, paths in by_choice.items():
        names = {"paths": context.words.listed(paths), "choice": context.word(f"choices.{choice}")}
        yield Finding("choices_matter", "caution", {}, names)


def _variance(context: Context) -> Iterator[Finding]:
    end = outcome(context)
    value = context.part("structure", "r2").get(end or "")
    if end and isinstance(value, (int, float)):
        yield Finding("variance", "plain", {"r2": ("percent", value)}, {"outcome": context.label(end)})


def _strongest(context: Context) -> Iterator[Finding]:
    end = outcome(context)
    controls = set(context.part("study", "model", "controls").get(end or "", ()))
    effects = [
        one
        for one in context.rows("effects", "total")
        if one.get("outcome") == end and one.get("std") is not None and one["predictor"] not in controls
    ]
    if len(effects) < 2:
        return
    first = max(effects, key=lambda one: abs(one["std"]))
    if first.get("ci_low") is None or first["ci_low"] <= 0 <= first["ci_high"]:
        return
    yield Finding(
        "strongest",
        "plain",
        {"beta": ("plain", first["std"]), "interval": ("interval", _std_interval(first))},
        {
            "predictor": context.label(first["predictor"]),
            "outcome": context.label(str(end)),
            "level": context.level,
        },
    )


def _std_interval(effect: Mapping[str, Any]) -> tuple[Any, Any]:
    return effect.get("std_ci_low"), effect.get("std_ci_high")


def _moderation(context: Context) -> Iterator[Finding]:
    for one in context.rows("moderation", "analyses"):
        if one.get("p") is not None:
            yield from _interaction(context, one)
        verdict = verdict_told(context, one)
        if verdict is not None and one["triangulation"]["verdict"]["kind"] == "depends":
            yield Finding("verdict_depends", "caution", {}, verdict[1])
        elif verdict is not None and one["triangulation"]["verdict"]["kind"] == "stable":
            yield Finding("verdict_stable", "plain", {}, verdict[1])


def _interaction(context: Context, one: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the moderator changes the path, and if so for whom the predictor matters."""
    slopes = {slope["at"]: slope for slope in one.get("slopes") or ()}
    low, high = slopes.get("-1 sd"), slopes.get("+1 sd")
    found, region = one["p"] < 1 - _level(context), region_told(context, one)
    key = (
        "moderation_absent"
        if not found
        else "moderation_found"
        if low and high and region is None
        else "moderation_weak"
    )
    numbers: dict[str, tuple[str, Any]] = {
        "est": ("plain", one.get("est")),
        "p": ("p_equals", one["p"]),
        "interval": ("interval", (one.get("ci_low"), one.get("ci_high"))),
    }
    if low and high:
        numbers |= {"low": ("plain", low["est"]), "high": ("plain", high["est"])}
    names = names_of(context, one) | {"level": context.level}
    yield Finding(key, "good" if found else "plain", numbers, names)
    if found and region is not None:
        yield Finding(region[0], "good", {}, region[1])


def _level(context: Context) -> float:
    level = context.get("study", "options", "ci")
    return float(level) if isinstance(level, (int, float)) else 0.95


def _groups(context: Context) -> Iterator[Finding]:
    """By grouping: what the model of all groups says; what scores say where there is none."""
    for grouping in context.rows("comparison", "groupings"):
        model = grouped_model(context, grouping)
        if model:
            yield Finding("groups_compared", *model)
            continue
        tested = {
            one["construct"]: one["welch"].get("p_holm", one["welch"]["p"])
            for one in grouping.get("constructs") or ()
            if (one.get("welch") or {}).get("p") is not None
        }
        differing = [name for name, p in tested.items() if p is not None and p < 1 - _level(context)]
        if not tested:
            continue
        names = {
            "by": context.text(grouping.get("label")) or str(grouping.get("by")),
            "constructs": context.words.listed(context.label(name) for name in differing),
        }
        counts = {"n_tested": ("count", len(tested)), "n_differing": ("count", len(differing))}
        yield Finding("groups_differ" if differing else "groups_alike", "plain", counts, names)


def _fit(context: Context) -> Iterator[Finding]:
    measures = context.part("structure", "measures")
    judged = judge_fit(measures)
    if judged:
        names = reported_indices(measures)
        numbers = {name: ("index", measures.get(names[name])) for name in names}
        version = names["cfi"].removeprefix("cfi").lstrip("_") or "standard"
        kind = {"kind": context.words.entries[f"index_kinds.{version}"]}
        yield Finding(f"fit_{judged}", "good" if judged == "good" else "caution", numbers, kind)


def weak_constructs(context: Context) -> dict[str, list[str]]:
    """Constructs below a guide value: of composite reliability, of AVE; pairs above HTMT .85."""
    constructs = context.part("measurement", "constructs")
    below = {
        "reliability": _below(constructs, "composite_reliability", RELIABILITY_GUIDE),
        "ave": _below(constructs, "ave", AVE_GUIDE),
    }
    htmt = context.part("measurement", "htmt")
    names = list(htmt)
    close = [
        f"{a}\u2013{b}"
        for i, a in enumerate(names)
        for b in names[:i]
        if isinstance(htmt[a].get(b), (int, float)) and htmt[a][b] > HTMT_GUIDE
    ]
    return below | {"htmt": close}


def _below(constructs: Mapping[str, Any], name: str, guide: float) -> list[str]:
    return [
        key
        for key, one in constructs.items()
        if isinstance(one.get(name), (int, float)) and one[name] < guide
    ]


def _measures(context: Context) -> Iterator[Finding]:
    constructs = context.part("measurement", "constructs")
    if not constructs:
        return
    weak = weak_constructs(context)
    known = [one.get("composite_reliability") for one in constructs.values()]
    values: Sequence[float] = [value for value in known if isinstance(value, (int, float))]
    if not any(weak.values()) and values:
        numbers = {"low": ("bounded", min(values)), "high": ("bounded", max(values))}
        yield Finding("measures_good", "good", numbers)
    for name, failing in weak.items():
        if failing:
            yield Finding(f"measures_{name}", "caution", {}, {"names": context.words.listed(failing)})


def _sample(context: Context) -> Iterator[Finding]:
    steps = context.rows("flow")
    if not steps:
        return
    read, used = steps[0].get("n_left"), steps[-1].get("n_left")
    excluded = context.get("screening", "n_excluded")
    numbers = {"read": ("count", read), "used": ("count", used), "excluded": ("count", excluded)}
    yield Finding("sample_excluded" if excluded else "sample_all", "plain", numbers)


def sentence(context: Context, finding: Finding) -> str:
    """A finding told in the language of the context, without marks."""
    return plain(context.say(f"findings.{finding.key}", **finding.values(context)))
