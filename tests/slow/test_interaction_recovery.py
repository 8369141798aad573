"""What docs/explanation/which-interaction-estimator.md says of the estimators holds in the stored study.

``-m slow`` for the part that draws samples anew; the stored numbers are read at once.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from scipy.stats import binom

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
#: Chance of a false alarm of one comparison; there are about a hundred.
ALPHA = 1e-4
LATENT = (
    "dblcent",
    "dblcent_robust",
    "dblcent_matched",
    "residual",
    "unconstrained",
    "constrained",
    "lms",
    "qml",
    "single_indicator",
    "factor_scores",
)
#: Those that take factors to be normal in one way or another.
NORMAL = ("constrained", "lms", "qml", "factor_scores")


@pytest.fixture(scope="module")
def scripts() -> Iterator[tuple[ModuleType, ModuleType]]:
    """The study and the writer of its page."""
    if not (ROOT / "benchmarks" / "interaction_recovery.py").is_file():
        pytest.skip("the benchmarks are absent")
    folders = [str(ROOT), str(ROOT / "docs")]
    sys.path[:0] = folders
    try:
        names = ("benchmarks.interaction_recovery", "which_interaction_estimator")
        study, page = (importlib.import_module(name) for name in names)
        yield study, page
    finally:
        for folder in folders:
            sys.path.remove(folder)


@pytest.fixture(scope="module")
def cells(scripts: tuple[ModuleType, ModuleType]) -> dict[tuple[int, float, float, float], dict[str, Any]]:
    stored = scripts[1].stored()["cells"]
    return {(one["n"], one["reliability"], one["skew"], one["interaction"]): one for one in stored}


@pytest.fixture(scope="module")
def limits(scripts: tuple[ModuleType, ModuleType]) -> dict[tuple[float, float, float], dict[str, Any]]:
    """Bias of every estimator in one sample of 100,000 of each population."""
    stored = scripts[1].stored()["limits"]
    return {
        (one["reliability"], one["skew"], one["interaction"]): one["estimators"]
        for one in stored
        if one["skew"] == one["other"]
    }


def test_the_first_samples_come_out_again(scripts: tuple[ModuleType, ModuleType], cells: Any) -> None:
    study, _ = scripts
    for cell in study.CELLS:
        stored = cells[cell.n, cell.reliability, cell.skew, cell.interaction]["estimators"]
        for name, row in study.answers(cell, 0, tuple(stored)).items():
            (kept, *_) = stored[name]["first"]
            # Estimates are found to a millionth; numpy's versions may differ in the last digits of a draw.
            assert (row["est"] is None) == (kept is None)
            assert kept is None or row["est"] == pytest.approx(kept, rel=1e-4, abs=1e-5), (cell.key, name)


def test_every_estimator_has_an_answer_to_most_samples(cells: Any) -> None:
    for cell in cells.values():
        for name, row in cell["estimators"].items():
            assert row["used"] > 0.8 * row["samples"], (cell["n"], cell["reliability"], name)
            if name in ("constrained", "lms", "qml", "single_indicator", "factor_scores", "observed_scores"):
                assert row["used"] > 0.95 * row["samples"], (cell["n"], cell["reliability"], name)
            if cell["n"] == 500 or cell["reliability"] == 0.9:
                assert row["used"] > 0.95 * row["samples"], (cell["n"], cell["reliability"], name)


@pytest.mark.parametrize("interaction", [0.2, 0.0])
@pytest.mark.parametrize("name", LATENT)
def test_with_normal_factors_reliable_items_and_many_respondents_intervals_keep_their_word(
    cells: Any, name: str, interaction: float
) -> None:
    row = cells[500, 0.9, 0.0, interaction]["estimators"][name]
    # Products are not normal: plain errors are a little too small, for which two points are allowed.
    least = binom.ppf(ALPHA, row["used"], 0.93)
    assert row["coverage"] * row["used"] >= least
    assert abs(row["bias"]) < 0.01
    # The spread is read from quartiles, whose own error is 1.17 / sqrt(samples).
    assert abs(row["se_ratio"] - 1) < 0.05 + 3 * 1.17 / row["used"] ** 0.5


@pytest.mark.parametrize("name", LATENT)
def test_with_normal_factors_all_end_at_the_truth(limits: Any, name: str) -> None:
    for reliability, interaction in product((0.7, 0.9), (0.2, 0.0)):
        row = limits[reliability, 0.0, interaction][name]
        assert abs(row["bias"]) < 4 * row["se"]


@pytest.mark.parametrize("name", ["dblcent", "dblcent_matched", "unconstrained"])
def test_with_skewed_factors_centred_products_end_at_the_truth(limits: Any, name: str) -> None:
    for reliability, interaction in product((0.7, 0.9), (0.2, 0.0)):
        # Products of skewed factors have long tails: the robust errors are the right ones.
        error = limits[reliability, 2.0, interaction]["dblcent_robust"]["se"]
        assert abs(limits[reliability, 2.0, interaction][name]["bias"]) < 4 * error


@pytest.mark.parametrize("name", [*NORMAL, "residual"])
def test_with_skewed_factors_methods_for_normal_ones_end_too_high(limits: Any, name: str) -> None:
    for interaction in (0.2, 0.0):
        weak, good = (limits[reliability, 2.0, interaction][name] for reliability in (0.7, 0.9))
        assert good["bias"] > 3 * good["se"] and weak["bias"] > 5 * weak["se"]
        assert weak["bias"] > good["bias"], "the more so the less reliable the items"


def test_what_is_not_there_has_the_sign_of_the_skewness(limits: Any) -> None:
    for name in (*NORMAL, "residual"):
        mild, turned = limits[0.7, 1.0, 0.0][name], limits[0.7, -2.0, 0.0][name]
        assert 0.02 < mild["bias"] < limits[0.7, 2.0, 0.0][name]["bias"]
        assert turned["bias"] < -0.03


def test_single_indicators_test_rightly_with_skewed_factors_but_overstate(limits: Any) -> None:
    for reliability in (0.7, 0.9):
        none = limits[reliability, 2.0, 0.0]["single_indicator"]
        assert abs(none["bias"]) < 4 * none["se"]
    assert limits[0.7, 2.0, 0.2]["single_indicator"]["bias"] > 0.03


def test_with_normal_factors_lms_and_qml_err_least_of_the_methods_with_items(cells: Any) -> None:
    for n, interaction in product((200, 500), (0.2, 0.0)):
        rows = cells[n, 0.7, 0.0, interaction]["estimators"]
        for name in ("dblcent", "dblcent_matched", "residual", "unconstrained"):
            assert rows["lms"]["rmse"] < rows[name]["rmse"]
        assert rows["qml"]["rmse"] == pytest.approx(rows["lms"]["rmse"], rel=0.1)


def test_scores_without_correction_are_too_small_with_normal_factors(cells: Any) -> None:
    for n, reliability in product((200, 500), (0.7, 0.9)):
        row = cells[n, reliability, 0.0, 0.2]["estimators"]["observed_scores"]
        assert row["bias"] < -0.015
        # but their test is honest
        none = cells[n, reliability, 0.0, 0.0]["estimators"]["observed_scores"]
        assert none["coverage"] * none["used"] >= binom.ppf(ALPHA, none["used"], 0.94)


@pytest.mark.parametrize("name", NORMAL)
def test_with_skewed_factors_methods_for_normal_ones_find_what_is_not_there(cells: Any, name: str) -> None:
    rows = cells[500, 0.7, 2.0, 0.0]["estimators"]
    row, products = rows[name], rows["dblcent_robust"]
    assert row["positive"] * row["used"] > binom.ppf(1 - ALPHA, row["used"], 0.025)
    assert abs(products["bias"]) < row["bias"] / 2
    assert products["positive"] < row["positive"] / 2
