"""Which methods a results file used, as topics of `tam explain`, and the references they rest on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tam.report.topics import Reference, references, topics

_FIT_TOPICS = ("chisq", "cfi", "tli", "rmsea", "srmr", "aic", "bic", "bic_adjusted")


def used_topics(results: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the topics whose numbers stand in the results, in the order of the flow, each once."""
    found: list[str] = []
    for section in (_screening, _measurement, _structure, _effects, _moderation, _comparison):
        found += section(results)
    return tuple(dict.fromkeys(found))


def references_of(names: tuple[str, ...]) -> tuple[Reference, ...]:
    """The references of these topics in alphabetical order, each once."""
    known = topics()
    keys = {key for name in names for key in known[name].references}
    return tuple(sorted((references()[key] for key in keys), key=lambda one: one.cite.casefold()))


def _part(results: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = results.get(name)
    return part if isinstance(part, Mapping) else {}


def _screening(results: Mapping[str, Any]) -> Iterator[str]:
    if _part(results, "screening").get("multiverse"):
        yield "multiverse"
    for rule in _part(results, "screening").get("rules", ()):
        if rule.get("applicable") and rule["rule"] in topics():
            yield rule["rule"]


def _measurement(results: Mapping[str, Any]) -> Iterator[str]:
    measurement = _part(results, "measurement")
    if measurement.get("items"):
        yield "item_statistics"
    constructs = _part(measurement, "constructs").values()
    if any(one.get("alpha_ci_low") is not None for one in constructs):
        yield "alpha_interval"
    yield from _told(measurement)


_ELSEWHERE = ("parameter", "comparison", "effect", "verdict", "planning", "dialect")
"""Kinds of topics whose methods have sections of their own; their short names mean something else here."""
_HOMONYMS = ("percentile",)
"""Keys of the measurement that are no method: the percentile that parallel analysis compares with."""


def _told(node: Any) -> Iterator[str]:
    """Topics that stand in a part of the results as keys with a value."""
    known = topics()
    if isinstance(node, Mapping):
        for name, value in node.items():
            if value in (None, {}, []) or name in ("unavailable", "problems"):
                continue
            if name in known and known[name].kind not in _ELSEWHERE and name not in _HOMONYMS:
                yield known[name].name
            yield from _told(value)
    elif isinstance(node, list):
        for value in node:
            yield from _told(value)


def _structure(results: Mapping[str, Any]) -> Iterator[str]:
    structure = _part(results, "structure")
    if structure.get("estimator") == "ML":
        yield "ml"
    measures = _part(structure, "measures")
    yield from (name for name in _FIT_TOPICS if measures.get(name) is not None)
    if _part(structure, "cross_check").get("verdict") in ("agree", "differ"):
        yield "cross_check"


def _effects(results: Mapping[str, Any]) -> Iterator[str]:
    effects = _part(results, "effects")
    if effects.get("indirect"):
        yield "indirect_effect"
    if _part(effects, "interval").get("used"):
        yield from ("bootstrap", "percentile")


_ESTIMATORS = {
    "dblcent": "dblcent",
    "dblcent_robust": "dblcent",
    "dblcent_matched": "dblcent",
    "lms": "lms",
    "qml": "qml",
    "single_indicator": "triangulation",
    "factor_scores": "two_stage",
    "observed_scores": "composite_moderation",
}
"""Estimator of an interaction -> the topic that explains it, where it has one of its own."""


def _moderation(results: Mapping[str, Any]) -> Iterator[str]:
    for one in _part(results, "moderation").get("analyses", ()):
        yield from _interaction(one)
        if one.get("slopes"):
            yield "simple_slopes"
        if one.get("johnson_neyman"):
            yield "johnson_neyman"
        if one.get("effect_size"):
            yield "interaction_f2"
        if _part(one, "moderated_mediation").get("routes"):
            yield "index_of_moderated_mediation"
        if one.get("composite"):
            yield "composite_moderation"
        if one.get("lms"):
            yield from ("lms", "quadrature_certificate")
        table = _part(one, "triangulation").get("estimates", ())
        if table:
            yield "triangulation"
        known = (_ESTIMATORS.get(str(row.get("estimator"))) for row in table if row.get("est") is not None)
        yield from (name for name in known if name is not None)


def _interaction(one: Mapping[str, Any]) -> Iterator[str]:
    """How the interaction itself was estimated, where it was."""
    if one.get("est") is None:
        return
    method = _ESTIMATORS.get(str(one.get("method")))
    yield from ("std",) if method is None else (method, "std")
    if method == "lms":
        yield "quadrature_certificate"


def _comparison(results: Mapping[str, Any]) -> Iterator[str]:
    for grouping in _part(results, "comparison").get("groupings", ()):
        for one in grouping.get("constructs", ()):
            if one.get("welch"):
                yield from ("welch", "eta_squared")
            if one.get("pairs"):
                yield from ("games_howell", "hedges_g")
        yield from _invariance(_part(grouping, "invariance"))


def _invariance(part: Mapping[str, Any]) -> Iterator[str]:
    """What was compared between the groups besides scores."""
    if part.get("steps"):
        yield "ordinal_invariance" if part.get("estimator") == "WLSMV" else "invariance"
    if part.get("partial"):
        yield "partial_invariance"
    paths = _part(part, "paths").get("paths", ())
    if paths:
        yield "path_difference"
    if any(one.get("permutation") for one in paths):
        yield "path_permutation"
    if _part(part, "scores"):
        yield "dummy_interaction"
    if _part(part, "means").get("constructs"):
        yield "latent_mean_difference"
