"""LMS against a likelihood written in R on another plan: both factors integrated out, no conditioning.

``survey.csv`` is made by simulate.py, ``estimates.json`` by write_estimates.py, ``lms_peer.json`` by
lms_peer.R, which evaluates its own likelihood and gradient at those estimates.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tam.engine.lms_fit import fit_lms

HERE = Path(__file__).parent
MEASURED = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\n"
CASES = [
    ("interaction", "Y ~ X + Z + X:Z", "listwise"),
    ("curves", "Y ~ X + Z + X:Z + X:X + Z:Z", "listwise"),
    ("missing", "Y ~ X + Z + X:Z", "fiml"),
]


@pytest.mark.parametrize(("name", "paths", "missing"), CASES)
def test_the_estimates_are_a_maximum_of_the_other_likelihood(name: str, paths: str, missing: str) -> None:
    theirs = json.loads((HERE / "lms_peer.json").read_text())[name]
    stored = json.loads((HERE / "estimates.json").read_text())[name]
    fit = fit_lms(MEASURED + paths, pd.read_csv(HERE / "survey.csv"), missing=missing)
    assert fit.converged and fit.quadrature.converged
    assert fit.n == theirs["n"]
    assert fit.theta == pytest.approx([stored[free] for free in fit.free], abs=1e-6)
    # R's own rule leaves about 1e-6 of its log-likelihood
    assert fit.measures["loglik"] == pytest.approx(theirs["loglik"], abs=1e-5)
    assert fit.vcov is not None
    gradient = dict(zip(theirs["free"], theirs["gradient"]))
    step = fit.vcov @ [gradient[free] for free in fit.free]
    # where R would go from here, in standard errors
    assert np.abs(step / np.sqrt(np.diag(fit.vcov))).max() < 1e-4


def test_the_population_is_found_again_within_its_errors() -> None:
    fit = fit_lms(MEASURED + "Y ~ X + Z + X:Z + X:X", pd.read_csv(HERE / "survey.csv"), missing="fiml")
    rows = {row["rhs"]: row for row in fit.to_dict()["estimates"] if row["op"] == "~"}
    for name, true in {"X": 0.4, "Z": 0.3, "X:Z": 0.35, "X:X": 0.2}.items():
        assert abs(rows[name]["est"] - true) < 2.6 * rows[name]["se"]
