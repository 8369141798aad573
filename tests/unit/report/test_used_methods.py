"""What a results file used is cited, and nothing else."""

from __future__ import annotations

import pytest

from tam.report.used_methods import references_of, used_topics


def results(**analysis: object) -> dict[str, object]:
    return {"moderation": {"analyses": [{"est": 0.3, "method": "dblcent", **analysis}]}}


@pytest.mark.parametrize(
    ("part", "topic", "reference"),
    [
        ({"method": "lms"}, "quadrature_certificate", "klein2000"),
        ({"method": "qml"}, "qml", "wen2010"),
        ({"method": "dblcent"}, "dblcent", "lin2010"),
        ({"lms": {"loglik": -1.0}}, "lms", "klein2000"),
        ({"johnson_neyman": {"regime": "nowhere"}}, "johnson_neyman", "aiken1991"),
        ({"effect_size": {"f2": 0.1}}, "interaction_f2", "aguinis2005"),
        ({"moderated_mediation": {"routes": [{}]}}, "index_of_moderated_mediation", "hayes2015"),
        (
            {"triangulation": {"estimates": [{"estimator": "single_indicator", "est": 0.2}]}},
            "triangulation",
            "hsiao2018",
        ),
    ],
)
def test_a_moderation_cites_what_it_holds(part: dict[str, object], topic: str, reference: str) -> None:
    names = used_topics(results(**part))
    assert topic in names
    assert reference in {one.key for one in references_of(names)}


def test_what_failed_is_not_cited() -> None:
    failed = {"triangulation": {"estimates": [{"estimator": "lms", "est": None}]}}
    assert "lms" not in used_topics(results(**failed))
    assert "quadrature_certificate" not in used_topics(results(method="lms", est=None))


def test_a_grouping_cites_invariance_and_what_was_compared() -> None:
    invariance = {
        "estimator": "ML",
        "steps": [{"id": "configural"}],
        "partial": [],
        "paths": {"paths": [{"permutation": {"p": 0.2}}]},
        "means": {"constructs": [{}]},
        "scores": None,
    }
    names = used_topics({"comparison": {"groupings": [{"constructs": [], "invariance": invariance}]}})
    assert set(names) == {"invariance", "path_difference", "path_permutation", "latent_mean_difference"}
    assert {one.key for one in references_of(names)} >= {"cheung2002", "chen2007", "holm1979"}
