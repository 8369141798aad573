"""Derivatives against differences; answers that depend neither on units nor on order nor on notation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine import Moments, fit_model
from tam.engine.maximum_likelihood import evaluate, gradient, hessian, information, target
from tam.engine.parameter_table import build_table
from tam.engine.structure import compile_structure, derivatives, implied, with_sample
from tam.engine.syntax import parse_model

DATA = pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "engine" / "tam.csv")
MODELS = {
    "everything": "A =~ a1 + a2 + a3\nB =~ b1 + k*b2 + k*b3 + a1\nB ~ A + x\ny ~ B + a1\n"
    "A ~~ b1\na2 ~~ a3\nA ~ m*1",
    "feedback": "y1 ~ y2 + x1\ny2 ~ y1 + x2\ny1 ~ 1",
    "second_order": "C =~ A + B + D\nA =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nD =~ d1 + d2 + d3\nz ~ C",
    "chain": "A =~ a1 + a2\nB =~ b1 + b2\nC =~ c1 + c2\nB ~ p*A\nC ~ p*B + A",
}
SEM = (
    "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2 + pi3\nPU ~ PEOU\nPI ~ PU + PEOU\n"
)


def point_of(name: str, seed: int):  # type: ignore[no-untyped-def]
    """A structure, a target and a theta at which the model has a density."""
    rng = np.random.default_rng(seed)
    structure = compile_structure(build_table(parse_model(MODELS[name])))
    p = len(structure.observed_names)
    sample = rng.normal(size=(3 * p, p)) @ (np.eye(p) + 0.3 * rng.normal(size=(p, p)))
    covariance, means = np.cov(sample.T, bias=True), sample.mean(axis=0) + 1.0
    structure = with_sample(structure, covariance, means)
    aim = target(covariance, means if structure.meanstructure else None)
    cells = structure.covariances
    variances = cells.parameter[cells.row == cells.column]
    while True:
        theta = 0.3 * rng.normal(size=len(structure.free))
        theta[variances] = np.abs(theta[variances]) + 1.0
        point = evaluate(structure, aim, theta)
        if point is not None:
            return structure, aim, point


@pytest.mark.parametrize("name", MODELS)
@given(seed=st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_gradient_and_hessian_are_derivatives(name: str, seed: int) -> None:
    structure, aim, point = point_of(name, seed)
    ours, curvature = gradient(structure, aim, point), hessian(structure, aim, point)
    step = 1e-6
    for at in range(len(point.theta)):
        shift = step * np.eye(len(point.theta))[at]
        up, down = (evaluate(structure, aim, point.theta + way * shift) for way in (1, -1))
        assert up is not None
        assert down is not None
        assert ours[at] == pytest.approx((up.value - down.value) / (2 * step), rel=1e-5, abs=1e-6)
        rows = (gradient(structure, aim, up) - gradient(structure, aim, down)) / (2 * step)
        assert np.allclose(curvature[at], rows, rtol=1e-4, atol=1e-5 * np.abs(curvature).max())


@pytest.mark.parametrize("name", MODELS)
def test_rank_two_derivatives_give_sigma(name: str) -> None:
    structure, _, point = point_of(name, 1)
    slopes = derivatives(structure, point.implied)
    cells = np.concatenate([structure.paths.parameter, structure.covariances.parameter])
    for at in range(len(point.theta)):
        by_cell = [
            weight * (np.outer(a, b) + np.outer(b, a))
            for a, b, weight, cell in zip(slopes.left.T, slopes.right.T, slopes.weight, cells)
            if cell == at
        ]
        shift = 1e-6 * np.eye(len(point.theta))[at]
        up, down = implied(structure, point.theta + shift), implied(structure, point.theta - shift)
        assert np.allclose(np.sum(by_cell, axis=0), (up.sigma - down.sigma) / 2e-6, atol=1e-7)
        if slopes.mu is not None:
            assert np.allclose(slopes.mu[:, at], (up.mu - down.mu) / 2e-6, atol=1e-7)


@pytest.mark.parametrize("name", MODELS)
def test_information_is_the_hessian_where_the_model_fits(name: str) -> None:
    structure, _, point = point_of(name, 2)
    means = point.implied.mu if structure.meanstructure else None
    aim = target(point.implied.sigma, means)
    perfect = evaluate(structure, aim, point.theta)
    assert perfect is not None
    assert perfect.value == pytest.approx(0.0, abs=1e-12)
    assert np.allclose(gradient(structure, aim, perfect), 0.0, atol=1e-10)
    assert np.allclose(hessian(structure, aim, perfect), information(structure, perfect), atol=1e-9)


def test_a_stack_of_thetas_gives_a_stack_of_moments() -> None:
    structure, _, point = point_of("everything", 3)
    stack = point.theta + 0.01 * np.arange(4)[:, None]
    together = implied(structure, stack)
    for at, theta in enumerate(stack):
        alone = implied(structure, theta)
        assert np.allclose(together.sigma[at], alone.sigma, atol=1e-14)
        assert np.allclose(together.mu[at], alone.mu, atol=1e-14)


@given(
    factors=st.lists(st.sampled_from([0.001, 0.05, 1.0, 20.0, 1000.0]), min_size=9, max_size=9),
    means=st.booleans(),
)
@settings(max_examples=15, deadline=None)
def test_units_do_not_matter(factors: list[float], means: bool) -> None:
    items = [f"{name}{i}" for name in ("peou", "pu", "pi") for i in (1, 2, 3)]
    scaled = DATA[items] * np.array(factors)
    first, second = (fit_model(SEM, data, meanstructure=means) for data in (DATA, scaled))
    assert second.converged
    for name in ("chisq", "cfi", "tli", "rmsea", "srmr", "baseline_chisq"):
        assert second.measures[name] == pytest.approx(first.measures[name], rel=1e-7)
    rows = first.estimates["op"] != "~1"
    for column in ("std", "std_se"):
        assert np.allclose(first.estimates[column][rows], second.estimates[column][rows], atol=1e-7)
    z = np.where(rows, first.estimates["z"], 0.0), np.where(rows, second.estimates["z"], 0.0)
    assert np.allclose(*z, rtol=1e-6, equal_nan=True)


@given(
    order=st.permutations(SEM.strip().split("\n")),
    columns=st.permutations(list(DATA.columns)),
    seed=st.integers(0, 99),
)
@settings(max_examples=15, deadline=None)
def test_order_does_not_matter(order: list[str], columns: list[str], seed: int) -> None:
    shuffled = DATA.sample(frac=1.0, random_state=seed)[columns]
    first, second = fit_model(SEM, DATA), fit_model("\n".join(order), shuffled)
    assert second.measures["chisq"] == pytest.approx(first.measures["chisq"], rel=1e-9)
    keys = ["lhs", "op", "rhs"]
    both = first.estimates.merge(second.estimates, on=keys)
    assert len(both) == len(first.estimates)
    for column in ("est", "se", "std", "std_se", "std_lv"):
        assert np.allclose(both[f"{column}_x"], both[f"{column}_y"], atol=1e-8, equal_nan=True)


def test_scaling_by_marker_or_by_variance_is_the_same_model() -> None:
    marker, variance = fit_model(SEM, DATA), fit_model(SEM, DATA, std_lv=True)
    assert variance.measures["chisq"] == pytest.approx(marker.measures["chisq"], abs=1e-9)
    assert np.allclose(marker.estimates["std"], variance.estimates["std"], atol=1e-8)
    assert np.allclose(marker.estimates["std_se"], variance.estimates["std_se"], atol=1e-8)


def test_moments_give_what_the_rows_give() -> None:
    data = DATA.drop(columns="group")
    moments = Moments(tuple(data.columns), np.cov(data.to_numpy().T), data.mean().to_numpy(), len(data))
    for means in (False, True):
        rows, matrix = (fit_model(SEM, part, meanstructure=means) for part in (data, moments))
        assert np.allclose(rows.estimates["est"], matrix.estimates["est"], atol=1e-9)
        assert np.allclose(rows.estimates["se"], matrix.estimates["se"], atol=1e-9, equal_nan=True)
        assert matrix.measures["loglik"] == pytest.approx(rows.measures["loglik"], rel=1e-12)


@given(
    seed=st.integers(0, 100_000),
    n=st.integers(2, 60),
    kind=st.sampled_from(["normal", "likert", "constant", "copied", "missing", "huge", "tiny", "sparse"]),
)
@settings(max_examples=15, deadline=None)
def test_any_table_gives_a_certified_fit_or_problems(seed: int, n: int, kind: str) -> None:
    from tam.errors import TamError

    rng = np.random.default_rng(seed)
    names = [f"{name}{i}" for name in ("peou", "pu", "pi") for i in (1, 2, 3)]
    values = rng.normal(size=(n, 9)) + rng.normal(size=(n, 1))
    if kind == "likert":
        values = np.clip(np.round(values + 4), 1, 7)
    elif kind == "constant":
        values[:, rng.integers(9)] = 3.0
    elif kind == "copied":
        values[:, 0] = values[:, 1] * 2 - 1
    elif kind == "missing":
        values[rng.random(values.shape) < 0.05] = np.nan
    elif kind == "huge":
        values *= 10.0 ** rng.integers(-8, 9, size=9)
    elif kind == "tiny":
        values = 1e6 + 1e-3 * values
    elif kind == "sparse":
        values = (values > 1.5).astype(float)
    try:
        fit = fit_model(SEM, pd.DataFrame(values, columns=names))
    except TamError as error:
        assert all(one.what and one.exit_code == 2 for one in error.problems)
        return
    record = fit.to_dict()
    assert fit.converged == (record["measures"]["chisq"] is not None)
    if fit.converged:
        minimum = fit.solution.minimum
        assert minimum.decrement < 1e-10
        assert minimum.definite
    else:
        assert any(one.code == "not-converged" for one in fit.problems)
    # a likelier solution elsewhere is told of a solution that is itself possible
    doubts = [one for one in fit.problems if one.exit_code == 1 and one.code != "likelier-elsewhere"]
    assert fit.admissible == (fit.converged and not doubts)
