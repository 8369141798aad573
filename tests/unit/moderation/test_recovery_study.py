"""The study behind docs/explanation/which-interaction-estimator.md: its population, its answers, its page."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def recovery() -> Iterator[ModuleType]:
    """The script, which is no part of the installed package."""
    if not (ROOT / "benchmarks" / "interaction_recovery.py").is_file():
        pytest.skip("the benchmarks are absent")
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.interaction_recovery")
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def cell(recovery: ModuleType) -> Any:
    return next(
        one
        for one in recovery.CELLS
        if (one.n, one.reliability, one.skew, one.interaction) == (200, 0.9, 0.0, 0.2)
    )


def test_three_samples_by_every_estimator(recovery: ModuleType, cell: Any) -> None:
    names = tuple(recovery.available())
    found = recovery.studied(cell, 3, names, {})

    assert list(found) == list(names)
    for number in range(3):
        rows = {name: found[name][number] for name in names}
        assert all(row["converged"] and row["admissible"] for row in rows.values())
        values = [row["std"] for row in rows.values()]
        assert max(values) - min(values) < 0.15, "with reliable items and normal factors they agree"
        assert all(row["ci_low"] < row["est"] < row["ci_high"] for row in rows.values())


def test_a_study_that_goes_on_computes_only_what_is_missing(recovery: ModuleType, cell: Any) -> None:
    first = recovery.studied(cell, 2, ("observed_scores",), {})
    marked = {"observed_scores": [{**one, "seconds": -1.0} for one in first["observed_scores"]]}
    both = recovery.studied(cell, 3, ("observed_scores", "single_indicator"), marked)

    assert both["observed_scores"][:2] == marked["observed_scores"]
    assert [len(rows) for rows in both.values()] == [3, 3]
    again = recovery.studied(cell, 3, ("observed_scores",), {})
    drop = ("seconds",)
    for one, two in zip(again["observed_scores"], both["observed_scores"], strict=True):
        assert {key: one[key] for key in one if key not in drop} == {
            key: two[key] for key in two if key not in drop
        }


def test_two_processes_that_share_a_folder_lose_nothing(
    recovery: ModuleType, cell: Any, tmp_path: Path
) -> None:
    recovery._write(tmp_path, cell, {"lms": [1, 2, 3]})
    recovery._write(tmp_path, cell, {"lms": [1, 2], "qml": [5]})

    assert recovery._read(tmp_path, cell) == {"lms": [1, 2, 3], "qml": [5]}


@pytest.mark.parametrize(("skew", "interaction"), [(0.0, 0.2), (2.0, 0.2), (2.0, 0.0)])
def test_the_true_values_are_those_of_the_samples(
    recovery: ModuleType, skew: float, interaction: float
) -> None:
    """A sample of 400,000: variances of the factors, skewness, and the regression on the factors' items."""
    cell = recovery.Cell(400_000, 0.9, skew, interaction)
    items = recovery.sampler(cell).draw(cell.n, np.random.default_rng(3)).answers
    loading = cell.loading
    covariances = np.cov(items, rowvar=False)

    def shared(one: int, other: int) -> float:
        block = covariances[3 * one : 3 * one + 3, 3 * other : 3 * other + 3]
        kept = block[~np.eye(3, dtype=bool)] if one == other else block
        return float(kept.mean()) / loading**2

    assert shared(0, 0) == pytest.approx(1.0, abs=0.02)
    assert shared(0, 1) == pytest.approx(recovery.CORRELATION, abs=0.01)
    assert shared(2, 2) == pytest.approx(recovery.outcome_variance(skew, interaction), abs=0.025)
    centred = items - items.mean(axis=0)
    third = float(np.mean(centred[:, 0] * centred[:, 1] * centred[:, 2])) / loading**3
    assert third == pytest.approx(skew, abs=0.1), (
        "errors are independent: the items' coskewness is the factor's"
    )


def test_a_summary_leaves_out_what_a_triangulation_leaves_out(recovery: ModuleType, cell: Any) -> None:
    def row(est: float, **other: Any) -> dict[str, Any]:
        made = {"est": est, "se": 0.1, "ci_low": est - 0.2, "ci_high": est + 0.2, "std": est * cell.loading}
        return {**made, "converged": True, "admissible": True, "reason": None, "seconds": 0.5, **other}

    truth = cell.markers
    rows = [row(truth + 0.1), row(truth - 0.1), row(truth + 0.3), row(9.0, admissible=False)]
    rows.append({**row(0.0, converged=False, admissible=False), **dict.fromkeys(recovery.KEPT)})
    found = recovery.summary(cell, rows)

    assert (found["samples"], found["used"]) == (5, 3)
    assert (found["not_converged"], found["inadmissible"], found["astray"]) == (1, 1, 0)
    assert found["bias"] == pytest.approx(0.1 * cell.loading)
    assert found["coverage"] == pytest.approx(2 / 3)
    assert found["positive"] == pytest.approx(2 / 3) and found["negative"] == 0


def test_the_page_shows_what_is_stored() -> None:
    if not (ROOT / "benchmarks" / "interaction_recovery.json").is_file():
        pytest.skip("the benchmarks are absent")
    sys.path.insert(0, str(ROOT / "docs"))
    try:
        writer = importlib.import_module("which_interaction_estimator")
    finally:
        sys.path.remove(str(ROOT / "docs"))
    text = writer.PAGE.read_text(encoding="utf-8")
    assert writer.filled(text, writer.tables(writer.stored())) == text
