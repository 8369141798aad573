"""ULS and GLS against lavaan and Mplus on data nobody here wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from lavaan_peer import MEASURES, assert_estimates, assert_standardised, relative
from mplus_peer import INDICES, assert_measures_printed_alike, assert_printed_alike, read_output
from test_lavaan_reference import HS, PD
from test_robust_reference import ITEMS, LABELS, mplus_data, printed_rows, schools

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


def mplus_fit(reference: Path, name: str) -> Fit:
    model, data, options = MPLUS[name]
    if data == "pd":
        table = pd.read_csv(reference / "lavaan_dump" / "data" / "pd.csv")
    else:
        table = mplus_data(reference, "HS/HS.raw", ITEMS) if data == "hs" else schools(reference)
    return fit_model(model, table, estimator="GLS", **options)


def mplus_rows(fit: Fit) -> pd.DataFrame:
    """Means weigh n in Mplus, as covariances n - 1 (n - G in G groups) in lavaan."""
    rows = printed_rows(fit)
    means = rows["op"] == "~1"
    return rows.assign(se=rows["se"].where(~means, rows["se"] * ((fit.n - len(fit.groups)) / fit.n) ** 0.5))


@pytest.mark.parametrize("name", MPLUS)
def test_mplus(reference: Path, name: str) -> None:
    fit = mplus_fit(reference, name)
    output = read_output(reference / "mplus_peer" / name)
    assert_printed_alike(mplus_rows(fit), output, LABELS if len(fit.groups) > 1 else {})
    assert_measures_printed_alike(fit, output, INDICES)
