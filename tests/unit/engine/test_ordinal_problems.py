"""Every way of asking for ordered variables in vain is named, with what to do instead."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.lavaan_fit import fit
from tam.engine import Moments, fit_model
from tam.errors import TamError, Unavailable

MODEL = "F =~ a + b + c + d"


def answers(n: int = 150, seed: int = 2) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    common = rng.normal(size=n)
    columns = {
        name: np.digitize(common + rng.normal(size=n), [-0.8, 0.1, 1.0]) + 1 for name in ("a", "b", "c", "d")
    }
    return pd.DataFrame({**columns, "e": np.digitize(rng.normal(size=n), [0.0]), "x": rng.normal(size=n)})


def codes(model: str = MODEL, data: Any = None, **options: Any) -> list[str]:
    with pytest.raises(TamError) as caught:
        fit_model(model, answers() if data is None else data, **({"ordered": ("all",)} | options))
    return [one.code for one in caught.value.problems]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"ordered": (), "estimator": "WLSMV"}, "ordered-nothing"),
        ({"estimator": "MLR"}, "ordered-estimator"),
        ({"missing": "fiml"}, "ordered-fiml"),
        ({"se": "bootstrap"}, "option-not-offered"),
        ({"ci": 1.0}, "level-out-of-range"),
        ({"ordered": ("a", "aa")}, "ordered-not-in-model"),
        ({"model": "F =~ a + b + c\na | t4"}, "threshold-unknown"),
        ({"model": MODEL + "\nd | t1", "ordered": ("a", "b")}, "threshold-of-continuous"),
        ({"model": MODEL + "\na ~~ 0.5*a"}, "ordered-residual-variance"),
        ({"model": MODEL + "\nF ~ x", "ordered": ("a", "x")}, "ordered-only-predicts"),
        ({"model": "F =~ a + x", "ordered": ("a", "x")}, "ordered-many-answers"),
        ({"model": MODEL + "\nF ~ F2\nF2 =~ a:b"}, "ordered-interaction"),
        ({"model": "F =~ a + b"}, "not-identified"),
        ({"group_equal": ("loadings",)}, "group-equal-one-group"),
    ],
)
def test_what_cannot_be_had_is_named(options: dict[str, Any], expected: str) -> None:
    assert expected in codes(**options)


def test_all_problems_of_the_options_at_once() -> None:
    assert codes(estimator="MLM", missing="fiml", ci=2.0) == [
        "ordered-estimator",
        "ordered-fiml",
        "level-out-of-range",
    ]


def test_moments_hold_no_answers() -> None:
    moments = Moments(("a", "b", "c", "d"), np.eye(4) + 0.5, None, 100)
    assert codes(data=moments) == ["ordered-moments"]


def test_an_interaction_of_ordered_answers_is_refused_with_the_alternative() -> None:
    rng = np.random.default_rng(3)
    wide = pd.DataFrame(rng.integers(1, 5, size=(120, 9)), columns=list("abcdefghi"))
    with pytest.raises(TamError) as caught:
        fit("X =~ a+b+c\nZ =~ d+e+f\nY =~ g+h+i\nY ~ X + Z + X:Z", wide, ordered=("all",))
    (found,) = caught.value.problems
    assert found.code == "ordered-interaction"
    assert "--estimator MLR with --interaction dblcent" in found.to_dict()["mend"]


def test_answers_that_go_together_perfectly_are_named() -> None:
    data = answers()
    assert codes(data=data.assign(b=10 * data["a"])) in (["polychoric-ran-away"], ["model-columns-same"])


def test_groups_must_use_the_same_answers() -> None:
    data = answers()
    data["site"] = np.where(np.arange(len(data)) % 2, "north", "south")
    data = data[~((data["site"] == "north") & (data["a"] == 4))]
    assert codes(data=data, group="site") == ["ordered-answers-differ"]


def test_predictors_that_decide_an_answer_are_refused() -> None:
    data = answers()
    data["a"] = np.where(data["x"] > 0.3, 2, 1)
    assert codes(MODEL + "\nF ~ x", data) == ["ordered-separated"]


def test_empty_cells_are_noted_and_the_fit_stands() -> None:
    found = fit_model(MODEL, answers(n=60), ordered=("all",))
    assert found.converged
    assert "ordered-empty-cells" in [one.code for one in found.problems]


def test_what_a_least_squares_fit_does_not_have() -> None:
    found = fit_model(MODEL, answers(), ordered=("all",))
    for name in ("loglik", "aic", "bic", "bic_adjusted"):
        assert isinstance(found.measures[name], Unavailable)
    for ask, code in (
        (found.factor_scores, "ordered-scores"),
        (found.modification_indices, "ordered-modification"),
    ):
        with pytest.raises(TamError) as caught:
            ask()
        assert [one.code for one in caught.value.problems] == [code]


def test_a_saturated_model_has_nothing_to_test() -> None:
    found = fit_model("F =~ a + b + c", answers(), ordered=("all",))
    assert found.measures["df"] == 0
    assert isinstance(found.measures["pvalue_scaled"], Unavailable)
    assert found.measures["cfi_scaled"] == 1.0


def test_an_item_explained_beyond_everything_is_inadmissible() -> None:
    data = answers(n=80, seed=11)
    data["a"] = np.where(
        np.arange(80) % 9 == 0, data["a"], np.clip(data["b"] + (np.arange(80) % 5 == 0), 1, 4)
    )
    found = fit_model("F =~ a + b + 0.3*c + d\nF ~~ 1.4*F", data, ordered=("all",))
    assert not found.admissible
    assert "negative-variance" in [one.code for one in found.problems]


def test_the_result_as_plain_data() -> None:
    record = fit_model(MODEL + "\na | low*t1", answers(), ordered=("a", "b")).to_dict()
    assert record["estimator"] == "WLSMV"
    cuts = [row for row in record["estimates"] if row["op"] == "|"]
    assert [(row["lhs"], row["rhs"]) for row in cuts[:3]] == [("a", "t1"), ("a", "t2"), ("a", "t3")]
    assert cuts[0]["label"] == "low" and cuts[0]["free"] is True
    residual = next(
        row for row in record["estimates"] if (row["lhs"], row["op"], row["rhs"]) == ("a", "~~", "a")
    )
    assert residual["free"] is False and residual["se"] is None and 0 < residual["est"] < 1
    assert record["measures"]["aic"] is None
    assert record["unavailable"]["aic"] == "weighted least squares has no likelihood"
