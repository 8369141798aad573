"""Verdicts: which hypotheses these data support, by which estimate, and why where it cannot be told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tam.spec.model import Hypothesis, parse_moderation, parse_path

Decision = Literal["supported", "not_supported", "opposite", "unavailable"]
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HypothesisVerdict:
    """One hypothesis and what the data say. ``source`` is the section of the results that holds the estimate.

    The rule: supported where the interval excludes zero on the side that was predicted (either side where no
    sign was), opposite where it excludes zero on the other side, else not supported.
    """

    id: str
    path: str
    sign: str | None
    declared: bool
    verdict: Decision
    source: Literal["structure", "moderation", "effects"]
    est: float | None = None
    se: float | None = None
    p: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    std: float | None = None
    reason: str | None = None


def decide(sign: str | None, low: float, high: float) -> Decision:
    """The rule of ``HypothesisVerdict``. An interval that ends at zero does not exclude it."""
    if low <= 0 <= high:
        return "not_supported"
    found = "+" if low > 0 else "-"
    return "supported" if sign in (None, found) else "opposite"


def judge(
    hypotheses: Iterable[Hypothesis],
    estimates: Iterable[Row],
    effects: Row | None,
    moderation: Row | None,
    unusable: str | None,
) -> tuple[HypothesisVerdict, ...]:
    """Every hypothesis against the estimates that answer it.

    ``estimates`` are the rows of the structural solution, ``effects`` and ``moderation`` those sections;
    ``unusable`` is the reason why the structural solution answers nothing, if there is one.
    """
    rows = [row for row in estimates if row["op"] == "~"]
    verdicts = []
    for hypothesis in hypotheses:
        moderated = parse_moderation(hypothesis.path)
        steps = parse_path(hypothesis.path) or []
        if moderated is not None:
            found = _find_moderation(moderation, moderated.predictor, moderated.outcome, moderated.moderator)
            verdicts.append(_verdict(hypothesis, "moderation", found, None))
        elif len(steps) == 1:
            ends = (steps[0].outcome, steps[0].predictor)
            found = next((row for row in rows if (row["lhs"], row["rhs"]) == ends), None)
            verdicts.append(_verdict(hypothesis, "structure", found, unusable))
        else:
            chain = [steps[0].predictor, *(step.outcome for step in steps)]
            found = _find_indirect(effects, chain)
            verdicts.append(_verdict(hypothesis, "effects", found, unusable))
    return tuple(verdicts)


def _find_moderation(section: Row | None, predictor: str, outcome: str, moderator: str) -> Row | None:
    ends = (predictor, outcome, moderator)
    analyses = (section or {}).get("analyses", ())
    return next((a for a in analyses if (a["predictor"], a["outcome"], a["moderator"]) == ends), None)


def _find_indirect(section: Row | None, chain: list[str]) -> Row | None:
    for effect in (section or {}).get("indirect", ()):
        if [effect["predictor"], *effect["via"], effect["outcome"]] == chain:
            return effect  # type: ignore[no-any-return]
    return None


def _verdict(
    hypothesis: Hypothesis,
    source: Literal["structure", "moderation", "effects"],
    row: Row | None,
    unusable: str | None,
) -> HypothesisVerdict:
    def answer(verdict: Decision, reason: str | None, **numbers: float | None) -> HypothesisVerdict:
        return HypothesisVerdict(
            hypothesis.id,
            hypothesis.path,
            hypothesis.sign,
            hypothesis.declared,
            verdict,
            source,
            reason=reason,
            **numbers,
        )

    if row is None:
        return answer("unavailable", unusable or "the estimate could not be had")
    numbers = {name: row.get(name) for name in ("est", "se", "p", "ci_low", "ci_high", "std")}
    low, high = numbers["ci_low"], numbers["ci_high"]
    if unusable is not None or row.get("converged") is False:
        return answer("unavailable", unusable or "the moderated model did not converge", **numbers)
    if low is None or high is None:
        return answer("unavailable", "no interval could be had", **numbers)
    return answer(decide(hypothesis.sign, low, high), None, **numbers)
