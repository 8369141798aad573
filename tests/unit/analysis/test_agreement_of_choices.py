"""How many other choices decide a hypothesis alike, counted by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tam.analysis.agreement import Agreement, ChoiceAgreement, agreement, decided


def hypothesis(path: str, sign: str | None = "+", verdict: str = "supported") -> dict[str, Any]:
    return {"path": path, "sign": sign, "verdict": verdict}


def path(est: float | None, p: float | None) -> dict[str, Any]:
    return {"lhs": "Y", "rhs": "X", "est": est, "p": p}


def specification(est: float, p: float, *, primary: bool = False, converged: bool = True) -> dict[str, Any]:
    return {"primary": primary, "converged": converged, "paths": [path(est, p)] if converged else []}


def estimate(estimator: str, decision: str | None, *, admissible: bool = True) -> dict[str, Any]:
    return {"estimator": estimator, "decision": decision, "admissible": admissible}


SECTIONS: dict[str, Any] = {
    "screening": {
        "multiverse": {
            "specifications": [
                specification(0.4, 0.001, primary=True),
                specification(0.4, 0.049),
                specification(0.3, 0.05),
                specification(-0.3, 0.01),
                specification(0.0, 1.0, converged=False),
            ]
        }
    },
    "measurement": {
        "missing_data": {
            "comparison": {
                "methods": {
                    "listwise": {"converged": True, "paths": [path(0.4, 0.001)]},
                    "fiml": {"converged": True, "paths": [path(0.4, 0.002)]},
                    "mi": None,
                }
            }
        },
        "method_bias": {
            "paths": [
                {
                    "lhs": "Y",
                    "rhs": "X",
                    "after_by_method": {"equal": path(0.1, 0.4), "free": path(None, None), "marker": None},
                }
            ]
        },
    },
    "moderation": {
        "analyses": [
            {
                "predictor": "X",
                "outcome": "Y",
                "moderator": "Z",
                "method": "dblcent",
                "triangulation": {
                    "estimates": [
                        estimate("dblcent", "positive"),
                        estimate("lms", "none"),
                        estimate("residual", "positive"),
                        estimate("matched", "positive", admissible=False),
                        estimate("qml", None),
                    ]
                },
            }
        ]
    },
}


@pytest.mark.parametrize(
    ("sign", "est", "p", "verdict"),
    [
        ("+", 0.1, 0.0499, "supported"),
        ("+", 0.1, 0.05, "not_supported"),
        ("+", -0.1, 0.01, "opposite"),
        ("-", -0.1, 0.01, "supported"),
        (None, -0.1, 0.01, "supported"),
    ],
)
def test_one_estimate_is_decided_by_its_test_and_its_sign(
    sign: str | None, est: float, p: float, verdict: str
) -> None:
    assert decided(sign, est, p, 0.05) == verdict


def test_a_path_is_counted_over_screening_missing_answers_and_method_variance() -> None:
    """Screening: .049 agrees, .05 and the other sign do not. FIML agrees. Method: .4 does not."""
    found = agreement(hypothesis("X -> Y"), SECTIONS, "listwise", 0.05)
    kinds = (
        ChoiceAgreement("screening", 1, 3),
        ChoiceAgreement("missing", 1, 1),
        ChoiceAgreement("method", 0, 1),
    )
    assert found == Agreement(2, 5, kinds)


def test_a_hypothesis_that_is_not_supported_agrees_where_it_is_not_elsewhere() -> None:
    found = agreement(hypothesis("X -> Y", verdict="not_supported"), SECTIONS, "listwise", 0.05)
    assert found is not None
    assert (found.n_agree, found.n_tried) == (2, 5)


def test_the_studys_own_treatment_of_missing_answers_is_no_other_choice() -> None:
    found = agreement(hypothesis("X -> Y"), SECTIONS, "fiml", 0.05)
    assert found is not None
    assert found.kinds[1] == ChoiceAgreement("missing", 1, 1)


def test_an_interaction_is_counted_over_the_other_admissible_estimators() -> None:
    found = agreement(hypothesis("X -> Y by Z"), SECTIONS, "listwise", 0.05)
    assert found == Agreement(1, 2, (ChoiceAgreement("estimators", 1, 2),))


@pytest.mark.parametrize("asked", ["X -> M -> Y", "Q -> Y", "X -> Q by Z"])
def test_where_no_other_choice_was_computed_there_is_no_agreement(asked: str) -> None:
    assert agreement(hypothesis(asked), SECTIONS, "listwise", 0.05) is None


def test_without_a_verdict_there_is_nothing_to_agree_with() -> None:
    asked = hypothesis("X -> Y", verdict="unavailable")
    assert agreement(asked, SECTIONS, "listwise", 0.05) is None


def test_results_that_hold_no_other_choice_give_none() -> None:
    empty: dict[str, Any] = {"screening": {}, "measurement": {}, "moderation": None}
    assert agreement(hypothesis("X -> Y"), empty, "listwise", 0.05) is None
    assert agreement(hypothesis("X -> Y by Z"), empty, "listwise", 0.05) is None
