"""The second engine: agrees where it can speak, is silent with a reason where it cannot, never hangs."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.engine import Moments, fit_model
from tam.engine.semopy_engine import CannotState, CrossCheck, cross_check, estimate
from tam.engine.semopy_engine_syntax import Statement, describe

CFA = "F =~ a1 + a2 + a3\nG =~ b1 + b2 + b3\n"


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(2)
    f = rng.normal(size=400)
    g = 0.5 * f + rng.normal(size=400)
    columns = {f"a{k}": f * (0.6 + 0.2 * k) + 0.6 * rng.normal(size=400) for k in (1, 2, 3)}
    columns |= {f"b{k}": g * (0.6 + 0.2 * k) + 0.6 * rng.normal(size=400) for k in (1, 2, 3)}
    return pd.DataFrame({**columns, "age": rng.normal(size=400)})


def _skipped(found: CrossCheck) -> str:
    assert found.verdict == "skipped" and found.max_se_difference is None and found.reason
    return found.problems[0].code


@pytest.mark.parametrize(
    ("model", "options"),
    [
        (CFA, {}),
        (CFA, {"std_lv": True}),  # the fixed variance on which semopy alone never returns
        ("F =~ NA*a1 + a2 + a3\nF ~~ 1*F", {}),  # read by semopy alone as a label
        (CFA + "G ~ F + age", {}),
        (CFA + "a1 ~~ b1", {}),
        (CFA + "G ~ F\nage ~ F", {}),  # residual covariance of a latent and an observed outcome
        ("F =~ a1 + l*a2 + l*a3\nG =~ b1 + b2 + b3", {}),
        ("F =~ a1 + 0.8*a2 + a3", {}),
        ("a1 ~ a2 + age\na3 ~ a1 + age", {}),
        (CFA + "G ~ F", {"meanstructure": True}),
        ("F =~ a1 + a2 + a3\nF ~ age", {"fixed_x": False}),
    ],
)
def test_it_agrees_on_models_it_can_state(
    answers: pd.DataFrame, model: str, options: dict[str, bool]
) -> None:
    found = cross_check(fit_model(model, answers, **options))
    assert found.verdict == "agree", found
    assert found.max_se_difference is not None and found.max_se_difference < 1e-3
    assert found.parameter and found.reason is None and found.version.startswith("2.")


def test_it_agrees_on_a_second_order_construct() -> None:
    rng = np.random.default_rng(3)
    whole = rng.normal(size=500)
    parts = {name: whole + 0.7 * rng.normal(size=500) for name in ("e", "t", "s")}
    items = {f"{n}{k}": part + 0.6 * rng.normal(size=500) for n, part in parts.items() for k in (1, 2, 3)}
    model = "\n".join(f"{n.upper()} =~ {n}1 + {n}2 + {n}3" for n in parts) + "\nC =~ E + T + S"
    assert cross_check(fit_model(model, pd.DataFrame(items))).verdict == "agree"


def test_names_that_would_stop_its_parser_do_not_reach_it(answers: pd.DataFrame) -> None:
    hostile = dict(zip(["a1", "a2", "a3"], ["DEFINE", "问" * 30, "_b1"], strict=True))
    model = "F =~ " + " + ".join(hostile.values())
    assert cross_check(fit_model(model + "\nF ~ age", answers.rename(columns=hostile))).verdict == "agree"
    text = describe([Statement("DEFINE(ordinal) x", "~~", "a!;b", None, -1e20)], ["DEFINE(ordinal) x"]).text
    assert text == "v0 ~~ -1e20*v1"


def test_a_moved_estimate_is_found_and_named(answers: pd.DataFrame) -> None:
    fit = fit_model(CFA, answers)
    k = fit.free.index("F=~a2")
    theta = fit.theta.copy()
    theta[k] += 0.01 * np.sqrt(fit.vcov[k, k])
    minimum = fit.solution.minimum
    structure = fit.structure
    from tam.engine.structure import implied

    point = replace(minimum.point, theta=theta, implied=implied(structure, theta))
    moved = replace(fit, solution=replace(fit.solution, minimum=replace(minimum, point=point)))
    found = cross_check(moved)
    assert found.verdict == "differ" and found.parameter == "F=~a2"
    assert found.max_se_difference == pytest.approx(0.01, rel=1e-2)
    assert [one.code for one in found.problems] == ["engines-differ"]


def test_moments_are_enough(answers: pd.DataFrame) -> None:
    names = ("a1", "a2", "a3", "b1", "b2", "b3")
    moments = Moments(names, np.cov(answers[list(names)].to_numpy().T), None, 400)
    assert cross_check(fit_model(CFA, moments)).verdict == "agree"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("F =~ a1 + l*a2 + m*a3\nl == m*2", "second-engine-constraints"),
        ("F =~ a1 + a2 + a3\nF ~ 1\na1 ~ 0*1", "second-engine-means"),
    ],
)
def test_what_it_cannot_state_is_skipped(answers: pd.DataFrame, model: str, code: str) -> None:
    assert _skipped(cross_check(fit_model(model, answers))) == code


def test_a_negative_variance_is_skipped() -> None:
    # one correlation product exceeds one: the variance of the first item's residual is 1 - .8 * .8 / .5 < 0
    matrix = np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])
    fit = fit_model("F =~ u1 + u2 + u3", Moments(("u1", "u2", "u3"), matrix, None, 200))
    assert not fit.admissible
    assert _skipped(cross_check(fit)) == "second-engine-bounds"


def test_a_saturated_model_does_not_hang(answers: pd.DataFrame) -> None:
    assert cross_check(fit_model("F =~ a1 + a2 + a3", answers)).verdict in ("agree", "skipped")


def test_a_singular_matrix_is_refused_not_repaired() -> None:
    matrix = np.ones((2, 2))
    rows = [Statement("p", "~", "q", 0), Statement("p", "~~", "p", 1), Statement("q", "~~", "q", None)]
    with pytest.raises(CannotState) as error:
        estimate(rows, ["p", "q"], matrix, 100)
    assert error.value.reason.code == "second-engine-singular"


def test_another_reading_of_the_model_is_noticed(answers: pd.DataFrame) -> None:
    names = ["a1", "a2", "a3"]
    covariance = np.cov(answers[names].to_numpy().T, bias=True)
    rows = [
        Statement("F", "=~", "a1", None, 1.0),
        Statement("F", "=~", "a2", 0),
        Statement("F", "=~", "a3", 1),
    ]
    rows += [Statement(name, "~~", name, k) for k, name in enumerate(["F", *names], start=2)]
    with pytest.raises(CannotState) as error:
        estimate(rows, names, covariance, 400, (np.ones(6), np.eye(3)))
    assert error.value.reason.code == "second-engine-other-model"


def test_threads_do_not_disturb_each_other(answers: pd.DataFrame) -> None:
    fits = [fit_model(CFA, answers), fit_model(CFA + "G ~ F + age", answers)] * 3
    alone = [cross_check(one) for one in fits]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(cross_check, fits))
    assert together == alone


def test_it_does_not_speak_and_leaves_logging_as_it_was(
    answers: pd.DataFrame, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    before = (list(root.handlers), list(root.filters), root.level)
    cross_check(fit_model(CFA, answers, std_lv=True))
    assert (list(root.handlers), list(root.filters), root.level) == before
    assert capfd.readouterr() == ("", "")


def test_the_problem_is_told_in_both_languages(answers: pd.DataFrame) -> None:
    found = cross_check(fit_model("F =~ a1 + l*a2 + m*a3\nl == m*2", answers))
    assert found.problems[0].text("what", "zh") != found.problems[0].text("what", "en") == found.reason
