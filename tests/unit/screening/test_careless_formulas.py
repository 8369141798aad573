"""Formulas of careless answering against the R package careless 1.2.2 and hand calculation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.stats.careless import individual_variability, long_string, uniform_answers

DATA = Path(__file__).resolve().parents[2] / "data" / "tam_sim"


@pytest.fixture(scope="module")
def careless() -> dict[str, object]:
    return json.loads((DATA / "expected.json").read_text(encoding="utf-8"))["careless"]


@pytest.fixture(scope="module")
def codes() -> np.ndarray:
    return pd.read_csv(DATA / "tam_sim_complete.csv").to_numpy(dtype=float)


def test_long_string_equals_careless(careless, codes):
    found = long_string(codes)
    assert found[: len(careless["longstr"])].tolist() == careless["longstr"]
    assert found.sum() == careless["longstr_sum"]


def test_individual_variability_equals_careless(careless, codes):
    found = individual_variability(codes)
    np.testing.assert_allclose(found[: len(careless["irv"])], careless["irv"], rtol=0, atol=1e-9)
    # printed with ten digits
    assert found.mean() == pytest.approx(careless["irv_mean"], abs=1e-9)


def test_a_missing_answer_ends_a_run():
    nan = np.nan
    assert long_string(np.array([[1, 1, nan, 1, 1, 1.0], [nan] * 6, [1, 2, 3, 4, 5, 6.0]])).tolist() == [
        3,
        0,
        1,
    ]


def test_variability_needs_two_answers():
    nan = np.nan
    found = individual_variability(np.array([[1, nan], [nan, nan], [1, 3.0]]))
    np.testing.assert_allclose(found, [nan, nan, np.sqrt(2)])


@pytest.mark.parametrize(
    ("answers", "expected"),
    [([4, 4, 4], 3), ([4, 4, np.nan], 2), ([np.nan, np.nan, 4], 0), ([4, 4, 5], 0), ([np.nan] * 3, 0)],
)
def test_uniform_answers_need_both_directions(answers, expected):
    reverse = np.array([False, True, False])
    assert uniform_answers(np.array([answers], dtype=float), reverse).tolist() == [expected]
