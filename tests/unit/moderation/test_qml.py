"""The quasi-likelihood: where it is exact, what it recovers, and what it refuses."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from tam.engine.lms_fit import fit_lms
from tam.engine.qml_fit import QmlFit, fit_qml
from tam.engine.qml_likelihood import casewise, total
from tam.engine.qml_search import gradient_at, hessian_at, scores_at
from tam.errors import TamError

MEASURES = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\n"
MODEL = MEASURES + "Y ~ X + Z + X:Z\n"


def _answers(n: int = 400, seed: int = 6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.multivariate_normal([0, 0], [[1, 0.3], [0.3, 1]], size=n).T
    y = 0.4 * x + 0.3 * z + 0.3 * x * z - 0.15 * x**2 + 0.7 * rng.normal(size=n)
    columns = {
        f"{name}{k}": load * latent + 0.6 * rng.normal(size=n) + 4
        for name, latent in (("x", x), ("z", z), ("y", y))
        for k, load in ((1, 1.0), (2, 0.9), (3, 1.1))
    }
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return _answers()


@pytest.fixture(scope="module")
def fit(answers: pd.DataFrame) -> QmlFit:
    return fit_qml(MODEL, answers)


def test_without_the_product_it_is_the_likelihood_of_the_linear_model(fit: QmlFit) -> None:
    theta = np.zeros(len(fit.theta))
    theta[fit.compiled.kept] = fit.linear.theta

    assert total(fit.setup, theta) == pytest.approx(fit.linear.measures["loglik"], abs=1e-7)


def test_total_is_the_sum_of_the_cases(fit: QmlFit) -> None:
    assert total(fit.setup, fit.theta) == pytest.approx(casewise(fit.setup, fit.theta).sum(), abs=1e-8)
    summed = scores_at(fit.setup, fit.theta).sum(axis=0)
    assert gradient_at(fit.setup, fit.theta) == pytest.approx(summed, abs=1e-7)


def test_derivatives_are_those_of_the_value(fit: QmlFit) -> None:
    theta = fit.theta + 0.05
    gradient, hessian = gradient_at(fit.setup, theta), hessian_at(fit.setup, theta)

    for k in range(len(theta)):
        step = 1e-6 * np.eye(len(theta))[k]
        slope = (total(fit.setup, theta + step) - total(fit.setup, theta - step)) / 2e-6
        assert gradient[k] == pytest.approx(slope, rel=1e-5, abs=1e-3)
        moved = (gradient_at(fit.setup, theta + step) - gradient_at(fit.setup, theta - step)) / 2e-6
        assert hessian[k] == pytest.approx(moved, rel=1e-4, abs=1e-2)


def test_ends_at_a_maximum_near_that_of_lms(fit: QmlFit, answers: pd.DataFrame) -> None:
    lms = fit_lms(MODEL, answers).estimates.set_index(["lhs", "op", "rhs"])
    own = fit.estimates.set_index(["lhs", "op", "rhs"])

    assert fit.converged and fit.admissible
    assert np.abs(gradient_at(fit.setup, fit.theta)).max() < 1e-3
    for rhs in ("X", "Z", "X:Z"):
        row, other = own.loc[("Y", "~", rhs)], lms.loc[("Y", "~", rhs)]
        assert row.est == pytest.approx(other.est, abs=0.3 * other.se)
        assert row.se == pytest.approx(other.se, rel=0.1)


def test_the_order_of_sides_and_of_items_does_not_matter(fit: QmlFit, answers: pd.DataFrame) -> None:
    other = fit_qml("Z =~ z1 + z3 + z2\nY =~ y1 + y3 + y2\nX =~ x1 + x2 + x3\nY ~ Z + X + Z:X\n", answers)

    assert other.loglik == pytest.approx(fit.loglik, abs=1e-6)


def test_squares_and_several_products(answers: pd.DataFrame) -> None:
    found = fit_qml(MODEL + "Y ~ X:X\n", _answers(n=2000, seed=2))
    rows = found.estimates.set_index(["lhs", "op", "rhs"])

    for rhs, truth in (("X", 0.4), ("Z", 0.3), ("X:Z", 0.3), ("X:X", -0.15)):
        row = rows.loc[("Y", "~", rhs)]
        assert abs(row.est - truth) < 3 * row.se
    assert found.loglik > fit_qml(MODEL, _answers(n=2000, seed=2)).loglik


def test_robust_errors_are_near_the_others_with_normal_factors(fit: QmlFit, answers: pd.DataFrame) -> None:
    robust = fit_qml(MODEL, answers, se="robust")

    row = fit.estimates.rhs == "X:Z"
    ratio = robust.estimates[row].se.iloc[0] / fit.estimates[row].se.iloc[0]
    assert 0.7 < ratio < 1.4


@pytest.mark.parametrize(
    "paths",
    ["Y ~ X + Z + X:Z\nW ~ Y\n", "Y ~ X + Z + X:Z\nW ~ X + Z + X:Z\n", "Y ~ X + Z + X:Z\nW ~ X\nY ~~ W\n"],
)
def test_other_models_are_refused_with_the_alternative(answers: pd.DataFrame, paths: str) -> None:
    rng = np.random.default_rng(1)
    common = answers.y1 + rng.normal(size=len(answers))
    data = answers.assign(**{f"w{k}": common + rng.normal(size=len(answers)) for k in (1, 2, 3)})
    with pytest.raises(TamError) as refused:
        fit_qml(MEASURES + "W =~ w1 + w2 + w3\n" + paths, data)
    (one,) = refused.value.problems
    assert one.code == "interaction-qml-one-outcome" and "LMS" in one.mend


def test_a_start_without_density_is_no_crash(fit: QmlFit) -> None:
    from tam.engine.qml_search import maximise

    assert maximise(fit.setup, fit.compiled.space, np.full(len(fit.theta), -1.0)) is None
    assert replace(fit).converged


def test_the_result_as_plain_data_and_what_cannot_be_combined(answers: pd.DataFrame) -> None:
    from tam.analysis.lavaan_fit import fit as fit_any

    record = fit_any(MODEL, answers, interaction="qml").to_dict()

    row = next(row for row in record["estimates"] if row["rhs"] == "X:Z")
    assert row["free"] and row["ci_low"] < 0.3 < row["ci_high"]
    assert record["interaction"] == "qml" and record["converged"] and record["problems"] == []
    assert record["measures"]["chisq"] is None and "chisq" in record["unavailable"]
    assert 0 < record["r2"]["Y"] < 1
    with pytest.raises(TamError) as refused:
        fit_any(MODEL, answers, interaction="qml", missing="fiml")
    assert [one.code for one in refused.value.problems] == ["excludes"]
