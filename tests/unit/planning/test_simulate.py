"""Simulated respondents follow the model they are drawn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from tam.planning.simulate import (
    GeneratingModel,
    draw_answers,
    draw_groups,
    draw_latent,
    random_answers,
    see_saws,
    simulate_attentive,
    straight_lines,
)

PLAN: dict[str, Any] = {
    "exogenous": ["X", "Z"],
    "correlations": {"X ~~ Z": 0.4},
    "equations": {
        "M": {"paths": {"X": 0.5}, "disturbance": 0.8},
        "Y": {"paths": {"M": 0.3, "Z": -0.2}, "products": {"M * Z": 0.25}, "disturbance": 0.6},
    },
    "thresholds": [-1.5, -0.5, 0.5, 1.5],
    "items": {
        "x1": {"construct": "X", "loading": 0.8},
        "x2": {"construct": "X", "loading": 0.6, "shift": 0.5},
        "y1": {"construct": "Y", "loading": 0.7},
    },
    "groupings": {
        "tier": {"shares": {"low": 0.25, "high": 0.75}, "shifts": {"low": {"Z": -0.9}, "high": {"Z": 0.3}}}
    },
}
MODEL = GeneratingModel.from_mapping(PLAN)
N = 200_000
NOISE = 0.012  # five standard errors of a correlation or a mean at n = 200,000


@pytest.fixture(scope="module")
def drawn() -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(11)
    groups = draw_groups(MODEL, N, rng)
    scores = draw_latent(MODEL, groups, rng)
    return groups, scores, draw_answers(MODEL, scores, rng)


def test_latent_equations_hold(drawn: tuple[Any, Any, Any]) -> None:
    """Least squares on the latent scores gives back paths, product and disturbance."""
    _, scores, _ = drawn
    design = np.column_stack([np.ones(N), scores["M"], scores["Z"], scores["M"] * scores["Z"]])
    weights, squares, *_ = np.linalg.lstsq(design, scores["Y"], rcond=None)
    assert weights == pytest.approx([0.0, 0.3, -0.2, 0.25], abs=NOISE)
    assert np.sqrt(squares[0] / N) == pytest.approx(0.6, abs=NOISE)


def test_exogenous_correlation_and_group_shifts(drawn: tuple[Any, Any, Any]) -> None:
    groups, scores, _ = drawn
    low = (groups["tier"] == "low").to_numpy()
    assert low.mean() == pytest.approx(0.25, abs=NOISE)
    assert scores["Z"][low].mean() == pytest.approx(-0.9, abs=2 * NOISE)
    assert scores["Z"][~low].mean() == pytest.approx(0.3, abs=NOISE)
    within = np.corrcoef(scores["X"][~low], scores["Z"][~low])[0, 1]
    assert within == pytest.approx(0.4, abs=NOISE)


def test_categories_have_the_shares_of_the_thresholds(drawn: tuple[Any, Any, Any]) -> None:
    """X has variance 1, so the reading is standard normal and a category's share is a difference of Phi."""
    _, _, answers = drawn
    for item, shift in (("x1", 0.0), ("x2", 0.5)):
        cuts = np.array([-np.inf, -1.5, -0.5, 0.5, 1.5, np.inf]) - shift
        expected = np.diff(norm.cdf(cuts))
        found = answers[item].value_counts(normalize=True).sort_index()
        assert list(found.index) == [1, 2, 3, 4, 5]
        assert found.to_numpy() == pytest.approx(expected, abs=NOISE)


def test_the_same_seed_gives_the_same_survey_and_another_does_not() -> None:
    def draw(seed: int) -> Any:
        return simulate_attentive(MODEL, 50, np.random.default_rng(seed))

    assert draw(3)[1].equals(draw(3)[1]) and draw(3)[0].equals(draw(3)[0])
    assert not draw(3)[1].equals(draw(4)[1])


def test_careless_patterns() -> None:
    rng = np.random.default_rng(1)
    lines, chance, saws = (f(200, 24, 7, rng) for f in (straight_lines, random_answers, see_saws))
    assert (np.ptp(lines, axis=1) == 0).all() and set(np.unique(lines)) == set(range(1, 8))
    assert set(np.unique(chance)) == set(range(1, 8)) and np.ptp(chance, axis=1).min() >= 3
    assert (np.abs(np.diff(saws, axis=1)) == 1).all()
    assert saws.min() == 1 and saws.max() == 7
