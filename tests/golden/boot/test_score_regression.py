"""The regression of mean scores against R (lm with hand-written HC3), on real answers."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from tam.analysis.moderation_scores import mean_scores, score_regression

pytestmark = pytest.mark.reference


@pytest.mark.parametrize("case", [0, 1, 2])
def test_interaction_of_scores_equals_r(reference: Path, case: int) -> None:
    folder = reference / "influencer"
    theirs = json.loads((folder / "golden" / "composites_regression.json").read_text())[
        "moderated_regressions"
    ][case]
    scales = json.loads((folder / "golden" / "meta.json").read_text())["constructs"]
    scores = mean_scores(pd.read_csv(folder / "data.csv"), scales)
    covariates = theirs["covariates"] or []
    covariates = [covariates] if isinstance(covariates, str) else covariates

    ours = score_regression(scores, theirs["y"], covariates, theirs["x"], theirs["moderator"])

    last = theirs["step2"]["coef"][-1]
    assert last["term"] == "xm"
    assert ours.n == theirs["n"]
    assert ours.est == pytest.approx(last["est"], rel=1e-10)
    assert ours.se == pytest.approx(theirs["hc3"]["xm"], rel=1e-10)
    assert ours.r2 == pytest.approx(theirs["step2"]["r2"], rel=1e-10)
    assert ours.delta_r2 == pytest.approx(theirs["r2_change"], rel=1e-9)
