"""Writes tam's estimates for survey.csv, at which lms_peer.R evaluates a likelihood of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from tam.engine.lms_fit import fit_lms

HERE = Path(__file__).parent
MEASURED = "X =~ x1 + x2 + x3\nZ =~ z1 + z2 + z3\nY =~ y1 + y2 + y3\n"
CASES = {
    "interaction": ("Y ~ X + Z + X:Z", "listwise"),
    "curves": ("Y ~ X + Z + X:Z + X:X + Z:Z", "listwise"),
    "missing": ("Y ~ X + Z + X:Z", "fiml"),
}

found = {}
for name, (paths, missing) in CASES.items():
    fit = fit_lms(MEASURED + paths, pd.read_csv(HERE / "survey.csv"), missing=missing)
    found[name] = dict(zip(fit.free, fit.theta.tolist()))
(HERE / "estimates.json").write_text(json.dumps(found, indent=1) + "\n")
