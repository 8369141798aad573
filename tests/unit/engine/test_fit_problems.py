"""What a person is told about data, identification and solutions that are not to be trusted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.engine import Moments, check_model, fit_model
from tam.errors import Problem, TamError

DATA = pd.read_csv(Path(__file__).resolve().parents[2] / "data" / "engine" / "tam.csv")
CFA = "PU =~ pu1 + pu2 + pu3\nPI =~ pi1 + pi2 + pi3"
PATHS = """PEOU =~ peou1 + peou2 + peou3
PU =~ pu1 + pu2 + pu3
PI =~ pi1 + pi2 + pi3
PU ~ a*PEOU
PI ~ b*PU + c*PEOU
"""


def problems_of(model: str, data: pd.DataFrame | Moments = DATA, **options: object) -> tuple[Problem, ...]:
    with pytest.raises(TamError) as caught:
        fit_model(model, data, **options)  # type: ignore[arg-type]
    assert all(one.exit_code == 2 for one in caught.value.problems)
    return caught.value.problems


def test_missing_columns_are_named_with_a_suggestion() -> None:
    found = problems_of("PU =~ pu1 + pu2 + PU3\nPI =~ pi1 + pi9 + pi3")
    assert [(one.code, one.where.column) for one in found] == [
        ("model-column-missing", "PU3"),
        ("model-column-missing", "pi9"),
    ]
    assert "pi" in found[1].what


def test_columns_that_cannot_be_analysed() -> None:
    data = DATA.assign(pu1="much", pu2=np.inf)
    assert [one.code for one in problems_of(CFA, data)] == [
        "model-column-not-numeric",
        "model-column-infinite",
    ]
    assert problems_of(CFA, DATA.assign(pi2=4.0))[0].where.column == "pi2"
    twice = pd.concat([DATA, DATA[["pu1"]]], axis=1)
    assert problems_of(CFA, twice)[0].code == "model-column-twice"


def test_numbers_kept_as_nullable_integers_are_numbers() -> None:
    fit = fit_model(CFA, DATA[["pu1", "pu2", "pu3", "pi1", "pi2", "pi3"]].astype("Int64"))
    assert fit.measures["chisq"] == pytest.approx(fit_model(CFA, DATA).measures["chisq"])


def test_copied_and_combined_columns_are_named() -> None:
    one = problems_of(CFA, DATA.assign(pi3=8 - DATA["pi1"]))[0]
    assert one.code == "model-columns-same"
    assert {one.values["first"], one.values["second"]} == {"pi1", "pi3"}
    one = problems_of(CFA, DATA.assign(pu3=DATA["pu1"] + DATA["pu2"]))[0]
    assert one.code == "covariance-not-definite"
    assert set(one.values["columns"]) == {"pu1", "pu2", "pu3"}


def test_too_few_rows() -> None:
    one = problems_of(CFA, DATA.iloc[:6])[0]
    assert (one.code, one.values["needed"]) == ("model-too-few-rows", 7)


def test_incomplete_rows_are_left_out_and_counted() -> None:
    data = DATA.copy()
    data.loc[[3, 8], "pu2"] = np.nan
    data.loc[8, "pi1"] = np.nan
    fit = fit_model(CFA, data)
    assert fit.n == len(DATA) - 2
    note = fit.problems[0]
    assert (note.code, note.severity, note.exit_code) == ("rows-incomplete", "note", 0)
    assert note.values["columns"] == ["pu2 (2)", "pi1 (1)"]
    assert fit.admissible
    assert 3 not in fit.factor_scores().index


@pytest.mark.parametrize(
    ("model", "named"),
    [
        ("PU =~ pu1 + pu2", {"PU=~pu2", "PU~~PU", "pu1~~pu1", "pu2~~pu2"}),
        ("PU =~ NA*pu1 + pu2 + pu3 + pu4", {"PU=~pu1", "PU~~PU"}),
        ("PU =~ pu1 + pu2 + pu3\nF =~ 0\nF ~ PU", {"F~PU", "F~~F"}),
        ("pu1 ~ pi1\npi1 ~ pu1\npu1 ~~ pi1", {"pu1~pi1", "pi1~pu1", "pu1~~pi1"}),
        ("PU =~ pu1 + pu2 + pu3 + pu4\nPU ~ 1", {"PU~1", "pu1~1"}),
    ],
)
def test_what_is_not_identified_is_named(model: str, named: set[str]) -> None:
    found = {one.code: one for one in problems_of(model)}
    assert named <= set(found["not-identified"].values["parameters"])


def test_more_parameters_than_moments() -> None:
    found = problems_of("PU =~ pu1 + pu2\npu1 ~~ pu2")
    one = next(one for one in found if one.code == "more-parameters-than-moments")
    assert (one.values["npar"], one.values["moments"], one.values["df"]) == (5, 3, -2)


def test_identified_at_zero_degrees_of_freedom() -> None:
    fit = fit_model("PU =~ pu1 + pu2 + pu3", DATA)
    assert (fit.measures["df"], fit.measures["cfi"], fit.measures["rmsea"]) == (0, 1.0, 0.0)
    record = fit.to_dict()
    assert record["measures"]["pvalue"] is None
    assert "0 degrees" in record["unavailable"]["pvalue"]


def test_interactions_without_products() -> None:
    assert problems_of(CFA + "\npeou1 ~ PU:PI")[0].code == "interaction-not-expanded"
    assert problems_of("pi1 ~ pu1 + peou1 + pu1:peou1")[0].code == "interaction-not-expanded"
    data = DATA.assign(**{"pu1:peou1": DATA["pu1"] * DATA["peou1"]})
    assert fit_model("pi1 ~ pu1 + peou1 + pu1:peou1", data).converged


@pytest.mark.parametrize(
    "options",
    [
        {"estimator": "OLS"},
        {"missing": "pairwise"},
        {"se": "jackknife"},
        {"information": "first.order"},
    ],
)
def test_what_is_not_offered_is_refused_by_name(options: dict[str, object]) -> None:
    one = problems_of(CFA, **options)[0]
    assert one.code == "option-not-offered"
    assert one.values["option"] in options


@pytest.mark.parametrize("level", [0.0, 1.0, 95, float("nan")])
def test_confidence_levels(level: float) -> None:
    assert problems_of(CFA, ci=level)[0].code == "level-out-of-range"


def test_a_negative_variance_is_reported_and_named() -> None:
    fit = fit_model(
        "PEOU =~ peou3 + peou4\nPU =~ pu3 + pu4\nPI =~ pi3 + pi4\nPU ~ PEOU\nPI ~ PU\n", DATA.iloc[10:55]
    )
    assert fit.converged
    assert not fit.admissible
    found = {one.code: one for one in fit.problems}
    assert found["negative-variance"].values["variable"] == "peou3"
    assert found["negative-variance"].exit_code == 1
    assert "peou3" not in fit.r2
    assert "r2.peou3" in fit.to_dict()["unavailable"]


def test_no_minimum_gives_no_numbers_to_believe() -> None:
    model = "PEOU =~ peou1 + peou2 + peou3\nKOL =~ kol1 + kol2 + kol4\nPI =~ pi3 + pi4\nPI ~ PEOU + KOL"
    fit = fit_model(model, DATA.iloc[150:195])  # lavaan does not converge here either
    assert not fit.converged
    assert not fit.admissible
    one = next(one for one in fit.problems if one.code == "not-converged")
    assert "pi3~~pi3" in one.values["parameters"]
    record = fit.to_dict()
    assert record["measures"]["chisq"] is None
    assert all(row["se"] is None for row in record["estimates"])
    json.dumps(record, allow_nan=False)


@pytest.mark.parametrize(
    ("bounds", "labels", "chisq", "active"),
    [  # estimates and chi-square of lavaan 0.6-14, sem(model, data) with the same bounds
        ("b > 0.1", {"a": 0.521, "b": 0.450, "c": 0.176}, 26.3981649, []),
        ("b > 0.7", {"a": 0.505, "b": 0.700, "c": 0.053}, 36.3490162, ["b > 0.7"]),
        ("b > 0.7\nc < b - 0.6", {"a": 0.505, "b": 0.700, "c": 0.053}, 36.3490162, ["b > 0.7"]),
        ("a < 0.3\na > b", {"a": 0.300, "b": 0.300, "c": 0.252}, 42.6622529, ["a < 0.3", "a > b"]),
    ],
)
def test_bounds_hold_and_say_when_they_bind(
    bounds: str, labels: dict[str, float], chisq: float, active: list[str]
) -> None:
    fit = fit_model(PATHS + bounds, DATA)
    rows = fit.estimates.set_index("label")
    for label, value in labels.items():
        assert rows.loc[label, "est"] == pytest.approx(value, abs=5e-4)
    assert fit.measures["chisq"] == pytest.approx(chisq, abs=1e-4)
    assert fit.measures["df"] == 24
    assert sorted(one.values["bound"] for one in fit.problems if one.code == "bound-active") == active


def test_a_parameter_held_by_a_constraint_has_no_standard_error() -> None:
    fit = fit_model(PATHS + "c == 0.2", DATA)
    row = fit.estimates.set_index("label").loc["c"]
    assert row["est"] == 0.2
    assert np.isnan(row["se"])
    assert fit.to_dict()["unavailable"]["estimates.PI ~ PEOU.se"] == "a constraint holds it at this value"
    assert fit.measures["df"] == 25


def test_the_shape_of_the_result() -> None:
    record = fit_model(PATHS + "ab := a*b", DATA).to_dict()
    top = "estimator missing engine n converged admissible iterations estimates measures r2 bootstrap"
    assert list(record) == [*top.split(), "unavailable", "problems"]
    assert record["n"] == {"total": len(DATA), "groups": {}}
    first, last = record["estimates"][0], record["estimates"][-1]
    columns = "lhs op rhs group label free est se z p ci_low ci_high std std_se std_lv"
    assert list(first) == columns.split()
    assert (first["free"], first["se"], first["z"], first["p"], first["group"]) == (
        False,
        None,
        None,
        None,
        None,
    )
    assert first["std_se"] > 0
    assert (last["lhs"], last["op"], last["rhs"], last["label"], last["group"]) == (
        "ab",
        ":=",
        "a*b",
        "ab",
        None,
    )
    assert record["unavailable"]["cfi_robust"]
    json.dumps(record, allow_nan=False)


def test_check_model_estimates_nothing_and_says_the_same() -> None:
    assert check_model(CFA, DATA) == ()
    assert check_model("PU =~ pu1 + pu2", DATA) == problems_of("PU =~ pu1 + pu2")
    assert check_model("PU =~ pu1 +", DATA)[0].code == "syntax-unexpected"


def test_data_are_not_changed() -> None:
    before = DATA.copy()
    fit_model(CFA, DATA)
    pd.testing.assert_frame_equal(DATA, before)


def test_matrices_that_are_none() -> None:
    names = ("pu1", "pu2", "pu3")
    good = np.array([[2.0, 1.0, 0.9], [1.0, 2.0, 1.1], [0.9, 1.1, 2.0]])
    model = "PU =~ pu1 + pu2 + pu3"
    assert fit_model(model, Moments(names, good, None, 100)).converged
    assert (
        problems_of(model, Moments(names, good, None, 100), meanstructure=True)[0].code
        == "moments-without-means"
    )
    lopsided = good + np.triu(np.full((3, 3), 0.2), 1)
    assert problems_of(model, Moments(names, lopsided, None, 100))[0].code == "moments-asymmetric"
    impossible = np.array([[1.0, 0.9, -0.9], [0.9, 1.0, 0.9], [-0.9, 0.9, 1.0]])
    assert problems_of(model, Moments(names, impossible, None, 100))[0].code == "covariance-not-definite"
    assert problems_of(model, Moments(names, good * np.nan, None, 100))[0].code == "moments-incomplete"
    assert problems_of(model, Moments(names, good, None, 3))[0].code == "model-too-few-rows"
    assert (
        problems_of("PU =~ pu1 + pu2 + x", Moments(names, good, None, 100))[0].code == "model-column-missing"
    )
    with pytest.raises(TamError):
        fit_model(model, Moments(names, good, None, 100)).factor_scores()
