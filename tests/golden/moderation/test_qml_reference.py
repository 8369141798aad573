"""QML against modsem's, on its simulated data and on real answers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tam.engine.qml_fit import fit_qml

pytestmark = pytest.mark.reference


@pytest.mark.parametrize(
    ("folder", "file"), [("modsem_oneInt", "oneInt_qml"), ("influencer", "modsem_PQxPIC_qml")]
)
def test_equals_modsem(reference: Path, folder: str, file: str) -> None:
    theirs = json.loads((reference / folder / "golden" / f"{file}.json").read_text())

    ours = fit_qml(theirs["model"], pd.read_csv(reference / folder / "data.csv"))

    assert ours.converged and ours.admissible
    # modsem stops at a relative change of the likelihood, so its optimum is a little lower than ours
    assert theirs["logLik"] - 1e-6 < ours.loglik < theirs["logLik"] + 0.001
    known = {(row["lhs"], row["op"], row["rhs"]): row for row in theirs["parameter_estimates"]}
    known |= {(rhs, op, lhs): row for (lhs, op, rhs), row in known.items() if op == "~~"}
    compared = 0
    for row in ours.estimates.itertuples():
        other = known.get((row.lhs, row.op, row.rhs))
        if other is None or not row.free:
            continue
        compared += 1
        near = 0.002 if row.op == "~" else max(0.002, 0.03 * other["std.error"])
        assert row.est == pytest.approx(other["est"], abs=near), (row.lhs, row.op, row.rhs)
        # the hessian there is by finite differences of the likelihood
        assert row.se == pytest.approx(other["std.error"], rel=0.02), (row.lhs, row.op, row.rhs)
    assert compared == len(ours.theta)
