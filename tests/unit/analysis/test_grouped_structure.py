"""The model over the groupings of a study: in their order, problems told once, permutations where asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path as File

import numpy as np
import pandas as pd
import pytest

from tam.analysis.comparison import compare_groups, with_models
from tam.analysis.grouped_structure import grouped_structure
from tam.analysis.grouping import Split
from tam.analysis.invariance import GroupInvariance
from tam.errors import TamError, Unavailable
from tam.record import to_record
from tam.spec.instrument_file import load_instrument
from tam.spec.model import Model, Moderation, Path
from tam.spec.study import GroupBy, Options
from tam.spec.study_file import load_study
from tam.spec.text import Text

DATA = File(__file__).parents[2] / "golden" / "invariance" / "groups.csv"
PEER = DATA.with_name("peer_values.json")
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


def split(by: str, members: pd.Series) -> Split:
    labels = {str(one): Text(str(one), str(one)) for one in dict.fromkeys(members.dropna())}
    return Split(by, Text(by, by), "answer", None, members.rename(by), labels, int(members.isna().sum()))


def test_every_grouping_has_its_result_in_the_order_of_the_study(data: pd.DataFrame) -> None:
    half = pd.Series(np.where(data.index % 2, "odd", "even"), index=data.index)
    splits = (split("half", half), split("tier", data["tier"]))
    found, problems = grouped_structure(MODEL, data[ITEMS], splits, Options(), seed=1)
    assert [one.by for one in found if isinstance(one, GroupInvariance)] == ["half", "tier"]
    assert {str(one.where.column) for one in problems} <= {"half", "tier"}
    # lavaan's fit of the steps of the second grouping
    peer = json.loads(PEER.read_text(encoding="utf-8"))
    steps = {one.id: one.fit.measures["chisq"] for one in found[1].steps}
    told = peer["ML"]["steps"]
    for name in ("configural", "metric", "scalar", "strict"):
        assert steps[name] == pytest.approx(told[name]["chisq"], rel=1e-4)


def test_permutations_are_made_only_where_they_are_asked_for(data: pd.DataFrame) -> None:
    splits = (split("tier", data["tier"]),)
    (plain,), _ = grouped_structure(MODEL, data[ITEMS], splits, Options(), seed=3)
    (asked,), _ = grouped_structure(MODEL, data[ITEMS], splits, replace(Options(), permutations=19), seed=3)
    assert {one.permutation for one in plain.paths.paths} == {Unavailable("no permutations were asked for")}
    shuffled = [one.permutation for one in asked.paths.paths]
    assert all(one.requested == 19 and one.seed == 3 and 0 < one.p <= 1 for one in shuffled)
    assert [one.overall for one in asked.paths.paths] == [one.overall for one in plain.paths.paths]


def test_a_group_too_small_for_scores_is_not_told_twice(data: pd.DataFrame) -> None:
    tiny = split("tier", data["tier"].where(data.index >= 12, "nano"))
    (found,), told = grouped_structure(MODEL, data[ITEMS], (tiny,), Options(), seed=1)
    assert [one.id for one in found.too_small] == ["nano"]
    assert "invariance-group-too-small" in [one.code for one in found.problems]
    assert "invariance-group-too-small" not in [one.code for one in told]


def test_a_group_too_small_for_the_model_only_is_told(data: pd.DataFrame) -> None:
    few = split("tier", data["tier"].where(data.index >= 14, "nano"))
    _, told = grouped_structure(MODEL, data[ITEMS], (few,), replace(Options(), min_group=5), seed=1)
    small = [one for one in told if one.code == "invariance-group-too-small"]
    assert len(small) == 1 and "nano (14)" in small[0].what


def test_an_estimator_without_difference_tests_says_so(data: pd.DataFrame) -> None:
    splits = (split("tier", data["tier"]),)
    (found,), told = grouped_structure(MODEL, data[ITEMS], splits, replace(Options(), estimator="GLS"), 1)
    assert isinstance(found.steps, Unavailable) and "GLS" in found.steps.reason
    assert [one.code for one in told] == ["invariance-estimator"]


def test_the_comparison_carries_the_model_of_each_grouping() -> None:
    instrument = load_instrument("kol-tam")
    rng = np.random.default_rng(2)
    values = pd.DataFrame(
        rng.integers(1, 8, size=(60, len(instrument.items))).astype(float), columns=list(instrument.items)
    )
    variables = pd.DataFrame({"platform": np.where(np.arange(60) % 2, "Douyin", "Xiaohongshu")})
    plain = compare_groups(values, variables, instrument, [GroupBy("platform")])
    record = to_record(plain)
    assert record["groupings"][0]["invariance"] is None
    assert record["unavailable"]["groupings.0.invariance"] == "the model was not fitted over this grouping"
    carried = with_models(plain, [Unavailable("another reason")], [None], [])
    assert to_record(carried)["unavailable"]["groupings.0.invariance"] == "another reason"
    assert carried.groupings[0].constructs == plain.groupings[0].constructs


def study_file(folder: File, options: str) -> File:
    (folder / "answers.csv").write_text("a1,a2,b1,b2\n1,2,3,4\n", encoding="utf-8")
    text = (
        'data = "answers.csv"\n[constructs]\nA = ["a1", "a2"]\nB = ["b1", "b2"]\n'
        '[scale]\nmin = 1\nmax = 7\n[model]\npaths = ["B ~ A"]\n[options]\n' + options
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder / "study.toml"


def test_a_study_asks_for_permutations(tmp_path: File) -> None:
    assert load_study(study_file(tmp_path, "")).options.permutations == 0
    assert load_study(study_file(tmp_path, "permutations = 500")).options.permutations == 500
    with pytest.raises(TamError):
        load_study(study_file(tmp_path, "permutations = -1"))


def test_the_interaction_is_left_out_of_the_model_of_groups(data: pd.DataFrame) -> None:
    moderated = replace(MODEL, moderations=(Moderation("A", "I", "U"),))
    (found,), _ = grouped_structure(moderated, data[ITEMS], (split("tier", data["tier"]),), Options(), 1)
    assert [(one.predictor, one.outcome) for one in found.paths.paths] == [("U", "A"), ("A", "I"), ("U", "I")]
