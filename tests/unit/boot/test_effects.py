"""Effects of a fitted model: which are listed, what stands in them, what stands in for absent numbers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.analysis.effects import draw_problems, effects
from tam.engine import Moments, fit_model
from tam.engine.bootstrap import bootstrap_draws, bootstrap_setting
from tam.errors import TamError, Unavailable
from tam.record import to_record
from tam.spec.model import Model, Path
from tam.spec.text import Text

ITEMS = {"X": ("x1", "x2", "x3"), "M": ("m1", "m2", "m3"), "Y": ("y1", "y2", "y3")}
LAVAAN = (
    "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nM ~ a*X\nY ~ b*M + c*X + d*age\n"
    "ind := a*b\ntotal := c + a*b"
)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(6)
    n = 250
    x = rng.normal(size=n)
    m = 0.5 * x + 0.8 * rng.normal(size=n)
    age = rng.normal(size=n)
    y = 0.5 * m + 0.1 * x + 0.2 * age + 0.8 * rng.normal(size=n)
    latents = {"x": x, "m": m, "y": y}
    columns = {f"{s}{k}": v + 0.6 * rng.normal(size=n) for s, v in latents.items() for k in (1, 2, 3)}
    return pd.DataFrame({**columns, "age": age})


@pytest.fixture(scope="module")
def model() -> Model:
    paths = (Path("M", "X"), Path("Y", "M"), Path("Y", "X"))
    return Model("m", Text("m"), ITEMS, {}, paths, controls={"Y": ("age",)})


def test_effects_equal_the_defined_parameters_of_the_same_model(answers: pd.DataFrame) -> None:
    fit = fit_model(LAVAAN, answers)
    found = effects(None, fit, draws=0)
    rows = {r["lhs"]: r for r in fit.estimates.to_dict("records") if r["op"] == ":="}
    (indirect,) = [e for e in found.indirect if e.predictor == "X"]
    (total,) = [e for e in found.total if (e.predictor, e.outcome) == ("X", "Y")]
    for one, row in ((indirect, rows["ind"]), (total, rows["total"])):
        for name in ("est", "se", "z", "p", "ci_low", "ci_high"):
            assert getattr(one, name) == pytest.approx(row[name], rel=1e-9)
        assert one.std == pytest.approx(row["std"], rel=1e-9)
        half = (one.std_ci_high - one.std_ci_low) / 2
        assert half == pytest.approx(1.959963984540054 * row["std_se"], rel=1e-8)


def test_controls_are_held_constant_not_listed(answers: pd.DataFrame, model: Model) -> None:
    found = effects(model, fit_model(model.to_lavaan(), answers), draws=0)
    assert [(e.predictor, e.outcome) for e in found.direct] == [("X", "M"), ("M", "Y"), ("X", "Y")]
    assert [(e.predictor, e.via, e.outcome) for e in found.indirect] == [("X", ("M",), "Y")]
    assert [(e.predictor, e.outcome) for e in found.total_indirect] == [("X", "Y")]
    assert len(found.total) == 3


def test_record_has_the_shape_of_the_results_file(answers: pd.DataFrame, model: Model) -> None:
    fit = fit_model(model.to_lavaan(), answers)
    record = to_record(effects(model, fit, answers, draws=80, seed=3, interval="bca"))
    assert record["interval"] == {
        "method": "bca",
        "level": 0.95,
        "requested": 80,
        "used": 80,
        "failed": 0,
        "inadmissible": 0,
        "seed": 3,
    }
    (one,) = record["indirect"]
    assert one["via"] == ["M"] and record["direct"][0]["via"] is None
    assert one["ci_low"] < one["est"] < one["ci_high"]
    assert one["std_ci_low"] < one["std"] < one["std_ci_high"]
    assert record["unavailable"] == {}


@pytest.mark.parametrize("interval", ["percentile", "bc", "bca"])
def test_bootstrap_intervals_come_from_the_draws_of_the_seed(
    answers: pd.DataFrame, model: Model, interval: str
) -> None:
    fit = fit_model(model.to_lavaan(), answers)
    first, second, other = (
        effects(model, fit, draws=200, seed=seed, interval=interval)
        for seed in (1, 1, 2)  # type: ignore[arg-type]
    )
    assert first == second
    assert first.indirect[0].ci_low != other.indirect[0].ci_low
    normal = effects(model, fit, draws=0)
    # of a nearly symmetric effect in 250 rows both intervals agree roughly, and the estimate is the same
    assert first.indirect[0].est == normal.indirect[0].est
    assert first.indirect[0].ci_low == pytest.approx(normal.indirect[0].ci_low, abs=0.08)


def test_moments_have_delta_intervals_only(answers: pd.DataFrame) -> None:
    names = tuple(name for items in ITEMS.values() for name in items)
    moments = Moments(names, np.cov(answers[list(names)].to_numpy().T), None, len(answers))
    fit = fit_model(LAVAAN.replace(" + d*age", ""), moments)
    assert effects(None, fit, draws=100).interval.method == "delta"
    with pytest.raises(TamError) as error:
        bootstrap_setting(fit)
    assert error.value.problems[0].code == "bootstrap-needs-rows"


def test_a_circle_is_refused_by_name(answers: pd.DataFrame) -> None:
    text = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nM ~ Y\nY ~ 0.2*M + X\nM ~ 0*X + age"
    with pytest.raises(TamError) as error:
        effects(None, fit_model(text, answers), draws=0)
    assert error.value.problems[0].code == "effects-cyclic"
    assert "M -> Y" in error.value.problems[0].values["cycle"]


def test_no_paths_no_effects(answers: pd.DataFrame) -> None:
    found = effects(None, fit_model("X =~ x1+x2+x3", answers), draws=50)
    assert (found.direct, found.indirect, found.total) == ((), (), ())


def test_a_standardised_effect_without_a_variance_is_unavailable() -> None:
    # an exogenous factor with a negative variance has no standard deviation
    matrix = np.eye(6) + 0.0
    names = ("x1", "x2", "x3", "y1", "y2", "y3")
    for i, j, value in [(0, 1, -0.3), (0, 2, -0.3), (1, 2, -0.3), (3, 4, 0.5), (3, 5, 0.5), (4, 5, 0.5)]:
        matrix[i, j] = matrix[j, i] = value
    matrix[:3, 3:] = matrix[3:, :3] = 0.1
    fit = fit_model("X =~ x1 + 1*x2 + 1*x3\nY =~ y1 + y2 + y3\nY ~ X", Moments(names, matrix, None, 300))
    (one,) = effects(None, fit, draws=0).direct
    assert isinstance(one.std, Unavailable) and isinstance(one.std_ci_low, Unavailable)
    assert not isinstance(one.est, Unavailable)


def test_draws_speak_of_failures_and_impossible_values(answers: pd.DataFrame, model: Model) -> None:
    draws = bootstrap_draws(bootstrap_setting(fit_model(model.to_lavaan(), answers)), 50, 1)
    assert draw_problems(draws) == []
    lame = draws.converged.copy()
    lame[:10] = False
    impossible = draws.admissible.copy()
    impossible[:15] = False
    found = draw_problems(replace(draws, converged=lame, admissible=impossible))
    assert [one.code for one in found] == ["bootstrap-many-failed", "bootstrap-inadmissible"]
    assert (found[0].values["failed"], found[1].values["inadmissible"]) == (10, 5)


def test_effects_of_incomplete_rows_come_from_resampled_incomplete_rows(
    answers: pd.DataFrame, model: Model
) -> None:
    gaps = answers.mask(np.random.default_rng(3).random(answers.shape) < 0.05)
    gaps["age"] = answers["age"]
    fit = fit_model(model.to_lavaan(), gaps, missing="fiml", estimator="MLR")
    found = effects(model, fit, draws=60, seed=2)
    assert (found.interval.method, found.interval.used) == ("percentile", 60)
    (one,) = found.indirect
    assert one.ci_low < one.est < one.ci_high and one.std_ci_low < one.std < one.std_ci_high
    normal = effects(model, fit, draws=0)
    # of a nearly symmetric effect in 250 rows both intervals are about as wide
    width, other = (each.indirect[0].ci_high - each.indirect[0].ci_low for each in (found, normal))
    assert 0.7 < width / other < 1.4


def test_an_estimator_without_bootstrap_has_delta_intervals_and_says_so(answers: pd.DataFrame) -> None:
    items = answers.drop(columns="age")
    cut = (items > items.median()).astype(int)
    text = "X =~ x1+x2+x3\nM =~ m1+m2+m3\nY =~ y1+y2+y3\nM ~ X\nY ~ M + X"
    found = effects(None, fit_model(text, cut, ordered=("all",)), cut, draws=50)
    assert found.interval.method == "delta"
    assert [one.code for one in found.problems] == ["bootstrap-delta-instead"]
