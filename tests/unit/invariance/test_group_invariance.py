"""What a person is told of one grouping: who is too small, what holds, what may be compared."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pandas as pd
import pytest

from tam.analysis.group_paths import GroupPaths
from tam.analysis.group_paths_permutation import PathPermutation
from tam.analysis.invariance import GroupInvariance, group_invariance
from tam.engine import fit_model
from tam.engine.bootstrap_setting import Task, streams
from tam.engine.permutation import shuffled_estimates
from tam.errors import Unavailable
from tam.spec.model import Model, Moderation, Path
from tam.spec.text import Text

DATA = File(__file__).parents[2] / "golden" / "invariance" / "groups.csv"
MEASUREMENT = {
    "U": ("u1", "u2", "u3", "u4"),
    "A": ("a1", "a2", "a3"),
    "I": ("i1", "i2", "i3", "i4"),
}
ITEMS = [item for items in MEASUREMENT.values() for item in items]
PATHS = (Path("A", "U"), Path("I", "A"), Path("I", "U"))
MODEL = Model("groups", Text("groups", "groups"), MEASUREMENT, {}, PATHS)


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    return pd.read_csv(DATA)


def codes(found: GroupInvariance) -> list[str]:
    return [one.code for one in found.problems]


def test_small_groups_are_said_before_anything_is_fitted(data: pd.DataFrame) -> None:
    groups = data["tier"].where(data.index >= 12, "nano")
    small = group_invariance(MODEL, data[ITEMS], groups, minimum=20, permutations=0)
    assert [(one.id, one.n) for one in small.too_small] == [("nano", 12)]
    assert "invariance-group-too-small" in codes(small)
    assert "nano" not in [one.id for one in small.groups]


def test_a_group_needs_more_respondents_than_items(data: pd.DataFrame) -> None:
    groups = data["tier"].where(data.index >= 11, "nano")
    found = group_invariance(MODEL, data[ITEMS], groups, minimum=2, permutations=0)
    assert found.needed == len(ITEMS) + 5
    assert [(one.id, one.n) for one in found.too_small] == [("nano", 11)]


def test_one_group_leaves_nothing_to_compare(data: pd.DataFrame) -> None:
    found = group_invariance(MODEL, data[ITEMS], data["tier"], minimum=180)
    assert codes(found) == ["invariance-group-too-small", "invariance-too-few-groups"]
    assert isinstance(found.steps, Unavailable)
    assert found.level.id == "none"
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_estimators_without_a_difference_test_are_named(data: pd.DataFrame) -> None:
    found = group_invariance(MODEL, data[ITEMS], data["tier"], estimator="ULS")
    assert codes(found) == ["invariance-estimator"]
    assert isinstance(found.paths, Unavailable)


def test_the_order_of_groups_is_that_of_the_categories_or_of_the_rows(data: pd.DataFrame) -> None:
    plain = group_invariance(MODEL, data[ITEMS], data["tier"], permutations=0)
    assert [one.id for one in plain.groups] == list(dict.fromkeys(data["tier"]))
    ordered = pd.Categorical(data["tier"], categories=["tail", "head", "middle", "nobody"])
    named = pd.Series(ordered, index=data.index, name="tier")
    found = group_invariance(MODEL, data[ITEMS], named, permutations=0)
    assert [one.id for one in found.groups] == ["tail", "head", "middle"]
    assert found.means.reference == "tail"
    assert found.scores.reference == "tail"


def test_other_names_and_another_order_change_no_number(data: pd.DataFrame) -> None:
    """Relabelled groups, shuffled rows, another reference: the same tests of the same things."""
    one = group_invariance(MODEL, data[ITEMS], data["tier"], estimator="MLR", permutations=0)
    names = {"head": "z", "middle": "m 1", "tail": "头部"}
    shuffled = data.sample(frac=1.0, random_state=3)
    groups = pd.Series(
        pd.Categorical(shuffled["tier"].map(names), ["头部", "z", "m 1"]), shuffled.index, name="其他"
    )
    other = group_invariance(MODEL, shuffled[ITEMS], groups, estimator="MLR", permutations=0)
    assert other.level == one.level
    for own, theirs in zip(one.steps, other.steps, strict=True):
        assert own.fit.measures["chisq_scaled"] == pytest.approx(
            theirs.fit.measures["chisq_scaled"], rel=1e-6
        )
        assert own.verdict == theirs.verdict
    for own, theirs in zip(one.paths.paths, other.paths.paths, strict=True):
        assert own.overall.chisq == pytest.approx(theirs.overall.chisq, rel=1e-5)
        for group, path in own.groups.items():
            assert theirs.groups[names[group]].est == pytest.approx(path.est, abs=1e-6)
    for own, theirs in zip(one.means.constructs, other.means.constructs, strict=True):
        gap = own.means["tail"] - own.means["head"]
        assert theirs.means["头部"] - theirs.means["z"] == pytest.approx(gap, abs=1e-6)


def test_at_least_two_indicators_of_a_construct_stay_equal() -> None:
    """Every loading of U differs wildly: the search frees what it may and says why it stopped."""
    rng = np.random.default_rng(11)
    tables = []
    for group, loadings in {"a": (1.0, 1.0, 1.0), "b": (0.2, 1.0, 2.4), "c": (1.8, 0.4, 0.5)}.items():
        u = rng.normal(size=300)
        columns = {f"u{k}": load * u + 0.6 * rng.normal(size=300) for k, load in enumerate(loadings, 1)}
        y = 0.5 * u + rng.normal(size=300)
        columns |= {f"y{k}": y + 0.6 * rng.normal(size=300) for k in (1, 2, 3)}
        tables.append(pd.DataFrame(columns).assign(g=group))
    table = pd.concat(tables, ignore_index=True)
    measurement = {"U": ("u1", "u2", "u3"), "Y": ("y1", "y2", "y3")}
    model = replace(MODEL, measurement=measurement, paths=(Path("Y", "U"),))
    found = group_invariance(model, table.drop(columns="g"), table["g"])
    search = found.partial[0]
    assert search.stopped == "two_indicators_left"
    freed = [one.item for one in search.released]
    assert all(sum(item in items for item in freed) <= len(items) - 2 for items in measurement.values())
    assert found.level.id == "configural"
    assert not found.level.paths
    assert isinstance(found.paths, Unavailable)
    assert isinstance(found.means, Unavailable)
    assert "invariance-not-reached" in codes(found)
    assert json.dumps(found.to_dict(), allow_nan=False)


def test_shuffles_are_what_refitting_shuffled_respondents_gives(data: pd.DataFrame) -> None:
    text = "\n".join(
        [*(f"{name} =~ {' + '.join(items)}" for name, items in MEASUREMENT.items()), "I ~ A + U"]
    )
    fit = fit_model(text, data, group="tier", group_equal=("loadings",))
    found = shuffled_estimates(fit, 3, 9)
    rows = np.vstack(fit.complete_rows)
    names = list(fit.solution.structures[0].observed_names)
    for draw, random in enumerate(streams(Task("draws", 9, 0, 3))):
        order = random.permutation(len(rows))
        groups = np.repeat(list(fit.groups), fit.solution.sizes)
        table = pd.DataFrame(rows[order], columns=names).assign(tier=groups)
        again = fit_model(text, table, group="tier", group_equal=("loadings",))
        assert found.theta[draw] == pytest.approx(again.theta, abs=1e-6)


def test_permutation_tests_repeat_and_agree_with_normal_theory(data: pd.DataFrame) -> None:
    one = group_invariance(MODEL, data[ITEMS], data["tier"], seed=4, permutations=99)
    other = group_invariance(MODEL, data[ITEMS], data["tier"], seed=4, permutations=99)
    assert one == other
    moved = {f"{path.predictor} {path.outcome}": path.permutation for path in one.paths.paths}
    assert all(isinstance(found, PathPermutation) for found in moved.values())
    assert moved["A I"].p == pytest.approx(0.01)
    assert moved["U I"].p > 0.2
    pairs = {(pair.a, pair.b): pair for pair in moved["A I"].pairs}
    assert len(pairs) == 3
    assert all(pair.p_holm >= pair.p for pair in pairs.values())


def test_respondents_that_do_not_differ_are_not_told_apart() -> None:
    """Groups drawn at random from one population: p values of shuffles are spread evenly."""
    data = pd.read_csv(DATA).query("tier == 'head'").reset_index(drop=True)
    text = "U =~ u1 + u2 + u3 + u4\nA =~ a1 + a2 + a3\nA ~ U"
    low = 0
    for seed in range(20):
        groups = np.random.default_rng(seed).permutation(np.arange(len(data)) % 2)
        fit = fit_model(text, data.assign(g=groups), group="g", group_equal=("loadings",))
        shuffles = shuffled_estimates(fit, 39, seed)
        places = [row.parameter for row in fit.table.rows if (row.lhs, row.op) == ("A", "~")]
        gaps = np.abs(np.diff(shuffles.theta[:, places], axis=1))
        own = abs(float(np.diff(fit.theta[places])[0]))
        low += (1 + int((gaps >= own).sum())) / 40 < 0.25
    assert 1 <= low <= 10


def test_the_grouping_is_no_predictor_of_its_own_model(data: pd.DataFrame) -> None:
    coded = data.assign(wave=(data["tier"] == "head").astype(float))
    model = replace(MODEL, controls={"I": ("wave",)}, moderations=(Moderation("A", "I", "U"),))
    found = group_invariance(model, coded[[*ITEMS, "wave"]], coded["wave"], permutations=0)
    assert isinstance(found.paths, GroupPaths)
    assert [one.id for one in found.groups] == list(dict.fromkeys(coded["wave"].astype(int).astype(str)))
    assert {(one.predictor, one.outcome) for one in found.paths.paths} == {("U", "A"), ("A", "I"), ("U", "I")}


def test_second_order_constructs_have_their_loadings_tested(data: pd.DataFrame) -> None:
    measurement = {"P": ("u1", "u2"), "Q": ("u3", "u4"), "A": MEASUREMENT["A"], "I": MEASUREMENT["I"]}
    model = replace(
        MODEL,
        measurement=measurement,
        second_order={"W": ("P", "Q", "A")},
        paths=(Path("I", "W"),),
    )
    found = group_invariance(model, data[ITEMS], data["tier"], permutations=0)
    if isinstance(found.paths, GroupPaths):
        assert found.paths.second_order is not None
        assert found.paths.second_order.difference.df == 2 * 2
    assert set(found.constructs) == set(measurement)


def test_the_diagram_has_an_edge_per_path_with_every_group(data: pd.DataFrame) -> None:
    found = group_invariance(MODEL, data[ITEMS], data["tier"], permutations=0).to_dict()
    edges = {(edge["predictor"], edge["outcome"]): edge for edge in found["diagram"]["edges"]}
    assert set(edges) == {("U", "A"), ("A", "I"), ("U", "I")}
    assert edges["A", "I"]["differs"] and not edges["U", "A"]["differs"]
    assert set(edges["A", "I"]["groups"]) == {"head", "middle", "tail"}
    assert set(found["diagram"]["r2"]["tail"]) == {"A", "I"}


def test_an_item_that_a_group_answers_alike_is_named_once(data: pd.DataFrame) -> None:
    constant = data[ITEMS].copy()
    constant.loc[data["tier"] == "tail", "u1"] = 3.0
    found = group_invariance(MODEL, constant, data["tier"])
    told = [one for one in found.problems if one.code == "invariance-step-failed"]
    assert len(told) == 1
    assert "u1" in told[0].what and "configural" in told[0].what
    assert found.level.id == "none"
    assert "fitted" in found.paths.reason
    assert "fitted" in found.means.reason


def test_labels_and_names_may_be_anything(data: pd.DataFrame) -> None:
    labels = data["tier"].map({"head": "<b>&x", "middle": "a; b ~ c", "tail": "头 部"}).rename("U")
    found = group_invariance(MODEL, data[ITEMS], labels, permutations=5)
    assert {one.id for one in found.groups} == {"<b>&x", "a; b ~ c", "头 部"}
    assert found.level.id == "partial_scalar"


def test_nobody_in_a_group_and_everybody_in_their_own(data: pd.DataFrame) -> None:
    nobody = group_invariance(MODEL, data[ITEMS], data["tier"].mask(data["tier"].notna()))
    assert codes(nobody) == ["invariance-too-few-groups"]
    numbers = pd.Series(range(len(data)), index=data.index, name="id")
    everybody = group_invariance(MODEL, data[ITEMS], numbers)
    assert codes(everybody) == ["too-many-groups"]
    assert everybody.groups == everybody.too_small == ()


def test_a_chinese_problem_names_the_steps_in_chinese() -> None:
    from tam.errors import Where, problem

    told = problem("invariance-inadmissible", Where(), name="tier", steps=["metric", "paths"])
    assert "度量不变性, 路径比较" in told.text("what", "zh")
    stopped = problem("invariance-not-reached", Where(), name="tier", step="scalar", stopped="not_offered")
    assert "标量不变性不成立" in stopped.text("what", "zh") and "有序数据" in stopped.text("what", "zh")
    assert "not_offered" not in stopped.text("what", "en")
