"""Interactions of observed scores across groups: as separate regressions of the groups have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from tam.analysis.group_interactions import ScoreInteractions, grouped_interactions
from tam.analysis.grouping import Split
from tam.errors import Unavailable
from tam.spec.model import Model, Moderation, Path
from tam.spec.study import Options
from tam.spec.text import Text

MEASUREMENT = {"X": ("x1", "x2"), "Z": ("z1", "z2"), "Y": ("y1", "y2")}
MODEL = Model(
    "m",
    Text("m", "m"),
    MEASUREMENT,
    {},
    (Path("Y", "X"), Path("Y", "Z")),
    moderations=(Moderation("X", "Y", "Z"),),
)
STRENGTH = {"a": 0.5, "b": 0.0, "c": 0.5}


def answers(n: int = 120) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(11)
    groups = pd.Series(np.repeat(list(STRENGTH), n), name="by")
    x, z = rng.normal(size=(2, 3 * n))
    y = 0.3 * x + 0.2 * z + groups.map(STRENGTH).to_numpy() * x * z + rng.normal(size=3 * n)
    noise = rng.normal(scale=0.3, size=(6, 3 * n))
    values = np.column_stack([x, x, z, z, y, y]) + noise.T
    return pd.DataFrame(values, columns=[one for items in MEASUREMENT.values() for one in items]), groups


def split(groups: pd.Series) -> Split:
    labels = {one: Text(one, one) for one in dict.fromkeys(groups)}
    return Split("by", Text("by", "by"), "answer", None, groups, labels, 0)


def separately(rows: pd.DataFrame, groups: pd.Series) -> dict[str, tuple[float, float]]:
    """The product's slope and its HC3 variance in a regression of each group."""
    score = {name: rows[list(items)].mean(axis=1) for name, items in MEASUREMENT.items()}
    product = (score["X"] - score["X"].mean()) * (score["Z"] - score["Z"].mean())
    found = {}
    for one in STRENGTH:
        own = groups == one
        design = sm.add_constant(np.column_stack([score["X"][own], score["Z"][own], product[own]]))
        fit = sm.OLS(score["Y"][own].to_numpy(), design).fit(cov_type="HC3")
        found[one] = (fit.params[3], fit.bse[3] ** 2)
    return found


def test_differences_are_those_of_separate_regressions() -> None:
    rows, groups = answers()
    (found,) = grouped_interactions(MODEL, rows, (split(groups),), Options())
    assert isinstance(found, ScoreInteractions) and found.reference == "a"
    (one,) = found.interactions
    alone = separately(rows, groups)
    assert one.est == pytest.approx(alone["a"][0], rel=1e-10)
    differences = np.array([alone[name][0] - alone["a"][0] for name in "bc"])
    assert [other.est for other in one.groups] == pytest.approx(differences.tolist(), rel=1e-9)
    variances = [alone[name][1] + alone["a"][1] for name in "bc"]
    assert [other.se**2 for other in one.groups] == pytest.approx(variances, rel=1e-9)
    joint = np.diag([alone["b"][1], alone["c"][1]]) + alone["a"][1]
    assert one.chisq == pytest.approx(differences @ np.linalg.solve(joint, differences), rel=1e-9)
    assert one.df == 2 and one.p < 0.01 and one.p_holm == one.p
    assert one.groups[0].p < 0.05 < one.groups[1].p


def test_models_without_interactions_and_groups_too_small_have_none() -> None:
    rows, groups = answers(30)
    assert grouped_interactions(replace(MODEL, moderations=()), rows, (split(groups),), Options()) == (None,)
    few = replace(Options(), min_group=31)
    (found,) = grouped_interactions(MODEL, rows, (split(groups),), few)
    assert found == Unavailable("fewer than two groups are large enough")


def test_the_grouping_is_no_moderator_of_its_own() -> None:
    rows, groups = answers(30)
    coded = rows.assign(by=groups.map({"a": 1.0, "b": 2.0, "c": 3.0}))
    model = replace(MODEL, moderations=(Moderation("X", "Y", "by"),))
    assert grouped_interactions(model, coded, (split(groups),), Options()) == (None,)
