"""Difference tests of fits with missing and with ordered answers against ``lavaan::lavTestLRT``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd
import pytest
from lavaan_peer import differences

from tam.engine import Fit, fit_model
from tam.stats.scaled_tests import DifferenceTest

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "engine"
THEIRS = json.loads((HERE / "lavaan_differences.json").read_text(encoding="utf-8"))
#: lavaan's own searches stop within this of the optimum.
TOLERANCE = 1e-6


def assert_same(found: DifferenceTest, theirs: Mapping[str, float]) -> None:
    assert found.df == theirs["df"]
    assert differences([found.chisq, found.pvalue], [theirs["chisq"], theirs["pvalue"]]) <= TOLERANCE


#: lavaan stops within 1e-5 of its optimum here, and a statistic of a squared estimate feels it twice.
WALD_TOLERANCE = 1e-5
Tests = Iterator[tuple[str, DifferenceTest, Mapping[str, float]]]


def missing_answers(estimator: str) -> Tests:
    """Method, our test, lavaan's."""
    data = pd.read_csv(DATA / "tam_mis.csv")
    larger, less = (
        fit_model(THEIRS[one], data, estimator=estimator, missing="fiml") for one in ("larger", "less")
    )
    for method, theirs in THEIRS[estimator].items():
        yield method, larger.compare(less, method), theirs


def ordered_answers() -> Tests:
    """Models of one group and steps of invariance of two."""
    data = pd.read_csv(DATA / "tam.csv")
    larger, less = (fit_model(THEIRS[one], data, ordered=("all",)) for one in ("larger", "less"))
    yield "one group", larger.compare(less), THEIRS["ordered"]
    steps = ((), ("thresholds",), ("thresholds", "loadings"))
    fits = [
        fit_model(THEIRS["measured"], data, ordered=("all",), group="group", group_equal=equal)
        for equal in steps
    ]
    for step, (one, other) in {"thresholds": (0, 1), "loadings": (1, 2), "both": (0, 2)}.items():
        yield f"equal {step}", fits[one].compare(fits[other]), THEIRS["ordered_groups"][step]


def labelled_fit(estimator: str) -> Fit:
    return fit_model(THEIRS["labelled"], pd.read_csv(DATA / "tam.csv"), estimator=estimator)


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
def test_missing_answers(estimator: str) -> None:
    for _, found, theirs in missing_answers(estimator):
        assert_same(found, theirs)


@pytest.mark.parametrize("estimator", ["ML", "MLM", "MLR"])
@pytest.mark.parametrize("name", THEIRS["wald"])
def test_wald(name: str, estimator: str) -> None:
    theirs = THEIRS["wald"][name][estimator]
    fit = labelled_fit(estimator)
    found = fit.wald(theirs["constraints"])
    assert found.df == theirs["df"]
    assert differences([found.chisq, found.pvalue], [theirs["chisq"], theirs["pvalue"]]) <= WALD_TOLERANCE
    if name == "curved":
        assert fit.wald("ab == 0.2") == found


def test_ordered_answers() -> None:
    for _, found, theirs in ordered_answers():
        assert_same(found, theirs)
