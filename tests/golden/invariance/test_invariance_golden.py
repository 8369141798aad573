"""Groups of our own simulated survey against lavaan and semTools (values and script beside this file)."""

from __future__ import annotations

import json
from pathlib import Path as File
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.group_paths import GroupPaths
from tam.analysis.invariance import GroupInvariance, group_invariance
from tam.analysis.invariance_models import GroupModels, grouped_rows
from tam.analysis.latent_means import LatentMeans
from tam.engine import fit_model
from tam.engine.release import release_tests
from tam.spec.model import Model, Path
from tam.spec.text import Text

HERE = File(__file__).parent
PEER = json.loads((HERE / "peer_values.json").read_text())
MEASUREMENT = {
    "U": ("u1", "u2", "u3", "u4"),
    "A": ("a1", "a2", "a3"),
    "I": ("i1", "i2", "i3", "i4"),
}
ITEMS = [item for items in MEASUREMENT.values() for item in items]
PATHS = (Path("A", "U"), Path("I", "A"), Path("I", "U"))
MODEL = Model("groups", Text("groups", "groups"), MEASUREMENT, {}, PATHS)
#: lavaan's optimiser stops within about 1e-5 of its own optimum.
NEAR = {"rel": 1e-4, "abs": 1e-4}
NAMES = {
    "npar": "npar",
    "chisq": "chisq",
    "df": "df",
    "chisq.scaled": "chisq_scaled",
    "chisq.scaling.factor": "scaling_factor",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "srmr": "srmr",
    "cfi.robust": "cfi_robust",
    "rmsea.robust": "rmsea_robust",
    "cfi.scaled": "cfi_scaled",
    "rmsea.scaled": "rmsea_scaled",
    "logl": "loglik",
    "aic": "aic",
    "bic": "bic",
}


def table() -> pd.DataFrame:
    return pd.read_csv(HERE / "groups.csv")


@pytest.fixture(scope="module", params=["ML", "MLR"])
def found(request: pytest.FixtureRequest) -> tuple[GroupInvariance, dict[str, Any]]:
    data = table()
    result = group_invariance(MODEL, data[ITEMS], data["tier"], estimator=request.param, permutations=0)
    return result, PEER[request.param]


def same_measures(measures: Any, peer: dict[str, float]) -> None:
    ours = {
        theirs: float(measures[own]) for theirs, own in NAMES.items() if theirs in peer and own in measures
    }
    assert len(ours) >= 9
    assert ours == pytest.approx({name: peer[name] for name in ours}, **NEAR)


def test_steps_and_their_differences(found: tuple[GroupInvariance, dict[str, Any]]) -> None:
    result, peer = found
    for step in result.steps:
        same_measures(step.fit.measures, peer["steps"][step.id])
        if step.against is not None:
            theirs = peer["lrt"][step.id]
            assert (step.difference.chisq, step.difference.p) == pytest.approx(
                (theirs["chisq"], theirs["p"]), **NEAR
            )
            assert step.difference.df == theirs["df"]


def test_the_search_finds_what_was_planted(found: tuple[GroupInvariance, dict[str, Any]]) -> None:
    result, peer = found
    metric, scalar = result.partial
    assert [one.parameter for one in metric.released] == ["U=~u3"]
    assert [one.parameter for one in scalar.released] == ["i4~1"]
    assert scalar.carried == ("U=~u3", "u3~1")
    assert result.level.id == "partial_scalar"
    for search in result.partial:
        same_measures(search.step.fit.measures, peer[f"partial_{search.id}"])
        theirs = peer[f"partial_{search.id}_lrt"]
        assert search.step.difference.chisq == pytest.approx(theirs["chisq"], **NEAR)
        assert search.step.difference.df == theirs["df"]


@pytest.mark.parametrize(
    ("kinds", "free", "op"),
    [(("loadings",), (), "=~"), (("loadings", "intercepts"), ("U=~u3", "u3~1"), "~1")],
)
def test_score_tests_of_equalities(kinds: tuple[str, ...], free: tuple[str, ...], op: str) -> None:
    text = "\n".join(f"{name} =~ {' + '.join(items)}" for name, items in MEASUREMENT.items())
    fit = fit_model(text, table(), group="tier", group_equal=kinds, group_partial=free)
    ours = {one.name: one for one in release_tests(fit, op)}
    theirs = PEER["ML"]["release"]["metric" if op == "=~" else "scalar"].values()
    for one in theirs:
        assert ours[one["name"]].chisq == pytest.approx(one["chisq"], rel=1e-4, abs=1e-4)
        assert ours[one["name"]].df == one["df"]
    if op == "=~":  # the marker's equality is tested too, in whatever way the unit is fixed
        again = fit_model(text, table(), group="tier", group_equal=kinds, std_lv=True)
        other = {one.name: one.chisq for one in release_tests(again, op)}
        assert {name: one.chisq for name, one in ours.items()} == pytest.approx(other, rel=1e-6)


def test_paths_and_their_differences(found: tuple[GroupInvariance, dict[str, Any]]) -> None:
    result, peer = found
    assert isinstance(result.paths, GroupPaths)
    labels = [one.id for one in result.groups]
    by_label = {row["label"]: row for row in peer["paths"]}
    for path, letter in zip(result.paths.paths, ("p", "q", "r"), strict=True):
        for place, group in enumerate(labels, 1):
            own, theirs = path.groups[group], by_label[f"{letter}{place}"]
            assert (own.est, own.se, own.ci_low, own.ci_high) == pytest.approx(
                tuple(theirs[name] for name in ("est", "se", "ci.lower", "ci.upper")), **NEAR
            )
        wald = peer["wald"][letter]
        assert (path.overall.chisq, path.overall.df, path.overall.p) == pytest.approx(
            (wald["stat"], wald["df"], wald["p.value"]), **NEAR
        )
        for pair in path.pairs:
            places = f"{labels.index(pair.a) + 1}{labels.index(pair.b) + 1}"
            theirs = by_label[f"{letter}{places}"]
            assert (pair.diff, pair.se, pair.z, pair.p) == pytest.approx(
                tuple(theirs[name] for name in ("est", "se", "z", "pvalue")), **NEAR
            )
    equal = result.paths.all_equal
    assert (equal.chisq, equal.df, equal.p) == pytest.approx(tuple(peer["all_equal"].values()), **NEAR)


def test_latent_means_and_standardised_differences(found: tuple[GroupInvariance, dict[str, Any]]) -> None:
    result, peer = found
    assert isinstance(result.means, LatentMeans)
    assert result.means.reference == "head"
    labels = [one.id for one in result.groups]
    by_label = {row["label"]: row for row in peer["means"] if row["op"] == ":="}
    for construct in result.means.constructs:
        wald = peer["mean_wald"][construct.construct]
        assert construct.overall.chisq == pytest.approx(wald["stat"], **NEAR)
        for pair in construct.pairs:
            places = f"{labels.index(pair.test.a) + 1}{labels.index(pair.test.b) + 1}"
            raw = by_label[f"{construct.construct}_{places}"]
            d = by_label[f"{construct.construct}_d{places}"]
            assert (pair.test.diff, pair.test.se) == pytest.approx((raw["est"], raw["se"]), **NEAR)
            assert (pair.d, pair.d_se) == pytest.approx((d["est"], d["se"]), **NEAR)


def test_ordered_answers_in_the_steps_of_wu_and_estabrook() -> None:
    data, peer = table(), PEER["WLSMV"]
    for item in ITEMS:
        data[item] = np.digitize(data[item], peer["cuts"], right=True) + 1
    result = group_invariance(MODEL, data[ITEMS], data["tier"], estimator="WLSMV", permutations=500)
    steps = {step.id: step for step in result.steps}
    for name, theirs in peer["steps"].items():
        same = {own: theirs[their] for their, own in NAMES.items() if their in theirs and own in WLSMV_NAMES}
        assert {own: float(steps[name].fit.measures[own]) for own in same} == pytest.approx(same, **NEAR)
    for name, theirs in peer["lrt"].items():
        assert steps[name].difference.chisq == pytest.approx(theirs["chisq"], **NEAR)
        assert steps[name].difference.df == theirs["df"]
    assert steps["strict"].verdict == "unavailable"
    assert result.level.id == "metric"
    assert "ordered answers" in result.paths.paths[0].permutation.reason
    assert "intercepts" in result.means.reason


WLSMV_NAMES = {"npar", "chisq", "df", "chisq_scaled", "cfi_scaled", "rmsea_scaled"}


def test_dummy_interactions_of_mean_scores() -> None:
    data = table()
    result = group_invariance(MODEL, data[ITEMS], data["tier"], permutations=0)
    assert result.scores.reference == "head"
    for path in result.scores.paths:
        theirs = PEER["scores"][f"{path.predictor}{path.outcome}"]
        assert [one.est for one in path.interactions] == pytest.approx(list(theirs["est"].values()), rel=1e-8)
        assert [one.se for one in path.interactions] == pytest.approx(list(theirs["se"].values()), rel=1e-8)
        assert path.chisq == pytest.approx(theirs["chisq"], rel=1e-8)
        assert path.agreement == "same_conclusion"


def test_full_information_runs_through_the_same_steps() -> None:
    data = table()
    rng = np.random.default_rng(5)
    holes = data[ITEMS].mask(rng.random((len(data), len(ITEMS))) < 0.05)
    result = group_invariance(MODEL, holes, data["tier"], estimator="MLR", missing="fiml", permutations=50)
    assert result.level.id == "partial_scalar"
    assert [one.parameter for one in result.partial[0].released] == ["U=~u3"]
    assert "incomplete" in result.paths.paths[0].permutation.reason
    assert sum(one.n for one in result.groups) == len(data)


def test_a_model_of_these_rows_is_the_engines_own() -> None:
    data = table()
    rows = grouped_rows(data[ITEMS], data["tier"], ITEMS, 20, "listwise")
    models = GroupModels(rows, MEASUREMENT, (), "ML", "listwise", 0.95)
    assert models.fit(("loadings",)).measures["chisq"] == pytest.approx(
        PEER["ML"]["steps"]["metric"]["chisq"], rel=1e-6
    )
