"""Observed-score process models against R (lm, HC3 errors by formula); see process_peer.R."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tam.analysis.process_models import process_model
from tam.analysis.process_results import ProcessModel
from tam.errors import TamError

HERE = Path(__file__).parent
ROLES = {"predictor": "x", "outcome": "y", "moderator": "w"}


@pytest.fixture(scope="module")
def peer() -> dict[str, Any]:
    return json.loads((HERE / "process_peer.json").read_text())


@pytest.fixture(scope="module")
def table(peer: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(peer["data"])


def _model(number: int, table: pd.DataFrame, **more: Any) -> ProcessModel:
    mediator = {} if number == 1 else {"mediator": "m"}
    return process_model(number, table, **ROLES, **mediator, covariates=("c1",), draws=200, **more)


def _same_terms(ours: Any, theirs: dict[str, Any]) -> None:
    rename = {"(Intercept)": "1"}
    known = dict(zip((rename.get(t, t) for t in theirs["terms"]), zip(theirs["est"], theirs["se"])))
    assert {one.term for one in ours.terms} == set(known)
    for one in ours.terms:
        assert (one.est, one.se) == pytest.approx(known[one.term], rel=1e-9)
    assert (ours.r2, ours.df) == pytest.approx((theirs["r2"], theirs["df"]), rel=1e-9)


def test_model_1_equals_r_with_its_region(peer: dict[str, Any], table: pd.DataFrame) -> None:
    ours = _model(1, table, centre=False)
    (regression,) = ours.regressions

    _same_terms(regression, peer["model1"])
    assert regression.delta_r2["x:w"] == pytest.approx(peer["model1"]["delta_r2"], rel=1e-9)
    expected = peer["model1"]["delta_r2"] / (1 - peer["model1"]["r2"])
    assert regression.f2["x:w"] == pytest.approx(expected, rel=1e-9)
    assert [one.moderator for one in ours.direct] == pytest.approx(peer["probes"])
    assert [one.est for one in ours.direct] == pytest.approx(peer["model1"]["effect"])
    assert [one.se for one in ours.direct] == pytest.approx(peer["model1"]["se.1"])
    assert ours.johnson_neyman.regime == "inside"
    assert ours.johnson_neyman.bounds == pytest.approx(peer["model1"]["bounds"])
    inside = (table.w >= peer["model1"]["bounds"][0]).mean()
    assert ours.johnson_neyman.share_in_region == pytest.approx(inside)


@pytest.mark.parametrize(("number", "which", "key"), [(7, 0, "first7"), (14, 1, "last14"), (58, 1, "last14")])
def test_equations_equal_r(
    peer: dict[str, Any], table: pd.DataFrame, number: int, which: int, key: str
) -> None:
    _same_terms(_model(number, table, centre=False).regressions[which], peer[key])


@pytest.mark.parametrize("centre", [True, False])
@pytest.mark.parametrize("number", [7, 14, 58, 59])
def test_conditional_indirect_effects_equal_r(
    peer: dict[str, Any], table: pd.DataFrame, number: int, centre: bool
) -> None:
    ours = _model(number, table, centre=centre)

    assert [one.moderator for one in ours.indirect] == pytest.approx(peer["probes"])
    assert [one.est for one in ours.indirect] == pytest.approx(peer[f"indirect{number}"], rel=1e-9)
    assert [(one.first, one.second) for one in ours.contrasts] == [
        ("p50", "p16"),
        ("p84", "p16"),
        ("p84", "p50"),
    ]
    low, middle, high = peer[f"indirect{number}"]
    assert [one.est for one in ours.contrasts] == pytest.approx([middle - low, high - low, high - middle])
    if number in (7, 14):
        assert ours.index.est == pytest.approx(peer[f"index{number}"], rel=1e-9)
    else:
        assert ours.index is None
    if number == 59:
        assert [one.est for one in ours.direct] == pytest.approx(peer["direct59"], rel=1e-9)


def test_resamples_are_regressions_of_the_drawn_rows(table: pd.DataFrame) -> None:
    from tam.stats.resampling import draw_counts

    ours = process_model(14, table, **ROLES, mediator="m", draws=60, seed=5, centre=False)

    counts = draw_counts(len(table), 60, np.random.default_rng(5)).astype(int)
    index = []
    for one in counts:
        rows = table.loc[np.repeat(table.index, one)]
        ones = np.ones(len(rows))
        a = np.linalg.lstsq(np.column_stack([ones, rows.x]), rows.m, rcond=None)[0]
        design = np.column_stack([ones, rows.x, rows.m, rows.w, rows.m * rows.w])
        b = np.linalg.lstsq(design, rows.y, rcond=None)[0]
        index.append(a[1] * b[4])
    assert ours.draws == 60
    assert ours.index.boot_se == pytest.approx(np.std(index, ddof=1))


def test_every_reason_to_refuse_is_told_at_once(table: pd.DataFrame) -> None:
    with pytest.raises(TamError) as refused:
        process_model(1, table, predictor="x", outcome="nobody", moderator="w", mediator="m")
    assert [one.code for one in refused.value.problems] == ["process-mediator", "process-columns-absent"]

    with pytest.raises(TamError) as refused:
        process_model(4, table, **ROLES)
    assert [one.code for one in refused.value.problems] == ["process-model-unknown"]

    with pytest.raises(TamError) as refused:
        process_model(1, table.assign(c1=2 * table.x), **ROLES, covariates=("c1",))
    assert [one.code for one in refused.value.problems] == ["process-singular"]


def test_rows_with_gaps_are_left_out(table: pd.DataFrame) -> None:
    gaps = table.copy()
    gaps.loc[:9, "w"] = np.nan

    assert _model(7, gaps).n == len(table) - 10
