"""Weak items in small samples: the likelihood has several minima, and the answer says what it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.engine import Fit, fit_model
from tam.engine.optimiser import descend

MODEL = "A =~ a1 + a2 + a3\nB =~ b1 + b2 + b3\nB ~ A"
RESTARTS = 24


def weak_items(seed: int, n: int = 60, loading: float = 0.5) -> pd.DataFrame:
    """Six items on two factors."""
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(n)
    second = 0.4 * first + 0.9 * rng.standard_normal(n)
    return pd.DataFrame(
        {
            f"{name}{k}": loading * factor + 0.85 * rng.standard_normal(n)
            for name, factor in (("a", first), ("b", second))
            for k in (1, 2, 3)
        }
    )


def chisq_from_elsewhere(fit: Fit) -> float:
    """The lowest certified chi-square from the solution with every parameter moved at random."""
    rng, solution = np.random.default_rng(1), fit.solution
    lowest = np.inf
    for at in range(RESTARTS):
        moved = fit.theta * (1.0 + (0.3, 0.7, 1.0)[at % 3] * rng.uniform(-1.0, 1.0, len(fit.theta)))
        found = descend(solution.objective, solution.space, moved)
        if found is not None and found.converged:
            lowest = min(lowest, found.point.value)
    return float(fit.n * lowest)


def codes(fit: Fit) -> list[str]:
    return [one.code for one in fit.problems]


@pytest.mark.parametrize("seed", [1, 2, 3, 5, 14, 15, 18])
def test_no_lower_minimum_goes_unsaid(seed: int) -> None:
    fit = fit_model(MODEL, weak_items(seed))
    assert fit.converged
    found = chisq_from_elsewhere(fit)
    assert "likelier-elsewhere" in codes(fit) or found > fit.measures["chisq"] - 0.001


def test_a_lower_minimum_with_a_negative_variance_is_told_not_taken() -> None:
    fit = fit_model(MODEL, weak_items(14))
    assert fit.admissible
    assert codes(fit) == ["likelier-elsewhere"]
    assert chisq_from_elsewhere(fit) == pytest.approx(fit.measures["chisq"] - 1.03, abs=0.01)


def test_nothing_is_told_of_items_that_measure_well() -> None:
    fit = fit_model(MODEL, weak_items(3, 400, loading=0.8))
    assert codes(fit) == []


TWICE = "A =~ a1 + a2\nD =~ d1 + 1*d2 + d3\nD ~ A + y"


def stretchable(seed: int, n: int = 80) -> pd.DataFrame:
    """Data for a latent whose size two fixed values tell: its loading and its residual variance."""
    rng = np.random.default_rng(seed)
    first = rng.standard_normal(n)
    y = rng.standard_normal(n) + 0.4 * first
    second = 0.4 * first + 0.3 * y + 0.8 * rng.standard_normal(n)
    items = {f"a{k}": 0.7 * first + 0.6 * rng.standard_normal(n) for k in (1, 2)}
    others = {f"d{k}": 10.0 * (0.7 * second + 0.7 * rng.standard_normal(n)) for k in (1, 2, 3)}
    return pd.DataFrame({**items, "y": y, **others})


@pytest.mark.parametrize("seed", [6, 33, 43])
def test_a_latent_scaled_twice_is_tried_in_both_sizes(seed: int) -> None:
    fit = fit_model(TWICE, stretchable(seed), std_lv=True)
    assert fit.admissible
    assert "likelier-elsewhere" in codes(fit) or chisq_from_elsewhere(fit) > fit.measures["chisq"] - 0.001


@pytest.mark.parametrize(("seed", "lowest"), [(33, 39.0087), (43, 45.9767)])
def test_of_two_possible_sizes_the_likelier_is_taken(seed: int, lowest: float) -> None:
    # the lowest of 2,000 random starts
    assert fit_model(TWICE, stretchable(seed), std_lv=True).measures["chisq"] == pytest.approx(
        lowest, abs=1e-3
    )


def test_the_same_answer_every_time() -> None:
    first, second = (fit_model(TWICE, stretchable(43), std_lv=True).theta for _ in range(2))
    assert (first == second).all()
