"""Estimates, standard errors and measures against lavaan 0.6-14 on data nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lavaan_peer import (
    assert_estimates,
    assert_measures,
    assert_r2,
    assert_standardised,
    differences,
    records,
)

from tam.engine import Fit, Moments, fit_model

pytestmark = pytest.mark.reference

#: lavaan's default search stops within this of its own optimum.
TOLERANCE = 1e-4

HS = "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PD = """ind60 =~ x1 + x2 + x3
dem60 =~ y1 + a*y2 + b*y3 + c*y4
dem65 =~ y5 + a*y6 + b*y7 + c*y8
dem60 ~ ind60
dem65 ~ ind60 + dem60
y1 ~~ y5
y2 ~~ y4 + y6
y3 ~~ y7
y4 ~~ y8
y6 ~~ y8"""
PD_FREE = PD.replace("a*", "").replace("b*", "").replace("c*", "")
TAM_DEFINED = """PEOU =~ peou1 + peou2 + peou3 + peou4
PU =~ pu1 + pu2 + pu3 + pu4
ATT =~ att1 + att2 + att3 + att4
PI =~ pi1 + pi2 + pi3 + pi4
KOL =~ kol1 + kol2 + kol3 + kol4
PU ~ a*PEOU
ATT ~ b*PU + c*PEOU
PI ~ d*ATT + e*PU + f*KOL
ind_pu_att := a*b
ind_pi := a*b*d + c*d + a*e
tot := ind_pi"""
PATH = "x9 ~ x1 + x2 + x3\nx4 ~ x9 + x1"

#: Key in lav.json -> (model text or file, data, options).
DUMP: dict[str, tuple[str, str, dict[str, Any]]] = {
    "hs_ml": (HS, "hs", {}),
    "hs_ms": (HS, "hs", {"meanstructure": True}),
    "hs_eq": (HS.replace("x2 + x3", "a*x2 + a*x3"), "hs", {}),
    "hs_eq2": (HS.replace("x2 + x3", "a*x2 + b*x3") + "\na==b", "hs", {}),
    "pd_ml": (PD, "pd", {}),
    "pd0_ml": (PD_FREE, "pd", {}),
    "tam_ml": ("tam.lav", "tam", {}),
    "tam_ms": ("tam.lav", "tam", {"meanstructure": True}),
    "tam_cov": ("tam.lav", "tam", {"moments": True}),
    "tam_def": (TAM_DEFINED, "tam", {}),
    "tam_int": ("tam_int.lav", "tam_int_dmc", {}),
    "path": (PATH, "hs", {}),
    "path_free": (PATH, "hs", {"fixed_x": False}),
    "mimic": ("visual =~ x1 + x2 + x3\nvisual ~ ageyr + sex", "hs", {}),
}


def dump_fit(reference: Path, key: str) -> tuple[Fit, dict[str, Any]]:
    folder = reference / "lavaan_dump"
    model, data, options = DUMP[key]
    text = (folder / "data" / model).read_text(encoding="utf-8") if model.endswith(".lav") else model
    table = pd.read_csv(folder / "data" / f"{data}.csv")
    theirs = json.loads((folder / "lav.json").read_text(encoding="utf-8"))[key]
    options = dict(options)
    if options.pop("moments", False):
        table = table.drop(columns="group")
        moments = Moments(tuple(table.columns), np.cov(table.to_numpy().T), None, len(table))
        return fit_model(text, moments), theirs
    return fit_model(text, table, **options), theirs


@pytest.mark.parametrize("key", DUMP)
def test_dump(reference: Path, key: str) -> None:
    fit, theirs = dump_fit(reference, key)
    assert fit.converged
    assert fit.admissible
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_standardised(fit, theirs["std"], TOLERANCE)
    assert_measures(fit, theirs["fm"], TOLERANCE)
    assert_r2(fit, theirs["r2"], TOLERANCE)
    assert fit.solution.minimum.point.value / 2 <= theirs["fx"] + 1e-10


#: Fits stored with modification indices and factor scores.
SCORED = ("hs_ml", "pd_ml", "tam_ml")
INDEX_TOLERANCE = 1e-3


def paired_indices(fit: Fit, theirs: dict[str, Any]) -> Iterator[tuple[list[float], list[float]]]:
    """Modification index and expected changes of every row: ours, lavaan's."""
    ours = {(row.lhs, row.op, row.rhs): row for row in fit.modification_indices().itertuples()}
    for row in records(theirs["mi"]):
        found = ours.get((row["lhs"], row["op"], row["rhs"])) or ours.get((row["rhs"], row["op"], row["lhs"]))
        assert found is not None, row
        values = [row[name] for name in ("mi", "epc", "sepc.lv", "sepc.all")]
        yield [found.mi, found.epc, found.sepc_lv, found.sepc_all], values


@pytest.mark.parametrize("key", SCORED)
def test_modification_indices(reference: Path, key: str) -> None:
    for ours, theirs in paired_indices(*dump_fit(reference, key)):
        assert differences(ours, theirs) <= INDEX_TOLERANCE


@pytest.mark.parametrize("key", SCORED)
def test_factor_scores(reference: Path, key: str) -> None:
    fit, theirs = dump_fit(reference, key)
    for name, scores in theirs["fsr"].items():
        assert differences(fit.factor_scores()[name], scores) <= TOLERANCE


SURVEYS = [
    "HolzingerSwineford1939",
    "PoliticalDemocracy",
    "influencer",
    "bfi",
    "bergami_bagozzi",
    "satisfaction_bank",
    "tam_ebook",
    "utaut2_trello",
]


def survey(reference: Path, name: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    folder = reference / name
    data = pd.read_csv(folder / "data.csv")
    if name == "bfi":
        reversed_items = ["A1", "C4", "C5", "E1", "E2", "O2", "O5"]
        data = data.assign(**{item: 7 - data[item] for item in reversed_items})
    return data, json.loads((folder / "golden" / "meta.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("kind", ["cfa", "sem"])
@pytest.mark.parametrize("name", SURVEYS)
def test_survey(reference: Path, name: str, kind: str) -> None:
    data, meta = survey(reference, name)
    theirs = json.loads((reference / name / "golden" / f"{kind}.json").read_text(encoding="utf-8"))["ML"]
    text = meta["measurement"] if kind == "cfa" else meta["sem_model"]
    fit = fit_model(text, data, meanstructure=True)
    assert fit.converged == theirs["converged"]
    assert fit.n == theirs["ntotal"]
    assert_estimates(fit, theirs["parameter_estimates"], TOLERANCE)
    std_lv = [row["std.lv"] for row in theirs["parameter_estimates"]]
    assert differences(fit.estimates["std_lv"], std_lv) <= TOLERANCE
    assert_standardised(fit, theirs["std_all"], TOLERANCE)
    assert_measures(fit, theirs["fit"], TOLERANCE)
    assert_r2(fit, theirs["r2"], TOLERANCE)
    residuals = np.array(theirs["resid_cor_bollen"]["values"], dtype=float)
    assert differences(fit.residuals.to_numpy().ravel(), residuals.ravel()) <= TOLERANCE
    latent = np.array(theirs["cov_lv"]["values"], dtype=float)
    assert differences(fit.latent_covariance.to_numpy().ravel(), latent.ravel()) <= TOLERANCE


@pytest.mark.parametrize("name", SURVEYS)
def test_survey_with_standardised_latents(reference: Path, name: str) -> None:
    data, meta = survey(reference, name)
    theirs = json.loads((reference / name / "golden" / "cfa.json").read_text(encoding="utf-8"))
    fit = fit_model(meta["measurement"], data, std_lv=True)
    assert_estimates(fit, theirs["ML_stdlv"]["parameter_estimates"], TOLERANCE)
