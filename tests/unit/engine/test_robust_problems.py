"""What a person is told about robust estimators and comparisons that cannot be made."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.engine import Fit, Moments, fit_model
from tam.errors import Problem, TamError
from tam.stats.scaled_tests import (
    plain_difference,
    satorra_2000,
    satorra_bentler_2001,
    scaling_factor,
)

DATA = pd.read_csv(Path(__file__).resolve().parents[2] / "data" / "engine" / "tam.csv")
PATHS = "PEOU =~ peou1 + peou2 + peou3\nPU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2 + pi3\nPU ~ PEOU\n"
LARGER, LESS = PATHS + "PI ~ PU + PEOU", PATHS + "PI ~ PU"


def comparison_problems(one: Fit, other: Fit, method: str = "default") -> tuple[Problem, ...]:
    with pytest.raises(TamError) as caught:
        one.compare(other, method)
    assert all(found.exit_code == 2 for found in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize("options", [{"estimator": "MLR"}, {"estimator": "MLM"}, {"se": "robust"}])
def test_robust_estimators_need_rows(options: dict[str, str]) -> None:
    names = ("pu1", "pu2", "pu3", "pu4")
    moments = Moments(names, DATA[list(names)].cov().to_numpy(), None, len(DATA))
    with pytest.raises(TamError) as caught:
        fit_model("PU =~ pu1 + pu2 + pu3 + pu4", moments, **options)  # type: ignore[arg-type]
    assert [one.code for one in caught.value.problems] == ["robust-needs-rows"]


def test_plain_difference_of_maximum_likelihood_fits() -> None:
    larger, less = fit_model(LARGER, DATA), fit_model(LESS, DATA)
    found = larger.compare(less)
    assert found == less.compare(larger)
    assert found.method == "chisq"
    assert found.df == 1
    assert found.chisq == pytest.approx(less.measures["chisq"] - larger.measures["chisq"])
    # The same for the order of the variables in the model.
    turned = "\n".join(reversed(LESS.splitlines()))
    assert larger.compare(fit_model(turned, DATA)).chisq == pytest.approx(found.chisq, abs=1e-8)


def test_models_that_are_not_nested() -> None:
    one = fit_model(LARGER, DATA)
    assert comparison_problems(one, one)[0].code == "comparison-same-df"
    same = fit_model(PATHS + "PI ~ PEOU\nPI ~~ 0*PU", DATA)
    assert comparison_problems(same, fit_model(LESS, DATA))[0].code == "comparison-same-df"
    swapped = LARGER.replace("peou3", "_").replace("pu1", "peou3").replace("_", "pu1")
    codes = [found.code for found in comparison_problems(fit_model(swapped, DATA), fit_model(LESS, DATA))]
    assert codes == ["comparison-larger-fits-worse"]


def test_different_data_estimators_and_methods() -> None:
    one, less = fit_model(LARGER, DATA), fit_model(LESS, DATA.iloc[:200])
    assert comparison_problems(one, less)[0].code == "comparison-different-data"
    other = fit_model("PU =~ pu1 + pu2 + pu3 + pu4", DATA)
    assert comparison_problems(one, other)[0].values["difference"].startswith("pe")
    robust = fit_model(LESS, DATA, estimator="MLR")
    assert comparison_problems(one, robust)[0].code == "comparison-different-estimators"
    found = comparison_problems(one, fit_model(LESS, DATA), "satorra.2000")[0]
    assert (found.code, list(found.values["offered"])) == ("comparison-method-not-offered", ["chisq"])
    rows = DATA.sample(frac=1.0, replace=True, random_state=3)
    assert comparison_problems(one, fit_model(LESS, rows))[0].values["difference"] == "covariances"


def test_differences_by_hand() -> None:
    """c_d = (24 * 1.2 - 20 * 1.1) / 4 = 1.7; (30 - 20) / 1.7."""
    found = satorra_bentler_2001(30.0, 24, 1.2, 20.0, 20, 1.1)
    assert found.factor == pytest.approx(1.7)
    assert found.chisq == pytest.approx(10.0 / 1.7)
    # A chi-square of 5.991465 has probability .05 with 2 degrees of freedom.
    assert plain_difference(15.991465, 12, 10.0, 10).pvalue == pytest.approx(0.05, abs=1e-6)
    # With equal weights nothing is left to shift: T / 2.
    even = satorra_2000(20.0, 5, 10.0, 3, 2.0 * np.eye(2))
    assert (even.chisq, even.shift) == (pytest.approx(5.0), pytest.approx(0.0))
    assert satorra_2000(20.0, 5, 10.0, 3, np.diag([1.0, 3.0]), shifted=False).chisq == pytest.approx(5.0)
    assert scaling_factor(30.0, 20) == 1.5


def test_differences_that_do_not_exist() -> None:
    with pytest.raises(ValueError, match="not positive"):
        satorra_bentler_2001(30.0, 24, 1.0, 20.0, 20, 1.3)
    with pytest.raises(ValueError, match="degrees of freedom"):
        plain_difference(1.0, 3, 1.0, 3)
    with pytest.raises(ValueError, match="degrees of freedom"):
        scaling_factor(0.0, 0)
    with pytest.raises(ValueError, match="not positive"):
        satorra_2000(2.0, 3, 1.0, 2, np.zeros((1, 1)))


def test_wald_tests_that_cannot_be_made() -> None:
    fit = fit_model(PATHS.replace("PU ~ ", "PU ~ a*") + "PI ~ b*PU + 0.5*PEOU\nab := a*b", DATA)

    def codes(text: str) -> list[str]:
        with pytest.raises(TamError) as caught:
            fit.wald(text)
        return [one.code for one in caught.value.problems]

    assert codes("a == b; ab == d") == ["unknown-label"]
    assert codes("a < b") == ["wald-only-equalities"]
    assert codes("") == ["wald-nothing"]
    assert codes("a == b; b == a") == ["wald-dependent"]
    assert codes("a == a") == ["wald-dependent"]
    assert codes("a == ") == ["syntax-unexpected"]
    # One constraint on one parameter: the square of its z.
    z = float(fit.estimates.query("label == 'a'")["z"].iloc[0])
    assert fit.wald("a == 0").chisq == pytest.approx(z**2)
