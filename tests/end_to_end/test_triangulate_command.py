"""`tam triangulate`: every estimator of one interaction, as a user calls it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

MODEL = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\nY ~ X + Z + X:Z\n"
QUICK = "dblcent,lms,single_indicator,factor_scores,observed_scores"


def written(folder: Path, interaction: float, n: int = 400) -> tuple[Path, Path]:
    rng = np.random.default_rng(5)
    x, z = rng.normal(size=(2, n))
    y = 0.4 * x + 0.4 * z + interaction * x * z + 0.7 * rng.normal(size=n)
    table = {
        f"{name}{k}": one + 0.5 * rng.normal(size=n)
        for name, one in (("x", x), ("z", z), ("y", y))
        for k in (1, 2, 3)
    }
    data, model = folder / "data.csv", folder / "model.lav"
    pd.DataFrame(table).to_csv(data, index=False)
    model.write_text(MODEL, encoding="utf-8")
    return model, data


@pytest.mark.parametrize(("interaction", "decision"), [(0.35, "positive"), (-0.35, "negative")])
def test_a_planted_interaction_is_found_by_all(
    tam: Any, tmp_path: Path, interaction: float, decision: str
) -> None:
    model, data = written(tmp_path, interaction)
    run = tam("triangulate", "--model", model, "--data", data, "--estimators", QUICK, "--json")
    assert run.code == 0
    (one,) = run.json["result"]["analyses"]
    verdict = one["triangulation"]["verdict"]
    assert (verdict["kind"], verdict["decision"], verdict["n_usable"]) == ("stable", decision, 5)
    assert [row["estimator"] for row in one["triangulation"]["estimates"]] == QUICK.split(",")
    assert one["lms"]["quadrature"]["converged"] is True
    assert one["lms"]["lr_chisq"] == pytest.approx(2 * (one["lms"]["loglik"] - one["lms"]["loglik_linear"]))


def test_the_table_is_told_in_words(tam: Any, tmp_path: Path) -> None:
    model, data = written(tmp_path, 0.35)
    run = tam("triangulate", "--model", model, "--data", data, "--estimators", "dblcent,lms,observed_scores")
    assert run.code == 0
    assert "stable: all 3 usable estimators of 3 find a positive interaction" in run.out
    assert "quadrature:" in run.out


def test_a_model_without_interaction_is_refused(tam: Any, tmp_path: Path) -> None:
    model, data = written(tmp_path, 0.0)
    model.write_text(MODEL.replace(" + X:Z", ""), encoding="utf-8")
    run = tam("triangulate", "--model", model, "--data", data)
    assert run.code == 2
    assert "triangulate-no-interaction" in run.err and "Traceback" not in run.err
