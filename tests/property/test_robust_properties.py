"""Casewise scores against differences; traces against the matrices they avoid; what must not matter."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine import Fit, fit_model
from tam.engine.parameter_table import build_table
from tam.engine.robust_bollen_stine import bollen_stine_pvalue, rows_under_model
from tam.engine.robust_casewise import (
    Cases,
    baseline_moment_trace,
    baseline_score_trace,
    cases_of,
    casewise_scores,
    moment_products,
    moment_trace,
    saturated_trace,
    score_products,
)
from tam.engine.robust_difference import constraint_rows, difference_weights, moment_slopes
from tam.engine.structure import Affine, Floats, Structure, compile_structure, implied, with_sample
from tam.engine.syntax import parse_model

DATA = pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "engine" / "tam.csv")
MODELS = {
    "factors": "A =~ a1 + a2 + a3\nB =~ b1 + k*b2 + k*b3\nB ~ A\na1 ~~ b1",
    "means": "A =~ a1 + a2 + a3\ny ~ A + a1\nA ~ m*1\na2 ~ m*1",
    "given": "A =~ a1 + a2 + a3\nA ~ x1 + x2\ny ~ A + x1",
    "given_means": "A =~ a1 + a2 + a3\nA ~ x1 + x2\ny ~ A + x1\ny ~ 1",
}


def drawn(name: str, seed: int) -> tuple[Structure, Floats, Floats, Cases]:
    """A structure, a theta with a density, skewed rows and their cases."""
    rng = np.random.default_rng(seed)
    structure = compile_structure(build_table(parse_model(MODELS[name])))
    p = len(structure.observed_names)
    rows = rng.exponential(size=(60, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)))
    structure = with_sample(structure, np.cov(rows.T, bias=True), rows.mean(axis=0))
    cells = structure.covariances
    variances = cells.parameter[cells.row == cells.column]
    while True:
        theta = 0.3 * rng.normal(size=len(structure.free))
        theta[variances] = np.abs(theta[variances]) + 1.0
        if np.linalg.eigvalsh(implied(structure, theta).sigma)[0] > 1e-3:
            break
    given_x = np.zeros(p, dtype=bool)
    given_x[structure.exogenous - structure.latents] = True
    return structure, theta, rows, cases_of(rows, given_x)


def deviations_at(structure: Structure, theta: Floats, rows: Floats) -> Floats:
    return rows - (implied(structure, theta).mu if structure.meanstructure else rows.mean(axis=0))


def case_logliks(structure: Structure, theta: Floats, rows: Floats) -> Floats:
    """Normal log-density of every row (n,) up to a constant."""
    sigma, away = implied(structure, theta).sigma, deviations_at(structure, theta, rows)
    distance = np.sum((away @ np.linalg.inv(sigma)) * away, axis=1)
    return -0.5 * (np.linalg.slogdet(sigma)[1] + distance)


@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_scores_are_derivatives_of_each_case(name: str, seed: int) -> None:
    structure, theta, rows, _ = drawn(name, seed)
    at = implied(structure, theta)
    inverse, away = np.linalg.inv(at.sigma), deviations_at(structure, theta, rows)
    scores = casewise_scores(structure, at, inverse, away)
    step = 1e-5
    for place, shift in enumerate(step * np.eye(len(theta))):
        up, down = case_logliks(structure, theta + shift, rows), case_logliks(structure, theta - shift, rows)
        slope = (up - down) / (2.0 * step)
        assert np.allclose(scores[:, place], slope, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(scores).max()))
    assert np.allclose(score_products(structure, at, inverse, away), scores.T @ scores, rtol=1e-10)


def moments_of(cases: Cases, means: bool) -> Floats:
    """What every case adds to the sample moments (n, m), less what its given variables predict."""
    known = cases.deviations[:, cases.given] @ cases.slopes
    i, j = np.tril_indices(cases.deviations.shape[1])
    products = cases.deviations[:, i] * cases.deviations[:, j] - known[:, i] * known[:, j]
    parts = np.hstack([cases.deviations - known, products]) if means else products
    return parts - parts.mean(axis=0)


def normal_weight(inverse: Floats, means: bool) -> Floats:
    """The normal-theory weight matrix of means and covariances (m, m), written out."""
    i, j = np.tril_indices(len(inverse))
    twice = np.where(i == j, 1.0, 2.0)
    whole = 0.5 * (
        inverse[np.ix_(i, i)] * inverse[np.ix_(j, j)] + inverse[np.ix_(i, j)] * inverse[np.ix_(j, i)]
    )
    whole = whole * np.outer(twice, twice) / 2.0
    if not means:
        return whole
    p = len(inverse)
    weight = np.zeros((p + len(i),) * 2)
    weight[:p, :p], weight[p:, p:] = inverse, whole
    return weight


@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_fourth_moments_equal_the_matrices_they_avoid(name: str, seed: int) -> None:
    structure, theta, _, cases = drawn(name, seed)
    at, means = implied(structure, theta), structure.meanstructure
    inverse = np.linalg.inv(at.sigma)
    parts = moments_of(cases, means)
    gamma, weight = parts.T @ parts / len(cases), normal_weight(inverse, means)
    assert np.isclose(moment_trace(inverse, cases, means), np.trace(weight @ gamma), rtol=1e-9)
    slopes = moment_slopes(structure, at)
    expected = len(cases) * slopes.T @ weight @ gamma @ weight @ slopes
    ours = moment_products(structure, at, inverse, cases)
    assert np.allclose(ours, expected, rtol=1e-8, atol=1e-8 * np.abs(expected).max())


def kept_moments(cases: Cases, means: bool) -> Floats:
    """Places of the moments that are not among given variables alone."""
    i, j = np.tril_indices(len(cases.given))
    free = ~(cases.given[i] & cases.given[j])
    return np.flatnonzero(np.concatenate([~cases.given, free]) if means else free)


@pytest.mark.parametrize("name", MODELS)
def test_saturated_and_baseline_traces_equal_the_matrices_they_avoid(name: str) -> None:
    structure, _, _, cases = drawn(name, 7)
    means = structure.meanstructure
    covariance = cases.deviations.T @ cases.deviations / len(cases)
    inverse, kept = np.linalg.inv(covariance), kept_moments(cases, means)
    plain = Cases(cases.deviations, np.zeros_like(cases.given), np.zeros((0, len(cases.given))))
    parts, weight = moments_of(plain, means), normal_weight(inverse, means)
    scores = (parts @ weight)[:, kept]
    product = scores.T @ scores / len(cases)
    whole = float(np.trace(np.linalg.solve(weight[np.ix_(kept, kept)], product)))
    assert np.isclose(saturated_trace(cases, means), whole, rtol=1e-9)
    own = np.diag(1.0 / np.diag(covariance))
    x = np.ix_(cases.given, cases.given)
    if cases.given.any():
        own[x] = np.linalg.inv(covariance[x])
    i, j = np.tril_indices(len(covariance))
    fitted = (
        np.concatenate([~cases.given, (i == j) & ~cases.given[i]]) if means else (i == j) & ~cases.given[i]
    )
    base = normal_weight(own, means)
    inside = np.ix_(fitted, fitted)
    parts = moments_of(cases, means)
    gamma = parts.T @ parts / len(cases)
    left = base[:, fitted] @ np.linalg.solve(base[inside], base[fitted])
    trace = float(np.trace((base - left) @ gamma))
    assert np.isclose(baseline_moment_trace(cases, cases.given, means), trace, rtol=1e-9)
    shares = (moments_of(plain, means) @ base)[:, fitted]
    scored = float(np.trace(np.linalg.solve(base[inside], shares.T @ shares / len(cases))))
    assert np.isclose(baseline_score_trace(cases, cases.given, means), scored, rtol=1e-9)


def test_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    structure, theta, rows, cases = drawn("given_means", 3)
    at = implied(structure, theta)
    inverse, away = np.linalg.inv(at.sigma), deviations_at(structure, theta, rows)

    def everything() -> Floats:
        return np.concatenate([
            moment_products(structure, at, inverse, cases).ravel(),
            score_products(structure, at, inverse, away).ravel(),
            [moment_trace(inverse, cases, True), saturated_trace(cases, True)],
            [baseline_moment_trace(cases, cases.given, True), baseline_score_trace(cases, cases.given, True)],
        ])  # fmt: skip

    whole = everything()
    monkeypatch.setattr("tam.engine.robust_casewise.BLOCK", 7)
    assert np.allclose(everything(), whole, rtol=1e-10)


def test_weights_of_a_difference_do_not_depend_on_coordinates() -> None:
    rng = np.random.default_rng(5)
    larger = rng.normal(size=(12, 5))
    restricted = larger @ rng.normal(size=(5, 3))
    curvature, meat = (part.T @ part for part in (rng.normal(size=(20, 5)), rng.normal(size=(20, 5))))
    turn = rng.normal(size=(5, 5))
    same = Affine(np.zeros(5), np.eye(5))
    rows = constraint_rows(larger, restricted)
    assert rows.shape == (2, 5)
    turned = Affine(np.zeros(5), turn)
    other = constraint_rows(larger @ turn, restricted)
    values = [
        np.sort(np.linalg.eigvals(difference_weights(curvature, meat, space, found)).real)
        for space, found in ((same, rows), (turned, other))
    ]
    assert np.allclose(*values, rtol=1e-8)
    assert np.allclose(difference_weights(curvature, curvature, same, rows), np.eye(2), atol=1e-10)


@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_model_holds_exactly_for_moved_rows(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.exponential(size=(50, 4)) @ rng.normal(size=(4, 4))
    sigma, mu = np.cov(rng.normal(size=(30, 4)).T), rng.normal(size=4)
    moved = rows_under_model(rows, sigma, mu)
    assert np.allclose(np.cov(moved.T, bias=True), sigma, atol=1e-9)
    assert np.allclose(moved.mean(axis=0), mu)
    assert np.allclose(rows_under_model(rows, sigma).mean(axis=0), rows.mean(axis=0))
    unmoved = rows_under_model(rows, np.cov(rows.T, bias=True))
    assert np.allclose(unmoved, rows, atol=1e-6 * np.abs(rows).max())


def test_bollen_stine_counts_the_draws_at_least_as_large() -> None:
    with pytest.raises(ValueError, match="converged"):
        bollen_stine_pvalue(1.0, np.array([np.nan]))
    assert bollen_stine_pvalue(2.0, np.array([1.0, 2.0, 3.0, np.nan])) == pytest.approx(2 / 3)


SEM = (
    "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2 + pi3\nPU ~ PEOU\nPI ~ PU + PEOU\n"
)
ITEMS = [f"{name}{at}" for name in ("peou", "pu", "pi") for at in (1, 2, 3)]
SKEWED = (DATA[ITEMS] / 5) ** 3
SCALED = ("chisq_scaled", "scaling_factor", "cfi_scaled", "cfi_robust", "tli_robust", "rmsea_robust")


def scaled_of(fit: Fit) -> list[float]:
    return [float(fit.measures[name]) for name in SCALED]


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=3, deadline=None)
def test_units_do_not_matter(estimator: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    scale = np.exp(rng.uniform(-3, 3, size=len(ITEMS)))
    moved = SKEWED * scale + rng.normal(size=len(ITEMS))
    one, other = (fit_model(SEM, data, estimator=estimator, std_lv=True) for data in (SKEWED, moved))
    assert np.allclose(scaled_of(one), scaled_of(other), rtol=1e-7)
    assert np.allclose(one.estimates["std_se"], other.estimates["std_se"], rtol=1e-5, atol=1e-8)
    loadings = (one.estimates["op"] == "=~").to_numpy()
    by = scale[[ITEMS.index(name) for name in one.estimates["rhs"][loadings]]]
    assert np.allclose(one.estimates["se"][loadings] * by, other.estimates["se"][loadings], rtol=1e-6)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_every_row_twice_halves_the_variances_and_keeps_the_factor(estimator: str) -> None:
    one = fit_model(SEM, SKEWED, estimator=estimator)
    two = fit_model(SEM, pd.concat([SKEWED, SKEWED], ignore_index=True), estimator=estimator)
    assert one.vcov is not None and two.vcov is not None
    assert np.allclose(two.vcov, one.vcov / 2.0, rtol=1e-7, atol=1e-12)
    assert np.isclose(two.measures["scaling_factor"], one.measures["scaling_factor"], rtol=1e-8)
    assert np.isclose(two.measures["chisq_scaled"], 2.0 * one.measures["chisq_scaled"], rtol=1e-8)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_the_order_of_rows_and_columns_does_not_matter(estimator: str) -> None:
    rng = np.random.default_rng(11)
    shuffled = SKEWED.iloc[rng.permutation(len(SKEWED))][list(rng.permutation(ITEMS))]
    one, other = (fit_model(SEM, data, estimator=estimator) for data in (SKEWED, shuffled))
    assert np.allclose(scaled_of(one), scaled_of(other), rtol=1e-9)
    assert np.allclose(one.estimates["se"], other.estimates["se"], rtol=1e-7, equal_nan=True)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_normal_data_need_no_correction(estimator: str) -> None:
    rng = np.random.default_rng(2)
    covariance = fit_model(SEM, DATA[ITEMS]).implied.to_numpy()
    rows = rng.multivariate_normal(np.zeros(len(ITEMS)), covariance, size=200_000)
    data = pd.DataFrame(rows, columns=fit_model(SEM, DATA[ITEMS]).structure.observed_names)
    robust, plain = fit_model(SEM, data, estimator=estimator), fit_model(SEM, data)
    assert abs(robust.measures["scaling_factor"] - 1.0) < 0.01
    assert np.allclose(robust.estimates["se"], plain.estimates["se"], rtol=0.02, equal_nan=True)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_scores_sum_to_zero_at_the_optimum(estimator: str) -> None:
    fit = fit_model(SEM, SKEWED, estimator=estimator, meanstructure=True)
    point = fit.solution.minimum.point
    rows = fit.complete_rows[0]
    scores = casewise_scores(fit.structure, point.implied, point.inverse, rows - point.implied.mu)
    assert np.abs(scores.sum(axis=0)).max() < 1e-6 * np.abs(scores).sum(axis=0).max()


def test_robust_errors_with_ml_are_those_of_mlm() -> None:
    fit = fit_model(SEM, SKEWED, se="robust")
    assert np.allclose(
        fit.estimates["se"], fit_model(SEM, SKEWED, estimator="MLM").estimates["se"], equal_nan=True
    )
    assert not isinstance(fit.measures["scaling_factor"], float)


def test_bollen_stine_of_a_fit() -> None:
    """Resamples of rows for which the model holds have chi-squares around its degrees of freedom."""
    fit = fit_model(SEM, DATA[ITEMS])
    names = list(fit.structure.observed_names)
    moved = pd.DataFrame(rows_under_model(fit.complete_rows[0], fit.implied.to_numpy()), columns=names)
    assert fit_model(SEM, moved).measures["chisq"] < 1e-8
    draws = np.array(
        [
            fit_model(SEM, moved.sample(frac=1.0, replace=True, random_state=at)).measures["chisq"]
            for at in range(60)
        ]
    )
    df = fit.measures["df"]
    assert abs(draws.mean() - df) < 4.0 * np.sqrt(2.0 * df / 60) + 0.1 * df
    assert bollen_stine_pvalue(0.0, draws) == 1.0
