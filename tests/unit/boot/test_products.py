"""Product indicators and the expansion of ``X:Z`` in a model."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.engine.products import pair_items, product_indicators, sharing_pairs
from tam.engine.products_expand import expand_interactions
from tam.engine.products_fit import fit_interactions
from tam.engine.syntax import parse_model, print_model
from tam.errors import TamError

X, Z = ["x1", "x2", "x3"], ["z1", "z2"]


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    return pd.DataFrame(rng.integers(1, 8, size=(60, 8)).astype(float), columns=[*X, *Z, "y1", "y2", "y3"])


def _codes(error: pytest.ExceptionInfo[TamError]) -> list[str]:
    return [one.code for one in error.value.problems]


def test_products_by_hand(answers: pd.DataFrame) -> None:
    made = product_indicators(answers, X, Z)
    product = (answers.x2 - answers.x2.mean()) * (answers.z1 - answers.z1.mean())
    assert made.table["x2:z1"].to_numpy() == pytest.approx((product - product.mean()).to_numpy())
    assert made.indicators == ("x1:z1", "x1:z2", "x2:z1", "x2:z2", "x3:z1", "x3:z2")
    only_centred = product_indicators(answers, X, Z, "meancentred")
    assert only_centred.table["x2:z1"].to_numpy() == pytest.approx(product.to_numpy())


def test_residual_products_are_uncorrelated_with_every_item(answers: pd.DataFrame) -> None:
    made = product_indicators(answers, X, Z, "residual")
    both = pd.concat([made.table, answers[[*X, *Z]]], axis=1).corr()
    assert np.abs(both.loc[list(made.indicators), [*X, *Z]]).to_numpy().max() < 1e-12


def test_means_are_taken_over_the_answers_that_are_there(answers: pd.DataFrame) -> None:
    answers.loc[3, "x1"] = np.nan
    answers.loc[5, "z1"] = np.nan
    made = product_indicators(answers, X, Z).table["x1:z1"]
    assert made.isna().to_numpy().nonzero()[0].tolist() == [3, 5]
    raw = (answers.x1 - answers.x1.mean()) * (answers.z1 - answers.z1.mean())
    assert made.dropna().to_numpy() == pytest.approx((raw - raw.mean()).dropna().to_numpy())


def test_the_data_are_left_as_they_were(answers: pd.DataFrame) -> None:
    before = answers.copy()
    expand_interactions("X =~ x1+x2+x3\nZ =~ z1+z2\nY =~ y1+y2+y3\nY ~ X + Z + X:Z", answers)
    pd.testing.assert_frame_equal(answers, before)


def test_matched_pairs_name_the_surplus(answers: pd.DataFrame) -> None:
    made = product_indicators(answers, X, Z, pairs="matched")
    assert made.indicators == ("x1:z1", "x2:z2")
    assert made.surplus == ("x3",)
    assert made.covariances == ()


def test_products_that_share_an_item_covary() -> None:
    pairs = pair_items(["a", "b"], ["c", "d"], "all")
    assert set(sharing_pairs(pairs)) == {
        ("a:c", "a:d"),
        ("a:c", "b:c"),
        ("a:d", "b:d"),
        ("b:c", "b:d"),
    }


@pytest.mark.parametrize(
    ("left", "right", "method", "pairs", "codes"),
    [
        (X, Z, "lms", "all", ["interaction-method-unknown"]),
        (X, Z, "dblcent", "some", ["interaction-pairs-unknown"]),
        (X, [*Z, "x2"], "dblcent", "all", ["interaction-shared-item"]),
        (X, ["q9"], "qml", "all", ["interaction-method-unknown", "interaction-items-absent"]),
    ],
)
def test_what_is_not_offered_is_refused_all_at_once(
    answers: pd.DataFrame, left: list[str], right: list[str], method: str, pairs: str, codes: list[str]
) -> None:
    with pytest.raises(TamError) as error:
        product_indicators(answers, left, right, method, pairs)
    assert _codes(error) == codes


def test_interaction_becomes_a_measured_latent(answers: pd.DataFrame) -> None:
    model = "X =~ x1+x2+x3\nZ =~ z1+z2\nY =~ y1+y2+y3\nY ~ X + Z + X:Z"
    found = expand_interactions(model, answers, pairs="matched")
    assert "X:Z =~ x1:z1 + x2:z2" in print_model(found.syntax)
    assert {"x1:z1", "x2:z2"} <= set(found.data.columns)
    assert [one.code for one in found.problems] == ["interaction-surplus-items"]


def test_a_model_without_interaction_comes_back_as_it_is(answers: pd.DataFrame) -> None:
    syntax = parse_model("X =~ x1+x2+x3\nY =~ y1+y2+y3\nY ~ X")
    found = expand_interactions(syntax, answers)
    assert found.syntax == syntax and found.products == () and found.data is answers


def test_second_order_moderator_enters_by_the_item_means_of_its_parts() -> None:
    rng = np.random.default_rng(1)
    names = ["x1", "x2", "e1", "e2", "t1", "t2", "y1", "y2"]
    data = pd.DataFrame(rng.normal(size=(50, 8)), columns=names)
    model = "X =~ x1+x2\nE =~ e1+e2\nT =~ t1+t2\nC =~ E + T\nY =~ y1+y2\ne1 ~~ e2\nY ~ X + C + X:C"
    found = expand_interactions(model, data)
    text = print_model(found.syntax)
    assert "C =~ E_parcel + T_parcel" in text
    assert "E =~" not in text.replace("E_parcel", "") and "e1" not in text
    assert found.parcels == {"E_parcel": ("e1", "e2"), "T_parcel": ("t1", "t2")}
    assert found.data["E_parcel"].to_numpy() == pytest.approx(data[["e1", "e2"]].mean(axis=1).to_numpy())
    assert found.products[0].indicators[0] == "x1:E_parcel"


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("X =~ x1+x2\nY =~ y1+y2\nY ~ X + X:Q", "interaction-unknown-side"),
        ("X =~ x1+x2\nZ =~ z1+z2\nY =~ y1+y2\nY ~ X + Z + X:Z:X", "interaction-three-way"),
        ("X =~ x1+x2\nZ =~ x2+z2\nY =~ y1+y2\nY ~ X + Z + X:Z", "interaction-shared-item"),
        ("X =~ x1+x2\nZ =~ z1+q1\nY =~ y1+y2\nY ~ X + Z + X:Z", "interaction-items-absent"),
    ],
)
def test_impossible_interactions_are_refused(answers: pd.DataFrame, model: str, code: str) -> None:
    with pytest.raises(TamError) as error:
        expand_interactions(model, answers)
    assert _codes(error) == [code]


def test_parts_with_paths_of_their_own_cannot_give_way_to_parcels() -> None:
    data = pd.DataFrame(
        np.random.default_rng(1).normal(size=(50, 8)),
        columns=["x1", "x2", "e1", "e2", "t1", "t2", "y1", "y2"],
    )
    model = "X =~ x1+x2\nE =~ e1+e2\nT =~ t1+t2\nC =~ E + T\nY =~ y1+y2\nY ~ X + C + X:C + E"
    with pytest.raises(TamError) as error:
        expand_interactions(model, data)
    assert _codes(error) == ["interaction-parts-in-use"]


def test_a_product_without_its_main_effects_is_warned_about(answers: pd.DataFrame) -> None:
    found = expand_interactions("X =~ x1+x2+x3\nZ =~ z1+z2\nY =~ y1+y2+y3\nY ~ X + X:Z", answers)
    assert [one.code for one in found.problems] == ["interaction-without-main-effect"]
    assert found.problems[0].values["absent"] == ["Z"]


def test_two_observed_variables_make_one_column(answers: pd.DataFrame) -> None:
    found = fit_interactions("y1 ~ x1 + z1 + x1:z1", answers)
    design = answers[["x1", "z1"]] - answers[["x1", "z1"]].mean()
    design["product"] = design.x1 * design.z1
    design["one"] = 1.0
    by_hand = np.linalg.lstsq(design.to_numpy(), answers.y1.to_numpy(), rcond=None)[0]
    row = next(r for r in found.fit.estimates.to_dict("records") if r["rhs"] == "x1:z1" and r["op"] == "~")
    assert row["est"] == pytest.approx(by_hand[2], abs=1e-8)
    (one,) = found.interactions
    expected = by_hand[2] * answers.x1.std(ddof=0) * answers.z1.std(ddof=0) / answers.y1.std(ddof=0)
    assert one.std == pytest.approx(expected, abs=1e-8)


def test_moments_cannot_hold_an_interaction() -> None:
    from tam.engine import Moments

    with pytest.raises(TamError) as error:
        fit_interactions("y ~ x + z + x:z", Moments(("x", "z", "y"), np.eye(3), None, 100))
    assert _codes(error) == ["interaction-needs-rows"]


@pytest.mark.parametrize("std_lv", [False, True])
def test_standardised_interaction_does_not_depend_on_the_scaling_of_the_latents(std_lv: bool) -> None:
    rng = np.random.default_rng(5)
    n = 600
    x, z = rng.normal(size=(2, n))
    y = 0.4 * x + 0.3 * z + 0.3 * x * z + rng.normal(size=n)
    columns = {
        f"{name}{k}": load * latent + 0.5 * rng.normal(size=n)
        for name, latent in (("x", x), ("z", z), ("y", y))
        for k, load in ((1, 1.0), (2, 0.8), (3, 1.3))
    }
    model = "X =~ x1+x2+x3\nZ =~ z1+z2+z3\nY =~ y1+y2+y3\nY ~ X + Z + X:Z"
    found = fit_interactions(model, pd.DataFrame(columns), std_lv=std_lv)
    (one,) = found.interactions
    (other,) = fit_interactions(model, pd.DataFrame(columns), std_lv=not std_lv).interactions
    assert one.std == pytest.approx(other.std, rel=1e-6)
    assert one.std_se == pytest.approx(other.std_se, rel=1e-4)
    assert one.std_naive == pytest.approx(other.std_naive, rel=1e-6)
