"""The likelihood of incomplete cases: derivatives against differences, complete data as the special case."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine import fiml, fit_model, maximum_likelihood
from tam.engine.fiml_baseline import available_moments, pairwise_covariance
from tam.engine.fiml_moments import at_moments, log_likelihood, moment_curvature, moment_gradient, vech_places
from tam.engine.fiml_patterns import marginal, patterns_of, reweighted
from tam.engine.fiml_scores import casewise_scores, moment_score_products, moment_scores
from tam.engine.parameter_table import build_table
from tam.engine.saturated import saturated_moments
from tam.engine.structure import compile_structure, with_sample
from tam.engine.syntax import parse_model

MODELS = {
    "everything": "A =~ a1 + a2 + a3\nB =~ b1 + k*b2 + k*b3 + a1\nB ~ A + x\ny ~ B + a1\n"
    "A ~~ b1\na2 ~~ a3\nA ~ m*1",
    "feedback": "y1 ~ y2 + x1\ny2 ~ y1 + x2",
    "chain": "A =~ a1 + a2\nB =~ b1 + b2\nC =~ c1 + c2\nB ~ p*A\nC ~ p*B + A",
}
SEEDS = st.integers(0, 10_000)


def incomplete_rows(seed: int, n: int, p: int, share: float = 0.25) -> np.ndarray:
    """Correlated rows (n, p) with a share of nan; every row and every pair of columns has answers."""
    rng = np.random.default_rng(seed)
    shared = rng.normal(size=(n, p)) @ (0.5 * rng.normal(size=(p, p)))
    rows = 1.0 + shared + rng.normal(size=(n, p))
    gone = rng.random(rows.shape) < share
    gone[: n // 3] = False
    gone[np.arange(n), rng.integers(p, size=n)] = False
    rows[gone] = np.nan
    return rows


def unpacked(values: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray]:
    i, j = vech_places(p)
    sigma = np.zeros((p, p))
    sigma[i, j] = sigma[j, i] = values[: len(i)]
    return sigma, values[len(i) :]


def structure_point(name: str, seed: int, share: float = 0.25):  # type: ignore[no-untyped-def]
    structure = compile_structure(build_table(parse_model(MODELS[name]), meanstructure=True))
    p = len(structure.observed_names)
    rows = incomplete_rows(seed, 4 * p, p, share)
    given_places = structure.exogenous - structure.latents
    rows = rows[~np.isnan(rows[:, given_places]).any(axis=1)]
    patterns = patterns_of(rows)
    best = saturated_moments(patterns)
    assert best is not None
    structure = with_sample(structure, best.covariance, best.means)
    objective = fiml.FimlML(structure, fiml.fiml_target(patterns, best))
    rng = np.random.default_rng(seed)
    cells = structure.covariances
    variances = cells.parameter[cells.row == cells.column]
    while True:
        theta = 0.3 * rng.normal(size=len(structure.free))
        theta[variances] = np.abs(theta[variances]) + 1.0
        point = objective.evaluate(theta)
        if point is not None:
            return objective, point, rows


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_derivatives_by_the_moments(seed: int) -> None:
    p = 4
    patterns = patterns_of(incomplete_rows(seed, 30, p))
    rng = np.random.default_rng(seed)
    factor = np.eye(p) + 0.2 * rng.normal(size=(p, p))
    sigma, i, j = factor @ factor.T, *vech_places(p)
    values = np.concatenate([sigma[i, j], rng.normal(size=p)])
    point = at_moments(patterns, *unpacked(values, p))
    assert point is not None
    slope, curvature = moment_gradient(point), moment_curvature(patterns, point)
    expected = moment_curvature(patterns, point, expected=True)
    assert np.linalg.eigvalsh(expected)[0] > -1e-10
    assert np.allclose(curvature, curvature.T, atol=1e-10)
    for at in range(len(values)):
        shift = 1e-6 * np.eye(len(values))[at]
        up, down = (at_moments(patterns, *unpacked(values + way * shift, p)) for way in (1, -1))
        assert up is not None
        assert down is not None
        assert slope[at] == pytest.approx((up.value - down.value) / 2e-6, rel=1e-5, abs=1e-6)
        rows = (moment_gradient(up) - moment_gradient(down)) / 2e-6
        assert np.allclose(curvature[at], rows, rtol=1e-4, atol=1e-5 * np.abs(curvature).max())


@pytest.mark.parametrize("name", MODELS)
@given(seed=SEEDS)
@settings(max_examples=6, deadline=None)
def test_derivatives_by_theta(name: str, seed: int) -> None:
    objective, point, _ = structure_point(name, seed)
    ours, curvature = objective.gradient(point), objective.hessian(point)
    assert np.linalg.eigvalsh(objective.information(point))[0] > -1e-9 * np.abs(curvature).max()
    for at in range(len(point.theta)):
        shift = 1e-6 * np.eye(len(point.theta))[at]
        up, down = (objective.evaluate(point.theta + way * shift) for way in (1, -1))
        assert up is not None
        assert down is not None
        assert ours[at] == pytest.approx((up.value - down.value) / 2e-6, rel=1e-5, abs=1e-6)
        rows = (objective.gradient(up) - objective.gradient(down)) / 2e-6
        assert np.allclose(curvature[at], rows, rtol=1e-4, atol=1e-5 * np.abs(curvature).max())


@pytest.mark.parametrize("name", MODELS)
@given(seed=SEEDS)
@settings(max_examples=6, deadline=None)
def test_complete_data_is_the_special_case(name: str, seed: int) -> None:
    objective, point, rows = structure_point(name, seed, share=0.0)
    structure = objective.structure
    whole = maximum_likelihood.target(np.cov(rows.T, bias=True), rows.mean(axis=0))
    same = maximum_likelihood.evaluate(structure, whole, point.theta)
    assert same is not None
    assert point.value == pytest.approx(same.value, rel=1e-10)
    pairs = (
        (objective.gradient(point), maximum_likelihood.gradient(structure, whole, same)),
        (objective.hessian(point), maximum_likelihood.hessian(structure, whole, same)),
        (objective.information(point), maximum_likelihood.information(structure, same)),
    )
    for ours, theirs in pairs:
        assert np.allclose(ours, theirs, rtol=1e-8, atol=1e-9 * np.abs(theirs).max())


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_scores_are_derivatives_of_each_case(seed: int) -> None:
    objective, point, rows = structure_point("everything", seed)
    structure, aim = objective.structure, objective.aim
    n = aim.patterns.total
    scores = casewise_scores(structure, point.implied, point.at, aim.patterns, rows)
    assert np.allclose(scores.sum(axis=0), -n / 2 * objective.gradient(point), atol=1e-8 * n)
    by_moment = np.vstack(list(moment_scores(point.at, aim.patterns, rows)))
    assert np.allclose(by_moment @ fiml.moment_slopes(structure, point.implied), scores, atol=1e-9 * n)
    products = moment_score_products(point.at, aim.patterns, rows)
    assert np.allclose(by_moment.T @ by_moment, products, rtol=1e-10, atol=1e-9)
    case = int(seed % len(rows))
    alone = patterns_of(rows[case : case + 1])
    slope = moment_gradient(at_moments(alone, point.implied.sigma, point.implied.mu))  # type: ignore[arg-type]
    assert np.allclose(-slope / 2, by_moment[case], atol=1e-9)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_order_and_repetition_of_rows(seed: int) -> None:
    rows = incomplete_rows(seed, 40, 5)
    rng = np.random.default_rng(seed)
    first, shuffled = patterns_of(rows), patterns_of(rng.permutation(rows))
    assert (first.observed == shuffled.observed).all()
    assert (first.counts == shuffled.counts).all()
    assert np.allclose(first.covariances, shuffled.covariances, atol=1e-12)
    weights = rng.integers(0, 3, size=40).astype(float)
    weights[: 40 // 3] += 1.0
    repeated = patterns_of(np.repeat(rows, weights.astype(int), axis=0))
    counted = reweighted(first, rows, weights)
    kept = counted.counts > 0
    assert (counted.observed[kept] == repeated.observed).all()
    assert np.allclose(counted.means[kept], repeated.means, atol=1e-12)
    assert np.allclose(counted.covariances[kept], repeated.covariances, atol=1e-12)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_saturated_moments_are_a_maximum_in_any_units(seed: int) -> None:
    p = 4
    rows = incomplete_rows(seed, 60, p)
    patterns = patterns_of(rows)
    best = saturated_moments(patterns)
    assert best is not None
    assert best.converged
    assert best.determined
    rng = np.random.default_rng(seed)
    for _ in range(5):
        wobble = np.eye(p) + 0.05 * rng.normal(size=(p, p))
        other = at_moments(
            patterns, wobble @ best.covariance @ wobble.T, best.means + 0.1 * rng.normal(size=p)
        )
        assert other is not None
        assert log_likelihood(patterns, other.value) <= best.log_likelihood
    factors, shifts = 10.0 ** rng.integers(-2, 3, size=p), rng.normal(size=p)
    scaled = saturated_moments(patterns_of(rows * factors + shifts))
    assert scaled is not None
    assert np.allclose(scaled.covariance, best.covariance * np.outer(factors, factors), rtol=1e-6)
    assert np.allclose(scaled.means, best.means * factors + shifts, rtol=1e-6, atol=1e-9 * factors.max())
    answers = (~np.isnan(rows)).sum(axis=0)
    moved = best.log_likelihood - float(answers @ np.log(factors))
    assert scaled.log_likelihood == pytest.approx(moved, rel=1e-9)


@given(seed=SEEDS)
@settings(max_examples=10, deadline=None)
def test_columns_may_stand_in_any_order(seed: int) -> None:
    rows = incomplete_rows(seed, 50, 4)
    order = np.random.default_rng(seed).permutation(4)
    first, second = saturated_moments(patterns_of(rows)), saturated_moments(patterns_of(rows[:, order]))
    assert first is not None
    assert second is not None
    assert second.log_likelihood == pytest.approx(first.log_likelihood, rel=1e-12)
    assert np.allclose(second.covariance, first.covariance[np.ix_(order, order)], rtol=1e-7, atol=1e-9)


def test_two_variables_of_which_one_is_complete() -> None:
    """The factored likelihood (Anderson): regression on the complete variable, closed form."""
    x = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 9.0])
    y = np.array([2.0, 1.0, 4.0, 3.0, 6.0, np.nan, np.nan, np.nan])
    best = saturated_moments(patterns_of(np.column_stack([x, y])))
    assert best is not None
    known = ~np.isnan(y)
    # Among the five pairs: mean x 3, mean y 3.2, s_xx 2, s_xy 2, s_yy 2.96 (divisor 5); slope 1.
    slope, residual = 1.0, 2.96 - 2.0
    assert np.allclose([x[known].mean(), y[known].mean()], [3.0, 3.2])
    mean_x, var_x = 38.0 / 8.0, float(np.var(x))
    assert best.means == pytest.approx([mean_x, 3.2 + slope * (mean_x - 3.0)], abs=1e-9)
    assert best.covariance[0, 0] == pytest.approx(var_x, abs=1e-9)
    assert best.covariance[1, 0] == pytest.approx(slope * var_x, abs=1e-9)
    assert best.covariance[1, 1] == pytest.approx(residual + slope**2 * var_x, abs=1e-9)


def test_a_pair_that_nobody_answered_leaves_moments_undetermined() -> None:
    rows = incomplete_rows(3, 40, 3, share=0.0)
    rows[:20, 0] = np.nan
    rows[20:, 1] = np.nan
    best = saturated_moments(patterns_of(rows))
    assert best is not None
    assert best.converged
    assert not best.determined


def test_available_and_marginal_moments() -> None:
    rows = incomplete_rows(7, 50, 4)
    patterns, frame = patterns_of(rows), pd.DataFrame(rows)
    means, variances = available_moments(patterns)
    assert np.allclose(means, frame.mean())
    assert np.allclose(variances, frame.var(ddof=0))
    assert np.allclose(pairwise_covariance(patterns), frame.cov(), atol=1e-12)
    part = saturated_moments(marginal(patterns, np.array([2, 0])))
    direct = saturated_moments(patterns_of(rows[~np.isnan(rows[:, [2, 0]]).all(axis=1)][:, [2, 0]]))
    assert part is not None
    assert direct is not None
    assert np.allclose(part.covariance, direct.covariance, atol=1e-8)


DATA = pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "engine" / "tam.csv")
GAPS = pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "engine" / "tam_mis.csv")
SEM = (
    "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2\n"
    "PU ~ PEOU\nPI ~ b*PU + PEOU\nx := b^2"
)


@pytest.mark.parametrize("model", [SEM, "PU =~ pu1 + pu2 + pu3\nPU ~ kol1\npi1 ~ PU + kol1 + kol2"])
def test_without_gaps_it_is_maximum_likelihood(model: str) -> None:
    ours, plain = fit_model(model, DATA, missing="fiml"), fit_model(model, DATA, meanstructure=True)
    assert np.allclose(ours.estimates["est"], plain.estimates["est"], atol=1e-8)
    assert np.allclose(ours.estimates["std"], plain.estimates["std"], atol=1e-8)
    for name in ("chisq", "df", "baseline_chisq", "baseline_df", "cfi", "tli", "rmsea", "srmr", "loglik"):
        assert ours.measures[name] == pytest.approx(plain.measures[name], rel=1e-8, abs=1e-10), name
    assert ours.measures["loglik_h1"] == pytest.approx(plain.measures["loglik_h1"], rel=1e-12)
    assert np.allclose(ours.factor_scores(), plain.factor_scores(), atol=1e-8)
    robust = [
        fit_model(model, DATA, missing=one, estimator="MLR", meanstructure=True)
        for one in ("fiml", "listwise")
    ]
    assert np.allclose(robust[0].estimates["se"], robust[1].estimates["se"], atol=1e-8, equal_nan=True)
    for name in ("chisq_scaled", "scaling_factor", "baseline_chisq_scaled", "cfi_scaled"):
        assert robust[0].measures[name] == pytest.approx(robust[1].measures[name], rel=1e-8), name


@given(seed=st.integers(0, 99))
@settings(max_examples=5, deadline=None)
def test_neither_order_nor_units_nor_empty_rows_matter(seed: int) -> None:
    items = [name for name in GAPS.columns if name != "group"]
    rng = np.random.default_rng(seed)
    factors = 10.0 ** rng.integers(-2, 3, size=len(items))
    empty = pd.DataFrame(np.nan, index=range(3), columns=items)
    changed = pd.concat([GAPS[items].sample(frac=1.0, random_state=seed) * factors, empty])
    first, second = fit_model(SEM, GAPS, missing="fiml"), fit_model(SEM, changed, missing="fiml")
    assert second.n == first.n
    assert [one.code for one in second.problems] == ["rows-without-answers"]
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr", "baseline_chisq", "cfi_robust", "rmsea_robust"):
        assert second.measures[name] == pytest.approx(first.measures[name], rel=1e-6), name
    for column in ("std", "std_se"):
        kept = ~first.estimates["op"].isin(["~1", ":="])
        assert np.allclose(first.estimates[column][kept], second.estimates[column][kept], atol=1e-7)


def test_answers_of_incomplete_rows_are_used() -> None:
    fit, listwise = fit_model(SEM, GAPS, missing="fiml"), fit_model(SEM, GAPS)
    assert fit.n == 300
    assert listwise.n < fit.n
    loading = (fit.estimates["op"] == "=~") & fit.estimates["free"]
    assert (fit.estimates["se"][loading] < listwise.estimates["se"][loading]).mean() > 0.8
    assert len(fit.factor_scores()) == 300
    assert not fit.factor_scores().isna().any(axis=None)
