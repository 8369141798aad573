"""MLM and MLR equal polished lavaan fits to 1e-6, on our own simulated survey, some of it made skewed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lavaan_peer import assert_estimates, assert_measures, differences
from robust_peer import assert_robust_measures

from tam.engine import Fit, fit_model

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "data" / "engine"
CASES: dict[str, dict[str, Any]] = json.loads((HERE / "robust_cases.json").read_text(encoding="utf-8"))
THEIRS: dict[str, Any] = json.loads((HERE / "lavaan_robust.json").read_text(encoding="utf-8"))["cases"]
TOLERANCE = 1e-6
OPTIONS = ("meanstructure", "std_lv", "fixed_x", "group")
NESTED = [name for name, case in CASES.items() if "less" in case or "less_options" in case]


def data_of(case: dict[str, Any]) -> pd.DataFrame:
    data = pd.read_csv(DATA / f"{case.get('data', 'tam')}.csv")
    items = [name for name in data.columns if name[-1].isdigit()]
    return data.assign(**{item: (data[item] / 5) ** case["power"] for item in items if "power" in case})


@cache
def our_fit(name: str, estimator: str, *, less: bool = False) -> Fit:
    case = CASES[name]
    options = {key: case[key] for key in OPTIONS if key in case}
    own = case.get("less_options", case) if less else case
    if "group_equal" in own:
        options["group_equal"] = tuple(own["group_equal"])
    model = case.get("less", case["model"]) if less else case["model"]
    return fit_model(model, data_of(case), estimator=estimator, **options)


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
@pytest.mark.parametrize("name", CASES)
def test_equal_to_polished_lavaan(name: str, estimator: str) -> None:
    theirs = THEIRS[name][estimator]
    assert theirs["gradient"] < 1e-9
    fit = our_fit(name, estimator)
    assert fit.converged
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert differences(fit.estimates["std"], theirs["std"]["est.std"]) <= TOLERANCE
    # lavaan differentiates the standardised solution numerically, good to about 2e-6.
    assert differences(fit.estimates["std_se"], theirs["std"]["se"]) <= 2e-6
    assert_measures(fit, theirs["fm"], TOLERANCE)
    assert_robust_measures(fit, theirs["fm"], TOLERANCE)


#: The last is lavaan's "satorra.2000" with ``scaled.shifted = FALSE``.
METHODS = ("satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000", "satorra.2000.scaled")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
@pytest.mark.parametrize("name", NESTED)
def test_difference_tests(name: str, estimator: str, method: str) -> None:
    theirs = THEIRS[name][estimator]["difference"][method]
    larger, less = our_fit(name, estimator), our_fit(name, estimator, less=True)
    found = larger.compare(less, method=method)
    assert found.df == theirs["df"]
    assert differences([found.chisq], [theirs["chisq"]]) <= TOLERANCE
    assert differences([found.pvalue], [theirs["pvalue"]]) <= TOLERANCE
    assert less.compare(larger, method=method) == found


@pytest.mark.parametrize("estimator", ["MLM", "MLR"])
def test_satorra_bentler_is_the_default_of_robust_fits(estimator: str) -> None:
    larger, less = our_fit("tam", estimator), our_fit("tam", estimator, less=True)
    assert larger.compare(less) == larger.compare(less, method="satorra.bentler.2001")
