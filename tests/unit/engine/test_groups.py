"""Models of several groups: what is refused, what is told, and the shape of the result."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.engine import Moments, fit_model, read_moments
from tam.errors import Problem, TamError

DATA = pd.read_csv(Path(__file__).resolve().parents[2] / "data" / "engine" / "tam.csv")
CFA = "PU =~ pu1 + pu2 + pu3 + pu4\nPI =~ pi1 + pi2 + pi3"
ITEMS = ["pu1", "pu2", "pu3", "pu4", "pi1", "pi2", "pi3"]
SCALAR = ("loadings", "intercepts")


def problems_of(model: str, data: Any = DATA, **options: Any) -> tuple[Problem, ...]:
    with pytest.raises(TamError) as caught:
        fit_model(model, data, **options)
    assert all(one.what and one.mend for one in caught.value.problems)
    return caught.value.problems


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"group": "school"}, "model-group-column-missing"),
        ({"group_equal": ("loadings",)}, "group-equal-one-group"),
        ({"group": "group", "group_equal": ("loading",)}, "option-not-offered"),
        ({"group": "group", "group_equal": SCALAR, "group_partial": ("PU=~pu9",)}, "group-partial-unknown"),
    ],
)
def test_what_is_refused(options: dict[str, Any], code: str) -> None:
    assert [one.code for one in problems_of(CFA, **options)] == [code]


def test_a_group_column_with_one_value_is_no_grouping() -> None:
    data = DATA.assign(group="everybody")
    assert problems_of(CFA, data, group="group")[0].code == "group-column-constant"


@pytest.mark.parametrize("vector", ["c(a, b, d)*", "c(1, 2, 3)*", "start(c(1, 2, 3))*"])
def test_vectors_have_a_value_per_group(vector: str) -> None:
    found = problems_of(CFA.replace("pu2", f"{vector}pu2"), group="group")
    assert [one.code for one in found] == ["group-vector-length"]
    assert found[0].values["groups"] == 2


def test_a_group_that_is_too_small_is_named() -> None:
    data = DATA.assign(group=["few"] * 6 + ["many"] * (len(DATA) - 6))
    found = problems_of(CFA, data, group="group")
    assert [(one.code, one.values["group"], one.values["n"]) for one in found] == [
        ("model-group-too-small", "few", 6)
    ]


def test_a_column_constant_in_one_group_is_named_with_the_group() -> None:
    data = DATA.copy()
    data.loc[data["group"] == "B", "pu3"] = 4.0
    assert "pu3 (B)" in problems_of(CFA, data, group="group")[0].what


def test_rows_without_a_group_are_counted() -> None:
    data = DATA.copy()
    data.loc[[3, 5], "group"] = None
    fit = fit_model(CFA, data, group="group")
    assert fit.n == len(DATA) - 2
    assert [one.code for one in fit.problems] == ["rows-without-group"]


def test_labels_are_text_in_order_of_first_appearance() -> None:
    data = DATA.assign(group=DATA["group"].map({"A": 2.0, "B": 10.0})).iloc[::-1]
    fit = fit_model(CFA, data, group="group")
    assert fit.groups == ("10", "2")
    assert list(fit.estimates["group"].unique()) == ["10", "2"]


def test_the_order_of_the_rows_of_a_group_does_not_matter() -> None:
    first = fit_model(CFA, DATA, group="group", group_equal=SCALAR)
    mixed = pd.concat([DATA.iloc[:1], DATA.iloc[1:].sample(frac=1.0, random_state=3)])
    second = fit_model(CFA, mixed, group="group", group_equal=SCALAR)
    assert second.measures["chisq"] == pytest.approx(first.measures["chisq"], rel=1e-9)


def test_record_of_several_groups() -> None:
    fit = fit_model(CFA + "\nPI ~ c(a, b)*PU\nd := a - b", DATA, group="group", group_equal=("loadings",))
    record = json.loads(json.dumps(fit.to_dict()))
    sizes = DATA["group"].value_counts().to_dict()
    assert record["n"] == {"total": len(DATA), "groups": sizes}
    assert set(record["r2"]) == {"A", "B"}
    assert set(record["r2"]["A"]) == {*ITEMS, "PI"}
    assert sum(record["groups_chisq"].values()) == pytest.approx(record["measures"]["chisq"])
    groups = [row["group"] for row in record["estimates"]]
    assert groups == sorted(groups[:-1]) + [None]
    assert record["estimates"][-1]["op"] == ":="
    assert fit_model(CFA, DATA).to_dict().get("groups_chisq") is None


def test_equal_parameters_share_one_place_in_theta() -> None:
    fit = fit_model(CFA, DATA, group="group", group_equal=SCALAR)
    rows = fit.estimates.set_index(["lhs", "op", "rhs", "group"])["est"]
    assert rows["PU", "=~", "pu2", "A"] == rows["PU", "=~", "pu2", "B"]
    assert rows["PU", "~1", "", "A"] == 0.0
    assert rows["PU", "~1", "", "B"] != 0.0
    assert "PU~1.g2" in fit.free
    assert fit.free.count("PU=~pu2") == 1
    assert "PU=~pu2.g2" not in fit.free


def grouped_moments(data: pd.DataFrame) -> dict[str, Moments]:
    return {
        label: Moments(
            tuple(ITEMS), np.cov(part[ITEMS].to_numpy().T), part[ITEMS].mean().to_numpy(), len(part)
        )
        for label, part in data.groupby("group", sort=False)
    }


@pytest.mark.parametrize("estimator", ["ML", "GLS", "ULS"])
def test_moments_by_group_are_enough(estimator: str) -> None:
    options: dict[str, Any] = {"group_equal": SCALAR, "estimator": estimator}
    rows = fit_model(CFA, DATA, group="group", **options)
    moments = fit_model(CFA, grouped_moments(DATA), **options)
    assert np.allclose(rows.estimates["est"], moments.estimates["est"], atol=1e-10)
    assert np.allclose(rows.estimates["se"], moments.estimates["se"], atol=1e-10, equal_nan=True)


def moments_text(layout: str) -> str:
    lines = ["group," + ("" if layout == "plain" else ",") + ",".join(ITEMS)]
    for label, one in grouped_moments(DATA).items():
        for at, row in enumerate(one.covariance):
            numbers = row if layout == "plain" else row[: at + 1]
            start = [label] if layout == "plain" else [label, ITEMS[at]]
            lines.append(",".join([*start, *(repr(float(value)) for value in numbers)]))
        assert one.means is not None
        lines.append(",".join([label, "mean", *(repr(float(value)) for value in one.means)]))
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("layout", ["plain", "labelled"])
def test_moments_files_with_groups(tmp_path: Path, layout: str) -> None:
    path = tmp_path / "moments.csv"
    path.write_text(moments_text(layout), encoding="utf-8")
    theirs = grouped_moments(DATA)
    found = read_moments(path, [one.nobs for one in theirs.values()])
    assert list(found) == list(theirs)
    for label, one in found.items():
        assert np.allclose(one.covariance, theirs[label].covariance, atol=1e-14)
        assert one.means is not None
        assert np.allclose(one.means, theirs[label].means, atol=1e-14)


@pytest.mark.parametrize(
    ("text", "sizes", "code"),
    [
        ("a,b\n1\n0,1\n", [50, 60], "no-groups"),
        ("group,a,b\nx,1,0\nx,0,1\n", [50, 60], "sizes"),
        ("group,a,b\nx,1,0\n,0,1\n", [50, 60], "group-empty"),
        ("group,a,b\nx,1,0\nx,0,1\ny,1,0\ny,0,1\n", [50, 1], "nobs"),
        ("group,a,b\nx,1,0\nx,0,1\ny,1,0\n", [50, 60], "shape"),
    ],
)
def test_moments_files_that_are_refused(tmp_path: Path, text: str, sizes: list[int], code: str) -> None:
    path = tmp_path / "moments.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TamError) as caught:
        read_moments(path, sizes)
    assert caught.value.problems[0].code == f"moments-file-{code}"
    assert caught.value.problems[0].what


def test_what_belongs_to_one_group_says_so() -> None:
    fit = fit_model(CFA, DATA, group="group")
    with pytest.raises(TamError) as caught:
        _ = fit.moments
    assert caught.value.problems[0].code == "one-group-only"


def test_factor_scores_keep_the_rows_in_their_order() -> None:
    data = DATA.sample(frac=1.0, random_state=1)
    fit = fit_model(CFA, data, group="group", group_equal=SCALAR)
    scores = fit.factor_scores()
    assert scores["group"].to_dict() == data["group"].to_dict()
    assert fit.factor_scores("bartlett")["PU"].corr(scores["PU"]) > 0.95


def test_bartlett_scores_have_what_they_need() -> None:
    assert fit_model(CFA, DATA).factor_scores("bartlett").shape == (len(DATA), 2)
    with pytest.raises(TamError) as caught:
        fit_model(CFA, DATA).factor_scores("thurstone")
    assert caught.value.problems[0].code == "option-not-offered"
