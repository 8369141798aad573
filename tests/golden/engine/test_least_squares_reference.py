"""ULS and GLS against lavaan and Mplus on data nobody here wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lavaan_peer import MEASURES, assert_estimates, assert_standardised, relative
from mplus_peer import DIGITS, assert_printed_alike, read_output
from test_lavaan_reference import HS, PD
from test_robust_reference import ITEMS, is_latent_mean, mplus_data

from tam.engine import Fit, fit_model

pytestmark = pytest.mark.reference

#: lavaan's default search stops within this of its own optimum.
TOLERANCE = 1e-4


@pytest.mark.parametrize("estimator", ["GLS", "ULS"])
def test_dump(reference: Path, estimator: str) -> None:
    folder = reference / "lavaan_dump"
    theirs = json.loads((folder / "lav.json").read_text(encoding="utf-8"))[f"hs_{estimator.lower()}"]
    fit = fit_model(HS, pd.read_csv(folder / "data" / "hs.csv"), estimator=estimator)
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_standardised(fit, theirs["std"], TOLERANCE)
    for measure, peer in MEASURES.items():
        if theirs["fm"].get(peer) is None:
            assert not isinstance(fit.measures[measure], (int, float)), measure
        else:
            assert relative([fit.measures[measure]], [theirs["fm"][peer]]) <= TOLERANCE, measure


MPLUS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "HS/HS.mean.GLS.out": (HS, "hs", {"meanstructure": True}),
    "HS/HS.nomean.GLS.out": (HS, "hs", {}),
    "Bollen/Bollen.mean.GLS.out": (PD, "pd", {"meanstructure": True}),
    "Bollen/Bollen.nomean.GLS.out": (PD, "pd", {}),
    "HS_multi/HS.multi.mean.GLS.out": (HS, "schools", {"group": "school"}),
}


@pytest.mark.parametrize("name", MPLUS)
def test_mplus(reference: Path, name: str) -> None:
    model, data, options = MPLUS[name]
    if data == "pd":
        table = pd.read_csv(reference / "lavaan_dump" / "data" / "pd.csv")
    elif data == "hs":
        table = mplus_data(reference, "HS/HS.raw", ITEMS)
    else:
        table = mplus_data(reference, "HS_multi/HS.multi.raw", ["school", *ITEMS])
        table = table.assign(school=table["school"].map({1.0: "Pasteur", 2.0: "GrantWhite"}))
    fit = fit_model(model, table, estimator="GLS", **options)
    output = read_output(reference / "mplus_peer" / name)
    several = len(fit.groups) > 1
    rows = fit.estimates if several else fit.estimates[~is_latent_mean(fit)]
    # Means weigh n in Mplus, as covariances n - 1 (n - G in G groups) in lavaan.
    means = rows["op"] == "~1"
    rows = rows.assign(se=rows["se"].where(~means, rows["se"] * ((fit.n - len(fit.groups)) / fit.n) ** 0.5))
    assert_printed_alike(rows, output, {"Pasteur": "pasteur", "GrantWhite": "grantwhite"} if several else {})
    assert_tests(fit, output)


def assert_tests(fit: Fit, output: Any) -> None:
    pairs = {
        "chisq": ("Chi-Square Test of Model Fit\n", "Value"),
        "baseline_chisq": ("Model Fit for the Baseline", "Value"),
        "cfi": ("CFI/TLI", "CFI"),
        "tli": ("CFI/TLI", "TLI"),
        "rmsea": ("RMSEA (Root", "Estimate"),
    }
    for measure, place in pairs.items():
        assert abs(fit.measures[measure] - output.number(*place)) <= DIGITS, measure
