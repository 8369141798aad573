"""Three-way product indicators: what is formed, the population in a large sample, lavaan, what is refused."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.analysis.lavaan_fit import fit
from tam.engine.products_expand import expand_interactions
from tam.errors import TamError

GOLDEN = Path(__file__).parents[2] / "golden" / "moderation"
sys.path.append(str(GOLDEN))
MEASURED = "".join(f"{one} =~ {one.lower()}1 + {one.lower()}2 + {one.lower()}3\n" for one in "XZWY")
MODEL = MEASURED + "Y ~ X + Z + W + X:Z + Z:W + X:W + X:Z:W\n"
TRUE = {"X": 0.4, "Z": 0.3, "W": 0.2, "X:Z": 0.2, "Z:W": 0.15, "X:W": 0.1, "X:Z:W": 0.25}


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(GOLDEN / "three_way.csv")


def test_equals_lavaan_with_products_made_by_hand(answers: pd.DataFrame) -> None:
    theirs = json.loads((GOLDEN / "three_way_peer.json").read_text())["matched"]

    ours = fit(MODEL, answers, pairs="matched")

    assert ours.converged and ours.admissible
    for name in ("npar", "df"):
        assert ours.measures[name] == theirs["fit"][name]
    assert ours.measures["chisq"] == pytest.approx(theirs["fit"]["chisq"], rel=1e-4)
    assert ours.measures["loglik"] > theirs["fit"]["logl"] - 1e-8 * len(answers)
    rows = {row.rhs.replace(":", ""): row for row in ours.estimates[ours.estimates.op == "~"].itertuples()}
    for row in theirs["paths"]:
        assert rows[row["rhs"]].est == pytest.approx(row["est"], abs=1e-4)
        assert rows[row["rhs"]].se == pytest.approx(row["se"], rel=1e-4)


def test_the_population_is_found_in_a_large_sample() -> None:
    from three_way import survey

    table = fit(MODEL, survey(20000, 5), pairs="matched", estimator="MLR").estimates
    for row in table[table.op == "~"].itertuples():
        assert abs(row.est - TRUE[row.rhs]) < 3.5 * row.se, row.rhs


def test_what_is_formed(answers: pd.DataFrame) -> None:
    products = expand_interactions(MODEL, answers).products[-1]

    assert products.name == "X:Z:W" and len(products.indicators) == 27
    centred = answers - answers.mean()
    by_hand = centred.x2 * centred.z1 * centred.w3
    assert products.table["x2:z1:w3"].to_numpy() == pytest.approx((by_hand - by_hand.mean()).to_numpy())
    couples = {frozenset(one) for one in products.covariances}
    assert frozenset(("x1:z1:w1", "x1:z2:w2")) in couples and frozenset(("x1", "x1:z2:w2")) in couples
    # 243 of the couples of 27 products share an item, and each product has three items
    assert len(couples) == 243 + 81
    assert frozenset(("x1:z1:w1", "x2:z2:w2")) not in couples


def test_standardised_by_the_three_deviations_and_whatever_the_unit(answers: pd.DataFrame) -> None:
    found = fit(MODEL, answers, pairs="matched")
    rows = found.estimates.set_index(["lhs", "op", "rhs"])
    spread = np.sqrt(np.diag(found.latent_covariance))
    sd = dict(zip(found.latent_covariance.index, spread, strict=True))
    row = rows.loc[("Y", "~", "X:Z:W")]
    assert row["std"] == pytest.approx(row.est * sd["X"] * sd["Z"] * sd["W"] / sd["Y"], rel=1e-6)
    again = fit(MODEL, answers, pairs="matched", std_lv=True).estimates.set_index(["lhs", "op", "rhs"])
    assert again.loc[("Y", "~", "X:Z:W"), "std"] == pytest.approx(row["std"], rel=1e-4)


@pytest.mark.parametrize(
    ("model", "how", "code"),
    [
        (MODEL, {"interaction": "residual"}, "interaction-three-way"),
        (MODEL, {"interaction": "constrained"}, "interaction-three-way"),
        (MODEL.replace("X:Z:W", "X:X:W"), {}, "interaction-three-way"),
        (MODEL + "W ~ X\n", {}, "interaction-three-way"),
        (MEASURED + "Y ~ X + Z + w1 + X:Z:w1\n", {}, "interaction-three-way"),
        (MODEL, {"se": "bootstrap", "bootstrap": 10, "pairs": "matched"}, "excludes"),
    ],
)
def test_what_is_not_formed_is_refused(answers: pd.DataFrame, model: str, how: dict, code: str) -> None:
    with pytest.raises(TamError) as refused:
        fit(model, answers, **how)
    assert refused.value.problems[0].code == code


def test_too_many_products_and_absent_parts_are_told(answers: pd.DataFrame) -> None:
    wide = answers.assign(**{f"{name}{k}": answers[f"{name}1"] + k for name in "xzw" for k in (4, 5)})
    longer = MEASURED
    for name in "XZW":
        longer = longer.replace(f"{name.lower()}3", " + ".join(f"{name.lower()}{k}" for k in (3, 4, 5)))
    with pytest.raises(TamError) as refused:
        expand_interactions(longer + "Y ~ X + Z + W + X:Z:W", wide)
    assert refused.value.problems[0].code == "interaction-too-many-products"
    told = expand_interactions(MEASURED + "Y ~ X + Z + W + Z:X + X:Z:W", answers, pairs="matched").problems
    assert [one.code for one in told] == ["interaction-without-main-effect"]
    assert told[0].values["absent"] == ["X:W", "Z:W"]
