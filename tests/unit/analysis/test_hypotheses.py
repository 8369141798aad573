"""Verdicts follow the interval and the predicted sign, and say why where there is none."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tam.analysis.hypotheses import decide, judge
from tam.spec.model import Hypothesis

finite = st.floats(-100, 100)


@pytest.mark.parametrize(
    ("sign", "low", "high", "verdict"),
    [
        ("+", 0.1, 0.3, "supported"),
        ("-", 0.1, 0.3, "opposite"),
        (None, -0.3, -0.1, "supported"),
        ("-", -0.3, -0.1, "supported"),
        ("+", -0.3, -0.1, "opposite"),
        ("+", -0.1, 0.3, "not_supported"),
        ("+", 0.0, 0.3, "not_supported"),
    ],
)
def test_rule(sign: str | None, low: float, high: float, verdict: str) -> None:
    assert decide(sign, low, high) == verdict


@given(st.tuples(finite, finite), st.sampled_from(["+", "-", None]))
def test_turning_everything_round_changes_no_verdict(ends: tuple[float, float], sign: str | None) -> None:
    low, high = sorted(ends)
    turned = {"+": "-", "-": "+", None: None}[sign]
    assert decide(sign, low, high) == decide(turned, -high, -low)


def row(lhs: str, rhs: str, low: float | None, high: float | None) -> dict[str, Any]:
    return {
        "lhs": lhs,
        "op": "~",
        "rhs": rhs,
        "est": 0.2,
        "se": 0.1,
        "p": 0.1,
        "ci_low": low,
        "ci_high": high,
    }


def test_each_kind_of_hypothesis_finds_its_own_estimate() -> None:
    asked = [
        Hypothesis("H1", "A -> B", "+"),
        Hypothesis("H2", "A -> B -> C", "+"),
        Hypothesis("H3", "B -> C by M", "-"),
    ]
    effects = {"indirect": [{"predictor": "A", "via": ["B"], "outcome": "C", "ci_low": -0.1, "ci_high": 0.2}]}
    analysis = {"predictor": "B", "outcome": "C", "moderator": "M", "ci_low": -0.5, "ci_high": -0.2}
    found = judge(asked, [row("B", "A", 0.1, 0.3)], effects, {"analyses": [analysis]}, None)
    assert [(v.verdict, v.source) for v in found] == [
        ("supported", "structure"),
        ("not_supported", "effects"),
        ("supported", "moderation"),
    ]


def test_what_cannot_be_judged_says_why() -> None:
    asked = [Hypothesis("H1", "A -> B"), Hypothesis("H2", "B -> C by M"), Hypothesis("H3", "A -> C")]
    failed = {"predictor": "B", "outcome": "C", "moderator": "M", "ci_low": 1.0, "ci_high": 2.0}
    found = judge(
        asked, [row("B", "A", None, None)], None, {"analyses": [{**failed, "converged": False}]}, None
    )
    assert [v.verdict for v in found] == ["unavailable"] * 3
    assert all(v.reason for v in found)
    stopped = judge(asked[:1], [row("B", "A", 0.1, 0.3)], None, None, "did not converge")
    assert stopped[0].verdict == "unavailable" and stopped[0].reason == "did not converge"
