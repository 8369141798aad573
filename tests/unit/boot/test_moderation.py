"""Moderation of a study's model: what stands in the result, on which scale, and what a failure leaves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.analysis.moderation import ModerationAnalysis, moderation
from tam.errors import Unavailable
from tam.record import to_record
from tam.spec.model import Hypothesis, Model, Moderation, Path
from tam.spec.text import Text

ITEMS = {"X": ("x1", "x2", "x3"), "Z": ("z1", "z2", "z3"), "Y": ("y1", "y2", "y3")}


def _answers(interaction: float, n: int = 500, seed: int = 4) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n).T
    y = 0.4 * x + 0.2 * z + interaction * x * z + 0.7 * rng.normal(size=n)
    latents = {"x": x, "z": z, "y": y}
    columns = {
        f"{s}{k}": load * v + 0.5 * rng.normal(size=n) + 4
        for s, v in latents.items()
        for k, load in ((1, 1.0), (2, 0.9), (3, 1.2))
    }
    return pd.DataFrame({**columns, "age": rng.normal(size=n)})


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return _answers(0.35)


@pytest.fixture(scope="module")
def model() -> Model:
    return Model(
        "m",
        Text("m"),
        ITEMS,
        {},
        (Path("Y", "X"),),
        (Moderation("X", "Y", "Z"),),
        controls={"Y": ("age",)},
        hypotheses=(Hypothesis("H1", "X -> Y"), Hypothesis("H2", "X -> Y by Z", "+")),
    )


@pytest.fixture(scope="module")
def one(model: Model, answers: pd.DataFrame) -> ModerationAnalysis:
    return moderation(model, answers).analyses[0]


def test_a_planted_interaction_is_recovered(one: ModerationAnalysis) -> None:
    assert (one.predictor, one.moderator, one.outcome, one.hypothesis) == ("X", "Z", "Y", "H2")
    assert one.ci_low < 0.35 < one.ci_high and one.p < 0.001
    assert one.converged and one.admissible and one.agreement == "same_conclusion"
    assert len(one.indicators) == 9 and one.n == 500


def test_slopes_are_the_coefficients_read_at_three_values(one: ModerationAnalysis) -> None:
    below, mean, above = one.slopes
    assert [s.at for s in one.slopes] == ["-1 sd", "mean", "+1 sd"]
    assert mean.est == pytest.approx((below.est + above.est) / 2)
    assert above.est - mean.est == pytest.approx(one.est * one.moderator_range.sd)
    assert above.moderator == pytest.approx(one.moderator_range.sd) and mean.moderator == 0
    assert mean.z == pytest.approx(mean.est / mean.se)
    assert mean.ci_high - mean.est == pytest.approx(1.959963984540054 * mean.se)


def test_values_of_the_moderator_stand_in_item_units(one: ModerationAnalysis, answers: pd.DataFrame) -> None:
    score = answers[list(ITEMS["Z"])].mean(axis=1)
    assert one.moderator_range.mean == pytest.approx(score.mean())
    assert (one.moderator_range.min, one.moderator_range.max) == pytest.approx((score.min(), score.max()))
    # the loadings were 1, .9 and 1.2: one latent unit is about 1.03 points of the item mean
    shift = one.slopes[2].moderator_scale - one.slopes[1].moderator_scale
    assert shift / one.slopes[2].moderator == pytest.approx(1.033, abs=0.06)


def test_lines_stay_within_the_answers_and_meet_the_mean(
    one: ModerationAnalysis, answers: pd.DataFrame
) -> None:
    x = answers[list(ITEMS["X"])].mean(axis=1)
    y = answers[list(ITEMS["Y"])].mean(axis=1)
    for line in one.lines:
        assert (line.x[0], line.x[-1]) == pytest.approx((x.min(), x.max()))
    steep, flat = one.lines[2], one.lines[0]
    assert steep.y[-1] - steep.y[0] > flat.y[-1] - flat.y[0]
    # averaged over the moderator the lines give the outcome's mean at the predictor's mean, less what the
    # product's own centring takes: b3 cov(X, Z)
    middle = one.lines[1]
    at_mean = np.interp(x.mean(), middle.x, middle.y)
    assert at_mean == pytest.approx(y.mean(), abs=0.35 * 0.3 * 1.4)
    assert at_mean < y.mean()


def test_a_value_that_nobody_reaches_has_no_line(model: Model, answers: pd.DataFrame) -> None:
    skewed = answers.copy()
    for item in ITEMS["Z"]:  # most at the top of the scale, so that mean + 1 sd lies beyond every answer
        skewed[item] = np.minimum(skewed[item], 3.9)
    (one,) = moderation(model, skewed).analyses
    above = one.slopes[2].moderator_scale
    if above > one.moderator_range.max:
        assert [line.at for line in one.lines] == ["-1 sd", "mean"]
    else:
        assert len(one.lines) == 3


def test_mean_scores_regress_on_every_predictor_and_control(
    one: ModerationAnalysis, answers: pd.DataFrame
) -> None:
    scores = pd.DataFrame({name: answers[list(items)].mean(axis=1) for name, items in ITEMS.items()})
    centred = scores - scores.mean()
    design = np.column_stack(
        [np.ones(500), centred.X, centred.Z, answers.age - answers.age.mean(), centred.X * centred.Z]
    )
    beta, *_ = np.linalg.lstsq(design, scores.Y.to_numpy(), rcond=None)
    residual = scores.Y.to_numpy() - design @ beta
    bread = np.linalg.inv(design.T @ design)
    leverage = np.einsum("ij,jk,ik->i", design, bread, design)
    meat = design.T * (residual / (1 - leverage)) ** 2 @ design
    assert one.composite.est == pytest.approx(beta[-1])
    assert one.composite.se == pytest.approx(np.sqrt((bread @ meat @ bread)[-1, -1]))


def test_record_is_plain_and_complete(model: Model, answers: pd.DataFrame) -> None:
    record = to_record(moderation(model, answers))
    (one,) = record["analyses"]
    assert one["method"] == "dblcent" and one["pairs"] == "all" and one["composite"]["method"] == "OLS, HC3"
    assert {"chisq", "cfi", "rmsea", "srmr"} <= one["measures"].keys()
    assert set(one["slopes"][0]) == {
        "at",
        "moderator",
        "moderator_scale",
        "est",
        "se",
        "z",
        "p",
        "ci_low",
        "ci_high",
        "std",
    }
    assert one["std"] != one["std_naive"]


def test_one_that_fails_says_why_and_leaves_the_others_alone(model: Model, answers: pd.DataFrame) -> None:
    broken = replace(model, moderations=(Moderation("X", "Y", "X"), *model.moderations))
    found = moderation(broken, answers)
    lost, fine = found.analyses
    assert isinstance(lost.est, Unavailable) and "x1, x2, x3" in lost.est.reason and not lost.converged
    assert lost.slopes == lost.lines == () and lost.agreement is None
    assert fine.converged
    assert found.problems[0].code == "moderation-not-estimated" and found.problems[0].exit_code == 1
    assert to_record(found)["analyses"][0]["est"] is None


def test_too_few_rows_are_a_reason_not_a_crash(model: Model, answers: pd.DataFrame) -> None:
    found = moderation(model, answers.head(15))
    assert isinstance(found.analyses[0].est, Unavailable)
    assert [p.code for p in found.problems] == ["moderation-not-estimated"]
    assert isinstance(moderation(model, answers.head(4)).analyses[0].composite, Unavailable)


def test_disagreement_is_noted(model: Model) -> None:
    # a weak interaction in a small sample: one analysis finds it, the other does not, in one of these
    # samples
    for seed in range(40):
        found = moderation(model, _answers(0.12, n=160, seed=seed))
        (one,) = found.analyses
        codes = [p.code for p in found.problems]
        assert ("moderation-disagreement" in codes) == (one.agreement == "different_conclusion")
        if one.agreement == "different_conclusion":
            return
    pytest.fail("no sample of forty disagrees")


def test_second_order_moderator_is_measured_by_its_parts_item_means() -> None:
    rng = np.random.default_rng(9)
    n = 500
    whole, x = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n).T
    parts = {name: whole + 0.5 * rng.normal(size=n) for name in ("E", "T", "R")}
    y = 0.4 * x + 0.3 * whole + 0.3 * x * whole + 0.6 * rng.normal(size=n)
    sources = {**parts, "X": x, "Y": y}
    items = {name: tuple(f"{name.lower()}{k}" for k in (1, 2, 3)) for name in sources}
    data = pd.DataFrame(
        {item: sources[name] + 0.5 * rng.normal(size=n) for name, names in items.items() for item in names}
    )
    model = Model(
        "m",
        Text("m"),
        items,
        {"C": ("E", "T", "R")},
        (Path("Y", "X"), Path("Y", "C")),
        (Moderation("X", "Y", "C"),),
    )
    (one,) = moderation(model, data).analyses
    assert one.indicators[0] == "x1:E_parcel" and len(one.indicators) == 9
    assert one.ci_low < 0.3 < one.ci_high
    score = pd.concat([data[list(items[p])].mean(axis=1) for p in "ETR"], axis=1).mean(axis=1)
    assert one.moderator_range.mean == pytest.approx(score.mean())
    assert one.composite.n == n


def test_an_observed_variable_can_moderate(model: Model, answers: pd.DataFrame) -> None:
    by_age = replace(model, moderations=(Moderation("X", "Y", "age"),), controls={})
    (one,) = moderation(by_age, answers).analyses
    assert one.indicators == ("x1:age", "x2:age", "x3:age")
    assert one.moderator_range.sd == pytest.approx(answers.age.std(ddof=0))
    assert one.slopes[2].moderator_scale == pytest.approx(answers.age.mean() + answers.age.std(ddof=0))
