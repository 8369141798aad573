"""Indirect and total effects against lavaan's defined parameters, on real answers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tam.analysis.effects import Effects, effects
from tam.engine import fit_model
from tam.engine.semopy_engine import cross_check

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def ours(reference: Path) -> Effects:
    folder = reference / "influencer"
    model = json.loads((folder / "golden" / "meta.json").read_text())["sem_model"]
    return effects(None, fit_model(model, pd.read_csv(folder / "data.csv")), draws=0)


@pytest.fixture(scope="module")
def theirs(reference: Path) -> dict[str, dict[str, float]]:
    record = json.loads((reference / "influencer" / "golden" / "sem.json").read_text())["ML"]
    found = {row["lhs"]: row for row in record["parameter_estimates"] if row["op"] == ":="}
    standard = {row["lhs"]: row for row in record["std_all"] if row["op"] == ":="}
    return {
        name: {**row, "std": standard[name]["est.std"], "std_se": standard[name]["se"]}
        for name, row in found.items()
    }


@pytest.mark.parametrize(
    ("name", "kind", "via"),
    [
        ("ind_PL", "indirect", ("PL",)),
        ("ind_PQ", "indirect", ("PQ",)),
        ("total_ind", "total_indirect", None),
        ("total", "total", None),
    ],
)
def test_effects_of_connection_on_intention(
    ours: Effects, theirs: dict[str, dict[str, float]], name: str, kind: str, via: tuple[str, ...] | None
) -> None:
    (one,) = [e for e in getattr(ours, kind) if (e.predictor, e.outcome, e.via) == ("SIC", "PI", via)]
    other = theirs[name]
    assert one.est == pytest.approx(other["est"], rel=1e-4)
    assert one.se == pytest.approx(other["se"], rel=1e-4)
    assert one.z == pytest.approx(other["z"], rel=1e-4)
    assert one.ci_low == pytest.approx(other["ci.lower"], rel=1e-4, abs=1e-5)
    assert one.ci_high == pytest.approx(other["ci.upper"], rel=1e-4)
    assert one.std == pytest.approx(other["std"], rel=1e-4)
    half_width = 1.959963984540054 * other["std_se"]
    assert one.std_ci_low == pytest.approx(other["std"] - half_width, abs=1e-4)
    assert one.std_ci_high == pytest.approx(other["std"] + half_width, abs=1e-4)


@pytest.mark.parametrize("meanstructure", [False, True])
def test_two_engines_agree_on_real_answers(reference: Path, meanstructure: bool) -> None:
    folder = reference / "influencer"
    model = json.loads((folder / "golden" / "meta.json").read_text())["sem_model"]
    found = cross_check(fit_model(model, pd.read_csv(folder / "data.csv"), meanstructure=meanstructure))
    assert found.verdict == "agree"
    assert found.max_se_difference is not None and found.max_se_difference < 1e-4
