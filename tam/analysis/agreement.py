"""How many of the other defensible choices decide a hypothesis as the study does.

The choices are those that the results hold: other screening rules, other treatments of missing answers,
method variance allowed for, other estimators of an interaction. Nothing is estimated here, only counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tam.analysis.hypotheses import Decision
from tam.spec.model import parse_moderation, parse_path

Kind = Literal["screening", "missing", "method", "estimators"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ChoiceAgreement:
    """Choices of one kind, the study's own left out: how many gave an estimate (``n_tried``, above zero), and
    how many of them lead to the study's verdict (``n_agree``)."""

    kind: Kind
    n_agree: int
    n_tried: int


@dataclass(frozen=True, slots=True)
class Agreement:
    """The choices of every kind taken together, and each kind by itself."""

    n_agree: int
    n_tried: int
    kinds: tuple[ChoiceAgreement, ...]


def decided(sign: str | None, est: float, p: float, alpha: float) -> Decision:
    """The verdict of one estimate by its test: as ``hypotheses.decide``, with p < alpha for an interval that
    leaves zero out."""
    return _verdict(sign, "none" if p >= alpha else "positive" if est > 0 else "negative")


def _verdict(sign: str | None, found: str) -> Decision:
    if found == "none":
        return "not_supported"
    return "supported" if sign in (None, {"positive": "+", "negative": "-"}[found]) else "opposite"


def agreement(hypothesis: Row, sections: Mapping[str, Any], primary: str, alpha: float) -> Agreement | None:
    """The agreement on one hypothesis as it stands in the results; None where no other choice was computed.

    ``sections`` are ``screening``, ``measurement`` and ``moderation`` of the results, ``primary`` is the
    study's treatment of missing answers, ``alpha`` one minus the level of its intervals. A path is looked up
    in the refitted models, an interaction among the estimators; an indirect effect has no other choice.
    """
    if hypothesis["verdict"] == "unavailable":
        return None
    sign, path = hypothesis["sign"], str(hypothesis["path"])
    found: dict[Kind, list[Decision]] = {"screening": [], "missing": [], "method": [], "estimators": []}
    for kind, row in _refitted(path, sections, primary):
        if row.get("est") is not None and row.get("p") is not None:
            found[kind].append(decided(sign, row["est"], row["p"], alpha))
    found["estimators"] = [_verdict(sign, one) for one in _estimators(path, sections)]
    kinds = tuple(
        ChoiceAgreement(kind, sum(one == hypothesis["verdict"] for one in verdicts), len(verdicts))
        for kind, verdicts in found.items()
        if verdicts
    )
    if not kinds:
        return None
    return Agreement(sum(one.n_agree for one in kinds), sum(one.n_tried for one in kinds), kinds)


def _refitted(path: str, sections: Mapping[str, Any], primary: str) -> Iterator[tuple[Kind, Row]]:
    """The path as every other model has it; nothing where the hypothesis is about more than one path."""
    steps = parse_path(path) or []
    if len(steps) != 1 or parse_moderation(path) is not None:
        return
    ends = (steps[0].outcome, steps[0].predictor)
    measurement = sections["measurement"] or {}
    multiverse = (sections["screening"] or {}).get("multiverse") or {}
    for one in multiverse.get("specifications") or ():
        if not one["primary"] and one["converged"]:
            yield from (("screening", row) for row in _of(one["paths"], ends))
    comparison = (measurement.get("missing_data") or {}).get("comparison") or {}
    for name, one in (comparison.get("methods") or {}).items():
        if one and name != primary and one["converged"]:
            yield from (("missing", row) for row in _of(one["paths"], ends))
    for one in _of((measurement.get("method_bias") or {}).get("paths") or (), ends):
        yield from (("method", after) for after in one["after_by_method"].values() if after)


def _of(paths: Iterable[Row], ends: tuple[str, str]) -> Iterator[Row]:
    return (one for one in paths if (one["lhs"], one["rhs"]) == ends)


def _estimators(path: str, sections: Mapping[str, Any]) -> Iterator[str]:
    """The decisions of the estimators other than the study's own, of admissible solutions only."""
    moderated = parse_moderation(path)
    if moderated is None:
        return
    ends = (moderated.predictor, moderated.outcome, moderated.moderator)
    for one in (sections["moderation"] or {}).get("analyses") or ():
        if (one["predictor"], one["outcome"], one["moderator"]) == ends:
            for row in (one.get("triangulation") or {}).get("estimates") or ():
                if row["estimator"] != one["method"] and row["admissible"] and row["decision"]:
                    yield str(row["decision"])
