"""Several groups and least squares: derivatives against differences, and answers that no notation changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine import Moments, fit_model
from tam.engine.least_squares import least_squares_part
from tam.engine.objective import joint
from tam.engine.parameter_table import Grouping, build_table
from tam.engine.solution import normal_part
from tam.engine.structure import compile_structures
from tam.engine.syntax import parse_model

DATA = pd.read_csv(Path(__file__).resolve().parent.parent / "data" / "engine" / "tam.csv")
CFA = "PU =~ pu1 + pu2 + pu3 + pu4\nPI =~ pi1 + pi2 + pi3"
SEM = CFA + "\nPEOU =~ peou1 + peou2 + peou3\nPU ~ PEOU\nPI ~ PU + PEOU"
SCALAR = ("loadings", "intercepts")
JOINT = "A =~ a1 + a2 + a3\nB =~ b1 + k*b2 + c(k, m)*b3 + a1\nB ~ A + x\na2 ~~ a3"


def objective_of(estimator: str, seed: int) -> tuple[Any, np.ndarray[Any, Any]]:
    """Two groups with equal loadings and intercepts, random moments, and a theta that has a density."""
    rng = np.random.default_rng(seed)
    table = build_table(parse_model(JOINT), grouping=Grouping(("1", "2"), SCALAR))
    parts, sizes = [], (40, 90)
    structures = compile_structures(table)
    p = len(structures[0].observed_names)
    for structure, n in zip(structures, sizes):
        sample = rng.normal(size=(20 * p, p)) @ (np.eye(p) + 0.1 * rng.normal(size=(p, p)))
        moments = Moments(structure.observed_names, np.cov(sample.T), sample.mean(axis=0) + 1.0, n)
        if estimator == "ML":
            parts.append(normal_part(structure, moments))
        else:
            parts.append(least_squares_part(estimator, structure, moments))
    objective = joint(parts, sizes)
    variances = [
        cells.parameter[cells.row == cells.column] for cells in (one.covariances for one in structures)
    ]
    while True:
        theta = 0.3 * rng.normal(size=len(table.free))
        theta[np.concatenate(variances)] = np.abs(theta[np.concatenate(variances)]) + 1.0
        if objective.evaluate(theta) is not None:
            return objective, theta


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS"])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=5, deadline=None)
def test_gradient_and_hessian_are_derivatives(estimator: str, seed: int) -> None:
    objective, theta = objective_of(estimator, seed)
    point = objective.evaluate(theta)
    slope, curvature = objective.gradient(point), objective.hessian(point)
    step = 1e-6
    for at in range(len(theta)):
        shift = step * np.eye(len(theta))[at]
        up, down = (objective.evaluate(theta + way * shift) for way in (1, -1))
        assert slope[at] == pytest.approx(
            (up.value - down.value) / (2 * step), rel=1e-5, abs=1e-6 * np.abs(slope).max()
        )
        rows = (objective.gradient(up) - objective.gradient(down)) / (2 * step)
        assert np.allclose(curvature[at], rows, rtol=1e-4, atol=1e-5 * np.abs(curvature).max())
    assert np.linalg.eigvalsh(objective.information(point))[0] > -1e-8 * np.abs(curvature).max()


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS"])
def test_without_equality_the_chi_square_is_that_of_the_groups(estimator: str) -> None:
    whole = fit_model(SEM, DATA, group="group", estimator=estimator)
    alone = {
        label: fit_model(SEM, part, meanstructure=True, estimator=estimator).measures["chisq"]
        for label, part in DATA.groupby("group")
    }
    assert whole.measures["chisq"] == pytest.approx(sum(alone.values()), rel=1e-9)
    for label, chisq in alone.items():
        assert whole.group_chisq[label] == pytest.approx(chisq, rel=1e-9)


@pytest.mark.parametrize("equal", [("loadings",), SCALAR, (*SCALAR, "residuals", "regressions")])
def test_scaling_by_marker_or_by_variance_is_the_same_model(equal: tuple[str, ...]) -> None:
    marker = fit_model(SEM, DATA, group="group", group_equal=equal)
    other = fit_model(SEM, DATA, group="group", group_equal=equal, std_lv=True)
    assert other.measures["df"] == marker.measures["df"]
    assert other.measures["chisq"] == pytest.approx(marker.measures["chisq"], rel=1e-8)


@given(order=st.permutations(["A", "B"]), scale=st.sampled_from([0.01, 1.0, 250.0]))
@settings(max_examples=8, deadline=None)
def test_neither_the_order_of_groups_nor_units_matter(order: list[str], scale: float) -> None:
    first = fit_model(CFA, DATA, group="group", group_equal=SCALAR)
    data = pd.concat([DATA[DATA["group"] == label] for label in order]).assign(pu2=lambda d: d["pu2"] * scale)
    second = fit_model(CFA, data, group="group", group_equal=SCALAR)
    for name in ("chisq", "cfi", "rmsea", "srmr", "baseline_chisq", "gfi"):
        assert second.measures[name] == pytest.approx(first.measures[name], rel=1e-6)


def test_labels_say_the_same_as_group_equal() -> None:
    labelled = "PU =~ pu1 + a*pu2 + b*pu3 + c*pu4\nPI =~ pi1 + d*pi2 + e*pi3"
    one = fit_model(labelled, DATA, group="group")
    other = fit_model(CFA, DATA, group="group", group_equal=("loadings",))
    assert one.measures["chisq"] == pytest.approx(other.measures["chisq"], rel=1e-10)
    assert np.allclose(one.estimates["se"], other.estimates["se"], equal_nan=True, atol=1e-9)


def test_all_equal_in_one_population_cut_in_two() -> None:
    """The same rows twice, as two groups in which everything is equal: the estimates of one group."""
    twice = pd.concat([DATA.assign(half="first"), DATA.assign(half="second")])
    equal = (*SCALAR, "means", "residuals", "lv.variances", "lv.covariances")
    both = fit_model(CFA, twice, group="half", group_equal=equal)
    alone = fit_model(CFA, DATA, meanstructure=True)
    half = both.estimates[both.estimates["group"] == "first"]
    assert np.allclose(half["est"], alone.estimates["est"], atol=1e-9)
    assert np.allclose(half["se"] * 2**0.5, alone.estimates["se"], equal_nan=True, atol=1e-9)
