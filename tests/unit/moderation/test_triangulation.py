"""One interaction by several estimators: what agrees, what the sentence says, what a failure leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.analysis.moderation import moderation
from tam.analysis.triangulation import Estimate, Triangulation, hinge, triangulate, verdict
from tam.errors import Unavailable
from tam.record import to_record
from tam.spec.model import Model, Moderation, Path
from tam.spec.text import Text

ITEMS = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in ("X", "Z", "Y")}
PRODUCTS = ("dblcent", "dblcent_robust", "dblcent_matched", "residual")
SCORES = ("single_indicator", "factor_scores", "observed_scores")


def _answers(interaction: float, n: int = 3000, seed: int = 8) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n).T
    y = 0.4 * x + 0.3 * z + interaction * x * z + 0.7 * rng.normal(size=n)
    latents = {"X": x, "Z": z, "Y": y}
    return pd.DataFrame(
        {
            item: load * latents[name] + 0.7 * rng.normal(size=n) + 4
            for name, items in ITEMS.items()
            for item, load in zip(items, (1.0, 0.9, 1.1), strict=True)
        }
    )


@pytest.fixture(scope="module")
def model() -> Model:
    return Model("m", Text("m"), ITEMS, {}, (Path("Y", "X"), Path("Y", "Z")), (Moderation("X", "Y", "Z"),))


@pytest.fixture(scope="module")
def one(model: Model) -> Triangulation:
    return triangulate(model, _answers(0.25), model.moderations[0], estimators=PRODUCTS + SCORES)


def test_estimators_that_allow_for_error_find_the_truth(one: Triangulation) -> None:
    # var(y) = .16 + .09 + 2 .4 .3 .3 + .25^2 (1 + .3^2) + .49
    truth = 0.25 / np.sqrt(0.16 + 0.09 + 2 * 0.4 * 0.3 * 0.3 + 0.0625 * 1.09 + 0.49)
    for row in one.estimates:
        assert row.estimator in PRODUCTS + SCORES
        if row.estimator != "observed_scores":
            assert row.std == pytest.approx(truth, abs=0.035), row.estimator
    plain = next(row for row in one.estimates if row.estimator == "observed_scores")
    assert plain.std < truth - 0.04


def test_agreement_is_called_stable(one: Triangulation) -> None:
    assert one.verdict.kind == "stable" and one.verdict.decision == "positive"
    assert one.verdict.n_usable == one.verdict.n_tried == 7
    assert one.verdict.low == min(row.std for row in one.estimates)
    assert all(row.std_ci_low < row.std < row.std_ci_high for row in one.estimates)


def _row(estimator: str, decision: str | None, std: float = 0.1) -> Estimate:
    nothing = Unavailable("-")
    return Estimate(
        estimator,
        "products",
        *([nothing] * 5),
        std,
        nothing,
        nothing,
        100,
        True,
        True,
        decision,  # type: ignore[arg-type]
        None,
    )


ALL = (*PRODUCTS, "lms", *SCORES)


@pytest.mark.parametrize(
    ("against", "choice"),
    [
        (("observed_scores",), "measurement_error"),
        (("dblcent_matched",), "pairs"),
        (("dblcent_robust",), "standard_errors"),
        (("residual",), "products"),
        (("lms",), "normality"),
        (("single_indicator", "factor_scores", "observed_scores"), "scores"),
        (("lms", "observed_scores"), "several"),
    ],
)
def test_the_choice_on_which_a_verdict_hangs(against: tuple[str, ...], choice: str) -> None:
    found = verdict([_row(name, "none" if name in against else "positive") for name in ALL])

    assert (found.kind, found.decision) == ("depends", "positive")
    assert found.dissenting == against
    assert found.hinge == hinge(against, ALL) == choice


def test_with_as_many_on_each_side_the_reference_stands() -> None:
    rows = [_row("dblcent", "none"), _row("lms", "positive")]

    assert verdict(rows).decision == "none"
    assert verdict(rows).dissenting == ("lms",)


def test_what_cannot_be_used_does_not_count() -> None:
    rows = [
        _row("dblcent", "positive"),
        _row("lms", None),
        replace(_row("residual", "none"), admissible=False),
    ]

    found = verdict(rows)

    assert (found.kind, found.n_usable, found.n_tried) == ("undecided", 1, 3)


def test_a_failure_stands_in_the_table_with_its_reason(model: Model) -> None:
    answers = _answers(0.25, n=300)
    answers["z2"] = answers["z1"]

    table = triangulate(model, answers, model.moderations[0], estimators=("dblcent", "observed_scores"))

    first, second = table.estimates
    assert first.decision is None and first.reason and isinstance(first.est, Unavailable)
    assert second.decision == "positive"


def test_stands_in_the_moderation_when_asked_for(model: Model) -> None:
    answers = _answers(0.25, n=300)

    without = moderation(model, answers).analyses[0]
    record = to_record(moderation(model, answers, estimators=("dblcent", "observed_scores")))

    assert without.triangulation is None
    (analysis,) = record["analyses"]
    assert [row["estimator"] for row in analysis["triangulation"]["estimates"]] == [
        "dblcent",
        "observed_scores",
    ]
    assert analysis["triangulation"]["estimates"][0]["est"] == analysis["est"]
