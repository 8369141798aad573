"""Squares, unconstrained products, and products of several interactions that share items."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tam.engine.products import product_indicators, sharing_across
from tam.engine.products_expand import expand_interactions
from tam.errors import TamError

ITEMS = [f"{side}{k}" for side in "xzw" for k in (1, 2)]
MEASURES = "X =~ x1 + x2\nZ =~ z1 + z2\nW =~ w1 + w2\nY =~ y1 + y2\n"


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    return pd.DataFrame(rng.normal(size=(50, 8)), columns=[*ITEMS, "y1", "y2"])


def test_a_square_forms_every_pair_once(data: pd.DataFrame) -> None:
    square = product_indicators(data, ["x1", "x2"], ["x1", "x2"], names=("X", "X"))

    assert square.name == "X:X"
    assert square.indicators == ("x1:x1", "x1:x2", "x2:x2")
    # the product of both items shares an item with either square, the squares share none
    assert square.covariances == (("x1:x1", "x1:x2"), ("x1:x2", "x2:x2"))
    centred = data.x1 - data.x1.mean()
    assert square.table["x1:x1"].to_numpy() == pytest.approx((centred**2 - (centred**2).mean()).to_numpy())


def test_matched_square_has_the_squares_of_the_items(data: pd.DataFrame) -> None:
    square = product_indicators(data, ["x1", "x2"], ["x1", "x2"], pairs="matched", names=("X", "X"))

    assert (square.indicators, square.covariances) == (("x1:x1", "x2:x2"), ())


def test_an_item_of_two_different_constructs_is_still_refused(data: pd.DataFrame) -> None:
    with pytest.raises(TamError) as refused:
        product_indicators(data, ["x1", "x2"], ["x1", "x2"], names=("X", "Z"))
    assert [one.code for one in refused.value.problems] == ["interaction-shared-item"]


def test_residuals_of_products_of_two_interactions_covary_where_they_share_an_item(
    data: pd.DataFrame,
) -> None:
    first = product_indicators(data, ["x1", "x2"], ["z1", "z2"], names=("X", "Z"))
    second = product_indicators(data, ["x1", "x2"], ["w1", "w2"], names=("X", "W"))

    pairs = sharing_across(first, second)

    assert len(pairs) == 8  # each of the two x items: two products on either side
    assert ("x1:z1", "x1:w2") in pairs and ("x1:z1", "x2:w1") not in pairs
    text = MEASURES + "Y ~ X + Z + W + X:Z + X:W\n"
    written = expand_interactions(text, data).syntax.formulas
    shared = [one for one in written if one.operator == "~~" and one.left == ("x1:z1",)]
    assert {term.name for one in shared for term in one.terms} >= {"x1:w1", "x1:w2"}


def test_a_shared_column_without_error_makes_nothing_covary(data: pd.DataFrame) -> None:
    first = product_indicators(data, ["x1", "x2"], ["w1"], names=("X", "w1"))
    second = product_indicators(data, ["z1", "z2"], ["w1"], names=("Z", "w1"))

    assert sharing_across(first, second) == ()


@pytest.mark.parametrize(
    ("paths", "sides"),
    [("Z ~ X\nY ~ X + Z + X:Z\n", ["Z"]), ("Y ~ X + w1 + X:w1\n", ["w1"])],
)
def test_unconstrained_products_need_two_constructs_that_nothing_predicts(
    data: pd.DataFrame, paths: str, sides: list[str]
) -> None:
    with pytest.raises(TamError) as refused:
        expand_interactions(MEASURES + paths, data, "unconstrained")
    (one,) = refused.value.problems
    assert one.code == "interaction-unconstrained-sides"
    assert all(side in one.what for side in sides)
