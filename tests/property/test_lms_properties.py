"""What must hold of LMS whatever the answers: derivatives, invariances, and its limits."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from tam.engine.fit import fit_model
from tam.engine.lms_data import answers_of
from tam.engine.lms_fit import LmsFit, fit_lms
from tam.engine.lms_likelihood import Mixture
from tam.errors import TamError, Unavailable
from tam.stats.quadrature import equally_spaced, gauss_hermite

MEASURED = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\n"


def _survey(n: int = 150, seed: int = 7, error: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x, z = rng.multivariate_normal([0.0, 0.0], [[1.0, 0.3], [0.3, 0.9]], n).T
    age = rng.normal(40.0, 12.0, n)
    y = 0.4 * x + 0.3 * z + 0.3 * x * z + 0.01 * age + rng.normal(0.0, 0.7, n)
    columns = {"age": age}
    for name, one in zip("xzy", (x, z, y)):
        for at, loading in enumerate((1.0, 0.8, 1.1)):
            columns[f"{name}{at + 1}"] = 4.0 + loading * one + rng.normal(0.0, error, n)
    return pd.DataFrame(columns)


@pytest.fixture(scope="module")
def survey() -> pd.DataFrame:
    return _survey()


@pytest.fixture(scope="module")
def moderated(survey: pd.DataFrame) -> LmsFit:
    return fit_lms(MEASURED + "Y ~ X + Z + X:Z", survey)


def _same(one: LmsFit, two: LmsFit, tolerance: float = 1e-5) -> None:
    """The same likelihood, estimates and errors row by row."""
    assert two.measures["loglik"] == pytest.approx(one.measures["loglik"], abs=1e-5)
    left, right = one.to_dict()["estimates"], two.to_dict()["estimates"]
    for a, b in zip(left, right, strict=True):
        assert (a["lhs"], a["op"], a["rhs"]) == (b["lhs"], b["op"], b["rhs"])
        for name in ("est", "se", "std", "std_se"):
            assert b[name] == pytest.approx(a[name], abs=tolerance, nan_ok=True), (a, b)


@pytest.mark.parametrize("integrate", [("X",), ("Z",), ("X", "Z"), ("Z", "X")])
def test_whichever_variable_is_integrated_gives_the_same(
    survey: pd.DataFrame, moderated: LmsFit, integrate: tuple[str, ...]
) -> None:
    _same(moderated, fit_lms(MEASURED + "Y ~ X + Z + X:Z", survey, integrate=integrate))


@pytest.mark.parametrize("integrate", [("X",), ("Z",)])
def test_a_respondent_far_out_is_reached_by_the_nodes(
    survey: pd.DataFrame, integrate: tuple[str, ...]
) -> None:
    """Seven standard deviations from the mean on X, nine on Z: beyond the nodes that normal factors need."""
    data = survey.copy()
    spread = data.std()
    for far, items in ((7.0, "x"), (-9.0, "z"), (2.0, "y")):
        names = [f"{items}{k}" for k in (1, 2, 3)]
        data.loc[0, names] = data[names].mean() + far * spread[names]
    fit = fit_lms(MEASURED + "Y ~ X + Z + X:Z", data, integrate=integrate)
    assert fit.converged and fit.quadrature.converged
    assert fit.quadrature.doubled < 1000
    point = fit.maximum.point
    fine = equally_spaced(np.array([0.02]), 20.0)
    exact = Mixture(fit.mixed, answers_of(fit.rows), fine).evaluate(point.theta)
    assert exact is not None
    assert exact.value == pytest.approx(point.value, abs=1e-6)


@pytest.mark.parametrize("missing", ["listwise", "fiml"])
def test_an_interaction_fixed_at_nothing_is_maximum_likelihood(survey: pd.DataFrame, missing: str) -> None:
    data = survey.copy()
    if missing == "fiml":
        gaps = np.random.default_rng(1).random(data.shape) < 0.08
        data = data.mask(gaps)
    linear = fit_model(MEASURED + "Y ~ X + Z", data, missing=missing, meanstructure=True)
    for fixed in ("0*X:Z", "0*X:X", "0*Z:Z + 0*X:Z"):
        fit = fit_lms(MEASURED + f"Y ~ X + Z + {fixed}", data, missing=missing)
        assert fit.measures["loglik"] == pytest.approx(linear.measures["loglik"], abs=1e-6)
        assert fit.theta == pytest.approx(linear.theta, abs=1e-6)
        assert isinstance(fit.lr_test["chisq"], Unavailable)
        rows = fit.estimates[~fit.estimates["rhs"].str.contains(":")].reset_index(drop=True)
        assert np.allclose(rows["std"], linear.estimates["std"], atol=1e-6, equal_nan=True)
    if missing == "fiml":  # both from the observed information
        assert np.sqrt(np.diag(fit.vcov)) == pytest.approx(np.sqrt(np.diag(linear.vcov)), rel=1e-5)


def test_a_regression_among_predictors_says_the_same_as_their_covariance(
    survey: pd.DataFrame, moderated: LmsFit
) -> None:
    for extra in ("Z ~ X", "X ~ Z"):
        fit = fit_lms(MEASURED + f"Y ~ X + Z + X:Z\n{extra}", survey)
        assert fit.measures["loglik"] == pytest.approx(moderated.measures["loglik"], abs=1e-6)
        paths = {row["rhs"]: row["std"] for row in fit.to_dict()["estimates"] if row["lhs"] == "Y"}
        own = {row["rhs"]: row["std"] for row in moderated.to_dict()["estimates"] if row["lhs"] == "Y"}
        assert paths["X:Z"] == pytest.approx(own["X:Z"], abs=1e-6)


def test_units_of_the_items_change_nothing_standardised(survey: pd.DataFrame, moderated: LmsFit) -> None:
    data = survey * 10.0 + 3.0
    fit = fit_lms(MEASURED + "Y ~ X + Z + X:Z", data)
    ours, theirs = fit.estimates, moderated.estimates
    assert np.allclose(ours["std"], theirs["std"], atol=1e-6, equal_nan=True, rtol=0.0) or np.allclose(
        ours["std"][ours["op"] != "~1"], theirs["std"][theirs["op"] != "~1"], atol=1e-6, equal_nan=True
    )
    shift = moderated.n * 9 * np.log(10.0)
    assert fit.measures["loglik"] == pytest.approx(moderated.measures["loglik"] - shift, abs=1e-5)
    assert fit.lr_test["chisq"] == pytest.approx(moderated.lr_test["chisq"], abs=1e-5)


def test_marker_or_unit_variance_is_one_model(survey: pd.DataFrame, moderated: LmsFit) -> None:
    fit = fit_lms(MEASURED + "Y ~ X + Z + X:Z", survey, std_lv=True)
    assert fit.measures["loglik"] == pytest.approx(moderated.measures["loglik"], abs=1e-6)
    paths = moderated.estimates[moderated.estimates["op"] == "~"]
    ours = fit.estimates[fit.estimates["op"] == "~"]
    assert np.allclose(ours["std"], paths["std"], atol=1e-6)


def test_the_order_of_the_rows_does_not_matter(survey: pd.DataFrame, moderated: LmsFit) -> None:
    shuffled = survey.sample(frac=1.0, random_state=3)
    _same(moderated, fit_lms(MEASURED + "Y ~ X + Z + X:Z", shuffled), 1e-6)


@pytest.mark.parametrize(
    "paths",
    [
        "Y ~ X + Z + X:Z",
        "Y ~ X + Z + X:X + X:Z",
        "Y ~ X + Z + X:X + Z:Z",
        "Y ~ a*X + Z + age + a*X:age",
        "Z ~ X\nY ~ X + Z + Z:Z\nx1 ~~ y1",
        "Y ~ X + Z + X:Z\ny2 ~ X:Z",
        "Y ~ X + Z + X:X:Z",
    ],
)
def test_derivatives_are_those_of_the_likelihood(survey: pd.DataFrame, paths: str) -> None:
    fit = fit_lms(MEASURED + paths, survey)
    mixture = fit.maximum.mixture
    theta = fit.theta + 0.02 * np.sin(np.arange(len(fit.theta)))
    point = mixture.evaluate(theta)
    assert point is not None
    hessian, scores = mixture.curvature(point)
    gradient = mixture.gradient(point)
    assert scores.sum(axis=0) == pytest.approx(gradient, abs=1e-7 * np.abs(gradient).max())
    for at in range(0, len(theta), 3):
        step = np.zeros(len(theta))
        step[at] = 1e-5
        up, down = mixture.evaluate(theta + step), mixture.evaluate(theta - step)
        assert up is not None and down is not None
        slope = (up.value - down.value) / 2e-5
        assert gradient[at] == pytest.approx(slope, abs=1e-6 * np.abs(gradient).max())
        bend = (mixture.gradient(up) - mixture.gradient(down)) / 2e-5
        assert hessian[at] == pytest.approx(bend, abs=1e-7 * np.abs(hessian).max())


def test_the_likelihood_is_the_integral(survey: pd.DataFrame, moderated: LmsFit) -> None:
    """Twenty respondents' densities by brute force: both factors on a fine grid, no conditioning."""
    values = dict(zip(moderated.free, moderated.theta))
    phi = np.array([[values["X~~X"], values["X~~Z"]], [values["X~~Z"], values["Z~~Z"]]])
    axis = np.arange(-6.0, 6.001, 0.08)
    u = np.array(list(product(axis, axis)))
    latent = u @ np.linalg.cholesky(phi).T
    eta = latent @ [values["Y~X"], values["Y~Z"]] + values["Y~X:Z"] * latent.prod(axis=1)
    loadings = {name: np.array([1.0, values[f"{name}=~{name.lower()}2"], values[f"{name}=~{name.lower()}3"]])
                for name in "XZY"}  # fmt: skip
    names = [f"{of}{at}" for of in "xzy" for at in (1, 2, 3)]
    mean = np.hstack([np.outer(one, loadings[name]) for name, one in zip("XZY", (*latent.T, eta))])
    mean += [values[f"{name}~1"] for name in names]
    sigma = np.diag([values[f"{name}~~{name}"] for name in names])
    sigma[6:, 6:] += values["Y~~Y"] * np.outer(loadings["Y"], loadings["Y"])
    inverse, constant = np.linalg.inv(sigma), np.linalg.slogdet(2.0 * np.pi * sigma)[1]
    weights = np.exp(-0.5 * (u**2).sum(axis=1)) * 0.08**2 / (2.0 * np.pi)
    for row in range(20):
        away = survey[names].to_numpy()[row] - mean
        density = np.exp(-0.5 * ((away @ inverse) * away).sum(axis=1) - 0.5 * constant)
        assert moderated.maximum.point.cases[row] == pytest.approx(np.log(weights @ density), abs=1e-7)


def test_few_answers_missing_at_random_change_little_and_all_present_nothing(
    survey: pd.DataFrame, moderated: LmsFit
) -> None:
    _same(moderated, fit_lms(MEASURED + "Y ~ X + Z + X:Z", survey, missing="fiml"), 1e-6)


def test_robust_errors_are_a_sandwich_and_scale_the_test(survey: pd.DataFrame, moderated: LmsFit) -> None:
    robust = fit_lms(MEASURED + "Y ~ X + Z + X:Z", survey, estimator="MLR")
    assert robust.theta == pytest.approx(moderated.theta, abs=1e-8)
    factor = robust.lr_test["scaling_factor"]
    assert robust.lr_test["chisq"] * factor == pytest.approx(moderated.lr_test["chisq"], abs=1e-6)
    assert moderated.vcov is not None and robust.vcov is not None
    scores = robust.maximum.scores
    assert robust.vcov == pytest.approx(moderated.vcov @ (scores.T @ scores) @ moderated.vcov, rel=1e-6)
    # answers are normal given the factors here: both errors tell the same size
    ratio = np.sqrt(np.diag(robust.vcov) / np.diag(moderated.vcov))
    assert ratio.min() > 0.6 and ratio.max() < 1.6


def test_the_interaction_is_standardised_by_its_factors(moderated: LmsFit) -> None:
    at = moderated.latent_covariance
    rows = {row["rhs"]: row for row in moderated.to_dict()["estimates"] if row["lhs"] == "Y"}
    deviation = np.sqrt(np.diag(at))
    expected = rows["X:Z"]["est"] * deviation[0] * deviation[1] / deviation[2]
    assert rows["X:Z"]["std"] == pytest.approx(expected, abs=1e-9)
    # Var(XZ) = Var(X) Var(Z) + Cov(X, Z)^2 for normal X, Z, and XZ covaries with neither
    x, z, covariance = at.iloc[0, 0], at.iloc[1, 1], at.iloc[0, 1]
    b, c, w = (rows[name]["est"] for name in ("X", "Z", "X:Z"))
    residual = dict(zip(moderated.free, moderated.theta))["Y~~Y"]
    total = b**2 * x + c**2 * z + 2 * b * c * covariance + w**2 * (x * z + covariance**2) + residual
    assert at.iloc[2, 2] == pytest.approx(total, abs=1e-9)
    assert moderated.r2["Y"] == pytest.approx(1.0 - residual / total, abs=1e-9)


def test_a_label_shared_with_a_product_is_one_parameter(survey: pd.DataFrame) -> None:
    fit = fit_lms(MEASURED + "Y ~ b*X + Z + b*X:Z\ntwice := 2*b", survey)
    rows = {(row["op"], row["rhs"]): row for row in fit.to_dict()["estimates"]}
    assert rows["~", "X"]["est"] == rows["~", "X:Z"]["est"]
    assert rows[":=", "2*b"]["est"] == pytest.approx(2 * rows["~", "X"]["est"])
    equal = fit_lms(MEASURED + "Y ~ b*X + Z + c*X:Z\nb == c", survey)
    assert equal.measures["loglik"] == pytest.approx(fit.measures["loglik"], abs=1e-6)
    assert equal.measures["npar"] == fit.measures["npar"]


@pytest.mark.parametrize(
    ("paths", "codes"),
    [
        ("Y ~ X + Z", ["lms-no-product"]),
        ("Y ~ X + Z + X:Q", ["interaction-unknown-side"]),
        ("Y ~ X + Z + X:age", ["lms-observed-alone"]),
        ("Y ~ X + Z + X:Z\nX:Z ~~ X:Z", ["lms-product-place"]),
        ("Z ~ X + X:X\nY ~ X + Z + Z:Z", ["lms-not-linear"]),
        ("Y ~ X + Z + age + age:age", ["lms-not-linear"]),
        ("Y ~ X + b*Z + X:Z\nb > 0", ["excludes"]),
    ],
)
def test_what_cannot_be_integrated_is_refused(survey: pd.DataFrame, paths: str, codes: list[str]) -> None:
    with pytest.raises(TamError) as caught:
        fit_lms(MEASURED + paths, survey)
    assert [one.code for one in caught.value.problems] == codes


def test_a_choice_that_does_not_make_the_model_linear_is_refused(survey: pd.DataFrame) -> None:
    with pytest.raises(TamError) as caught:
        fit_lms(MEASURED + "Y ~ X + Z + X:Z + Z:Z", survey, integrate=["X"])
    assert [one.code for one in caught.value.problems] == ["lms-integrate-invalid"]


def test_the_result_as_plain_data_has_its_certificate(moderated: LmsFit) -> None:
    record = moderated.to_dict()
    assert record["quadrature"]["converged"] is True
    assert record["quadrature"]["doubled"] > 1.5 * record["quadrature"]["nodes"]
    assert abs(record["quadrature"]["delta_loglik"]) < 1e-4
    assert record["lr_test"]["df"] == 1
    assert record["measures"]["chisq"] is None
    assert record["unavailable"]["chisq"] == "LMS has no saturated model"
    assert record["problems"] == []


@pytest.mark.parametrize("variables", [1, 2, 3])
def test_rules_give_the_moments_of_normal_variables(variables: int) -> None:
    steps = np.full(variables, 0.5)
    for rule in (
        gauss_hermite(8, variables),
        equally_spaced(steps, 8.0),
        equally_spaced(steps * 1.4, 8.0, doubled=True),
    ):
        weights = np.exp(rule.log_weights)
        assert weights.sum() == pytest.approx(1.0, abs=1e-9)
        second = (weights[:, None, None] * rule.nodes[:, :, None] * rule.nodes[:, None, :]).sum(axis=0)
        assert second == pytest.approx(np.eye(variables), abs=1e-8)
        assert weights @ rule.nodes[:, 0] ** 4 == pytest.approx(3.0, abs=1e-7)


def test_a_product_without_its_main_effects_is_told(survey: pd.DataFrame) -> None:
    fit = fit_lms(MEASURED + "Y ~ X + X:Z", survey)
    assert [one.code for one in fit.problems] == ["interaction-without-main-effect"]
    assert fit.problems[0].values["absent"] == ["Z"]
