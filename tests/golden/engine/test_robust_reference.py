"""MLM and MLR against lavaan and Mplus on data nobody here wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from lavaan_peer import assert_estimates, assert_measures, assert_standardised
from mplus_peer import SCALED, assert_measures_printed_alike, assert_printed_alike, read_output
from robust_peer import assert_robust_measures
from test_lavaan_reference import HS, PD, SURVEYS, survey

from tam.engine import Fit, fit_model

pytestmark = pytest.mark.reference

#: lavaan's default search stops within this of its own optimum.
TOLERANCE = 1e-4

#: Key in lav.json -> (model text or file, data, estimator).
DUMP = {
    "hs_mlr": (HS, "hs", "MLR"),
    "hs_mlm": (HS, "hs", "MLM"),
    "pd_mlr": (PD, "pd", "MLR"),
    "tam_mlr": ("tam.lav", "tam", "MLR"),
    "tam_mlm": ("tam.lav", "tam", "MLM"),
    "tam_int_mlr": ("tam_int.lav", "tam_int_dmc", "MLR"),
}


@pytest.mark.parametrize("key", DUMP)
def test_dump(reference: Path, key: str) -> None:
    folder = reference / "lavaan_dump"
    model, data, estimator = DUMP[key]
    text = (folder / "data" / model).read_text(encoding="utf-8") if model.endswith(".lav") else model
    theirs = json.loads((folder / "lav.json").read_text(encoding="utf-8"))[key]
    fit = fit_model(text, pd.read_csv(folder / "data" / f"{data}.csv"), estimator=estimator)
    assert_estimates(fit, theirs["pe"], TOLERANCE)
    assert_standardised(fit, theirs["std"], TOLERANCE)
    assert_measures(fit, theirs["fm"], TOLERANCE)
    assert_robust_measures(fit, theirs["fm"], TOLERANCE)


@pytest.mark.parametrize("kind", ["cfa", "sem"])
@pytest.mark.parametrize("name", SURVEYS)
def test_survey_mlr(reference: Path, name: str, kind: str) -> None:
    data, meta = survey(reference, name)
    theirs = json.loads((reference / name / "golden" / f"{kind}.json").read_text(encoding="utf-8"))["MLR"]
    text = meta["measurement"] if kind == "cfa" else meta["sem_model"]
    fit = fit_model(text, data, estimator="MLR", meanstructure=True)
    assert fit.n == theirs["ntotal"]
    assert_estimates(fit, theirs["parameter_estimates"], TOLERANCE)
    assert_standardised(fit, theirs["std_all"], TOLERANCE)
    assert_measures(fit, theirs["fit"], TOLERANCE)
    assert_robust_measures(fit, theirs["fit"], TOLERANCE)


@pytest.mark.parametrize("name", SURVEYS)
def test_survey_mlm(reference: Path, name: str) -> None:
    data, meta = survey(reference, name)
    theirs = json.loads((reference / name / "golden" / "cfa.json").read_text(encoding="utf-8"))["MLM"]
    fit = fit_model(meta["measurement"], data, estimator="MLM")
    assert_estimates(fit, theirs["parameter_estimates"], TOLERANCE)
    assert_robust_measures(fit, theirs["fit"], TOLERANCE)


def mplus_data(reference: Path, name: str, columns: list[str]) -> pd.DataFrame:
    return pd.DataFrame(np.loadtxt(reference / "mplus_peer" / name), columns=columns)


ITEMS = [f"x{at}" for at in range(1, 10)]


def schools(reference: Path) -> pd.DataFrame:
    data = mplus_data(reference, "HS_multi/HS.multi.raw", ["school", *ITEMS])
    return data.assign(school=data["school"].map({1.0: "Pasteur", 2.0: "GrantWhite"}))


#: Our label of a group -> Mplus's.
LABELS = {"Pasteur": "pasteur", "GrantWhite": "grantwhite"}
#: Outputs, without the kind of information -> (model, data).
MPLUS = {
    "HS/HS.mean.MLR": (HS, "hs"),
    "Bollen/Bollen.mean.MLR": (PD, "pd"),
    "HS_multi/HS.multi.mean.MLR": (HS, ""),
}


def mplus_fit(reference: Path, name: str, information: str) -> Fit:
    model, data = MPLUS[name]
    options: dict[str, Any] = {"estimator": "MLR", "information": information}
    if not data:
        return fit_model(model, schools(reference), group="school", **options)
    if data == "pd":
        table = pd.read_csv(reference / "lavaan_dump" / "data" / "pd.csv")
    else:
        table = mplus_data(reference, "HS/HS.raw", ITEMS)
    return fit_model(model, table, meanstructure=True, **options)


@pytest.mark.parametrize("information", ["expected", "observed"])
@pytest.mark.parametrize("name", MPLUS)
def test_mplus(reference: Path, name: str, information: str) -> None:
    fit = mplus_fit(reference, name, information)
    output = read_output(reference / "mplus_peer" / f"{name}.{information}.out")
    assert_printed_alike(printed_rows(fit), output, LABELS if len(fit.groups) > 1 else {})
    assert_measures_printed_alike(fit, output, SCALED)


def printed_rows(fit: Fit) -> pd.DataFrame:
    return fit.estimates if len(fit.groups) > 1 else fit.estimates[~is_latent_mean(fit)]


def is_latent_mean(fit: Fit) -> pd.Series:
    """Mplus prints the fixed zero means of latents only with several groups."""
    latent = set(fit.structure.latent_names)
    return fit.estimates["lhs"].isin(latent) & (fit.estimates["op"] == "~1")


STEPS: dict[str, tuple[str, ...]] = {
    "configural": (),
    "metric": ("loadings",),
    "scalar": ("loadings", "intercepts"),
    "strict": ("loadings", "intercepts", "residuals"),
}
GROUPED = [name for name in SURVEYS if name != "PoliticalDemocracy"]


@pytest.mark.parametrize("estimator", ["ML", "MLR"])
@pytest.mark.parametrize("name", GROUPED)
def test_invariance(reference: Path, name: str, estimator: str) -> None:
    """Every step's measures and the difference tests between the steps."""
    data, meta = survey(reference, name)
    golden = json.loads((reference / name / "golden" / "invariance.json").read_text(encoding="utf-8"))
    group, steps = next(iter(golden.items()))
    theirs = steps["measurement" if estimator == "ML" else "measurement_MLR"]
    data = in_order(data.dropna(subset=[group]), group, theirs["group_order"])
    fits = {
        step: fit_model(meta["measurement"], data, estimator=estimator, group=group, group_equal=equal)
        for step, equal in STEPS.items()
    }
    for step, fit in fits.items():
        assert_measures(fit, theirs["fit"][step], TOLERANCE)
        if estimator == "MLR":
            assert_robust_measures(fit, theirs["fit"][step], TOLERANCE)
    for pair, test in theirs["lrt"].items():
        less, more = pair.split("_vs_")
        found = fits[less].compare(fits[more])
        assert found.df == test["Df diff"]

        assert abs(found.chisq - test["Chisq diff"]) <= TOLERANCE * max(1.0, test["Chisq diff"]), pair


def in_order(data: pd.DataFrame, group: str, order: list[str]) -> pd.DataFrame:
    """Rows sorted so that the groups appear in this order."""
    labels = data[group].map(lambda value: str(int(value)) if isinstance(value, float) else str(value))
    return data.iloc[np.argsort(labels.map(order.index).to_numpy(), kind="stable")]
