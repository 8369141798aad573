"""Common method variance against lavaan (polished below 1e-9), psych and lm."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tam.errors import Unavailable

sys.path.append(str(Path(__file__).resolve().parent))

import method_bias_peer as peer

CLOSED = 1e-8  # closed forms
MINRES = 1e-7  # psych stops where the gradient of the uniquenesses is about 1e-6
POLISHED = 1e-6  # lavaan after Newton steps to a gradient below 1e-9
STANDARDISED_SE = 2e-6  # lavaan differentiates the standardised solution numerically
#: lavaan's Satorra-Bentler factors take the information by its own numeric Hessian.
SCALED = 1e-5
SMALLEST_GRADIENT = 1e-9

RESIDENT = [name for name, case in peer.CASES.items() if not case.get("reference")]
MARKED = [name for name in RESIDENT if peer.CASES[name].get("marker")]
#: Where the factor of method variance has no optimum, and every start is tried for it: on demand.
LONG = ("simulated_missing", "simulated_robust")
EVERY = [
    *(pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in RESIDENT),
    *(
        pytest.param(name, marks=pytest.mark.reference)
        for name, case in peer.CASES.items()
        if case.get("reference")
    ),
]


@pytest.fixture
def folder(request: pytest.FixtureRequest, name: str) -> Path | None:
    return request.getfixturevalue("reference") if peer.CASES[name].get("reference") else None


def close(ours: Any, theirs: float, tolerance: float) -> bool:
    return not isinstance(ours, Unavailable) and abs(ours - theirs) <= tolerance * max(1.0, abs(theirs))


def usable(theirs: Any) -> bool:
    """Whether lavaan found an optimum whose numbers can be held against."""
    return bool(theirs.get("converged") and theirs["admissible"] and theirs["gradient"] < SMALLEST_GRADIENT)


def assert_fit(ours: Any, theirs: dict[str, Any]) -> None:
    assert not isinstance(ours, Unavailable), ours
    for measure, value in theirs["measures"].items():
        if value is not None:
            tolerance = SCALED if "scaled" in measure or "robust" in measure else POLISHED
            assert close(ours.measures[measure.replace(".", "_")], value, tolerance), measure


def assert_difference(ours: Any, theirs: dict[str, Any]) -> None:
    for kind, tolerance in (("plain", POLISHED), ("scaled", SCALED)):
        if kind in theirs:
            found = getattr(ours, kind)
            assert close(found.chisq, theirs[kind]["chisq"], tolerance), kind
            assert found.df == theirs[kind]["df"]
            assert close(found.pvalue, theirs[kind]["pvalue"], tolerance), kind


def assert_paths(changes: Any, pick: Any, theirs: dict[str, list[Any]]) -> None:
    rows = {(row["lhs"], row["rhs"]): row for row in peer.by_rows(theirs)}
    assert {(one.lhs, one.rhs) for one in changes} == set(rows)
    for one in changes:
        ours = pick(one)
        assert not isinstance(ours, Unavailable), ours
        for column in ("est", "se", "p", "std", "std_se"):
            if column in rows[one.lhs, one.rhs]:
                tolerance = STANDARDISED_SE if column == "std_se" else POLISHED
                value = rows[one.lhs, one.rhs][column]
                assert close(getattr(ours, column), value, tolerance), (one.lhs, one.rhs, column)


@pytest.mark.parametrize("name", EVERY)
def test_shares_and_collinearity(name: str, folder: Path | None) -> None:
    ours, theirs = peer.ours(name, folder), peer.THEIRS[name]
    assert not isinstance(ours.harman, Unavailable)
    assert ours.harman.n == theirs["harman"]["n"]
    assert ours.harman.components_above_one == theirs["harman"]["above_one"]
    assert close(ours.harman.component_share, theirs["harman"]["component_share"], CLOSED)
    assert close(ours.harman.factor_share, theirs["harman"]["factor_share"], MINRES)
    assert not isinstance(ours.full_collinearity_vif, Unavailable)
    assert ours.full_collinearity_vif.vif == pytest.approx(theirs["vif"], rel=CLOSED)


@pytest.mark.parametrize("name", EVERY)
def test_single_factor_against_the_measurement_model(name: str, folder: Path | None) -> None:
    ours, theirs = peer.ours(name, folder).single_factor, peer.THEIRS[name]
    assert_fit(ours.single, theirs["single"])
    assert_fit(ours.measurement, theirs["several"])
    assert_difference(ours.difference, theirs["single_difference"])
    for gap, measure in ((ours.delta_cfi, "cfi"), (ours.delta_rmsea, "rmsea")):
        single, several = theirs["single"]["measures"], theirs["several"]["measures"]
        assert close(gap, single[measure] - several[measure], POLISHED)


@pytest.mark.parametrize("name", EVERY)
def test_paths_before(name: str, folder: Path | None) -> None:
    assert_paths(peer.ours(name, folder).paths, lambda one: one.before, peer.THEIRS[name]["before"])


@pytest.mark.parametrize("kind", ["equal", "free"])
@pytest.mark.parametrize("name", EVERY)
def test_latent_method_factor(name: str, kind: str, folder: Path | None) -> None:
    """Where lavaan has no proper solution of its own, ours is none either, or the proper one nearby."""
    ours, theirs = peer.ours(name, folder), peer.THEIRS[name][kind]
    factor = getattr(ours.latent_method_factor, kind)

    def after(one: Any) -> Any:
        return one.after_by_method[f"latent_method_{kind}"]

    if usable(theirs):
        assert_fit(factor.fit, theirs)
        assert_difference(factor.difference, theirs["difference"])
        assert close(factor.method_share, theirs["share"], POLISHED)
        assert_paths(ours.paths, after, theirs["paths"])
        return
    proper = peer.THEIRS[name].get("equal_proper") if kind == "equal" else None
    if proper is None:
        assert all(isinstance(after(one), Unavailable) for one in ours.paths)
        assert isinstance(factor.method_share, Unavailable)
    else:
        assert proper["gradient"] < SMALLEST_GRADIENT
        assert close(factor.fit.measures["chisq"], proper["chisq"], POLISHED)
        assert close(factor.method_share, proper["share"], POLISHED)
        assert_paths(ours.paths, after, proper["paths"])


@pytest.mark.parametrize("name", MARKED)
def test_marker_correlation(name: str, folder: Path | None) -> None:
    ours, theirs = peer.ours(name, folder), peer.THEIRS[name]["lindell_whitney"]
    assert not isinstance(ours.marker, Unavailable)
    found = ours.marker.lindell_whitney
    assert not isinstance(found, Unavailable)
    assert (found.n, found.against) == (theirs["n"], theirs["against"])
    assert close(found.marker_correlation, theirs["marker_correlation"], CLOSED)
    rows = {frozenset((row["first"], row["second"])): row for row in peer.by_rows(theirs["correlations"])}
    assert len(found.correlations) == len(rows)
    for one in found.correlations:
        row = rows[frozenset((one.first, one.second))]
        for column in ("r", "p", "r_adjusted", "t_adjusted", "p_adjusted"):
            assert close(getattr(one, column), row[column], CLOSED), column
    assert_paths(ours.paths, lambda one: one.after_by_method["lindell_whitney"], theirs["after"])
    assert_paths(
        ours.paths, lambda one: one.after_by_method["lindell_whitney"].compared_with, theirs["before"]
    )


@pytest.mark.parametrize("name", [*MARKED, pytest.param("influencer", marks=pytest.mark.reference)])
def test_marker_factor(name: str, folder: Path | None) -> None:
    ours, theirs = peer.ours(name, folder), peer.THEIRS[name]["cfa_marker"]
    assert not isinstance(ours.marker, Unavailable)
    found = ours.marker.cfa_marker
    assert not isinstance(found, Unavailable)
    assert (found.n, found.retained) == (theirs["n"], theirs["retained"])
    for model in ("cfa", "baseline", "method_c", "method_u", "method_r"):
        if theirs[model]:
            assert_fit(getattr(found, model), theirs[model])
    for step in ("baseline_c", "c_u", "retained_r"):
        assert_difference(getattr(found, step), theirs[step])
    assert close(found.method_share, theirs["share"], POLISHED)
    assert_paths(ours.paths, lambda one: one.after_by_method["cfa_marker_c"], theirs["after_c"])
    assert_paths(ours.paths, lambda one: one.after_by_method["cfa_marker_u"], theirs["after_u"])
