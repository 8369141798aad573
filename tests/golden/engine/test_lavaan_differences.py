"""Difference tests of fits with missing and with ordered answers against ``lavaan::lavTestLRT``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest
from lavaan_peer import differences

from tam.engine import fit_model
from tam.stats.scaled_tests import DifferenceTest

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "engine"
THEIRS = json.loads((HERE / "lavaan_differences.json").read_text(encoding="utf-8"))
#: lavaan's own searches stop within this of the optimum.
TOLERANCE = 1e-6


def assert_same(found: DifferenceTest, theirs: Mapping[str, float]) -> None:
    assert found.df == theirs["df"]
    assert differences([found.chisq, found.pvalue], [theirs["chisq"], theirs["pvalue"]]) <= TOLERANCE


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_missing_answers(estimator: str) -> None:
    data = pd.read_csv(DATA / "tam_mis.csv")
    larger, less = (
        fit_model(THEIRS[one], data, estimator=estimator, missing="fiml") for one in ("larger", "less")
    )
    for method, theirs in THEIRS[estimator].items():
        assert_same(larger.compare(less, method), theirs)


@pytest.mark.parametrize("estimator", ["ML", "MLM", "MLR"])
@pytest.mark.parametrize("name", THEIRS["wald"])
def test_wald(name: str, estimator: str) -> None:
    theirs = THEIRS["wald"][name][estimator]
    fit = fit_model(THEIRS["labelled"], pd.read_csv(DATA / "tam.csv"), estimator=estimator)
    found = fit.wald(theirs["constraints"])
    assert found.df == theirs["df"]
    # lavaan stops within 1e-5 of its optimum here, and a statistic of a squared estimate feels it twice.
    assert differences([found.chisq, found.pvalue], [theirs["chisq"], theirs["pvalue"]]) <= 1e-5
    if name == "curved":
        assert fit.wald("ab == 0.2") == found


def test_ordered_answers() -> None:
    data = pd.read_csv(DATA / "tam.csv")
    larger, less = (fit_model(THEIRS[one], data, ordered=("all",)) for one in ("larger", "less"))
    assert_same(larger.compare(less), THEIRS["ordered"])


def test_ordered_answers_of_two_groups() -> None:
    data = pd.read_csv(DATA / "tam.csv")
    steps = ((), ("thresholds",), ("thresholds", "loadings"))
    fits = [
        fit_model(THEIRS["measured"], data, ordered=("all",), group="group", group_equal=equal)
        for equal in steps
    ]
    theirs = THEIRS["ordered_groups"]
    assert_same(fits[0].compare(fits[1]), theirs["thresholds"])
    assert_same(fits[1].compare(fits[2]), theirs["loadings"])
    assert_same(fits[0].compare(fits[2]), theirs["both"])
