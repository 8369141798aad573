"""What must hold of every fit with ordered variables, whatever the data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tam.engine import Fit, fit_model
from tam.engine.ordinal_objective import LeastSquares

MODEL = "F =~ a1 + a2 + a3 + x1\nG =~ b1 + b2 + b3\nG ~ F + age\nb1 ~~ a1"
GROUPS = "F =~ a1 + a2 + a3\nG =~ b1 + b2 + b3\nG ~ F"
ORDERED = ("a1", "a2", "a3", "b1", "b2", "b3")


def survey(seed: int = 4, n: int = 220) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    age = rng.normal(30, 5, n)
    first = rng.normal(size=n) + 0.05 * (age - 30)
    second = 0.5 * first + rng.normal(size=n)
    cuts = [[-1.0, 0.0, 0.8], [-0.5, 0.5], [0.1], [-1.2, -0.3, 0.4, 1.3], [-0.4, 0.6], [0.0, 0.9]]
    columns: dict[str, Any] = {}
    for number, name in enumerate(ORDERED):
        latent = 0.8 * (first if name.startswith("a") else second) + 0.7 * rng.normal(size=n)
        columns[name] = np.digitize(latent, cuts[number]) + 1
    columns["x1"] = 3.0 + 0.7 * first + rng.normal(size=n)
    columns["age"], columns["site"] = age, np.where(rng.random(n) < 0.45, "north", "south")
    return pd.DataFrame(columns)


def same(first: Fit, second: Fit, tolerance: float = 1e-9) -> None:
    assert second.columns.est == pytest.approx(first.columns.est, abs=tolerance)
    assert second.columns.se == pytest.approx(first.columns.se, abs=tolerance, nan_ok=True)
    for name in ("chisq", "chisq_scaled", "srmr", "cfi_scaled"):
        assert second.measures[name] == pytest.approx(first.measures[name], abs=1e-6)


@given(
    st.lists(
        st.integers(-50, 50).flatmap(lambda low: st.just(float(low))), min_size=5, max_size=5, unique=True
    )
)
@settings(max_examples=8, deadline=None)
def test_only_the_order_of_answers_counts(codes: list[float]) -> None:
    data = survey()
    recoded = data.assign(b1=np.array(sorted(codes))[data["b1"] - 1])
    same(fit_model(MODEL, data, ordered=ORDERED), fit_model(MODEL, recoded, ordered=ORDERED))


def test_the_order_of_rows_does_not_count() -> None:
    data = survey()
    same(fit_model(MODEL, data, ordered=ORDERED), fit_model(MODEL, data[::-1], ordered=ORDERED), 1e-7)


def test_units_of_continuous_variables_only_rescale() -> None:
    data = survey()
    first = fit_model(MODEL, data, ordered=ORDERED)
    second = fit_model(MODEL, data.assign(x1=10 * data["x1"], age=data["age"] / 100), ordered=ORDERED)
    assert second.columns.std == pytest.approx(first.columns.std, abs=1e-6)
    assert second.measures["chisq_scaled"] == pytest.approx(first.measures["chisq_scaled"], rel=1e-6)


def test_duplicated_rows_change_nothing_but_the_errors() -> None:
    data = survey()
    twice = pd.concat([data, data])
    first, second = fit_model(GROUPS, data, ordered=("all",)), fit_model(GROUPS, twice, ordered=("all",))
    assert second.theta == pytest.approx(first.theta, abs=1e-7)
    n = len(data)
    free = ~np.isnan(first.columns.se)
    shrink = np.sqrt((n - 1) / (2 * n - 1))
    assert second.columns.se[free] == pytest.approx(shrink * first.columns.se[free], rel=1e-6)


def test_two_equal_groups_give_each_the_answer_of_one() -> None:
    data = survey()
    both = pd.concat([data.assign(site="here"), data.assign(site="there")])
    one = fit_model(GROUPS, data, ordered=("all",))
    two = fit_model(GROUPS, both, ordered=("all",), group="site")
    estimates = two.estimates
    for label in ("here", "there"):
        part = estimates[estimates["group"] == label]["est"].to_numpy()
        assert part == pytest.approx(one.estimates["est"].to_numpy(), abs=1e-7)
    assert two.measures["chisq"] == pytest.approx(2 * one.measures["chisq"], rel=1e-7)
    assert two.measures["df"] == 2 * one.measures["df"]


def test_equality_across_groups_costs_fit_and_frees_degrees() -> None:
    data = survey(n=400)
    steps = ((), ("loadings",), ("loadings", "thresholds"))
    fits = [fit_model(GROUPS, data, ordered=("all",), group="site", group_equal=step) for step in steps]
    chisq = [fit.measures["chisq"] for fit in fits]
    df = [fit.measures["df"] for fit in fits]
    assert chisq == sorted(chisq) and df == sorted(df)
    tied = fits[2].estimates
    cuts = tied[tied["op"] == "|"].pivot(index=["lhs", "rhs"], columns="group", values="est")
    assert np.ptp(cuts.to_numpy(), axis=1).max() == 0.0
    scalings = tied[tied["op"] == "~*~"]
    assert scalings.groupby("group")["free"].all().to_dict() == {"north": False, "south": True} or (
        scalings.groupby("group")["free"].all().to_dict() == {"north": True, "south": False}
    )


@pytest.mark.parametrize("kind", ["one", "scaled"])
def test_gradient_and_hessian_are_exact(kind: str) -> None:
    """Against central differences, away from the solution, predictors and free scalings included."""
    data = survey(n=400)
    if kind == "one":
        fit = fit_model(MODEL, data, ordered=ORDERED)
        part: LeastSquares = fit.solution.objective  # type: ignore[assignment]
    else:
        fit = fit_model(
            GROUPS + " + age", data, ordered=("all",), group="site", group_equal=("loadings", "thresholds")
        )
        part = fit.solution.objective.parts[1]  # type: ignore[attr-defined]
    theta = fit.theta + 0.05 * np.sin(np.arange(len(fit.theta)))
    point = part.evaluate(theta)
    gradient, hessian = part.gradient(point), part.hessian(point)
    for at in range(len(theta)):
        step = np.zeros(len(theta))
        step[at] = 1e-6
        up, down = part.evaluate(theta + step), part.evaluate(theta - step)
        assert gradient[at] == pytest.approx((up.value - down.value) / 2e-6, abs=1e-6)
        slope = (part.gradient(up) - part.gradient(down)) / 2e-6
        assert hessian[at] == pytest.approx(slope, abs=1e-5)


def test_the_weights_decide_the_answer() -> None:
    """The solution is the one that any other weights would leave: a small step away costs."""
    fit = fit_model(GROUPS, survey(), ordered=("all",))
    objective = fit.solution.objective
    best = fit.solution.minimum.point.value
    rng = np.random.default_rng(1)
    for _ in range(20):
        found = objective.evaluate(fit.theta + 1e-3 * rng.normal(size=len(fit.theta)))
        assert found is None or found.value > best
    other = replace(objective, weight=np.ones_like(objective.weight))  # type: ignore[type-var]
    assert np.abs(other.gradient(other.evaluate(fit.theta))).max() > 1e-6
